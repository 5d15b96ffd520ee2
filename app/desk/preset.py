"""What needs no reading: events, clicks, the clock's own requests, and the number of a choice."""

from app.desk.voice import SYSTEM
from app.intents import room_for
from app.ports import Facts
from app.records.action import Action
from app.records.answer import Say
from app.records.decision import Decision
from app.records.message import Language, Message, MessageKind
from app.records.reading import Entities, Intent, Layer, Reading
from app.records.verdict import Act, Ask, Refuse


def act_on(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """What the intent's room says when the action runs now; a vote needs no room."""
    if ask.message.kind is MessageKind.FEEDBACK:
        return Act(Say("desk.feedback"))
    return room_for(ask.reading.intent).act(ask, action, facts)


def question_to(facts: Facts, message: Message) -> Decision | None:
    """The open question that this message answers with the number of a choice, or None."""
    text = message.text.strip()
    if text not in {"1", "2", "3"} or message.kind not in {MessageKind.TEXT, MessageKind.VOICE}:
        return None
    for decision in reversed(facts.held()):
        hold = decision.hold
        if hold and hold.reason == "unclear" and decision.message.conversation == message.conversation:
            same = decision.message.sender == message.sender and len(hold.choices) >= int(text)
            return decision if same else None
    return None


def preset(message: Message, language: Language) -> Reading | None:
    """What needs no reading: events, clicks, and the clock's own requests."""
    clicked = (message.refers_to,) if message.kind is MessageKind.CLICK else ()
    words = f"{message.text} {message.refers_to}" if clicked else ""
    if message.sender == SYSTEM.userid:
        intent, by = Intent.PRODUCTION_SCHEDULE, "clock"
    elif clicked:
        intent, by = Intent.APPROVAL, "click"
    elif message.kind in {MessageKind.ENTER, MessageKind.FEEDBACK, MessageKind.OTHER}:
        intent, by = Intent.OTHER, f"event:{message.kind}"
    else:
        return None
    entities = Entities(decision_id=clicked)
    return Reading(
        intent, 1.0, Layer.RULE, decided=True, language=language, by=by, text=words, entities=entities
    )
