"""A schedule into and out of the engine's row."""

from collections.abc import Iterable

import numpy as np

from app.planning.engine import layout as at
from app.planning.engine.compiled import Array
from app.planning.engine.packed import state_size
from app.planning.engine.timing import load
from app.planning.shop import Shop
from app.records.scheduling import Slot


def new_row(f: Array, seed: int) -> Array:
    """Room for a schedule; nothing is placed yet."""
    s = np.zeros(state_size(f), dtype=np.int64)
    s[at.CHANCE] = (seed % 2**31) * 2654435761 + 88172645463325252
    return s


def read_in(shop: Shop, f: Array, s: Array, slots: Iterable[Slot]) -> bool:
    """Take machines and sequences from slots of all operations; times become as early as these allow.

    False when the slots go round in a circle.
    """
    placed = {shop.number(slot.job, slot.task): slot for slot in slots}
    numbers = range(len(shop.steps))
    on = np.array([placed[v].machine for v in numbers], dtype=np.int64)
    work = np.array([_work(shop, v, placed[v]) for v in numbers], dtype=np.int64)
    order = sorted(numbers, key=lambda v: (placed[v].start, placed[v].end, v))
    start = np.array([placed[v].start for v in numbers], dtype=np.int64)
    return load(f, s, on, work, start, np.array(order, dtype=np.int64))


def _work(shop: Shop, v: int, slot: Slot) -> int:
    """A fixed operation may lie where it could not be put today."""
    return dict(shop.steps[v].modes).get(slot.machine, slot.end - slot.start)


def read_out(shop: Shop, kept: Array) -> tuple[Slot, ...]:
    """The slots of a kept row, by job and operation."""
    n = len(shop.steps)
    rows = kept[at.F_STEP : at.F_STEP + at.PLACE * n].reshape(n, at.PLACE)
    return tuple(
        shop.slot(v, int(rows[v, at.ON_MACHINE]), int(rows[v, at.START]), int(rows[v, at.END]))
        for v in range(n)
    )
