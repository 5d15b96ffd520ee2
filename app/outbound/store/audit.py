"""The hash chain: every step once more, each row sealed together with the one before it."""

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import Any, get_args

import sqlalchemy as sa

from app.outbound.store.codec import canonical
from app.outbound.store.line import Line, adding, ticket_of
from app.outbound.store.tables import AuditRow, DecisionRow, InboxRow, StepRow, table
from app.records.decision import LIFE_CYCLE, Stage, Step
from app.records.views import Verified

START = "0" * 64
_LOCK = 0x43484152  # any number of our own; PostgreSQL's advisory lock on the end of the chain

_AUDIT, _STEPS, _DECISIONS, _INBOX = table(AuditRow), table(StepRow), table(DecisionRow), table(InboxRow)
_ADD = adding(_AUDIT)
_END = sa.select(_AUDIT.c.seq, _AUDIT.c.hash).order_by(_AUDIT.c.seq.desc()).limit(1)
_WALK = (
    sa.select(_AUDIT, _STEPS.c.at, _STEPS.c.kind, _STEPS.c.body, *(c for c in _INBOX.c if c.name != "n"))
    .outerjoin(_STEPS, sa.and_(_STEPS.c.decision == _AUDIT.c.decision, _STEPS.c.n == _AUDIT.c.step))
    .outerjoin(_DECISIONS, sa.and_(_DECISIONS.c.n == _AUDIT.c.decision, _AUDIT.c.step == 0))
    .outerjoin(_INBOX, _INBOX.c.n == _DECISIONS.c.inbox)
    .where(_AUDIT.c.seq > sa.bindparam("after"))
    .order_by(_AUDIT.c.seq)
    .limit(sa.bindparam("page", type_=sa.Integer))
)
_SEALED = sa.select(sa.literal(1)).where(_AUDIT.c.decision == _STEPS.c.decision, _AUDIT.c.step == _STEPS.c.n)
_UNSEALED = (
    sa.select(_STEPS.c.decision, _STEPS.c.n)
    .where(~sa.exists(_SEALED))
    .order_by(_STEPS.c.decision, _STEPS.c.n)
    .limit(1)
)
_BEGUN = sa.select(sa.literal(1)).where(_AUDIT.c.decision == _DECISIONS.c.n, _AUDIT.c.step == 0)
_UNBEGUN = sa.select(_DECISIONS.c.n).where(~sa.exists(_BEGUN)).order_by(_DECISIONS.c.n).limit(1)
_PAGE = (
    sa.select(_DECISIONS.c.n)
    .where(_DECISIONS.c.n > sa.bindparam("after"))
    .order_by(_DECISIONS.c.n)
    .limit(sa.bindparam("page", type_=sa.Integer))
    .subquery()
)
_KEPT = (
    sa.select(_DECISIONS.c.n, _DECISIONS.c.stage, _DECISIONS.c.steps, _AUDIT.c.seq, _AUDIT.c.kind)
    .join(_AUDIT, _AUDIT.c.decision == _DECISIONS.c.n)
    .where(_DECISIONS.c.n.in_(sa.select(_PAGE.c.n)))
    .order_by(_DECISIONS.c.n, _AUDIT.c.step)
)
_KIND = {next(f.default for f in fields(step) if f.name == "kind"): step for step in get_args(Step)}
_AFTER = {
    (stage.value, kind): ways[step].value
    for stage, ways in LIFE_CYCLE.items()
    for kind, step in _KIND.items()
    if step in ways
}
_HAS = sa.select(_AUDIT.c.seq).where(_AUDIT.c.hash == sa.bindparam("hash"))


def received(row: tuple[Any, ...]) -> str:
    """What the chain keeps of a message: its inbox columns without the number, the frame as a hash.

    An empty `more` is left out: the chain is older than that column.
    """
    names = [c.name for c in _INBOX.c if c.name != "n"]
    kept = dict(zip(names, row, strict=True))
    if kept["more"] == "":
        del kept["more"]
    kept["raw"] = hashlib.sha256(str(kept["raw"]).encode(errors="surrogatepass")).hexdigest()
    return canonical(kept)


def seal(*row: object) -> str:
    """SHA-256, hex, over seq, decision, step, at, kind, body and the hash before."""
    return hashlib.sha256(canonical(row).encode()).hexdigest()


