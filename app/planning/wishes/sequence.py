"""Wishes about order and importance: expedite, before, swap, priority, postpone, split, freeze."""

from dataclasses import replace
from itertools import product

from app.planning.asked import Question
from app.planning.lots import can_split, lot_sizes
from app.planning.lots import split as in_lots
from app.planning.wishes.places import (
    as_batches,
    fits,
    fixed_of,
    jobs_of,
    kind_of,
    later,
    no,
    running,
    stays,
    with_fixed,
    with_jobs,
    with_tasks,
)
from app.records import scheduling
from app.records.answer import Say
from app.records.scheduling import Fixed
from app.records.wish import Before, Expedite, Freeze, Postpone, Priority, Split, Swap


def expedite(question: Question, wish: Expedite) -> Question | Say:
    """Due when it is wanted, at once where no time is said, and of a rush order's weight."""
    due = question.floor(wish.by) if wish.by else 0
    changed = {
        n: replace(question.problem.jobs[n], due=due, weight=question.orders[n].weight * question.rush_factor)
        for n in jobs_of(question, wish.order)
    }
    return with_jobs(question, changed)


def prioritise(question: Question, wish: Priority) -> Question | Say:
    """Of the weight that is said."""
    jobs = jobs_of(question, wish.order)
    return with_jobs(question, {n: replace(question.problem.jobs[n], weight=wish.weight) for n in jobs})


def put_before(question: Question, wish: Before) -> Question | Say:
    """An arc for every type of machine that both still need, else one for the whole orders."""
    arcs: list[scheduling.Before] = []
    for one, other in product(jobs_of(question, wish.order), jobs_of(question, wish.then)):
        found = _arcs(question, one, other)
        if not found:
            return no("begun", order=wish.then)
        arcs += found
    before = tuple(dict.fromkeys((*question.problem.before, *arcs)))
    return replace(question, problem=replace(question.problem, before=before))


def _arcs(question: Question, one: int, other: int) -> list[scheduling.Before]:
    """Like operations in pairs, those that already run left out; none: all that could wait has begun."""
    first, then, begun = _by_kind(question, one), _by_kind(question, other), running(question)
    common = [kind for kind in first if kind in then]
    if not common:
        last = len(question.problem.jobs[one].tasks) - 1
        return [] if (other, 0) in begun else [scheduling.Before(one, last, other, 0)]
    return [
        scheduling.Before(one, a, other, b)
        for kind in common
        for a, b in zip(first[kind], then[kind], strict=False)
        if (other, b) not in begun
    ]


def _by_kind(question: Question, job: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for task in range(len(question.problem.jobs[job].tasks)):
        found.setdefault(kind_of(question, job, task), []).append(task)
    return found


def swap(question: Question, wish: Swap) -> Question | Say:
    """The one that comes first now comes second; by due dates where the plan in force tells nothing."""
    first, second = sorted((wish.order, wish.other), key=lambda order: _begins(question, order))
    return put_before(question, Before(second, first))


def _begins(question: Question, order: str) -> tuple[int, int, str]:
    jobs = jobs_of(question, order)
    places = (*question.problem.fixed, *question.problem.current)
    starts = [p.start for p in places if p.job in jobs and (p.job, p.task) not in running(question)]
    due = min(question.floor(question.orders[n].due) for n in jobs)
    return (0, min(starts), order) if starts else (1, due, order)


def postpone(question: Question, wish: Postpone) -> Question | Say:
    """Every operation that has not begun waits."""
    time, fixed, begun = question.ceil(wish.not_before), fixed_of(question), running(question)
    for n in jobs_of(question, wish.order):
        free = [k for k in range(len(question.problem.jobs[n].tasks)) if (n, k) not in begun]
        early = [fixed[n, k] for k in free if (n, k) in fixed and fixed[n, k].start < time]
        if early:
            return stays(question, early[0])
        if not free:
            return no("begun", order=wish.order)
        question = with_tasks(question, n, later(time, [k for k in free if (n, k) not in fixed]))
    return question


def split(question: Question, wish: Split) -> Question | Say:
    """Further jobs at the end of the list, so that the numbers of the others stay."""
    job = jobs_of(question, wish.order)[0]
    if not can_split(question, job):
        return no("whole", order=wish.order)
    sizes = lot_sizes(question.orders[job], wish.lots)
    if len(sizes) < wish.lots:
        return no("too_many_lots", order=wish.order, n=len(sizes))
    return in_lots(question, job, sizes)


def freeze(question: Question, wish: Freeze) -> Question | Say:
    """What the plan in force has is fixed there; it must still be possible there."""
    if not question.problem.current and not question.problem.fixed:
        return no("no_plan")
    until = question.ceil(wish.until) if wish.until else None
    chosen = [c for c in question.problem.current if _is_frozen(question, c, until, wish.orders)]
    chosen = as_batches(question, chosen)
    for place in chosen:
        if not fits(question, place):
            order, machine = question.orders[place.job].number, question.machines[place.machine]
            return no("cannot_stay", order=order, machine=machine, at=question.at(place.start))
    return with_fixed(question, chosen)


def _is_frozen(question: Question, place: Fixed, until: int | None, orders: tuple[str, ...]) -> bool:
    soon = until is not None and place.start < until
    return soon or question.orders[place.job].number in orders
