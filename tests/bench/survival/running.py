"""The clients as they run beside the gateway: SDKs in processes of their own, ours in one or here."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, field

from tests.bench.survival.clients import ours
from tests.bench.survival.clients.ours import Bot

_KILL_S = 2.0


@dataclass
class Heard:
    """The msgids that a client was given, in that order, as often as it was given each."""

    msgids: list[str] = field(default_factory=list)
    ended: bool = False
    """Whether the client's process has ended, which none should."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, msgid: str) -> None:
        self.msgids.append(msgid)
        self._changed.set()

    async def until(self, true: Callable[[], bool], limit_s: float) -> bool:
        """Whether it became true within so many seconds."""
        try:
            async with asyncio.timeout(limit_s):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True


Start = Callable[[Bot], AbstractAsyncContextManager[Heard]]
"""Starts a client and stops it."""


def process(*command: str) -> Start:
    """A client in a process, which gets the bot as its last argument and prints what it hears."""

    @asynccontextmanager
    async def running(bot: Bot) -> AsyncIterator[Heard]:
        heard = Heard()
        child = await asyncio.create_subprocess_exec(
            *command,
            json.dumps(asdict(bot)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(_read(child, heard))
            try:
                yield heard
            finally:
                await _end(child)
                await reader

    return running


@asynccontextmanager
async def here(bot: Bot) -> AsyncIterator[Heard]:
    """Our client in this process."""
    heard = Heard()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(ours.run(bot, heard.add))
        try:
            yield heard
        finally:
            task.cancel()


async def _read(child: asyncio.subprocess.Process, heard: Heard) -> None:
    assert child.stdout is not None
    async for line in child.stdout:
        heard.add(json.loads(line)["msgid"])
    heard.ended = True


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), _KILL_S)
    except TimeoutError:
        child.kill()
        await child.wait()
