"""The desk: the one spine that every message and key press walks through."""

from app.desk.parts import Parts
from app.desk.spine import Desk

__all__ = ["Desk", "Parts"]
