"""A legal schedule in milliseconds: dispatch rules, each operation in the first gap that fits."""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from app.planning.board import Board, Place, dislike
from app.planning.check import check, objective
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Problem, Schedule, Slot

Urgency = Callable[[Board, int, Place], float]
"""Lower goes first, among operations that compete for a machine."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A dispatch rule; all figures in mean working times of the problem.

    Operations compete that could start within `reach` of the first. `look_ahead` and
    `setup_scale` belong to ATC: how far slack counts, and how much a setup costs.
    """

    name: str
    reach: float = 0.5
    look_ahead: float = 0.0
    setup_scale: float = 0.0


EDD = Rule("edd")
TARDINESS_GRID = (
    EDD,
    Rule("atc-0.5-0.1", 0.5, 0.5, 0.1),
    Rule("slack"),
    *(Rule(f"atc-{k:g}-{s:g}", 0.5, k, s) for k in (1.0, 2.0) for s in (0.1, 0.3, 1.0)),
    *(Rule(f"atc-0.5-{s:g}", 0.5, 0.5, s) for s in (0.3, 1.0)),
    *(Rule(f"atc-near-{k:g}", 0.25, k, 0.1) for k in (0.5, 1.0)),
)
MAKESPAN_GRID = tuple(
    Rule(name if reach else f"{name}-now", reach)
    for name in ("mwkr", "slack", "fifo", "spt")
    for reach in (0.0, 0.25)
)

MANY_STEPS = 500
"""With more operations than this a rule takes long: three must do."""


def dispatch(problem: Problem, rules: Sequence[Rule] = ()) -> Schedule:
    """The best schedule of a grid of rules, or of the rules given; `by` names the rule.

    Every schedule is legal; status "none" when no rule found one.
    """
    began = time.monotonic()
    shop = open_shop(problem)
    best = next(iter(sorted(candidates(shop, rules), key=lambda made: rank(shop, made.slots))), None)
    took = time.monotonic() - began
    if best is None:
        return Schedule("none", 0, (), "dispatch", solve_s=took)
    return Schedule("feasible", best.objective, best.slots, best.by, solve_s=took)


def candidates(shop: Shop, rules: Sequence[Rule] = ()) -> Iterable[Schedule]:
    """A legal schedule per rule that finds one, and one that keeps the plan in force, where there is one."""
    makespan = shop.problem.objective == "makespan"
    grid = MAKESPAN_GRID if makespan else TARDINESS_GRID
    if len(shop.steps) > MANY_STEPS:
        grid = grid[:3]
    for rule in rules or grid:
        yield from _legal(shop, run(shop, rule), f"dispatch:{rule.name}")
    if shop.current and not rules:
        yield from _legal(shop, keep(shop), "dispatch:keep")


def rank(shop: Shop, slots: Iterable[Slot]) -> tuple[int, int, int]:
    """What makes one legal schedule better than another; lower is better.

    The problem's objective, then moves and journeys, then how far starts are from the plan in
    force; where there is none, how late jobs end.
    """
    slots = tuple(slots)
    moves = sum(dislike(shop, shop.number(s.job, s.task), s.machine, s.start) for s in slots)
    return objective(shop.problem, slots), moves, sum(_drift(shop, s) for s in slots)


def _drift(shop: Shop, slot: Slot) -> int:
    number = shop.number(slot.job, slot.task)
    if number in shop.current:
        return abs(slot.start - shop.current[number].start)
    return slot.end if shop.is_last(number) else 0


def _legal(shop: Shop, board: Board | None, by: str) -> Iterable[Schedule]:
    slots = () if board is None else in_order(board)
    if board is not None and not check(shop.problem, slots):
        yield Schedule("feasible", objective(shop.problem, slots), slots, by)


def in_order(board: Board) -> tuple[Slot, ...]:
    """The board's slots by job and operation."""
    return tuple(board.slots[number] for number in sorted(board.slots))


def run(shop: Shop, rule: Rule) -> Board | None:
    """A schedule by one rule; None when an operation found no place.

    Of the jobs' next operations, each on the machine that ends it first, the most urgent goes of
    those that could start soon; so it comes about in the order of time.
    """
    board, urgency = Board(shop), _urgency(shop, rule)
    queue = _Queue(board)
    reach = int(rule.reach * mean_work(shop))
    while queue.waiting:
        near = queue.near(reach)
        if near is None:
            return None
        job = min((urgency(board, queue.waiting[j], place), place, j) for j, place in near)[2]
        queue.take(job)
    return board


