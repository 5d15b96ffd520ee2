"""A late order pushed forward in a plan by hand's reach: at once, and often enough without the solver."""

from collections.abc import Iterator, Sequence

from app.planning.board import Board
from app.planning.shop import Shop, open_shop
from app.planning.why.trials import nothing_late
from app.records.scheduling import Problem, Schedule, Slot

_MOST = 1_500
"""Operations up to which this takes no longer than a moment."""


def squeezed(problem: Problem, present: Sequence[Slot], jobs: Sequence[int], late: int) -> Schedule | None:
    """A plan in which nothing is late: the jobs' operations earlier, all others in their order behind.

    `late` is by how much the jobs are late now. None where no such plan comes about so simply.
    """
    shop = open_shop(problem)
    if len(shop.steps) > _MOST:
        return None
    made = (_placed(shop, order) for order in _orders(shop, present, set(jobs), late))
    plans = (Schedule("feasible", 0, slots, "squeezed") for slots in made if slots is not None)
    return next((plan for plan in plans if nothing_late(problem, plan)), None)


def _orders(
    shop: Shop, present: Sequence[Slot], jobs: set[int], late: int
) -> Iterator[list[tuple[Slot, bool]]]:
    """Sequences to try: the jobs first of all, earlier by their lateness, in what room is left."""
    span = max((slot.end for slot in present), default=0)
    for shift in (span, 2 * late, late, -span):
        yield sorted(
            (
                (slot, slot.job in jobs)
                for slot in present
                if shop.number(slot.job, slot.task) not in shop.fixed
            ),
            key=lambda item: (
                item[0].start - shift * item[1],
                -_work(shop, item[0]),
                item[0].job,
                item[0].task,
            ),
        )


def _work(shop: Shop, slot: Slot) -> int:
    """Of a batch the longest goes first, and the others join it."""
    return dict(shop.steps[shop.number(slot.job, slot.task)].modes)[slot.machine]


def _placed(shop: Shop, order: Sequence[tuple[Slot, bool]]) -> tuple[Slot, ...] | None:
    """Each as early as it can be: the jobs' operations on their best machine, others on the one they have."""
    board = Board(shop)
    for slot, pushed in order:
        number = shop.number(slot.job, slot.task)
        if not board.is_open(number):
            return None
        place = board.best(number) if pushed else board.place(number, slot.machine, _work(shop, slot))
        if place is None:
            return None
        board.put(number, place.machine, place.start, place.end)
    return tuple(board.slots[number] for number in sorted(board.slots))
