"""Which option a yes means, as people write it in four ways."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.intents.choosing import chosen, option_in
from app.intents.words import folded
from app.records.action import PublishPlan
from app.records.answer import Say
from app.records.decision import Held
from app.records.offer import Figures, Offered

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLANS = [PublishPlan(f"P-{n}", str(n)) for n in (1, 2, 3)]
FIGURES = Figures(0, 0, 0, 0, 0, 0, 0)
OFFERED = tuple(
    Offered((course,), plan, FIGURES)
    for course, plan in zip(("steady", "balanced", "on_time"), PLANS, strict=True)
)
HOLD = Held(NOW, NOW, "approval", Say("k"), Say("k"), PLANS[1], offered=OFFERED)
PLAIN = replace(HOLD, offered=())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("選 1", 1),
        ("揀3", 3),
        ("选2号方案", 2),
        ("選擇方案二", 2),
        ("第一個方案", 1),
        ("批准 選 3", 3),
        ("option 1", 1),
        ("go with option three", 3),
        ("I choose the second option", 2),
        ("approve #1", 1),
        ("批准 3", 3),
        ("OK 2", 2),
        ("option 9", 9),
        ("批准", 0),
        ("approve, start at 3pm", 0),
        ("同意,下午2點開始", 0),
        ("option 12", 0),
        ("option_2", 2),
        ("第 3", 3),
        ("批准第二批貨", 0),
    ],
)
def test_a_number_is_found_where_one_is_meant(text, number):
    assert option_in(folded(text)) == number


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("選 1", PLANS[0]),
        ("批准", PLANS[1]),
        ("approve", PLANS[1]),
        ("批准 3", PLANS[2]),
        ("option 4", None),
        ("approve the on-time one", PLANS[2]),
        ("批准少變動嗰個", PLANS[0]),
        ("同意準時方案", PLANS[2]),
        ("approve the steady or the balanced one", None),
    ],
)
def test_the_option_that_is_meant_is_taken_or_none(text, plan):
    assert chosen(folded(text), HOLD) == plan


def test_where_nothing_is_offered_a_choice_alone_says_nothing():
    assert chosen(folded("批准"), PLAIN) == PLANS[1]
    assert chosen(folded("批准 2"), PLAIN) == PLANS[1]
    assert chosen(folded("選 2"), PLAIN) is None
