"""Key figures of a facility's day: what there is, in which unit, and how days add up.

A figure keeps the two numbers that it was divided from, so that a week is the week's orders over
the week's orders and not a mean of means. How each is counted stands in `planning.kpi`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

PLANT = ""
"""The facility code under which the figures of the plant as a whole are kept."""


class Kpi(StrEnum):
    """The closed list of key figures; the order is that of the screen."""

    ON_TIME_ORDERS = "on_time_orders"
    ON_TIME_PIECES = "on_time_pieces"
    ON_TIME_IN_FULL = "on_time_in_full"
    TARDINESS_SUM = "tardiness_sum"
    TARDINESS_WEIGHTED = "tardiness_weighted"
    TARDINESS_MEAN = "tardiness_mean"
    TARDINESS_MAX = "tardiness_max"
    LATENESS_MEAN = "lateness_mean"
    FLOW_TIME = "flow_time"
    UTILISATION = "utilisation"
    SETUP_SHARE = "setup_share"
    CHANGEOVERS = "changeovers"
    CHANGEOVER_TIME = "changeover_time"
    OVERTIME = "overtime"
    ADHERENCE = "adherence"
    SEQUENCE_ADHERENCE = "sequence_adherence"
    MOVED_24H = "moved_24h"
    MOVED_48H = "moved_48h"
    MAKESPAN = "makespan"
    PLAN_AGE = "plan_age"
    SOLVER_TIME = "solver_time"
    PROVED = "proved"


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is read.

    `unit` "share" is 0..1, "min" minutes, "s" seconds, "count" a number. `better` says which way is
    good, "" when neither is by itself. `over` says what several days or facilities come to: "sum" of
    both numbers, the "max", or the "last" one given.
    """

    unit: Literal["share", "min", "s", "count"]
    better: Literal["more", "less", ""]
    over: Literal["sum", "max", "last"] = "sum"


MEASURES: Mapping[Kpi, Measure] = {
    Kpi.ON_TIME_ORDERS: Measure("share", "more"),
    Kpi.ON_TIME_PIECES: Measure("share", "more"),
    Kpi.ON_TIME_IN_FULL: Measure("share", "more"),
    Kpi.TARDINESS_SUM: Measure("min", "less"),
    Kpi.TARDINESS_WEIGHTED: Measure("min", "less"),
    Kpi.TARDINESS_MEAN: Measure("min", "less"),
    Kpi.TARDINESS_MAX: Measure("min", "less", "max"),
    Kpi.LATENESS_MEAN: Measure("min", "less"),
    Kpi.FLOW_TIME: Measure("min", "less"),
    Kpi.UTILISATION: Measure("share", ""),
    Kpi.SETUP_SHARE: Measure("share", "less"),
    Kpi.CHANGEOVERS: Measure("count", "less"),
    Kpi.CHANGEOVER_TIME: Measure("min", "less"),
    Kpi.OVERTIME: Measure("min", "less"),
    Kpi.ADHERENCE: Measure("share", "more"),
    Kpi.SEQUENCE_ADHERENCE: Measure("share", "more"),
    Kpi.MOVED_24H: Measure("share", "less"),
    Kpi.MOVED_48H: Measure("share", "less"),
    Kpi.MAKESPAN: Measure("min", "less", "last"),
    Kpi.PLAN_AGE: Measure("min", "less", "last"),
    Kpi.SOLVER_TIME: Measure("s", "less"),
    Kpi.PROVED: Measure("share", "more"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: `part` of `whole`, or `part` alone where `whole` is None."""

    kpi: Kpi
    part: float
    whole: float | None = None

    @property
    def value(self) -> float | None:
        """The figure in its measure's unit; None when there was nothing to divide by."""
        if self.whole is None:
            return self.part
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A facility's figures of one day in plant time, counted at `at`; PLANT is all of them."""

    facility: str
    day: date
    at: datetime
    figures: tuple[Figure, ...]

    def of(self, kpi: Kpi) -> Figure | None:
        """This figure; None when the day gave nothing to count."""
        return next((figure for figure in self.figures if figure.kpi is kpi), None)


def together(kpi: Kpi, figures: Iterable[Figure]) -> Figure | None:
    """What several days' or facilities' figures of one kind come to, in the order given; None for none."""
    found = [figure for figure in figures if figure.kpi is kpi]
    if not found:
        return None
    if MEASURES[kpi].over == "last":
        return found[-1]
    if MEASURES[kpi].over == "max":
        return max(found, key=lambda figure: figure.value or 0.0)
    wholes = [figure.whole for figure in found if figure.whole is not None]
    return Figure(kpi, sum(figure.part for figure in found), sum(wholes) if wholes else None)


@dataclass(frozen=True, slots=True)
class KpiRow:
    """One figure on the screen: today's, the seven days before taken together, and each of those days.

    `trend` is oldest first, today last. None is "nothing to count", never 0.
    """

    kpi: Kpi
    today: float | None
    week: float | None
    trend: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SiteKpis:
    """A facility's rows; `name` "" is the plant as a whole. `at` is when today was counted, None if never."""

    code: str
    name: str
    at: datetime | None
    rows: tuple[KpiRow, ...]


@dataclass(frozen=True, slots=True)
class KpiBoard:
    """Every facility's key figures as of `at`, the plant as a whole first."""

    at: datetime
    sites: tuple[SiteKpis, ...]
