"""A schedule drawn together: the same machines and sequence, every operation as early as it can be."""

from collections.abc import Mapping

from app.planning.board import Board
from app.planning.shop import Shop
from app.records.scheduling import Slot


def tidy(shop: Shop, slots: Mapping[int, Slot]) -> dict[int, Slot] | None:
    """The slots moved left in the order of their starts; None where one finds no place.

    An operation on its machine of the plan in force that starts no earlier than there, or hardly,
    is not begun before that: nobody gains from being told a slightly other time.
    """
    board = Board(shop)
    for number, slot in sorted(slots.items(), key=lambda item: (item[1].start, item[0])):
        if number in shop.fixed:
            continue
        step, current = shop.steps[number], shop.current.get(number)
        if step.task and number - 1 not in board.slots:
            return None
        ready = board.ready(number, slot.machine)
        if current and current.machine == slot.machine and slot.start >= current.start - shop.tolerance:
            ready = max(ready, current.start)
        work = next(w for m, w in step.modes if m == slot.machine)
        start, end = board.earliest(number, slot.machine, work, ready)
        if not board.fits_before_next(number, slot.machine, end):
            return None
        board.put(number, slot.machine, start, end)
    return board.slots
