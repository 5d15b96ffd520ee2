"""Whether a schedule obeys every rule of its problem; shares no code with any solver."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from app.planning.costs import Costs, cost, costs, objective
from app.planning.layout import Batch, Layout, lay_out
from app.planning.sharing import SHARED_RULES
from app.records.scheduling import Problem, Slot, Violation

__all__ = ["Costs", "check", "cost", "costs", "objective"]

Rule = Callable[[Layout], Iterator[Violation]]


def check(problem: Problem, slots: Sequence[Slot]) -> tuple[Violation, ...]:
    """Every broken rule, by name; empty when the schedule is legal.

    Slots that name nothing of the problem are reported (`unknown_operation`, `unknown_machine`)
    and left out of the other rules; so are all but the first slot of an operation (`duplicate`).
    Takes O(n log n) of the operations and windows.
    """
    known = [slot for slot in slots if _names_something(problem, slot)]
    once = list({(slot.job, slot.task): slot for slot in reversed(known)}.values())[::-1]
    found = [*_strangers(problem, slots), *_counted(problem, known)]
    layout = lay_out(problem, once)
    for rule in (*RULES, *SHARED_RULES):
        found.extend(rule(layout))
    return tuple(found)


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


def _eligibility(layout: Layout) -> Iterator[Violation]:
    problem = layout.problem
    for slot in layout.slots:
        if not _works(problem, slot):
            name = problem.resources[slot.machine].name
            yield Violation("eligibility", f"{_name(problem, slot)} cannot run on {name}")


def _works(problem: Problem, slot: Slot) -> list[int]:
    """How long the operation may work on its machine; empty when it cannot run there."""
    modes = problem.jobs[slot.job].tasks[slot.task].modes
    return [work for machine, work in modes if machine == slot.machine]


def _hours(layout: Layout) -> Iterator[Violation]:
    """Starts in open time; does exactly its work; is not cut where it must not be."""
    problem = layout.problem
    for batch in (batch for lane in layout.lanes for batch in lane):
        resource, closed = problem.resources[batch.machine], layout.closed[batch.machine]
        for slot in batch.slots:
            if closed.hold(slot.start):
                said = f"{_name(problem, slot)} starts at {slot.start}, when {resource.name} is closed"
                yield Violation("closed", said)
        worked = batch.end - batch.start - closed.within(batch.start, batch.end)
        yield from _durations(layout, batch, worked)
        if worked < batch.end - batch.start:
            yield from _interruptions(problem, batch)


def _durations(layout: Layout, batch: Batch, worked: int) -> Iterator[Violation]:
    """Every member works the longest work of the batch, and no longer than the machine is open."""
    problem, resource = layout.problem, layout.problem.resources[batch.machine]
    works = [known for slot in batch.slots if (known := _works(problem, slot))]
    least = max((min(known) for known in works), default=0)
    wanted = sorted({work for known in works for work in known if work >= least})
    ends_closed = batch.end > batch.start and layout.closed[batch.machine].hold(batch.end - 1)
    for slot in batch.slots:
        if slot.end < slot.start or (wanted and worked not in wanted):
            said = f"{_name(problem, slot)} works {worked} on {resource.name}, not {wanted}"
            yield Violation("duration", said)
        elif ends_closed:
            said = f"{_name(problem, slot)} ends at {slot.end}, after {resource.name} has closed"
            yield Violation("duration", said)


def _interruptions(problem: Problem, batch: Batch) -> Iterator[Violation]:
    resource = problem.resources[batch.machine]
    for slot in batch.slots:
        if not (resource.interruptible and problem.jobs[slot.job].tasks[slot.task].interruptible):
            said = f"{_name(problem, slot)} is cut on {resource.name}, which must not be"
            yield Violation("interrupted", said)


def _availability(layout: Layout) -> Iterator[Violation]:
    problem = layout.problem
    for slot in layout.slots:
        job, resource = problem.jobs[slot.job], problem.resources[slot.machine]
        for constraint, since, why in (
            ("before_start", 0, "before time 0"),
            ("release", job.release, f"released at {job.release}"),
            ("earliest", earliest := job.tasks[slot.task].earliest, f"possible from {earliest}"),
            ("busy_until", resource.busy_until, f"{resource.name} is busy until {resource.busy_until}"),
        ):
            if slot.start < since:
                said = f"{_name(problem, slot)} starts at {slot.start}, {why}"
                yield Violation(constraint, said)


def _precedence(layout: Layout) -> Iterator[Violation]:
    problem = layout.problem
    for (n, k), after in sorted(layout.place.items(), key=lambda item: item[0]):
        before = layout.place.get((n, k - 1))
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


def _before(layout: Layout) -> Iterator[Violation]:
    for arc in layout.problem.before:
        before = layout.place.get((arc.job, arc.task))
        after = layout.place.get((arc.then_job, arc.then_task))
        if before and after and after.start < before.end:
            names = f"{_name(layout.problem, after)} starts at {after.start}", _name(layout.problem, before)
            yield Violation("before", f"{names[0]}, {names[1]} must end before and ends at {before.end}")


def _sequence(layout: Layout) -> Iterator[Violation]:
    for machine, lane in enumerate(layout.lanes):
        resource = layout.problem.resources[machine]
        if lane:
            yield from _mounted(layout, lane[0])
        for before, after in pairwise(lane):
            pair = " and ".join(_name(layout.problem, batch.slots[0]) for batch in (before, after))
            if after.start < before.end:
                said = f"{pair} overlap on {resource.name} at {after.start}"
                if resource.batch > 1:
                    yield Violation("batch", f"{said} and do not start and end together")
                else:
                    yield Violation("overlap", said)
            elif after.start < before.end + (need := layout.setup(before, after)):
                gap = after.start - before.end
                yield Violation("setup", f"{pair} have {gap} between them on {resource.name}, not {need}")


def _mounted(layout: Layout, batch: Batch) -> Iterator[Violation]:
    setup, resource = layout.first_setup(batch), layout.problem.resources[batch.machine]
    ready = resource.busy_until + setup
    if setup and batch.start < ready:
        said = f"{_name(layout.problem, batch.slots[0])} starts at {batch.start}"
        yield Violation("setup", f"{said}; {resource.name} is set up at {ready}")


def _batches(layout: Layout) -> Iterator[Violation]:
    """What runs together is of one family and fits."""
    problem = layout.problem
    for batch in (batch for lane in layout.lanes for batch in lane):
        resource = problem.resources[batch.machine]
        if resource.batch <= 1:
            continue
        tasks = [problem.jobs[slot.job].tasks[slot.task] for slot in batch.slots]
        families, load = {task.family for task in tasks}, sum(task.load for task in tasks)
        name = f"{_name(problem, batch.slots[0])} and what runs with it"
        if len(tasks) > 1 and (len(families) > 1 or None in families):
            yield Violation("batch", f"{name} on {resource.name} at {batch.start} are not of one family")
        if load > resource.batch:
            said = f"{name} at {batch.start} load {resource.name} with {load} of {resource.batch}"
            yield Violation("batch", said)


def _one_facility(layout: Layout) -> Iterator[Violation]:
    problem, visited = layout.problem, dict[int, set[int]]()
    for slot in layout.slots:
        visited.setdefault(slot.job, set()).add(problem.resources[slot.machine].facility)
    for n, facilities in sorted(visited.items()):
        if problem.jobs[n].one_facility and len(facilities) > 1:
            said = f"job {problem.jobs[n].name} runs in facilities {sorted(facilities)}, not in one"
            yield Violation("one_facility", said)


def _fixed(layout: Layout) -> Iterator[Violation]:
    for want in layout.problem.fixed:
        slot = layout.place.get((want.job, want.task))
        if slot and (slot.machine, slot.start, slot.end) != (want.machine, want.start, want.end):
            yield Violation("fixed", f"{_name(layout.problem, slot)} is fixed and was moved")


RULES: tuple[Rule, ...] = (
    _eligibility,
    _hours,
    _availability,
    _precedence,
    _before,
    _sequence,
    _batches,
    _one_facility,
    _fixed,
)
