"""What people think of the answers, told from the store: beside a running service or without one."""

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.outbound.store import SqlStore
from app.records.answer import utc_now
from app.records.satisfaction import (
    DaySatisfaction,
    Objection,
    Satisfaction,
    SatisfactionRow,
    days_of,
    rows_of,
)
from app.settings import Settings
from app.verbs.since import since_of

_WIDE = 200
_DAYS, _DAYS_MAX = 14, 3660
_OBJECTIONS = 20
_REASONS = {1: "unrelated", 2: "incomplete", 3: "wrong", 4: "wrong analysis"}


@dataclass(frozen=True, slots=True)
class Told:
    """The days, what was counted in them, and the latest objections."""

    days: tuple[date, ...]
    found: tuple[DaySatisfaction, ...]
    objections: tuple[Objection, ...]


def tell(settings: Settings, since: str, *, as_json: bool) -> int:
    """Print the votes from a day on by meaning, by layer and by day, then the latest against answers.

    Raises click.BadParameter for a time that is none, OwnFault when there is no store.
    """
    zone = ZoneInfo(settings.plant.time_zone)
    now = utc_now()
    first = since_of(since, zone, now - timedelta(days=_DAYS - 1)).astimezone(zone).date()
    days = days_of(first, now.astimezone(zone).date())
    if not 0 < len(days) <= _DAYS_MAX:
        raise click.BadParameter(f"{first} is not within the last {_DAYS_MAX} days", param_hint="--since")
    with main.reading_store(settings) as store:
        told = asyncio.run(_look(store, days, zone))
    if as_json:
        click.echo(json.dumps(_document(told), ensure_ascii=False))
    else:
        _print(told, zone)
    return 0


async def _look(store: SqlStore, days: tuple[date, ...], zone: ZoneInfo) -> Told:
    begin = datetime.combine(days[0], time.min, zone).astimezone(UTC)
    found = await store.satisfaction.between(days[0], days[-1])
    return Told(days, found, await store.satisfaction.objections(begin, _OBJECTIONS))


# For people.


def _print(told: Told, zone: ZoneInfo) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
    by = {"meaning": lambda each: each.intent.value, "layer": lambda each: each.layer.value}
    for title, name in by.items():
        console.print(_table(title, rows_of(told.found, told.days, name)))
    every = rows_of(told.found, told.days, lambda _each: "all")[0]
    known = [(str(d), of) for d, of in zip(told.days, every.days, strict=True) if of != Satisfaction()]
    console.print(_table("day", [SatisfactionRow(day, of, ()) for day, of in known]))
    if told.objections:
        console.print(_objections(told.objections, zone))
    if every.total.share is None:
        click.echo("Nobody has voted in that time.")


def _table(title: str, rows: Iterable[SatisfactionRow]) -> Table:
    table = Table(title, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("answers", "up", "down", "satisfaction"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(row.name or "all", *_cells(row.total))
    return table


def _cells(of: Satisfaction) -> tuple[str, ...]:
    share = "–" if of.share is None else f"{of.share:.0%}"
    return str(of.answered), str(of.up), str(of.down), share


def _objections(found: Sequence[Objection], zone: ZoneInfo) -> Table:
    titles = ("time", "ticket", "who", "meaning", "layer", "why", "words")
    table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in found:
        why = ", ".join(_REASONS[n] for n in each.reasons if n in _REASONS)
        at = f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}"
        words = _readable(each.words or f"“{each.said}”")
        table.add_row(at, each.decision, each.name, each.intent, each.layer, why, words)
    return table


def _readable(text: str) -> str:
    """One line with nothing in it that a terminal obeys."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


# For programs.


def _document(told: Told) -> dict[str, Any]:
    days = [
        {"day": str(each.day), "intent": each.intent, "layer": each.layer, **_counts(each.of)}
        for each in told.found
    ]
    against = [{**asdict(each), "at": each.at.isoformat()} for each in told.objections]
    total = rows_of(told.found, told.days, lambda _each: "all")[0].total
    span = {"first": str(told.days[0]), "last": str(told.days[-1])}
    return {**span, **_counts(total), "days": days, "objections": against}


def _counts(of: Satisfaction) -> dict[str, object]:
    return {**asdict(of), "satisfaction": of.share}
