"""Wishes become changes of the problem; those that cannot all be had are named, as few as do not fit."""

from app.planning.wishes.applying import Conflict, apply
from app.planning.wishes.wording import refused, wished

__all__ = ["Conflict", "apply", "refused", "wished"]
