"""Tuesday 10:00, the busiest press fails for eight hours: the plan in force under the new facts."""

import time
from collections import Counter
from dataclasses import replace

from app.planning.check import check
from app.planning.hours import Hours, merged
from app.planning.repair import repair
from app.planning.solve import solve
from app.records.scheduling import Fixed, Problem, Schedule, Slot, Weights
from tests.bench.rows import row
from tests.bench.scheduling.instances import generated

ORDERS, SEED = 200, 1
NOW, DOWN, FROZEN, NEAR = 408, 96, 48, 576
"""Slots of 5 minutes: Tuesday 10:00; 8 hours; 4 hours; 48 hours."""

OPTIONS = {
    "steady": Weights(objective=1, moved=1000),
    "balanced": Weights(objective=1, moved=50),
    "on time": Weights(objective=1),
}

Row = dict[str, object]


def rows(limit_s: float = 10.0, *, before_s: float = 5.0, orders: int = ORDERS) -> list[Row]:
    """How long the repair takes, how long three options, and how much each moves."""
    problem = generated(orders, SEED)[0].problem()
    broken = break_down(problem, solve(problem, before_s, 2).slots)
    began = time.perf_counter()
    repaired = repaired_at_once(broken)
    repair_ms = 1000 * (time.perf_counter() - began)
    began = time.perf_counter()
    options = three(broken, limit_s, repaired)
    options_s = time.perf_counter() - began
    plans = {name: made.slots for name, made in options.items()}
    moved = max(frozen_moved(broken, slots) for slots in (repaired.slots, *plans.values()))
    said = "; ".join(f"{name}: {_told(broken, slots)}" for name, slots in plans.items())
    fixed = f"of {len(broken.fixed)} begun or frozen, over the repair and all options"
    return [
        row("plan.repair", round(repair_ms, 1), "ms", note=_told(broken, repaired.slots)),
        row("plan.three_options", round(options_s, 2), "s", note=said),
        row("plan.frozen_moved", moved, "operations", note=fixed),
    ]


def repaired_at_once(problem: Problem) -> Schedule:
    """The plan in force under the new facts with the fewest moves; raises AssertionError without any."""
    ways = repair(problem)
    if not ways:
        raise AssertionError("the repair found no place for an operation")
    return ways[0][0]


def three(problem: Problem, limit_s: float, start: Schedule) -> dict[str, Schedule]:
    """Three plans, each with a third of the time: few moves, the house's balance, in time above all."""
    return {
        name: solve(replace(problem, weights=weights), limit_s / len(OPTIONS), 2, start=start)
        for name, weights in OPTIONS.items()
    }


def frozen_moved(problem: Problem, slots: tuple[Slot, ...]) -> int:
    """How many fixed operations lie elsewhere."""
    places = {(s.job, s.task): (s.machine, s.start, s.end) for s in slots}
    return sum(places.get((f.job, f.task)) != (f.machine, f.start, f.end) for f in problem.fixed)


def break_down(problem: Problem, slots: tuple[Slot, ...]) -> Problem:
    """What is left to plan at NOW with the busiest press closed for DOWN slots.

    Begun operations are fixed, the one on the failed press until it is mended; so are those that
    begin within FROZEN, unless one before them in their job or on the press has to wait.
    """
    machine = busiest(problem, slots)
    failed = problem.resources[machine]
    closed = merged([*failed.closed, (NOW, NOW + DOWN)])
    resources = list(problem.resources)
    resources[machine] = replace(failed, closed=closed)
    fixed = _fixed(problem, slots, machine, Hours(closed, interruptible=True))
    begun = {(f.job, f.task) for f in fixed}
    jobs = tuple(
        replace(
            job,
            tasks=tuple(
                task if (j, k) in begun else replace(task, earliest=max(NOW, task.earliest))
                for k, task in enumerate(job.tasks)
            ),
        )
        for j, job in enumerate(problem.jobs)
    )
    current = tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for s in slots)
    return replace(
        problem, resources=tuple(resources), jobs=jobs, fixed=fixed, current=current, near=NOW + NEAR
    )


def busiest(problem: Problem, slots: tuple[Slot, ...]) -> int:
    """The press with most work in the 48 hours from NOW."""
    work: Counter[int] = Counter()
    for slot in slots:
        if problem.resources[slot.machine].type == "press" and NOW <= slot.start < NOW + NEAR:
            work[slot.machine] += slot.end - slot.start
    return max(work, key=lambda machine: (work[machine], -machine))


def _fixed(problem: Problem, slots: tuple[Slot, ...], failed: int, hours: Hours) -> tuple[Fixed, ...]:
    """In the order of time, so that what waits makes what follows it in its job wait."""
    waiting: set[int] = set()
    fixed = []
    for slot in sorted(slots, key=lambda s: (s.start, s.job, s.task)):
        if slot.start >= NOW + FROZEN or slot.job in waiting:
            continue
        end = slot.end
        if slot.machine == failed and slot.end > NOW:
            waiting.add(slot.job)
            if slot.start >= NOW:
                continue
            modes = problem.jobs[slot.job].tasks[slot.task].modes
            end = hours.place(slot.start, next(work for machine, work in modes if machine == failed))[1]
        fixed.append(Fixed(slot.job, slot.task, slot.machine, slot.start, end))
    return tuple(fixed)


def _told(problem: Problem, slots: tuple[Slot, ...]) -> str:
    problems = check(problem, slots)
    return f"ILLEGAL ({problems[0].detail})" if problems else f"{_moved(problem, slots)}"


def _moved(problem: Problem, slots: tuple[Slot, ...]) -> str:
    places = {(s.job, s.task): s for s in slots}
    near = [c for c in problem.current if NOW <= c.start < NOW + NEAR]
    moved = sum(_is_moved(problem, c, places[c.job, c.task]) for c in near)
    return f"moves {moved} of {len(near)} operations in 48 h"


def _is_moved(problem: Problem, before: Fixed, after: Slot) -> bool:
    return before.machine != after.machine or abs(before.start - after.start) > problem.tolerance
