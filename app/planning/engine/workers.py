"""Two ways to search, each with a schedule of its own that it goes on from."""

import math
from typing import Protocol

import numpy as np

from app.planning.engine import layout as at
from app.planning.engine.anneal import anneal
from app.planning.engine.compiled import Array
from app.planning.engine.counting import cost
from app.planning.engine.reading import new_row
from app.planning.engine.tabu import search

BARS = 1 << 18
PATIENCE = 3000
"""Moves of the tabu search without a gain, after which it goes back to the best and is shaken."""

CYCLES = 5
"""Annealing begins anew from the best, hot again, so many times."""

COLDEST, STILL = 0.01, 0.92
"""A cycle cools to this part of its first heat, and from this part of it on accepts nothing worse."""

WARMTHS = (2.5, 0.8)
"""First heats of the annealers in turn, against the mean cost of a job: hot for many rounds, mild for few.

For the hot one that cost is between a plain rule's and the best's, their geometric mean: where little
is left to gain the best alone would be too cold to get away from.
"""


class Goal(Protocol):
    """What all workers have in common: `stop[0]` is 1 when they are to end."""

    stop: Array

    def raise_bound(self, enough: int) -> None:
        """Nothing can cost less than this."""


class Worker(Protocol):
    """Searches in steps; `best` is what it has found or been told: a kept row, its cost behind."""

    best: Array

    def advance(self, rounds: int, part: float, goal: Goal) -> None:
        """Search for so many rounds, `part` of the whole time being over."""

    def halt(self) -> None:
        """Come back soon, from another thread; one that looks at `goal.stop` need not be told."""


def start_of(f: Array, s: Array) -> Array:
    """The kept row of a schedule, with its cost."""
    return np.append(s[: f[at.S_KEPT]], cost(f, s))


class Tabu:
    """Tabu search for the makespan."""

    def __init__(self, f: Array, start: Array, seed: int) -> None:
        self._f, self._s, self.best = f, new_row(f, seed), start.copy()
        self._s[at.TOTAL : f[at.S_KEPT]] = start[at.TOTAL : -1]
        self._bars = np.zeros(BARS, dtype=np.int64)
        self._clock = np.array([0, 0, PATIENCE], dtype=np.int64)

    def advance(self, rounds: int, part: float, goal: Goal) -> None:  # noqa: ARG002 - the same all the time
        """Make so many moves."""
        search(self._f, self._s, self.best, self._bars, self._clock, rounds, goal.stop)

    def halt(self) -> None:
        """It looks at `stop`."""


class Annealer:
    """Annealing in cycles; `warmth` scales the first heat against the mean cost of a job.

    `plain` is what a schedule costs that no search has bettered.
    """

    def __init__(self, f: Array, start: Array, seed: int, warmth: float, plain: int = 0) -> None:
        self._f, self._s, self.best = f, new_row(f, seed), start.copy()
        self._warmth, self._cycle, self._heat = warmth, -1, 0.0
        self._plain = float(max(plain, start[-1]))

    def advance(self, rounds: int, part: float, goal: Goal) -> None:
        """Try so many changes at the heat of this part of the time."""
        cycle = min(int(part * CYCLES), CYCLES - 1)
        if cycle != self._cycle:
            self._begin(cycle)
        gone = part * CYCLES - cycle
        heat = 0.0 if gone >= STILL else self._heat * COLDEST**gone
        anneal(self._f, self._s, self.best, rounds, heat, goal.stop)

    def halt(self) -> None:
        """It looks at `stop`."""

    def _begin(self, cycle: int) -> None:
        self._cycle, now = cycle, float(self.best[-1])
        if self._warmth >= 1.0:
            now = math.sqrt(now * self._plain)
        self._s[at.TOTAL : self._f[at.S_KEPT]] = self.best[at.TOTAL : -1]
        makespan = self._f[at.AIM] == at.MAKESPAN
        each = 0.005 if makespan else 1.0 / max(1, self._f[at.JOBS])
        self._heat = self._warmth * now * each
