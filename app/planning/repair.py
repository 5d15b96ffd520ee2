"""The plan in force made legal under the new facts, at once and with few moves: no search, no solver.

Two ways are tried. *Few moves*: everything that can stay stays, what cannot goes into gaps.
*Right shift*: everything keeps its machine and order and is delayed where it must be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.planning.board import Board, Place
from app.planning.check import check, objective
from app.planning.dispatch import in_order, keep
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Fixed, Problem, Schedule, Slot

Reason = Literal["machine", "closed", "route", "busy"]

_ROUNDS = 40
"""So often what has to move may grow; a chain of operations is followed this far."""


@dataclass(frozen=True, slots=True)
class Released:
    """A fixed operation that can no longer be done where it was fixed, by indices, and why.

    `reason`: "machine" cannot do it; "closed": the machine is closed or stopped then; "route": the
    operation before it is not ready; "busy": the machine is taken.
    """

    job: int
    task: int
    machine: int
    reason: Reason


def relax(problem: Problem) -> tuple[Problem, tuple[Released, ...]]:
    """The problem without fixed operations that became impossible; they count as planned there.

    Of two that overlap the earlier stays fixed. The same problem when all can stay.
    """
    shop, board = open_shop(replace(problem, fixed=())), {}
    released: list[Released] = []
    lanes: dict[int, int] = {}
    for fixed in sorted(problem.fixed, key=lambda f: (f.start, f.job, f.task)):
        reason = _why_not(shop, fixed, board, lanes)
        if reason is None:
            board[shop.number(fixed.job, fixed.task)] = fixed
            lanes[fixed.machine] = max(fixed.end, lanes.get(fixed.machine, 0))
        else:
            released.append(Released(fixed.job, fixed.task, fixed.machine, reason))
    if not released:
        return problem, ()
    gone = {(each.job, each.task) for each in released}
    stay = tuple(f for f in problem.fixed if (f.job, f.task) not in gone)
    freed = tuple(f for f in problem.fixed if (f.job, f.task) in gone)
    known = tuple(f for f in problem.current if (f.job, f.task) not in gone)
    return replace(problem, fixed=stay, current=(*known, *freed)), tuple(released)


def _why_not(
    shop: Shop, fixed: Fixed, placed: Mapping[int, Fixed], lanes: Mapping[int, int]
) -> Reason | None:
    number = shop.number(fixed.job, fixed.task)
    work = dict(shop.steps[number].modes).get(fixed.machine)
    if work is None:
        return "machine"
    batch = shop.problem.resources[fixed.machine].batch > 1
    if not batch and shop.hours[fixed.machine].place(fixed.start, work) != (fixed.start, fixed.end):
        return "closed"
    before = placed.get(number - 1) if fixed.task else None
    if before and fixed.start < before.end + shop.transfer(before.machine, fixed.machine):
        return "route"
    taken = lanes.get(fixed.machine, 0)
    return "busy" if not batch and fixed.start < taken else None


def repair(problem: Problem) -> tuple[Schedule, ...]:
    """Legal schedules near the plan in force, the one with fewest moves first; empty when none was found.

    `problem.current` is the plan in force; operations that it does not know go into gaps, the
    first due first. What is fixed stays. `by` is "repair:moves" or "repair:shift". A problem
    without a plan in force has no repair.
    """
    if not problem.current:
        return ()
    shop = open_shop(problem)
    made = ((few_moves(shop), "repair:moves"), (keep(shop), "repair:shift"))
    legal = [
        Schedule("feasible", objective(problem, slots), slots, by)
        for board, by in made
        if board is not None and not check(problem, slots := in_order(board))
    ]
    return tuple(sorted(legal, key=lambda each: (moves(problem, each.slots), each.objective)))


def moves(problem: Problem, slots: Sequence[Slot]) -> int:
    """Operations of the plan in force before `near` whose machine or, beyond tolerance, start changed."""
    place = {(slot.job, slot.task): slot for slot in slots}
    return sum(
        is_moved(problem, each, place.get((each.job, each.task)))
        for each in problem.current
        if problem.near is None or each.start < problem.near
    )


def is_moved(problem: Problem, current: Fixed, slot: Slot | None) -> bool:
    """Whether an operation is elsewhere than in the plan in force, or nowhere."""
    if slot is None or slot.machine != current.machine:
        return True
    return abs(slot.start - current.start) > problem.tolerance


def few_moves(shop: Shop) -> Board | None:
    """All that can stay where the plan in force has it, the rest into gaps; None where one has no place."""
    chain, movers = _Chain(shop), set[int]()
    for _ in range(_ROUNDS):
        board, pushed = chain.lay(movers)
        if board is None or not pushed - movers:
            return board
        movers |= pushed
    return None


class _Chain:
    """Lays the plan in force again while some of its operations have to move."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        free = [n for n in range(len(shop.steps)) if n not in shop.fixed]
        known = [n for n in free if n in shop.current]
        self._known = sorted(known, key=lambda n: (shop.current[n].start, n))
        self._before, self._after = _arcs(shop)
        self._rank = {n: rank for rank, n in enumerate(self._in_order(free))}

    def _in_order(self, free: Sequence[int]) -> list[int]:
        """By start in the plan in force, then by due date, each after all that must come before it."""
        wanted = sorted(free, key=self._wanted)
        seen, order = set[int](), list[int]()
        for first in wanted:
            stack = [first]
            while stack:
                number = stack[-1]
                missing = [b for b in self._before[number] if b not in seen and b not in self._shop.fixed]
                if number in seen or not missing or len(stack) > len(free):
                    stack.pop()
                    if number not in seen:
                        seen.add(number)
                        order.append(number)
                else:
                    stack += missing
        return order

    def _wanted(self, number: int) -> tuple[int, float, int]:
        if number in self._shop.current:
            return 0, self._shop.current[number].start, number
        due = self._shop.problem.jobs[self._shop.steps[number].job].due
        return 1, float("inf") if due is None else due, number

    def lay(self, movers: set[int]) -> tuple[Board | None, set[int]]:
        """A board with `movers` placed anew, and what else would then have to move."""
        board, staying = Board(self._shop), set[int]()
        for number in self._known:
            if number not in movers and self._stays(board, number):
                staying.add(number)
        pushed = set(self._known) - staying - movers
        for number in sorted(set(self._rank) - staying, key=self._rank.__getitem__):
            place = _anew(self._shop, board, number)
            if place is None:
                return None, set()
            board.put(number, place.machine, place.start, place.end)
            pushed |= set(self._overrun(board, number, staying))
        return board, pushed

    def _stays(self, board: Board, number: int) -> bool:
        """Put it where it was, where that is still legal for the machine and what is there already."""
        here, shop = self._shop.current[number], self._shop
        work = dict(shop.steps[number].modes).get(here.machine)
        late = [
            b for b in self._before[number] if b in board.slots and not self._follows(board, b, number, here)
        ]
        if work is None or late or here.start < shop.released(number):
            return False
        start, end = board.earliest(number, here.machine, work, here.start)
        if start != here.start:
            return False
        board.put(number, here.machine, start, end)
        return True

    def _follows(self, board: Board, before: int, number: int, here: Fixed) -> bool:
        """Whether one that stands on the board ends early enough for another to begin there."""
        slot = board.slots[before]
        same = self._shop.steps[before].job == self._shop.steps[number].job
        return slot.end + (self._shop.transfer(slot.machine, here.machine) if same else 0) <= here.start

    def _overrun(self, board: Board, number: int, staying: set[int]) -> Iterator[int]:
        """Those that stayed and can no longer follow an operation that was placed anew."""
        for after in self._after[number]:
            if after in staying and not self._follows(board, number, after, self._shop.current[after]):
                yield after


