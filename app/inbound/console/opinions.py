"""What people think of the answers, as the console shows it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from app.inbound.console.panel import day_of
from app.records.satisfaction import DaySatisfaction, Objection, SatisfactionBoard, days_of, rows_of

DAYS = 14
"""How many days are shown, today the last of them."""

OBJECTIONS = 50
"""How many votes against answers are listed at most."""

ByAnswer = Mapping[str, tuple[int, int]]
"""Votes for and against an answer, by ticket."""


class Votes(Protocol):
    """What the store counts."""

    async def between(self, first: date, last: date) -> tuple[DaySatisfaction, ...]: ...
    async def objections(self, since: datetime, limit: int) -> tuple[Objection, ...]: ...
    async def by_answer(self, since: datetime) -> ByAnswer: ...


async def opinions(votes: Votes, now: datetime, zone: ZoneInfo) -> SatisfactionBoard:
    """The last days by meaning and by layer, and the latest votes against answers."""
    today = day_of(now, zone)
    first = today - timedelta(days=DAYS - 1)
    days, found = days_of(first, today), await votes.between(first, today)
    against = await votes.objections(now - timedelta(days=DAYS), OBJECTIONS)
    by_intent = rows_of(found, days, lambda each: each.intent.value)
    by_layer = rows_of(found, days, lambda each: each.layer.value)
    return SatisfactionBoard(now, days, by_intent, by_layer, against)
