"""Random problems with everything that a problem can hold; each has a legal schedule."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from app.planning.dispatch import EDD, dispatch
from app.planning.hours import merged
from app.records.scheduling import (
    Before,
    Crew,
    Fixed,
    Job,
    Material,
    Problem,
    Resource,
    Slot,
    Task,
    Weights,
)


def trials(count: int) -> settings:
    """So many examples; a busy machine is no reason to fail."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=count, deadline=None, suppress_health_check=slow)


FAMILIES = 3
KINDS = ("cut", "cut", "heat", "pack")
"""The types of the machines in each of two facilities."""


def problems(*, fixed: bool = True) -> st.SearchStrategy[Problem]:
    """Problems of two to six jobs on eight machines in two facilities.

    Every one has a legal schedule: people come for good at last, material suffices, a furnace takes
    every load, jobs wait for jobs in one direction only, what is fixed is the beginning of a legal
    schedule. `fixed` False: nothing is.
    """
    made = st.integers(0, 1_000_000).map(random_problem)
    return st.builds(with_plan, made, st.integers(0, 1_000_000)) if fixed else made


def random_problem(seed: int) -> Problem:
    """The problem of a seed, with nothing fixed and no plan in force."""
    chance = Random(seed)  # noqa: S311 - no secret
    resources = tuple(_resource(chance, n) for n in range(2 * len(KINDS)))
    jobs = _lots(chance, tuple(_job(chance, n, resources) for n in range(chance.randint(2, 6))))
    needed = [sum(q for j in jobs for t in j.tasks for m, q in t.needs if m == which) for which in range(2)]
    problem = Problem(
        name=f"random {seed}",
        objective=chance.choice(["makespan", "total_weighted_tardiness"]),
        resources=resources,
        jobs=jobs,
        unit_s=300,
        transfer=chance.randint(0, 6),
        family_setup={kind: _matrix(chance) for kind in ("cut", "heat")},
        transfers=((0, 4), (5, 0)) if chance.random() < 0.5 else (),
        near=chance.choice([None, 0, 40]),
        crews=tuple(_crew(chance, n) for n in range(2)),
        materials=tuple(_material(chance, n, most) for n, most in enumerate(needed)),
        before=_arcs(chance, jobs),
        weights=Weights(chance.choice([1, 100]), *(chance.choice([0, 0, 1, 9]) for _ in range(6))),
    )
    return _with_own_setups(problem, chance)


def _resource(chance: Random, n: int) -> Resource:
    kind = KINDS[n // 2]
    closed, overtime, at = [], [], chance.randint(0, 8)
    while at < 150 and chance.random() < 0.95:
        low = at + chance.randint(10, 30)
        at = low + chance.randint(2, 12)
        closed.append((low, at))
        if chance.random() < 0.3:
            overtime.append((at, at + chance.randint(1, 6)))
    return Resource(
        name=f"{kind}{n}",
        facility=n % 2,
        type=kind,
        closed=merged(closed),
        interruptible=chance.random() < 0.7,
        busy_until=chance.choice([0, 0, 7]),
        mounted=chance.choice([None, 0, 1]),
        crew=None if kind == "pack" else chance.choice([None, 0, 1]),
        batch=chance.randint(1, 4) if kind == "heat" else 1,
        overtime=merged(overtime),
    )


def _job(chance: Random, n: int, resources: tuple[Resource, ...]) -> Job:
    due = chance.choice([None, chance.randint(-5, 90)]) if n else 20
    return Job(
        name=f"J{n}",
        tasks=tuple(_task(chance, resources) for _ in range(chance.randint(1, 4))),
        release=chance.choice([0, 4]),
        due=due,
        weight=chance.randint(1, 9),
        one_facility=chance.random() < 0.2,
        home=chance.choice([None, 0, 1]),
    )


def _task(chance: Random, resources: tuple[Resource, ...]) -> Task:
    kind = chance.choice(KINDS)
    load = chance.choice([1, 1, 2])
    able = [m for m, r in enumerate(resources) if r.type == kind and (kind != "heat" or r.batch >= load)]
    if {resources[m].facility for m in able} != {0, 1}:
        load, able = 1, [m for m, r in enumerate(resources) if r.type == kind]
    work = chance.randint(1, 9)
    needs = tuple((m, chance.randint(1, 5)) for m in range(2) if chance.random() < 0.25)
    return Task(
        modes=tuple((m, work + chance.randint(0, 2)) for m in able),
        family=chance.choice([None, *range(FAMILIES)]) if kind == "cut" else chance.randint(0, 1),
        earliest=chance.choice([0, 0, 10]),
        interruptible=chance.random() < 0.8,
        load=load,
        needs=needs,
    )


def _lots(chance: Random, jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Sometimes the first jobs are lots of one order."""
    count = chance.choice([0, 0, 2, 3])
    return tuple(replace(j, lot_of=0) if n < count <= len(jobs) else j for n, j in enumerate(jobs))


def _matrix(chance: Random) -> tuple[tuple[int, ...], ...]:
    size = range(FAMILIES)
    return tuple(tuple(chance.randint(0, 1) if a == b else chance.randint(1, 3) for b in size) for a in size)


def _crew(chance: Random, n: int) -> Crew:
    times = sorted(chance.sample(range(1, 120), 4))
    levels = [(at, chance.randint(0, 3)) for at in (0, *times)]
    return Crew(f"crew{n}", (*levels, (130, chance.randint(1, 2))))


def _material(chance: Random, n: int, needed: int) -> Material:
    stock = chance.randint(0, needed)
    late = chance.randint(0, needed - stock)
    receipts = ((chance.randint(0, 60), needed - stock - late), (chance.randint(0, 90), late))
    return Material(f"material{n}", stock, tuple(sorted(receipts)))


def _arcs(chance: Random, jobs: tuple[Job, ...]) -> tuple[Before, ...]:
    arcs = set()
    for then, job in enumerate(jobs[1:], 1):
        if chance.random() < 0.4:
            n = chance.randrange(then)
            arcs.add((n, chance.randrange(len(jobs[n].tasks)), then, chance.randrange(len(job.tasks))))
    return tuple(Before(*arc) for arc in sorted(arcs))


def _with_own_setups(problem: Problem, chance: Random) -> Problem:
    pick, tasks = chance.random(), sum(len(job.tasks) for job in problem.jobs)
    size = range(len(problem.jobs) if pick < 0.2 else tasks)
    if pick >= 0.4:
        return problem
    setup = tuple(tuple(tuple(chance.randint(0, 2) for _ in size) for _ in size) for _ in problem.resources)
    return replace(problem, **{"job_setup" if pick < 0.2 else "task_setup": setup})


def with_plan(problem: Problem, seed: int) -> Problem:
    """With a plan in force, of which some of the beginning is fixed, and some has since moved."""
    chance = Random(seed)  # noqa: S311 - no secret
    slots = sorted(dispatch(problem, (EDD,)).slots, key=lambda s: (s.start, s.end, s.job, s.task))
    count = chance.choice([0, 0, len(slots) // 4, len(slots) // 2])
    later = [s for s in slots[count:] if chance.random() < 0.7]
    shifted = [_shifted(s, chance.choice([0, 0, 0, 8, 20])) for s in later]
    return replace(problem, fixed=tuple(_place(s) for s in slots[:count]), current=tuple(shifted))


def _shifted(slot: Slot, by: int) -> Fixed:
    return _place(replace(slot, start=slot.start + by, end=slot.end + by))


def _place(slot: Slot) -> Fixed:
    return Fixed(slot.job, slot.task, slot.machine, slot.start, slot.end)
