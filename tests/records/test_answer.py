"""Sentences with their values, in the reader's language."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.answer import Catalogue, Say, clip, places
from app.records.errors import OwnFault
from app.records.message import Language
from app.records.plant import Name

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
BOOK = Catalogue(
    {
        "one": {"en": "<{x}>", "zh-Hans": "简{x}", "zh-Hant": "繁{x}", "yue": "粵{x}"},
        "two": {"en": "two", "zh-Hans": "二", "zh-Hant": "兩"},
        "lean": {"en": "lean"},
        "odd": {"en": "{x.__class__}"},
    },
    ZONE,
)


def said(value: object, language: Language = Language.EN) -> str:
    return BOOK.render(Say("one", {"x": value}), language, NOW)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("SO-1042", "<SO-1042>"),
        (600.0, "<600>"),
        (0.5, "<0.5>"),
        (1_000_000.0, "<1000000>"),
        (1234.5678, "<1234.5678>"),
        (0.123456, "<0.123>"),
        (0.0, "<0>"),
        (-40.0, "<-40>"),
        (7, "<7>"),
        (NOW, "<10:20>"),
        (NOW + timedelta(days=1), "<11-24 10:20>"),
        (NOW + timedelta(hours=13, minutes=39), "<23:59>"),
        (NOW + timedelta(hours=14), "<11-24 00:20>"),
        (("a", 2.0, Say("two")), "<a, 2, two>"),
        ((), "<>"),
        (Say("one", {"x": Say("two")}), "<<two>>"),
        (Name("Fo Tan", "火炭厂", "火炭廠"), "<Fo Tan>"),
        ("{x} {0} %s", "<{x} {0} %s>"),
    ],
)
def test_values_are_shown_as_people_write_them(value, shown):
    assert said(value) == shown


@pytest.mark.parametrize(
    ("language", "name", "joined"),
    [
        (Language.EN, "<Fo Tan>", "<a, two>"),
        (Language.HANS, "简火炭厂", "简a、二"),
        (Language.HANT, "繁火炭廠", "繁a、兩"),
        (Language.YUE, "粵火炭廠", "粵a、兩"),
    ],
)
def test_each_reader_gets_their_own_language(language, name, joined):
    assert said(Name("Fo Tan", "火炭厂", "火炭廠"), language) == name
    assert said(("a", Say("two")), language) == joined


def test_cantonese_falls_back_to_traditional_and_then_to_english():
    assert BOOK.render(Say("two"), Language.YUE, NOW) == "兩"
    assert BOOK.render(Say("lean"), Language.YUE, NOW) == "lean"


@pytest.mark.parametrize(
    "say",
    [Say("none"), Say("one"), Say("one", {"y": 1}), Say("one", {"x": Say("none")}), Say("one", {"x": True})],
)
def test_what_cannot_be_said_is_our_own_fault(say):
    with pytest.raises(OwnFault):
        BOOK.render(say, Language.EN, NOW)


@given(st.text())
def test_words_of_a_person_never_become_places(words):
    assert said(words) == f"<{words}>"


@given(
    st.recursive(
        st.text(max_size=5) | st.floats(allow_nan=False) | st.datetimes(timezones=st.just(UTC)),
        lambda each: st.tuples(each, each) | each.map(lambda v: Say("one", {"x": v})),
        max_leaves=6,
    )
)
def test_any_value_can_be_said_in_every_language(value):
    try:
        shown = [said(value, language) for language in Language]
    except OverflowError:  # a time at the edge of the calendar has no plant time
        return
    assert all(isinstance(text, str) for text in shown)


@pytest.mark.parametrize(
    ("template", "names"), [("{a} {b} {a}", {"a", "b"}), ("plain", set()), ("{{a}}", set()), ("", set())]
)
def test_places_of_a_template(template, names):
    assert places(template) == names


@given(st.text(), st.integers(6, 64))
def test_a_clipped_text_fits_and_is_whole_characters(text, limit):
    clipped = clip(text, limit)
    assert len(clipped.encode()) <= limit
    if len(text.encode(errors="replace")) <= limit and not any("\ud800" <= c <= "\udfff" for c in text):
        assert clipped == text


def test_a_lone_surrogate_is_replaced():
    assert clip("a\ud800b") == "a\ufffdb"
