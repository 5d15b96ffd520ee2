"""The plan in force made legal under the new facts, at once and with few moves; no search, no solver.

Two ways are tried. Few moves: everything that can stay stays, and what cannot goes into gaps.
Right shift: everything keeps its machine and is delayed where it must be.
"""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush

from app.planning.board import Board, Place
from app.planning.check import check
from app.planning.costs import Costs, costs
from app.planning.dispatch import in_order, keep
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Fixed, Problem, Schedule, Slot

_ROUNDS = 40
"""So often what has to move may grow before the way of few moves is given up."""


def repair(problem: Problem) -> tuple[tuple[Schedule, Costs], ...]:
    """Legal schedules near the plan in force with their costs, the one with fewest moves first.

    `problem.current` is the plan in force; operations that it does not know go into gaps, the
    first due first. What is fixed stays. `by` is "repair:moves" or "repair:shift". Empty without a
    plan in force, and when nothing legal was found.
    """
    if not problem.current:
        return ()
    shop = open_shop(problem)
    found = []
    for board, by in ((few_moves(shop), "repair:moves"), (keep(shop), "repair:shift")):
        slots = () if board is None else in_order(board)
        if board is not None and not check(problem, slots):
            cost = costs(problem, slots)
            found.append((Schedule("feasible", cost.objective, slots, by), cost))
    return tuple(sorted(found, key=lambda each: (each[1].moved, each[1].total)))


def few_moves(shop: Shop) -> Board | None:
    """All that can stay where the plan in force has it, the rest into gaps; None where that fails."""
    sequence = _sequence(shop)
    if sequence is None:
        return None
    plan = _InForce(shop, sequence)
    for _ in range(_ROUNDS):
        board, pushed = plan.lay()
        if board is None or not pushed:
            return board
        plan.let_go(pushed)
    return None


