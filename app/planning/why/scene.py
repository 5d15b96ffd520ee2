"""A schedule laid out so that it can be asked what each operation waited for."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from app.planning.hours import Hours, Window
from app.planning.shop import open_shop
from app.records.scheduling import Problem, Slot


class Scene:
    """A problem and a legal schedule of it; operations go by their number.

    `stops` are windows, by machine, of its closed time in which it stands still rather than being
    outside its shifts.
    """

    def __init__(
        self, problem: Problem, slots: Sequence[Slot], stops: Mapping[int, Sequence[Window]] | None = None
    ) -> None:
        self.problem, self.shop = problem, open_shop(problem)
        self.slots = {self.shop.number(slot.job, slot.task): slot for slot in slots}
        self.stops = stops or {}
        self._hours: dict[tuple[int, bool], Hours] = {}
        lanes: list[list[tuple[int, int, int]]] = [[] for _ in problem.resources]
        for number, slot in self.slots.items():
            lanes[slot.machine].append((slot.start, slot.end, number))
        self._lanes = [sorted(lane) for lane in lanes]

    @property
    def heads(self) -> list[int]:
        """The jobs that have an order's name and due date: of several lots the first."""
        return [n for n in range(len(self.problem.jobs)) if self.head_of(n) == n]

    def head_of(self, job: int) -> int:
        """The job that has the name and due date of a job's order."""
        head = self.problem.jobs[job].lot_of
        return job if head is None else head

    def lots(self, head: int) -> list[int]:
        """The jobs of an order."""
        return [n for n in range(len(self.problem.jobs)) if self.head_of(n) == head]

    @cached_property
    def ends(self) -> dict[int, int]:
        """When each order ends, by its head."""
        last: dict[int, int] = {}
        for slot in self.slots.values():
            head = self.head_of(slot.job)
            last[head] = max(slot.end, last.get(head, slot.end))
        return last

    def work(self, number: int) -> int:
        """The operation's own working time where it lies."""
        return next(w for m, w in self.shop.steps[number].modes if m == self.slots[number].machine)

    def hours(self, number: int) -> Hours:
        """When the operation can be worked on where it lies."""
        machine, step = self.slots[number].machine, self.shop.steps[number]
        resource, task = self.problem.resources[machine], self.problem.jobs[step.job].tasks[step.task]
        cut = resource.interruptible and task.interruptible
        if (machine, cut) not in self._hours:
            self._hours[machine, cut] = Hours(resource.closed, interruptible=cut)
        return self._hours[machine, cut]

    def mates(self, number: int) -> tuple[int, ...]:
        """The others of its batch: on the same machine at the same time."""
        slot = self.slots[number]
        if self.problem.resources[slot.machine].batch <= 1:
            return ()
        lane = self._lanes[slot.machine]
        at = bisect_left(lane, (slot.start, slot.end, -1))
        same = (n for start, end, n in lane[at:] if (start, end) == (slot.start, slot.end))
        return tuple(n for n in same if n != number)

    def longest(self, number: int) -> int:
        """The one of its batch, itself too, with the most work; itself where it is one of these."""
        return max((number, *self.mates(number)), key=lambda n: (self.work(n), n == number))

    def before_on_machine(self, number: int) -> int | None:
        """The operation that its machine does before, its batch aside; None for the first."""
        slot, mates = self.slots[number], set(self.mates(number))
        lane = self._lanes[slot.machine]
        at = bisect_left(lane, (slot.start, slot.end, number))
        return next((n for _, _, n in reversed(lane[:at]) if n not in mates), None)

    def before_in_job(self, number: int) -> int | None:
        """The job's operation before; None for the first."""
        return number - 1 if self.shop.steps[number].task else None

    def ready(self, number: int) -> int:
        """When the job itself lets the operation start: released, done before, and brought there."""
        before = self.before_in_job(number)
        if before is None:
            return max(0, self.problem.jobs[self.shop.steps[number].job].release)
        slot, to = self.slots[before], self.slots[number].machine
        return slot.end + self.shop.transfer(slot.machine, to)

    def closed(self, machine: int, low: int, high: int) -> list[Window]:
        """The closed time of a machine within [low, high), in order."""
        windows = self.problem.resources[machine].closed
        return [(max(low, a), min(high, b)) for a, b in windows if a < high and b > low]

    def is_stop(self, machine: int, window: Window) -> bool:
        """Whether a stop explains a closed window, for the most part."""
        low, high = window
        stopped = sum(max(0, min(high, b) - max(low, a)) for a, b in self.stops.get(machine, ()))
        return 2 * stopped > high - low

    @cached_property
    def told(self) -> dict[int, list[int]]:
        """For an operation those that are told to end before it starts."""
        found: dict[int, list[int]] = {}
        for rule in self.problem.before:
            after = self.shop.number(rule.then_job, rule.then_task)
            found.setdefault(after, []).append(self.shop.number(rule.job, rule.task))
        return found

    def of_crew(self, crew: int) -> list[int]:
        """Operations on machines that need somebody of a crew."""
        return [n for n, s in self.slots.items() if self.problem.resources[s.machine].crew == crew]

    def pieces(self, machine: int, start: int, end: int) -> list[Window]:
        """The open time of a machine within [start, end), in order."""
        reached, found = start, []
        for low, high in sorted(self.closed(machine, start, end)):
            if reached < low:
                found.append((reached, low))
            reached = max(reached, high)
        return [*found, (reached, end)] if reached < end else found
