"""The operations that could come next, each with its best place; looked for again only when it may matter."""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

from app.planning.board import Board, Place

Urgency = Callable[[Board, int, Place], float]
"""Lower goes first, among operations that compete for a machine."""


class Options:
    """The places of one operation, the best first.

    While others are put on the board places move later, never earlier: what was found once is a
    lower bound, and only the best needs to be looked for again.
    """

    def __init__(self, board: Board, number: int) -> None:
        self._board, self._number = board, number
        self._found: list[tuple[Place, int, int]] = []
        for machine, work in board.modes(number):
            self._look(machine, work, 0)

    def _look(self, machine: int, work: int, since: int) -> None:
        place = self._board.place(self._number, machine, work, since)
        if place is not None:
            version = self._board.version(self._number, machine)
            heappush(self._found, (place, work, version))

    def best(self) -> Place | None:
        """The place with the earliest end on the board as it is; None when no machine will do."""
        while self._found:
            place, work, version = self._found[0]
            if version == self._board.version(self._number, place.machine):
                return place
            heappop(self._found)
            self._look(place.machine, work, place.start)
        return None

    def bound(self) -> int | None:
        """A start before which the best place known does not lie; None when there is no place."""
        return self._found[0][0].start if self._found else None


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

    def _bound(self, job: int) -> None:
        bound = self._options[job].bound()
        self.stuck = self.stuck or bound is None
        if bound is not None and bound != self._bounds.get(job):
            self._bounds[job] = bound
            heappush(self._soonest, (bound, job))

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
            elif (place := self._look(job)) and place.start == at:
                return at
        return None

    def most_urgent(self, latest: int, urgency: Urgency) -> int | None:
        """Of the jobs that could start by `latest` the one with the lowest urgency, then best place."""
        places = {j: self._look(j) for j, at in list(self._bounds.items()) if at <= latest}
        near = ((j, place) for j, place in places.items() if place is not None and place.start <= latest)
        ranked = ((urgency(self._board, self.waiting[j], place), place, j) for j, place in near)
        return min(ranked, default=(0, None, None))[2]

    def first_of(self, latest: int, urgency: Callable[[int], float]) -> int | None:
        """As `most_urgent` where the urgency of an operation does not depend on its place."""
        near = [(urgency(self.waiting[j]), j) for j, at in self._bounds.items() if at <= latest]
        heapify(near)
        found: list[tuple[Place, int]] = []
        chosen: float | None = None
        while near and (chosen is None or near[0][0] == chosen):
            value, job = heappop(near)
            place = self._look(job)
            if place is not None and place.start <= latest:
                found.append((place, job))
                chosen = value
        return min(found)[1] if found else None

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
