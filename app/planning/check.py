"""Whether a schedule obeys every rule of its problem, and what it costs; shares no code with any solver."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from app.records.scheduling import Problem, Resource, Slot, Violation

Rule = Callable[[Problem, Sequence[Slot]], Iterator[Violation]]


def check(problem: Problem, slots: Sequence[Slot]) -> tuple[Violation, ...]:
    """Every broken rule, by name; empty when the schedule is legal.

    Slots that name nothing of the problem are reported (`unknown_operation`, `unknown_machine`)
    and left out of the other rules; so are all but the first slot of an operation (`duplicate`).
    """
    known = [slot for slot in slots if _names_something(problem, slot)]
    once = list({(slot.job, slot.task): slot for slot in reversed(known)}.values())[::-1]
    found = [*_strangers(problem, slots), *_counted(problem, known)]
    for rule in RULES:
        found.extend(rule(problem, once))
    return tuple(found)


def objective(problem: Problem, slots: Sequence[Slot]) -> int:
    """The problem's objective in its own time unit, recomputed; operations without a slot count nothing.

    Makespan is the last end. Total weighted tardiness is the sum over jobs with a due date of
    weight x max(0, last end - due).
    """
    ends: dict[int, int] = {}
    for slot in slots:
        ends[slot.job] = max(slot.end, ends.get(slot.job, slot.end))
    if problem.objective == "makespan":
        return max(ends.values(), default=0)
    return sum(
        job.weight * max(0, ends[n] - job.due)
        for n, job in enumerate(problem.jobs)
        if n in ends and job.due is not None
    )


def _names_something(problem: Problem, slot: Slot) -> bool:
    job_known = 0 <= slot.job < len(problem.jobs)
    return (
        job_known
        and 0 <= slot.task < len(problem.jobs[slot.job].tasks)
        and 0 <= slot.machine < len(problem.resources)
    )


def _name(problem: Problem, slot: Slot) -> str:
    job = problem.jobs[slot.job].name if 0 <= slot.job < len(problem.jobs) else f"{slot.job}"
    return f"operation {slot.task} of job {job}"


def _strangers(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    for slot in slots:
        if _names_something(problem, slot):
            continue
        if 0 <= slot.job < len(problem.jobs) and 0 <= slot.task < len(problem.jobs[slot.job].tasks):
            said = f"{_name(problem, slot)} is on machine {slot.machine}, which does not exist"
            yield Violation("unknown_machine", said)
        else:
            yield Violation("unknown_operation", f"{_name(problem, slot)} does not exist")


def _counted(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    times: dict[tuple[int, int], int] = {}
    for slot in slots:
        times[slot.job, slot.task] = times.get((slot.job, slot.task), 0) + 1
    for n, job in enumerate(problem.jobs):
        for k in range(len(job.tasks)):
            count = times.get((n, k), 0)
            if count == 0:
                yield Violation("missing", f"operation {k} of job {job.name} has no place")
            elif count > 1:
                yield Violation("duplicate", f"operation {k} of job {job.name} has {count} places")


def _eligibility(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    for slot in slots:
        modes = problem.jobs[slot.job].tasks[slot.task].modes
        if slot.machine not in {machine for machine, _ in modes}:
            name = problem.resources[slot.machine].name
            yield Violation("eligibility", f"{_name(problem, slot)} cannot run on {name}")


def _hours(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    """Starts in open time; does exactly its work; is not cut where it must not be."""
    for slot in slots:
        resource = problem.resources[slot.machine]
        name, modes = _name(problem, slot), problem.jobs[slot.job].tasks[slot.task].modes
        if any(low <= slot.start < high for low, high in resource.closed):
            yield Violation("closed", f"{name} starts at {slot.start}, when {resource.name} is closed")
        worked = slot.end - slot.start - _closed_within(resource, slot.start, slot.end)
        works = {work for machine, work in modes if machine == slot.machine}
        if slot.end < slot.start or (works and worked not in works):
            yield Violation("duration", f"{name} works {worked} on {resource.name}, not {sorted(works)}")
        elif slot.end > slot.start and any(low < slot.end <= high for low, high in resource.closed):
            yield Violation("duration", f"{name} ends at {slot.end}, after {resource.name} has closed")
        if not resource.interruptible and worked != slot.end - slot.start:
            yield Violation("interrupted", f"{name} is cut on {resource.name}, which must not be")


def _closed_within(resource: Resource, start: int, end: int) -> int:
    covered, reached = 0, start
    for low, high in sorted(resource.closed):
        begin, stop = max(low, reached), min(high, end)
        if begin < stop:
            covered, reached = covered + stop - begin, stop
    return covered


def _availability(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    for slot in slots:
        job, name = problem.jobs[slot.job], _name(problem, slot)
        resource = problem.resources[slot.machine]
        if slot.start < 0:
            yield Violation("before_start", f"{name} starts at {slot.start}, before time 0")
        if slot.start < job.release:
            yield Violation("release", f"{name} starts at {slot.start}, released at {job.release}")
        if slot.start < job.tasks[slot.task].earliest:
            said = f"{name} starts at {slot.start}, possible from {job.tasks[slot.task].earliest}"
            yield Violation("earliest", said)
        if slot.start < resource.busy_until:
            said = f"{name} starts at {slot.start}, {resource.name} is busy until {resource.busy_until}"
            yield Violation("busy_until", said)


def _precedence(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    place = {(slot.job, slot.task): slot for slot in slots}
    for (n, k), after in sorted(place.items()):
        before = place.get((n, k - 1))
        if before is None:
            continue
        if after.start < before.end:
            said = f"{_name(problem, after)} starts at {after.start}, the one before ends at {before.end}"
            yield Violation("precedence", said)
        elif after.start < before.end + _transfer(problem, before.machine, after.machine):
            said = f"{_name(problem, after)} starts at {after.start}, before it can have been brought there"
            yield Violation("transfer", said)


def _transfer(problem: Problem, machine: int, other: int) -> int:
    start, end = problem.resources[machine].facility, problem.resources[other].facility
    if start == end:
        return 0
    return problem.transfers[start][end] if problem.transfers else problem.transfer


def _sequence(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    first = _numbers(problem)
    for m, resource in enumerate(problem.resources):
        lane = sorted((s for s in slots if s.machine == m), key=lambda s: (s.start, s.end))
        if lane:
            yield from _mounted(problem, lane[0])
        for before, after in pairwise(lane):
            pair = f"{_name(problem, before)} and {_name(problem, after)}"
            if after.start < before.end:
                yield Violation("overlap", f"{pair} overlap on {resource.name} at {after.start}")
            elif after.start < before.end + (need := _setup(problem, first, before, after)):
                gap = after.start - before.end
                yield Violation("setup", f"{pair} have {gap} between them on {resource.name}, not {need}")


def _mounted(problem: Problem, slot: Slot) -> Iterator[Violation]:
    resource = problem.resources[slot.machine]
    family = problem.jobs[slot.job].tasks[slot.task].family
    matrix = problem.family_setup.get(resource.type)
    if matrix is None or family is None or resource.mounted is None:
        return
    ready = resource.busy_until + matrix[resource.mounted][family]
    if slot.start < ready:
        said = f"{_name(problem, slot)} starts at {slot.start}; {resource.name} is set up at {ready}"
        yield Violation("setup", said)


def _numbers(problem: Problem) -> list[int]:
    """The number of each job's first operation, when all are numbered through the jobs."""
    first = [0]
    for job in problem.jobs:
        first.append(first[-1] + len(job.tasks))
    return first


