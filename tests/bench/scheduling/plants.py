"""Generated plants: how soon a legal plan, how much better than the best of 13 dispatch runs, how heavy."""

import statistics
from collections.abc import Iterable
from functools import cache
from typing import Any

from app.planning.check import check, objective
from app.planning.dispatch import TARDINESS_GRID, dispatch
from app.planning.form_plant import parse
from app.planning.generate import plant
from tests.bench.rows import row
from tests.bench.scheduling.gaps import MARKS_S, geometric_mean, ratio, value_at
from tests.bench.scheduling.rivals import OURS
from tests.bench.scheduling.textbook import thirteen

Line = dict[str, Any]
Row = dict[str, object]

SIZES = (60, 200, 1000)
LONGEST_S = {60: 10.0, 200: 30.0, 1000: 60.0}
"""Each size is run once, to the last time at which it is looked at; the rest is read from the trace."""


@cache
def best_of_textbook(orders: int, seed: int) -> int:
    """The least weighted tardiness of EDD and 12 settings of ATC as textbooks have them, in slots."""
    problem = parse(plant(orders, seed))
    found = []
    for name, slots in thirteen(problem).items():
        if check(problem, slots):
            raise AssertionError(f"{name} of {problem.name} is not legal")
        found.append(objective(problem, slots))
    return min(found)


@cache
def best_of_product(orders: int, seed: int) -> int:
    """The least of the product's own 13 rules, which fill gaps: a harder mark."""
    return dispatch(parse(plant(orders, seed)), TARDINESS_GRID).objective


def rows(lines: list[Line]) -> list[Row]:
    """Per size: first plan, ratios over time, memory."""
    ours = [line for line in lines if line["family"] == "plant" and line["engine"] == OURS]
    made: list[Row] = []
    for orders in sorted({_orders(line) for line in ours}):
        same = [line for line in ours if _orders(line) == orders]
        made += [_first(orders, same), *_ratios(orders, same), _memory(orders, same)]
    return made


def _orders(line: Line) -> int:
    return int(line["name"].split("-")[1])


def _seed(line: Line) -> int:
    return int(line["name"].split("-")[2])


def _first(orders: int, lines: list[Line]) -> Row:
    firsts = [1000 * line["trace"][0][0] for line in lines if line["trace"]]
    found = f"{len(firsts)} of {len(lines)} plants"
    middle = f"median {statistics.median(firsts):.0f} ms" if firsts else "none"
    return row(
        f"plan.plant_{orders}.first",
        round(max(firsts, default=0), 1),
        "ms",
        note=f"slowest of {found}, {middle}",
    )


def _ratios(orders: int, lines: list[Line]) -> Iterable[Row]:
    longest = max(line["limit_s"] for line in lines)
    for mark in (m for m in MARKS_S if m <= longest):
        for name, against, best in (
            ("textbook", "best of EDD and 12 ATC settings", best_of_textbook),
            ("own_rules", "best of the product's own 13 rules", best_of_product),
        ):
            ratios = [_ratio(line, mark, best(orders, _seed(line))) for line in lines]
            found = [each for each in ratios if each is not None]
            mean = geometric_mean(found)
            if mean is not None:
                spread = f"{min(found):.3f} to {max(found):.3f}"
                note = f"geometric mean of (value+1)/(best+1), {len(found)} of {len(lines)} plants, {spread}"
                yield row(
                    f"plan.plant_{orders}.{name}.{mark:g}s",
                    round(mean, 4),
                    "ratio",
                    against,
                    round(mean, 4),
                    note,
                )


def _ratio(line: Line, mark: float, best: int) -> float | None:
    value = value_at([(at, found) for at, found in line["trace"]], mark)
    return None if value is None or line["value"] is None else ratio(value, best)


def _memory(orders: int, lines: list[Line]) -> Row:
    wrong = sum(line["value"] is None for line in lines)
    late = sum(line["late"] for line in lines)
    note = f"peak of the process tree; {wrong} plants without a legal plan, {late} late"
    return row(f"plan.plant_{orders}.memory", max(line["peak_mb"] for line in lines), "MB", note=note)
