"""Everything that is not the plant's work: a fitting short answer, and nothing done."""

from app.intents.phrases import leads, refuse
from app.intents.words import SMALL_TALK, first, folded
from app.ports import Facts
from app.records.action import Action, LookUp
from app.records.answer import Say
from app.records.message import MessageKind
from app.records.reading import Intent
from app.records.verdict import Act, Ask, Do, Refuse, Verdict
from app.settings import Limits

INTENT: Intent = Intent.OTHER
_UNREAD = frozenset({"media", "unreadable", "unheard"})


def judge(ask: Ask, _facts: Facts, _limits: Limits) -> Verdict:
    """There is always an answer."""
    return Do(LookUp(_topic(ask)), "read_only")


def act(ask: Ask, action: Action, facts: Facts) -> Act | Refuse:
    """Say the sentence of the topic."""
    topic = action.subject if isinstance(action, LookUp) else ""
    if topic not in {"leave", "greeting", *_PLAIN}:
        return refuse("facts_changed", "intents.other.out_of_scope")
    if topic == "leave":
        chiefs = tuple(each.name for each in leads(facts, ask.person.facility))
        values: dict[str, object] = {"lead": chiefs or "–"}
        return Act(Say("intents.other.leave", values))
    return Act(Say(f"intents.other.{topic}", {"name": ask.person.name} if topic == "greeting" else {}))


_PLAIN = frozenset({"thanks", "help", "joke", "injection", "empty", "emoji", "out_of_scope", *_UNREAD})

_MENTION = frozenset("@＠")
"""The bot was called by its name and told nothing."""


def _topic(ask: Ask) -> str:
    if ask.message.kind is MessageKind.ENTER:
        return "greeting"
    if ask.message.kind is MessageKind.OTHER:
        return "media" if ask.message.attached else "unreadable"
    text = folded(ask.reading.text).strip()
    if not any(mark.isalnum() for mark in text) and ask.message.attached:
        return "media"
    if not text:
        if ask.message.kind is MessageKind.VOICE:
            return "unheard"
        return "help" if _MENTION & set(ask.message.text) else "empty"
    found = first(SMALL_TALK, text)
    if found:
        return found
    return "out_of_scope" if any(mark.isalnum() for mark in text) else "emoji"
