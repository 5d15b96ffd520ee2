"""What left the plant, listed from the store: beside a running service or without one."""

import base64
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.outbound.store.ledger import ALL, Total
from app.records.egress import Left
from app.settings import Settings
from app.verbs.since import since_of

_WIDE = 200
_HASH = 12  # digits of the hash in a table
_EVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries, in the words of the command line; `limit` 0 is all, `channel` "" every one."""

    since: str
    limit: int
    channel: str


def list_egress(settings: Settings, wanted: Wanted, *, as_json: bool, with_body: bool) -> int:
    """Print the last entries, newest last, and how much left by each channel in all.

    Raises click.BadParameter for a time that is none, OwnFault when there is no store.
    """
    zone = ZoneInfo(settings.plant.time_zone)
    since = since_of(wanted.since, zone, _EVER)
    with main.reading_store(settings) as store:
        entries = store.ledger.entries(since, wanted.limit or ALL, wanted.channel)
        if as_json:
            _print_json(_document(left, with_body=with_body) for left in entries)
            return 0
        shown = _print(entries, zone, with_body=with_body)
        totals = store.ledger.totals(since, wanted.channel)
    if not totals:
        click.echo("Nothing left in that time.")
    for line in _totals(totals, shown):
        click.echo(line)
    return 0


# For people.


def _print(entries: Iterable[Left], zone: ZoneInfo, *, with_body: bool) -> int:
    """A table of the entries; how many there were."""
    titles = ["", "time", "destination", "purpose", "decision", "data", "bytes", "sha256"]
    table = Table(*titles, *(["body"] if with_body else []), box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for left in entries:
        table.add_row(*_row(left, zone), *([_readable(left.entry.body)] if with_body else []))
    if table.row_count:
        console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
        console.print(table)
    return table.row_count


def _row(left: Left, zone: ZoneInfo) -> tuple[str, ...]:
    entry = left.entry
    return (
        str(left.n), f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", entry.destination, entry.purpose,
        entry.decision, entry.data_class, str(entry.size_bytes), entry.sha256[:_HASH],
    )  # fmt: skip


def _readable(body: bytes | None) -> str:
    """The body with nothing in it that a terminal obeys."""
    if body is None:
        return "(sealed)"
    text = body.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _totals(totals: Sequence[Total], shown: int) -> Iterator[str]:
    """A line for each channel; before them, how many of all are shown when not all are."""
    entries = sum(total.entries for total in totals)
    if shown < entries:
        yield f"the last {shown} of {entries}; --limit 0 shows all"
    for channel, group in groupby(totals, lambda total: total.channel):
        parts = list(group)
        size = sum(part.size_bytes for part in parts)
        purposes = ", ".join(f"{part.purpose} {part.entries}" for part in parts)
        yield f"{channel}: {sum(part.entries for part in parts)} entries, {size} bytes ({purposes})"


# For programs.


def _print_json(documents: Iterable[dict[str, Any]]) -> None:
    """One list, written as it is read."""
    click.echo("[", nl=False)
    for n, document in enumerate(documents):
        click.echo((",\n" if n else "") + json.dumps(document, ensure_ascii=False), nl=False)
    click.echo("]")


def _document(left: Left, *, with_body: bool) -> dict[str, Any]:
    """All fields; the body as text, or as base64 where it is none, and null where it is sealed."""
    document = {"n": left.n, **asdict(left.entry), "at": left.entry.at.isoformat()}
    body = document.pop("body")
    if not with_body:
        return document
    try:
        return {**document, "body": None if body is None else body.decode()}
    except UnicodeDecodeError:
        return {**document, "body_base64": base64.b64encode(body).decode()}
