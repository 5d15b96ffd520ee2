"""Reads: a thread with a connection of its own, each look on one consistent view."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from app.outbound.store.engine import Engines
from app.outbound.store.faults import Caught, is_of_database, named
from app.outbound.store.line import Line
from app.records.errors import OwnFault

T = TypeVar("T")


class Reader:
    """Runs looks one after another, beside the writer and never behind it."""

    def __init__(self, engines: Engines, name: str = "chargehand-store-read") -> None:
        self._engines = engines
        self._line: Line | None = None
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def submit(self, look: Callable[[Line], T]) -> "Future[T]":
        """Queue a look, from any thread."""
        if self._closed:
            raise OwnFault("the store is closed")
        return self._thread.submit(self._look, look)

    def close(self) -> None:
        """Finish what waits, then stop; may be called twice."""
        if not self._closed:
            self._closed = True
            self._thread.submit(self._drop).result()
        self._thread.shutdown()

    def _look(self, look: Callable[[Line], T]) -> T:
        found: list[T] = []
        caught = Caught()
        with caught:
            line = self._line = self._line or self._engines.reader()
            with line.connection.begin():
                found.append(look(line))
        if caught.fault is None:
            return found[0]
        if is_of_database(caught.fault):
            self._drop()
        raise named(caught.fault)

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with Caught():
                line.connection.close()
