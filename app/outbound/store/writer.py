"""The one writer: a thread that lets all changes waiting share one commit."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.outbound.store.audit import Chain
from app.outbound.store.book import SqlBook
from app.outbound.store.engine import Engines
from app.outbound.store.faults import Caught, is_of_database, named
from app.outbound.store.line import Line
from app.ports import Clock
from app.records.errors import OwnFault

T = TypeVar("T")
_BATCH_MAX = 64


@dataclass(slots=True)
class _Attempt:
    """One change on its way: its future is resolved when its fate is on the disk."""

    change: Callable[[SqlBook], Any]
    future: "Future[Any] | asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop | None = None
    value: Any = None
    own: Caught = field(default_factory=Caught)

    def begin(self) -> bool:
        """Whether it is still wanted."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.cancelled()

    def run(self, book: SqlBook) -> None:
        self.value = self.change(book)

    def settle(self, whole: BaseException | None) -> None:
        fault = self.own.fault or whole
        if self.future.done():  # cancelled meanwhile
            return
        if fault is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(named(fault))


def _settle_all(attempts: list[_Attempt], whole: BaseException | None) -> None:
    for attempt in attempts:
        attempt.settle(whole)


def _tell(batch: list[_Attempt], whole: BaseException | None) -> None:
    """Resolve every future, each loop's own by one wake-up of it."""
    _settle_all([attempt for attempt in batch if attempt.loop is None], whole)
    for loop in {attempt.loop for attempt in batch if attempt.loop is not None}:
        mine = [attempt for attempt in batch if attempt.loop is loop]
        with suppress(RuntimeError):  # a loop that is closed has nobody who waits
            loop.call_soon_threadsafe(_settle_all, mine, whole)


class Writer:
    """Runs changes in their order, each in a savepoint; one that raises loses only itself.

    A commit that fails fails every change of its batch.
    """

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._line: Line | None = None
        self._queue: queue.SimpleQueue[_Attempt | None] = queue.SimpleQueue()
        self._closed = False
        self._door = threading.Lock()  # nothing is queued behind the last word
        self._thread = threading.Thread(target=self._work, name="chargehand-store", daemon=True)
        self._thread.start()

    def submit(self, change: Callable[[SqlBook], T]) -> "Future[T]":
        """Queue a change, from any thread; a future that is cancelled in time never runs."""
        future: Future[T] = Future()
        self._put(_Attempt(change, future))
        return future

    async def write(self, change: Callable[[SqlBook], T]) -> T:
        """Queue a change and wait; one wake-up of the loop serves a whole batch."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Attempt(change, future, loop))
        return await future

    def close(self) -> None:
        """Finish what waits, then stop; may be called twice."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _put(self, attempt: _Attempt) -> None:
        with self._door:
            if self._closed:
                raise OwnFault("the store is closed")
            self._queue.put(attempt)

    def _work(self) -> None:
        try:
            going = True
            while going:
                batch, going = self._take()
                if batch:
                    self._keep(batch)
        finally:
            self._drop()
            self._turn_away()

    def _turn_away(self) -> None:
        """Nobody waits for ever, however the thread ends."""
        with self._door:
            self._closed = True
            while not self._queue.empty():
                waiting = self._queue.get()
                if waiting is not None and waiting.begin():
                    _tell([waiting], OwnFault("the store is closed"))

    def _take(self) -> tuple[list[_Attempt], bool]:
        """All that waits, at most a batch; False when told to stop."""
        batch: list[_Attempt] = []
        waiting = self._queue.get()
        while waiting is not None:
            if waiting.begin():
                batch.append(waiting)
            if len(batch) == _BATCH_MAX or self._queue.empty():
                return batch, True
            waiting = self._queue.get()
        return batch, False

    def _keep(self, batch: list[_Attempt]) -> None:
        whole = Caught()
        with whole:
            self._transact(batch)
        if is_of_database(whole.fault):
            self._drop()
        _tell(batch, whole.fault)

    def _transact(self, batch: list[_Attempt]) -> None:
        line = self._line = self._line or self._engines.writer()
        with line.connection.begin():
            chain = Chain(line)
            book = SqlBook(line, chain, self._clock)
            if len(batch) == 1:
                batch[0].run(book)
                return
            for attempt in batch:
                self._in_savepoint(line, chain, book, attempt)

    def _in_savepoint(self, line: Line, chain: Chain, book: SqlBook, attempt: _Attempt) -> None:
        mark = chain.mark
        line.plain("SAVEPOINT change")
        with attempt.own:
            attempt.run(book)
        fault = attempt.own.fault
        if fault is not None:
            if not line.is_open:
                raise fault
            line.plain("ROLLBACK TO SAVEPOINT change")
            chain.mark = mark
        line.plain("RELEASE SAVEPOINT change")

    def _drop(self) -> None:
        """Let the connection go; the next batch opens a new one."""
        line, self._line = self._line, None
        if line is not None:
            with Caught():
                line.connection.close()
