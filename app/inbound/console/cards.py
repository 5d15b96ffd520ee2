"""Decisions as the console shows them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.ports import Facts
from app.records.action import Action
from app.records.answer import Say
from app.records.board import Card, CardDetail, Choice, MessageRow, StepRow, Transcript
from app.records.decision import (
    Acted,
    Approved,
    Consulted,
    Corrected,
    Decision,
    Failed,
    Held,
    PlanAsked,
    PlanMade,
    Refused,
    Stage,
    Step,
    Understood,
    Undone,
    cost_of,
    layer_of,
)
from app.records.media import MediaLink
from app.records.message import Message, MessageKind
from app.records.reading import Layer
from app.records.views import Kept

WORDS_MAX = 2_000
"""Characters of a message that a console is given."""


@dataclass(frozen=True, slots=True)
class Teller:
    """How to say things to one reader: sentences, people's names, and which actions have a reverse.

    `facility` gives the facility code of a userid; names and facilities of unknown ids are theirs
    to choose, such as the id itself and "".
    """

    say: Callable[[Say], str]
    name: Callable[[str], str]
    facility: Callable[[str], str]
    reversible: Callable[[Action], bool]


def card_of(decision: Decision, teller: Teller) -> Card:
    """A decision on one line."""
    message, reading, hold = decision.message, decision.reading, _latest_hold(decision)
    return Card(
        decision=decision.id,
        stage=decision.stage,
        facility=teller.facility(message.sender),
        sender=message.sender,
        sender_name=teller.name(message.sender),
        asked_at=message.received_at,
        words=_words(message, teller),
        proposal=_proposal(decision, hold, teller),
        why=teller.say(hold.why) if hold else "",
        reason=hold.reason if hold else "",
        until=hold.until if hold and decision.stage is Stage.HELD else None,
        undoable=_undoable(decision, teller),
        intent=reading.intent if reading else None,
        layer=layer_of(decision),
        confidence=reading.confidence if reading else None,
        roles=hold.roles if hold else (),
        may_facility=hold.facility if hold else None,
        cost_cny=cost_of(decision),
        settled_by=_settled_by(decision, teller),
    )


def detail_of(
    decision: Decision, reply: str, teller: Teller, media: tuple[MediaLink, ...] = ()
) -> CardDetail:
    """A decision in full; `reply` is the answer its sender got, "" when none yet."""
    action, made = action_of(decision), decision.last(PlanMade)
    return CardDetail(
        card=card_of(decision, teller),
        steps=tuple(_row(step, teller) for step in decision.steps),
        action=_plain(action) if action else None,
        reversible=bool(action and teller.reversible(action)),
        reply=reply,
        choices=_choices(decision.hold),
        contenders=made.contenders if made else (),
        media=media,
    )


def _choices(hold: Held | None) -> tuple[Choice, ...]:
    offered = hold.offered if hold else ()
    return tuple(Choice(each.courses, each.figures, _plain(each.action)) for each in offered)


def action_of(decision: Decision) -> Action | None:
    """What ran, or what would run once approved; None when there is nothing to run."""
    approved, hold = decision.last(Approved), _latest_hold(decision)
    return approved.action if approved else hold.action if hold else None


def media_about(facts: Facts, decision: Decision) -> tuple[MediaLink, ...]:
    """What came with a decision's message, was added to it, or to the case that it opened."""
    acted = decision.last(Acted)
    made = str(acted.say.values.get("made", "")) if acted else ""
    found = (*facts.media_of(decision.id), *(facts.media_of(made) if made else ()))
    return tuple(dict.fromkeys(found))


def row_of(kept: Kept, teller: Teller, up: int = 0, down: int = 0) -> MessageRow:
    """A message with the end its sender got and the votes on it, on one line."""
    decision, message, reading = kept.decision, kept.decision.message, kept.decision.reading
    return MessageRow(
        msgid=message.msgid,
        decision=decision.id,
        at=message.received_at,
        sender=message.sender,
        sender_name=teller.name(message.sender),
        facility=teller.facility(message.sender),
        words=_words(message, teller),
        stage=decision.stage,
        chat=message.chat,
        intent=reading.intent if reading else None,
        layer=layer_of(decision),
        confidence=reading.confidence if reading else None,
        reply=kept.reply,
        reply_ms=reply_ms(kept),
        delivered=False if kept.undelivered else True if kept.sent_at else None,
        media=kept.media,
        up=up,
        down=down,
        code=_code(decision),
    )


