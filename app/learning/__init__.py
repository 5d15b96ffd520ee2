"""Training and judging the heads on the local model's vectors; needs the extra `learn`, never the service."""
