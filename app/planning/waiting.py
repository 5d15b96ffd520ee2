"""The operations that could come next, each with its best place; looked for again only when it may matter."""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush, heapreplace

from app.planning.board import Board, Place
from app.planning.lane import Span

Urgency = Callable[[Board, int, Place], float]
"""Lower goes first, among operations that compete for a machine."""


class Options:
    """The places of one operation, the best first.

    While others are put on the board places move later, never earlier: what was found once is a
    lower bound, and only the best needs to be looked for again.
    """

    def __init__(self, board: Board, number: int) -> None:
        self._board, self._number = board, number
        self._found: list[tuple[Place, int, int, int]] = []
        """Place, work, the board's version when it was found (-1: only a bound), changes known."""
        for machine, work in board.modes(number):
            self._look(machine, work, 0)

    def _look(self, machine: int, work: int, since: int) -> None:
        place = self._board.place(self._number, machine, work, since)
        if place is not None:
            version = self._board.version(self._number, machine)
            heappush(self._found, (place, work, version, len(self._board.changes(machine))))

    def best(self) -> Place | None:
        """The place with the earliest end on the board as it is; None when no machine will do."""
        while self.bound() is not None:
            place, work, version, _ = self._found[0]
            if version == self._board.version(self._number, place.machine):
                return place
            heappop(self._found)
            self._look(place.machine, work, place.start)
        return None

    def bound(self) -> int | None:
        """A start before which the best place does not lie; None when there is no place."""
        while self._found:
            place, work, _, known = self._found[0]
            changes = self._board.changes(place.machine)
            if known == len(changes):
                return place.start
            moved = _pushed(place, work, changes[known:])
            heapreplace(self._found, (moved, work, -1, len(changes)))
        return None


def _pushed(place: Place, work: int, changes: Sequence[Span]) -> Place:
    """Where a place can lie at best when its machine has been occupied at other times."""
    start, end = place.start, place.end
    for low, high in changes:
        if start < high and end > low:
            start, end = high, max(end, high + work)
    return Place(end, place.dislike, start, place.machine)


class Queue:
    """The jobs' next operations, those of which all that must be before is on the board."""

    def __init__(self, board: Board) -> None:
        self._board, self._shop = board, board.shop
        self.waiting: dict[int, int] = {}
        self._options: dict[int, Options] = {}
        self._bounds: dict[int, int] = {}
        self._soonest: list[tuple[int, int]] = []
        self.stuck = False
        """Whether an operation has no place at all."""
        for job in range(len(self._shop.problem.jobs)):
            self._enter(job, self._shop.first[job])

    def _enter(self, job: int, number: int) -> None:
        """The job's next operation from `number` on begins to wait, unless others must come first."""
        beyond = self._shop.first[job + 1]
        while number < beyond and number in self._board.slots:
            number += 1
        if number == beyond or job in self.waiting or not self._board.is_open(number):
            return
        self.waiting[job] = number
        self._options[job] = Options(self._board, number)
        self._bound(job)

    def _bound(self, job: int) -> int | None:
        """The bound of the job's start as the board is now, kept in mind."""
        bound = self._options[job].bound()
        self.stuck = self.stuck or bound is None
        if bound is not None and bound != self._bounds.get(job):
            self._bounds[job] = bound
            heappush(self._soonest, (bound, job))
        return bound

    def _look(self, job: int) -> Place | None:
        place = self._options[job].best()
        self._bound(job)
        return place

    def first_start(self) -> int | None:
        """The earliest start of all best places; None when an operation has none."""
        while self._soonest and not self.stuck:
            at, job = self._soonest[0]
            if self._bounds.get(job) != at:
                heappop(self._soonest)
            elif self._bound(job) == at and (place := self._look(job)) and place.start == at:
                return at
        return None

    def most_urgent(self, latest: int, urgency: Urgency) -> int | None:
        """Of the jobs that could start by `latest` the one with the lowest urgency, then best place."""
        near = [(j, place) for j in self._near(latest) if (place := self._within(j, latest))]
        ranked = ((urgency(self._board, self.waiting[j], place), place, j) for j, place in near)
        return min(ranked, default=(0, None, None))[2]

    def first_of(self, latest: int, urgency: Sequence[float]) -> int | None:
        """As `most_urgent`, where the urgency of every operation is known by its number."""
        near = [(urgency[self.waiting[j]], j) for j in self._near(latest)]
        heapify(near)
        found: list[tuple[Place, int]] = []
        chosen: float | None = None
        while near and (chosen is None or near[0][0] == chosen):
            value, job = heappop(near)
            place = self._within(job, latest)
            if place is not None:
                found.append((place, job))
                chosen = value
        return min(found)[1] if found else None

    def _near(self, latest: int) -> list[int]:
        return [job for job, at in self._bounds.items() if at <= latest]

    def _within(self, job: int, latest: int) -> Place | None:
        """The job's best place, where that starts by `latest`."""
        bound = self._bound(job)
        place = self._look(job) if bound is not None and bound <= latest else None
        return place if place is not None and place.start <= latest else None

    def take(self, job: int) -> None:
        """Put the job's operation where it was found; what waited for it may follow."""
        number, place = self.waiting.pop(job), self._options.pop(job).best()
        del self._bounds[job]
        if place is None:
            self.stuck = True
            return
        self._board.put(number, place.machine, place.start, place.end)
        for job_after, after in self._followers(job, number):
            self._enter(job_after, after)

    def _followers(self, job: int, number: int) -> Iterable[tuple[int, int]]:
        yield job, number + 1
        for other in self._shop.behind[number]:
            then = self._shop.steps[other].job
            yield then, self._shop.first[then]
