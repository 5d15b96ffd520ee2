"""Plan versions: a number and an origin for every plan kept, and what became of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.outbound.store.codec import decode_step
from app.outbound.store.line import (
    Line,
    adding,
    among,
    clean,
    moment,
    number_of,
    stamp,
    strings,
    ticket_of,
)
from app.outbound.store.plant_tables import PlanEventRow, PlanRow, VersionRow
from app.outbound.store.tables import DecisionRow, StepRow, table
from app.records.decision import Approved, Undone
from app.records.plant import Plan, PlanState
from app.records.versions import Origin, PlanEvent, Version

_PLANS, _VERSIONS, _EVENTS = table(PlanRow), table(VersionRow), table(PlanEventRow)
_STEPS, _DECISIONS = table(StepRow), table(DecisionRow)

_NEXT = sa.select(sa.func.coalesce(sa.func.max(_VERSIONS.c.number), 0) + 1)
_KEEP, _HAPPENED = adding(_VERSIONS), adding(_EVENTS, "n")

_ROWS = (
    sa.select(
        *_VERSIONS.c,
        *(
            _PLANS.c[name]
            for name in ("state", "made_at", "late_orders", "minutes_late", "moved", "compared")
        ),
        _DECISIONS.c.sender,
    )
    .join(_PLANS, _PLANS.c.id == _VERSIONS.c.plan)
    .outerjoin(_DECISIONS, _DECISIONS.c.n == _VERSIONS.c.decision)
)
_LATEST = _ROWS.order_by(_VERSIONS.c.number.desc()).limit(sa.bindparam("most", type_=sa.Integer))
_ONE = _ROWS.where(_VERSIONS.c.plan == sa.bindparam("plan"))

_BY = sa.case((among(_EVENTS.c.kind, ("reverted", "restored")), "undone"), else_="approved")
_TOLD = (
    sa.select(_EVENTS.c.plan, _EVENTS.c.kind, _EVENTS.c.at, _EVENTS.c.decision, _STEPS.c.body)
    .outerjoin(_STEPS, sa.and_(_STEPS.c.decision == _EVENTS.c.decision, _STEPS.c.kind == _BY))
    .order_by(_EVENTS.c.n)
)
_LATEST_EVENTS = _TOLD.join(_VERSIONS, _VERSIONS.c.plan == _EVENTS.c.plan).where(
    _VERSIONS.c.number > sa.select(sa.func.max(_VERSIONS.c.number)).scalar_subquery() - sa.bindparam("most")
)
_EVENTS_OF = _TOLD.where(_EVENTS.c.plan == sa.bindparam("plan"))
_TURNS = sa.select(_EVENTS.c.plan, _EVENTS.c.kind, _EVENTS.c.at).order_by(_EVENTS.c.n)


# What happens.


def keep(line: Line, plan: Plan, origin: Origin) -> None:
    """Number a plan that was just kept."""
    row = {"plan": plan.id, "number": line.all(_NEXT)[0][0], "maker": origin.maker or plan.by,
           "decision": number_of(origin.decision, "D", 5), "words": clean(origin.words),
           "parent": origin.parent, "solve_ms": origin.solve_ms, "proved": origin.proved}  # fmt: skip
    line.do(_KEEP, row)


def happened(line: Line, plan: str, kind: str, at: datetime, key: str) -> None:
    """Note what became of a plan; `key` is that of the action, which begins with its decision's ticket."""
    decision = number_of(key.partition(":")[0], "D", 5)
    line.do(_HAPPENED, {"plan": plan, "kind": kind, "at": stamp(at), "decision": decision})


# What is told.


def latest(line: Line, most: int) -> tuple[Version, ...]:
    """The last `most` plans made, newest first."""
    rows = line.all(_LATEST, {"most": most})
    events = _by_plan(line.all(_LATEST_EVENTS, {"most": most}))
    return tuple(_version(row, events[row[0]]) for row in rows)


def one(line: Line, plan: str) -> Version | None:
    """One plan's version, None when there is no such plan."""
    row = line.one(_ONE, {"plan": plan})
    return _version(row, _by_plan(line.all(_EVENTS_OF, {"plan": plan}))[plan]) if row else None


def times_in_force(line: Line) -> tuple[tuple[str, datetime, datetime | None, str | None], ...]:
    """Every time that a plan was the plant's: its id, from, until (None: still), and the plan before it."""
    return tuple(_times(line.all(_TURNS)))


def _times(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[str, datetime, datetime | None, str | None]]:
    now: tuple[str, datetime, str | None] | None = None
    last: str | None = None
    for plan, kind, at in rows:
        if now is not None and plan == now[0]:
            yield now[0], now[1], moment(at), now[2]
            now, last = None, plan
        if kind in {"published", "restored"}:
            now = (plan, moment(at), last if last != plan else None)
    if now is not None:
        yield now[0], now[1], None, now[2]


def _by_plan(rows: Iterable[tuple[Any, ...]]) -> defaultdict[str, list[PlanEvent]]:
    events: defaultdict[str, list[PlanEvent]] = defaultdict(list)
    for plan, kind, at, decision, body in rows:
        ticket = ticket_of(decision, "D", 5) if decision else ""
        events[plan].append(PlanEvent(moment(at), kind, ticket, _by(body)))
    return events


def _by(body: str | None) -> str:
    step = decode_step(body) if body else None
    return step.by if isinstance(step, Approved | Undone) else ""


def _version(row: tuple[Any, ...], events: list[PlanEvent]) -> Version:
    plan, number, maker, decision, words, parent, solve_ms, proved, *rest = row
    state, made_at, late, minutes_late, moved, compared, sender = rest
    origin = Origin(maker, ticket_of(decision, "D", 5) if decision else "", words, parent, solve_ms)
    return Version(
        number, plan, PlanState(state), moment(made_at),
        replace(origin, proved=None if proved is None else bool(proved)), sender or "", strings(late),
        minutes_late, moved, compared, tuple(events),
    )  # fmt: skip
