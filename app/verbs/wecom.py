"""The window for checks of the callbacks' address, opened and shut in the running service."""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import click

from app.records.socket import PROTOCOL
from app.settings import Settings
from app.verbs.pin import ask_pin
from app.verbs.service import Line


async def set_window(settings: Settings, userid: str, *, minutes: int) -> int:
    """Open it for so many minutes, 0 shuts it; 1 when the service refuses.

    Raises Down when no service answers.
    """
    async with _line(settings) as line:
        unlocked = await line.ask("unlock", userid=userid, pin=ask_pin()) if userid else None
        reply = unlocked if unlocked and not unlocked["ok"] else await _set(line, minutes)
    told = f"{reply['text']}{f', for {minutes} min' if reply['ok'] and minutes else ''}"
    click.echo(told, err=not reply["ok"])
    return 0 if reply["ok"] else 1


async def _set(line: Line, minutes: int) -> dict[str, Any]:
    return await line.ask("open_check_window", seconds=60.0 * minutes)


async def show_window(settings: Settings, *, as_json: bool) -> int:
    """Print whether checks are answered; raises Down when no service answers."""
    async with _line(settings) as line:
        standing = (await line.ask("check_window"))["result"]
    if as_json:
        click.echo(json.dumps(standing))
    elif not standing["possible"]:
        click.echo("Neither wecom.app nor relay is enabled: there is no address to be checked.")
    elif standing["open_s"]:
        click.echo(f"Open: shuts in {math.ceil(standing['open_s'] / 60)} min.")
    else:
        click.echo("Shut: checks of the callbacks' address are refused.")
    return 0


@asynccontextmanager
async def _line(settings: Settings) -> AsyncIterator[Line]:
    line = await Line.open(settings.socket_path)
    try:
        await line.ask("hello", version=PROTOCOL, language="en")
        yield line
    finally:
        await line.close()
