"""Whether everything that must be through before fixed places can be: a search with an end.

Whatever nothing fixed waits for can always be done at the end of time, so only the operations
before fixed places count; each is tried in every order and on every machine, in its first place
that people and material allow.
"""

from collections.abc import Mapping, Sequence

from app.planning.board import Board
from app.planning.shop import Shop

NODES = 400
"""So many partial plans are looked at; then the question counts as possible, and a solver decides."""

Path = tuple[tuple[int, int], ...]
"""Operations by number, each with its machine, in the order in which they took their gaps."""


def can_be_reached(shop: Shop, before: Mapping[int, Sequence[int]]) -> bool | None:
    """Whether every fixed place can be reached in time; None when the search did not tell.

    It does not where its bound ended it, or where batches leave more ways than the first place.
    """
    waiting = _ancestors(shop, before)
    if not waiting:
        return True
    whole = all(shop.problem.resources[m].batch == 1 for n in waiting for m, _ in shop.steps[n].modes)
    open_paths: list[Path] = [()]
    for _ in range(NODES):
        if not open_paths:
            return False if whole else None
        path = open_paths.pop()
        board = _played(shop, before, path)
        if board is None:
            continue
        left = waiting - {number for number, _ in path}
        if not left:
            return True
        ready = [n for n in sorted(left) if board.is_open(n)]
        open_paths += [(*path, (n, m)) for n in reversed(ready) for m, _ in reversed(board.modes(n))]
    return None


def _ancestors(shop: Shop, before: Mapping[int, Sequence[int]]) -> frozenset[int]:
    """Operations without a fixed place that something fixed waits for."""
    found, look = set[int](), list(shop.fixed)
    while look:
        for other in before.get(look.pop(), ()):
            if other not in found and other not in shop.fixed:
                found.add(other)
                look.append(other)
    return frozenset(found)


def _played(shop: Shop, before: Mapping[int, Sequence[int]], path: Path) -> Board | None:
    """The board with a path on it; None when an operation has no place, or comes too late for a fixed one."""
    board = Board(shop)
    for number, machine in path:
        work, ready = dict(shop.steps[number].modes)[machine], board.ready(number, machine)
        found = board.find(number, machine, work, ready)
        if found is None:
            return None
        board.put(number, machine, *found)
    late = any(
        _late(shop, board, other, number)
        for number in shop.fixed
        for other in before.get(number, ())
        if other in board.slots and other not in shop.fixed
    )
    return None if late else board


def _late(shop: Shop, board: Board, one: int, other: int) -> bool:
    """Whether one operation ends too late for another that is fixed."""
    same_job = shop.steps[one].job == shop.steps[other].job
    way = shop.transfer(board.slots[one].machine, shop.fixed[other].machine) if same_job else 0
    return board.slots[one].end + way > shop.fixed[other].start
