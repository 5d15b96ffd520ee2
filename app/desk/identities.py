"""Whose a sender's id is: a decision of its own with its steps, so that the audit chain tells who said so."""

from collections.abc import Mapping
from datetime import datetime

from app.desk.voice import SYSTEM
from app.ports import Book, Facts
from app.records.action import MapSender, action_hash
from app.records.answer import Say
from app.records.decision import Acted, Approved, Decision, Stage, Understood, Undone, act_key
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading

SENDER_MAX_CHARS = 256


def why_not_map(mapping: MapSender, facts: Facts) -> str:
    """The code of why an id may not stand for a userid, "" when it may.

    Codes: no_id, own_userid (the id is a person's, who goes before), mapped (it stands for somebody
    already), no_person. WeCom may name somebody who is no person of the plant.
    """
    sender = mapping.sender
    if not 1 <= len(sender) <= SENDER_MAX_CHARS or not sender.isprintable() or sender == SYSTEM.userid:
        return "no_id"
    if facts.identity(sender) is not None:
        return "mapped"
    if facts.person(sender) is not None:
        return "own_userid"
    person = facts.person(mapping.userid)
    if mapping.source == "it" and (person is None or person.userid != mapping.userid):
        return "no_person"
    return ""


def map_sender(book: Book, mapping: MapSender, by: str, now: datetime) -> str:
    """Let an id stand for a userid; the code of `why_not_map`, with nothing kept, or "".

    `by` is who said so, such as "server:root" or "policy:wecom".
    """
    code = why_not_map(mapping, book)
    if code:
        return code
    person = book.person(mapping.userid)
    text = f"{mapping.sender} = {mapping.userid}"
    message = Message(f"identity:{now.isoformat()}:{mapping.sender}", SYSTEM.userid, None,
                      MessageKind.CLICK, text, now)  # fmt: skip
    reading = Reading(Intent.OTHER, 1.0, Layer.PERSON if mapping.source == "it" else Layer.RULE, decided=True,
                      language=Language.EN, by=by, text=text)  # fmt: skip
    steps = (Understood(now, reading), Approved(now, by, mapping, action_hash(mapping)))
    ready = book.append(Decision(book.accept(message).decision_id, message), steps)
    key = act_key(ready)
    book.apply(mapping, key)
    values = {"sender": mapping.sender, "person": person.name if person else mapping.userid}
    book.append(ready, (Acted(now, key, Say("desk.sender_mapped", values)),))
    return ""


def take_from_wecom(book: Book, found: Mapping[str, str], now: datetime) -> None:
    """Keep whose ids WeCom says that they are; one that is kept otherwise stays so."""
    for sender, userid in found.items():
        map_sender(book, MapSender(sender, userid, "wecom"), "policy:wecom", now)


def unmap_sender(book: Book, sender: str, by: str, now: datetime) -> bool:
    """Let an id be nobody's again; False when it stands for nobody."""
    identity = book.identity(sender)
    made = book.decision(identity.decision) if identity else None
    acted, approved = (made.last(Acted), made.last(Approved)) if made else (None, None)
    if made is None or made.stage is not Stage.DONE or acted is None or approved is None:
        return False
    if not book.reverse(approved.action, acted.key):
        return False
    book.append(made, (Undone(now, by, Say("desk.sender_unmapped", {"sender": sender})),))
    return True
