"""Every sentence in four languages, and what they say in shops where it is known."""

import ast
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.planning.why.capable import Capable
from app.planning.why.chain import Cause, Chain, Link
from app.planning.why.changes import (
    AlsoOn,
    BackBy,
    Behind,
    DueTo,
    OneMore,
    OpenLonger,
    ReceiptBy,
    Replan,
    StartBy,
)
from app.planning.why.freeing import Freed, Freeing
from app.planning.why.measure import Measure
from app.planning.why.promise import Promise
from app.planning.why.promising import told_capable, told_promise
from app.planning.why.telling import told_change, told_freeing, told_late
from app.records.answer import Catalogue, Say, places
from app.records.message import Language
from app.records.scheduling import Crew, Job, Material, Problem, Resource, Task

ROOT = Path(__file__).parents[3]
ANSWERS = ROOT / "config" / "answers"
OWN = tomllib.loads((ANSWERS / "why.toml").read_text(encoding="utf-8"))
ALL = OWN | tomllib.loads((ANSWERS / "planning.toml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORDS = Catalogue(ALL, ZoneInfo("Asia/Hong_Kong"))

TASKS = (Task(((0, 1),)), Task(((1, 1),)))
PROBLEM = Problem(
    "t", "total_weighted_tardiness", (Resource("P-1"), Resource("P-2", crew=0)),
    tuple(Job(f"SO-{n}", TASKS, due=60) for n in (1042, 1043, 1044, 1045, 1046)), unit_s=600,
    crews=(Crew("polishers", ((0, 1),)),), materials=(Material("SS-420"),),
)  # fmt: skip
MEASURE = Measure(PROBLEM, NOW)


def said(say: Say, language: Language = Language.EN) -> str:
    return WORDS.render(say, language, NOW)


def chain(*links: Link, alone: int = 10) -> Chain:
    return Chain(0, 0, 60, 90, links, links, alone)


def test_keys_used_and_keys_written_are_the_same():
    used = {f"why.cause.{cause}" for cause in Cause}
    for file in [*(ROOT / "app" / "planning" / "why").glob("*.py"), *(ROOT / "app" / "desk").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used |= {node.value} if re.fullmatch(r"why\.[a-z_.]*[a-z]", node.value) else set()
    assert used == set(OWN)


@pytest.mark.parametrize("key", sorted(OWN))
def test_four_languages_with_the_same_places(key):
    forms = OWN[key]
    assert set(forms) == set(Language)
    assert len({places(text) for text in forms.values()}) == 1
    assert all(text.strip() for text in forms.values())


def test_traditional_and_cantonese_hold_no_simplified_sign():
    signs = set("这张单从计划总时间迟个说为还后开动业订误办让产没过转机将应该现实进图变时长问间样边")
    for key, forms in OWN.items():
        for language in (Language.HANT, Language.YUE):
            assert not signs & set(forms[language]), (key, language)


def test_the_head_cause_names_who_blocks_and_what_comes_then():
    links = (
        Link(Cause.WORK, 0, 30, 0, 0, 0), Link(Cause.QUEUE, 30, 51, 1, 0, 1),
        Link(Cause.SETUP, 51, 63, 0, 1, 1), Link(Cause.WORK, 63, 90, 0, 1, 1),
    )  # fmt: skip
    say = told_late(chain(*links), MEASURE)
    assert said(say) == (
        "SO-1042 is 5 h late: it waits 3.5 h for SO-1043 on P-2, then 2 h of changeover on P-2."
    )
    assert said(say, Language.HANS) == (
        "SO-1042 迟 5 小时：在 P-2 排在 SO-1043 后面，等 3.5 小时，然后在 P-2 换型调机 2 小时。"
    )
    assert said(say, Language.HANT) == (
        "SO-1042 遲 5 小時：在 P-2 排在 SO-1043 之後，要等 3.5 小時，然後在 P-2 轉產調機 2 小時。"
    )
    assert said(say, Language.YUE) == (
        "SO-1042 遲 5 個鐘：喺 P-2 排喺 SO-1043 後面，要等 3.5 個鐘，跟住喺 P-2 轉款調機 2 個鐘。"
    )


def test_many_who_block_are_counted_and_a_trifle_is_not_said():
    queue = [Link(Cause.QUEUE, n * 20, n * 20 + 20, n, 0, 0) for n in range(1, 5)]
    say = told_late(chain(*queue, Link(Cause.SETUP, 100, 103, 0, 0, 1)), MEASURE)
    assert said(say) == (
        "SO-1042 is 5 h late: it waits 13.3 h for SO-1043, SO-1044, SO-1045 and 1 more on P-1."
    )


def test_release_and_travel_are_reasons_only_where_nothing_could_save_it():
    links = (
        Link(Cause.RELEASE, 0, 50, 0, 0, 0),
        Link(Cause.QUEUE, 50, 56, 1, 0, 0),
        Link(Cause.WORK, 56, 90, 0, 0, 0),
    )
    assert said(told_late(chain(*links), MEASURE)).endswith("late: it waits 60 min for SO-1043 on P-1.")
    hopeless = said(told_late(chain(*links, alone=84), MEASURE))
    assert "late: it is not released for 8.3 h, then its own work takes 5.7 h." in hopeless
    assert hopeless.endswith("\nEven with the whole shop to itself it could not be ready before 11-24 00:00.")


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("language", list(Language))
def test_every_cause_can_be_said(cause, language):
    thing = 0 if cause in {Cause.CREW, Cause.MATERIAL} else None
    text = said(told_late(chain(Link(cause, 0, 90, 1, 0, 1, thing), alone=70), MEASURE), language)
    assert "15" in text
    assert ("SO-1043" in text) is (cause in {Cause.QUEUE, Cause.BATCH, Cause.BEFORE})
    assert ("polishers" in text) is (cause is Cause.CREW)
    assert ("SS-420" in text) is (cause is Cause.MATERIAL)


CHANGES = {
    Replan(): "On time if the plan is made anew (proven by a plan).",
    OpenLonger(1, 6, 9): "On time if P-2 also works from 11:00 to 11:30 (30 min) (proven by a plan).",
    BackBy(1, 6, 9): "On time if P-2 runs again by 11:00 instead of 11:30 (proven by a plan).",
    ReceiptBy(0, 0, 6, 9): "On time if SS-420 arrives by 11:00 instead of 11:30 (proven by a plan).",
    StartBy(0, None, 6, 9): "On time if SO-1042 is released by 11:00 instead of 11:30 (proven by a plan).",
    StartBy(0, 1, 6, 9):
        "On time if operation 2 of SO-1042 may start at 11:00 instead of 11:30 (proven by a plan).",
    Behind(1, 0, 0, 0, 1): "On time if SO-1043 goes after it on P-2 (proven by a plan).",
    OneMore(0, 6, 9):
        "On time if polishers has one more person from 11:00 to 11:30 (30 min) (proven by a plan).",
    AlsoOn(0, 1, 0, 3): "On time if operation 2 may also run on P-1 (proven by a plan).",
    DueTo(0, 90): "On time if the customer takes it at 11-24 01:00 (proven by a plan).",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_every_change_can_be_said(change):
    say = told_freeing(Freeing((Freed(change, 0.0, 0, ()),), None, complete=True), MEASURE)
    assert said(say) == CHANGES[change]
    for language in Language:
        assert said(told_change(change, MEASURE), language)


def test_the_harm_to_whom_it_goes_before_is_said():
    freed = Freed(Behind(1, 0, 0, 0, 1), 0.0, 12, ())
    say = told_freeing(Freeing((freed,), None, complete=True), MEASURE)
    assert said(say).endswith("\nSO-1043 would then end 2 h later than it may.")


def test_no_single_change_frees_it():
    date = Freed(DueTo(0, 90), 0.0, 0, ())
    assert said(told_freeing(Freeing((), date, complete=True), MEASURE)) == (
        "I found no single change that frees it.\nThe customer's date would have to move to 11-24 01:00."
    )
    said_short = said(told_freeing(Freeing((), None, complete=False), MEASURE))
    assert said_short == "I found no single change that frees it in the time there was."


def test_times_without_an_origin_or_a_unit():
    assert said(Measure(PROBLEM).at(150)) == "day 2, 01:00"
    plain = Measure(Problem("t", "makespan", (), ()))
    assert said(plain.at(7)) == "time 7"
    assert said(plain.span(7)) == "7 units"
    assert [said(MEASURE.span(n)) for n in (11, 12, 287, 288)] == ["110 min", "2 h", "47.8 h", "2 days"]


PROMISE = Promise(0, 54, 60, ((0, 30), (1, 12)), ((0, 6),), (0,), 3)


def test_a_promise_names_all_that_it_rests_on():
    plan = Say("why.rests.plan", {"plan": "P-77"})
    assert said(told_promise(PROMISE, MEASURE, plan)) == (
        "SO-1042 can be promised for 19:00, 60 min before it is due.\n"
        "It rests on: 5 h on P-1, 2 h on P-2, SS-420 arriving by 11:00, polishers being there, "
        "30 min of overtime, plan P-77 being kept."
    )
    late = Promise(0, 66, 60, (), (), (), 0)
    assert "only, 60 min after it is due" in said(told_promise(late, MEASURE, plan))
    without = Promise(0, 66, None, tuple((0, 6) for _ in range(5)), (), (), 0)
    assert "2 h on 2 more machines" in said(told_promise(without, MEASURE, plan))


WHAT = Say("why.units", {"n": 500})


@pytest.mark.parametrize(
    ("capable", "words"),
    [
        (Capable(60, 54, 9, 3, promise=PROMISE), ["Yes: 500 units can be ready at 19:00, 60 min before",
                                                   "3 planned operations would move", "somebody approves"]),
        (Capable(48, 54, 9, 0, ((1, 12),), PROMISE), ["No: 500", "by 18:00", "the earliest I found is 19:00",
                                                       "By 18:00 only if others end later: SO-1043 by 2 h.",
                                                       "No planned operation would move."]),
        (Capable(48, 54, 9), ["no way to have it by 18:00"]),
        (Capable(48, 54, 50), ["Even with the whole shop to itself it could not be ready before 18:20"]),
        (Capable(None, 54, 9), ["500 units can be ready at 19:00."]),
        (Capable(48, None, 9), ["found no plan", "no way to have it by 18:00"]),
        (Capable(None, None, 9), ["found no plan"]),
    ],
)  # fmt: skip
def test_what_can_be_promised(capable, words):
    text = said(told_capable(capable, WHAT, MEASURE))
    assert all(word in text for word in words), text
    assert text.endswith("Nothing was reserved.")
    for language in Language:
        assert said(told_capable(capable, WHAT, MEASURE), language)