class _InForce:
    """Lays the plan in force anew, with more and more of its operations on the move.

    `sequence` is what is free, each after all that must end before it.
    """

    def __init__(self, shop: Shop, sequence: Sequence[int]) -> None:
        self._shop, self._free = shop, sequence
        known = [n for n in sequence if n in shop.current]
        in_time = sorted(known, key=lambda n: (shop.current[n].start, -self._work(n), n))
        self._board: Board | None = (board := Board(shop))
        self._staying = {n: board.slots[n] for n in in_time if self._stays(board, n)}

    def _work(self, number: int) -> int:
        """How long it works where the plan in force has it; of a batch the longest must be placed first."""
        return dict(self._shop.steps[number].modes).get(self._shop.current[number].machine, 0)

    def let_go(self, pushed: set[int]) -> None:
        """What has to move from now on, so that others can."""
        for number in pushed:
            del self._staying[number]

    def lay(self) -> tuple[Board | None, set[int]]:
        """A board with all others placed anew, and what would have to move for it; None without a place."""
        board, pushed = self._with_staying(), set[int]()
        for number in self._free:
            if number in board.slots:
                continue
            place = self._anew(board, number)
            if place is None:
                return None, set()
            board.put(number, place.machine, place.start, place.end)
            pushed.update(self._overrun(board, number))
        return board, pushed

    def _with_staying(self) -> Board:
        """A board with what stays; the first one is there already."""
        board, self._board = self._board, None
        if board is None:
            board = Board(self._shop)
            for number, slot in self._staying.items():
                self._put_again(board, number, slot)
        return board

    def _put_again(self, board: Board, number: int, slot: Slot) -> None:
        """What stayed stays while others go; only a batch may end earlier without them."""
        if self._shop.problem.resources[slot.machine].batch == 1:
            board.put(number, slot.machine, slot.start, slot.end)
        else:
            self._stays(board, number)

    def _stays(self, board: Board, number: int) -> bool:
        """Put it where it was, if the machine can still do it there and nothing on the board forbids it."""
        here, shop = self._shop.current[number], self._shop
        work = dict(shop.steps[number].modes).get(here.machine)
        if work is None or here.start < max(shop.released(number), board.supplied(number)):
            return False
        if not all(self._follows(board, b, number, here) for b in _before(shop, number) if b in board.slots):
            return False
        found = board.find(number, here.machine, work, here.start)
        if found is None or found[0] != here.start:
            return False
        board.put(number, here.machine, *found)
        return True

    def _follows(self, board: Board, before: int, number: int, here: Fixed) -> bool:
        """Whether one that stands on the board lets another begin there."""
        shop, slot = self._shop, board.slots[before]
        if shop.steps[before].job != shop.steps[number].job:
            return slot.end <= here.start
        one_facility = shop.allowed[shop.steps[number].job] is not None
        if one_facility and shop.facility[slot.machine] != shop.facility[here.machine]:
            return False
        return slot.end + shop.transfer(slot.machine, here.machine) <= here.start

    def _overrun(self, board: Board, number: int) -> Iterator[int]:
        """Those that stayed and cannot follow an operation placed anew, and those surely pushed by them."""
        for after in _after(self._shop, number):
            if after in self._staying and not self._follows(board, number, after, self._shop.current[after]):
                yield after
                yield from self._pushed(after, board.slots[number].end + self._least(after))

    def _pushed(self, number: int, end: int) -> Iterator[int]:
        """Those that stayed and begin before an operation can have ended."""
        for after in _after(self._shop, number):
            if after in self._staying and self._shop.current[after].start < end:
                yield after
                yield from self._pushed(after, end + self._least(after))

    def _least(self, number: int) -> int:
        return min(work for _, work in self._shop.steps[number].modes)

    def _anew(self, board: Board, number: int) -> Place | None:
        """Not before its start in the plan in force; on its machine there if that hardly moves it."""
        current = self._shop.current.get(number)
        places = list(self._places(board, number, 0 if current is None else current.start))
        if current is not None:
            here = next((place for place in places if place.machine == current.machine), None)
            if here and abs(here.start - current.start) <= self._shop.tolerance:
                return here
        return min(places, default=None)

    def _places(self, board: Board, number: int, least: int) -> Iterator[Place]:
        """The place of each machine that ends first, not begun before `least`; at home is liked better."""
        shop = self._shop
        home = shop.problem.jobs[shop.steps[number].job].home
        for machine, work in board.modes(number):
            found = board.find(number, machine, work, max(least, board.ready(number, machine)))
            if found is not None:
                away = int(home is not None and shop.facility[machine] != home)
                yield Place(found[1], away, found[0], machine)


def _before(shop: Shop, number: int) -> tuple[int, ...]:
    """All that must end directly before an operation begins."""
    return (number - 1, *shop.ahead[number]) if shop.steps[number].task else shop.ahead[number]


def _after(shop: Shop, number: int) -> tuple[int, ...]:
    """All that may begin directly when an operation has ended."""
    return shop.behind[number] if shop.is_last(number) else (number + 1, *shop.behind[number])


def _sequence(shop: Shop) -> list[int] | None:
    """What is free, each after all that comes before it, by start in the plan in force, then by due.

    None when operations wait for one another.
    """
    waits = [len(_before(shop, step.number)) for step in shop.steps]
    ready = [(*_urgency(shop, number), number) for number, count in enumerate(waits) if not count]
    order: list[int] = []
    heapify(ready)
    while ready:
        number = heappop(ready)[2]
        order.append(number)
        for after in _after(shop, number):
            waits[after] -= 1
            if not waits[after]:
                heappush(ready, (*_urgency(shop, after), after))
    return [n for n in order if n not in shop.fixed] if len(order) == len(waits) else None


def _urgency(shop: Shop, number: int) -> tuple[int, float]:
    due = shop.due(shop.steps[number].job)
    if number in shop.fixed:
        return 0, 0
    if number in shop.current:
        return 1, shop.current[number].start
    return 2, float("inf") if due is None else due