class _Queue:
    """The jobs' next operations; a place is looked for again only when it may matter."""

    def __init__(self, board: Board) -> None:
        self._board, self._shop = board, board.shop
        jobs = range(len(self._shop.problem.jobs))
        self.waiting = {j: n for j in jobs if (n := _next(self._shop, j, 0)) is not None}
        self._places: dict[int, Place] = {}
        self._stale = set(self.waiting)

    def near(self, reach: int) -> list[tuple[int, Place]] | None:
        """The jobs that could start within `reach` of the first; None when one has no place at all."""
        while True:
            soon = min((place.start for place in self._places.values()), default=0) + reach
            again = [j for j in self._stale if j not in self._places or self._places[j].start <= soon]
            if not again:
                return [(j, place) for j, place in self._places.items() if place.start <= soon]
            if not self._look(again):
                return None

    def _look(self, jobs: Iterable[int]) -> bool:
        for job in jobs:
            place = self._board.best(self.waiting[job])
            if place is None:
                return False
            self._places[job] = place
            self._stale.remove(job)
        return True

    def take(self, job: int) -> None:
        """Put the job's operation where it was found; others meant for that machine must look again."""
        number, place = self.waiting.pop(job), self._places.pop(job)
        self._board.put(number, place.machine, place.start, place.end)
        self._stale.update(j for j, other in self._places.items() if other.machine == place.machine)
        follower = _next(self._shop, job, self._shop.steps[number].task + 1)
        if follower is not None:
            self.waiting[job] = follower
            self._stale.add(job)


def mean_work(shop: Shop) -> float:
    """The mean working time over all alternatives, at least 1."""
    works = [work for step in shop.steps for _, work in step.modes]
    return max(1.0, sum(works) / max(1, len(works)))


def _next(shop: Shop, job: int, task: int) -> int | None:
    """The number of the job's first operation from `task` on that is not fixed."""
    rest = range(shop.first[job] + task, shop.first[job + 1])
    return next((n for n in rest if n not in shop.fixed), None)


def _urgency(shop: Shop, rule: Rule) -> Urgency:
    jobs, steps = shop.problem.jobs, shop.steps
    due = [math.inf if job.due is None else job.due for job in jobs]
    match rule.name.split("-")[0]:
        case "edd":
            chosen: Urgency = lambda _, n, __: due[steps[n].job]  # noqa: E731
        case "slack":
            chosen = lambda _, n, place: due[steps[n].job] - place.start - steps[n].tail  # noqa: E731
        case "fifo":
            chosen = lambda _, __, place: place.start  # noqa: E731
        case "spt":
            chosen = lambda _, __, place: place.end - place.start  # noqa: E731
        case "mwkr":
            chosen = lambda _, n, __: -steps[n].tail  # noqa: E731
        case _:
            chosen = _apparent_cost(shop, rule)
    return chosen


def _apparent_cost(shop: Shop, rule: Rule) -> Urgency:
    """ATC with a setup term (Lee, Bhaskaran, Pinedo 1997): weight over work, less by slack and setup."""
    mean = mean_work(shop)

    def cost(board: Board, n: int, place: Place) -> float:
        step = shop.steps[n]
        job = shop.problem.jobs[step.job]
        work = max(1, next(w for m, w in step.modes if m == place.machine))
        slack = 0 if job.due is None else max(0, job.due - place.start - step.tail)
        value = math.log(max(job.weight, 1e-9) / work) - slack / (rule.look_ahead * mean)
        return board.setup_before(n, place) / (rule.setup_scale * mean) - value

    return cost


def keep(shop: Shop) -> Board | None:
    """The plan in force moved right where it must be; operations it does not know go into gaps by EDD."""
    board = Board(shop)
    known = [j for j in range(len(shop.problem.jobs)) if _is_planned(shop, j)]
    order = sorted(
        (n for j in known for n in range(shop.first[j], shop.first[j + 1]) if n not in shop.fixed),
        key=lambda n: (shop.current[n].start, n),
    )
    for number in order:
        if not _put_near(shop, board, number):
            return None
    others = sorted(set(range(len(shop.problem.jobs))) - set(known), key=lambda j: _due(shop, j))
    for number in (n for j in others for n in range(shop.first[j], shop.first[j + 1])):
        if number in shop.fixed:
            continue
        place = board.best(number)
        if place is None:
            return None
        board.put(number, place.machine, place.start, place.end)
    return board


def _is_planned(shop: Shop, job: int) -> bool:
    numbers = range(shop.first[job], shop.first[job + 1])
    starts = [shop.current[n].start for n in numbers if n in shop.current and n not in shop.fixed]
    whole = all(n in shop.current or n in shop.fixed for n in numbers)
    return whole and starts == sorted(starts)


def _due(shop: Shop, job: int) -> float:
    due = shop.problem.jobs[job].due
    return math.inf if due is None else due


def _put_near(shop: Shop, board: Board, number: int) -> bool:
    """On the machine of the plan in force, not before its start there; elsewhere when it cannot."""
    current = shop.current[number]
    for machine, work in shop.steps[number].modes:
        if machine == current.machine:
            ready = max(board.ready(number, machine), current.start)
            start, end = board.earliest(number, machine, work, ready)
            if board.fits_before_next(number, machine, end):
                board.put(number, machine, start, end)
                return True
    place = board.best(number)
    if place is None:
        return False
    board.put(number, place.machine, place.start, place.end)
    return True
