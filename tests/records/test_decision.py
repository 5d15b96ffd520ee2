"""The life cycle: no order of steps reaches an effect without a yes, and the key is for the ready alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.action import LookUp, MoveStock, action_hash
from app.records.answer import Say
from app.records.decision import (
    LIFE_CYCLE,
    OPEN_STAGES,
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
    act_key,
)
from app.records.errors import WrongStage
from app.records.message import Language, Message, MessageKind
from app.records.offer import Figures, Offered
from app.records.plant import MovementKind
from app.records.reading import Intent, Layer, Reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAY = Say("x")
ACTIONS = (LookUp("stock"), MoveStock("SS-420", "A", MovementKind.ISSUE, 5.0))
READ = Reading(Intent.OTHER, 1.0, Layer.RULE, decided=True, language=Language.EN, by="r", text="x")
HOLD = Held(NOW, NOW, "approval", SAY, SAY, ACTIONS[1])
STEPS: tuple[Step, ...] = (
    Understood(NOW, READ),
    PlanAsked(NOW, "x"),
    Consulted(NOW, "unread", "answered"),
    PlanMade(NOW, "P-1", "solver", 1.0, HOLD),
    HOLD,
    *(Approved(NOW, "policy:x", action, action_hash(action)) for action in ACTIONS),
    Approved(NOW, "policy:x", ACTIONS[1], "0" * 64),
    Refused(NOW, "policy:x", "no", SAY),
    Acted(NOW, "k", SAY),
    Undone(NOW, "person:x", SAY),
    Failed(NOW, "CH-1", SAY),
    Corrected(NOW, "person:x", Intent.ORDER_STATUS, "chat"),
)
ANY_ORDER = st.lists(st.sampled_from(STEPS), max_size=12)


def fresh() -> Decision:
    return Decision("D-00001", Message("m", "s", None, MessageKind.TEXT, "x", NOW))


def walked(steps: list[Step]) -> list[Decision]:
    """The decision after each step that the table allows."""
    path = [fresh()]
    for step in steps:
        try:
            path.append(path[-1].then(step))
        except WrongStage:
            continue
    return path


@given(ANY_ORDER)
def test_nothing_is_done_without_a_yes_to_exactly_that(steps):
    for decision in walked(steps):
        kinds = [type(step) for step in decision.steps]
        if Acted not in kinds:
            continue
        before = decision.steps[kinds.index(Acted) - 1]
        assert isinstance(before, Approved)
        assert before.digest == action_hash(before.action)


@given(ANY_ORDER)
def test_the_key_is_for_the_ready_alone_and_always_the_same(steps):
    for decision in walked(steps):
        if decision.stage is Stage.READY:
            assert act_key(decision) == act_key(decision)
            assert act_key(decision).startswith("D-00001:")
            continue
        with pytest.raises(WrongStage):
            act_key(decision)


@given(ANY_ORDER)
def test_a_plan_is_never_ready_without_a_person_s_step(steps):
    for decision in walked(steps):
        kinds = [type(step) for step in decision.steps]
        if PlanMade in kinds:
            after = kinds[kinds.index(PlanMade) + 1 :][:1]
            assert after in ([], [Approved], [Refused], [Corrected])
            assert after or decision.stage is Stage.HELD


@given(ANY_ORDER)
def test_what_has_ended_stays_ended(steps):
    for decision in walked(steps):
        if set(LIFE_CYCLE[decision.stage]) == {Corrected}:
            for step in STEPS[:-1]:
                with pytest.raises(WrongStage):
                    decision.then(step)


@given(ANY_ORDER)
def test_a_correction_changes_nothing_but_itself(steps):
    for decision in walked(steps):
        try:
            after = decision.then(STEPS[-1])
        except WrongStage:
            assert decision.stage in OPEN_STAGES
            continue
        assert after == replace(decision, steps=(*decision.steps, STEPS[-1]))


@given(ANY_ORDER)
def test_at_most_one_effect_and_one_yes(steps):
    last = walked(steps)[-1]
    kinds = [type(step) for step in last.steps]
    assert kinds.count(Acted) <= 1
    assert kinds.count(Approved) <= 1


def test_the_table_has_every_stage_and_every_step():
    assert set(LIFE_CYCLE) == set(Stage)
    named = {kind for followers in LIFE_CYCLE.values() for kind in followers}
    assert named == {type(step) for step in STEPS}
    assert Stage.HELD not in OPEN_STAGES


def test_an_approval_of_something_else_is_refused():
    held = fresh().then(STEPS[0]).then(HOLD)
    with pytest.raises(WrongStage, match="does not fit"):
        held.then(Approved(NOW, "person:x", ACTIONS[1], action_hash(ACTIONS[0])))


def test_nothing_runs_that_is_not_held():
    """Neither an action of the right form, nor one that was offered for another decision."""
    other = replace(ACTIONS[1], quantity=6.0)
    held = fresh().then(STEPS[0]).then(HOLD)
    with pytest.raises(WrongStage, match="not what is held"):
        held.then(Approved(NOW, "person:x", other, action_hash(other)))
    figures = Figures(0, 0, 0, 0, 0, 0, 0)
    offers = replace(HOLD, offered=tuple(Offered(("steady",), a, figures) for a in (ACTIONS[1], other)))
    held = fresh().then(STEPS[0]).then(offers)
    for action in (ACTIONS[1], other):
        assert held.then(Approved(NOW, "person:x", action, action_hash(action))).stage is Stage.READY
        assert offers.that_may_run(action_hash(action)) == action
    assert offers.that_may_run("0" * 64) is None


def test_the_key_changes_with_the_action():
    keys = {
        act_key(fresh().then(STEPS[0]).then(Approved(NOW, "p", action, action_hash(action))))
        for action in (*ACTIONS, replace(ACTIONS[1], quantity=6.0))
    }
    assert len(keys) == 3


def test_why_it_waits_is_known_only_while_it_waits():
    understood = fresh().then(STEPS[0])
    held = understood.then(HOLD)
    assert understood.hold is None
    assert held.hold is HOLD
    assert held.then(Refused(NOW, "p", "no", SAY)).hold is None
    planned = understood.then(PlanAsked(NOW, "x")).then(PlanMade(NOW, "P-1", "solver", 1.0, HOLD))
    assert planned.hold is HOLD
    assert fresh().reading is None
    assert held.reading is READ
