"""Every rule once more, by counting units of time one by one: what the checker is held to."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

from app.records.scheduling import Problem, Slot


def broken(problem: Problem, slots) -> set[str]:
    """The names of the broken rules; every operation has one slot, on a machine that exists."""
    rules = (_alone, _routes, _orders, _machines, _furnaces, _people, _materials)
    return {name for rule in rules for name in rule(problem, slots)}


def _task(problem: Problem, slot: Slot):
    return problem.jobs[slot.job].tasks[slot.task]


def _closed(problem: Problem, machine: int) -> set[int]:
    return {t for low, high in problem.resources[machine].closed for t in range(low, high)}


def _worked(problem: Problem, slot: Slot) -> list[int]:
    closed = _closed(problem, slot.machine)
    return [t for t in range(slot.start, slot.end) if t not in closed]


def _together(problem: Problem, slots, slot: Slot) -> list[Slot]:
    """The slots of its batch, itself among them."""
    if problem.resources[slot.machine].batch == 1 or slot.start >= slot.end:
        return [slot]
    return [s for s in slots if (s.machine, s.start, s.end) == (slot.machine, slot.start, slot.end)]


def _alone(problem: Problem, slots) -> Iterator[str]:
    for slot in slots:
        job, resource, task = problem.jobs[slot.job], problem.resources[slot.machine], _task(problem, slot)
        closed, worked = _closed(problem, slot.machine), _worked(problem, slot)
        works = [dict(_task(problem, s).modes).get(slot.machine) for s in _together(problem, slots, slot)]
        known = [work for work in works if work is not None]
        if slot.machine not in dict(task.modes):
            yield "eligibility"
        if slot.end < slot.start or (known and len(worked) != max(known)):
            yield "duration"
        if slot.end > slot.start and slot.end - 1 in closed:
            yield "duration"
        if slot.start in closed:
            yield "closed"
        cut = len(worked) < slot.end - slot.start
        if cut and not (resource.interruptible and task.interruptible):
            yield "interrupted"
        limits = {"before_start": 0, "release": job.release, "earliest": task.earliest}
        limits["busy_until"] = resource.busy_until
        yield from (name for name, limit in limits.items() if slot.start < limit)


def _routes(problem: Problem, slots) -> Iterator[str]:
    place = {(s.job, s.task): s for s in slots}
    for (n, k), slot in place.items():
        before = place.get((n, k - 1))
        if before is None:
            continue
        a, b = (problem.resources[s.machine].facility for s in (before, slot))
        travel = 0 if a == b else problem.transfers[a][b] if problem.transfers else problem.transfer
        if slot.start < before.end:
            yield "precedence"
        elif slot.start < before.end + travel:
            yield "transfer"


def _orders(problem: Problem, slots) -> Iterator[str]:
    place = {(s.job, s.task): s for s in slots}
    for n, job in enumerate(problem.jobs):
        if job.one_facility and len({problem.resources[s.machine].facility for s in slots if s.job == n}) > 1:
            yield "one_facility"
    for arc in problem.before:
        if place[arc.then_job, arc.then_task].start < place[arc.job, arc.task].end:
            yield "before"
    for f in problem.fixed:
        if place[f.job, f.task] != Slot(f.job, f.task, f.machine, f.start, f.end):
            yield "fixed"


def _machines(problem: Problem, slots) -> Iterator[str]:
    for m, resource in enumerate(problem.resources):
        lane = sorted((s for s in slots if s.machine == m), key=lambda s: (s.start, s.end, s.job, s.task))
        for a, b in combinations(lane, 2):
            if b.start < a.end:
                if resource.batch == 1:
                    yield "overlap"
                elif (a.start, a.end) != (b.start, b.end):
                    yield "batch"
        yield from _setups(problem, m, lane)


def _setups(problem: Problem, m: int, lane: list[Slot]) -> Iterator[str]:
    groups: list[list[Slot]] = []
    for slot in lane:
        if groups and slot in _together(problem, lane, groups[-1][0]):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    resource = problem.resources[m]
    matrix = problem.family_setup.get(resource.type)
    if groups and matrix and resource.mounted is not None:
        family = _task(problem, groups[0][0]).family
        setup = 0 if family is None else matrix[resource.mounted][family]
        if setup and groups[0][0].start < resource.busy_until + setup:
            yield "setup"
    for before, after in pairwise(groups):
        gap = after[0].start - before[0].end
        if 0 <= gap < max(_setup(problem, a, b) for a in before for b in after):
            yield "setup"


def _setup(problem: Problem, a: Slot, b: Slot) -> int:
    matrix = problem.family_setup.get(problem.resources[a.machine].type)
    families = _task(problem, a).family, _task(problem, b).family
    setup = 0 if matrix is None or None in families else matrix[families[0]][families[1]]
    if problem.job_setup:
        setup += problem.job_setup[a.machine][a.job][b.job]
    if problem.task_setup:
        numbers = [(n, k) for n, job in enumerate(problem.jobs) for k in range(len(job.tasks))]
        row = problem.task_setup[a.machine][numbers.index((a.job, a.task))]
        setup += row[numbers.index((b.job, b.task))]
    return setup


def _furnaces(problem: Problem, slots) -> Iterator[str]:
    for slot in slots:
        room = problem.resources[slot.machine].batch
        if room == 1:
            continue
        tasks = [_task(problem, s) for s in _together(problem, slots, slot)]
        families = {task.family for task in tasks}
        mixed = len(tasks) > 1 and (None in families or len(families) > 1)
        if mixed or sum(task.load for task in tasks) > room:
            yield "batch"


def _people(problem: Problem, slots) -> Iterator[str]:
    """One for every machine of a crew at every unit in which it works on anything."""
    for c, crew in enumerate(problem.crews):
        busy = [
            (slot.machine, slot.start, slot.end, t)
            for slot in slots
            if problem.resources[slot.machine].crew == c
            for t in _worked(problem, slot)
        ]
        shared = {m for m, r in enumerate(problem.resources) if r.batch > 1}
        once = {each for each in busy if each[0] in shared}
        each = [each for each in busy if each[0] not in shared]
        for t, needed in Counter(t for *_, t in (*once, *each)).items():
            levels = [people for since, people in crew.levels if since <= t]
            if needed > (levels[-1] if levels else 0):
                yield "crew"


def _materials(problem: Problem, slots) -> Iterator[str]:
    for m, material in enumerate(problem.materials):
        uses = [(s.start, q) for s in slots for n, q in _task(problem, s).needs if n == m]
        for at, _ in uses:
            come = material.stock + sum(q for since, q in material.receipts if since <= at)
            if sum(q for when, q in uses if when <= at) > come:
                yield "material"
