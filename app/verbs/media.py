"""What people sent, read from the store: beside a running service or without one."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.outbound.wecom.spool import path_of
from app.records.errors import OwnFault
from app.records.media import MediaLink, MediaState
from app.settings import Settings
from app.verbs.since import since_of

_WIDE = 200
_HASH = 12  # digits of the hash in a table
_EVER = datetime(1, 1, 1, tzinfo=UTC)


def list_media(settings: Settings, since: str, limit: int, *, as_json: bool) -> int:
    """Print the last `limit`, newest last.

    Raises click.BadParameter for a time that is none, OwnFault when there is no store.
    """
    begin = since_of(since, ZoneInfo(settings.plant.time_zone), _EVER)
    with main.reading_store(settings) as store:
        found = store.media.entries(begin, limit)
    return _print(settings, found, as_json=as_json)


def show_media(settings: Settings, target: str, *, as_json: bool) -> int:
    """Print what belongs to a decision, case or order; raises OwnFault when nothing does."""
    return _print(settings, _of(settings, target), as_json=as_json)


def print_paths(settings: Settings, target: str, number: int | None) -> int:
    """Print where the files lie that belong to a target, or the one of this number.

    Raises OwnFault when there is none.
    """
    kept = [each for each in _of(settings, target) if each.state is MediaState.KEPT]
    chosen = kept if number is None else kept[number - 1 : number]
    if not chosen:
        raise OwnFault(f"{target} has {len(kept)} files here; `chargehand media show {target}` tells of each")
    for each in chosen:
        click.echo(_path(settings, each))
    return 0


def _of(settings: Settings, target: str) -> tuple[MediaLink, ...]:
    with main.reading_store(settings) as store:
        found = store.look(lambda facts: facts.media_of(target))
    if not found:
        raise OwnFault(f"nothing belongs to {target}; name a decision, case or order such as D-00042, Q-0012")
    return found


def _path(settings: Settings, each: MediaLink) -> Path:
    return path_of(settings.media_dir, each.sha256)


def _print(settings: Settings, found: Sequence[MediaLink], *, as_json: bool) -> int:
    if as_json:
        documents = [_document(settings, each) for each in found]
        click.echo(json.dumps(documents, ensure_ascii=False, indent=1))
    elif found:
        _print_table(found, ZoneInfo(settings.plant.time_zone))
    else:
        click.echo("Nothing was sent in that time.")
    return 0


def _print_table(found: Sequence[MediaLink], zone: ZoneInfo) -> None:
    titles = ["time", "decision", "n", "kind", "state", "belongs to", "bytes", "sha256", "name"]
    table = Table(*titles, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for each in found:
        table.add_row(
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", each.ticket, str(each.n), each.kind.value,
            f"{each.state} {each.reason}".strip(), each.target, str(each.size_bytes or ""),
            each.sha256[:_HASH], "".join(filter(str.isprintable, each.name)),
        )  # fmt: skip
    width = None if sys.stdout.isatty() else _WIDE
    Console(width=width, markup=False, highlight=False).print(table)


def _document(settings: Settings, each: MediaLink) -> dict[str, Any]:
    path = str(_path(settings, each)) if each.state is MediaState.KEPT else None
    return {**asdict(each), "at": each.at.isoformat(), "path": path}
