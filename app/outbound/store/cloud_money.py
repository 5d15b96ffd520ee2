"""What calls may cost and did: set aside under the caps, settled once, shared among the payers."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

from app.outbound.store.cloud_tables import AttemptRow, CallRow, ShareRow
from app.outbound.store.line import Line, adding, clean, stamp
from app.outbound.store.tables import table
from app.records.cloud import Attempt, Call, Caps, CostLine, Payer, Usage, Why
from app.records.errors import OwnFault

_CALLS, _SHARES, _ATTEMPTS = table(CallRow), table(ShareRow), table(AttemptRow)
_TOKENS = ("hit", "miss", "output", "reasoning")
_SAME_WISH = timedelta(hours=1)
_LOST = timedelta(days=1)

_NEW_CALL, _NEW_SHARE, _NEW_ATTEMPT = adding(_CALLS), adding(_SHARES), adding(_ATTEMPTS)
_SUM = sa.select(sa.func.sum(_SHARES.c.share_micro))
_BETWEEN = _SUM.where(_SHARES.c.day >= sa.bindparam("first"), _SHARES.c.day <= sa.bindparam("last"))
_PERSON = _SUM.where(_SHARES.c.day == sa.bindparam("day"), _SHARES.c.person == sa.bindparam("person"))
_ASKED = sa.select(sa.func.count(sa.distinct(_SHARES.c.call))).where(
    _SHARES.c.wish == sa.bindparam("wish"), _SHARES.c.at > sa.bindparam("since")
)
_SETTLED = ("settled_micro", "provider", "model", "cached", "took_ms", "estimated", *_TOKENS)
_SETTLE = (
    sa.update(_CALLS)
    .where(_CALLS.c.id == sa.bindparam("which"), _CALLS.c.settled_micro.is_(None))
    .values({name: sa.bindparam(name) for name in _SETTLED})
)
_PAYERS = sa.select(sa.func.count()).where(_SHARES.c.call == sa.bindparam("call"))
_SHARE = (
    sa.update(_SHARES)
    .where(_SHARES.c.call == sa.bindparam("which"), _SHARES.c.n == sa.bindparam("payer"))
    .values({name: sa.bindparam(name) for name in ("share_micro", *_TOKENS)})
)
_GIVE_UP = (
    sa.update(_CALLS)
    .where(_CALLS.c.settled_micro.is_(None), _CALLS.c.at < sa.bindparam("before"))
    .values(settled_micro=_CALLS.c.reserved_micro, estimated=True)
)


def _groups(of: Any, parts: sa.FromClause, source: sa.FromClause, estimated: Any, cost: Any) -> Executable:
    """Calls since a time by `of`: number, tokens of `parts`, whether any is estimated, cost."""
    tokens = [sa.func.coalesce(sa.func.sum(parts.c[name]), 0) for name in _TOKENS]
    guessed = sa.func.max(sa.case((estimated, 1), else_=0))
    total = sa.func.sum(cost)
    return (
        sa.select(of, sa.func.count(sa.distinct(_CALLS.c.id)), *tokens, guessed, total)
        .select_from(source)
        .where(_CALLS.c.at >= sa.bindparam("since"))
        .group_by(of)
        .order_by(total.desc(), of)
    )


_SHARED = _SHARES.join(_CALLS, _CALLS.c.id == _SHARES.c.call)
_TRIED = _CALLS.outerjoin(_ATTEMPTS, _ATTEMPTS.c.call == _CALLS.c.id)
_MODEL = sa.func.coalesce(sa.func.nullif(_ATTEMPTS.c.model, ""), _ATTEMPTS.c.asked_model, "")
_BY: dict[str, Executable] = {
    name: _groups(_SHARES.c[name], _SHARES, _SHARED, _CALLS.c.estimated, _SHARES.c.share_micro)
    for name in ("decision", "intent", "facility", "person")
} | {
    "model": _groups(
        _MODEL,
        _ATTEMPTS,
        _TRIED,
        sa.func.coalesce(_ATTEMPTS.c.estimated, _CALLS.c.estimated),
        sa.func.coalesce(_ATTEMPTS.c.cost_micro, _CALLS.c.settled_micro, _CALLS.c.reserved_micro),
    )
}


def split(whole: int, parts: int) -> list[int]:
    """`whole` in parts that differ by at most one and add up to it, the larger ones first."""
    each, rest = divmod(whole, parts)
    return [each + 1] * rest + [each] * (parts - rest)


def reserve(line: Line, call: Call, payers: Sequence[Payer], caps: Caps, day: date) -> Why | None:
    """Set the call's money aside on a plant day; or which cap forbids it, with nothing kept.

    Raises OwnFault for a call without a payer, or with less than no money.
    """
    if not payers or call.reserved_micro < 0:
        raise OwnFault("a call needs somebody who pays for it, and no negative price")
    shares = split(call.reserved_micro, len(payers))
    why = _forbidden(line, call, payers, shares, caps, day)
    if why is None:
        _keep(line, call, payers, shares, day)
    return why


def _forbidden(
    line: Line, call: Call, payers: Sequence[Payer], shares: list[int], caps: Caps, day: date
) -> Why | None:
    today, more = day.isoformat(), call.reserved_micro
    month = {"first": f"{day:%Y-%m}-01", "last": f"{day:%Y-%m}-31"}
    if _over(line, _BETWEEN, {"first": today, "last": today}, more, caps.day_micro):
        return "day"
    if _over(line, _BETWEEN, month, more, caps.month_micro):
        return "month"
    theirs: Counter[str] = Counter()
    for payer, share in zip(payers, shares, strict=True):
        theirs[clean(payer.person)] += share
    for person, share in theirs.items():
        if _over(line, _PERSON, {"day": today, "person": person}, share, caps.person_day_micro):
            return "person"
    lately = stamp(call.at - _SAME_WISH)
    asked = [line.all(_ASKED, {"wish": w, "since": lately})[0][0] for w in {payer.wish for payer in payers}]
    return "loop" if max(asked) >= caps.repeats else None


def _over(line: Line, spent: Executable, values: dict[str, str], more_micro: int, cap_micro: int) -> bool:
    """Whether this much more breaks a cap; what costs nothing breaks none."""
    return more_micro > 0 and int(line.all(spent, values)[0][0] or 0) + more_micro > cap_micro


def _keep(line: Line, call: Call, payers: Sequence[Payer], shares: list[int], day: date) -> None:
    none = dict.fromkeys(_TOKENS, 0)
    line.do(
        _NEW_CALL,
        {"id": call.id, "at": stamp(call.at), "prompt_digest": call.prompt_digest,
         "reserved_micro": call.reserved_micro, "settled_micro": None, "provider": None, "model": "",
         "cached": False, "took_ms": 0.0, "estimated": True, **none},
    )  # fmt: skip
    rows = [
        {"call": call.id, "n": n, "at": stamp(call.at), "day": day.isoformat(), "decision": payer.decision,
         "person": clean(payer.person), "intent": payer.intent.value, "facility": payer.facility,
         "wish": payer.wish, "share_micro": share, **none}
        for n, (payer, share) in enumerate(zip(payers, shares, strict=True), 1)
    ]  # fmt: skip
    line.many(_NEW_SHARE, rows)


def settle(line: Line, call: Call) -> None:
    """Put what a call cost in place of what was set aside.

    Raises OwnFault for a call that is settled already or never had money set aside.
    """
    used = _tokens(call.usage)
    row = {"which": call.id, "settled_micro": call.cost_micro, "provider": call.provider,
           "model": clean(call.model), "cached": call.cached, "took_ms": call.took_ms,
           "estimated": call.usage.estimated, **used}  # fmt: skip
    if line.do(_SETTLE, row) != 1:
        raise OwnFault(f"call {call.id} has no money set aside that could be settled")
    payers = line.all(_PAYERS, {"call": call.id})[0][0]
    parts = {"share_micro": split(call.cost_micro, payers)} | {
        name: split(count, payers) for name, count in used.items()
    }
    shares = [{name: each[n] for name, each in parts.items()} for n in range(payers)]
    line.many(_SHARE, [{"which": call.id, "payer": n, **share} for n, share in enumerate(shares, 1)])
    if call.attempts:
        line.many(_NEW_ATTEMPT, [_attempt(call.id, n, each) for n, each in enumerate(call.attempts, 1)])


def _attempt(call_id: str, n: int, attempt: Attempt) -> dict[str, object]:
    return {
        "call": call_id, "n": n, "provider": attempt.provider, "asked_model": attempt.asked_model,
        "model": clean(attempt.model), "fingerprint": clean(attempt.fingerprint), "fault": attempt.fault,
        "fault_id": attempt.fault_id, "estimated": attempt.usage.estimated,
        "cost_micro": attempt.cost_micro, "took_ms": attempt.took_ms, **_tokens(attempt.usage),
    }  # fmt: skip


def _tokens(usage: Usage) -> dict[str, int]:
    return {name: getattr(usage, name) for name in _TOKENS}


def give_up(line: Line, now: datetime) -> int:
    """Settle at what was set aside, as estimated, what nobody settled within a day; how many calls."""
    return line.do(_GIVE_UP, {"before": stamp(now - _LOST)})


def spent(line: Line, since: datetime, by: str) -> tuple[CostLine, ...]:
    """Settled and reserved cost since a time, the dearest first.

    `by` is decision, intent, facility, person or model, "" standing for calls that met no model; a
    call that met several models counts for each. Raises OwnFault for any other.
    """
    if by not in _BY:
        raise OwnFault(f"cost is kept by {', '.join(_BY)}, not by '{by}'")
    return tuple(map(_line, line.all(_BY[by], {"since": stamp(since)})))


def _line(row: tuple[Any, ...]) -> CostLine:
    of, calls, hit, miss, output, reasoning, guessed, cost = row
    usage = Usage(int(hit), int(miss), int(output), int(reasoning), bool(guessed))
    return CostLine(of, calls, usage, int(cost))
