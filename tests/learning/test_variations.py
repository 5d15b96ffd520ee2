"""Other spellings of a training message keep what it means."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.learning import variations
from app.learning.variations import Variations
from app.understand.normalise import opencc_scripts

SCRIPTS = opencc_scripts()
LINES = (
    "GR-03壞咗,1042要等幾耐?",
    "收到500kg SS-304 out of 1,200",
    "批准 D-00042",
    "8-inch chef x 300, by 14:30",
)


def _many(text: str, seed: int = 7, count: int = 60) -> list[str]:
    made = Variations(SCRIPTS, seed)
    return [made.vary(text) for _ in range(count)]


def test_the_same_seed_gives_the_same_texts_and_another_gives_others() -> None:
    for line in LINES:
        assert _many(line) == _many(line)
        assert _many(line) != _many(line, seed=8)


def test_some_are_changed_and_some_are_not() -> None:
    for line in LINES:
        found = _many(line)
        assert line in found
        assert len(set(found)) > 3


CLEAN = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=200)


@given(CLEAN.filter(lambda text: re.search(r"\w", text)), st.integers(0, 1000))
@settings(max_examples=300, deadline=None)
def test_no_text_with_words_becomes_empty(text: str, seed: int) -> None:
    assert Variations(SCRIPTS, seed).vary(text).strip()


@pytest.fixture
def unslipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No slip of the finger, which may hit any letter."""
    monkeypatch.setattr(Variations, "_slip", lambda _self, text: text)


@pytest.mark.usefixtures("unslipped")
@pytest.mark.parametrize(
    ("text", "words"),
    [("做好未 SO-1042", "做好未"), ("GR-03 is broken again", "is broken again"), ("只係批400", "批"),
     ("D-00042 唔批", "唔批")],
)  # fmt: skip
def test_words_that_bear_the_label_stay(text: str, words: str) -> None:
    for made in _many(text, count=200):
        assert words in SCRIPTS.traditionalise(made).lower() or words in made.lower()


@pytest.mark.usefixtures("unslipped")
def test_codes_become_codes_and_sizes_times_and_decisions_stay() -> None:
    machines, orders = set(), set()
    for made in _many("st-02 and GR-03: SO-1042, 8寸, 14:30, D-00042, 7", count=300):
        flat = made.lower()
        machines |= set(re.findall(r"(?:st|gr|ht|pl|ls|as|pk)-0\d", flat))
        orders |= set(re.findall(r"10[3-6]\d", flat))
        assert len(re.findall(r"(?:st|gr|ht|pl|ls|as|pk)-0\d", flat)) == 2, made
        assert re.search(r"14.30", flat), made
        assert "d-00042" in flat, made
        assert re.search(r"8[寸吋]", flat), made
    assert len(machines) > 10
    assert len(orders) > 10


def test_a_slip_changes_at_most_one_place() -> None:
    made = Variations(SCRIPTS, 1)
    for _ in range(100):
        slipped = made._slip("abcdefgh")
        assert abs(len(slipped) - 8) <= 1
        assert set(slipped) <= set("abcdefgh")
    assert made._slip("abc") == "abc"
    assert variations._SELDOM < variations._OFTEN < 1
