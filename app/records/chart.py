"""A plan as it is drawn: machines as rows, operations as bars, on one line of time.

Times are whole ticks from the chart's time 0. What a tick is, and whether time 0 is a moment of the
calendar, the chart says.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from app.records.plant import PlanState

A_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
"""Time 0 of a chart without a date: a day begins, and a week."""

Window = tuple[int, int]
"""Half-open, in ticks."""

BarKind = Literal["planned", "frozen", "running", "done"]
"""Frozen: its place cannot be changed, because it begins soon or was fixed."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One operation on a machine.

    `end` counts closed time that cuts it. `setup` is how long before `start` the machine is set up
    for it. `family` is an index of the chart's families, None where it has none. `late` says that
    its order is late, `last` that it ends the order. `lane` is above 0 for what runs together with
    another bar, as in a furnace's batch.
    """

    order: str
    position: int
    start: int
    end: int
    item: str = ""
    family: int | None = None
    kind: BarKind = "planned"
    late: bool = False
    last: bool = False
    setup: int = 0
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One machine. `facility` is what its place is called, "" where there is only one.

    `closed` are windows without work by the calendar, `down` by a stop. `load` is the share of its
    open time that it works or is set up, from now (or time 0) to the chart's end; None where it is
    not open at all.
    """

    machine: str
    name: str = ""
    facility: str = ""
    bars: tuple[Bar, ...] = ()
    closed: tuple[Window, ...] = ()
    down: tuple[Window, ...] = ()
    load: float | None = None

    @property
    def lanes(self) -> int:
        """How many bars lie side by side at most; at least 1."""
        return 1 + max((bar.lane for bar in self.bars), default=0)


@dataclass(frozen=True, slots=True)
class Promise:
    """An order in the chart: when it is due (None: never) and when its last operation ends."""

    order: str
    end: int
    item: str = ""
    due: int | None = None

    @property
    def late(self) -> int:
        """Ticks after the due time, 0 when in time."""
        return 0 if self.due is None else max(0, self.end - self.due)


@dataclass(frozen=True, slots=True)
class Chart:
    """A plan, drawn from time 0 to `end`.

    A tick is `tick_s` seconds, 0 where nobody says. `origin` is time 0, aware UTC, and `zone` plant
    time. `calendar` says how much of `origin` is meant: its date, only its day of the week, only that
    a day begins there, or nothing. `now` and `frozen_until` are None where there is no present.
    `broken` counts constraints that the plan breaks. `name` is "" where there is no plan to draw.
    """

    name: str
    rows: tuple[Row, ...]
    orders: tuple[Promise, ...] = ()
    families: tuple[str, ...] = ()
    end: int = 0
    tick_s: int = 0
    origin: datetime = A_MONDAY
    zone: str = "UTC"
    calendar: Literal["dates", "week", "days", "none"] = "none"
    now: int | None = None
    frozen_until: int | None = None
    objective: Literal["makespan", "total_weighted_tardiness", "minutes_late"] = "minutes_late"
    value: int = 0
    by: str = ""
    state: PlanState | None = None
    made_at: datetime | None = None
    at: datetime | None = None
    broken: int = 0

    @property
    def late(self) -> tuple[Promise, ...]:
        """The orders that are late, the latest first."""
        return tuple(sorted((o for o in self.orders if o.late), key=lambda o: (-o.late, o.order)))

    @property
    def operations(self) -> int:
        """How many bars there are."""
        return sum(len(row.bars) for row in self.rows)


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COLOURS = (
    "#77AADD", "#EE8866", "#EEDD88", "#44BB99", "#FFAABB", "#BBCC33", "#99DDFF", "#AAAA00",
)  # fmt: skip
_PLAIN = "#DDDDDD"


def letter(family: int | None) -> str:
    """What stands for a family where colours do not: A to Z, "#" beyond, "-" for none."""
    if family is None:
        return "-"
    return _LETTERS[family] if family < len(_LETTERS) else "#"


def colour(family: int | None) -> str:
    """A family's fill, under black letters; from the ninth on they come again.

    Paul Tol's light scheme, told apart by the colour-blind (SRON/EPS/TN/09-002, issue 3.2).
    """
    return _PLAIN if family is None else _COLOURS[family % len(_COLOURS)]