def _code(decision: Decision) -> str:
    """Why it was refused or failed, "" otherwise; a lesson may follow."""
    if decision.stage not in {Stage.REFUSED, Stage.FAILED}:
        return ""
    return next((s.code for s in reversed(decision.steps) if isinstance(s, Refused | Failed)), "")


def _words(message: Message, teller: Teller) -> str:
    """The message's words; of a vote, what was voted."""
    if message.kind is MessageKind.FEEDBACK:
        vote = message.text or "asked"
        return teller.say(Say(f"desk.voted.{vote}", {"ticket": message.refers_to[:40]}))
    return message.shown[:WORDS_MAX]


def transcript_of(kept: Kept) -> Transcript:
    """A message with the end its sender got, in the contract's transcript fields."""
    decision, message, reading = kept.decision, kept.decision.message, kept.decision.reading
    return Transcript(
        msgid=message.msgid,
        sender=message.sender,
        chat=message.chat,
        text=message.shown,
        intent=str(reading.intent) if reading else "",
        layer=str(layer_of(decision) or ""),
        stage=decision.stage,
        reply=kept.reply,
        reply_ms=reply_ms(kept),
        decision_id=decision.id,
    )


def reply_ms(kept: Kept) -> float | None:
    """Milliseconds from the frame's arrival to the answer's last frame, None before that."""
    if kept.sent_at is None:
        return None
    return (kept.sent_at - kept.decision.message.received_at).total_seconds() * 1000


def _latest_hold(decision: Decision) -> Held | None:
    made = decision.last(PlanMade)
    return made.hold if made else decision.last(Held)


def _proposal(decision: Decision, hold: Held | None, teller: Teller) -> str:
    ended = decision.last(Undone) or decision.last(Acted) or decision.last(Failed) or decision.last(Refused)
    if ended is not None:
        return teller.say(ended.say)
    return teller.say(hold.proposal) if hold else ""


def _undoable(decision: Decision, teller: Teller) -> bool:
    action = action_of(decision)
    return decision.stage is Stage.DONE and action is not None and teller.reversible(action)


def _settled_by(decision: Decision, teller: Teller) -> str:
    step = decision.last(Refused) or decision.last(Approved)
    return _who(step.by, teller) if step else ""


def _who(by: str, teller: Teller) -> str:
    kind, _, rest = by.partition(":")
    return teller.name(rest) if kind == "person" else by


def _plain(action: Action) -> dict[str, Any]:
    """The fields as canonical JSON has them, so that a reader's own hash of them is the action's."""
    fields: dict[str, Any] = _as_json(asdict(action))
    return fields


def _as_json(value: Any) -> Any:
    match value:
        case dict():
            return {key: _as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [_as_json(each) for each in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def _row(step: Step, teller: Teller) -> StepRow:
    match step:
        case Understood(at=at, reading=reading, cost_cny=cost):
            return StepRow(at, step.kind, reading.by, "", reading.intent, reading.layer,
                           reading.confidence, cost)  # fmt: skip
        case PlanAsked() | Consulted() | PlanMade():
            return _plan_row(step, teller)
        case Held(at=at, why=why, proposal=proposal):
            return StepRow(at, step.kind, "", f"{teller.say(proposal)} ({teller.say(why)})")
        case Approved(at=at, by=by, action=action, digest=digest):
            return StepRow(at, step.kind, _who(by, teller), f"{action.kind} {digest[:12]}")
        case Acted(at=at, key=key, say=say):
            return StepRow(at, step.kind, key, teller.say(say))
        case Failed(at=at, code=code, say=say):
            return StepRow(at, step.kind, code, teller.say(say))
        case Corrected(at=at, by=by, intent=intent, source=source):
            return StepRow(at, step.kind, _who(by, teller), source, intent, Layer.PERSON, 1.0)
        case Refused(at=at, by=by, say=say) | Undone(at=at, by=by, say=say):
            return StepRow(at, step.kind, _who(by, teller), teller.say(say))


def _plan_row(step: PlanAsked | Consulted | PlanMade, teller: Teller) -> StepRow:
    match step:
        case PlanAsked(words=words):
            return StepRow(step.at, step.kind, "", words[:WORDS_MAX])
        case Consulted(because=because, outcome=outcome, model=model, cost_cny=cost):
            return StepRow(step.at, step.kind, model, f"{because}: {outcome}", cost_cny=cost)
        case PlanMade(plan=plan, by=by, hold=hold):
            return StepRow(step.at, step.kind, by, f"{plan}: {teller.say(hold.proposal)}")
