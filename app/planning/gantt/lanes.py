"""What every chart's rows share: bars side by side, and how much of its open time a machine is used."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.planning.hours import merged
from app.records.chart import Bar, Window


def side_by_side(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """The bars by start, each in the first lane that is free."""
    free_from: list[int] = []
    placed: list[Bar] = []
    for bar in sorted(bars, key=lambda b: (b.start, b.end, b.order, b.position)):
        lane = next((n for n, end in enumerate(free_from) if end <= bar.start), len(free_from))
        free_from[lane : lane + 1] = [bar.end]
        placed.append(replace(bar, lane=lane))
    return tuple(placed)


def load(bars: Sequence[Bar], shut: Iterable[Window], low: int, high: int) -> float | None:
    """The share of the open time in low..high that bars or their setups take; None without any."""
    closed = merged(shut)
    used = merged((bar.start - bar.setup, bar.end) for bar in bars)
    open_time = (high - low) - _covered(closed, low, high)
    if high <= low or open_time <= 0:
        return None
    work = sum(
        max(0, min(end, high) - max(start, low)) - _covered(closed, max(start, low), min(end, high))
        for start, end in used
    )
    return max(0.0, min(1.0, work / open_time))


def _covered(windows: Iterable[Window], low: int, high: int) -> int:
    return sum(max(0, min(end, high) - max(start, low)) for start, end in windows)
