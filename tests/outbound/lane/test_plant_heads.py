"""The plant's own heads: versions, the pointer, steps back, and what is damaged."""

import threading
from datetime import date

import numpy as np
import pytest

from app.learning.headfile import Origin, write_heads
from app.outbound.lane.plant_heads import CURRENT, PlantHeads
from app.records.errors import AlreadyRunning, ModelWrong, OwnFault
from app.records.reading import Intent
from app.records.recipe import Recipe
from app.understand.calibration import UNCALIBRATED
from app.understand.head import Head

BASE, RECIPE = "0123456789ab", Recipe(layers=(3,))


def a_head(bias: float) -> Head:
    classes = tuple(Intent)
    width = len(classes)
    weights = np.zeros((4, width))
    return Head(weights, np.full(width, bias), classes, 0.7, UNCALIBRATED, BASE, np.zeros(4), np.ones(4))


def add(heads: PlantHeads, bias: float = 0.0, recipe: Recipe = RECIPE) -> str:
    with heads.alone(), heads.new_version() as (name, folder):
        origin = Origin("intent", "letters", recipe, 7, {"train.jsonl": "0" * 64})
        told = {"blind": {"n": 3, "accuracy": 0.9}, "corrections": 4}
        write_heads(folder, a_head(bias), None, origin, told, date(2026, 11, 23))
    heads.promote(name)
    return name


@pytest.fixture
def heads(tmp_path) -> PlantHeads:
    return PlantHeads(tmp_path / "models" / "intent")


def test_nothing_trained_means_the_shipped_head(heads):
    assert (heads.current, heads.pointer, heads.load(BASE, RECIPE), heads.versions()) == ("", b"", None, ())
    with pytest.raises(OwnFault, match="nothing to go back to"), heads.alone():
        heads.rollback()


def test_the_last_promoted_serves_and_steps_back_lead_to_the_shipped_one(heads):
    names = [add(heads, bias) for bias in (1.0, 2.0, 3.0)]
    assert names == ["0001", "0002", "0003"]
    head, name = heads.load(BASE, RECIPE)
    assert (name, head.bias[0]) == ("0003", 3.0)
    assert heads.rollback() == ("0003", "0002")
    assert heads.load(BASE, RECIPE)[0].bias[0] == 2.0
    assert add(heads, 4.0) == "0004", "a version's name is never used again"
    assert [heads.rollback() for _ in range(3)] == [("0004", "0002"), ("0002", "0001"), ("0001", "")]
    assert heads.load(BASE, RECIPE) is None
    assert [(v.name, v.serves, v.made) for v in heads.versions()][-1] == ("0004", False, date(2026, 11, 23))
    assert heads.versions()[0].evaluation["corrections"] == 4


def test_the_pointer_changes_when_something_else_serves(heads):
    add(heads)
    first = heads.pointer
    add(heads)
    assert heads.pointer != first
    heads.rollback()
    assert heads.pointer == first


@pytest.mark.parametrize("what", ["head", "manifest", "gone", "pointer", "climbing", "base", "recipe"])
def test_what_cannot_serve_is_named_and_a_step_back_still_works(heads, tmp_path, what):
    add(heads)
    folder = tmp_path / "models" / "intent"
    base, recipe = BASE, RECIPE
    match what:
        case "head":
            (folder / "0001" / "head.json").write_bytes(b"{}")
        case "manifest":
            (folder / "0001" / "manifest.toml").write_bytes(b"\xff")
        case "gone":
            (folder / "0001").rename(folder / "moved")
        case "pointer":
            (folder / CURRENT).write_bytes(b"\xff\x00")
        case "climbing":
            (folder / CURRENT).write_text("../0001\n")
        case "base":
            base = "f" * 12
        case "recipe":
            recipe = Recipe(layers=(4,))
    with pytest.raises(ModelWrong):
        heads.load(base, recipe)
    assert heads.rollback() == (CURRENT if what in {"pointer", "climbing"} else "0001", "")
    assert heads.load(base, recipe) is None


def test_a_damaged_pointer_does_not_stop_the_next_update(heads, tmp_path):
    add(heads)
    (tmp_path / "models" / "intent" / CURRENT).write_text("nonsense")
    assert add(heads, 2.0) == "0002"
    assert heads.load(BASE, RECIPE)[1] == "0002"


def test_a_version_that_was_not_finished_is_not_there(heads, tmp_path):
    def fail() -> None:
        with heads.alone(), heads.new_version() as (_, folder):
            (folder / "head.json").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert heads.versions() == ()
    assert [p.name for p in (tmp_path / "models" / "intent").iterdir()] == [".update.lock"]
    assert add(heads) == "0001"


def test_a_second_update_at_the_same_time_is_refused(heads):
    refused: list[type] = []

    def second() -> None:
        try:
            with heads.alone():
                refused.append(type(None))
        except AlreadyRunning:
            refused.append(AlreadyRunning)

    with heads.alone():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(10)
    assert refused == [AlreadyRunning]
    with heads.alone():
        pass
