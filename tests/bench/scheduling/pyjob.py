"""PyJobShop given the whole problem; run as a script by the Python of its own environment.

Reads one job from standard input, as `child` does, with the problem in the product's JSON form, and
answers in the same lines. Building the model counts as solving.
"""

import json
import sys
import time
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model
from pyjobshop import Model
from pyjobshop.solvers.ortools.CPModel import CPModel

Document = dict[str, Any]


def main() -> None:
    job = json.loads(sys.stdin.readline())
    say({"begun": True})
    began = time.perf_counter()
    model, modes = build(job["problem"])
    inner = CPModel(model.data())
    trace(began, job["target"])
    left = max(0.01, job["limit_s"] - (time.perf_counter() - began))
    result = inner.solve(time_limit=left, num_workers=job["workers"], random_seed=job["seed"])
    slots = [[*modes[task.mode], task.start, task.end] for task in result.best.tasks]
    took = time.perf_counter() - began
    bound = result.lower_bound if result.lower_bound == result.lower_bound else None
    value = result.objective if slots else None
    say({"done": {"value": value, "bound": bound, "slots": slots, "solve_s": took}})


def say(line: Document) -> None:
    print(json.dumps(line), flush=True)


def trace(began: float, target: float | None) -> None:
    """Tell of every better plan: the library has no call for that, so its solver gets one."""
    plain = cp_model.CpSolver.solve

    class Told(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            say({"t": time.perf_counter() - began, "value": self.objective_value})
            if target is not None and self.objective_value <= target:
                self.stop_search()

    cp_model.CpSolver.solve = lambda solver, model: plain(solver, model, Told())


def build(problem: Document) -> tuple[Model, list[tuple[int, int, int]]]:
    """The model, and the job, task and machine of each of its modes."""
    model, modes, tasks = Model(), [], {}
    machines = [model.add_machine() for _ in problem["resources"]]
    for j, job in enumerate(problem["jobs"]):
        owner = model.add_job(weight=job["weight"], release_date=job["release"], due_date=job["due"])
        chosen = []
        for k, task in enumerate(job["tasks"]):
            tasks[j, k] = model.add_task(owner, earliest_start=max(job["release"], task["earliest"]))
            made = [(m, model.add_mode(tasks[j, k], machines[m], work)) for m, work in task["modes"]]
            modes += [(j, k, m) for m, _ in task["modes"]]
            if k:
                model.add_end_before_start(tasks[j, k - 1], tasks[j, k])
            chosen.append(made)
        if job["one_facility"]:
            stay(model, chosen, [resource["facility"] for resource in problem["resources"]])
    setups(model, machines, tasks, problem)
    makespan = problem["objective"] == "makespan"
    model.set_objective(weight_makespan=int(makespan), weight_total_tardiness=int(not makespan))
    return model, modes


def stay(model: Model, chosen: list[list[tuple[int, Any]]], facility: list[int]) -> None:
    for made, following in pairwise(chosen):
        for machine, mode in made:
            there = [after for m, after in following if facility[m] == facility[machine]]
            model.add_mode_dependency(mode, there)


def setups(model: Model, machines: list[Any], tasks: dict[tuple[int, int], Any], problem: Document) -> None:
    keys = list(tasks)
    for m, machine in enumerate(machines):
        able = [
            n
            for n, (j, k) in enumerate(keys)
            if any(m == mode[0] for mode in problem["jobs"][j]["tasks"][k]["modes"])
        ]
        for a in able:
            for b in able:
                time_between = 0
                if problem["job_setup"]:
                    time_between += problem["job_setup"][m][keys[a][0]][keys[b][0]]
                if problem["task_setup"]:
                    time_between += problem["task_setup"][m][a][b]
                if a != b and time_between:
                    model.add_setup_time(machine, tasks[keys[a]], tasks[keys[b]], time_between)


if __name__ == "__main__":
    main()
