"""Where operations may go while others stay: the domains of the solver's model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.planning.hours import Piece
from app.planning.shop import Shop
from app.records.scheduling import Slot

Starts = list[tuple[int, int]]
Gap = tuple[int, int]
"""Free time of a machine for one operation: it starts at the first or later, ends by the second."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run an operation: on a machine, from one of `starts` (first, last, both included).

    It takes `length`, the closed time that cuts it included.
    """

    machine: int
    length: int
    starts: Starts


def ways(shop: Shop, free: Iterable[int], stay: Mapping[int, Slot], horizon: int) -> dict[int, list[Way]]:
    """For each free operation every way to run it, ending by `horizon`, around those that stay.

    Times follow the job's own order and the hours, gaps and setups of machines. An operation
    without a way has an empty list.
    """
    chosen = sorted(free)
    earliest, latest = _earliest(shop, chosen, stay), _latest(shop, chosen, stay, horizon)
    lanes = _lanes(shop, stay)
    return {n: list(_ways(shop, n, (earliest[n], latest[n]), lanes, stay, horizon)) for n in chosen}


def _lanes(shop: Shop, stay: Mapping[int, Slot]) -> list[list[tuple[int, int, int]]]:
    lanes: list[list[tuple[int, int, int]]] = [[] for _ in shop.problem.resources]
    for number, slot in stay.items():
        lanes[slot.machine].append((slot.start, slot.end, number))
    for lane in lanes:
        lane.sort()
    return lanes


def _earliest(shop: Shop, chosen: Sequence[int], stay: Mapping[int, Slot]) -> dict[int, int]:
    earliest: dict[int, int] = {}
    for n in chosen:
        earliest[n] = shop.released(n)
        if shop.steps[n].task:
            before = stay[n - 1].end if n - 1 in stay else earliest[n - 1] + _least(shop, n - 1)
            earliest[n] = max(earliest[n], before)
    return earliest


def _latest(shop: Shop, chosen: Sequence[int], stay: Mapping[int, Slot], horizon: int) -> dict[int, int]:
    latest: dict[int, int] = {}
    for n in reversed(chosen):
        if shop.is_last(n):
            latest[n] = horizon
        else:
            latest[n] = stay[n + 1].start if n + 1 in stay else latest[n + 1] - _least(shop, n + 1)
    return latest


def _least(shop: Shop, n: int) -> int:
    return min(work for _, work in shop.steps[n].modes)


def _ways(
    shop: Shop,
    n: int,
    bounds: Gap,
    lanes: Sequence[Sequence[tuple[int, int, int]]],
    stay: Mapping[int, Slot],
    horizon: int,
) -> Iterator[Way]:
    step, where = shop.steps[n], shop.allowed[shop.steps[n].job]
    before = stay.get(n - 1) if step.task else None
    after = None if shop.is_last(n) else stay.get(n + 1)
    for machine, work in step.modes:
        if where is not None and shop.facility[machine] not in where:
            continue
        low, high = bounds
        if before:
            low = max(low, before.end + shop.transfer(before.machine, machine))
        if after:
            high = min(high, after.start - shop.transfer(machine, after.machine))
        gaps = _gaps(shop, n, machine, lanes[machine], (low, high))
        for extra, starts in _crossed(gaps, shop.hours_of(n, machine).pieces(work, 0, horizon), work).items():
            yield Way(machine, work + extra, starts)


def _gaps(
    shop: Shop, n: int, machine: int, lane: Sequence[tuple[int, int, int]], bounds: Gap
) -> Iterator[Gap]:
    """The machine's free time between the operations that stay, setups to and from them taken off."""
    least, most = bounds
    low = max(least, shop.ready_for(machine, n))
    for start, end, other in lane:
        high = min(most, start - shop.setup(machine, n, other))
        if low < high or low == high == start:
            yield low, high
        low = max(low, end + shop.setup(machine, other, n))
    if low <= most:
        yield low, most


def _crossed(gaps: Iterator[Gap], pieces: Sequence[Piece], work: int) -> dict[int, Starts]:
    """Starts that fit both a gap and the hours, by the closed time that stretches them."""
    found: dict[int, Starts] = {}
    at = 0
    for low, high in gaps:
        while at < len(pieces) and pieces[at][1] < low:
            at += 1
        for first, last, extra in pieces[at:]:
            if first > high:
                break
            begin, end = max(first, low), min(last, high - work - extra)
            if begin <= end:
                found.setdefault(extra, []).append((begin, end))
    return found
