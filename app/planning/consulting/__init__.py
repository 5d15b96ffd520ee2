"""A wish in words for a model outside: sealed, sent by others, read back, compared."""
