"""One machine's occupation while a schedule is being made: gaps that obey hours and setups, and batches."""

from bisect import bisect_left, bisect_right

from app.planning.shop import Shop

Span = tuple[int, int]


class Lane:
    """What stands on one machine, by start; operations of one batch stand as one."""

    def __init__(self, shop: Shop, machine: int) -> None:
        self._shop, self._machine = shop, machine
        self._resource = shop.problem.resources[machine]
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._members: list[tuple[int, ...]] = []
        self._takes_batches = self._resource.batch > 1
        self.changes: list[Span] = []
        """What was occupied, in turn; (0, 0) where others can still join."""

    def put(self, number: int, start: int, end: int) -> bool:
        """Occupy a span, whether or not it is free; True when that makes it one of a batch."""
        self.changes.append((0, 0) if self._takes_batches else (start, end))
        at = bisect_left(self._starts, start)
        while at < len(self._starts) and self._starts[at] == start:
            if self._takes_batches and self._ends[at] == end and start < end:
                self._members[at] += (number,)
                return True
            if (self._ends[at], self._members[at][0]) > (end, number):
                break
            at += 1
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        self._members.insert(at, (number,))
        return False

    def gap(self, number: int, work: int, ready: int) -> Span:
        """Start and end in the first gap that fits, not before `ready`."""
        starts, ends, hours = self._starts, self._ends, self._shop.hours_of(number, self._machine)
        ready = max(ready, self._resource.busy_until)
        at, count = bisect_right(starts, ready), len(starts)
        if at:
            low = max(ready, ends[at - 1] + self._setup_from(at - 1, number))
        else:
            low = max(ready, self._shop.ready_for(self._machine, number))
        while at < count:
            if low + work <= starts[at]:
                start, end = hours.place(low, work)
                if end + self._setup_to(number, at) <= starts[at]:
                    return start, end
            low = max(ready, ends[at] + self._setup_from(at, number))
            at += 1
        return hours.place(low, work)

    def batch(self, number: int, work: int, ready: int) -> Span | None:
        """Start and end of the first batch from `ready` on that has room and need not work longer."""
        if not self._takes_batches or self._shop.steps[number].family is None:
            return None
        for at in range(bisect_left(self._starts, ready), len(self._starts)):
            if self._has_room(at, number, work):
                return self._starts[at], self._ends[at]
        return None

    def setup_before(self, number: int, start: int) -> int:
        """The setup that an operation would need after what runs there before; 0 for the first."""
        at = bisect_right(self._starts, start)
        return self._setup_from(at - 1, number) if at else 0

    def _has_room(self, at: int, number: int, work: int) -> bool:
        shop, step, members = self._shop, self._shop.steps[number], self._members[at]
        length = self._ends[at] - self._starts[at]
        load = step.load + sum(shop.steps[n].load for n in members)
        works = max(self._work(n) for n in members)
        uncut = works == length or (step.interruptible and self._resource.interruptible)
        fits = load <= self._resource.batch and work <= works and length > 0 and uncut
        same = all(shop.steps[n].family == step.family for n in members)
        return fits and same and (not shop.has_own_setups or self._setups_fit(at, number))

    def _work(self, number: int) -> int:
        """The least working time of an operation on this machine; 0 when it cannot run here."""
        works = [work for machine, work in self._shop.steps[number].modes if machine == self._machine]
        return min(works, default=0)

    def _setups_fit(self, at: int, number: int) -> bool:
        ready = self._ends[at - 1] + self._setup_from(at - 1, number) if at else 0
        last = at + 1 == len(self._starts)
        then = None if last else self._starts[at + 1] - self._setup_to(number, at + 1)
        return ready <= self._starts[at] and (then is None or self._ends[at] <= then)

    def _setup_from(self, at: int, number: int) -> int:
        if not self._shop.has_own_setups:
            return self._shop.setup(self._machine, self._members[at][0], number)
        return max(self._shop.setup(self._machine, n, number) for n in self._members[at])

    def _setup_to(self, number: int, at: int) -> int:
        if not self._shop.has_own_setups:
            return self._shop.setup(self._machine, number, self._members[at][0])
        return max(self._shop.setup(self._machine, number, n) for n in self._members[at])
