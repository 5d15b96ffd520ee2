"""A schedule laid out for counting: what stands on each machine in order, setups between, closed time.

The checker and the costs share it; no solver does.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from app.records.scheduling import Problem, Slot

Window = tuple[int, int]


class Windows:
    """Half-open windows, in any order and even overlapping; every answer takes O(log n)."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        for low, high in sorted(w for w in windows if w[0] < w[1]):
            if self._highs and low <= self._highs[-1]:
                self._highs[-1] = max(high, self._highs[-1])
            else:
                self._lows.append(low)
                self._highs.append(high)
        self._before = [0]
        for low, high in zip(self._lows, self._highs, strict=True):
            self._before.append(self._before[-1] + high - low)

    def hold(self, at: int) -> bool:
        """Whether the unit of time that begins at `at` lies in a window."""
        n = bisect_right(self._lows, at)
        return n > 0 and at < self._highs[n - 1]

    def within(self, start: int, end: int) -> int:
        """How many units from `start` to `end` lie in windows; 0 when `end` is not after `start`."""
        return self._until(end) - self._until(start) if start < end else 0

    def _until(self, at: int) -> int:
        n = bisect_left(self._lows, at)
        return self._before[n] - max(0, self._highs[n - 1] - at) if n else 0

    def outside(self, start: int, end: int) -> Iterator[Window]:
        """The parts of `start` to `end` that lie in no window, in order."""
        at, n = start, max(0, bisect_right(self._lows, start) - 1)
        while at < end and n < len(self._lows) and self._lows[n] < end:
            if at < self._lows[n]:
                yield at, self._lows[n]
            at = max(at, self._highs[n])
            n += 1
        if at < end:
            yield at, end


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that a machine does together; a single one where it takes one at a time."""

    machine: int
    start: int
    end: int
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The slots of a schedule, each operation at most once, by machine and by operation.

    `lanes[machine]` are its batches by start; on a machine that takes several operations at once
    those that start and end together are one batch. `first[job]` is the number of the job's first
    operation, when all are numbered through the jobs.
    """

    problem: Problem
    slots: Sequence[Slot]
    place: dict[tuple[int, int], Slot]
    lanes: tuple[tuple[Batch, ...], ...]
    closed: tuple[Windows, ...]
    first: tuple[int, ...]

    def setup(self, before: Batch, after: Batch) -> int:
        """The time that a machine needs between two batches that follow each other.

        The sum of the setups by family, job and operation; of several members the most that a pair
        of them needs.
        """
        return max(self._between(a, b) for a, b in product(self._kinds(before), self._kinds(after)))

    def _kinds(self, batch: Batch) -> Collection[Slot]:
        """The members that differ in their setups."""
        if len(batch.slots) == 1 or self.problem.job_setup or self.problem.task_setup:
            return batch.slots
        return {self._family(slot): slot for slot in batch.slots}.values()

    def first_setup(self, batch: Batch) -> int:
        """The time from the family mounted on a machine to its first batch; 0 when none is named."""
        resource = self.problem.resources[batch.machine]
        family, matrix = self._family(batch.slots[0]), self.problem.family_setup.get(resource.type)
        if matrix is None or family is None or resource.mounted is None:
            return 0
        return matrix[resource.mounted][family]

    def _between(self, before: Slot, after: Slot) -> int:
        problem, machine, total = self.problem, before.machine, 0
        a, b = self._family(before), self._family(after)
        matrix = problem.family_setup.get(problem.resources[machine].type)
        if matrix is not None and a is not None and b is not None:
            total += matrix[a][b]
        if problem.job_setup:
            total += problem.job_setup[machine][before.job][after.job]
        if problem.task_setup:
            numbers = [self.first[slot.job] + slot.task for slot in (before, after)]
            total += problem.task_setup[machine][numbers[0]][numbers[1]]
        return total

    def _family(self, slot: Slot) -> int | None:
        return self.problem.jobs[slot.job].tasks[slot.task].family


def lay_out(problem: Problem, slots: Sequence[Slot]) -> Layout:
    """Order the slots, all of which must name operations and machines of the problem."""
    first = [0]
    for job in problem.jobs:
        first.append(first[-1] + len(job.tasks))
    return Layout(
        problem=problem,
        slots=slots,
        place={(slot.job, slot.task): slot for slot in slots},
        lanes=_lanes(problem, slots),
        closed=_closed(problem),
        first=tuple(first),
    )


def _closed(problem: Problem) -> tuple[Windows, ...]:
    """One object for all machines that share their hours."""
    shared = {closed: Windows(closed) for closed in {r.closed for r in problem.resources}}
    return tuple(shared[resource.closed] for resource in problem.resources)


def _lanes(problem: Problem, slots: Sequence[Slot]) -> tuple[tuple[Batch, ...], ...]:
    standing: list[list[Slot]] = [[] for _ in problem.resources]
    for slot in sorted(slots, key=lambda s: (s.start, s.end, s.job, s.task)):
        standing[slot.machine].append(slot)
    return tuple(tuple(_batches(problem, m, lane)) for m, lane in enumerate(standing))


def _batches(problem: Problem, machine: int, lane: Sequence[Slot]) -> Iterator[Batch]:
    """Slots of one machine in order, those of one batch together; one without length stands alone."""
    several, members = problem.resources[machine].batch > 1, list[Slot]()
    for slot in lane:
        same = members and (members[0].start, members[0].end) == (slot.start, slot.end)
        if members and not (several and same and slot.start < slot.end):
            yield Batch(machine, members[0].start, members[0].end, tuple(members))
            members = []
        members.append(slot)
    if members:
        yield Batch(machine, members[0].start, members[0].end, tuple(members))
