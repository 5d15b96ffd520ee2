"""What operations that cannot be moved take of people and materials."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from app.planning.calendars import without
from app.planning.hours import Window
from app.records.scheduling import Crew, Problem

Need = tuple[int, int]
"""Material and quantity."""


class Claims:
    """Begins with nothing taken; operations are taken in the order of their starts."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._working: list[list[Window]] = [[] for _ in problem.crews]
        self._used: Counter[int] = Counter()

    def take(self, machine: int, start: int, end: int, needs: Iterable[Need]) -> None:
        """What runs or will run on a machine, a batch as one, takes what it takes."""
        crew = self._problem.resources[machine].crew
        if crew is not None:
            self._working[crew].extend(self._worked(machine, start, end))
        for material, amount in needs:
            self._used[material] += amount

    def has_people(self, machine: int, start: int, end: int) -> bool:
        """Whether one more of the machine's crew is there whenever it would work."""
        crew = self._problem.resources[machine].crew
        if crew is None:
            return True
        return all(
            level > taken
            for low, high in self._worked(machine, start, end)
            for _, level, taken in self._profile(crew, low, high)
        )

    def has_materials(self, needs: Iterable[Need], at: int) -> bool:
        """Whether what came by a time, less what is taken, is enough."""
        wanted: Counter[int] = Counter()
        for material, amount in needs:
            wanted[material] += amount
        for material, amount in wanted.items():
            supply = self._problem.materials[material]
            there = supply.stock + sum(quantity for when, quantity in supply.receipts if when <= at)
            if self._used[material] + amount > there:
                return False
        return True

    def crews(self) -> tuple[Crew, ...]:
        """The crews as they are, and where more of their machines work than they have people, as many."""
        return tuple(self._lifted(n, crew) for n, crew in enumerate(self._problem.crews))

    def _lifted(self, n: int, crew: Crew) -> Crew:
        end = max((high for _, high in (*self._working[n], (0, crew.levels[-1][0]))), default=0)
        levels: list[tuple[int, int]] = []
        for at, level, taken in self._profile(n, 0, end + 1):
            if not levels or levels[-1][1] != max(level, taken):
                levels.append((at, max(level, taken)))
        return Crew(crew.name, tuple(levels))

    def _profile(self, crew: int, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Every time from low to before high at which people or work change: with people, with work."""
        levels, working = self._problem.crews[crew].levels, self._working[crew]
        edges = {low, *(at for at, _ in levels), *(edge for window in working for edge in window)}
        for at in sorted(edge for edge in edges if low <= edge < high):
            level = levels[bisect_right(levels, at, key=lambda step: step[0]) - 1][1]
            yield at, level, sum(start <= at < end for start, end in working)

    def _worked(self, machine: int, start: int, end: int) -> tuple[Window, ...]:
        return without([(start, end)], self._problem.resources[machine].closed)
