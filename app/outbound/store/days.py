"""How a day and a time of day are written in files."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field


def _date(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day is written as 2026-12-25")
    return text


Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
DayTime = Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
IsoDate = Annotated[str, AfterValidator(_date)]
Days = Annotated[int, Field(ge=-3650, le=3650)]
"""Counted from the day of loading."""


def minute_of(at: DayTime) -> int:
    """Minutes from midnight."""
    hours, minutes = at.split(":")
    return int(hours) * 60 + int(minutes)
