"""Batch understanding of a file of messages, without any effect."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import Progress

from app import main
from app.outbound.store import open_store
from app.ports import Names
from app.records.errors import FileWrong
from app.records.reading import Reading
from app.settings import Settings, shipped
from app.understand.reader import Reader

_AT_ONCE = 64


class Asked(BaseModel):
    """One input line."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: Annotated[str, Field(min_length=1)]
    text: str


async def classify(settings: Settings, text: str, output: TextIO) -> int:
    """Write one line per input line, in order; raises FileWrong naming a line that cannot be read."""
    asked = parse(text)
    names = await asyncio.to_thread(read_names, settings)
    lane = main.build_lane(settings)
    reader = main.build_reader(settings, lane, lambda text: click.echo(text, err=True))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(lane.run()) if lane else None
        if lane:
            await lane.ready.wait()
        await _all(reader, asked, names, output)
        if running:
            running.cancel()
    return 0


def parse(text: str) -> list[Asked]:
    """The input lines; raises FileWrong with the number of the first bad one."""
    rows = [(number, row) for number, row in enumerate(text.split("\n"), 1) if row.strip()]
    return [_line(number, row) for number, row in rows]


def _line(number: int, row: str) -> Asked:
    try:
        return Asked.model_validate(json.loads(row))
    except ValidationError as fault:
        first = fault.errors()[0]
        raise FileWrong(f"line {number}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (ValueError, RecursionError) as fault:
        raise FileWrong(f"line {number}: not JSON: {fault}") from None


def read_names(settings: Settings) -> Names:
    """The plant's names from the store where there is one, otherwise the demo plant's."""
    if settings.store.url or (settings.data_dir / "chargehand.sqlite").is_file():
        return _names_in(settings.store_url, None)
    return _seeded(settings.plant.seed_file or _demo_plant())


def demo_names() -> Names:
    """The demo plant's names."""
    return _seeded(_demo_plant())


def _demo_plant() -> Path:
    return shipped("config") / "demo_plant.toml"


def _seeded(seed: Path) -> Names:
    with tempfile.TemporaryDirectory(prefix="chargehand-") as folder:
        return _names_in(f"sqlite:///{folder}/names.sqlite", seed)


def _names_in(url: str, seed: Path | None) -> Names:
    store = open_store(url)
    try:
        if seed is not None:
            store.seed(seed)
        return store.names()
    finally:
        store.close()


async def _all(reader: Reader, asked: Sequence[Asked], names: Names, output: TextIO) -> None:
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Reading", total=len(asked))
        for start in range(0, len(asked), _AT_ONCE):
            part = asked[start : start + _AT_ONCE]
            readings = await reader.read_many([one.text for one in part], names)
            for one, reading in zip(part, readings, strict=True):
                output.write(json.dumps(_row(one.id, reading), ensure_ascii=False) + "\n")
            bar.update(task, advance=len(part))


def _row(id_: str, reading: Reading) -> dict[str, Any]:
    return {
        "id": id_,
        "intent": reading.intent,
        "confidence": round(reading.confidence, 4),
        "decided": reading.decided,
        "layer": reading.layer,
        "entities": reading.entities.as_contract(),
        "elapsed_ms": round(reading.elapsed_ms, 2),
    }
