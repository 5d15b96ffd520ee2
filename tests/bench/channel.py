"""From the callback's frame to the first frame of its bubble or its card's update, seen at the gateway.

Five messages a second for a minute: three questions, one that makes a card, one press on a card. The
service runs as its own process; beside it a client that only answers, on the same double.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app.settings import load
from app.verbs.demo import staff, write_config
from app.verbs.service import Service, running
from tests.bench.replies import PER_SECOND, SECONDS, paced
from tests.bench.rows import percentile, row
from tests.journeys.hour.gateway import FaultyGateway

_APPROVER, _ASKER = "lee.wai-man", "raj.kumar"
_WHAT = {"message": ("channel.bubble", "aim of the p95: 150"), "click": ("channel.update", "aim: 1000")}


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of each answer by what it answers, and the machine's load at the minute's end."""

    ms: Mapping[str, list[float]]
    load: float


async def measure() -> list[dict[str, object]]:
    """p50, p95 and p99 with rules alone and with the model, each against the bare client's."""
    bare = await _of(_bare)
    rules = await _of(lambda gateway: _service(gateway, model=False))
    full = await _of(lambda gateway: _service(gateway, model=True))
    rows = []
    for kind, (name, aim) in _WHAT.items():
        rows += _rows(f"{name}.echo", kind, bare, bare, "a client that only answers")
        rows += _rows(f"{name}.rules", kind, rules, bare, aim)
        rows += _rows(f"{name}.model", kind, full, bare, aim)
    return rows


def _rows(name: str, kind: str, taken: Taken, beside: Taken, note: str) -> list[dict[str, object]]:
    words = f"{len(taken.ms[kind])} frames; {note}; load {taken.load:.1f} on {os.cpu_count()} cores"
    found = []
    for p in (50, 95, 99):
        value, echo = percentile(taken.ms[kind], p / 100), percentile(beside.ms[kind], p / 100)
        found.append(row(f"{name}.p{p}", round(value, 2), "ms", "echo", round(value / echo, 1), words))
    return found


async def _of(client: Callable[[FaultyGateway], AbstractAsyncContextManager[None]]) -> Taken:
    """The times of a client while it takes the minute's messages."""
    async with FaultyGateway(Random(1), time.monotonic, known=staff()) as gateway:  # noqa: S311
        async with client(gateway):
            await gateway.wait_for_subscribes(1, timeout=120)
            await _say(gateway)
        return Taken(_times(gateway), os.getloadavg()[0])


@asynccontextmanager
async def _bare(gateway: FaultyGateway) -> AsyncIterator[None]:
    script = str(Path(__file__).with_name("raw_channel.py"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, gateway.url, gateway.bot_id, gateway.secret
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _service(gateway: FaultyGateway, *, model: bool) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory(prefix="chargehand-bench-") as folder:
        config = write_config(Path(folder), gateway, model=model)
        service = Service(config, load(config)[0].socket_path, Path(folder) / "service.log")
        async with running(service):
            await service.ready(model=model, timeout_s=120)
            yield


async def _say(gateway: FaultyGateway) -> None:
    loop, lines, pressed = asyncio.get_running_loop(), paced().lines, set[str]()
    began = loop.time()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(began + number / PER_SECOND - loop.time())
        if number % PER_SECOND == 0:
            await gateway.say(_ASKER, f"received {501 + number} kg SS-420 from ST-01, delivery note ok")
        elif number % PER_SECOND == 3:
            await _press(gateway, number, pressed)
        else:
            await gateway.say(lines[number].sender, lines[number].text or "", chat=lines[number].chat)
    await asyncio.sleep(2)


async def _press(gateway: FaultyGateway, number: int, pressed: set[str]) -> None:
    """No on the newest card that nobody pressed; the bare client shows none, and hears of one anyway."""
    cards = [push.card for push in gateway.seen.pushes.get(_APPROVER, []) if push.card]
    fresh = [str(card["task_id"]) for card in cards if card["task_id"] not in pressed]
    task = fresh[-1] if fresh else f"none-{number}"
    pressed.add(task)
    await gateway.click(_APPROVER, *gateway.seen.press(_APPROVER, task, "no:"))


def _times(gateway: FaultyGateway) -> Mapping[str, list[float]]:
    """Milliseconds from each callback to the first frame that answers it."""
    times: dict[str, list[float]] = {"message": [], "click": []}
    seen = set[str]()
    for heard in gateway.strict.heard:
        callback = heard.callback
        if callback is None or callback.msgid in seen:
            continue
        seen.add(callback.msgid)
        kind = "message" if callback.kind == "message" else "click"
        times[kind].append(1000 * (heard.at - callback.delivered))
    return times
