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

    `late` is by how much the jobs are late now. None where no such plan comes about so simply, and where
    people, materials, batches or orders of others restrict operations that are no neighbours.
    """
    shop = open_shop(problem)
    if len(shop.steps) > _MOST or problem.shared or problem.before:
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
            key=lambda item: (item[0].start - shift * item[1], item[0].end, item[0].job, item[0].task),
        )


def _placed(shop: Shop, order: Sequence[tuple[Slot, bool]]) -> tuple[Slot, ...] | None:
    """Each as early as it can be: the jobs' operations on their best machine, others on the one they have."""
    board = Board(shop)
    for slot, pushed in order:
        number = shop.number(slot.job, slot.task)
        if shop.steps[number].task and number - 1 not in board.slots:
            return None
        if pushed:
            place = board.best(number)
            if place is None:
                return None
            board.put(number, place.machine, place.start, place.end)
            continue
        work = dict(shop.steps[number].modes)[slot.machine]
        ready = board.ready(number, slot.machine)
        board.put(number, slot.machine, *board.earliest(number, slot.machine, work, ready))
    return tuple(board.slots[number] for number in sorted(board.slots))
