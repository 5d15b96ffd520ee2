"""The pieces that read wishes: scripts fold, things get their signs, words of time become windows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import opencc
import pytest

from app.intents import production_schedule as room
from app.intents.wishing import hear, marks
from app.intents.wishing.times import begin_of, shifts_ahead, window_of
from app.records.message import Language
from app.records.plant import Person, Role
from app.records.reading import Entities, Intent
from app.records.verdict import NeedPlan, Refuse

NOW = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # Monday, 10:20 at the plant
ZONE = ZoneInfo("Asia/Hong_Kong")
FILES = sorted(Path(marks.__file__).parent.glob("*.py"))


def every_sign():
    text = "".join(file.read_text(encoding="utf-8") for file in FILES)
    text = text.replace(marks._TRADITIONAL, "")
    return {sign for sign in text if "\u3400" <= sign <= "\u9fff"}


@pytest.mark.parametrize("variant", ["s2t", "s2hk", "s2tw"])
def test_every_traditional_spelling_of_the_patterns_folds(variant):
    convert = opencc.OpenCC(variant).convert
    spelled = {sign: convert(sign) for sign in every_sign()}
    assert {sign for sign, other in spelled.items() if marks.fold(other) != marks.fold(sign)} == set()


def at(day, hour):
    return datetime(2026, 11, day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("今晚", at(23, 20), at(24, 8)),
        ("tomorrow night", at(24, 20), at(25, 8)),
        ("聽日", at(24, 0), at(25, 0)),
        ("明天下午", at(24, 12), at(24, 18)),
        ("星期三日更", at(25, 8), at(25, 20)),
        ("两天", NOW, NOW + timedelta(days=2)),
        ("今天下午2点到4点", at(23, 14), at(23, 16)),
        ("tomorrow from 9am to 1pm", at(24, 9), at(24, 13)),
        ("下星期", at(30, 0), datetime(2026, 12, 7, tzinfo=ZONE).astimezone(UTC)),
    ],
)
def test_words_of_time_are_windows(words, start, end):
    window = window_of(words, NOW, ZONE)
    assert (window.start, window.end) == (start, end)


def test_what_is_past_or_no_time_is_no_window():
    assert window_of("asap", NOW, ZONE) is None
    assert window_of("11月23日早上", NOW + timedelta(hours=9), ZONE) is None
    assert window_of("3点", NOW, ZONE) is None


@pytest.mark.parametrize(
    ("words", "after", "begin"),
    [
        ("下周三", False, datetime(2026, 12, 2, tzinfo=ZONE).astimezone(UTC)),
        ("聽日", True, at(25, 0)),
        ("next week", False, at(30, 0)),
        ("聽日下晝三點", False, at(24, 15)),
        ("三日後", False, NOW + timedelta(days=3)),
        ("三日", False, None),
    ],
)
def test_when_words_begin(words, after, begin):
    assert begin_of(words, NOW, ZONE, after=after) == begin


def test_a_shift_without_a_day_is_every_one_of_the_next_two_weeks():
    nights = shifts_ahead("night", NOW, ZONE)
    assert (len(nights), nights[0].start) == (14, at(23, 20))
    assert all(w.shift == "night" and w.end > NOW for w in nights)
    assert shifts_ahead("night", at(24, 2), ZONE)[0].start == at(23, 20)


def test_things_have_signs_however_they_are_spelled(plant):
    for text in ("SO-1042 喺 GR-03", "so1042喺gr3", "1042張單喺3号磨床", "一零四二喺GR-03"):
        marked = marks.mark(text, Entities(order=("SO-1042",), machine=("GR-03",)), plant)
        assert marked.all_of(marks.ORDER) == ("SO-1042",), text
        assert marked.all_of(marks.MACHINE) == ("GR-03",), text
    kept = marks.mark("SO-1042 做 1042.5kg, 10420", Entities(order=("SO-1042",)), plant)
    assert kept.text.count("1042") == 2


def test_a_name_that_two_share_is_nobodys(plant):
    names = ("李大文", "何小文")
    twins = tuple(Person(name, name, "A", Role.OPERATOR, Language.YUE) for name in names)
    both = replace(plant, every_person=twins)
    assert marks.mark("阿文今晚冇返", Entities(), both).all_of(marks.PERSON) == ()
    assert marks.mark("大文今晚冇返", Entities(), both).all_of(marks.PERSON) == ("李大文",)


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("SO-1042先过SO-1055,SO-1055先过SO-1042,重新排过", True),
        ("SO-1042 before SO-1055, SO-1055 before SO-1042", True),
        ("SO-1042同SO-1055夹埋一齐做", True),
        ("SO-1042优先啲但系又唔好咁优先", True),
        ("重新排过SO-1042", False),
        ("重新排过", False),
        ("replan please", False),
    ],
)
def test_a_wish_that_cannot_be_read_is_never_passed_over_in_silence(ask, plant, words, unread):
    orders = [order for order in ("SO-1042", "SO-1055") if order in words]
    heard = hear(ask("ng.mei-ling", Intent.PRODUCTION_SCHEDULE, words, order=orders), plant)
    assert (heard.wishes, heard.unread) == ((), unread)


def test_the_room_asks_for_a_plan_with_the_wishes(ask, plant, limits):
    wish = room.judge(ask("ng.mei-ling", Intent.PRODUCTION_SCHEDULE, "SO-1042 before SO-1055",
                          order=["SO-1042", "SO-1055"]), plant, limits)  # fmt: skip
    assert isinstance(wish, NeedPlan)
    assert [w.kind for w in wish.wish.wishes] == ["before"]
    gone = room.judge(ask("ng.mei-ling", Intent.PRODUCTION_SCHEDULE, "SO-1042 urgent, by 9am today",
                          order=["SO-1042"], due=["9am today"]), plant, limits)  # fmt: skip
    assert isinstance(gone, Refuse)
    assert gone.code == "past_time"
