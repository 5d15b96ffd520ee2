"""The queue as the loop sees it: every access in one thread of its own, and a bell for what is new."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from app.records.relay import Record
from app.relay.queue import Queue
from app.settings import QueueSettings

T = TypeVar("T")
Now = Callable[[], datetime]
"""Aware UTC."""


class Keeper:
    """Opens the queue, raising as it does; `close` lets go of it."""

    def __init__(self, settings: QueueSettings, now: Now) -> None:
        self._keep_s = settings.keep_s
        self._now = now
        self._queue = Queue(settings)
        self._thread = ThreadPoolExecutor(1, "relay-queue")
        self.news = asyncio.Event()
        """Set when a record was kept; whoever reads the queue clears it first."""

    @property
    def id(self) -> str:
        """The queue's id."""
        return self._queue.id

    @property
    def length(self) -> int:
        """Records that wait."""
        return self._queue.length

    @property
    def size_bytes(self) -> int:
        """Bytes of bodies that wait."""
        return self._queue.size_bytes

    @property
    def oldest_s(self) -> float:
        """How long the first has waited; 0 when none does."""
        oldest_ms = self._queue.oldest_ms
        return 0.0 if oldest_ms is None else max(0.0, (self._now_ms() - oldest_ms) / 1000)

    async def put(self, source: str, query: str, body: bytes) -> str:
        """Keep a callback received now; "" once it is durable, otherwise why it is not kept."""
        why_not = await self._there(lambda: self._queue.put(self._now_ms(), source, query, body))
        if not why_not:
            self.news.set()
        return why_not

    async def after(self, n: int, count: int) -> list[Record]:
        """The next records; raises StoreFull."""
        return await self._there(lambda: self._queue.after(n, count))

    async def last(self) -> int:
        """The highest number ever given; raises StoreFull."""
        return await self._there(self._queue.last)

    async def drop_to(self, n: int) -> int:
        """Delete what is acknowledged; returns how many. Raises StoreFull."""
        return await self._there(lambda: self._queue.drop_to(n))

    async def expire(self) -> int:
        """Delete what waited too long; returns how many. Raises StoreFull."""
        before_ms = self._now_ms() - round(self._keep_s * 1000)
        return await self._there(lambda: self._queue.expire(before_ms))

    def close(self) -> None:
        """Finish what is being written, and let go of the file."""
        self._thread.shutdown(wait=True)
        self._queue.close()

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)

    async def _there(self, do: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do)
