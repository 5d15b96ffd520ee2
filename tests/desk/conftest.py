"""The desk on a real SQLite store of the demo plant; the clock is moved by hand."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.desk import Desk, Parts
from app.outbound.shipped import read_catalogue, read_corrections, read_new_names, read_rules
from app.outbound.store import open_store
from app.records.message import Message, MessageKind
from app.records.scheduling import Schedule
from app.settings import Cloud, Limits, Planning, Reports, Understanding, shipped
from app.understand.reader import Reader

OPEN = {"received", "understood", "planning", "ready"}


class HandClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **time: float) -> None:
        self.now += timedelta(**time)


class Bubbles:
    """Notes every bubble that was opened."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    async def open(self, decision, text) -> None:
        self.opened.append(decision.id)

    async def refresh(self, decision, text) -> None:
        raise AssertionError("nothing is refreshed")


class NoSolver:
    """Finds nothing, so that the dispatch rule plans."""

    async def solve(self, problem, *, limit_s, start=None) -> Schedule:
        return Schedule("none", 0, (), "solver")


async def nobody(_sender: str) -> bool:
    return False


@dataclass
class Plant:
    """A desk with what it works on; `ended` waits for a message's end."""

    desk: Desk
    store: object
    clock: HandClock
    bubbles: Bubbles
    seen: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    count: int = 0

    def note(self, seen) -> None:
        self.seen.append((seen.decision.id, seen.step.kind))

    async def say(
        self,
        sender: str,
        text: str,
        *,
        kind=MessageKind.TEXT,
        msgid="",
        refers_to="",
        chat=None,
        quote="",
        attached=(),
    ) -> str:
        self.count += 1
        given = msgid or f"m{self.count}"
        at = self.clock()
        message = Message(
            given, sender, chat, kind, text, at, f"r-{given}", quote, refers_to=refers_to, attached=attached
        )
        return (await self.desk.accept(message)).decision_id

    async def decision(self, ticket: str):
        return await self.store.read(lambda facts: facts.decision(ticket))

    async def ended(self, ticket: str):
        async with asyncio.timeout(20):
            while (found := await self.decision(ticket)).stage in OPEN:  # noqa: ASYNC110 - the far side cannot set an event
                await asyncio.sleep(0.01)
        return found

    async def ask(self, sender: str, text: str, **how):
        return await self.ended(await self.say(sender, text, **how))

    async def held(self, quantity=800):
        found = await self.ask("chen.jing", f"领用黑色手柄{quantity}个到AS-01")
        assert found.stage == "held"
        return found

    async def stock(self, item="HD-POM", facility="C") -> float:
        lines = await self.store.read(lambda facts: facts.stock(item))
        return next(line.quantity for line in lines if line.facility == facility)

    async def said(self, ticket: str) -> list[str]:
        """Everything queued for people about a decision, oldest first, as "to: text"."""
        rows = await self.store.outbox.due(500)
        found = [f"{row.to}: {row.text}" for row in rows if row.decision_id == ticket]
        for row in rows:
            await self.store.outbox.sent(row.id, self.clock())
        return found + (await self.said(ticket) if rows else [])


@pytest.fixture(scope="session")
def rules():
    return read_rules()


@pytest.fixture(scope="session")
def catalogue():
    return read_catalogue("Asia/Hong_Kong")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory) -> Path:
    """A store of the demo plant, copied for each test."""
    file = tmp_path_factory.mktemp("seeded") / "plant.sqlite"
    store = open_store(f"sqlite:///{file}")
    store.seed(shipped("config") / "demo_plant.toml")
    store.close()
    return file


@pytest.fixture
def plant(tmp_path, rules, catalogue, seeded):
    """Opens a running desk; `reader` and `solver` may stand in, `cloud` is made of the store."""
    file = tmp_path / "plant.sqlite"
    shutil.copy(seeded, file)
    clock = HandClock()

    @asynccontextmanager
    async def opened(*, reader=None, solver=None, running=True, **more):
        store = open_store(f"sqlite:///{file}", clock=clock)
        here = Plant(None, store, clock, Bubbles())
        real = Reader(rules, None, None, Understanding(), 1.0, "Chargehand")
        parts = Parts(
            store=store, reader=reader(real) if reader else real, bubble=here.bubbles,
            solver=solver or NoSolver(), catalogue=catalogue, limits=Limits(),
            planning=more.pop("planning", Planning()),
            corrections=read_corrections("Chargehand"), new_names=read_new_names(),
            clock=clock, wake=lambda: None,
            observers=(here.note, *more.pop("observers", ())),
            cloud=more.pop("cloud", lambda _store: None)(store), consulting=more.pop("consulting", Cloud()),
            identify=more.pop("identify", nobody),
            painter=more.pop("painter", None), reports=more.pop("reports", Reports()),
            on_fault=lambda ticket, fault: here.faults.append((ticket, fault)),
        )  # fmt: skip
        here.desk = Desk(parts, **more)
        try:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(here.desk.run()) if running else None
                yield here
                if task:
                    task.cancel()
        finally:
            store.close()

    return opened