def _arcs(shop: Shop) -> tuple[list[list[int]], list[list[int]]]:
    """For each operation those directly before and after it: in its job, and by `before`."""
    before: list[list[int]] = [[] for _ in shop.steps]
    after: list[list[int]] = [[] for _ in shop.steps]
    pairs = [(step.number - 1, step.number) for step in shop.steps if step.task]
    pairs += [(shop.number(b.job, b.task), shop.number(b.then_job, b.then_task)) for b in shop.problem.before]
    for first, then in pairs:
        before[then].append(first)
        after[first].append(then)
    return before, after


def _anew(shop: Shop, board: Board, number: int) -> Place | None:
    """On its machine of the plan in force, not before its start there; elsewhere when that ends earlier."""
    current = shop.current.get(number)
    work = dict(shop.steps[number].modes).get(current.machine) if current else None
    found = _best(shop, board, number, 0 if current is None else current.start)
    if current is None or work is None:
        return found
    ready = max(board.ready(number, current.machine), current.start)
    start, end = board.earliest(number, current.machine, work, ready)
    near = abs(start - current.start) <= shop.tolerance
    if near or found is None or end <= found.end:
        return Place(end, 0, start, current.machine)
    return found


def _best(shop: Shop, board: Board, number: int, least: int) -> Place | None:
    """The place that ends first, not begun before `least`; what stands after it may have to give way."""
    where, found = shop.allowed[shop.steps[number].job], None
    if where is not None and shop.steps[number].task:
        where &= {shop.facility[board.slots[number - 1].machine]}
    home = shop.problem.jobs[shop.steps[number].job].home
    for machine, work in shop.steps[number].modes:
        if where is not None and shop.facility[machine] not in where:
            continue
        start, end = board.earliest(number, machine, work, max(least, board.ready(number, machine)))
        place = Place(end, int(home is not None and shop.facility[machine] != home), start, machine)
        found = place if found is None else min(found, place)
    return found
