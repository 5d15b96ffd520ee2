"""The sentences: every key used is there, in four languages, with the same places, and none is idle."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from app.desk.cards import CAUSE_NAMES
from app.intents import INTENTS
from app.records.answer import places
from app.records.message import Language
from app.records.plant import MachineState, MovementKind, OperationState, Severity
from app.records.reading import Intent, Layer

ROOT = Path(__file__).parents[2]
FILE = ROOT / "config" / "answers" / "intents.toml"
SENTENCES = tomllib.loads(FILE.read_text(encoding="utf-8"))
UNITS = ("pcs", "set", "kg", "L", "catty", "lb", "roll", "carton", "box", "bag", "drum", "pallet", "m")

FAMILIES = {
    "words.unit.": UNITS,
    "words.state.": tuple(MachineState),
    "words.severity.": tuple(Severity),
    "words.intent.": tuple(Intent),
    "words.subject.": ("meeting", "truck", "people", "tools", "space", "material", "help"),
    "words.thing.": ("order", "item", "machine", "decision", "case", "request"),
    "intents.approval.layer_": tuple(Layer),
    "intents.approval.request_": ("accepted", "declined", "accepted_notice", "declined_notice"),
    "intents.inventory_movement.": tuple(MovementKind),
    "intents.inventory_movement.proposal_": tuple(MovementKind),
    "intents.machine_status.": ("one_machine", "which"),
    "intents.progress_report.": ("started", "finished", "quantity"),
    "intents.other.": ("greeting", "thanks", "help", "joke", "injection", "empty", "emoji", "media",
                       "unreadable", "unheard", "out_of_scope"),
    "intents.approval.": ("not_waiting", "own_request", "wrong_role", "wrong_facility", "not_yours"),
}  # fmt: skip
"""What a key that is put together may become."""

CAUSES = {f"words.cause.{each}" for each in CAUSE_NAMES}
OFFERED = {f"words.movement.{each}" for each in MovementKind} | {
    f"words.operation.{each}" for each in OperationState
}
"""Names for other rooms."""


def _used() -> tuple[set[str], set[str]]:
    """Keys written out in the code, and beginnings of keys that are put together."""
    whole: set[str] = set()
    begun: set[str] = set()
    for file in sorted((ROOT / "app" / "intents").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole |= (
                    {node.value} if re.fullmatch(r"(intents|words)\.[\w.]*[a-z0-9]", node.value) else set()
                )
    return whole, {each for each in begun if re.match(r"(intents|words)\.", each)}


WHOLE, BEGUN = _used()


def test_keys_that_are_put_together_are_listed():
    assert set(FAMILIES) == BEGUN


def test_every_key_used_is_there_and_none_is_idle():
    made = {f"{start}{each}" for start, ends in FAMILIES.items() for each in ends}
    keys = WHOLE | made
    assert keys - set(SENTENCES) == set()
    assert set(SENTENCES) - keys - OFFERED - CAUSES == set()


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_four_languages_with_the_same_places(key):
    forms = SENTENCES[key]
    assert set(forms) == set(Language)
    assert len({places(text) for text in forms.values()}) == 1, forms
    assert all(text.strip() for text in forms.values())


def test_scripts_are_kept_apart():
    """A Simplified sentence has no Traditional sign, and the other way round."""
    only_simplified = set(
        "们这来为时发会库单门开关请说数据订实现处错没有报过还进动给记错图断轻软语请问题号张"
    ) - set("有没")
    only_traditional = set("們這來為時發會庫單門開關請說數據訂實現處錯沒報過還進動給記圖斷輕軟語問題號張")
    for key, forms in SENTENCES.items():
        assert not only_traditional & set(forms["zh-Hans"]), key
        for script in ("zh-Hant", "yue"):
            assert not (only_simplified - {"据"}) & set(forms[script]), key


def test_cantonese_is_cantonese():
    """Most sentences with any Chinese of length have a Cantonese word in them."""
    marks = re.compile("[嘅咗喺冇唔係佢啲嘢嚟仲邊幾緊晒喇㗎俾畀咩乜點啱揀搵攞爭吖喎識嗰掂得返覆批]")
    bare = {key: re.sub(r"\{\w+\}", "", forms["yue"]) for key, forms in SENTENCES.items()}
    long_ones = [text for text in bare.values() if len(text) > 12]
    assert sum(bool(marks.search(text)) for text in long_ones) / len(long_ones) > 0.9


def test_every_intent_has_a_room_and_a_name():
    assert {room.INTENT for room in INTENTS} == set(Intent)
    assert len(INTENTS) == len(Intent)
