"""The door for a self-built app's callbacks: verified, opened, read, kept, and only then acknowledged."""
