"""Workers on threads of their own that share the best schedule; by the clock, or in step and repeatable."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from app.planning.engine.compiled import Array
from app.planning.engine.workers import Worker

STEP_S = 0.02
"""A worker looks up from its work about so often."""

LOOK_S = 0.05
"""The caller's thread looks about so often whether there is something to tell or a reason to end."""


class Best:
    """The best schedule of all workers: a kept row, its cost behind. Good enough at `enough`."""

    def __init__(self, start: Array, enough: int) -> None:
        self._row, self._enough = start, enough
        self._lock = threading.Lock()
        self.stop, self.ended = np.zeros(1, dtype=np.int64), threading.Event()
        self._look()

    @property
    def row(self) -> Array:
        """As it is now; not to be written to."""
        return self._row

    def share(self, row: Array) -> None:
        """Offer a row, or take over the better one into it."""
        with self._lock:
            if row[-1] < self._row[-1]:
                self._row = row.copy()
                self._look()
            elif self._row[-1] < row[-1]:
                row[:] = self._row

    def raise_bound(self, enough: int) -> None:
        """Nothing can be better than this."""
        with self._lock:
            self._enough = max(self._enough, enough)
            self._look()

    def _look(self) -> None:
        if self._row[-1] <= self._enough:
            self.end()

    def end(self) -> None:
        """Every worker stops within one change."""
        self.stop[0] = 1
        self.ended.set()


def race(
    workers: Sequence[Worker],
    best: Best,
    limit_s: float,
    tell: Callable[[Array], None],
    cancelled: Callable[[], bool],
) -> None:
    """All at once until the time is over, it is cancelled, or `best` is good enough.

    `tell` hears of better rows now and then, on the caller's thread. A worker that does not come
    back at once is left to end by itself: what it finds then is not looked at.
    """
    began, told = time.monotonic(), int(best.row[-1])
    threads = [
        threading.Thread(target=_run, args=(worker, best, began, limit_s), daemon=True) for worker in workers
    ]
    for thread in threads:
        thread.start()
    while not best.stop[0]:
        best.ended.wait(min(LOOK_S, max(0.0, began + limit_s - time.monotonic())))
        if time.monotonic() >= began + limit_s or cancelled():
            best.end()
        if best.row[-1] < told:
            told = int(best.row[-1])
            tell(best.row)
    for worker in workers:
        worker.halt()
    for thread in threads:
        thread.join(LOOK_S)


def _run(worker: Worker, best: Best, began: float, limit_s: float) -> None:
    rounds = 50
    while not best.stop[0]:
        begin = time.monotonic()
        worker.advance(rounds, min(1.0, (begin - began) / limit_s), best)
        best.share(worker.best)
        took = max(1e-4, time.monotonic() - begin)
        rounds = int(min(200_000, max(10, rounds * min(4.0, max(0.25, STEP_S / took)))))


def in_step(
    workers: Sequence[Worker], best: Best, rounds: int, each: int, over: Callable[[], bool] = lambda: False
) -> None:
    """One after the other, `each` rounds at a time, `rounds` in all for every worker.

    The same start, seeds and rounds give the same schedule, however busy the machine, unless it is
    `over` before; that is asked each time.
    """
    done = 0
    while done < rounds and not best.stop[0] and not over():
        now = min(each, rounds - done)
        for worker in workers:
            worker.advance(now, done / rounds, best)
        for worker in [*workers, *workers]:
            best.share(worker.best)
        done += now
