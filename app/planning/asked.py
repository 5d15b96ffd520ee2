"""A plant's question to the scheduler, with the way back; and the answer to propose."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.planning.hours import Window
from app.planning.relaxing import Reason
from app.records.offer import Contender, Course, Figures
from app.records.plant import Order, Plan
from app.records.scheduling import Problem, Violation
from app.records.verdict import Wish

CauseKind = Literal["stop", "hold", "behind", "ahead", "rush", "material", "crew"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the plan in force no longer fits the plant.

    `kind` and the `thing` it is about: "stop" a machine, "hold" an order that quality has stopped,
    "behind" and "ahead" an order, "rush" an order that the plan does not know, "material" and
    "crew" by name. `touched` counts operations of the plan. `since` tells two occurrences apart.
    """

    kind: CauseKind
    thing: str
    touched: int = 0
    since: str = ""

    @property
    def key(self) -> str:
        """The same for the same occurrence."""
        return f"{self.kind} {self.thing} {self.since}".strip()


@dataclass(frozen=True, slots=True)
class Thawed:
    """An operation of the frozen hours that cannot stay where the plan in force has it."""

    order: str
    position: int
    machine: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Member:
    """A person, by userid, in a crew, by index; `there` is when the crew counts on the person."""

    userid: str
    crew: int
    there: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A problem, and what its indices stand for.

    `orders[job]` and `positions[job][task]` name operations, `machines` resources by code. Time t
    of the problem is `origin` + t x `slot`. `begun` says when running operations really started:
    (order, position, time). `on_hold`, `unplannable` (no machine for an operation) and `short`
    (order, item: never enough of it) are left out. Facilities, families and crews, as (facility,
    skill), are named in the order of their indices. `people` are all who count in a crew. `lots` says
    which lot of its order, from 0, a job is; where it is empty, every job is a whole order. `causes`
    are why it is asked when nobody did. Waiting operations of the published plan that begin within
    `frozen` should stay where they are. An expedited order weighs `rush_factor` times its weight.
    """

    problem: Problem
    now: datetime
    origin: datetime
    slot: timedelta
    orders: tuple[Order, ...]
    positions: tuple[tuple[int, ...], ...]
    machines: tuple[str, ...]
    wish: Wish
    published: Plan | None = None
    begun: tuple[tuple[str, int, datetime], ...] = ()
    on_hold: tuple[str, ...] = ()
    unplannable: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    frozen: timedelta = timedelta(0)
    short: tuple[tuple[str, str], ...] = ()
    facilities: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    crews: tuple[tuple[str, str], ...] = ()
    people: tuple[Member, ...] = ()
    lots: tuple[int, ...] = ()
    rush_factor: int = 1

    def lot(self, job: int) -> int:
        """Which lot of its order a job is, from 0."""
        return self.lots[job] if self.lots else 0

    def at(self, time: int) -> datetime:
        """A time of the problem, aware UTC."""
        return self.origin + time * self.slot

    def floor(self, at: datetime) -> int:
        """The time of the problem that holds a moment; below 0 before the origin."""
        return (at - self.origin) // self.slot

    def ceil(self, at: datetime) -> int:
        """The first time of the problem at a moment or later."""
        return -((self.origin - at) // self.slot)


@dataclass(frozen=True, slots=True)
class Option:
    """A checked plan with what it means; `courses` are all whose best it is.

    `by` names the link of the chain that made it: "cloud", "cloud+repair", "cloud+solver", "solver",
    "repair:<way>" or "dispatch:<rule>".
    `proved` is whether no plan can be less late.
    """

    courses: tuple[Course, ...]
    plan: Plan
    figures: Figures
    by: str
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Checked plans to choose from; `plan` is the one for who does not choose, None: plan by hand.

    `by` is of that plan, "none" without one. `options` are in the order of their numbers from 1,
    that plan among them. `violations` are those of answers that were thrown away, `thawed` what
    could not stay frozen. `contenders` are the rivals that were compared, the chosen one among them;
    `solve_ms` is what making and comparing them took in all.
    """

    plan: Plan | None
    by: str
    violations: tuple[Violation, ...] = ()
    solve_ms: float = 0.0
    options: tuple[Option, ...] = ()
    thawed: tuple[Thawed, ...] = ()
    contenders: tuple[Contender, ...] = ()

    @property
    def chosen(self) -> Option | None:
        """The option of `plan`."""
        return next((each for each in self.options if each.plan is self.plan), None)
