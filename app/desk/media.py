"""What photos and files belong to: what the words beside, before or after them are about."""

from collections.abc import Sequence
from datetime import datetime

from app import policy
from app.intents.words import tickets
from app.ports import Facts
from app.records.action import AttachMedia, LookUp, OpenCase, Settle
from app.records.answer import Say
from app.records.decision import Acted, Approved, Decision, Stage
from app.records.media import MediaKind, MediaLink, MediaState
from app.records.message import Message, MessageKind
from app.records.plant import Person
from app.records.reading import Entities, Intent
from app.records.verdict import Act, Do, Refuse

WORDLESS = frozenset({MessageKind.TEXT, MessageKind.OTHER})
"""Kinds of messages that may have something attached, and no words."""
_SPOKEN = frozenset({MessageKind.TEXT, MessageKind.VOICE})
_NOT_DONE = frozenset({Stage.RECEIVED, Stage.REFUSED, Stage.FAILED, Stage.UNDONE})


def goes_to(facts: Facts, decision: Decision, person: Person, since: datetime) -> Do | None:
    """For a message that says nothing: what it has attached goes to what its sender last spoke of."""
    if not _may_attach(decision.message, person) or decision.id not in facts.loose_media(decision, since):
        return None
    target = _spoken_of(facts, decision, person, since)
    return Do(AttachMedia(target, (decision.id,)), "context") if target else None


def _spoken_of(facts: Facts, decision: Decision, person: Person, since: datetime) -> str:
    """The latest thing that its sender spoke of and may add to, "" for none."""
    for earlier in facts.lately(decision, since):
        said = facts.decision(earlier.ticket)
        target = target_of(said, facts) if said else ""
        if target and may_add(person, target, facts):
            return target
    return ""


def brought(
    facts: Facts, settled: Sequence[Decision], person: Person, since: datetime
) -> AttachMedia | Refuse | None:
    """For words: what was attached to them or shortly before goes to what they are about.

    None where nothing was attached, or the words are about nothing that it could go to.
    """
    first = settled[0]
    if not _may_attach(first.message, person):
        return None
    loose = facts.loose_media(first, since)
    if not loose:
        return None
    targets = sorted(filter(None, (target_of(each, facts) for each in settled)), key=_case_first)
    if first.id in loose and _is_vague(first):
        spoken_of = [_spoken_of(facts, first, person, since)] if _names_nothing(first) else []
        targets = [each for each in targets if each in tickets(first.message.text)] or spoken_of
    target = next(iter(targets), "")
    if not target:
        return None
    if not may_add(person, target, facts):
        return Refuse("no_right", Say("desk.media_no_right", {"target": target}))
    return AttachMedia(target, loose)


def target_of(decision: Decision, facts: Facts) -> str:
    """The case that it opened, what its words name, or itself where it changes something; "" for none."""
    reading, acted, approved = decision.reading, decision.last(Acted), decision.last(Approved)
    action = approved.action if approved else None
    if reading is None or isinstance(action, Settle):
        return ""
    if isinstance(action, OpenCase) and acted is not None:
        return str(acted.say.values.get("made", ""))
    named = _named(decision.message.text, facts)
    if named or decision.stage in _NOT_DONE or reading.intent in {Intent.OTHER, Intent.APPROVAL}:
        return named
    if isinstance(action, LookUp) or not reading.decided:
        return next((order for order in reading.entities.order if facts.order(order)), "")
    return decision.id


def _named(text: str, facts: Facts) -> str:
    """The first case or decision in the words that there is, a case before a decision."""
    found = sorted(tickets(text), key=_case_first)
    return next((each for each in found if facts.case(each) or facts.decision(each)), "")


def _case_first(target: str) -> bool:
    return not target.startswith("Q-")


def _is_vague(decision: Decision) -> bool:
    """Whether words beside a photo have no meaning yet, or none that it could go to."""
    reading = decision.reading
    return reading is None or not reading.decided or reading.intent is Intent.OTHER


def _names_nothing(decision: Decision) -> bool:
    """Whether the words, such as "look", leave open what they are about; a choice may settle the rest."""
    things = decision.reading.entities if decision.reading else Entities()
    return not (things.order or things.item or things.machine or things.decision_id)


def may_add(person: Person, target: str, facts: Facts) -> bool:
    """Whether a person may add to a case or decision; an order takes from everybody who may write."""
    case, decision = facts.case(target), facts.decision(target)
    if case is not None:
        return policy.may_add_to_case(person, case)
    return decision is None or policy.may_undo(person, facts.userid(decision.message.sender))


def _may_attach(message: Message, person: Person) -> bool:
    return policy.may_write(person) and (message.kind in _SPOKEN or message.kind is MessageKind.OTHER)


def accept_media(action: AttachMedia, facts: Facts) -> Act | Refuse:
    """What is said once it is added; a refusal when it went elsewhere since."""
    media = [each for ticket in action.of for each in _own(ticket, facts) if not each.target]
    if not media:
        return Refuse("facts_changed", Say("intents.all.facts_changed"))
    key = "desk.media_added" if len(media) == 1 else "desk.media_added_several"
    return Act(Say(key, {"what": kind_say(media), "n": len(media), "target": action.target}))


def _own(ticket: str, facts: Facts) -> tuple[MediaLink, ...]:
    """What came with a decision's message and is here, or may still come."""
    found = (each for each in facts.media_of(ticket) if each.ticket == ticket)
    return tuple(each for each in found if each.state in {MediaState.KEPT, MediaState.WANTED})


def kind_say(media: Sequence[MediaLink]) -> Say:
    """What they are, in a word."""
    kinds = {each.kind for each in media}
    return Say(f"words.media.{kinds.pop() if len(kinds) == 1 else MediaKind.FILE}")
