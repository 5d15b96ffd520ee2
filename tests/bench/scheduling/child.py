"""One run in a process of its own: a job on standard input, lines of JSON on standard output.

The job: `engine` (of `rivals`, but for PyJobShop), `case` (a Case), `limit_s`, `workers`, `seed`, `target`
(null, or the value at which to stop). The answer: `{"begun"}` when everything is loaded, then
`{"t", "value"}` per improvement, seconds since the call, then `{"done": {"value", "bound", "slots",
"solve_s"}}`, slots being [job, task, machine, start, end].
"""

import json
import os
import sys
import threading
import time
from typing import Any

from app.planning.check import objective
from app.planning.dispatch import TARDINESS_GRID, dispatch
from app.planning.engine.warm import warm
from app.planning.solve import solve
from app.records.scheduling import Problem, Schedule
from tests.bench.scheduling.direct import solve_direct
from tests.bench.scheduling.instances import Case
from tests.bench.scheduling.rivals import CPSAT, OWN_RULES, TEXTBOOK
from tests.bench.scheduling.textbook import thirteen

_ONE = threading.Lock()


def main() -> None:
    job = json.loads(sys.stdin.readline())
    problem = Case(**job["case"]).problem()
    if job["engine"] not in {CPSAT, TEXTBOOK, OWN_RULES}:
        warm()
    say({"begun": True})
    {CPSAT: direct, TEXTBOOK: textbook, OWN_RULES: own_rules}.get(job["engine"], ours)(problem, job)


def ours(problem: Problem, job: dict[str, Any]) -> None:
    began = time.perf_counter()

    def better(schedule: Schedule) -> None:
        took = time.perf_counter() - began
        say({"t": took, "value": schedule.objective})
        if job["target"] is not None and schedule.objective <= job["target"]:
            done(schedule, took)
            os._exit(0)

    schedule = solve(problem, job["limit_s"], job["workers"], job["seed"], better)
    done(schedule, time.perf_counter() - began)


def direct(problem: Problem, job: dict[str, Any]) -> None:
    began = time.perf_counter()

    def better(value: float) -> None:
        say({"t": time.perf_counter() - began, "value": value})

    schedule = solve_direct(problem, job["limit_s"], job["workers"], job["seed"], better, job["target"])
    done(schedule, time.perf_counter() - began)


def textbook(problem: Problem, _: dict[str, Any]) -> None:
    began = time.perf_counter()
    slots = min(thirteen(problem).values(), key=lambda made: objective(problem, made))
    schedule = Schedule("feasible", objective(problem, slots), tuple(slots), TEXTBOOK)
    done(schedule, time.perf_counter() - began)


def own_rules(problem: Problem, _: dict[str, Any]) -> None:
    schedule = dispatch(problem, TARDINESS_GRID)
    done(schedule, schedule.solve_s)


def done(schedule: Schedule, took: float) -> None:
    slots = [[s.job, s.task, s.machine, s.start, s.end] for s in schedule.slots]
    value = schedule.objective if schedule.status != "none" else None
    say({"done": {"value": value, "bound": schedule.bound, "slots": slots, "solve_s": took}})


def say(line: dict[str, Any]) -> None:
    """One whole line at a time: improvements may come on several threads."""
    with _ONE:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
