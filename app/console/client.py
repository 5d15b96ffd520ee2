"""The console's end of the socket: asks, hears the feed, and connects again for ever."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from app.records.board import CardDetail, Cards, Messages, Overview, Standing
from app.records.chart import Chart
from app.records.correction import Lesson
from app.records.kpi import KpiBoard
from app.records.message import Language
from app.records.satisfaction import SatisfactionBoard
from app.records.socket import (
    PROTOCOL,
    REPLY_MAX_BYTES,
    Answer,
    Approve,
    AskChart,
    AskDecision,
    AskDecisions,
    AskFigures,
    AskMessages,
    AskOverview,
    AskSatisfaction,
    AskStatus,
    FeedLine,
    Hello,
    LineWrong,
    Lock,
    Refuse,
    Reply,
    Request,
    Subscribe,
    Teach,
    Touch,
    Undo,
    Unlock,
    read_said,
    shape,
    to_line,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connected:
    """The service answers."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The service is gone; `why` is the code of a refusal, "" when it just does not answer."""

    why: str = ""


Heard = Connected | Lost | FeedLine
Hear = Callable[[Heard], None]


class NoService(Exception):
    """There is no answer. `asked` is True when the request may have reached the service."""

    def __init__(self, *, asked: bool = False) -> None:
        super().__init__("the service does not answer")
        self.asked = asked


class Denied(Exception):
    """The service said no to a question; `code` is stable."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Client:
    """One console's connection. `patience_s` is how long an answer may take."""

    def __init__(
        self, socket: Path, language: Language, *, patience_s: float = 10.0, pause_s: float = 1.0
    ) -> None:
        self._socket = socket
        self._language = language
        self._patience_s = patience_s
        self._pause_s = pause_s
        self._writer: asyncio.StreamWriter | None = None
        self._open: dict[int, asyncio.Future[Answer]] = {}
        self._last_id = 0
        self._refusal = ""

    async def run(self, hear: Hear) -> None:
        """Stay connected until cancelled, telling what happens and what the feed says."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self._socket), limit=REPLY_MAX_BYTES)
            except OSError:
                hear(Lost())
            else:
                await self._stay(reader, writer, hear)
            await asyncio.sleep(self._pause_s)

    async def _stay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Hear) -> None:
        self._writer, self._refusal = writer, ""
        try:
            async with asyncio.TaskGroup() as group:
                greeting = group.create_task(self._greet(hear))
                await self._listen(reader, hear)
                greeting.cancel()
        finally:
            self._writer = None
            self._drop()
            writer.close()
        hear(Lost(self._refusal))

    async def _greet(self, hear: Hear) -> None:
        try:
            await self._ask(lambda n: Hello(n, PROTOCOL, self._language))
            await self._ask(Subscribe)
        except Denied as no:
            self._refusal = no.code
            if self._writer is not None:
                self._writer.close()
        except NoService:
            return
        else:
            hear(Connected())

    async def _listen(self, reader: asyncio.StreamReader, hear: Hear) -> None:
        while True:
            try:
                said = read_said(await reader.readuntil(b"\n"))
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, LineWrong):
                return
            if not isinstance(said, Answer):
                hear(said)
            elif said.id is None:
                self._refusal = said.code
            elif said.id in self._open:
                self._settle(self._open.pop(said.id), said)

    @staticmethod
    def _settle(waiting: asyncio.Future[Answer], said: Answer) -> None:
        if not waiting.done():
            waiting.set_result(said)

    def _drop(self) -> None:
        for waiting in self._open.values():
            waiting.cancel()
        self._open.clear()

    async def _answer(self, make: Callable[[int], Request]) -> Answer:
        """The service's answer; raises NoService."""
        if self._writer is None:
            raise NoService
        self._last_id += 1
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[self._last_id] = waiting
        mine = self._last_id
        try:
            self._writer.write(to_line(make(mine)))
            done, _ = await asyncio.wait({waiting}, timeout=self._patience_s)
        finally:
            self._open.pop(mine, None)
        if not done or waiting.cancelled():
            raise NoService(asked=True)
        return waiting.result()

    async def _ask(self, make: Callable[[int], Request]) -> Any:
        """The result; raises NoService, or Denied when the service says no."""
        answer = await self._answer(make)
        if not answer.ok:
            raise Denied(answer.code, answer.text)
        return answer.result

    async def _read(self, make: Callable[[int], Request], of: type[T]) -> T:
        try:
            return shape(await self._ask(make), of)
        except LineWrong as wrong:
            raise Denied(wrong.code, str(wrong)) from wrong

    async def _press(self, make: Callable[[int], Request]) -> Reply:
        answer = await self._answer(make)
        return Reply(answer.ok, answer.code, answer.text)

    # What the screens ask for. Each raises NoService; reads raise Denied.

    async def standing(self) -> Standing:
        """How the service is, and whether this console may write."""
        return await self._read(AskStatus, Standing)

    async def overview(self) -> Overview:
        """Every facility at a glance."""
        return await self._read(AskOverview, Overview)

    async def decisions(self) -> Cards:
        """What waits, and what was settled lately."""
        return await self._read(AskDecisions, Cards)

    async def decision(self, ticket: str) -> CardDetail:
        """One decision in full."""
        return await self._read(lambda n: AskDecision(n, ticket), CardDetail)

    async def messages(self) -> Messages:
        """The latest messages."""
        return await self._read(AskMessages, Messages)

    async def chart(self, plan_id: str = "") -> Chart:
        """The published plan drawn, or another by its id."""
        return await self._read(lambda n: AskChart(n, plan_id), Chart)

    async def figures(self) -> KpiBoard:
        """Key figures of today and the days before."""
        return await self._read(AskFigures, KpiBoard)

    async def satisfaction(self) -> SatisfactionBoard:
        """What people think of the answers."""
        return await self._read(AskSatisfaction, SatisfactionBoard)

    async def unlock(self, userid: str, pin: str) -> Reply:
        """Open writing for a person."""
        return await self._press(lambda n: Unlock(n, userid, pin))

    async def lock(self) -> Reply:
        """Close writing."""
        return await self._press(Lock)

    async def touch(self) -> Reply:
        """Say that somebody pressed a key."""
        return await self._press(Touch)

    async def approve(self, ticket: str, digest: str) -> Reply:
        """Say yes to exactly this action."""
        return await self._press(lambda n: Approve(n, ticket, digest))

    async def refuse(self, ticket: str, reason: str) -> Reply:
        """Say no."""
        return await self._press(lambda n: Refuse(n, ticket, reason))

    async def undo(self, ticket: str) -> Reply:
        """Take a done action back."""
        return await self._press(lambda n: Undo(n, ticket))

    async def teach(self, lesson: Lesson) -> Reply:
        """Say what the words had meant, and what people call a thing."""
        return await self._press(lambda n: Teach(n, lesson.decision, lesson.intent, lesson.word, lesson.code))
