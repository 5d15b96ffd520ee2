"""One appliance's connection, from its hello to its end."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from typing import Literal

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from app.records.errors import StoreFull
from app.records.relay import (
    ECHO_S,
    Ack,
    Answer,
    Bye,
    Echo,
    FromRelay,
    Hello,
    Records,
    Welcome,
    Window,
    read_from_appliance,
    write,
)
from app.relay.keeper import Keeper
from app.relay.meters import Meters
from app.settings import PullSettings

_HELLO_S = 10.0
_BYE_S = 1.0
_CHECKS_MAX = 4
_CHECK_S = ECHO_S * 0.95
UNREADABLE, SUPERSEDED, BROKEN = 4000, 4001, 1011
"""Codes of closing: a frame that cannot be read, another appliance came, the queue cannot be had."""


class Held:
    """Sends what waits, deletes what is acknowledged, and passes URL checks on while it may."""

    def __init__(
        self, wire: ServerConnection, settings: PullSettings, keeper: Keeper, meters: Meters
    ) -> None:
        self._wire = wire
        self._settings = settings
        self._keeper = keeper
        self._meters = meters
        self._sent: deque[int] = deque()
        self._last = 0
        self._told = asyncio.Event()
        self._open_until_s = 0.0
        self._numbers = count(1)
        self._checks: dict[int, asyncio.Future[str | None]] = {}

    async def run(self, take_over: Callable[["Held"], None]) -> None:
        """Until the connection ends; `take_over` is called once the appliance has said hello."""
        try:
            await self._to_its_end(self._serve(take_over))
        finally:
            for check in self._checks.values():
                if not check.done():
                    check.set_result(None)

    def leave(self) -> None:
        """Another appliance came: send nothing more, say so, hang up."""
        self._told.set()

    async def check(self, query: str) -> str | None:
        """The appliance's answer to a URL check; None when the window is shut or none came in time."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._open_until_s or len(self._checks) >= _CHECKS_MAX:
            return None
        number = next(self._numbers)
        waiting: asyncio.Future[str | None] = loop.create_future()
        self._checks[number] = waiting
        try:
            async with asyncio.timeout(_CHECK_S):
                await self._send(Echo(id=number, query=query))
                return await waiting
        except (TimeoutError, ConnectionClosed):
            return None
        finally:
            del self._checks[number]

    async def _to_its_end(self, doing: Awaitable[None]) -> None:
        """Do it; whatever ends it ends the connection."""
        try:
            await doing
        except ConnectionClosed:
            return
        except (ValueError, TimeoutError):
            await self._hang_up("unreadable", UNREADABLE)
        except StoreFull:
            await self._wire.close(BROKEN)

    async def _serve(self, take_over: Callable[["Held"], None]) -> None:
        async with asyncio.timeout(_HELLO_S):
            first = read_from_appliance(await self._wire.recv())
        match first:
            case Hello():
                take_over(self)
                await self._resume(first)
            case _:
                raise ValueError("not a hello")
        async with asyncio.TaskGroup() as group:
            beside = [
                group.create_task(self._to_its_end(self._feed())),
                group.create_task(self._until_told()),
            ]
            await self._to_its_end(self._listen())
            for task in beside:
                task.cancel()

    async def _resume(self, hello: Hello) -> None:
        """Begin after what the appliance has of this very queue."""
        if hello.queue == self._keeper.id and hello.after <= await self._keeper.last():
            self._last = hello.after
            self._meters.acked(await self._keeper.drop_to(hello.after))
        await self._send(Welcome(queue=self._keeper.id))

    async def _feed(self) -> None:
        while not self._told.is_set():
            self._keeper.news.clear()
            room = min(self._settings.batch, self._settings.window - len(self._sent))
            records = await self._keeper.after(self._last, room) if room > 0 else []
            if not records:
                await self._keeper.news.wait()
                continue
            self._last = records[-1].n
            self._sent.extend(record.n for record in records)
            await self._send(Records(records=records))

    async def _until_told(self) -> None:
        await self._told.wait()
        await self._hang_up("superseded", SUPERSEDED)

    async def _listen(self) -> None:
        while True:
            match read_from_appliance(await self._wire.recv()):
                case Ack(n=n):
                    await self._acked(n)
                case Window(open_s=open_s):
                    self._open_until_s = asyncio.get_running_loop().time() + open_s
                case Answer(id=number, text=text):
                    waiting = self._checks.get(number)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(text)
                case Hello():
                    raise ValueError("a second hello")

    async def _acked(self, n: int) -> None:
        """Delete up to `n`, but nothing that was not sent here."""
        done = 0
        while self._sent and self._sent[0] <= n:
            done = self._sent.popleft()
        if done:
            self._meters.acked(await self._keeper.drop_to(done))
            self._keeper.news.set()

    async def _send(self, frame: FromRelay) -> None:
        await self._wire.send(write(frame))

    async def _hang_up(self, reason: Literal["superseded", "unreadable"], code: int) -> None:
        with suppress(TimeoutError, ConnectionClosed):
            async with asyncio.timeout(_BYE_S):
                await self._send(Bye(reason=reason))
        await self._wire.close(code)
