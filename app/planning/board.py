"""The machines' occupation while a schedule is being made; finds gaps that obey hours and setups."""

from bisect import bisect_right, insort
from typing import NamedTuple

from app.planning.shop import Shop
from app.records.scheduling import Slot


class Place(NamedTuple):
    """Where an operation could go; compares by end, then by what is disliked, then by start."""

    end: int
    dislike: int
    start: int
    machine: int


class Board:
    """Starts with the fixed operations on it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._lanes: list[list[tuple[int, int, int]]] = [[] for _ in shop.problem.resources]
        self.slots: dict[int, Slot] = {}
        for number, f in shop.fixed.items():
            self.put(number, f.machine, f.start, f.end)

    def put(self, number: int, machine: int, start: int, end: int) -> None:
        """Occupy a place; whether it is free is the caller's care."""
        insort(self._lanes[machine], (start, end, number))
        self.slots[number] = self.shop.slot(number, machine, start, end)

    def earliest(self, number: int, machine: int, work: int, ready: int) -> tuple[int, int]:
        """Start and end in the first gap of a machine that fits, not before `ready`."""
        shop, lane = self.shop, self._lanes[machine]
        ready = max(ready, shop.problem.resources[machine].busy_until)
        at = bisect_right(lane, ready, key=lambda taken: taken[0])
        while True:
            if at:
                _, end_before, before = lane[at - 1]
                low = max(ready, end_before + shop.setup(machine, before, number))
            else:
                low = max(ready, shop.ready_for(machine, number))
            start, end = shop.hours[machine].place(low, work)
            if at == len(lane) or end + shop.setup(machine, number, lane[at][2]) <= lane[at][0]:
                return start, end
            at += 1

    def setup_before(self, number: int, place: Place) -> int:
        """The setup that a place would cost after what runs there before; 0 for a machine's first."""
        lane = self._lanes[place.machine]
        at = bisect_right(lane, place.start, key=lambda taken: taken[0])
        return self.shop.setup(place.machine, lane[at - 1][2], number) if at else 0

    def ready(self, number: int, machine: int) -> int:
        """When the job's operation before, already on the board, lets this one start there."""
        shop, at = self.shop, self.shop.released(number)
        if shop.steps[number].task:
            before = self.slots[number - 1]
            at = max(at, before.end + shop.transfer(before.machine, machine))
        return at

    def fits_before_next(self, number: int, machine: int, end: int) -> bool:
        """Whether the job's next operation, where it is on the board already, can still follow."""
        after = None if self.shop.is_last(number) else self.slots.get(number + 1)
        return after is None or end + self.shop.transfer(machine, after.machine) <= after.start

    def best(self, number: int) -> Place | None:
        """The place with the earliest end, None when no machine will do."""
        shop, step = self.shop, self.shop.steps[number]
        where = self._facility(number)
        found: Place | None = None
        for machine, work in step.modes:
            if where is not None and shop.facility[machine] not in where:
                continue
            start, end = self.earliest(number, machine, work, self.ready(number, machine))
            place = Place(end, dislike(shop, number, machine, start), start, machine)
            if (found is None or place < found) and self.fits_before_next(number, machine, end):
                found = place
        return found

    def _facility(self, number: int) -> frozenset[int] | None:
        shop, step = self.shop, self.shop.steps[number]
        allowed = shop.allowed[step.job]
        if allowed is None or step.task == 0:
            return allowed
        return allowed & {shop.facility[self.slots[number - 1].machine]}


def dislike(shop: Shop, number: int, machine: int, start: int) -> int:
    """1 for a move against the plan in force, 1 for a place outside the job's home; 0 is best."""
    current, home = shop.current.get(number), shop.problem.jobs[shop.steps[number].job].home
    moved = current is not None and (
        current.machine != machine or abs(current.start - start) > shop.tolerance
    )
    return int(moved) + int(home is not None and shop.facility[machine] != home)
