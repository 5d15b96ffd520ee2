"""What needs no reading: events, clicks, and the clock's own requests."""

from app.desk.handover import asked_by_clock
from app.desk.media import accept_media
from app.desk.names import accept_name
from app.desk.voice import SYSTEM
from app.intents import room_for
from app.ports import Facts
from app.records.action import Action, AttachMedia, TeachName
from app.records.answer import Say
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading
from app.records.verdict import Act, Ask, Refuse
from app.understand.newnames import NewNames


def act_on(ask: Ask, action: Action, facts: Facts, new_names: NewNames) -> Act | Refuse:
    """What the intent's room says when the action runs now; a vote, a name, a photo need no room."""
    if ask.message.kind is MessageKind.FEEDBACK:
        return Act(Say("desk.feedback"))
    if isinstance(action, TeachName):
        return accept_name(action, facts, new_names)
    if isinstance(action, AttachMedia):
        return accept_media(action, facts)
    return room_for(ask.reading.intent).act(ask, action, facts)


def preset(message: Message, language: Language) -> Reading | None:
    """What needs no reading: events, clicks, and the clock's own requests."""
    clicked = message.kind is MessageKind.CLICK
    words = message.shown if clicked else ""
    if message.sender == SYSTEM.userid and (report := asked_by_clock(message)):
        return report
    if message.sender == SYSTEM.userid:
        intent, by = Intent.PRODUCTION_SCHEDULE, "clock"
    elif clicked:
        intent, by = Intent.APPROVAL, "click"
    elif message.kind in {MessageKind.ENTER, MessageKind.FEEDBACK, MessageKind.OTHER}:
        intent, by = Intent.OTHER, f"event:{message.kind}"
    else:
        return None
    return Reading(intent, 1.0, Layer.RULE, decided=True, language=language, by=by, text=words)
