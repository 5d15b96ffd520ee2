"""CP-SAT given the whole problem at once: what the product's engine is measured against.

For published forms: alternatives, releases, setups by job or operation, factories that a job stays in;
no calendars. Setups lie on the arcs of a circuit per machine.
"""

import time
from collections.abc import Callable
from typing import Any

from ortools.sat.python import cp_model

from app.records.scheduling import Problem, Schedule, Slot

Variable = Any
Key = tuple[int, int]
"""A job and a task."""


def solve_direct(
    problem: Problem,
    limit_s: float,
    workers: int,
    seed: int,
    on_improve: Callable[[float], None],
    target: float | None = None,
) -> Schedule:
    """The best plan within the limit, building of the model included; stops at `target`."""
    began = time.perf_counter()
    model = _Model(problem)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(0.01, limit_s - (time.perf_counter() - began))
    status = solver.status_name(solver.solve(model.cp, _Told(on_improve, target)))
    took = time.perf_counter() - began
    if status not in {"OPTIMAL", "FEASIBLE"}:
        return Schedule("none", 0, (), "cpsat", solve_s=took)
    bound = int(solver.best_objective_bound)
    return Schedule(
        "optimal" if status == "OPTIMAL" else "feasible",
        int(solver.objective_value),
        model.read(solver),
        "cpsat",
        bound,
        took,
    )


class _Told(cp_model.CpSolverSolutionCallback):
    def __init__(self, on_improve: Callable[[float], None], target: float | None) -> None:
        super().__init__()
        self._on_improve, self._target = on_improve, target

    def on_solution_callback(self) -> None:
        """Tell the value, and stop where it cannot get better."""
        self._on_improve(self.objective_value)
        if self._target is not None and self.objective_value <= self._target:
            self.stop_search()


class _Model:
    def __init__(self, problem: Problem) -> None:
        self._problem, self.cp = problem, cp_model.CpModel()
        self._start: dict[Key, Variable] = {}
        self._end: dict[Key, Variable] = {}
        self._on: dict[tuple[int, int, int], Variable] = {}
        self._lanes: dict[int, list[tuple[int, int]]] = {}
        self._horizon = self._far()
        for j in range(len(problem.jobs)):
            self._job(j)
        for machine, lane in self._lanes.items():
            self._machine(machine, lane)
        self._aim()

    def _far(self) -> int:
        problem = self._problem
        setups = [t for kind in (problem.job_setup, problem.task_setup) for m in kind for r in m for t in r]
        tasks = [task for job in problem.jobs for task in job.tasks]
        works = sum(max(work for _, work in task.modes) for task in tasks)
        return max(job.release for job in problem.jobs) + works + len(tasks) * max(setups, default=0)

    def _job(self, j: int) -> None:
        job = self._problem.jobs[j]
        for k, task in enumerate(job.tasks):
            start = self.cp.new_int_var(max(job.release, task.earliest), self._horizon, "")
            self._start[j, k] = start
            for machine, _ in task.modes:
                self._on[j, k, machine] = self.cp.new_bool_var("")
                self._lanes.setdefault(machine, []).append((j, k))
            self.cp.add_exactly_one(self._on[j, k, machine] for machine, _ in task.modes)
            self._end[j, k] = start + sum(work * self._on[j, k, machine] for machine, work in task.modes)
            if k:
                self.cp.add(start >= self._end[j, k - 1])
        if job.one_facility:
            self._stay(j)

    def _stay(self, j: int) -> None:
        """The same facility for every operation of the job."""
        places = {m: resource.facility for m, resource in enumerate(self._problem.resources)}
        inside = {place: self.cp.new_bool_var("") for place in set(places.values())}
        self.cp.add_exactly_one(inside.values())
        for k, task in enumerate(self._problem.jobs[j].tasks):
            for place, literal in inside.items():
                there = [self._on[j, k, machine] for machine, _ in task.modes if places[machine] == place]
                self.cp.add(sum(there) == literal)

    def _machine(self, machine: int, lane: list[Key]) -> None:
        self.cp.add_no_overlap(
            self.cp.new_optional_fixed_size_interval_var(
                self._start[key], self._work(key, machine), self._on[*key, machine], ""
            )
            for key in lane
        )
        if self._problem.job_setup or self._problem.task_setup:
            self._circuit(machine, lane)

    def _work(self, key: Key, machine: int) -> int:
        task = self._problem.jobs[key[0]].tasks[key[1]]
        return next(work for m, work in task.modes if m == machine)

    def _circuit(self, machine: int, lane: list[Key]) -> None:
        """Node 0 is before the first and after the last; operations elsewhere loop on themselves."""
        arcs: list[tuple[int, int, Variable]] = [(0, 0, self.cp.new_bool_var(""))]
        for a, key in enumerate(lane, start=1):
            on = self._on[*key, machine]
            arcs += [(0, a, self.cp.new_bool_var("")), (a, 0, self.cp.new_bool_var("")), (a, a, ~on)]
            for b, after in enumerate(lane, start=1):
                if a == b or (key[0] == after[0] and key[1] > after[1]):
                    continue
                follows = self.cp.new_bool_var("")
                ready = self._end[key] + self._setup(machine, key, after)
                self.cp.add(self._start[after] >= ready).only_enforce_if(follows)
                arcs.append((a, b, follows))
        self.cp.add_circuit(arcs)

    def _setup(self, machine: int, before: Key, after: Key) -> int:
        problem, total = self._problem, 0
        if problem.job_setup:
            total += problem.job_setup[machine][before[0]][after[0]]
        if problem.task_setup:
            total += problem.task_setup[machine][self._number(before)][self._number(after)]
        return total

    def _number(self, key: Key) -> int:
        return sum(len(job.tasks) for job in self._problem.jobs[: key[0]]) + key[1]

    def _aim(self) -> None:
        jobs = self._problem.jobs
        lasts = [self._end[j, len(job.tasks) - 1] for j, job in enumerate(jobs)]
        if self._problem.objective == "makespan":
            makespan = self.cp.new_int_var(0, self._horizon, "")
            self.cp.add_max_equality(makespan, lasts)
            self.cp.minimize(makespan)
            return
        costs = []
        for job, end in zip(jobs, lasts, strict=True):
            if job.due is not None:
                late = self.cp.new_int_var(0, max(0, self._horizon - job.due), "")
                self.cp.add(late >= end - job.due)
                costs.append(job.weight * late)
        self.cp.minimize(sum(costs))

    def read(self, solver: cp_model.CpSolver) -> tuple[Slot, ...]:
        """The plan that the solver holds."""
        return tuple(
            Slot(j, k, machine, solver.value(self._start[j, k]), solver.value(self._end[j, k]))
            for (j, k, machine), on in self._on.items()
            if solver.value(on)
        )