def _setup(problem: Problem, first: Sequence[int], before: Slot, after: Slot) -> int:
    machine, total = before.machine, 0
    families = [problem.jobs[s.job].tasks[s.task].family for s in (before, after)]
    matrix = problem.family_setup.get(problem.resources[machine].type)
    if matrix is not None and families[0] is not None and families[1] is not None:
        total += matrix[families[0]][families[1]]
    if problem.job_setup:
        total += problem.job_setup[machine][before.job][after.job]
    if problem.task_setup:
        numbers = [first[s.job] + s.task for s in (before, after)]
        total += problem.task_setup[machine][numbers[0]][numbers[1]]
    return total


def _one_facility(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    visited: dict[int, set[int]] = {}
    for slot in slots:
        visited.setdefault(slot.job, set()).add(problem.resources[slot.machine].facility)
    for n, facilities in sorted(visited.items()):
        if problem.jobs[n].one_facility and len(facilities) > 1:
            said = f"job {problem.jobs[n].name} runs in facilities {sorted(facilities)}, not in one"
            yield Violation("one_facility", said)


def _fixed(problem: Problem, slots: Sequence[Slot]) -> Iterator[Violation]:
    place = {(slot.job, slot.task): slot for slot in slots}
    for want in problem.fixed:
        slot = place.get((want.job, want.task))
        if slot and (slot.machine, slot.start, slot.end) != (want.machine, want.start, want.end):
            yield Violation("fixed", f"{_name(problem, slot)} is fixed and was moved")


RULES: tuple[Rule, ...] = (
    _eligibility,
    _hours,
    _availability,
    _precedence,
    _sequence,
    _one_facility,
    _fixed,
)
