"""A legal schedule in milliseconds: dispatch rules, each operation in the first gap that fits."""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.planning.board import Board, Place, dislike
from app.planning.check import check, cost, objective
from app.planning.shop import Shop, open_shop
from app.planning.waiting import Queue, Urgency
from app.records.scheduling import Problem, Schedule, Slot


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
    *(Rule(f"atc-{k:g}-{s:g}", 0.5, k, s) for k, s in ((0.5, 0.1), (1.0, 0.3), (0.5, 0.3))),
    Rule("slack"),
    *(Rule(f"atc-2-{s:g}", 0.5, 2.0, s) for s in (0.1, 0.3, 1.0)),
    *(Rule(f"atc-{k:g}-{s:g}", 0.5, k, s) for k, s in ((1.0, 0.1), (1.0, 1.0), (0.5, 1.0))),
    *(Rule(f"atc-near-{k:g}", 0.25, k, 0.1) for k in (0.5, 1.0)),
)
"""The rules that did best on generated plants come first: where time is short they must do."""

MAKESPAN_GRID = tuple(
    Rule(name if reach else f"{name}-now", reach)
    for name in ("mwkr", "slack", "fifo", "spt")
    for reach in (0.0, 0.25)
)

MANY_STEPS = 500
"""With more operations than this a rule takes long: three must do."""


def dispatch(problem: Problem, rules: Sequence[Rule] = (), limit_s: float = math.inf) -> Schedule:
    """The best schedule of a grid of rules, or of the rules given; `by` names the rule.

    Every schedule is legal; status "none" when no rule found one within `limit_s` of wall time.
    """
    began = time.monotonic()
    shop = open_shop(problem)
    made = candidates(shop, rules, began + limit_s)
    best = min(made, key=lambda schedule: rank(shop, schedule.slots), default=None)
    took = time.monotonic() - began
    if best is None:
        return Schedule("none", 0, (), "dispatch", solve_s=took)
    return Schedule("feasible", best.objective, best.slots, best.by, solve_s=took)


def candidates(shop: Shop, rules: Sequence[Rule] = (), until: float = math.inf) -> Iterable[Schedule]:
    """A legal schedule per rule that finds one, and one that keeps the plan in force, where there is one.

    None is begun, and none goes on, after `until` on the monotonic clock.
    """
    makespan = shop.problem.objective == "makespan"
    grid = MAKESPAN_GRID if makespan else TARDINESS_GRID
    if len(shop.steps) > MANY_STEPS:
        grid = grid[:3]
    for rule in rules or grid:
        yield from _legal(shop, run(shop, rule, until), f"dispatch:{rule.name}")
    if shop.current and not rules:
        yield from _legal(shop, keep(shop, until), "dispatch:keep")


def rank(shop: Shop, slots: Iterable[Slot]) -> tuple[int, int, int]:
    """What makes one legal schedule better than another; lower is better.

    The cost by the problem's weights, then moves and journeys, then how far starts are from the
    plan in force; where there is none, how late jobs end.
    """
    slots = tuple(slots)
    moves = sum(dislike(shop, shop.number(s.job, s.task), s.machine, s.start) for s in slots)
    return cost(shop.problem, slots), moves, sum(_drift(shop, s) for s in slots)


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


def run(shop: Shop, rule: Rule, until: float = math.inf) -> Board | None:
    """A schedule by one rule; None when an operation found no place, or it is not done by `until`.

    Of the jobs' next operations, each on the machine that ends it first, the most urgent goes of
    those that could start soon; so it comes about in the order of time.
    """
    board = Board(shop)
    return board if _fill(board, rule, until) else None


