"""The cloud's double understands wishes by keywords and proposes plans that are as good as its mood."""

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.doubles.cloud import CloudDouble
from app.doubles.cloud.asked import question_of
from app.doubles.cloud.bending import Bent
from app.doubles.cloud.placing import schedule
from app.doubles.cloud.wishes import understand
from app.records import wish_form
from tests.doubles.cloud_asking import HORIZON, KNOWN, QUESTION, Heard, body, flaws, hear, question


def asked_of(text: str) -> Any:
    found = question_of([{"role": "user", "content": json.dumps(question(text))}])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("please expedite J1, customer needs it by Friday noon", ["expedite"]),
        ("J1、J2都要加急", ["expedite", "expedite"]),
        ("J1要趕呀，後日要出貨", ["expedite"]),
        ("J1 排喺 J2 前面", ["before"]),
        ("run J2 after J1", ["before"]),
        ("J2等J1做完再开工", ["before"]),
        ("swap J1 and J2", ["swap"]),
        ("J1同J2對調", ["swap"]),
        ("J1唔好擺落M1度做", ["avoid"]),
        ("M1周四不要排产", ["avoid"]),
        ("don't use M2 on Thursday", ["avoid"]),
        ("M1 is down tomorrow", ["unavailable"]),
        ("H1後日唔返工", ["unavailable"]),
        ("K1 is short of 2 people tomorrow", ["unavailable"]),
        ("J1押後到禮拜五", ["postpone"]),
        ("postpone J2 until Wednesday", ["postpone"]),
        ("J1拆三批做啦", ["split"]),
        ("J1盡量喺S1做啦", ["prefer"]),
        ("F1 only in S2", ["prefer"]),
        ("S1加班不能超过1小时", ["cap_overtime"]),
        ("no overtime", ["cap_overtime"]),
        ("J1 priority 5", ["priority"]),
        ("freeze J1 and J2", ["freeze"]),
        ("今個星期嘅排期鎖死佢", ["freeze"]),
        ("J1转去M2做", ["pin"]),
        ("如果J1同J2對調會點樣？", ["what_if"]),
        ("what if we expedite J1?", ["what_if"]),
        ("J1加急, 另外M1明天停机, no overtime at S1", ["expedite", "unavailable", "cap_overtime"]),
        ("早晨", []),
    ],
)
def test_wishes_are_understood_in_three_scripts(text: str, kinds: list[str]) -> None:
    forms = understand(text, asked_of(text))
    assert [form["kind"] for form in forms] == kinds
    assert len(wish_form.parse(json.dumps(forms), KNOWN)) == len(kinds)


def test_who_and_when_are_read_with_the_offset_of_the_origin() -> None:
    [expedite] = understand("1嗰張J1好急，聽日下晝三點前要", asked_of(""))
    assert expedite == {"kind": "expedite", "order": "J1", "by": "2026-11-24T15:00:00+08:00"}
    [after] = understand("J1 after J2", asked_of(""))
    assert after == {"kind": "before", "order": "J2", "then": "J1"}
    [split] = understand("split J1 into 3 lots", asked_of(""))
    assert split["lots"] == 3


async def test_what_was_understood_before_stands_where_words_may_not_leave() -> None:
    form = {"kind": "swap", "order": "J1", "other": "J2"}
    asked = question(wishes=[{"wish": "W1", "text": None, "understood": [form]}])
    async with CloudDouble() as double:
        assert (await hear(double, body(asked=asked))).answer["answers"][0]["wishes"] == [form]
        [unclear] = (await hear(double, body(asked=question("好天氣")))).answer["answers"]
    assert unclear == {"wish": "W1", "status": "unclear", "wishes": [], "places": []}


async def test_wishes_shape_the_plan() -> None:
    async with CloudDouble() as double:
        expedited = await hear(double, body(asked=question("expedite J2")))
        postponed = await hear(double, body(asked=question("postpone J3 until Friday")))
        avoided = await hear(double, body(asked=question("J2唔好擺落M3度做")))
    assert expedited.places[0][0] == "J2"
    friday = int((datetime(2026, 11, 27) - datetime(2026, 11, 23, 8)).total_seconds() // 60)  # noqa: DTZ001
    assert all(place[4] >= friday for place in postponed.places if place[0] == "J3")
    assert not [place for place in avoided.places if place[0] == "J2" and place[3] == "M3"]
    assert not flaws(QUESTION, postponed.places) | flaws(QUESTION, avoided.places)


_SPANS = st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 300)), max_size=3)
_MINUTES = st.fixed_dictionaries({}, optional={f"M{n}": st.integers(1, 300) for n in (1, 2, 3)}).filter(bool)

_JOBS = st.tuples(st.lists(_MINUTES, min_size=1, max_size=4), st.integers(0, 500))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(_MINUTES, min_size=1, max_size=4), st.integers(0, 500)), min_size=1, max_size=6
    ),
    st.lists(_SPANS, min_size=3, max_size=3),
)
def test_a_good_plan_breaks_nothing(jobs: list[Any], shut: list[Any]) -> None:
    asked = QUESTION | {
        "hours": [[]],
        "machines": [
            [f"M{n}", "S1", 0, [[low, low + size] for low, size in spans]] for n, spans in enumerate(shut, 1)
        ],
        "jobs": [
            [f"J{n}", 1, None, None, None, 900, 1, earliest,
             [[at, [list(each) for each in options.items()], None, 0] for at, options in enumerate(steps)]]
            for n, (steps, earliest) in enumerate(jobs)
        ],
    }  # fmt: skip
    found = question_of([{"role": "user", "content": json.dumps(asked)}])
    assert found is not None
    assert not flaws(asked, schedule(found, Bent()))


async def test_moods_make_plans_good_and_bad() -> None:
    heard: dict[str, list[Heard]] = {}
    async with CloudDouble(seed=3) as double:
        for mood in ("good", "infeasible", "hallucinated", "stale", "none", "mixed"):
            double.mood = mood
            asked = [question("expedite J2", tag=f"{n:012d}") for n in range(12)]
            heard[mood] = [await hear(double, body(asked=each, stream=False)) for each in asked]
    broken = [flaws(QUESTION, each.places) for each in heard["infeasible"]]
    assert all(broken)
    assert set().union(*broken) >= {"overlap", "order", "options", "blocked"}
    assert all(flaws(QUESTION, each.places) & {"jobs", "options"} for each in heard["hallucinated"])
    assert not any(flaws(QUESTION, each.places) for each in (*heard["good"], *heard["stale"]))
    assert all(each.answer["tag"] == "0" * 12 for each in heard["stale"])
    assert all(each.places == [] for each in heard["none"])
    assert len({bool(each.places) and bool(flaws(QUESTION, each.places)) for each in heard["mixed"]}) == 2


async def test_a_seed_decides() -> None:
    said = []
    for seed in (1, 1, 2):
        async with CloudDouble(seed=seed, mood="infeasible") as double:
            asked = [body(asked=question("expedite J2", horizon=HORIZON + n)) for n in range(6)]
            said.append([(await hear(double, each)).content for each in asked])
    assert said[0] == said[1] != said[2]
