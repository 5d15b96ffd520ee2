"""Labels: every key in every language, every key that the screens use, and whose language it is."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

import app.console as room
from app.console.labels import LABELS
from app.console.words import Words, language_of
from app.records.chart import BarKind
from app.records.decision import Stage, Step
from app.records.kpi import Kpi
from app.records.message import Language
from app.records.plant import MachineState, PlanState, Role
from app.records.reading import Intent, Layer

SOURCES = {path: path.read_text(encoding="utf-8") for path in Path(room.__file__).parent.glob("*.py")}

LABEL_FILES = {"media_labels.py", "labels.py", "plan_labels.py", "kpi_labels.py"}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", LABELS)
def test_every_label_is_there_in_every_language_with_the_same_places(key: str) -> None:
    english, hans, hant = LABELS[key]
    assert english.strip()
    assert hans.strip()
    assert hant.strip()
    assert places(english) >= places(hans) == places(hant)


def test_chinese_labels_are_in_their_own_script() -> None:
    hans = "".join(label[1] for label in LABELS.values())
    hant = "".join(label[2] for label in LABELS.values())
    assert not set(hans) & set("機審總覽訊業廠號單")
    assert not set(hant) & set("机审总览讯业厂号单")


def test_every_label_that_the_screens_name_exists() -> None:
    pattern = re.compile(r'"((?:span|head|state|screen|over|machine|col|stage|card|step|role|layer|'
                         r'intent|list|msg|key|kpi|plan|help|ask|reason|say|code)\.[a-z0-9_]+)"')  # fmt: skip
    used = {
        key for path, text in SOURCES.items() if path.name not in LABEL_FILES for key in pattern.findall(text)
    }
    assert used - set(LABELS) == set()
    assert len(used) > 80


def test_no_label_is_there_for_nothing() -> None:
    text = "".join(text for path, text in SOURCES.items() if path.name not in LABEL_FILES)
    made = (
        "span.",
        "day.",
        "stage.",
        "intent.",
        "meant.",
        "layer.",
        "machine.",
        "role.",
        "step.",
        "screen.",
        "state.",
        "code.",
        "plan.state.",
        "plan.kind.",
        "rival.",
    )
    made += ("ask.type_", "opt.", "why.", "media.", *(f"kpi.{kpi}" for kpi in Kpi))
    assert [
        k for k in LABELS if not k.startswith(made) and f'"{k}"' not in text and f"'{k}'" not in text
    ] == []


def test_every_value_that_is_shown_has_a_label() -> None:
    words = Words(Language.HANS)
    named = {f"stage.{s}" for s in Stage} | {f"intent.{i}" for i in Intent} | {f"layer.{y}" for y in Layer}
    named |= {f"machine.{m}" for m in MachineState} | {f"role.{r}" for r in Role}
    named |= {f"plan.state.{state}" for state in PlanState} | {f"plan.kind.{k}" for k in get_args(BarKind)}
    named |= {f"{kind}.{kpi}" for kind in ("kpi", "why") for kpi in Kpi}
    named |= {f"step.{step.__dataclass_fields__['kind'].default}" for step in Step.__args__}
    assert [key for key in sorted(named) if not words.has(key)] == []


@pytest.mark.parametrize(
    ("asked", "environ", "expected"),
    [
        (None, {"LANG": "zh_HK.UTF-8"}, (Language.HANT, False)),
        (None, {"LANG": "zh_CN.UTF-8"}, (Language.HANS, False)),
        (None, {"LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, (Language.HANT, False)),
        (None, {"LANG": "C"}, (Language.EN, False)),
        (None, {}, (Language.EN, False)),
        ("zh-Hans", {"LANG": "en_US.UTF-8"}, (Language.HANS, False)),
        ("yue", {}, (Language.HANT, False)),
        ("en", {"LANG": "zh_CN.UTF-8"}, (Language.EN, False)),
        (None, {"LANG": "zh_CN.UTF-8", "TERM": "linux"}, (Language.EN, True)),
        (None, {"LANG": "en_GB.UTF-8", "TERM": "linux"}, (Language.EN, False)),
    ],
)
def test_language(asked: str | None, environ: dict[str, str], expected: tuple[Language, bool]) -> None:
    assert language_of(asked, environ) == expected


def test_cantonese_readers_get_traditional_and_ask_for_it() -> None:
    assert Words(Language.YUE).language is Language.HANT
    assert Words(Language.YUE)("screen.5") == "訊息"