def _fill(board: Board, rule: Rule, until: float) -> bool:
    """Put what is not on the board yet by one rule; False when an operation found no place in time."""
    shop, queue = board.shop, Queue(board)
    reach = int(rule.reach * mean_work(shop))
    still, changing = _still_urgency(shop, rule), _urgency(shop, rule)
    while queue.waiting:
        first = queue.first_start()
        if first is None or time.monotonic() >= until:
            return False
        if still is not None:
            job = queue.first_of(first + reach, still)
        else:
            job = queue.most_urgent(first + reach, changing)
        if job is None:
            return False
        queue.take(job)
    return len(board.slots) == len(shop.steps)


def mean_work(shop: Shop) -> float:
    """The mean working time over all alternatives, at least 1."""
    works = [work for step in shop.steps for _, work in step.modes]
    return max(1.0, sum(works) / max(1, len(works)))


def _still_urgency(shop: Shop, rule: Rule) -> list[float] | None:
    """The urgency of every operation, where it does not depend on its place; None where it does."""
    match rule.name.split("-")[0]:
        case "edd":
            return [_due(shop, step.job) for step in shop.steps]
        case "mwkr":
            return [-step.tail for step in shop.steps]
        case _:
            return None


def _urgency(shop: Shop, rule: Rule) -> Urgency:
    steps = shop.steps
    match rule.name.split("-")[0]:
        case "slack":
            return lambda _, n, place: _due(shop, steps[n].job) - place.start - steps[n].tail
        case "fifo":
            return lambda _, __, place: place.start
        case "spt":
            return lambda _, __, place: place.end - place.start
        case _:
            return _apparent_cost(shop, rule)


def _apparent_cost(shop: Shop, rule: Rule) -> Urgency:
    """ATC with a setup term (Lee, Bhaskaran, Pinedo 1997): weight over work, less by slack and setup."""
    mean = mean_work(shop)

    def cost(board: Board, n: int, place: Place) -> float:
        step = shop.steps[n]
        due, weight = shop.due(step.job), shop.weight(step.job)
        work = max(1, next(w for m, w in step.modes if m == place.machine))
        slack = 0 if due is None else max(0, due - place.start - step.tail)
        value = math.log(max(weight, 1e-9) / work) - slack / (rule.look_ahead * mean)
        return board.setup_before(n, place) / (rule.setup_scale * mean) - value

    return cost


def keep(shop: Shop, until: float = math.inf) -> Board | None:
    """The plan in force moved right where it must be; what it does not know goes around it by EDD."""
    board = Board(shop)
    known = [j for j in range(len(shop.problem.jobs)) if _is_planned(shop, j)]
    order = sorted(
        (n for j in known for n in range(shop.first[j], shop.first[j + 1]) if n not in shop.fixed),
        key=lambda n: (shop.current[n].start, -_work(shop, n), n),
    )
    for number in order:
        late = time.monotonic() >= until
        if late or (board.is_open(number) and not _put_near(shop, board, number)):
            return None
    return board if _fill(board, EDD, until) else None


def _work(shop: Shop, number: int) -> int:
    """The working time of an operation where the plan in force has it: the longest of a batch goes first."""
    machine = shop.current[number].machine
    return max((work for m, work in shop.steps[number].modes if m == machine), default=0)


def _is_planned(shop: Shop, job: int) -> bool:
    numbers = range(shop.first[job], shop.first[job + 1])
    starts = [shop.current[n].start for n in numbers if n in shop.current and n not in shop.fixed]
    whole = all(n in shop.current or n in shop.fixed for n in numbers)
    return whole and starts == sorted(starts)


def _due(shop: Shop, job: int) -> float:
    due = shop.due(job)
    return math.inf if due is None else due


def _put_near(shop: Shop, board: Board, number: int) -> bool:
    """On the machine of the plan in force, not before its start there; elsewhere when it cannot."""
    current = shop.current[number]
    places = [
        board.place(number, machine, work, current.start)
        for machine, work in board.modes(number)
        if machine == current.machine
    ]
    place = min((place for place in places if place is not None), default=None) or board.best(number)
    if place is None:
        return False
    board.put(number, place.machine, place.start, place.end)
    return True
