"""The word tables find Traditional and Cantonese spellings, and tickets in any form."""

import re
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intents import words
from app.records.plant import MachineState, MovementKind


def _every_sign() -> set[str]:
    source = Path(words.__file__).read_text(encoding="utf-8")
    tables = source[source.index("MOVEMENTS = ") :]
    return {sign for sign in tables if "\u3400" <= sign <= "\u9fff"}


@pytest.mark.parametrize("variant", ["s2t", "s2hk", "s2tw"])
def test_every_traditional_spelling_of_the_tables_folds(variant):
    convert = opencc.OpenCC(variant).convert
    rare = set("牀喫氣爲閉説麪鈎裏")
    lost = {
        sign for sign in _every_sign() if convert(sign) not in rare and words.folded(convert(sign)) != sign
    }
    assert lost == set()


@given(st.text())
def test_folding_twice_changes_nothing(text):
    once = words.folded(text)
    assert words.folded(once) == words.folded(words.folded(once))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("D-00042", ("D-00042",)),
        ("d-42 同 r-3", ("D-00042", "R-0003")),
        ("D–00042", ("D-00042",)),
        ("Ｑ－０００７", ("Q-0007",)),
        ("d00042", ("D-00042",)),
        ("D-00042 D-42", ("D-00042",)),
        ("Q235 steel", ()),
        ("D2 steel, SD-7, RV-6", ()),
        ("", ()),
    ],
)
def test_tickets_are_found_in_any_form(text, found):
    assert words.tickets(text) == found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SS-420 入庫", MovementKind.RECEIPT),
        ("收咗", MovementKind.RECEIPT),
        ("delivered", MovementKind.RECEIPT),
        ("領料", MovementKind.ISSUE),
        ("攞咗", MovementKind.ISSUE),
        ("issue 5", MovementKind.ISSUE),
        ("調撥", MovementKind.TRANSFER),
        ("搬去", MovementKind.TRANSFER),
        ("報廢", MovementKind.SCRAP),
        ("write off", MovementKind.SCRAP),
        ("盤點", MovementKind.COUNT),
        ("數到", MovementKind.COUNT),
        ("stocktake", MovementKind.COUNT),
        ("hello", None),
    ],
)
def test_movements_are_read_in_both_scripts(text, kind):
    assert words.first(words.MOVEMENTS, words.folded(text)) is kind


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("壞咗", MachineState.DOWN),
        ("又跳掣", MachineState.DOWN),
        ("唔郁", MachineState.DOWN),
        ("未開得返", MachineState.DOWN),
        ("stopped running", MachineState.DOWN),
        ("整返好", MachineState.RUNNING),
        ("恢復正常", MachineState.RUNNING),
        ("running slow", MachineState.SLOW),
        ("做保養", MachineState.MAINTENANCE),
        ("點呀", None),
    ],
)
def test_machine_states_are_read_in_both_scripts(text, state):
    assert words.first(words.STATES, words.folded(text)) is state


def test_patterns_are_written_in_what_folding_gives():
    """A pattern with a sign that folding removes could never match."""
    tables = Path(words.__file__).read_text(encoding="utf-8").split("MOVEMENTS = ")[1]
    for pattern in re.findall(r'r"([^"]+)"', tables):
        assert words.folded(pattern) == pattern.lower()
