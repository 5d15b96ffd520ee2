"""Learning from corrections, with a lane of letters: what is taught is learnt, and nothing else lost."""

import asyncio
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from app.learning.gate import Change
from app.learning.headfile import write_head
from app.learning.intent import Course, seen_text, train
from app.learning.messages import read_data
from app.learning.refit import refit
from app.learning.update import BLIND, Heads, update, with_changes
from app.outbound.lane.heads import load_head
from app.records.correction import Correction
from app.records.errors import FileWrong
from app.records.message import Language
from app.records.reading import Intent, Layer
from app.records.recipe import Recipe
from app.settings import Understanding, shipped
from tests.learning.conftest import LetterLane

STRENGTH = 0.01
SHIPPED = shipped("models") / "intent" / "data"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def correction(number: int, text: str, intent: Intent) -> Correction:
    return Correction(
        f"D-{number:05d}", text, Language.EN, Intent.OTHER, Layer.MODEL, intent, "lee.wai-man", NOW, "console"
    )


TAUGHT = tuple(
    correction(n, f"zqx {word} zqx zqx", Intent.QUALITY_ISSUE)
    for n, word in enumerate(
        ("wobble", "kink", "burr", "haze", "nick", "pit", "warp", "fleck", "score", "dent"), 1
    )
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A shipped head of letters, trained once, with its evaluation and the vectors that it took."""
    folder = tmp_path_factory.mktemp("trained")
    data = folder / "data"
    data.mkdir()
    for name, step in (("train.jsonl", 5), ("dev.jsonl", 10)):
        lines = (SHIPPED / name).read_text(encoding="utf-8").splitlines()
        (data / name).write_text("\n".join(lines[::step]) + "\n", encoding="utf-8")
    course = Course("letters", Recipe(), Understanding(), date(2026, 11, 23))
    asyncio.run(train(data, folder / "intent", LetterLane(), course, folder / "cache"))
    return folder


@pytest.fixture
def shipped_head(trained, tmp_path, letter_lane):
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    return load_head(tmp_path, "intent", letter_lane.model_hash)


@pytest.fixture
def small_data(shipped_head, tmp_path) -> Path:
    return tmp_path / "data"


async def test_what_is_corrected_is_learnt(letter_lane, course, small_data, tmp_path, shipped_head):
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    outcome = await update(small_data, TAUGHT, heads, letter_lane, course, tmp_path / "cache")
    vectors = await letter_lane.embed(["zqx ripple zqx zqx"], priority=0, timeout_s=1)
    likely = {
        h: h.classes[int(h.probabilities(np.array(vectors))[0].argmax())]
        for h in (shipped_head, outcome.head)
    }
    assert likely[outcome.head] is Intent.QUALITY_ISSUE
    [plant] = outcome.plant
    assert (plant.intent, plant.after) == (Intent.QUALITY_ISSUE, plant.n), "also those kept aside"
    assert outcome.evaluation["corrections"] == len(TAUGHT)
    assert outcome.fallen == ()


async def test_the_same_corrections_give_the_same_head(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    for name in ("one", "two"):
        outcome = await update(small_data, TAUGHT, heads, letter_lane, course, tmp_path / "cache")
        write_head(tmp_path / name, outcome.head, outcome.origin, with_changes(outcome), course.today)
    files = ("head.json", "manifest.toml", "evaluation.json")
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
    assert load_head(tmp_path, "one", letter_lane.model_hash).features == 64


async def test_wrong_corrections_that_spoil_an_intent_do_not_pass(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    lines = (small_data / "train.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["intent"] == "inventory_check"]
    shutil.copy(SHIPPED / "dev.jsonl", small_data / BLIND)
    spoilt = [correction(n, text, Intent.APPROVAL) for n, text in enumerate(texts, 1)]
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    outcome = await update(small_data, spoilt, heads, letter_lane, course, tmp_path / "cache")
    assert Intent.INVENTORY_CHECK in outcome.fallen


async def test_a_slow_drift_is_measured_against_the_shipped_head(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    poor = replace(shipped_head, bias=shipped_head.bias - 1000 * (np.arange(10) == 0))
    better = await update(
        small_data, TAUGHT, Heads(poor, shipped_head, STRENGTH), letter_lane, course, tmp_path / "cache"
    )
    assert sum(c.gained for c in better.blind) > sum(c.gained for c in better.drift)
    worse = await update(
        small_data, TAUGHT, Heads(shipped_head, poor, STRENGTH), letter_lane, course, tmp_path / "cache"
    )
    assert sum(c.gained for c in worse.drift) > sum(c.gained for c in worse.blind)


async def test_the_blind_test_is_used_where_there_is_one(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    lines = [json.loads(line) for line in (small_data / "dev.jsonl").read_text().splitlines()[:20]]
    told = [
        row | {"id": f"b{n}", "entities": {"item": ["SS-420"], "quantity": [5]}}
        for n, row in enumerate(lines)
    ]
    (small_data / BLIND).write_text("\n".join(map(json.dumps, told)))
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    outcome = await update(small_data, TAUGHT, heads, letter_lane, course, tmp_path / "cache")
    assert outcome.test == BLIND
    assert sum(change.n for change in outcome.blind) == len(lines)
    assert outcome.evaluation["blind"]["n"] == len(lines)


async def test_a_broken_line_is_named_by_its_number(letter_lane, course, small_data, tmp_path, shipped_head):
    (small_data / BLIND).write_text('{"id": "b1"}\n')
    with pytest.raises(FileWrong, match=r"blind\.jsonl, line 1"):
        await update(
            small_data,
            TAUGHT,
            Heads(shipped_head, shipped_head, STRENGTH),
            letter_lane,
            course,
            tmp_path / "cache",
        )


async def test_one_correction_is_enough(letter_lane, course, small_data, tmp_path, shipped_head):
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    outcome = await update(small_data, TAUGHT[:1], heads, letter_lane, course, tmp_path / "cache")
    assert outcome.fallen == ()


async def test_without_a_known_strength_it_is_found_on_the_shipped_messages_alone(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    found = []
    for some in (TAUGHT, TAUGHT[:1]):
        heads = Heads(shipped_head, shipped_head)
        outcome = await update(small_data, some, heads, letter_lane, course, tmp_path / "cache")
        found.append(outcome.evaluation["strength"])
    assert found[0] == found[1]


async def test_without_corrections_the_shipped_head_comes_out_again(
    letter_lane, course, small_data, tmp_path, shipped_head
):
    evaluation = json.loads((tmp_path / "intent" / "evaluation.json").read_text())
    taught = read_data(small_data / "train.jsonl")
    vectors = np.array(
        await letter_lane.embed(
            [seen_text(e, course.thresholds) for e in taught.examples], priority=0, timeout_s=1
        )
    )
    again = refit(shipped_head, evaluation["strength"], vectors, taught.intents, np.ones(len(vectors)), 7)
    same = replace(shipped_head, temperature=1.0)
    assert np.allclose(again.probabilities(vectors), same.probabilities(vectors), atol=1e-3)


@pytest.mark.parametrize("where", ["blind", "drift", "plant"])
async def test_a_fall_in_any_comparison_forbids_it(
    letter_lane, course, small_data, tmp_path, shipped_head, where
):
    heads = Heads(shipped_head, shipped_head, STRENGTH)
    good = await update(small_data, TAUGHT[:1], heads, letter_lane, course, tmp_path / "cache")
    bad = replace(good, **{where: (Change(Intent.OTHER, 50, 50, 5, 0),)})
    assert (good.fallen, bad.fallen) == ((), (Intent.OTHER,))
