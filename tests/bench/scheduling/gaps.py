"""The arithmetic of the scheduling benchmarks: gaps to best known values, ratios to dispatch rules."""

import math
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Sequence

Trace = Sequence[tuple[float, float]]
"""(seconds since the start, value) of every improvement, in order."""

NO_PLAN_GAP = 1.0
"""What a run counts that found no plan: as if its value were twice the best known."""

MARKS_S = (3.0, 10.0, 30.0, 60.0)


def gap(value: float | None, best: float) -> float:
    """(value - best) / best; `best` above 0; NO_PLAN_GAP where there is no value."""
    return NO_PLAN_GAP if value is None else (value - best) / best


def mean_gap(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """The mean of the gaps of (value, best); None without pairs."""
    gaps = [gap(value, best) for value, best in pairs]
    return statistics.fmean(gaps) if gaps else None


def sum_gap(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """(sum of values - sum of bests) / sum of bests, over pairs whose best is above 0; None without any.

    Without a value, twice the best is counted.
    """
    counted = [(2 * best if value is None else value, best) for value, best in pairs if best > 0]
    total = sum(best for _, best in counted)
    return (sum(value for value, _ in counted) - total) / total if counted else None


def family_gap(objective: str, pairs: Iterable[tuple[float | None, float]]) -> float | None:
    """`mean_gap` for makespan, `sum_gap` for weighted tardiness."""
    return mean_gap(pairs) if objective == "makespan" else sum_gap(pairs)


def value_at(trace: Trace, second: float) -> float | None:
    """The best value at a time; None when nothing had been found yet."""
    found = bisect_right([at for at, _ in trace], second)
    return min((value for _, value in trace[:found]), default=None)


def ratio(value: float, against: float) -> float:
    """(value + 1) / (against + 1): 0 may stand on either side."""
    return (value + 1) / (against + 1)


def geometric_mean(ratios: Iterable[float]) -> float | None:
    """None without ratios; all must be above 0."""
    logs = [math.log(each) for each in ratios]
    return math.exp(statistics.fmean(logs)) if logs else None
