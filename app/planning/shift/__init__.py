"""A shift handed over: which one, its facts, and how they are told."""
