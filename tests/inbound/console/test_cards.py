"""Decisions as the console shows them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.inbound.console.cards import Teller, action_of, card_of, detail_of, row_of, transcript_of
from app.records.action import MoveStock, OpenCase, PublishPlan, SetMachine, action_hash, digest_of
from app.records.answer import Say
from app.records.decision import Acted, Approved, Decision, Held, Refused, Stage, Understood
from app.records.message import Language, Message, MessageKind
from app.records.offer import Figures, Offered
from app.records.plant import MachineState, MovementKind, Role, Severity
from app.records.reading import Intent, Layer, Reading
from app.records.socket import Answer, CardDetail, read_said, shape, to_line
from app.records.views import Kept

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MOVE = MoveStock("SC-M6", "A", MovementKind.RECEIPT, 600.0)
TELLER = Teller(
    say=lambda say: say.key,
    name=lambda userid: {"lee": "李偉文"}.get(userid, userid),
    facility=lambda userid: {"chan": "A"}.get(userid, ""),
    reversible=lambda action: isinstance(action, MoveStock),
)
READING = Reading(Intent.INVENTORY_MOVEMENT, 0.9, Layer.RULE, True, Language.HANT, "r1", "x")


def held(action: object = MOVE) -> Decision:
    message = Message("m1", "chan", None, MessageKind.TEXT, "收咗600", NOW)
    until, roles = NOW + timedelta(hours=1), (Role.SUPERVISOR,)
    hold = Held(NOW, until, "approval", Say("why"), Say("do"), action, roles, "A")  # type: ignore[arg-type]
    return Decision("D-00042", message).then(Understood(NOW, READING, 0.25)).then(hold)


def done() -> Decision:
    approved = Approved(NOW, "person:lee", MOVE, action_hash(MOVE))
    return held().then(approved).then(Acted(NOW, "k", Say("did")))


def test_a_held_card_says_until_when_and_who_may() -> None:
    card = card_of(held(), TELLER)
    assert (card.until, card.roles, card.may_facility) == (NOW + timedelta(hours=1), (Role.SUPERVISOR,), "A")
    assert (card.proposal, card.why, card.cost_cny, card.undoable) == ("do", "why", 0.25, False)


def test_a_done_card_says_who_settled_it_and_that_it_can_be_undone() -> None:
    card = card_of(done(), TELLER)
    assert (card.stage, card.proposal, card.settled_by, card.undoable, card.until) == (
        Stage.DONE, "did", "李偉文", True, None,
    )  # fmt: skip


def test_a_refused_card_says_why() -> None:
    card = card_of(held().then(Refused(NOW, "policy:wait", "expired", Say("late"))), TELLER)
    assert (card.proposal, card.settled_by) == ("late", "policy:wait")


def test_the_hash_of_what_travelled_is_the_hash_that_is_approved() -> None:
    actions = (
        MOVE,
        OpenCase("B", "裂\u200b紋", Severity.MAJOR, "liu", hold_quantity=0.1),
        SetMachine("GR-03", MachineState.DOWN, NOW),
    )
    for action in actions:
        line = to_line(Answer(1, ok=True, result=detail_of(held(action), "", TELLER)))
        answer = read_said(line)
        assert isinstance(answer, Answer)
        shown = shape(answer.result, CardDetail).action
        assert digest_of(shown) == action_hash(action)


def test_options_travel_with_their_numbers_and_each_with_its_hash() -> None:
    plans = [PublishPlan(f"P-{n}", str(n)) for n in (1, 2)]
    numbers = [Figures(n, 60, 3, 41, 7, 105, 30) for n in (1, 2)]
    offered = tuple(Offered(("steady",), p, f) for p, f in zip(plans, numbers, strict=True))
    waiting = held(plans[1])
    hold = replace(waiting.steps[-1], offered=offered)  # type: ignore[type-var]
    waiting = replace(waiting, steps=(*waiting.steps[:-1], hold))
    answer = read_said(to_line(Answer(1, ok=True, result=detail_of(waiting, "", TELLER))))
    assert isinstance(answer, Answer)
    shown = shape(answer.result, CardDetail)
    assert [digest_of(choice.action) for choice in shown.choices] == [action_hash(plan) for plan in plans]
    assert [choice.figures for choice in shown.choices] == numbers
    assert shown.action == shown.choices[1].action
    ended = waiting.then(Refused(NOW, "person:lee", "no", Say("no")))
    assert detail_of(ended, "", TELLER).choices == ()


def test_every_step_of_a_life_has_a_row() -> None:
    detail = detail_of(done(), "ok", TELLER)
    assert [step.kind for step in detail.steps] == ["understood", "held", "approved", "acted"]
    assert detail.steps[2].by == "李偉文"
    assert detail.reversible
    assert action_of(done()) == MOVE


def test_a_message_row_tells_delivered_unknown_and_undelivered_apart() -> None:
    sent = Kept(done(), "好", NOW + timedelta(milliseconds=38))
    assert (row_of(sent, TELLER).delivered, row_of(sent, TELLER).reply_ms) == (True, 38.0)
    assert row_of(Kept(done()), TELLER).delivered is None
    assert row_of(Kept(done(), undelivered=True), TELLER).delivered is False


def test_the_transcript_is_the_whole_text() -> None:
    message = replace(done().message, text="長" * 9_000)
    assert len(transcript_of(Kept(replace(done(), message=message))).text) == 9_000


def test_half_characters_travel_as_question_marks() -> None:
    message = replace(done().message, text="a\ud800b")
    line = to_line(row_of(Kept(replace(done(), message=message)), TELLER))
    assert json.loads(line)["words"] == "a?b"
