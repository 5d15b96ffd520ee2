"""Models outside the plant: one call, one life, one reservation of money."""
