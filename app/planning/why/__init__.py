"""Why an order is late, what would free it, what a promise rests on, what could still be promised."""
