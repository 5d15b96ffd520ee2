"""Stops of machines that ended, as what was done to machines tells."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime

import sqlalchemy as sa

from app.outbound.store.line import Line, moment, stamp
from app.outbound.store.tables import AppliedRow, table
from app.records.action import SetMachine
from app.records.decision import Approved, Decision
from app.records.plant import MachineState
from app.records.shift import Stop

_APPLIED = table(AppliedRow)
_LATEST = 500
_SET = (
    sa.select(_APPLIED.c.key, _APPLIED.c.before, _APPLIED.c.at)
    .where(
        _APPLIED.c.kind == "set_machine",
        _APPLIED.c.reversed_at.is_(None),
        _APPLIED.c.at >= sa.bindparam("low"),
        _APPLIED.c.at < sa.bindparam("high"),
    )
    .order_by(_APPLIED.c.at.desc())
    .limit(_LATEST)
)


def ended(
    line: Line, low: datetime, high: datetime, decision: Callable[[str], Decision | None]
) -> Iterator[Stop]:
    """Stops that ended from `low` to before `high`, latest first; at most the last 500 changes are seen."""
    for key, before, at in line.all(_SET, {"low": stamp(low), "high": stamp(high)}):
        found = decision(str(key).partition(":")[0])
        approved = found.last(Approved) if found else None
        action, was = approved.action if approved else None, json.loads(before)
        state = MachineState(was["state"])
        if isinstance(action, SetMachine) and state not in {MachineState.RUNNING, action.state}:
            yield Stop(action.machine, state, moment(was["since"]), moment(at))
