"""The scheduling engine: a dispatch rule's schedule at once, then workers that race to better it.

Importing this module loads numba and OR-Tools: only the solver's own process and the command line do.
"""

import time
from collections.abc import Callable, Sequence
from typing import Literal

from app.planning.board import dislike
from app.planning.bounds import horizon, lower_bound
from app.planning.check import check
from app.planning.costs import cost, objective
from app.planning.cpmodel import Effort, Model, expressible
from app.planning.dispatch import EDD, MAKESPAN_GRID, TARDINESS_GRID, candidates, in_order, keep
from app.planning.engine import layout as at
from app.planning.engine.compiled import Array
from app.planning.engine.packed import pack, weights
from app.planning.engine.race import Best, in_step, race
from app.planning.engine.reading import new_row, read_in, read_out
from app.planning.engine.warm import warm
from app.planning.engine.workers import WARMTHS, Annealer, Tabu, Worker, start_of
from app.planning.proving import Prover, fits
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Problem, Schedule, Slot

OnImprove = Callable[[Schedule], None]

RULES_PART = 0.1
"""So much of the time may go to dispatch rules."""

EACH = 2000
"""Rounds of a worker between two looks at the others', where rounds are counted."""


def solve(
    problem: Problem,
    limit_s: float,
    workers: int,
    seed: int = 0,
    on_improve: OnImprove | None = None,
    start: Schedule | None = None,
    *,
    rounds: int | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Schedule:
    """The best schedule found in about `limit_s` seconds of wall time, by what `Problem.weights` say.

    No worse than `start`, where that is legal, or a dispatch rule's. Every schedule returned or
    passed to `on_improve` has passed the checker. `bound` is a proven lower bound of the objective.
    Status "none" when nothing legal was found. With `rounds` every worker makes so many changes
    and no more: the same problem, seed and rounds give the same schedule, where `limit_s` is not
    reached. `cancelled` is asked every 50 ms; the best so far is returned once it says yes. The
    first call in a process loads the engine before its time begins.
    """
    warm()
    search = Search(open_shop(problem), limit_s, max(1, workers), seed, on_improve or _nobody)
    search.begin(start, by_clock=rounds is None)
    search.improve(rounds, cancelled or _never)
    return search.answer()


def _nobody(_: Schedule) -> None:
    return


def _never() -> bool:
    return False


class Search:
    """One run; the best only ever gets better."""

    def __init__(self, shop: Shop, limit_s: float, workers: int, seed: int, on_improve: OnImprove) -> None:
        self._shop, self._workers, self._seed, self._on_improve = shop, workers, seed, on_improve
        self._began, self._limit_s = time.monotonic(), limit_s
        self._bound = lower_bound(shop)
        self._best: Schedule | None = None
        self._cost = self._plain = 0

    def begin(self, given: Schedule | None, *, by_clock: bool) -> None:
        """The first legal schedule: the one given, a dispatch rule's, or the plan in force kept.

        How many further rules there is time for is asked only where the clock decides anyway.
        """
        if given is not None and given.status != "none" and not check(self._shop.problem, given.slots):
            self._offer(given.slots, given.by)
        until = self._began + self._limit_s
        if self._shop.current and (kept := keep(self._shop, until)) is not None:
            self._offer(in_order(kept), "dispatch:keep")
        for made in candidates(self._shop, (EDD,), until):
            self._offer(made.slots, made.by)
        if by_clock:
            self._try_rules(until)
        if self._best is None and expressible(self._shop):
            self._search_any()

    def _try_rules(self, until: float) -> None:
        """Further rules, as many as a tenth of the time allows: a good start saves more than it costs."""
        makespan = self._shop.problem.objective == "makespan"
        for rule in MAKESPAN_GRID if makespan else TARDINESS_GRID:
            if self._perfect() or self._spent_s() > RULES_PART * self._limit_s:
                return
            for made in candidates(self._shop, (rule,), until):
                self._offer(made.slots, made.by)

    def _search_any(self) -> None:
        """Where no rule finds a place for everything, the constraint model may."""
        shop = self._shop
        fixed = {n: shop.slot(n, f.machine, f.start, f.end) for n, f in shop.fixed.items()}
        free = {n for n in range(len(shop.steps)) if n not in fixed}
        effort = Effort(self._limit_s - self._spent_s(), workers=self._workers, seed=self._seed)
        found = Model(shop, fixed, free, horizon(shop)).solve(effort)
        if found.slots is not None:
            self._offer(tuple(found.slots[n] for n in sorted(found.slots)), "solver")

    def improve(self, rounds: int | None, cancelled: Callable[[], bool]) -> None:
        """Let the workers race from the best, as long as there is time."""
        if self._best is None or self._perfect():
            return
        f = pack(self._shop, _reach(self._shop, self._best.slots))
        if f is None:
            return
        row = new_row(f, self._seed)
        if not read_in(self._shop, f, row, self._best.slots):
            return
        first = start_of(f, row)
        self._hear(first)
        best = Best(first, self._enough())
        team = self._team(f, first, in_step=rounds is not None)
        if rounds is not None:
            in_step(team, best, rounds, EACH, lambda: cancelled() or self._spent_s() > self._limit_s)
        else:
            race(team, best, self._limit_s - self._spent_s(), self._hear, cancelled)
        self._hear(best.row)
        self._bound = max([self._bound, *(w.bound for w in team if isinstance(w, Prover))])

    def _team(self, f: Array, first: Array, *, in_step: bool) -> Sequence[Worker]:
        """Who races: for a plain makespan tabu search and CP-SAT, else annealers of differing heat."""
        shop, seeds = self._shop, range(self._seed, self._seed + self._workers)
        if f[at.AIM] == at.MAKESPAN and _is_plain(shop.problem):
            team: list[Worker] = [Tabu(f, first, seed) for seed in seeds]
            if fits(shop) and not in_step:
                team[1:] = [Prover(shop, f, first, self._seed, self._began + self._limit_s)]
            return team
        return [
            Annealer(f, first, seed, WARMTHS[k % len(WARMTHS)], self._plain) for k, seed in enumerate(seeds)
        ]

    def answer(self) -> Schedule:
        """What was found."""
        if self._best is None:
            return Schedule("none", 0, (), "solver", solve_s=self._spent_s())
        return self._schedule(self._best.slots, self._best.by)

    def _hear(self, row: Array) -> None:
        self._offer(read_out(self._shop, row), "solver")

    def _offer(self, slots: tuple[Slot, ...], by: str) -> None:
        """Keep a schedule when it is the best so far and the checker has nothing to say."""
        worth = self._worth(slots)
        if (self._best is None or worth < self._cost) and not check(self._shop.problem, slots):
            self._best, self._cost = self._schedule(slots, by), worth
            self._plain = max(self._plain, worth)
            self._on_improve(self._best)

    def _worth(self, slots: tuple[Slot, ...]) -> int:
        """The cost by the engine's weights, which prefer fewer moves and journeys among equals."""
        problem, row = self._shop.problem, weights(self._shop)
        if row[0] == problem.weights.objective:
            return cost(problem, slots)
        moved = sum(dislike(self._shop, self._shop.number(s.job, s.task), s.machine, s.start) for s in slots)
        return row[0] * objective(problem, slots) + moved

    def _schedule(self, slots: tuple[Slot, ...], by: str) -> Schedule:
        value = objective(self._shop.problem, slots)
        status: Literal["optimal", "feasible"] = "optimal" if value <= self._bound else "feasible"
        return Schedule(status, value, slots, by, min(self._bound, value), self._spent_s())

    def _spent_s(self) -> float:
        return time.monotonic() - self._began

    def _enough(self) -> int:
        """No schedule can cost less."""
        return weights(self._shop)[0] * self._bound

    def _perfect(self) -> bool:
        """Whether nothing could be better."""
        return self._best is not None and self._cost <= self._enough()


def _is_plain(problem: Problem) -> bool:
    """Whether operations take as long as their work, whenever they begin, and all may be moved."""
    closed = any(r.closed for r in problem.resources)
    return not (closed or problem.shared or problem.fixed or problem.current)


def _reach(shop: Shop, slots: Sequence[Slot]) -> int:
    """No schedule that the search looks at ends later."""
    changes = [since for crew in shop.problem.crews for since, _ in crew.levels]
    return 2 * max([*(slot.end for slot in slots), *changes, 1])
