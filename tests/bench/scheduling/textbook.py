"""Dispatch rules as textbooks have them, to measure against: EDD and 12 settings of ATC with setups.

Giffler and Thompson 1960: of all jobs' next operations, each on the machine that ends it first, the
machine that can end one first is decided; of those that could start there before that end, the most
urgent goes, behind what the machine has already. No gap is filled later, no order is looked at twice.
ATC with setups: Lee, Bhaskaran, Pinedo 1997. Shares no code with the product's own rules.
"""

import math
from collections.abc import Callable
from itertools import accumulate, product

from app.planning.hours import Hours
from app.records.scheduling import Job, Problem, Slot

LOOK_AHEAD, SETUP_SCALE = (0.5, 1.0, 2.0, 3.0), (0.1, 0.3, 1.0)

Place = tuple[int, int, int, int]
"""End, start, machine, working time."""

Urgency = Callable[["_Floor", int, Place], float]


def thirteen(problem: Problem) -> dict[str, list[Slot]]:
    """A schedule by each rule, named "edd" or "atc-<look ahead>-<setup scale>"."""
    rules: dict[str, Urgency] = {"edd": lambda floor, job, _: floor.due(job)}
    for ahead, scale in product(LOOK_AHEAD, SETUP_SCALE):
        rules[f"atc-{ahead:g}-{scale:g}"] = _atc(problem, ahead, scale)
    return {name: _Floor(problem).run(urgency) for name, urgency in rules.items()}


def _atc(problem: Problem, ahead: float, scale: float) -> Urgency:
    works = [work for job in problem.jobs for task in job.tasks for _, work in task.modes]
    setups = [t for matrix in problem.family_setup.values() for row in matrix for t in row if t]
    work_mean = sum(works) / len(works)
    setup_mean = sum(setups) / len(setups) if setups else 1.0

    def cost(floor: "_Floor", job: int, place: Place) -> float:
        _, start, machine, work = place
        slack = max(0.0, floor.due(job) - start - floor.tail(job))
        value = math.log(problem.jobs[job].weight / work) - slack / (ahead * work_mean)
        return floor.setup(job, machine) / (scale * setup_mean) - value

    return cost


def _tails(job: Job) -> tuple[int, ...]:
    """For each operation the least working time from its start to the job's end."""
    works = [min(work for _, work in task.modes) for task in job.tasks]
    return tuple(accumulate(reversed(works)))[::-1]


class _Floor:
    """One run: per machine when it is free and what it did last, per job what is next."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._hours = [Hours(r.closed, interruptible=r.interruptible) for r in problem.resources]
        self._free = [r.busy_until for r in problem.resources]
        self._family = [r.mounted for r in problem.resources]
        self._next = dict.fromkeys(range(len(problem.jobs)), 0)
        self._tails = [_tails(job) for job in problem.jobs]
        self._from: dict[int, tuple[int, int]] = {}  # job: end and machine of its last operation
        self._places = {job: self._best(job) for job in self._next}

    def due(self, job: int) -> float:
        due = self._problem.jobs[job].due
        return math.inf if due is None else due

    def tail(self, job: int) -> int:
        """The least working time that the job still has."""
        return self._tails[job][self._next[job]]

    def setup(self, job: int, machine: int) -> int:
        family = self._problem.jobs[job].tasks[self._next[job]].family
        matrix = self._problem.family_setup.get(self._problem.resources[machine].type)
        before = self._family[machine]
        return 0 if matrix is None or family is None or before is None else matrix[before][family]

    def run(self, urgency: Urgency) -> list[Slot]:
        slots: list[Slot] = []
        while self._next:
            end, _, machine, _ = min(self._places.values())
            rivals = [j for j, place in self._places.items() if place[2] == machine and place[1] < end]
            job = min(rivals, key=lambda j: (urgency(self, j, self._places[j]), j))
            slots.append(self._take(job))
        return slots

    def _take(self, job: int) -> Slot:
        end, start, machine, _ = self._places.pop(job)
        task = self._next[job]
        self._free[machine], self._from[job] = end, (end, machine)
        self._family[machine] = self._problem.jobs[job].tasks[task].family
        if task + 1 < len(self._problem.jobs[job].tasks):
            self._next[job] = task + 1
            self._places[job] = self._best(job)
        else:
            del self._next[job]
        for other, place in self._places.items():
            if place[2] == machine:
                self._places[other] = self._best(other)
        return Slot(job, task, machine, start, end)

    def _best(self, job: int) -> Place:
        task = self._problem.jobs[job].tasks[self._next[job]]
        return min(self._place(job, machine, work) for machine, work in task.modes)

    def _place(self, job: int, machine: int, work: int) -> Place:
        problem = self._problem
        ready = max(problem.jobs[job].release, problem.jobs[job].tasks[self._next[job]].earliest)
        if job in self._from:
            end, last = self._from[job]
            places = problem.resources[last].facility, problem.resources[machine].facility
            ready = max(ready, end + (problem.transfers[places[0]][places[1]] if problem.transfers else 0))
        start, end = self._hours[machine].place(
            max(ready, self._free[machine] + self.setup(job, machine)), work
        )
        return end, start, machine, work
