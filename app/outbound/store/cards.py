"""Cards and files as the store keeps them: one card per id, for one person and one decision."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from app.outbound.store.codec import canonical
from app.outbound.store.line import Line, adding, clean, number_of, stamp, ticket_of
from app.outbound.store.tables import CardRow, FingerprintRow, table
from app.ports import Clock
from app.records.card import Card, CardSent
from app.records.media import Sending

CARDS, _FINGERPRINTS = table(CardRow), table(FingerprintRow)

_CARD: TypeAdapter[Card] = TypeAdapter(Card)
_SENDING: TypeAdapter[Sending] = TypeAdapter(Sending)

_ONE = sa.select(CARDS.c.body, CARDS.c.decision, CARDS.c.recipient).where(
    CARDS.c.task_id == sa.bindparam("task_id")
)
_KEEP = adding(CARDS)
_SEEN = sa.select(_FINGERPRINTS.c.inbox).where(_FINGERPRINTS.c.fingerprint == sa.bindparam("fingerprint"))
_NOTE = adding(_FINGERPRINTS)


def keep_card(line: Line, card: Card, decision: str, to: str, clock: Clock) -> None:
    """Keep a card that is about to be sent."""
    row: Mapping[str, object] = {
        "task_id": card.task_id,
        "decision": number_of(decision, "D", 5),
        "recipient": clean(to),
        "body": clean(canonical(asdict(card))),
        "made_at": stamp(clock()),
    }
    line.do(_KEEP, row)


def card_of(line: Line, task_id: str) -> CardSent | None:
    """The card with this id, None when it was never made."""
    row = line.one(_ONE, {"task_id": clean(task_id)})
    return CardSent(read_card(row[0]), ticket_of(row[1], "D", 5), row[2]) if row else None


def read_card(body: str) -> Card:
    """A card from its column."""
    return _CARD.validate_json(body)


def write_file(file: Sending | None) -> str:
    """A file's column, "" for none."""
    return clean(canonical(asdict(file))) if file else ""


def read_file(kept: str) -> Sending | None:
    """A file from its column."""
    return _SENDING.validate_json(kept) if kept else None


def inbox_of(line: Line, fingerprint: str) -> int | None:
    """The inbox row with this fingerprint, or None."""
    row: tuple[Any, ...] | None = line.one(_SEEN, {"fingerprint": fingerprint})
    return row[0] if row else None


def note_fingerprint(line: Line, fingerprint: str, inbox: int) -> None:
    """Keep the fingerprint of a message."""
    line.do(_NOTE, {"fingerprint": fingerprint, "inbox": inbox})
