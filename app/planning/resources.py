"""The plant's machines, hours, people and ways: the side of a problem that no order changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from app.planning.calendars import Grid, Shift, machine_hours, shift_of, without
from app.planning.changeovers import minutes_by
from app.planning.crews import Crews
from app.planning.hours import Window, merged
from app.ports import Facts
from app.records.floor import Floor, Transfer
from app.records.plant import Item, Machine, Operation
from app.records.scheduling import Resource
from app.settings import Planning

Matrix = tuple[tuple[int, ...], ...]


class Resources:
    """Everything in it is read only; indices are of the tuples `machines`, `facilities`, `families`."""

    def __init__(
        self, facts: Facts, floor: Floor, grid: Grid, now: datetime, planning: Planning, homes: Iterable[str]
    ) -> None:
        self.grid, self._planning, self._floor = grid, planning, floor
        self.machines = facts.machines()
        sites = {f.code: f.calendar for f in facts.facilities()}
        self.facilities = tuple(dict.fromkeys((*sites, *(m.facility for m in self.machines), *homes)))
        shifts = {c.name: shift_of(c, grid) for c in facts.calendars()}
        self.crews = Crews(floor, facts.people() if floor.staffing else (), shifts, grid)
        own = [shifts.get(m.calendar) or shifts.get(sites.get(m.facility, "")) for m in self.machines]
        self._closed = [self._hours(m, shift, now) for m, shift in zip(self.machines, own, strict=True)]
        self._room = [_room(closed, grid.slots) for closed in self._closed]
        self._overtime = [shift.overtime if shift else () for shift in own]
        self.families, self._family = _families(facts.items())

    def _hours(self, machine: Machine, shift: Shift | None, now: datetime) -> tuple[Window, ...]:
        """When it is closed: by calendar and stops, and while nobody is there who can run it."""
        closed = machine_hours(machine, shift, self.grid, now, self._floor.downtimes)
        return merged([*closed, *self.crews.away(self.crews.of(machine))])

    def family(self, item: str) -> int | None:
        """The family of an item, None when it has none."""
        return self._family.get(item)

    def resources(self) -> Iterator[Resource]:
        """The machines."""
        for machine, closed, overtime in zip(self.machines, self._closed, self._overtime, strict=True):
            yield Resource(
                name=machine.code,
                facility=self.facilities.index(machine.facility),
                type=machine.type,
                closed=closed,
                interruptible=machine.interruptible,
                mounted=self.families.index(machine.mounted) if machine.mounted in self.families else None,
                crew=self.crews.of(machine),
                batch=machine.batch,
                overtime=without(overtime, closed),
            )

    def setups(self) -> dict[str, Matrix]:
        """Slots from family to family, by machine type; {} when there are no families."""
        types = sorted({machine.type for machine in self.machines})
        return {each: self._matrix(each) for each in types} if self.families else {}

    def _matrix(self, machine_type: str) -> Matrix:
        minutes = minutes_by(self._floor.changeovers, self._planning.changeover_minutes)
        return tuple(
            tuple(self.grid.span(minutes(machine_type, a, b)) for b in self.families) for a in self.families
        )

    def transfers(self) -> Matrix:
        """Slots from facility to facility: as given, else as the way back, else the plant's ordinary time."""
        given = {(t.from_facility, t.to_facility): t for t in self._floor.transfers}
        return tuple(tuple(self._way(given, a, b) for b in self.facilities) for a in self.facilities)

    def _way(self, given: Mapping[tuple[str, str], Transfer], start: str, end: str) -> int:
        if start == end:
            return 0
        found = given.get((start, end)) or given.get((end, start))
        return self.grid.span(found.minutes if found else self._planning.transfer_minutes)

    def able(self, operation: Operation) -> list[tuple[int, float]]:
        """Machines that can do an operation at all, with its minutes there."""
        index = {machine.code: n for n, machine in enumerate(self.machines)}
        if operation.alternatives:
            return [(index[a.machine], a.minutes) for a in operation.alternatives if a.machine in index]
        same = ((n, m) for n, m in enumerate(self.machines) if m.type == operation.machine_type)
        return [(n, operation.minutes / machine.speed) for n, machine in same]

    def fits(self, n: int, work: int, *, interruptible: bool) -> bool:
        """Whether a machine is open for long enough, in one piece where work must not be cut."""
        total, longest = self._room[n]
        return work <= (total if interruptible and self.machines[n].interruptible else longest)


def _families(items: Sequence[Item]) -> tuple[tuple[str, ...], dict[str, int]]:
    families = sorted({item.family for item in items if item.family})
    return tuple(families), {item.code: families.index(item.family) for item in items if item.family}


def _room(closed: Sequence[Window], slots: int) -> tuple[int, int]:
    """Open slots, all together and in one piece."""
    edges = [0, *(edge for window in closed for edge in window), slots]
    pieces = [max(0, high - low) for low, high in zip(edges[::2], edges[1::2], strict=True)]
    return sum(pieces), max(pieces)
