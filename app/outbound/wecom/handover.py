"""Frames on their way from the socket to the desk; none is lost when the connection ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from itertools import count

from app.outbound.wecom.frames import Frame

OnFrame = Callable[[dict[str, object], str, datetime], Awaitable[None]]
"""Takes a callback's frame, its text, and when it arrived; may be called again with the same."""


class Handover:
    """A queue that is begun in order and worked in parallel, so that writes can share a commit."""

    def __init__(self, on_frame: OnFrame, *, waiting_max: int = 1000, at_once: int = 64) -> None:
        self._on_frame = on_frame
        self._numbers = count()
        self._kept: dict[int, tuple[Frame, datetime]] = {}
        self._queue: asyncio.Queue[int] = asyncio.Queue(waiting_max)
        self._slots = asyncio.Semaphore(at_once)

    async def put(self, frame: Frame, at: datetime) -> None:
        """Take a frame; waits only when the desk is a thousand frames behind."""
        number = next(self._numbers)
        self._kept[number] = (frame, at)
        await self._queue.put(number)

    async def run(self) -> None:
        """Hand frames over, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                number = await self._queue.get()
                await self._slots.acquire()
                group.create_task(self._give_in_turn(number))

    async def finish(self, within_s: float) -> None:
        """Hand over what was read but not yet taken, once more, as far as the time allows."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                for number in sorted(self._kept):
                    await self._give(number)

    async def _give_in_turn(self, number: int) -> None:
        try:
            await self._give(number)
        finally:
            self._slots.release()

    async def _give(self, number: int) -> None:
        frame, at = self._kept[number]
        await self._on_frame(frame.data, frame.raw, at)
        self._kept.pop(number, None)
