"""Where a model outside would put operations becomes a whole schedule, to be checked as it is or mended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.planning.asked import Question
from app.planning.check import check
from app.planning.consulting.asked import Placed
from app.planning.costs import cost
from app.planning.dispatch import EDD, dispatch, in_order, keep
from app.planning.repair import repair
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Fixed, Problem, Schedule, Slot

BY_CLOUD = "cloud"
BY_REPAIR = "cloud+repair"

Place = tuple[int, int]
"""A machine and a start."""


def as_schedule(question: Question, places: Sequence[Placed]) -> Schedule:
    """The places, the plan in force for what they leave out, gaps for what neither knows; by BY_CLOUD.

    What is fixed stays, whatever was said of it. Nothing else about it need be legal, but every
    operation lasts as long as its machine needs for it. Places of what is no longer in the question
    are passed over. Operations for which there is no place at all are missing.
    """
    problem = question.problem
    wanted = _places(problem.current) | _said(question, places) | _places(problem.fixed)
    shop = open_shop(replace(problem, current=()))
    slots = _timed(shop, wanted)
    if len(slots) < len(shop.steps):
        slots |= {key: slot for key, slot in _around(problem, slots).items() if key not in slots}
    ordered = tuple(slots[key] for key in sorted(slots))
    return Schedule("feasible", 0, ordered, BY_CLOUD)


def mend(problem: Problem, proposed: Schedule) -> Schedule | None:
    """The cheapest legal schedule near a proposed one that keeps what is fixed; None without one."""
    near = (schedule for schedule, _ in repair(_in_force(problem, proposed.slots)))
    best = min(near, key=lambda schedule: cost(problem, schedule.slots), default=None)
    return None if best is None or check(problem, best.slots) else replace(best, by=BY_REPAIR)


def _places(fixed: Iterable[Fixed]) -> dict[tuple[int, int], Place]:
    return {(f.job, f.task): (f.machine, f.start) for f in fixed}


def _said(question: Question, places: Sequence[Placed]) -> dict[tuple[int, int], Place]:
    operations = {
        (order.number, position, question.lot(job)): (job, task)
        for job, (order, positions) in enumerate(zip(question.orders, question.positions, strict=True))
        for task, position in enumerate(positions)
    }
    machines = {code: n for n, code in enumerate(question.machines)}
    return {
        operations[named]: (machines[each.machine], question.ceil(each.start))
        for each in places
        if (named := (each.order, each.position, each.lot)) in operations and each.machine in machines
    }


def _timed(shop: Shop, wanted: Mapping[tuple[int, int], Place]) -> dict[tuple[int, int], Slot]:
    """With ends; what begins together on a machine that takes several ends together."""
    works = {key: _work(shop, key, machine) for key, (machine, _) in wanted.items()}
    longest: dict[Place, int] = {}
    for key, place in wanted.items():
        if shop.problem.resources[place[0]].batch > 1:
            longest[place] = max(works[key], longest.get(place, 0))
    return {
        key: Slot(*key, *place, _end(shop, key, place, longest.get(place, works[key])))
        for key, place in wanted.items()
    }


def _work(shop: Shop, key: tuple[int, int], machine: int) -> int:
    """How long it works there; on a machine that cannot do it, what it needs at least."""
    modes = dict(shop.steps[shop.number(*key)].modes)
    return modes.get(machine, min(modes.values()))


def _end(shop: Shop, key: tuple[int, int], place: Place, work: int) -> int:
    number, (machine, start) = shop.number(*key), place
    fixed = shop.fixed.get(number)
    if fixed is not None and (fixed.machine, fixed.start) == place:
        return fixed.end
    return shop.hours_of(number, machine).place(start, work)[1]


def _around(problem: Problem, slots: Mapping[tuple[int, int], Slot]) -> dict[tuple[int, int], Slot]:
    """A legal schedule near the slots, for the places of what is not among them."""
    board = keep(open_shop(_in_force(problem, slots.values())))
    made = dispatch(problem, (EDD,)).slots if board is None else in_order(board)
    return {(slot.job, slot.task): slot for slot in made}


def _in_force(problem: Problem, slots: Iterable[Slot]) -> Problem:
    """The problem with slots in place of the plan in force, apart from what is fixed."""
    fixed = {(f.job, f.task) for f in problem.fixed}
    return replace(
        problem,
        current=tuple(
            Fixed(s.job, s.task, s.machine, s.start, s.end) for s in slots if (s.job, s.task) not in fixed
        ),
    )
