"""CP-SAT beside the search: the whole as one model, from the best schedule so far, for proof and bounds."""

import os
import threading
import time

from app.planning.bounds import horizon, triangular
from app.planning.cpmodel import Effort, Model, Slots, expressible
from app.planning.engine import layout as at
from app.planning.engine.compiled import Array
from app.planning.engine.counting import cost
from app.planning.engine.packed import weights
from app.planning.engine.reading import new_row, read_in, read_out
from app.planning.engine.workers import Goal
from app.planning.shop import Shop

MOST_MODES, MOST_PAIRS = 5000, 60_000
"""Larger models are not built: more alternatives, or more pairs that need a setup between them."""

WORKERS, NICER = 8, 10
"""Its sub-solvers differ, so eight on a core do more than two; they leave the search its core,
except where jobs must stay in one of several facilities, which it decides better."""

FIRST_S = 2.0
"""The first try's time; every further one begins from the best and takes twice as long."""


def fits(shop: Shop) -> bool:
    """Whether the whole can be said in one model, and is small enough for it."""
    if not expressible(shop):
        return False
    modes = sum(len(step.modes) for step in shop.steps)
    lanes: dict[int, int] = {}
    for step in shop.steps:
        for machine, _ in step.modes:
            lanes[machine] = lanes.get(machine, 0) + 1
    pairs = sum(size * size // 2 for size in lanes.values()) if shop.has_setups else 0
    return modes <= MOST_MODES and pairs <= MOST_PAIRS


def _make_nice() -> None:
    """This thread, and those that it starts, leave the processor to others."""
    thread = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICER)


class Prover:
    """A worker that solves one model again and again, each time from the best schedule.

    It ends at `until` on the monotonic clock. `bound` is what it has proven of the objective.
    """

    def __init__(self, shop: Shop, f: Array, start: Array, seed: int, until: float) -> None:
        self._shop, self._f, self.best, self._seed = shop, f, start.copy(), seed
        self._until = until
        self._model: Model | None = None
        self._time_s, self._exact = FIRST_S, triangular(shop)
        self._halted = threading.Event()
        self.bound = 0

    def advance(self, rounds: int, part: float, goal: Goal) -> None:  # noqa: ARG002 - it has a time of its own
        """One try; a proof ends the race."""
        slots = {self._shop.number(s.job, s.task): s for s in read_out(self._shop, self.best)}
        if self._model is None:
            free = {n for n in slots if n not in self._shop.fixed}
            self._model = Model(self._shop, slots, free, horizon(self._shop))
            if not any(job.one_facility for job in self._shop.problem.jobs):
                _make_nice()
        self._model.hint(slots)
        limit_s = 0.0 if self._halted.is_set() else min(self._time_s, self._until - time.monotonic())
        light = bool(self._shop.problem.family_setup) or any(r.closed for r in self._shop.problem.resources)
        found = self._model.solve(Effort(limit_s, workers=WORKERS, seed=self._seed, light=light))
        if found.slots is not None:
            self._offer(found.slots)
        if self._exact and found.slots is not None:
            self.bound = max(self.bound, found.bound)
            if weights(self._shop)[1:] == [0] * 6:
                goal.raise_bound(self.bound * weights(self._shop)[0])
        self._time_s *= 2
        if found.proven or limit_s <= 0:
            self._halted.wait(max(0.0, self._until - time.monotonic()))

    def _offer(self, slots: Slots) -> None:
        row = new_row(self._f, 0)
        if not read_in(self._shop, self._f, row, slots.values()):
            return
        found = cost(self._f, row)
        if found < self.best[-1]:
            self.best[:-1] = row[: self._f[at.S_KEPT]]
            self.best[-1] = found

    def halt(self) -> None:
        """Stop the solver."""
        self._halted.set()
        if self._model is not None:
            self._model.halt()
