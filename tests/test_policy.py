"""Each rule of who may do what, and of how far the appliance may act alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import policy
from app.records.answer import Say
from app.records.decision import Held
from app.records.message import Language
from app.records.plant import Machine, MachineState, Name, Person, Request, RequestState, Role
from app.records.reading import Intent
from app.settings import Limits

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LIMITS = Limits()


def person(role: Role, facility: str = "A", userid: str = "somebody") -> Person:
    return Person(userid, "Somebody", facility, role, Language.EN)


HOLD = Held(NOW, NOW, "approval", Say("x"), Say("y"), None, (Role.SUPERVISOR,), "A")
REQUEST = Request("R-0001", "people", "x", "B", "A", "asker", "lead", RequestState.WAITING, NOW)
MACHINE = Machine("ST-01", Name("x", "x", "x"), "stamping", "A", (), "day", MachineState.RUNNING, NOW)


@pytest.mark.parametrize("role", list(Role))
def test_only_auditors_change_nothing(role):
    assert policy.may_write(person(role)) is (role is not Role.AUDITOR)


def test_what_changes_something_needs_the_higher_confidence():
    assert set(Intent) - policy.WRITES == {Intent.ORDER_STATUS, Intent.INVENTORY_CHECK, Intent.OTHER}


@pytest.mark.parametrize(
    ("who", "hold", "code"),
    [
        (person(Role.SUPERVISOR), HOLD, ""),
        (person(Role.SUPERVISOR, userid="asker"), HOLD, "own_request"),
        (person(Role.SUPERVISOR, "B"), HOLD, "wrong_facility"),
        (person(Role.SUPERVISOR, "B"), replace(HOLD, facility=None), ""),
        (person(Role.PLANNER), HOLD, "wrong_role"),
        (person(Role.PLANNER, "B"), replace(HOLD, roles=(Role.PLANNER,)), ""),
        (person(Role.OPERATOR), HOLD, "wrong_role"),
        (person(Role.QUALITY), HOLD, "wrong_role"),
        (person(Role.IT), HOLD, "wrong_role"),
        (person(Role.AUDITOR), HOLD, "wrong_role"),
        (person(Role.OPERATOR, userid="asker"), replace(HOLD, reason="unclear"), ""),
        (person(Role.SUPERVISOR), replace(HOLD, reason="unclear"), "not_yours"),
    ],
)
def test_who_may_approve(who, hold, code):
    assert policy.why_not_approve(who, hold, "asker") == code


@pytest.mark.parametrize(
    ("who", "request_", "code"),
    [
        (person(Role.OPERATOR, userid="lead"), REQUEST, ""),
        (person(Role.SUPERVISOR), REQUEST, ""),
        (person(Role.PLANNER, "C"), REQUEST, ""),
        (person(Role.SUPERVISOR, "C"), REQUEST, "wrong_facility"),
        (person(Role.OPERATOR), REQUEST, "wrong_role"),
        (person(Role.AUDITOR), REQUEST, "wrong_role"),
        (person(Role.SUPERVISOR, userid="asker"), REQUEST, "own_request"),
        (person(Role.SUPERVISOR, userid="lead"), replace(REQUEST, asked_by="lead"), "own_request"),
        (person(Role.SUPERVISOR), replace(REQUEST, state=RequestState.DECLINED), "not_waiting"),
    ],
)
def test_who_may_answer_a_request(who, request_, code):
    assert policy.why_not_answer(who, request_) == code


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (person(Role.OPERATOR, userid="asker"), True),
        (person(Role.SUPERVISOR), True),
        (person(Role.PLANNER), True),
        (person(Role.OPERATOR), False),
        (person(Role.QUALITY), False),
        (person(Role.AUDITOR), False),
    ],
)
def test_who_may_take_back(who, may):
    assert policy.may_undo(who, "asker") is may


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        (person(Role.OPERATOR), (Role.SUPERVISOR,)),
        (person(Role.SUPERVISOR, "B"), (Role.SUPERVISOR,)),
        (person(Role.SUPERVISOR, "A"), (Role.SUPERVISOR, Role.PLANNER)),
        (person(Role.PLANNER, "A"), (Role.SUPERVISOR,)),
    ],
)
def test_who_is_asked_for_a_facility(who, roles):
    assert policy.approvers(who, "A") == roles


@given(asker=st.sampled_from(Role), site=st.sampled_from("AB"))
def test_somebody_else_can_always_say_yes(asker, site):
    """Whoever asks, one of those who are asked may approve: no request waits for nobody."""
    requester = person(asker, site, "asker")
    hold = replace(HOLD, roles=policy.approvers(requester, "A"))
    others = [person(Role.PLANNER, "C", "planner")]
    if not (asker is Role.SUPERVISOR and site == "A"):
        others.append(person(Role.SUPERVISOR, "A", "lead"))
    assert any(not policy.why_not_approve(each, hold, "asker") for each in others)


@pytest.mark.parametrize(
    ("quantity", "alone"), [(500, True), (500.01, False), (0.001, True), (0, False), (-1, False)]
)
def test_how_much_is_moved_alone(quantity, alone):
    assert policy.movement_alone(quantity, LIMITS) is alone


@pytest.mark.parametrize(
    ("booked", "counted", "alone"),
    [(100, 95, True), (100, 105, True), (100, 94, False), (100, 106, False), (0, 0, True), (0, 1, False)],
)
def test_which_counts_are_booked_alone(booked, counted, alone):
    assert policy.count_alone(booked, counted, LIMITS) is alone


@pytest.mark.parametrize(("total", "alone"), [(600, True), (660, True), (661, False)])
def test_how_much_too_much_is_booked_alone(total, alone):
    assert policy.progress_alone(600, total, LIMITS) is alone


@pytest.mark.parametrize(
    ("who", "alone"),
    [
        (person(Role.OPERATOR, "A"), True),
        (person(Role.OPERATOR, "B"), False),
        (person(Role.SUPERVISOR, "B"), False),
        (person(Role.PLANNER, "B"), True),
    ],
)
def test_whose_word_about_a_machine_counts(who, alone):
    assert policy.machine_alone(who, MACHINE) is alone


@pytest.mark.parametrize(
    ("quantity", "sane"), [(1e6, True), (1e6 + 1, False), (-2e6, False), (float("inf"), False)]
)
def test_which_figures_can_be_meant(quantity, sane):
    assert policy.sane(quantity, LIMITS) is sane
