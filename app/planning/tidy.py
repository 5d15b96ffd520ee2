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
    for number, slot in sorted(slots.items(), key=lambda item: _order(shop, *item)):
        if number in shop.fixed:
            continue
        if not board.is_open(number):
            return None
        current, since = shop.current.get(number), 0
        if current and current.machine == slot.machine and slot.start >= current.start - shop.tolerance:
            since = current.start
        place = board.place(number, slot.machine, _work(shop, number, slot), since)
        if place is None:
            return None
        board.put(number, place.machine, place.start, place.end)
    return board.slots


def _order(shop: Shop, number: int, slot: Slot) -> tuple[int, int, int]:
    """By start; of a batch the longest work first, which the others then join."""
    return slot.start, -_work(shop, number, slot), number


def _work(shop: Shop, number: int, slot: Slot) -> int:
    """Its working time where it stands; 0 for a fixed operation on a machine that cannot do it."""
    return next((work for machine, work in shop.steps[number].modes if machine == slot.machine), 0)
