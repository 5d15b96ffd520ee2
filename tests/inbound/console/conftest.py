"""A house behind the socket that remembers what was asked of it, and a bare client."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.inbound.console.backend import KeyHolder
from app.inbound.console.feed import Feed
from app.inbound.console.server import ConsoleServer, Door
from app.records.board import CardDetail, Cards, Messages, Overview, Status, Transcript, WindowStanding
from app.records.chart import Chart
from app.records.correction import Lesson
from app.records.decision import Stage
from app.records.kpi import KpiBoard
from app.records.message import Language
from app.records.pin import hash_pin
from app.records.satisfaction import SatisfactionBoard
from app.records.socket import Reply

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PIN = hash_pin("2468", bytes(16))


@dataclass
class House:
    """A backend in memory. `gate` lets a test hold a write open."""

    writes: list[tuple[str, ...]] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    gate: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def status(self) -> Status:
        return Status("FULL", "up", "up", NOW, "Asia/Hong_Kong")

    async def overview(self, language: Language) -> Overview:
        if self.broken:
            raise ZeroDivisionError("a surprise")
        self.languages.append(language)
        return Overview(NOW, ())

    async def decisions(self, language: Language) -> Cards:
        return Cards(NOW)

    async def decision(self, decision_id: str, language: Language) -> CardDetail | None:
        return None

    async def messages(self, limit: int, language: Language) -> Messages:
        return Messages(NOW)

    async def chart(self, plan_id: str, language: Language) -> Chart | None:
        self.languages.append(language)
        if plan_id in {"", "P-1"}:
            return Chart(plan_id, (), at=NOW)
        return None

    async def figures(self, language: Language) -> KpiBoard:
        self.languages.append(language)
        return KpiBoard(NOW, ())

    async def satisfaction(self) -> SatisfactionBoard:
        return SatisfactionBoard(NOW, ())

    async def transcript(self, msgid: str) -> Transcript | None:
        if msgid != "m1":
            return None
        return Transcript(
            "m1", "chan", None, "库存", "inventory_check", "rule", Stage.DONE, "600", 12.5, "D-00001"
        )

    def window(self) -> WindowStanding:
        return WindowStanding(possible=True, open_s=0.0)

    async def open_window(self, seconds: float, person_userid: str) -> Reply:
        return await self._write("open_window", str(seconds), person_userid)

    async def key_holder(self, userid: str) -> KeyHolder | None:
        return KeyHolder(userid, "李偉文", PIN) if userid == "lee.wai-man" else None

    async def _write(self, *words: str) -> Reply:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        self.writes.append(words)
        return Reply(ok=True, code="", text="做好了")

    async def approve(self, decision_id: str, person_userid: str, digest: str) -> Reply:
        return await self._write("approve", decision_id, person_userid, digest)

    async def refuse(self, decision_id: str, person_userid: str, reason: str) -> Reply:
        return await self._write("refuse", decision_id, person_userid, reason)

    async def undo(self, decision_id: str, person_userid: str) -> Reply:
        return await self._write("undo", decision_id, person_userid)

    async def teach(self, lesson: Lesson, person_userid: str) -> Reply:
        return await self._write(
            "teach", lesson.decision, person_userid, str(lesson.intent), lesson.word, lesson.code
        )

    async def publish_plan(self, plan_id: str, person_userid: str) -> Reply:
        return await self._write("publish_plan", plan_id, person_userid)

    async def revert_plan(self, plan_id: str, person_userid: str) -> Reply:
        return await self._write("revert_plan", plan_id, person_userid)


class Bare:
    """One raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return json.loads(await self.reader.readuntil(b"\n"))

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        return await self.send(json.dumps({"id": 7, "verb": verb, **fields}).encode() + b"\n")

    async def send(self, raw: bytes) -> dict[str, Any]:
        self.writer.write(raw)
        await self.writer.drain()
        return await self.hear()

    async def unlock(self) -> dict[str, Any]:
        return await self.ask("unlock", userid="lee.wai-man", pin="2468")


@dataclass
class Place:
    """Everything a test needs of one running server."""

    house: House
    feed: Feed
    path: Path
    tick: list[float]
    faults: list[Exception]
    connect: Callable[[], Awaitable[Bare]]
    server: ConsoleServer


@asynccontextmanager
async def serving(path: Path, house: House | None = None, **changes: Any) -> AsyncIterator[Place]:
    tick, faults, feed, house = [100.0], list[Exception](), Feed(depth=8), house or House()
    door = Door(path, idle_lock_s=180.0, tick=lambda: tick[0], on_fault=faults.append, **changes)
    server = ConsoleServer(house, feed, door)
    opened: list[asyncio.StreamWriter] = []

    async def connect() -> Bare:
        reader, writer = await asyncio.open_unix_connection(str(path))
        opened.append(writer)
        return Bare(reader, writer)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.run())
        await server.ready.wait()
        try:
            yield Place(house, feed, path, tick, faults, connect, server)
        finally:
            running.cancel()
            for writer in opened:
                writer.close()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path / "run" / "c.sock") as found:
        yield found


@pytest.fixture
def serve() -> Callable[..., Any]:
    return serving


@pytest.fixture
def stranger() -> Callable[[object], int]:
    return lambda _connection: os.getuid() + 4242
