"""An event loop whose waits are shortened: an hour of mostly waiting passes in minutes.

Only the time spent waiting is multiplied. Work takes as long as it takes, and no timer is overshot,
so that a busy machine makes neither side look late to the other.
"""

import asyncio
import selectors
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)  # a Friday, 09:00 at the plant


class _Hurried(selectors.DefaultSelector):
    """Waits a `pace`-th of what was asked, and counts it as the whole."""

    def __init__(self, pace: float) -> None:
        super().__init__()
        self._pace = pace
        self.gained_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        began = time.monotonic()
        events = super().select(timeout / self._pace)
        waited = time.monotonic() - began
        self.gained_s += min(waited * self._pace, timeout) - waited
        return events


class PacedLoop(asyncio.SelectorEventLoop):
    """`pace` seconds of its time for each second of waiting; `now` is the wall clock that goes with it."""

    def __init__(self, pace: float) -> None:
        self._hurried = _Hurried(pace)
        super().__init__(self._hurried)
        self._began = self.time()

    def time(self) -> float:
        return super().time() + self._hurried.gained_s

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time() - self._began)
