"""A generated plant with what else floors have: people, furnace loads, materials, lots, overtime."""

from dataclasses import replace
from random import Random

from app.planning import form_plant
from app.planning.generate import CLOSES, DAY, FLEET, OPENS, WEEK, pieces, plant, working_day
from app.records.scheduling import Crew, Job, Material, Problem, Resource, Task

SKILLS = {"press": 0, "grind": 1, "polish": 1, "assy": 2}
"""Which crew of its facility a kind of machine needs; furnaces need nobody."""

CREWS = ("press", "finishing", "assembly")
HANDOVER = 168
"""The slot of the day, 14:00, at which the early shift hands over to the late one."""

HOLD, HEAVY, LARGE = 4, 70, 90
"""Loads that a furnace takes at once; orders of more pieces are two loads, of still more two lots."""

MATERIALS = ("bar", "sheet", "tube")
STOCKED = 0.4
"""The share of all that is needed which lies in store at time 0; the rest comes in receipts."""

RECEIPTS = 5
OVERTIME = ("press", "grind", "assy")
"""Kinds of machines in facility A that may also work on Saturdays, 06:00 to 14:00."""


def furnished(orders: int, seed: int) -> Problem:
    """`plant(orders, seed)` with crews, batches, materials, lots and overtime; same for the same seed.

    A crew is one person short of its machines in the early shift and two in the late one, never
    below one. Furnaces take HOLD loads of one family. Every order's first operation uses up one unit
    of a material for each piece, and in all at least as much comes as is used. Orders of more than
    LARGE pieces are two lots of half the work each. The weights are those that a problem has
    without saying so: overtime costs nothing until the caller names its price.
    Raises ValueError as `plant` does.
    """
    problem = form_plant.parse(plant(orders, seed))
    counts, chance = pieces(orders, seed), Random(f"floor {orders} {seed}")  # noqa: S311 - no secret
    kinds = tuple(chance.randrange(len(MATERIALS)) for _ in counts)
    jobs = tuple(
        lot
        for n, job in enumerate(problem.jobs)
        for lot in _lots(_needing(job, problem, counts[n], kinds[n]), counts[n])
    )
    return replace(
        problem,
        name=f"{problem.name}-full",
        resources=tuple(_manned(resource) for resource in problem.resources),
        jobs=_numbered(jobs),
        crews=tuple(
            _crew(problem, facility, skill) for facility in range(len(FLEET)) for skill in range(len(CREWS))
        ),
        materials=tuple(_material(chance, n, counts, kinds) for n in range(len(MATERIALS))),
    )


def _manned(resource: Resource) -> Resource:
    if resource.type == "furnace":
        return replace(resource, batch=HOLD)
    crew = resource.facility * len(CREWS) + SKILLS[resource.type]
    if resource.facility or resource.type not in OVERTIME:
        return replace(resource, crew=crew)
    closed, overtime = _saturdays(resource.closed)
    return replace(resource, crew=crew, closed=closed, overtime=overtime)


def _saturdays(closed: tuple[tuple[int, int], ...]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The closed windows with Saturday mornings taken out, and those mornings."""
    open_too: list[tuple[int, int]] = []
    left: list[tuple[int, int]] = []
    for low, high in closed:
        morning = low // WEEK * WEEK + 5 * DAY + OPENS, low // WEEK * WEEK + 5 * DAY + HANDOVER
        if low < morning[0] and morning[1] < high:
            left += [(low, morning[0]), (morning[1], high)]
            open_too.append(morning)
        else:
            left.append((low, high))
    return tuple(left), tuple(open_too)


def _crew(problem: Problem, facility: int, skill: int) -> Crew:
    """People by shift, every working day of the horizon, and as in the early shift on Saturdays."""
    machines = [r for r in problem.resources if r.facility == facility and SKILLS.get(r.type) == skill]
    early, late = (max(1, len(machines) - away) for away in (1, 2))
    last = max(high for r in machines for _, high in r.closed)
    days = range(last // WEEK * 7)
    changes = [(day * DAY + at, level) for day in days for at, level in ((HANDOVER, late), (CLOSES, early))]
    return Crew(f"{'ABC'[facility]}-{CREWS[skill]}", ((0, early), *changes))


def _needing(job: Job, problem: Problem, count: int, material: int) -> Job:
    first, *rest = (_loaded(task, problem, count) for task in job.tasks)
    return replace(job, tasks=(replace(first, needs=((material, count),)), *rest))


def _loaded(task: Task, problem: Problem, count: int) -> Task:
    furnace = problem.resources[task.modes[0][0]].type == "furnace"
    return replace(task, load=2 if furnace and count > HEAVY else 1)


def _lots(job: Job, count: int) -> tuple[Job, ...]:
    """The job itself, or two of half the work each; their `lot_of` is set by `_numbered`."""
    if count <= LARGE:
        return (job,)
    return tuple(
        replace(job, name=f"{job.name}/{n + 1}", lot_of=n, tasks=tuple(_half(t, n) for t in job.tasks))
        for n in range(2)
    )


def _half(task: Task, lot: int) -> Task:
    return replace(
        task,
        modes=tuple((machine, max(1, (work + 1) // 2)) for machine, work in task.modes),
        load=1,
        needs=tuple((material, (quantity + 1 - lot) // 2) for material, quantity in task.needs),
    )


def _numbered(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Lots that know their place among each other told the first of them by its index."""
    return tuple(
        job if job.lot_of is None else replace(job, lot_of=n - job.lot_of) for n, job in enumerate(jobs)
    )


def _material(chance: Random, kind: int, counts: tuple[int, ...], kinds: tuple[int, ...]) -> Material:
    total = sum(count for count, mine in zip(counts, kinds, strict=True) if mine == kind)
    stock, left = round(total * STOCKED), total - round(total * STOCKED)
    each = -(-left // RECEIPTS)
    days = max(1, len(counts) // 60)
    came = sorted(
        working_day(chance.randint(1, 1 + days)) + chance.randint(OPENS, HANDOVER) for _ in range(RECEIPTS)
    )
    return Material(MATERIALS[kind], stock, tuple((at, each) for at in came))
