"""A plan's place in the plant's history: its number, who asked and why, when it was in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.records.plant import Plan, PlanState

BY_VERSION = "version:"
"""How a maker is named that took up an earlier plan, before its id."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a plan came about.

    `maker` is "solver", "repair:<way>", "dispatch:<rule>" or "version:<plan>". `decision` is the
    ticket that asked, `words` what it asked for, `parent` the plan that was in force or was taken up
    again. `proved` is whether no plan can be less late, `solve_ms` how long it took; None when nobody
    knows.
    """

    maker: str = ""
    decision: str = ""
    words: str = ""
    parent: str | None = None
    solve_ms: float | None = None
    proved: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """What became of a plan.

    "published" and "superseded" come of publishing, "reverted" and "restored" of undoing that.
    `by` is "person:<userid>" or "policy:<rule>" as in the decision, "" when that is not known.
    """

    at: datetime
    kind: Literal["published", "superseded", "reverted", "restored"]
    decision: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One plan of the plant: `number` counts from 1 in the order of making; `asked_by` is a userid or ""."""

    number: int
    plan: str
    state: PlanState
    made_at: datetime
    origin: Origin
    asked_by: str = ""
    late_orders: tuple[str, ...] = ()
    minutes_late: int = 0
    moved: int = 0
    compared: int = 0
    events: tuple[PlanEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """A plan and one time that it was the plant's: from `since` to `until`, None while it still is.

    `before` is the plan that it took the place of, None for the first.
    """

    plan: Plan
    origin: Origin
    since: datetime
    until: datetime | None = None
    before: Plan | None = None
