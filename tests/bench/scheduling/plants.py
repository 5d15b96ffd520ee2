"""Generated plants: how soon a legal plan, how much better than the best of 13 dispatch runs, how heavy."""

import statistics
from collections.abc import Iterable
from typing import Any

from tests.bench.rows import row
from tests.bench.scheduling.gaps import MARKS_S, geometric_mean, ratio, value_at
from tests.bench.scheduling.instances import generated
from tests.bench.scheduling.results import alternating
from tests.bench.scheduling.rivals import OURS, OWN_RULES, TEXTBOOK
from tests.bench.scheduling.running import Entry

Line = dict[str, Any]
Row = dict[str, object]

SIZES = (60, 200, 1000)
LONGEST_S = {60: 10.0, 200: 30.0, 1000: 60.0}
"""Each size is run once, to the last time at which it is looked at; the rest is read from the trace."""

OWN_ORDERS = 200
"""For more orders the product's own 13 rules take too long to be run all."""

RULES_S = 600.0
MARKS = {TEXTBOOK: "best of EDD and 12 ATC settings", OWN_RULES: "best of the product's own 13 rules"}


def marks(orders: int, seeds: int) -> list[Entry]:
    """The dispatch runs that plants of a size are measured against."""
    rules = (TEXTBOOK, OWN_RULES) if orders <= OWN_ORDERS else (TEXTBOOK,)
    return alternating(generated(orders, seeds), rules, (RULES_S,))


def runs(orders: int, seeds: int, limit_s: float, workers: dict[str, int]) -> list[Entry]:
    """Our engine on plants of a size."""
    return alternating(generated(orders, seeds), (OURS,), (limit_s,), workers)


def best_rules(lines: Iterable[Line]) -> dict[tuple[str, str], float]:
    """By engine and plant the value of the best of its 13 rules; without those that found none."""
    return {
        (line["engine"], line["name"]): line["value"]
        for line in lines
        if line["engine"] in MARKS and line["value"] is not None
    }


def rows(lines: list[Line]) -> list[Row]:
    """Per size: first plan, ratios over time, memory; `lines` are those of `marks` and `runs`."""
    best = best_rules(lines)
    ours = [line for line in lines if line["family"] == "plant" and line["engine"] == OURS]
    made: list[Row] = []
    for orders in sorted({_orders(line) for line in ours}):
        same = [line for line in ours if _orders(line) == orders]
        made += [_first(orders, same), *_ratios(orders, same, best), _memory(orders, same)]
    return made


def _orders(line: Line) -> int:
    return int(line["name"].split("-")[1])


def _first(orders: int, lines: list[Line]) -> Row:
    firsts = [1000 * line["trace"][0][0] for line in lines if line["trace"]]
    middle = f"median {statistics.median(firsts):.0f} ms" if firsts else "none"
    note = f"slowest of {len(firsts)} of {len(lines)} plants, {middle}"
    return row(f"plan.plant_{orders}.first", round(max(firsts, default=0), 1), "ms", note=note)


def _ratios(orders: int, lines: list[Line], best: dict[tuple[str, str], float]) -> Iterable[Row]:
    longest = max(line["limit_s"] for line in lines)
    for mark in (m for m in MARKS_S if m <= longest):
        for engine, against in MARKS.items():
            ratios = [_ratio(line, mark, best.get((engine, line["name"]))) for line in lines]
            found = [each for each in ratios if each is not None]
            mean = geometric_mean(found)
            if mean is not None:
                spread = f"{min(found):.3f} to {max(found):.3f}"
                note = f"geometric mean of (value+1)/(best+1), {len(found)} of {len(lines)} plants, {spread}"
                name = f"plan.plant_{orders}.{engine}.{mark:g}s"
                yield row(name, round(mean, 4), "ratio", against, round(mean, 4), note)


def _ratio(line: Line, mark: float, best: float | None) -> float | None:
    """None without a rule's plan, a plan by then, or a legal plan in the end."""
    value = value_at([(at, found) for at, found in line["trace"]], mark)
    return None if value is None or best is None or line["value"] is None else ratio(value, best)


def _memory(orders: int, lines: list[Line]) -> Row:
    wrong = sum(line["value"] is None for line in lines)
    late = sum(line["late"] for line in lines)
    note = f"peak of the process tree; {wrong} plants without a legal plan, {late} late"
    return row(f"plan.plant_{orders}.memory", max(line["peak_mb"] for line in lines), "MB", note=note)
