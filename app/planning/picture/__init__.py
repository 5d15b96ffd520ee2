"""Pictures for a phone held upright: a plan of the coming hours, and what a shift came to."""
