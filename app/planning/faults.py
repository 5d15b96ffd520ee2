"""Why a problem can have no legal schedule, said before anybody searches: sentences naming the culprit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.planning.board import Board
from app.planning.check import check
from app.planning.references import wrong_references
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Problem, Slot

MOST_OPERATIONS = 50_000
"""A problem with more is refused."""

MANY_OPERATIONS = 10_000
"""A problem with at least this many is announced."""


def faults(problem: Problem) -> tuple[str, ...]:
    """A sentence for each reason why no schedule can be legal; empty when none is known.

    Where something is named that does not exist, only that is told. An empty answer is no promise
    that there is a legal schedule.
    """
    size = sum(len(job.tasks) for job in problem.jobs)
    if size > MOST_OPERATIONS:
        return (f"there are {size} operations; more than {MOST_OPERATIONS} are not planned at once",)
    wrong = tuple(dict.fromkeys(wrong_references(problem)))
    if wrong:
        return wrong
    shop = open_shop(problem)
    order, waiting = _arranged(shop)
    found = [*_places(shop), *_materials(problem), *_fixed(problem)]
    return (*found, _circle(shop, waiting)) if waiting else (*found, *_too_soon(shop, order))


def notes(problem: Problem) -> tuple[str, ...]:
    """A sentence for each thing that is odd but can be planned: due before release, a large size."""
    found = []
    early = [j for j in problem.jobs if j.due is not None and j.due < j.release]
    if early:
        first, more = early[0], f", and {len(early) - 1} more like it" if len(early) > 1 else ""
        found.append(f"job {first.name} is due at {first.due}, before its release at {first.release}{more}")
    size = sum(len(job.tasks) for job in problem.jobs)
    if size >= MANY_OPERATIONS:
        found.append(f"there are {size} operations: a first plan takes seconds, and gains come slowly")
    return tuple(found)


def _name(shop: Shop, number: int) -> str:
    step = shop.steps[number]
    return f"operation {step.task} of job {shop.problem.jobs[step.job].name}"


def _places(shop: Shop) -> Iterator[str]:
    """Operations that find no place even on an empty floor."""
    empty, gone = Board(open_shop(replace(shop.problem, fixed=(), current=()))), set[int]()
    for number, step in enumerate(shop.steps):
        if number in shop.fixed:
            continue
        if shop.allowed[step.job] == frozenset() and step.job not in gone:
            gone.add(step.job)
            name = shop.problem.jobs[step.job].name
            yield f"job {name} must stay in one facility, and none can do all of it"
        elif step.job not in gone and (why := _no_place(shop, empty, number)):
            yield f"{_name(shop, number)} {why}"


def _no_place(shop: Shop, empty: Board, number: int) -> str:
    """Why an operation fits on no machine; "" when it fits."""
    step, resources = shop.steps[number], shop.problem.resources
    if not step.modes:
        return "has no machine that could do it"
    most = max(resources[machine].batch for machine, _ in step.modes)
    roomy = [(m, work) for m, work in step.modes if shop.takes(number, m)]
    if not roomy:
        return f"is a load of {step.load}, and no machine for it takes more than {most}"
    if all(empty.find(number, machine, work, 0) is None for machine, work in roomy):
        crews = {resources[m].crew for m, _ in roomy}
        names = sorted(shop.problem.crews[crew].name for crew in crews if crew is not None)
        return f"needs {' or '.join(names)}, who are never there for as long as it takes"
    return ""


def _materials(problem: Problem) -> Iterator[str]:
    needed = Counter[int]()
    for task in (task for job in problem.jobs for task in job.tasks):
        for which, quantity in task.needs:
            needed[which] += quantity
    for n, material in enumerate(problem.materials):
        there = material.stock + sum(quantity for _, quantity in material.receipts)
        if needed[n] > there:
            yield f"material {material.name}: {needed[n]} are needed in all, {there} will have come"


def _fixed(problem: Problem) -> Iterator[str]:
    """What fixed operations break by themselves; setups apart, which one between them may change."""
    slots = tuple(Slot(f.job, f.task, f.machine, f.start, f.end) for f in problem.fixed)
    for broken in check(problem, slots) if slots else ():
        if broken.constraint not in {"missing", "setup"}:
            yield f"fixed operations: {broken.detail}"


def _arranged(shop: Shop) -> tuple[list[int], set[int]]:
    """The operations, each after all that must end before it; and those that wait in a circle or for one."""
    waits = [len(_ahead(shop, n)) for n in range(len(shop.steps))]
    order = [n for n, count in enumerate(waits) if count == 0]
    for n in order:
        for after in _behind(shop, n):
            waits[after] -= 1
            if waits[after] == 0:
                order.append(after)
    return order, {n for n, count in enumerate(waits) if count > 0}


def _ahead(shop: Shop, number: int) -> tuple[int, ...]:
    return shop.ahead[number] if shop.steps[number].task == 0 else (number - 1, *shop.ahead[number])


def _behind(shop: Shop, number: int) -> tuple[int, ...]:
    return shop.behind[number] if shop.is_last(number) else (number + 1, *shop.behind[number])


def _circle(shop: Shop, waiting: set[int]) -> str:
    """The sentence for one circle among operations that wait."""
    at, path = min(waiting), dict[int, None]()
    while at not in path:
        path[at] = None
        at = next(before for before in _ahead(shop, at) if before in waiting)
    steps = list(path)
    circle = reversed(steps[steps.index(at) :])
    jobs = list(dict.fromkeys(shop.problem.jobs[shop.steps[n].job].name for n in circle))
    if len(jobs) == 1:
        return f"job {jobs[0]} waits for itself"
    return f"jobs {', '.join(jobs)} wait for one another in a circle"


def _too_soon(shop: Shop, order: Sequence[int]) -> Iterator[str]:
    """Fixed operations that start before what must come first can have ended."""
    ends: dict[int, int] = {}
    for n in order:
        start = max([shop.released(n), *(ends[before] for before in _ahead(shop, n))])
        ends[n] = start + min((work for _, work in shop.steps[n].modes), default=0)
        if n not in shop.fixed:
            continue
        ends[n], fixed = shop.fixed[n].end, shop.fixed[n]
        if fixed.start < start and any(before not in shop.fixed for before in _ahead(shop, n)):
            yield f"{_name(shop, n)} is fixed at {fixed.start}, before it can begin at {start}"