class Chain:
    """The end of the chain during one transaction of the writer."""

    def __init__(self, line: Line) -> None:
        self._line = line
        if line.dialect.name == "postgresql":
            line.plain(f"SELECT pg_advisory_xact_lock({_LOCK})")
        self.mark: tuple[int, str] = end(line)

    def add(self, decision: int, step: int, at: str, kind: str, body: str) -> None:
        """One more row; setting `mark` back to what it was forgets it."""
        seq, before = self.mark[0] + 1, self.mark[1]
        sealed = seal(seq, decision, step, at, kind, body, before)
        self._line.do(
            _ADD,
            {"seq": seq, "decision": decision, "step": step, "at": at, "kind": kind, "body": body,
             "prev_hash": before, "hash": sealed},
        )  # fmt: skip
        self.mark = seq, sealed


def end(line: Line) -> tuple[int, str]:
    """How many rows the chain has, and the hash of the last."""
    row = line.one(_END)
    return (row[0], row[1]) if row else (0, START)


def verify(line: Line, anchor: str | None, page_rows: int = 1000) -> Verified:
    """Walk the chain and compare it with what it seals; `anchor` is a hash that it must contain."""
    line.read_any_bytes()
    seq, head = 0, START
    while page := line.all(_WALK, {"after": seq, "page": page_rows}):
        for row in page:
            wrong = _wrong(row, seq, head)
            if wrong:
                return Verified(seq, head, *wrong)
            seq, head = row[0], row[7]
    found = _cut_off(line, seq) or _moved(line, seq, page_rows)
    if not found and anchor and anchor != START and line.one(_HAS, {"hash": anchor}) is None:
        found = seq + 1, "the anchor is not in the chain: its end was cut off or rewritten"
    return Verified(seq, head, *found) if found else Verified(seq, head)


def _cut_off(line: Line, seq: int) -> tuple[int, str] | None:
    """A step or a message that no row seals, where the chain holds up to `seq`."""
    if step := line.one(_UNSEALED):
        return seq + 1, f"step {step[1]} of {_ticket(step[0])} is not in the chain: its end was cut off"
    if begun := line.one(_UNBEGUN):
        return seq + 1, f"{_ticket(begun[0])} is not in the chain: its end was cut off"
    return None


def _moved(line: Line, seq: int, page: int) -> tuple[int, str] | None:
    """A decision whose stage, or number of steps, is not what its rows lead to."""
    after = 0
    while rows := line.all(_KEPT, {"after": after, "page": page}):
        for (after, stage, steps), sealed in groupby(rows, itemgetter(0, 1, 2)):
            links = [row[3:] for row in sealed]
            if steps != len(links) - 1:
                told = f"{_ticket(after)} counts {steps} steps, {len(links) - 1} are sealed"
                return seq + 1, f"{told}: the chain's end was cut off"
            leads = _stage(kind for _, kind in links[1:])
            if stage != leads:
                return links[-1][0], f"{_ticket(after)} stands at '{stage}', its steps lead to '{leads}'"
    return None


def _stage(kinds: Iterable[str]) -> str:
    """Where steps of these kinds lead by the life-cycle table, "nowhere" when it forbids one."""
    stage = Stage.RECEIVED.value
    for kind in kinds:
        stage = _AFTER.get((stage, kind), "nowhere")
    return stage


def _ticket(number: object) -> str:
    """The ticket; what a tamperer wrote in its place as it is."""
    return ticket_of(number, "D", 5) if isinstance(number, int) else repr(number)


def _wrong(row: tuple[Any, ...], seq: int, head: str) -> tuple[int, str] | None:
    if row[0] != seq + 1:
        return seq + 1, "it is missing"
    if row[6] != head:
        return row[0], "it does not follow the row before it"
    if not _are_kept(row[:8]) or seal(*row[:7]) != row[7]:
        return row[0], "its contents were changed"
    if row[2] == 0 and (row[11] is None or not _are_kept(row[11:]) or received(row[11:]) != row[5]):
        return row[0], "the message that it seals was changed or removed"
    if row[2] > 0 and row[8:11] != row[3:6]:
        return row[0], "the step that it seals was changed or removed"
    return None


def _are_kept(values: Iterable[object]) -> bool:
    """Whether they are of the types that we write; SQLite takes any in any column."""
    return all(isinstance(value, str | int | None) for value in values)
