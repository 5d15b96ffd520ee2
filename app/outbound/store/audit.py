"""The hash chain: every step once more, each row sealed together with the one before it."""

import hashlib
from typing import Any

import sqlalchemy as sa

from app.outbound.store.codec import canonical
from app.outbound.store.line import Line, adding, ticket_of
from app.outbound.store.tables import AuditRow, DecisionRow, InboxRow, StepRow, table
from app.records.views import Verified

START = "0" * 64
_LOCK = 0x43484152  # any number of our own; PostgreSQL's advisory lock on the end of the chain

_AUDIT, _STEPS, _DECISIONS, _INBOX = table(AuditRow), table(StepRow), table(DecisionRow), table(InboxRow)
_ADD = adding(_AUDIT)
_END = sa.select(_AUDIT.c.seq, _AUDIT.c.hash).order_by(_AUDIT.c.seq.desc()).limit(1)
_WALK = (
    sa.select(_AUDIT, _STEPS.c.body, *(c for c in _INBOX.c if c.name != "n"))
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
_HAS = sa.select(_AUDIT.c.seq).where(_AUDIT.c.hash == sa.bindparam("hash"))


def received(row: tuple[Any, ...]) -> str:
    """What the chain keeps of a message: its inbox columns without the number, the frame as a hash."""
    names = [c.name for c in _INBOX.c if c.name != "n"]
    kept = dict(zip(names, row, strict=True))
    kept["raw"] = hashlib.sha256(str(kept["raw"]).encode()).hexdigest()
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
    seq, head = 0, START
    while page := line.all(_WALK, {"after": seq, "page": page_rows}):
        for row in page:
            wrong = _wrong(row, seq, head)
            if wrong:
                return Verified(seq, head, *wrong)
            seq, head = row[0], row[7]
    if step := line.one(_UNSEALED):
        told = f"step {step[1]} of {ticket_of(step[0], 'D', 5)} is not in the chain: its end was cut off"
        return Verified(seq, head, seq + 1, told)
    if begun := line.one(_UNBEGUN):
        told = f"{ticket_of(begun[0], 'D', 5)} is not in the chain: its end was cut off"
        return Verified(seq, head, seq + 1, told)
    if anchor and anchor != START and line.one(_HAS, {"hash": anchor}) is None:
        return Verified(
            seq, head, seq + 1, "the anchor is not in the chain: its end was cut off or rewritten"
        )
    return Verified(seq, head)


def _wrong(row: tuple[Any, ...], seq: int, head: str) -> tuple[int, str] | None:
    if row[0] != seq + 1:
        return seq + 1, "it is missing"
    if row[6] != head:
        return row[0], "it does not follow the row before it"
    if seal(*row[:7]) != row[7]:
        return row[0], "its contents were changed"
    if row[2] == 0 and (row[9] is None or received(row[9:]) != row[5]):
        return row[0], "the message that it seals was changed or removed"
    if row[2] > 0 and row[8] != row[5]:
        return row[0], "the step that it seals was changed or removed"
    return None
