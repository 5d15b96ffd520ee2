"""Chargehand: a plant's on-premise service that reads, decides, asks, does, and shows why."""
