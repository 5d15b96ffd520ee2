"""The nouns of the house, the life-cycle table, the errors; imports nothing of ours."""
