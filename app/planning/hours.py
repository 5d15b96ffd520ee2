"""Arithmetic on one machine's open and closed time."""

from bisect import bisect_right
from collections.abc import Iterable

Window = tuple[int, int]
Piece = tuple[int, int, int]
"""Starts from first to last, both included, that are stretched by the same closed time."""


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same closed time as windows that neither touch nor overlap, in order; empty ones dropped."""
    result: list[Window] = []
    for low, high in sorted(w for w in windows if w[0] < w[1]):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


class Hours:
    """When a machine works: `closed` are half-open windows; time is open after the last of them."""

    def __init__(self, closed: Iterable[Window], *, interruptible: bool) -> None:
        windows = merged(closed)
        self._lows = [low for low, _ in windows]
        self._highs = [high for _, high in windows]
        self._interruptible = interruptible
        self._opened: list[int] = []  # open time before each window, counted from time 0
        total = 0
        for low, high in windows:
            self._opened.append(low - total)
            total += high - low
        self._pieces: dict[tuple[int, int, int], tuple[Piece, ...]] = {}

    @property
    def last_closed(self) -> int:
        """The end of the last closed window; 0 when there is none."""
        return self._highs[-1] if self._highs else 0

    def place(self, ready: int, work: int) -> tuple[int, int]:
        """Start and end of `work` begun as early as can be, not before `ready`."""
        at = bisect_right(self._lows, ready)
        start = max(ready, self._highs[at - 1]) if at else ready
        if not self._interruptible:
            while at < len(self._lows) and start + work > self._lows[at]:
                start = self._highs[at]
                at += 1
            return start, start + work
        end, left = start, work
        while at < len(self._lows) and end + left > self._lows[at]:
            left -= self._lows[at] - end
            end = self._highs[at]
            at += 1
        return start, end + left

    def parts(self, start: int, end: int) -> list[Window]:
        """The open parts of the time from `start` to `end`, in order."""
        found, at = list[Window](), bisect_right(self._lows, start)
        low = max(start, self._highs[at - 1]) if at else start
        while at < len(self._lows) and self._lows[at] < end:
            if low < self._lows[at]:
                found.append((low, self._lows[at]))
            low = self._highs[at]
            at += 1
        if low < end:
            found.append((low, end))
        return found

    def pieces(self, work: int, low: int, high: int) -> tuple[Piece, ...]:
        """Every possible start of `work` in low..high, both included, by what it is stretched."""
        key = (work, low, high)
        if key not in self._pieces:
            self._pieces[key] = tuple(self._cut(work, low, high))
        return self._pieces[key]

    def _cut(self, work: int, low: int, high: int) -> Iterable[Piece]:
        at = bisect_right(self._lows, low)
        start = max(low, self._highs[at - 1]) if at else low
        while start <= high:
            closes = self._lows[at] if at < len(self._lows) else None
            if closes is None:
                yield start, high, 0
                return
            yield from self._within(work, start, min(high, closes - 1), at)
            start = self._highs[at]
            at += 1

    def _within(self, work: int, start: int, last: int, at: int) -> Iterable[Piece]:
        """Pieces of the open time from start to last, before window `at`."""
        if not self._interruptible:
            if start <= (end := min(last, self._lows[at] - work)):
                yield start, end, 0
            return
        shift = self._lows[at] - self._opened[at]  # closed time before this open time
        while start <= last:
            cut = at
            while cut < len(self._lows) and self._opened[cut] < start - shift + work:
                cut += 1
            extra = sum(self._highs[k] - self._lows[k] for k in range(at, cut))
            end = last if cut == len(self._lows) else min(last, self._opened[cut] - work + shift)
            yield start, end, extra
            start = end + 1
