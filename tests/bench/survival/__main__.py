"""`make survival`: makes the table, prints it and writes RESULT.md beside this file."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.bench.survival.events import EVENTS, Event, Pace, trial
from tests.bench.survival.rivals import RIVALS, Rival, client, prepare, websockets_version
from tests.bench.survival.running import Start, process

OURS = "Chargehand"
_AT_ONCE = 8
_RESULT = Path(__file__).with_name("RESULT.md")

_NOTES = """\
Each cell is one run: a client in a process of its own and the gateway double on loopback, nothing of
Tencent's. The client subscribes and is given a message; then the event happens; then further messages are
said until one arrives.

* *survives*: one arrived on the same connection. *reconnects*: on a new one.
* *dead*: none arrived within {watch_s:g} s, though the process lives.
* *loses that frame*: the message in the odd frame itself never arrived.
* *once*, *twice*: how often whoever uses the client is given the message. Ours counts when the store took it
  as new; our link alone hands a repeated msgid over twice as well. The SDKs have no store and leave it to
  their user.
* *fights*: how often it took the bot back within {rival_s:g} s from another client that takes it each time.
  One that is dead after the first time does not fight either.

Heartbeats are shortened from 30 s to {heartbeat_s:g} s for all, so that {watch_s:g} s are {beats:.0f}
heartbeats. The SDKs are told to reconnect without limit; their default is ten tries. Where the other client
leaves, our first pause is 2 s in place of 120 s; the SDKs have no such setting, and wecom-aibot-sdk and
wecom-aibot-sdk-python stop there on purpose. Tencent's SDK is kept from handing a TLS context to an address
that has no TLS."""


def main() -> None:
    """Run every event on every client that there is."""
    ready = [rival for rival in RIVALS if prepare(rival)]
    if missing := [rival.title for rival in RIVALS if rival not in ready]:
        print(f"the package index does not give {', '.join(missing)}: left out of the table", file=sys.stderr)
    starts = {OURS: process(sys.executable, "-m", "tests.bench.survival.clients.ours")}
    starts |= {rival.title: client(rival) for rival in ready}
    pace = Pace()
    cells = asyncio.run(run(starts, EVENTS, pace))
    text = page(cells, list(starts), ready, pace)
    print(text)
    _RESULT.write_text(text, encoding="utf-8")


async def run(
    starts: Mapping[str, Start], events: Iterable[Event], pace: Pace, at_once: int = _AT_ONCE
) -> dict[tuple[str, str], str]:
    """The cells by event and client, a few of them run at the same time."""
    cells, slots = dict[tuple[str, str], str](), asyncio.Semaphore(at_once)

    async def one(name: str, start: Start, event: Event) -> None:
        async with slots:
            cells[event.title, name] = word = await trial(start, event, pace)
        print(f"{event.title} · {name}: {word}", file=sys.stderr)

    async with asyncio.TaskGroup() as group:
        for event in events:
            for name, start in starts.items():
                group.create_task(one(name, start, event))
    return cells


def page(cells: Mapping[tuple[str, str], str], names: list[str], ready: list[Rival], pace: Pace) -> str:
    """RESULT.md."""
    makers = {rival.title: f"{rival.title} ({rival.maker})" for rival in ready}
    heads = ["event", *(makers.get(name, name) for name in names)]
    rows = [[event.title, *(cells[event.title, name] for name in names)] for event in EVENTS]
    table = "\n".join(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))
    below = [f"{OURS} {version('websockets')}", *(f"{r.package} {websockets_version(r)}" for r in ready)]
    notes = _NOTES.format(
        watch_s=pace.watch_s,
        rival_s=pace.rival_s,
        heartbeat_s=pace.heartbeat_s,
        beats=pace.watch_s / pace.heartbeat_s,
    )
    today = f"{date.today():%Y-%m-%d}"  # noqa: DTZ011 - the day of whoever ran it
    title = f"# Which client survives what, {today}"
    return f"{title}\n\n{table}\n\n{notes}\n\nwebsockets below: {', '.join(below)}.\n"


if __name__ == "__main__":
    main()
