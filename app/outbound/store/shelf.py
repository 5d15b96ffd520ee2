"""Messages as a whole, and the counts that IT asks for."""

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import Executable

from app import policy
from app.outbound.store.attachments import OF_SHOWN, SHOWN, link
from app.outbound.store.audit import end
from app.outbound.store.book import OUTBOX
from app.outbound.store.facts import BODIES, DECISIONS, HEADS, INBOX, STEPS, SqlFacts
from app.outbound.store.line import Line, Values, among, moment, moment_or_none, number_of, stamp, ticket_of
from app.records.correction import Correction
from app.records.decision import OPEN_STAGES, Corrected, Decision
from app.records.media import MediaLink
from app.records.views import Counts, Kept

_SAID = sa.select(OUTBOX.c.decision, OUTBOX.c.text, OUTBOX.c.final, OUTBOX.c.state, OUTBOX.c.sent_at).where(
    OUTBOX.c.reply_to != ""
)


_FIRST = DECISIONS.alias("first_part")
_SAID_TOGETHER = (
    sa.select(DECISIONS.c.n, OUTBOX.c.text, OUTBOX.c.final, OUTBOX.c.state, OUTBOX.c.sent_at)
    .join(_FIRST, sa.and_(_FIRST.c.inbox == DECISIONS.c.inbox, _FIRST.c.part == 0))
    .join(OUTBOX, OUTBOX.c.decision == _FIRST.c.n)
    .where(DECISIONS.c.part > 0, OUTBOX.c.final)
)


def _whole(which: sa.Select[Any]) -> tuple[Executable, ...]:
    """For a selection of decision numbers: their messages, steps, what was attached, and answers.

    The answer that finished the message's bubble speaks for its other parts too, before their own.
    """
    return (
        HEADS.where(DECISIONS.c.n.in_(which)).order_by(DECISIONS.c.n.desc()),
        BODIES.where(STEPS.c.decision.in_(which)),
        OF_SHOWN.where(SHOWN.c.n.in_(which)),
        _SAID_TOGETHER.where(DECISIONS.c.n.in_(which)),
        _SAID.where(OUTBOX.c.decision.in_(which)).order_by(OUTBOX.c.n),
    )


_ANY = DECISIONS.alias("any_decision")
_FROM = INBOX.alias("any_message")
_BY_NUMBER = sa.select(_ANY.c.n).where(_ANY.c.n == sa.bindparam("n"))
_BY_MSGID = (
    sa.select(_ANY.c.n)
    .join(_FROM, _FROM.c.n == _ANY.c.inbox)
    .where(_FROM.c.msgid == sa.bindparam("msgid"), _ANY.c.part == 0)
)
_LATEST = sa.select(sa.select(_ANY.c.n).order_by(_ANY.c.n.desc()).limit(
    sa.bindparam("most", type_=sa.Integer)).subquery().c.n)  # fmt: skip
_RECENT, _OF_MSGID, _OF_TICKET = _whole(_LATEST), _whole(_BY_MSGID), _whole(_BY_NUMBER)

_OPEN = sa.select(_ANY.c.n).where(among(_ANY.c.stage, sorted(OPEN_STAGES)))
_OPEN_HEADS = HEADS.where(DECISIONS.c.n.in_(_OPEN)).order_by(DECISIONS.c.n)
_OPEN_BODIES = BODIES.where(STEPS.c.decision.in_(_OPEN))
_TAUGHT = sa.select(STEPS.c.decision).where(STEPS.c.kind == "corrected")
_TAUGHT_HEADS = HEADS.where(DECISIONS.c.n.in_(_TAUGHT)).order_by(DECISIONS.c.n)
_TAUGHT_BODIES = BODIES.where(STEPS.c.decision.in_(_TAUGHT))
_LENGTHS = (
    sa.select(INBOX.c.received_at, sa.func.length(INBOX.c.text))
    .where(INBOX.c.received_at >= sa.bindparam("at"))
    .order_by(INBOX.c.n)
)
_SINCE = sa.select(sa.func.count()).select_from(INBOX).where(INBOX.c.received_at >= sa.bindparam("at"))
_MESSAGES = sa.select(sa.func.count()).select_from(INBOX)
_STAGES = sa.select(DECISIONS.c.stage, sa.func.count()).group_by(DECISIONS.c.stage)
_STATES = sa.select(OUTBOX.c.state, sa.func.count()).group_by(OUTBOX.c.state)


