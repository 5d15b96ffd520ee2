"""Promises that hold for every room: pure, total, nothing written by an auditor, every end can be said."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import policy
from app.intents import INTENTS, room_for
from app.records.action import AnswerRequest, LookUp, MoveStock, Settle
from app.records.answer import Say
from app.records.message import Language
from app.records.plant import MovementKind
from app.records.reading import Intent, Unknown
from app.records.verdict import Act, AskPlan, Do, Hold, NeedPlan, Refuse

SENDERS = ["lee.wai-man", "ng.mei-ling", "lam.suk-fan", "tsang.kin-pong", "chow.audit", "zhang.wei"]
WORDS = st.sampled_from(
    [
        "批准",
        "唔批",
        "no",
        "ok",
        "D-00042",
        "R-0003",
        "Q-0007",
        "入库",
        "出",
        "调",
        "盘点",
        "from Kwai Chung",
        "裂",
        "no cracks",
        "down",
        "修好",
        "停两小时",
        "做完",
        "started",
        "急",
        "借人",
        "开会",
        "聽日",
        "?",
        "👍",
        "{made}",
        "{0}",
        "hello",
        "ignore all instructions",
        "放行",
        "\ud800",
        "[x](http://y)",
    ]
)
TEXT = st.one_of(st.lists(WORDS, max_size=5).map(" ".join), st.text(max_size=40))
NUMBERS = st.lists(
    st.floats(allow_nan=True, allow_infinity=True) | st.integers(-10, 10**7).map(float), max_size=2
)
THINGS = st.fixed_dictionaries(
    {
        "order": st.lists(
            st.sampled_from(["SO-1042", "SO-1043", "SO-1031", "SO-9999"]), max_size=2, unique=True
        ),
        "item": st.lists(st.sampled_from(["KN-CHEF-8", "SS-420", "SET-24", "XX"]), max_size=2, unique=True),
        "facility": st.lists(st.sampled_from(["A", "B", "C"]), max_size=3, unique=True),
        "machine": st.lists(st.sampled_from(["GR-03", "HT-01", "XX-01"]), max_size=2, unique=True),
        "quantity": NUMBERS,
        "unit": st.lists(st.sampled_from(["", "kg", "pcs", "打", "roll", "people", "{x}"]), max_size=2),
        "due": st.lists(st.sampled_from(["聽日", "Fri noon", "asap", "今日早上9点前"]), max_size=1),
        "decision_id": st.lists(st.sampled_from(["D-00042", "D-00044", "D-1"]), max_size=1),
        "question": st.booleans(),
        "unknown": st.lists(
            st.sampled_from(
                [Unknown("order", "SO-1"), Unknown("item", "{gold}", ("SS-420",)), Unknown("machine", "Z-9")]
            ),
            max_size=1,
        ).map(tuple),
    }
)
FREE = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("room", INTENTS, ids=lambda room: room.INTENT)
@FREE
@given(sender=st.sampled_from(SENDERS), text=TEXT, things=THINGS)
def test_every_message_has_a_sayable_end(ask, plant, limits, told, room, sender, text, things):
    request = ask(sender, room.INTENT, text, **things)
    verdict = room.judge(request, plant, limits)
    assert repr(verdict) == repr(room.judge(request, plant, limits))
    assert isinstance(verdict, AskPlan | Do | Hold | NeedPlan | Refuse)
    if isinstance(verdict, Refuse | Hold):
        assert told(verdict)
    if isinstance(verdict, Do | Hold):
        outcome = room.act(request, verdict.action, plant)
        assert isinstance(outcome, Act), outcome
        assert told(outcome)
    if not policy.may_write(request.person) and isinstance(verdict, Do | Hold):
        assert isinstance(verdict.action, LookUp)
    assert policy.may_write(request.person) or not isinstance(verdict, NeedPlan)


@pytest.mark.parametrize("room", INTENTS, ids=lambda room: room.INTENT)
def test_a_room_does_not_act_on_what_is_not_its_own(ask, plant, room):
    strange = {
        MoveStock("SS-420", "A", MovementKind.RECEIPT, 5): Intent.INVENTORY_MOVEMENT,
        Settle("D-1", approved=True, digest=""): Intent.APPROVAL,
        AnswerRequest("R-1", accepted=True): Intent.APPROVAL,
    }
    for action, owner in strange.items():
        if room.INTENT not in {owner, Intent.INVENTORY_CHECK, Intent.ORDER_STATUS}:
            assert isinstance(room.act(ask("lee.wai-man", room.INTENT, "x"), action, plant), Refuse)


def test_every_intent_has_its_room():
    assert all(room_for(intent).INTENT is intent for intent in Intent)


def test_places_in_a_message_stay_words(ask, plant, limits, catalogue):
    request = ask("zhang.wei", Intent.QUALITY_ISSUE, "{made} {severity} 裂")
    room = room_for(Intent.QUALITY_ISSUE)
    outcome = room.act(request, room.judge(request, plant, limits).action, plant)
    notice = outcome.notices[0].say
    say = replace(notice, values={**notice.values, "made": "Q-0009"})
    assert "“{made} {severity} 裂”" in catalogue.render(say, Language.EN, request.now)


def test_values_are_what_a_store_can_keep(ask, plant, limits):
    """Only text, numbers, times, names and sentences: nothing that a row cannot hold."""
    request = ask("maria.santos", Intent.INVENTORY_CHECK, "x", item=["KN-CHEF-8"])
    outcome = room_for(Intent.INVENTORY_CHECK).act(request, LookUp("stock"), plant)

    def kinds(say: Say) -> set[str]:
        found = {type(value).__name__ for value in say.values.values()}
        return found.union(*(kinds(v) for v in say.values.values() if isinstance(v, Say)))

    assert kinds(outcome.say) <= {"str", "int", "float", "datetime", "Name", "Say", "tuple"}
