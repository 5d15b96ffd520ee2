"""The store's tables as they grew: forward only, one file a step."""
