"""What people attached: kept with its message, placed at what it belongs to, told to whoever looks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.outbound.store.line import Line, adding, among, clean, moment, number_of, stamp, ticket_of
from app.outbound.store.media_tables import AttachmentRow
from app.outbound.store.tables import DecisionRow, InboxRow, table
from app.records.decision import Decision
from app.records.media import Attachment, MediaKind, MediaLink, MediaState

ATTACHMENTS = table(AttachmentRow)
_INBOX, _DECISIONS = table(InboxRow), table(DecisionRow)
_LOOKED_BACK = 2_000  # messages; the table's key finds them without an index of its own
_USABLE = (MediaState.WANTED, MediaState.KEPT)

_KEEP = adding(ATTACHMENTS)
_OWN = _DECISIONS.alias("own_decision")
_OF = sa.select(_OWN.c.inbox).where(_OWN.c.n == sa.bindparam("ticket")).scalar_subquery()
LINKS = sa.select(
    _DECISIONS.c.n,
    *(ATTACHMENTS.c[name] for name in
      ("n", "kind", "state", "at", "target", "sha256", "name", "size_bytes", "reason")),
).join(_DECISIONS, sa.and_(_DECISIONS.c.inbox == ATTACHMENTS.c.inbox, _DECISIONS.c.part == 0))  # fmt: skip
"""What `link` takes, to be narrowed; its first column is the number of the message's own decision."""
SHOWN = _DECISIONS.alias("shown_decision")
OF_SHOWN = (
    LINKS.join(SHOWN, SHOWN.c.inbox == ATTACHMENTS.c.inbox)
    .add_columns(SHOWN.c.n)
    .order_by(ATTACHMENTS.c.inbox, ATTACHMENTS.c.n)
)
"""The same with the number of each decision of the message behind it, to be narrowed by SHOWN."""
_ORDER = (ATTACHMENTS.c.inbox, ATTACHMENTS.c.n)
_AT_TARGET = LINKS.where(ATTACHMENTS.c.target == sa.bindparam("target")).order_by(*_ORDER)
_OF_MESSAGE = LINKS.where(ATTACHMENTS.c.inbox == _OF).order_by(*_ORDER)
_SINCE = (
    LINKS.where(ATTACHMENTS.c.at >= sa.bindparam("since"))
    .order_by(*(column.desc() for column in _ORDER))
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_LOOSE = (
    sa.select(_DECISIONS.c.n)
    .join(ATTACHMENTS, sa.and_(ATTACHMENTS.c.inbox == _DECISIONS.c.inbox, _DECISIONS.c.part == 0))
    .join(_INBOX, _INBOX.c.n == ATTACHMENTS.c.inbox)
    .where(
        ATTACHMENTS.c.target == "",
        ATTACHMENTS.c.inbox <= _OF,
        ATTACHMENTS.c.inbox >= _OF - _LOOKED_BACK,
        among(ATTACHMENTS.c.state, _USABLE),
        _INBOX.c.sender == sa.bindparam("sender"),
        sa.func.coalesce(_INBOX.c.chat, "") == sa.bindparam("chat"),
        _INBOX.c.received_at >= sa.bindparam("since"),
    )
    .group_by(_DECISIONS.c.n)
    .order_by(_DECISIONS.c.n)
)
_PLACE = (
    sa.update(ATTACHMENTS)
    .where(ATTACHMENTS.c.inbox == _OF, ATTACHMENTS.c.target == sa.bindparam("was"))
    .values(target=sa.bindparam("goes_to"))
)

_TURN_AWAY = (
    sa.update(ATTACHMENTS)
    .where(ATTACHMENTS.c.inbox == _OF, ATTACHMENTS.c.state == "wanted")
    .values(state="refused", reason=sa.bindparam("why"), at=sa.bindparam("now"), url="", aes_key="")
)


def keep(line: Line, inbox: int, attached: Sequence[Attachment], at: datetime, *, refused: str = "") -> None:
    """Keep what came with a message, to be fetched; with `refused`, which says why, it never is."""
    state = MediaState.REFUSED if refused else MediaState.WANTED
    kept = [
        {"inbox": inbox, "n": n, "kind": each.kind.value, "url": "" if refused else clean(each.url),
         "aes_key": "" if refused else clean(each.aes_key), "state": state.value, "target": "", "sha256": "",
         "name": "", "size_bytes": 0, "reason": refused, "at": stamp(at)}
        for n, each in enumerate(attached, 1)
    ]  # fmt: skip
    if kept:
        line.many(_KEEP, kept)


def turn_away(line: Line, ticket: str, reason: str, at: datetime) -> None:
    """Refuse what came with a decision's message and was not fetched yet."""
    line.do(_TURN_AWAY, {"ticket": number_of(ticket, "D", 5) or 0, "why": reason, "now": stamp(at)})


def place(line: Line, ticket: str, target: str, *, was: str = "") -> int:
    """Add what came with a decision's message, and belongs to `was`, to a target; how many that are."""
    values = {"ticket": number_of(ticket, "D", 5) or 0, "goes_to": target, "was": was}
    return line.do(_PLACE, values)


def of(line: Line, target: str) -> tuple[MediaLink, ...]:
    """What was added to a case, order or decision; of a decision what came with its message as well."""
    found = list(line.all(_AT_TARGET, {"target": target}))
    number = number_of(target, "D", 5)
    own = line.all(_OF_MESSAGE, {"ticket": number}) if number else ()
    return tuple(map(link, [*own, *(row for row in found if row not in own)]))


def loose(line: Line, decision: Decision, since: datetime) -> tuple[str, ...]:
    """Tickets of what its sender sent in its conversation since a time, with it or before, still unplaced.

    Oldest first; only what is kept or may still be fetched.
    """
    message = decision.message
    values = {"ticket": number_of(decision.id, "D", 5) or 0, "sender": clean(message.sender),
              "chat": clean(message.chat or ""), "since": stamp(since)}  # fmt: skip
    return tuple(ticket_of(n, "D", 5) for (n,) in line.all(_LOOSE, values))


def latest(line: Line, since: datetime, limit: int) -> tuple[MediaLink, ...]:
    """The last `limit` that came into their state since a time, the oldest first."""
    return tuple(map(link, reversed(line.all(_SINCE, {"since": stamp(since), "most": limit}))))


def link(row: tuple[Any, ...]) -> MediaLink:
    """From the columns of LINKS."""
    number, n, kind, state, at, target, sha256, name, size_bytes, reason = row
    return MediaLink(
        ticket_of(number, "D", 5), n, MediaKind(kind), MediaState(state), moment(at), target, sha256, name,
        int(size_bytes), reason,
    )  # fmt: skip
