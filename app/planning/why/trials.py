"""Questions put to the solver one after another, within a number and a time; who asks does not wait.

A search is a generator: it yields problems and is sent schedules, so that the command line drives it
with the engine itself and the desk with the solver's process.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.planning.check import check, objective
from app.ports import Solver
from app.records.scheduling import Problem, Schedule

T = TypeVar("T")
Search = Generator[Problem, Schedule | None, T]
"""Yields a problem, is sent its schedule, or None when there is no more time; returns what it found."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `most` problems are solved, each in `each_s` seconds, all of them in `total_s`."""

    total_s: float = 10.0
    each_s: float = 1.0
    most: int = 24


class _Purse:
    """What is left of a budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._asked, self._began = budget, 0, time.monotonic()

    def limit_s(self) -> float | None:
        """Seconds for the next problem; None when nothing is left."""
        left_s = self._budget.total_s - (time.monotonic() - self._began)
        if self._asked >= self._budget.most or left_s <= 0:
            return None
        self._asked += 1
        return min(self._budget.each_s, left_s)


def drive(search: Search[T], solve: Callable[[Problem, float], Schedule], budget: Budget) -> T:
    """What the search finds with a solver that is called with a problem and seconds."""
    purse, answer = _Purse(budget), None
    while not isinstance(step := _step(search, answer), _End):
        limit_s = purse.limit_s()
        answer = None if limit_s is None else solve(step, limit_s)
    return step.found


async def drive_with(search: Search[T], solver: Solver, budget: Budget) -> T:
    """What the search finds with the solver's process; it thinks on another thread meanwhile."""
    purse, answer = _Purse(budget), None
    while True:
        step = await asyncio.to_thread(_step, search, answer)
        if isinstance(step, _End):
            return step.found
        limit_s = purse.limit_s()
        answer = None if limit_s is None else await solver.solve(step, limit_s=limit_s)


@dataclass(frozen=True, slots=True)
class _End(Generic[T]):
    """The search's last word."""

    found: T


def _step(search: Search[T], answer: Schedule | None) -> Problem | _End[T]:
    """The next problem, or the end; a thread cannot hand on that a generator has ended."""
    try:
        return search.send(answer)
    except StopIteration as end:
        return _End(end.value)


def legal(problem: Problem, schedule: Schedule | None) -> bool:
    """Whether there is a schedule, and it breaks no rule."""
    return schedule is not None and schedule.status != "none" and not check(problem, schedule.slots)


def nothing_late(problem: Problem, schedule: Schedule) -> bool:
    """Whether a schedule is legal and costs nothing."""
    return legal(problem, schedule) and objective(problem, schedule.slots) == 0
