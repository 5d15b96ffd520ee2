"""Cells: width in every script, and nothing that could steer the terminal."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from app.console.cells import fit, plain, span, spark, wrap
from app.console.challenge import challenge
from app.console.steady import Steady

MIXED = st.text(st.sampled_from("上下喺嘅机機aZ 0-…，。👋\u200b\x1b\t\n\ud800\u202e"), max_size=40)


@given(MIXED, st.integers(1, 30), st.booleans())
@example("上下喺", 5, False)
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(st.text())
def test_plain_has_no_controls_and_can_be_encoded(text: str) -> None:
    clean = plain(text)
    assert clean.isprintable()
    clean.encode()
    assert plain(clean) == clean


def test_escape_sequences_lose_their_escape() -> None:
    assert plain("a\x1b]0;title\x07b\x9b2Jc\u202e") == "a]0;titleb2Jc"


@given(MIXED, st.integers(2, 30))
def test_wrap_loses_no_letter_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == plain(text).replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-5, ("s", 0)),
        (59, ("s", 59)),
        (60, ("min", 1)),
        (7199, ("min", 119)),
        (7200, ("h", 2)),
        (172800, ("d", 2)),
    ],
)
def test_span(seconds: float, expected: tuple[str, int]) -> None:
    assert span(timedelta(seconds=seconds)) == expected


def test_spark_is_one_cell_a_number_and_shows_any_traffic() -> None:
    assert spark((0, 1, 80)) == " ▁█"
    assert spark((0, 0)) == "  "
    assert spark(()) == ""


@given(
    st.lists(st.text("abcde", min_size=1, max_size=1), unique=True),
    st.lists(st.text("abcdef", min_size=1, max_size=1), unique=True),
)
def test_nothing_moves_while_the_list_is_held(before: list[str], after: list[str]) -> None:
    shown = Steady().then(tuple(before), held=False)
    later = shown.then(tuple(after), held=True)
    if before:
        assert later.shown == tuple(before)
        assert later.waiting == len(set(after) - set(before))
        assert later.gone == set(before) - set(after)
    else:
        assert later.shown == tuple(after)
    assert later.then(tuple(after), held=False) == Steady(tuple(after))


@pytest.mark.parametrize(
    ("action", "asks", "right", "wrong"),
    [
        (
            {"quantity": 600.0, "order": "SO-1"},
            "quantity",
            ("600", "６００", "600.0", " 600 "),
            ("60", "", "y", "nan", "SO-1"),
        ),
        ({"quantity": 0.0, "hold_quantity": 0.5}, "quantity", ("0.5", ".5"), ("0", "5")),
        ({"quantity": 0.0, "order": "SO-1042"}, "order", ("SO-1042", "so-1042", "1042"), ("1043", "yes", "")),
        ({"plan": "P-1", "digest": "ab"}, "ticket", ("D-00042", "42", "00042"), ("y", "43", "P-1")),
    ],
)
def test_the_second_step(
    action: dict[str, object], asks: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    asked = challenge(action, "D-00042")
    assert asked.asks == asks
    assert [asked.met(typed) for typed in right] == [True] * len(right)
    assert [asked.met(typed) for typed in wrong] == [False] * len(wrong)
