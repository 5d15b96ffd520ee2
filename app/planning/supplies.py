"""What operations draw on while a schedule is being made: people who are free, material that is left."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from app.records.scheduling import Crew, Material

NEVER = 1 << 62
"""Later than every time."""


class People:
    """How many of a crew are free, over time; below 0 where operations that cannot move need more."""

    def __init__(self, crew: Crew) -> None:
        self._times = [0]
        self._free = [0]
        for since, people in sorted(crew.levels):
            self._free[self._cut(since)] = people

    def _cut(self, at: int) -> int:
        """The index of the piece of time that begins at `at`, made where there is none."""
        n = bisect_left(self._times, at)
        if n == len(self._times) or self._times[n] != at:
            self._times.insert(n, at)
            self._free.insert(n, self._free[n - 1] if n else 0)
        return n

    def take(self, parts: Sequence[tuple[int, int]]) -> None:
        """One of them is at work in these parts of time."""
        for start, end in parts:
            first, beyond = self._cut(start), self._cut(end)
            for n in range(first, beyond):
                self._free[n] -= 1

    def clash(self, parts: Sequence[tuple[int, int]]) -> int | None:
        """None when one is free throughout; else when one is free after the first time that none is.

        NEVER when none is free after that.
        """
        for start, end in parts:
            n = max(0, bisect_right(self._times, start) - 1)
            while n < len(self._times) and self._times[n] < end:
                if self._free[n] <= 0:
                    return self._free_after(n)
                n += 1
        return None

    def _free_after(self, n: int) -> int:
        while n < len(self._times) and self._free[n] <= 0:
            n += 1
        return self._times[n] if n < len(self._times) else NEVER


class Store:
    """How much of a material is left over time, uses at any time taken off."""

    def __init__(self, material: Material) -> None:
        self._times = [0]
        self._left = [material.stock]
        for at, quantity in material.receipts:
            self.use(at, -quantity)

    def use(self, at: int, quantity: int) -> None:
        """Take a quantity at a time; what is left from then on becomes less."""
        n = bisect_left(self._times, at)
        if n == len(self._times) or self._times[n] != at:
            self._times.insert(n, at)
            self._left.insert(n, self._left[n - 1] if n else 0)
        for k in range(n, len(self._left)):
            self._left[k] -= quantity

    def since(self, quantity: int) -> int:
        """From when on a quantity can be taken at no other use's cost; NEVER when it cannot."""
        n = len(self._left)
        while n and self._left[n - 1] >= quantity:
            n -= 1
        return self._times[n] if n < len(self._times) else NEVER
