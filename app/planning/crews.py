"""How many people of each skill there are at each facility, shift by shift, without those who are away."""

from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise

from app.planning.asked import Member
from app.planning.calendars import Grid, Shift, without
from app.planning.hours import Window
from app.records.floor import Floor
from app.records.plant import Machine, Person
from app.records.scheduling import Crew


class Crews:
    """`names` are (facility, skill) of every crew, in the order of their indices.

    A shift is a calendar: its people are there while it is open, overtime included. Somebody absent
    is missing from every crew of the own facility whose skill the person has, in the own shift, or
    all the time where no shift is known. After the grid's end everybody is there.
    """

    def __init__(
        self, floor: Floor, people: tuple[Person, ...], shifts: Mapping[str, Shift], grid: Grid
    ) -> None:
        self._floor, self._people, self._grid = floor, {p.userid: p for p in people}, grid
        self._open = {name: shift.open for name, shift in shifts.items()}
        self._skill = {each.machine_type: each.skill for each in floor.skills}
        self.names = tuple(dict.fromkeys((each.facility, each.skill) for each in floor.staffing))
        self.crews = tuple(Crew(f"{skill} {site}", self._levels(site, skill)) for site, skill in self.names)

    def of(self, machine: Machine) -> int | None:
        """Whom a machine needs; None where its type needs nobody, or nobody is counted there."""
        name = (machine.facility, self._skill.get(machine.type, ""))
        return self.names.index(name) if name in self.names else None

    def away(self, crew: int | None) -> Iterator[Window]:
        """When nobody of a crew is there, within the grid."""
        levels = self.crews[crew].levels if crew is not None else ()
        for (low, count), (high, _) in pairwise((*levels, (self._grid.slots, 0))):
            if count == 0 and low < high:
                yield low, high

    def members(self) -> Iterator[Member]:
        """Everybody who counts in a crew, once for each of them, with when."""
        for crew, (site, skill) in enumerate(self.names):
            for person in self._people.values():
                if person.facility == site and skill in person.skills:
                    gone = [
                        self._grid.within(a.start, a.end)
                        for a in self._floor.absences
                        if a.person == person.userid
                    ]
                    yield Member(person.userid, crew, without(self._shift_of(person), gone))

    def _shift_of(self, person: Person) -> tuple[Window, ...]:
        """When somebody works: in the own shift, all the time where none is known."""
        return self._open.get(person.shift, ((0, self._grid.slots),))

    def _levels(self, site: str, skill: str) -> tuple[tuple[int, int], ...]:
        changes = {0: 0, self._grid.slots: 0}
        for low, high, count in (*self._there(site, skill), *self._absent(site, skill)):
            changes[low] = changes.get(low, 0) + count
            changes[high] = changes.get(high, 0) - count
        times = [at for at in sorted(changes) if at < self._grid.slots]
        levels = list(zip(times, (max(0, n) for n in accumulate(changes[at] for at in times)), strict=True))
        everybody = sum(e.people for e in self._floor.staffing if (e.facility, e.skill) == (site, skill))
        return _stepped([*levels, (self._grid.slots, everybody)])

    def _there(self, site: str, skill: str) -> Iterator[tuple[int, int, int]]:
        for each in self._floor.staffing:
            if (each.facility, each.skill) == (site, skill):
                for low, high in self._open.get(each.calendar, ()):
                    yield low, high, each.people

    def _absent(self, site: str, skill: str) -> Iterator[tuple[int, int, int]]:
        for absence in self._floor.absences:
            person = self._people.get(absence.person)
            if person is None or person.facility != site or skill not in person.skills:
                continue
            start, end = self._grid.within(absence.start, absence.end)
            for low, high in self._shift_of(person):
                if max(low, start) < min(high, end):
                    yield max(low, start), min(high, end), -1


def _stepped(levels: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Without the steps that change nothing."""
    kept = levels[:1]
    for at, count in levels[1:]:
        if count != kept[-1][1]:
            kept.append((at, count))
    return tuple(kept)
