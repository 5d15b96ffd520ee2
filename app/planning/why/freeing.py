"""The smallest change that frees a late order: each is tried by solving with it, and only a proof is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.planning.why.chain import Chain
from app.planning.why.changes import SIZED, Behind, Change, DueTo, changed, cost, size, sized
from app.planning.why.ideas import ideas
from app.planning.why.scene import Scene
from app.planning.why.squeezing import squeezed
from app.planning.why.trials import Search, nothing_late
from app.records.scheduling import Fixed, Problem, Schedule, Slot, Weights

_STEPS = 6
_GRAIN_S = 600
"""A size is halved at most so often, and no finer than this."""


@dataclass(frozen=True, slots=True)
class Freed:
    """A change with which a plan was found in which the order is on time; `slots` are that plan.

    No other order ends later than its due date, or than in the present plan where it is late there
    already; but for `Behind` the one put behind, which then ends `harm` units later than that (0: no
    harm). `cost` is `changes.cost`.
    """

    change: Change
    cost: float
    harm: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Freeing:
    """What was found for one order, the cheapest first.

    `date` is the later date for the customer, where no other change was proven. `complete` is False
    when time ran out before every change that was thought of had been tried.
    """

    freed: tuple[Freed, ...]
    date: Freed | None
    complete: bool


def free(scene: Scene, chain: Chain, enough: int = 1) -> Search[Freeing]:
    """Try the chain's ideas, cheapest first, until `enough` are proven or time is out.

    A size is halved as far as there is time; what is said has been proven at that size.
    """
    found: list[Freed] = []
    complete = True
    for change in ideas(scene, chain):
        if len(found) >= enough:
            break
        schedule = yield from _solved(scene, chain, change)
        complete = schedule is not None
        if not complete:
            break
        proven = _proven(scene, chain, change, schedule)
        if proven is not None:
            found.append((yield from _smaller(scene, chain, proven)))
    date = None
    if not found:
        later = DueTo(chain.head, chain.finish)
        date = _proven(scene, chain, later, (yield from _solved(scene, chain, later)))
    return Freeing(tuple(sorted(found, key=lambda freed: freed.cost)), date, complete)


def _solved(scene: Scene, chain: Chain, change: Change) -> Search[Schedule | None]:
    """A plan with the change, by pushing the order forward or by the solver; None when time is out."""
    asked, parts = question(scene, chain, change), scene.lots(chain.head)
    plan = squeezed(asked, tuple(scene.slots.values()), parts, chain.late)
    return plan if plan is not None else (yield asked)


def _proven(scene: Scene, chain: Chain, change: Change, schedule: Schedule | None) -> Freed | None:
    if schedule is None or not nothing_late(question(scene, chain, change), schedule):
        return None
    harm = _harm(scene, change, schedule.slots) if isinstance(change, Behind) else 0
    return Freed(change, cost(scene.problem, change), harm, schedule.slots)


def _smaller(scene: Scene, chain: Chain, freed: Freed) -> Search[Freed]:
    """The smallest size at which it is still proven, by halving."""
    if not isinstance(freed.change, SIZED):
        return freed
    best, low, high = freed, 0, size(scene.problem, freed.change)
    unit_s = scene.problem.unit_s
    grain = max(1, _GRAIN_S // unit_s) if unit_s else 1
    for _ in range(_STEPS):
        middle = (low + high) // 2
        if high - low <= grain or middle == low:
            break
        change = sized(freed.change, middle)
        proven = _proven(scene, chain, change, (yield from _solved(scene, chain, change)))
        low, high = (low, middle) if proven else (middle, high)
        best = proven or best
    return best


def question(scene: Scene, chain: Chain, change: Change) -> Problem:
    """With the change: a plan in which nothing is late, the others by what they have now.

    It begins at the present plan. Whom the order is put before has no date.
    """
    dues = kept_dates(scene.problem, scene.ends)
    dues[chain.head] = chain.due
    if isinstance(change, Behind):
        dues.pop(scene.head_of(change.other), None)
    return changed(posed_anew(scene.problem, dues, tuple(scene.slots.values())), change)


def posed_anew(problem: Problem, dues: Mapping[int, int], present: Sequence[Slot]) -> Problem:
    """The problem with these due dates alone, to be on time for, beginning at a present plan.

    Every lateness counts, that of an order of weight 0 as well.
    """
    jobs = enumerate(problem.jobs)
    return replace(
        problem,
        objective="total_weighted_tardiness",
        jobs=tuple(replace(job, due=dues.get(n), weight=max(1, job.weight)) for n, job in jobs),
        current=tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in present),
        near=None,
        weights=Weights(),
    )


def kept_dates(problem: Problem, ends: Mapping[int, int]) -> dict[int, int]:
    """For every order that has a date: that, or where it is late already, its end."""
    dues = {n: job.due for n, job in enumerate(problem.jobs)}
    return {n: max(due, ends.get(n, due)) for n, due in dues.items() if due is not None}


def _harm(scene: Scene, change: Behind, slots: Sequence[Slot]) -> int:
    """How much later than before, and than its date, the order put behind ends."""
    head = scene.head_of(change.other)
    parts, due = set(scene.lots(head)), scene.problem.jobs[head].due
    end = max(slot.end for slot in slots if slot.job in parts)
    return 0 if due is None else max(0, end - max(due, scene.ends[head]))
