"""The scheduling engine: dispatch rules, then CP-SAT on the whole or on one neighbourhood after another.

Importing this module loads OR-Tools: only the solver's own process and the command line do.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from app.planning.bounds import horizon, lower_bound, triangular
from app.planning.check import check, objective
from app.planning.cpmodel import Effort, Model, Slots, expressible
from app.planning.dispatch import candidates, keep, rank
from app.planning.neighbourhood import choose
from app.planning.shop import Shop, open_shop
from app.planning.tidy import tidy
from app.records.scheduling import Problem, Schedule

OnImprove = Callable[[Schedule], None]
Rank = tuple[int, int, int]

WHOLE_STEPS = 120
WHOLE_STEPS_MAKESPAN = 600
"""Up to this many free operations the whole is tried as one model."""

LEAST_SIZE, FIRST_SIZE, MOST_SIZE = 8, 40, 70
"""Operations let go at a time."""

PATIENCE = 80
"""Neighbourhoods in a row without gain, after which a schedule at its bound is good enough."""


def solve(
    problem: Problem, limit_s: float, workers: int, seed: int = 0, on_improve: OnImprove | None = None
) -> Schedule:
    """The best schedule found in about `limit_s` seconds of wall time.

    No worse than a dispatch rule's, of as many rules as there is time for. Every schedule returned
    or passed to `on_improve` has passed the checker; `on_improve` may be called on another thread.
    `bound` is a proven lower bound of the objective. Status "none" when nothing legal was found.
    """
    search = Search(open_shop(problem), limit_s, workers, seed, on_improve or _nobody)
    search.start()
    search.improve()
    return search.answer()


def _nobody(_: Schedule) -> None:
    return


@dataclass(frozen=True, slots=True)
class Legal:
    """A schedule that the checker accepts."""

    rank: Rank
    slots: Slots
    by: str


class Search:
    """One run; the best only ever gets better."""

    def __init__(self, shop: Shop, limit_s: float, workers: int, seed: int, on_improve: OnImprove) -> None:
        self._shop, self._workers, self._seed = shop, workers, seed
        self._limit_s, self._on_improve = limit_s, on_improve
        self._began = time.monotonic()
        self._bound = lower_bound(shop)
        self._free = {n for n in range(len(shop.steps)) if n not in shop.fixed}
        self._best: Legal | None = None

    def start(self) -> None:
        """Dispatch rules: all where that is cheap, else as many as half of the time allows."""
        for made in candidates(self._shop):
            self._offer({self._shop.number(s.job, s.task): s for s in made.slots}, made.by)
            late = len(self._free) > WHOLE_STEPS and self._spent_s() > self._limit_s / 2
            if late or self._perfect():
                return

    def improve(self) -> None:
        """The whole model where that is small; then one neighbourhood after another.

        What the model cannot say is left to dispatch rules.
        """
        if not expressible(self._shop):
            return
        makespan = self._shop.problem.objective == "makespan"
        whole = len(self._free) <= (WHOLE_STEPS_MAKESPAN if makespan else WHOLE_STEPS)
        if not self._perfect() and (whole or self._best is None):
            self._whole(self._left_s() * (1.0 if makespan or self._best is None else 0.5))
        if self._best is None or self._perfect():
            return
        near = keep(self._shop) if self._shop.current else None
        if near is not None and (start := self._legal(dict(near.slots), "dispatch:keep")):
            self._descend(start, self._left_s() / 2)
        self._descend(self._best, self._left_s())

    def answer(self) -> Schedule:
        """What was found."""
        if self._best is None:
            return Schedule("none", 0, (), "solver", solve_s=self._spent_s())
        return self._schedule(self._best)

    def _schedule(self, legal: Legal) -> Schedule:
        slots = tuple(legal.slots[n] for n in sorted(legal.slots))
        cost = objective(self._shop.problem, slots)
        status: Literal["optimal", "feasible"] = "optimal" if cost <= self._bound else "feasible"
        return Schedule(status, cost, slots, legal.by, min(self._bound, cost), self._spent_s())

    def _spent_s(self) -> float:
        return time.monotonic() - self._began

    def _left_s(self) -> float:
        return max(0.0, self._limit_s - self._spent_s())

    def _perfect(self) -> bool:
        """Whether nothing could be better: the objective at its bound, and nothing moved."""
        return self._best is not None and self._best.rank[:2] <= (self._bound, 0)

    def _legal(self, slots: Slots, by: str) -> Legal | None:
        """The better of the slots as they are and drawn together, checked; None when neither is legal."""
        found = [
            Legal(rank(self._shop, each.values()), each, by)
            for each in (slots, tidy(self._shop, slots))
            if each is not None and not check(self._shop.problem, tuple(each.values()))
        ]
        return min(found, key=lambda legal: legal.rank, default=None)

    def _offer(self, slots: Slots, by: str) -> Legal | None:
        """Check a schedule and keep it when it is the best so far."""
        legal = self._legal(slots, by)
        if legal and (self._best is None or legal.rank < self._best.rank):
            self._best = legal
            self._on_improve(self._schedule(legal))
        return legal

    def _whole(self, limit_s: float) -> None:
        """All operations in one model, beginning at the best schedule."""
        shop, slots = self._shop, dict(self._best.slots) if self._best else self._fixed()
        light = bool(shop.problem.family_setup) or any(r.closed for r in shop.problem.resources)
        model = Model(shop, slots, self._free, horizon(shop))
        if self._best is not None:
            model.hint()
        effort = Effort(limit_s, workers=self._workers, seed=self._seed, light=light)
        found = model.solve(effort, self._hear)
        if found.slots is not None:
            self._offer(found.slots, "solver")
            if triangular(shop):
                self._bound = max(self._bound, found.bound)

    def _hear(self, slots: Slots) -> None:
        self._offer(slots, "solver")

    def _fixed(self) -> Slots:
        return {n: self._shop.slot(n, f.machine, f.start, f.end) for n, f in self._shop.fixed.items()}

    def _descend(self, start: Legal, limit_s: float) -> None:
        """Let go of some operations, plan them anew, keep what is not worse; again until time is out."""
        chance, here, size, idle = Random(self._seed), start, FIRST_SIZE, 0  # noqa: S311 - no secret
        until = self._spent_s() + limit_s
        while (left := min(until - self._spent_s(), self._left_s())) > 0 and not self._perfect():
            free = choose(self._shop, here.slots, size, chance)
            if not free or (idle > PATIENCE and here.rank[0] <= self._bound):
                return
            after, proven = self._again(here, free, left, chance)
            size = min(MOST_SIZE, size + 1) if proven else max(LEAST_SIZE, size - 2)
            idle = 0 if after is not None and after.rank < here.rank else idle + 1
            if after is not None and after.rank[:2] <= here.rank[:2]:
                here = after

    def _again(self, here: Legal, free: set[int], left_s: float, chance: Random) -> tuple[Legal | None, bool]:
        ends = [slot.end for slot in here.slots.values()]
        far = max([*ends, *(place.end for place in self._shop.current.values())])
        model = Model(self._shop, here.slots, free, far)
        model.hint()
        found = model.solve(Effort(left_s, deterministic=0.15, seed=chance.randrange(2**31)))
        return (None if found.slots is None else self._offer(found.slots, "solver")), found.proven
