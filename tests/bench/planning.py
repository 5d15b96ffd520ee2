"""The scheduler on a plant of 60 orders: how soon a legal plan, how much better after two seconds."""

import json
import statistics
import time
from pathlib import Path

from app.planning.check import check
from app.planning.dispatch import EDD, dispatch
from app.planning.formats import parse
from app.planning.solve import solve
from app.records.scheduling import Problem
from tests.bench.rows import row

DATA = Path(__file__).parents[1] / "data" / "scheduling"
LIMIT_S = 2.0
SEEDS = (1, 2, 3)


def measure() -> list[dict[str, object]]:
    """Medians over three seeds; every schedule is checked."""
    problem = parse((DATA / "plant" / "plant_60_1.json").read_text(encoding="utf-8")).problem
    edd, grid = dispatch(problem, (EDD,)), dispatch(problem)
    runs = [_run(problem, seed) for seed in SEEDS]
    firsts, finals = [first for first, _ in runs], [final for _, final in runs]
    found = statistics.median(finals)
    return [
        row("plan.first_legal", round(statistics.median(firsts), 1), "ms", note="60 orders, 263 operations"),
        row(
            "plan.tardiness_2s", found, "weighted slots", "best dispatch rule",
            round(found / max(1, grid.objective), 3), f"rule {grid.by}: {grid.objective}",
        ),
        row(
            "plan.tardiness_2s_edd", found, "weighted slots", "earliest due date",
            round(found / max(1, edd.objective), 3), f"EDD: {edd.objective}",
        ),
        _proven(),
    ]  # fmt: skip


def _run(problem: Problem, seed: int) -> tuple[float, int]:
    """Milliseconds to the first legal plan, and the objective at the end."""
    began, heard = time.perf_counter(), list[float]()
    final = solve(problem, LIMIT_S, 2, seed, lambda _: heard.append(time.perf_counter() - began))
    if check(problem, final.slots):
        raise AssertionError("the plan is not legal")
    return heard[0] * 1000, final.objective


def _proven() -> dict[str, object]:
    """Instances of the shipped set that reach their best known value within the same time each."""
    index = json.loads((DATA / "index.json").read_text(encoding="utf-8"))
    reached = 0
    for entry in index:
        problem = parse((DATA / entry["file"]).read_text(encoding="utf-8")).problem
        reached += solve(problem, LIMIT_S, 8).objective <= entry["best_known"]
    return row(
        "plan.best_known_reached", reached, "instances", "shipped published instances",
        round(reached / len(index), 3), f"{LIMIT_S:g} s each, 8 workers",
    )  # fmt: skip
