"""What came beyond what its sender may say: ended unread, told once, and silent after that."""

from datetime import datetime

from app.desk.page import Page
from app.desk.voice import Voice
from app.records.answer import Say
from app.records.decision import Decision, Refused, Understood
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading

BY = "policy:flood"
CODE = "too_often"


def turn_away(page: Page, decision: Decision, voice: Voice, now: datetime) -> Decision:
    """Refuse it without a look at its words; whoever clicked is always answered, on the card."""
    message, person = decision.message, page.book.person(decision.message.sender)
    language = person.language if person else Language.HANT
    unread = Reading(Intent.OTHER, 1.0, Layer.RULE, decided=True, language=language, by=BY, text="")
    say = Say("desk.too_often.click" if message.kind is MessageKind.CLICK else "desk.too_often")
    after = page.append(decision, (Understood(now, unread), Refused(now, BY, CODE, say)))
    if _is_told(message):
        voice.tell(page, after, say, final=True)
    return after


def _is_told(message: Message) -> bool:
    match message.kind:
        case MessageKind.CLICK:
            return True
        case MessageKind.ENTER | MessageKind.FEEDBACK:
            return False
        case _:
            return message.excess == "first"