def recent(line: Line, limit: int) -> tuple[Kept, ...]:
    """The latest messages, newest first."""
    return _kept(line, _RECENT, {"most": limit})


def by_msgid(line: Line, msgid: str) -> Kept | None:
    """What came of a message, None when it never came."""
    return next(iter(_kept(line, _OF_MSGID, {"msgid": msgid})), None)


def by_ticket(line: Line, decision_id: str) -> Kept | None:
    """What came of a decision, None when there is none."""
    return next(iter(_kept(line, _OF_TICKET, {"n": number_of(decision_id, "D", 5) or 0})), None)


def _kept(line: Line, which: tuple[Executable, ...], values: Values) -> tuple[Kept, ...]:
    heads, bodies, attached, *said = which
    decisions = SqlFacts(line).decisions(heads, bodies, values)
    answers: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    media: defaultdict[str, list[MediaLink]] = defaultdict(list)
    for number, *row in [row for each in said for row in line.all(each, values)] if decisions else ():
        answers[ticket_of(number, "D", 5)].append(tuple(row))
    for *row, number in line.all(attached, values) if decisions else ():
        media[ticket_of(number, "D", 5)].append(link(tuple(row)))
    return tuple(_with_end(each, answers[each.id], tuple(media[each.id])) for each in decisions)


def _with_end(decision: Decision, answers: list[tuple[Any, ...]], media: tuple[MediaLink, ...]) -> Kept:
    """`answers` are (text, final, state, sent_at) in their order."""
    if not answers:
        return Kept(decision, media=media)
    ending = next((row for row in answers if row[1]), answers[0])
    given_up = any(row[2] == "given_up" for row in answers)
    return Kept(decision, answers[-1][0], moment_or_none(ending[3]), given_up, media)


def unfinished(line: Line) -> tuple[Decision, ...]:
    """Decisions that a restart must take up again, oldest first."""
    return SqlFacts(line).decisions(_OPEN_HEADS, _OPEN_BODIES, {})


def corrections(line: Line) -> tuple[Correction, ...]:
    """The latest correction of every decision by people who may write, in the order of the tickets."""
    facts = SqlFacts(line)
    writers = {person.userid for person in facts.people() if policy.may_write(person)}
    found = facts.decisions(_TAUGHT_HEADS, _TAUGHT_BODIES, {})
    said = (each for decision in found if (each := _correction(decision)))
    return tuple(each for each in said if each.by in writers)


def _correction(decision: Decision) -> Correction | None:
    said, reading = decision.last(Corrected), decision.reading
    if said is None or reading is None:
        return None
    by = said.by.removeprefix("person:")
    return Correction(
        decision.id, reading.text, reading.language, reading.intent, reading.layer, said.intent, by, said.at,
        said.source,
    )  # fmt: skip


def received_since(line: Line, at: datetime) -> int:
    """How many messages came since a time."""
    return int(line.all(_SINCE, {"at": stamp(at)})[0][0])


def lengths_since(line: Line, at: datetime) -> tuple[tuple[datetime, int], ...]:
    """When each message since a time came, and how many signs it has."""
    return tuple((moment(came), int(signs)) for came, signs in line.all(_LENGTHS, {"at": stamp(at)}))


def counts(line: Line) -> Counts:
    """How much there is of everything."""
    messages = line.all(_MESSAGES)[0][0]
    stages, states = dict(line.all(_STAGES)), dict(line.all(_STATES))
    unsent = states.get("waiting", 0) + states.get("claimed", 0)
    return Counts(messages, stages, unsent, states.get("given_up", 0), end(line)[0])
