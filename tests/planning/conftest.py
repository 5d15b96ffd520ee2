"""Small random plants, and the shipped instances."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.planning.formats import parse
from app.records.scheduling import Fixed, Job, Problem, Resource, Task

DATA = Path(__file__).parents[1] / "data" / "scheduling"


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def index() -> dict[str, dict]:
    return {e["name"]: e for e in json.loads((DATA / "index.json").read_text(encoding="utf-8"))}


@pytest.fixture(scope="session")
def instance(index) -> Callable[[str], Problem]:
    return lambda name: parse((DATA / index[name]["file"]).read_text(encoding="utf-8")).problem


@pytest.fixture(scope="session")
def plant_60() -> Problem:
    return parse((DATA / "plant" / "plant_60_1.json").read_text(encoding="utf-8")).problem


@pytest.fixture(scope="session")
def small_plant() -> Callable[[int], Problem]:
    return random_plant


def random_plant(seed: int) -> Problem:
    """A plant with everything that a problem can hold, two to six orders, two facilities."""
    chance = Random(seed)  # noqa: S311 - no secret
    families = 3
    resources = tuple(_resource(chance, n) for n in range(6))
    jobs = tuple(_job(chance, n, resources, families) for n in range(chance.randint(2, 6)))
    matrix = tuple(
        tuple(0 if a == b else chance.randint(1, 3) for b in range(families)) for a in range(families)
    )
    problem = Problem(
        name=f"random {seed}",
        objective=chance.choice(["makespan", "total_weighted_tardiness"]),
        resources=resources,
        jobs=jobs,
        unit_s=300,
        transfer=chance.randint(0, 6),
        family_setup={"cut": matrix},
        transfers=((0, 4), (5, 0)) if chance.random() < 0.5 else (),
    )
    return _with_job_setup(problem, chance) if chance.random() < 0.3 else problem


def _resource(chance: Random, n: int) -> Resource:
    kind = "cut" if n < 4 else "heat"
    closed, at = [], 0
    while at < 200:
        low = at + chance.randint(12, 40)
        at = low + chance.randint(2, 15)
        closed.append((low, at))
    return Resource(
        name=f"{kind}{n}",
        facility=n % 2,
        type=kind,
        closed=tuple(closed),
        interruptible=kind == "cut",
        busy_until=chance.choice([0, 0, 7]),
        mounted=chance.choice([None, 0, 1]),
    )


def _job(chance: Random, n: int, resources: tuple[Resource, ...], families: int) -> Job:
    tasks = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.choice(["cut", "cut", "heat"])
        able = [m for m, r in enumerate(resources) if r.type == kind]
        work = chance.randint(1, 12)
        modes = tuple((m, work + chance.randint(0, 3)) for m in able)
        tasks.append(Task(modes, chance.randrange(families), chance.choice([0, 0, 10])))
    due = chance.choice([None, chance.randint(-5, 90)]) if n else 20
    one = chance.random() < 0.2
    return Job(f"J{n}", tuple(tasks), chance.choice([0, 4]), due, chance.randint(1, 9), one)


def _with_job_setup(problem: Problem, chance: Random) -> Problem:
    size = range(len(problem.jobs))
    setup = tuple(tuple(tuple(chance.randint(0, 2) for _ in size) for _ in size) for _ in problem.resources)
    return replace(problem, job_setup=setup)


@pytest.fixture(scope="session")
def with_fixed() -> Callable[[Problem, tuple], Problem]:
    """The problem with the first operation of every other job fixed where a legal schedule has it."""

    def fix(problem: Problem, slots: tuple) -> Problem:
        chosen = [s for s in slots if s.task == 0 and s.job % 2 == 0]
        return replace(problem, fixed=tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in chosen))

    return fix
