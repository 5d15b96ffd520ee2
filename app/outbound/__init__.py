"""Ways out: each room implements a port."""
