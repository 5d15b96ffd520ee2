"""Doors in: authenticate, parse, one call to the desk."""
