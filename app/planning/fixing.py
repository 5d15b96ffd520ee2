"""What of a question cannot be moved: what runs, and what begins soon; and the plan in force beside it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from app.planning.asked import Question
from app.planning.board import Board
from app.planning.claims import Claims
from app.planning.shop import Shop, open_shop
from app.records.plant import OperationState
from app.records.scheduling import Fixed, Problem, Task

Placed = tuple[int, int, int, int]
"""An operation's number, machine, start and end."""


def with_places(question: Question) -> Question:
    """With what runs and what begins within `question.frozen` fixed, and the published plan's beside.

    What runs is never moved: its machine counts as set up for it, and its people as there. Places
    that the question has already are forgotten.
    """
    running = {number: machine for _, number, machine in _running(question)}
    problem = _mounted(replace(question.problem, fixed=(), current=()), running)
    fixer = _Fixer(problem)
    for machine, numbers in groupby((number for _, number, _ in _running(question)), running.__getitem__):
        fixer.place_running(machine, list(numbers))
    published, frozen = _published(question, fixer.shop), question.ceil(question.origin + question.frozen)
    for (start, machine), places in groupby(published, lambda place: (place[2], place[1])):
        if 0 <= start < frozen:
            fixer.place_frozen(machine, start, [number for number, *_ in places])
    current = tuple(_current(published, set(fixer.board.slots), fixer.shop))
    fixed = tuple(_fixed(fixer.board))
    return replace(
        question, problem=replace(problem, fixed=fixed, current=current, crews=fixer.claims.crews())
    )


class _Fixer:
    """Puts operations on a board, batches as one, and notes what they take."""

    def __init__(self, problem: Problem) -> None:
        self.shop = open_shop(problem)
        self.board = Board(self.shop)
        self.claims = Claims(problem)

    def place_running(self, machine: int, numbers: list[int]) -> None:
        """Goes on where it runs, as soon as the machine is open; batches on one machine follow each other."""
        for batch in self._batches(machine, numbers):
            self._put(batch, machine, *self._earliest(batch, machine, 0))

    def place_frozen(self, machine: int, start: int, numbers: list[int]) -> None:
        """Stays where it is published, where that is still legal and people and materials are there."""
        ready = [number for number in numbers if self._can_stay(number, machine, start)]
        for batch in self._batches(machine, ready):
            place = self._earliest(batch, machine, start)
            needs = [need for number in batch for need in self._task(number).needs]
            has_all = self.claims.has_people(machine, *place) and self.claims.has_materials(needs, start)
            if place[0] == start and has_all:
                self._put(batch, machine, *place)

    def _can_stay(self, number: int, machine: int, start: int) -> bool:
        step = self.shop.steps[number]
        if number in self.board.slots or machine not in dict(step.modes):
            return False
        reached = step.task == 0 or number - 1 in self.board.slots
        return reached and self.board.ready(number, machine) <= start

    def _batches(self, machine: int, numbers: Sequence[int]) -> Iterator[list[int]]:
        """Operations in their order, those together that the machine takes together."""
        room, batch = self.shop.problem.resources[machine].batch, list[int]()
        for number in numbers:
            family = self.shop.steps[number].family
            together = family is not None and all(self.shop.steps[n].family == family for n in batch)
            load = sum(self._task(n).load for n in (*batch, number))
            if batch and not (room > 1 and together and load <= room):
                yield batch
                batch = []
            batch.append(number)
        if batch:
            yield batch

    def _earliest(self, batch: list[int], machine: int, ready: int) -> tuple[int, int]:
        work = max(dict(self.shop.steps[number].modes)[machine] for number in batch)
        return self.board.earliest(batch[0], machine, work, ready)

    def _put(self, batch: list[int], machine: int, start: int, end: int) -> None:
        for number in batch:
            self.board.put(number, machine, start, end)
        needs = [need for number in batch for need in self._task(number).needs]
        self.claims.take(machine, start, end, needs)

    def _task(self, number: int) -> Task:
        step = self.shop.steps[number]
        return self.shop.problem.jobs[step.job].tasks[step.task]


def _running(question: Question) -> list[tuple[int, int, int]]:
    """What runs: when it began, its number, its machine; by machine, the oldest first."""
    found, number = [], 0
    for order, positions, job in zip(question.orders, question.positions, question.problem.jobs, strict=True):
        states = {o.position: o for o in order.operations}
        operation = states[positions[0]]
        if operation.state is OperationState.RUNNING and operation.machine in question.machines:
            began = operation.started_at or question.now
            found.append((job.tasks[0].modes[0][0], began, number))
        number += len(job.tasks)
    return [(n, number, machine) for n, (machine, _, number) in enumerate(sorted(found))]


def _mounted(problem: Problem, running: dict[int, int]) -> Problem:
    """With machines set up for what runs on them."""
    steps = [task.family for job in problem.jobs for task in job.tasks]
    families = {machine: steps[number] for number, machine in reversed(running.items())}
    resources = tuple(
        replace(resource, mounted=families[n]) if n in families else resource
        for n, resource in enumerate(problem.resources)
    )
    return replace(problem, resources=resources)


def _published(question: Question, shop: Shop) -> list[Placed]:
    """The published plan's operations that are in the question, by start and machine."""
    numbers = {
        (order.number, position, question.lot(job)): shop.number(job, task)
        for job, order in enumerate(question.orders)
        for task, position in enumerate(question.positions[job])
    }
    machines = {code: n for n, code in enumerate(question.machines)}
    found = [
        (numbers[named], machines[a.machine], question.floor(a.start), question.ceil(a.end))
        for a in (question.published.assignments if question.published else ())
        if (named := (a.order, a.position, a.lot)) in numbers and a.machine in machines
    ]
    return sorted(found, key=lambda place: (place[2], place[1], place[0]))


def _current(published: Iterable[Placed], fixed: set[int], shop: Shop) -> Iterator[Fixed]:
    for number, machine, start, end in published:
        if number not in fixed:
            step = shop.steps[number]
            yield Fixed(step.job, step.task, machine, max(0, start), max(0, end))


def _fixed(board: Board) -> Iterator[Fixed]:
    for _, slot in sorted(board.slots.items()):
        yield Fixed(slot.job, slot.task, slot.machine, slot.start, slot.end)
