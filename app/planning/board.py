"""The floor while a schedule is being made: finds places that obey machines, people and material."""

from collections.abc import Sequence
from typing import NamedTuple

from app.planning.lane import Lane, Span
from app.planning.shop import Shop
from app.planning.supplies import NEVER, People, Store
from app.records.scheduling import Fixed, Slot


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
        self.slots: dict[int, Slot] = {}
        self._lanes = [Lane(shop, machine) for machine in range(len(shop.problem.resources))]
        self._people = [People(crew) for crew in shop.problem.crews]
        self._stores = [Store(material) for material in shop.problem.materials]
        self._crew = [resource.crew for resource in shop.problem.resources]
        self._supplies_version = 0
        for number, f in shop.fixed.items():
            self.put(number, f.machine, f.start, f.end)

    def put(self, number: int, machine: int, start: int, end: int) -> None:
        """Occupy a place; whether it is free is the caller's care."""
        joined = self._lanes[machine].put(number, start, end)
        crew, needs = self._crew[machine], self.shop.steps[number].needs
        if crew is not None and not joined:
            self._people[crew].take(self.shop.hours[machine].parts(start, end))
        for material, quantity in needs:
            self._stores[material].use(start, quantity)
        self._supplies_version += bool(needs) or crew is not None
        self.slots[number] = self.shop.slot(number, machine, start, end)

    def version(self, number: int, machine: int) -> int:
        """Grows with every change that may matter to the operation's place on a machine."""
        version = len(self._lanes[machine].changes)
        if self._supplies_version and (self._crew[machine] is not None or self.shop.steps[number].needs):
            version += self._supplies_version
        return version

    def changes(self, machine: int) -> Sequence[Span]:
        """The times that were occupied on a machine, in the order in which that was done."""
        return self._lanes[machine].changes

    def earliest(self, number: int, machine: int, work: int, ready: int) -> Span:
        """Start and end in the first gap of a machine that fits, not before `ready`; people left out."""
        return self._lanes[machine].gap(number, work, ready)

    def find(self, number: int, machine: int, work: int, ready: int) -> Span | None:
        """Start and end of the place that ends first: in a gap, or in a batch that it can join.

        None when the people of the machine are never there for long enough.
        """
        joined = self._lanes[machine].batch(number, work, ready)
        alone = self._staffed(number, machine, work, ready)
        return joined if joined and (alone is None or joined[1] <= alone[1]) else alone

    def _staffed(self, number: int, machine: int, work: int, ready: int) -> Span | None:
        crew = self._crew[machine]
        while ready < NEVER:
            start, end = self.earliest(number, machine, work, ready)
            if crew is None:
                return start, end
            again = self._people[crew].clash(self.shop.hours[machine].parts(start, end))
            if again is None:
                return start, end
            ready = again
        return None

    def setup_before(self, number: int, place: Place) -> int:
        """The setup that a place would cost after what runs there before; 0 for a machine's first."""
        return self._lanes[place.machine].setup_before(number, place.start)

    def is_open(self, number: int) -> bool:
        """Whether all that must end before the operation is on the board, and the operation is not."""
        shop, slots = self.shop, self.slots
        route = shop.steps[number].task == 0 or number - 1 in slots
        return number not in slots and route and all(before in slots for before in shop.ahead[number])

    def ready(self, number: int, machine: int) -> int:
        """When all that must be before, already on the board, and material let an operation start there.

        NEVER when there will not be enough of a material.
        """
        shop, at, step = self.shop, self.shop.released(number), self.shop.steps[number]
        if step.task:
            before = self.slots[number - 1]
            at = max(at, before.end + shop.transfer(before.machine, machine))
        for other in shop.ahead[number]:
            at = max(at, self.slots[other].end)
        return max(at, self.supplied(number))

    def supplied(self, number: int) -> int:
        """When there is enough material for an operation, 0 when it needs none, NEVER when there never is."""
        needs = self.shop.steps[number].needs
        return max((self._stores[material].since(quantity) for material, quantity in needs), default=0)

    def fits_before_next(self, number: int, machine: int, end: int) -> bool:
        """Whether what must come after, where it is on the board already, can still follow."""
        shop, slots = self.shop, self.slots
        after = slots.get(number + 1)
        if (
            after is not None
            and not shop.is_last(number)
            and end + shop.transfer(machine, after.machine) > after.start
        ):
            return False
        return all(end <= slots[n].start for n in shop.behind[number] if n in slots)

    def place(self, number: int, machine: int, work: int, since: int = 0) -> Place | None:
        """The operation's best place on a machine, from `since` on; None when there is none."""
        found = self.find(number, machine, work, max(since, self.ready(number, machine)))
        if found is None or not self.fits_before_next(number, machine, found[1]):
            return None
        return Place(found[1], dislike(self.shop, number, machine, found[0]), found[0], machine)

    def modes(self, number: int) -> list[tuple[int, int]]:
        """The operation's (machine, work) alternatives that take its load, where its job may be."""
        shop, step = self.shop, self.shop.steps[number]
        modes, where = [mode for mode in step.modes if shop.takes(number, mode[0])], shop.allowed[step.job]
        if where is None:
            return modes
        if step.task:
            where &= {shop.facility[self.slots[number - 1].machine]}
        return [mode for mode in modes if shop.facility[mode[0]] in where]

    def best(self, number: int) -> Place | None:
        """The place with the earliest end, None when no machine will do."""
        places = (self.place(number, machine, work) for machine, work in self.modes(number))
        return min((place for place in places if place is not None), default=None)


def dislike(shop: Shop, number: int, machine: int, start: int) -> int:
    """1 for a move against the plan in force, 1 for a place outside the job's home; 0 is best."""
    current, home = shop.current.get(number), shop.problem.jobs[shop.steps[number].job].home
    moved = current is not None and _moves(shop, current, machine, start)
    return int(moved) + int(home is not None and shop.facility[machine] != home)


def _moves(shop: Shop, current: Fixed, machine: int, start: int) -> bool:
    near = shop.problem.near
    if near is not None and current.start >= near:
        return False
    return current.machine != machine or abs(current.start - start) > shop.tolerance
