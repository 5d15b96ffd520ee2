"""Senders in the store: whose ids they are, who is not known, and under which id a person writes."""

from typing import Any

import sqlalchemy as sa

from app.outbound.store.identity_tables import AddressRow, IdentityRow, StrangerRow
from app.outbound.store.line import Line, adding, moment, number_of, stamp, ticket_of
from app.outbound.store.plant_tables import PersonRow
from app.outbound.store.tables import table
from app.records.action import MapSender
from app.records.decision import Decision
from app.records.identity import Identity, Stranger
from app.records.message import Channel

STRANGERS_MAX = 10_000
"""How many are kept: those who wrote last."""

_IDENTITIES, _STRANGERS, _ADDRESSES = table(IdentityRow), table(StrangerRow), table(AddressRow)
_PEOPLE = table(PersonRow)

_BOTH = sa.select(_PEOPLE.c.userid).where(_PEOPLE.c.userid == sa.bindparam("sender")).scalar_subquery()
_MAPPED = (
    sa.select(_IDENTITIES.c.userid).where(_IDENTITIES.c.sender == sa.bindparam("sender")).scalar_subquery()
)
PERSON = sa.select(_PEOPLE).where(_PEOPLE.c.userid == sa.func.coalesce(_BOTH, _MAPPED))
"""The person of a `sender`: whose userid it is, before whom it stands for."""

_ONE = sa.select(_IDENTITIES).where(_IDENTITIES.c.sender == sa.bindparam("sender"))
_EVERY = sa.select(_IDENTITIES).order_by(_IDENTITIES.c.sender)
_KEEP = adding(_IDENTITIES)
_DROP = sa.delete(_IDENTITIES).where(_IDENTITIES.c.key == sa.bindparam("key"))

_KEPT = sa.and_(
    _STRANGERS.c.sender == sa.bindparam("which"), _STRANGERS.c.channel == sa.bindparam("on_channel")
)
_AGAIN = (
    sa.update(_STRANGERS)
    .where(_KEPT)
    .values(last_at=sa.bindparam("now"), messages=_STRANGERS.c.messages + 1, decision=sa.bindparam("ticket"))
)
_FIRST = adding(_STRANGERS)
_OLDEST = (
    sa.select(_STRANGERS.c.decision)
    .order_by(_STRANGERS.c.decision.desc())
    .limit(1)
    .offset(sa.bindparam("most", type_=sa.Integer))
    .scalar_subquery()
)
_TRIM = sa.delete(_STRANGERS).where(_STRANGERS.c.decision <= _OLDEST)

_MET = sa.exists(
    sa.select(sa.literal(1)).where(
        sa.or_(_PEOPLE.c.userid == _STRANGERS.c.sender, _PEOPLE.c.userid == _IDENTITIES.c.userid)
    )
)
_UNKNOWN = _STRANGERS.outerjoin(_IDENTITIES, _IDENTITIES.c.sender == _STRANGERS.c.sender)
_LISTED = (
    sa.select(_STRANGERS, _IDENTITIES.c.userid)
    .select_from(_UNKNOWN)
    .where(~_MET)
    .order_by(_STRANGERS.c.decision.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_COUNTED = sa.select(sa.func.count(sa.distinct(_STRANGERS.c.sender))).select_from(_UNKNOWN).where(~_MET)

_AT = sa.and_(
    _ADDRESSES.c.userid == sa.bindparam("whose"), _ADDRESSES.c.channel == sa.bindparam("on_channel")
)
_ADDRESS = sa.select(_ADDRESSES.c.sender).where(_AT)
_MOVE = sa.update(_ADDRESSES).where(_AT).values(sender=sa.bindparam("now_at"))
_MOVE_IN = adding(_ADDRESSES)
_MOVE_OUT = sa.delete(_ADDRESSES).where(_AT)


# Identities.


def keep(line: Line, mapping: MapSender, key: str, at: str) -> None:
    """Keep whose an id is; one that stands for somebody already breaks the table's key."""
    row = {"sender": mapping.sender, "userid": mapping.userid, "source": mapping.source, "key": key, "at": at}
    line.do(_KEEP, row)


def drop(line: Line, key: str) -> bool:
    """Forget what was kept under this key; False when nothing was."""
    return line.do(_DROP, {"key": key}) == 1


def one(line: Line, sender: str) -> Identity | None:
    """Whom an id stands for, None for one that was never mapped."""
    row = line.one(_ONE, {"sender": sender})
    return _identity(row) if row else None


def every(line: Line) -> tuple[Identity, ...]:
    """All of them, by sender."""
    return tuple(map(_identity, line.all(_EVERY)))


def _identity(row: tuple[Any, ...]) -> Identity:
    sender, userid, source, key, at = row
    return Identity(sender, userid, source, key.partition(":")[0], moment(at))


# Strangers.


def note(line: Line, decision: Decision, sender: str, channel: Channel) -> None:
    """Count a message of a stranger under its ticket; who wrote longest ago beyond the most is forgotten."""
    at, number = stamp(decision.message.received_at), number_of(decision.id, "D", 5)
    values = {"which": sender, "on_channel": channel.value, "now": at, "ticket": number}
    if line.do(_AGAIN, values):
        return
    row = {"sender": sender, "channel": channel.value, "first_at": at, "last_at": at, "messages": 1,
           "decision": number}  # fmt: skip
    line.do(_FIRST, row)
    line.do(_TRIM, {"most": STRANGERS_MAX})


def strangers(line: Line, limit: int) -> tuple[Stranger, ...]:
    """Senders that are nobody's still, who wrote last first."""
    return tuple(map(_stranger, line.all(_LISTED, {"most": limit})))


def _stranger(row: tuple[Any, ...]) -> Stranger:
    sender, channel, first, last, messages, decision, userid = row
    ticket = ticket_of(decision, "D", 5)
    return Stranger(sender, Channel(channel), moment(first), moment(last), messages, ticket, userid or "")


def count(line: Line) -> int:
    """How many senders are nobody's still."""
    return int(line.all(_COUNTED)[0][0])


# Addresses.


def wrote(line: Line, userid: str, sender: str, channel: Channel) -> None:
    """Keep under which id a person writes on a channel; nothing is kept for a plain one."""
    where = {"whose": userid, "on_channel": channel.value}
    if sender == userid:
        line.do(_MOVE_OUT, where)
    elif not line.do(_MOVE, {**where, "now_at": sender}):
        line.do(_MOVE_IN, {"userid": userid, "channel": channel.value, "sender": sender})


def address_of(line: Line, userid: str, channel: Channel) -> str:
    """The id under which a person last wrote on a channel; the userid where nothing else is known."""
    row = line.one(_ADDRESS, {"whose": userid, "on_channel": channel.value})
    return str(row[0]) if row else userid
