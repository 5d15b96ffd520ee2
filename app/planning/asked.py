"""A plant's question to the scheduler, with the way back; and the answer to propose."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.records.plant import Order, Plan
from app.records.scheduling import Problem, Violation
from app.records.verdict import Wish


@dataclass(frozen=True, slots=True)
class Question:
    """A problem, and what its indices stand for.

    `orders[job]` and `positions[job][task]` name operations, `machines` resources by code. Time t
    of the problem is `origin` + t x `slot`. `begun` says when running operations really started:
    (order, position, time). `on_hold` and `unplannable` (no machine for an operation) are left out.
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

    def at(self, time: int) -> datetime:
        """A time of the problem, aware UTC."""
        return self.origin + time * self.slot


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked plan, or None: to be planned by hand.

    `by` names the link of the chain that made it: "solver", "dispatch:<rule>" or "none".
    `violations` are those of an answer that was thrown away.
    """

    plan: Plan | None
    by: str
    violations: tuple[Violation, ...] = ()
    solve_ms: float = 0.0
