"""Learning from corrections, with a lane of letters: what is taught is learnt, and nothing else lost."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.learning.gate import Change
from app.learning.headfile import write_heads
from app.learning.intent import BLIND, DEV, TRAIN
from app.learning.messages import read_data
from app.learning.rows import Eyes, see
from app.learning.training import refit
from app.learning.update import Heads, Lessons, Outcome, update, with_changes
from app.outbound.lane.heads import load_head
from app.ports import Names
from app.records.correction import Correction
from app.records.errors import FileWrong
from app.records.message import Language
from app.records.plant import Item, Name
from app.records.reading import Intent, Layer
from app.understand.head import Head
from app.understand.ngrams import NgramHead
from tests.learning.letters import SHIPPED, LetterLane, letter_course, letter_heads, write_part

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LANE, COURSE = LetterLane(), letter_course()
OTHER_PLANT = Names(9, (), (), (Item("ZQX-1", Name("zqx", "zqx", "zqx"), "pcs", "part", ("zqx",)),), ())


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


@dataclass(frozen=True)
class House:
    """Shipped heads of letters with their data, and the vectors that they took."""

    folder: Path
    head: Head
    ngrams: NgramHead

    @property
    def data(self) -> Path:
        return self.folder / "data"

    async def update(
        self,
        taught: Sequence[Correction] = TAUGHT,
        in_service: Head | None = None,
        shipped: Head | None = None,
        eyes: Eyes = COURSE.eyes,
    ) -> Outcome:
        heads = Heads(in_service or self.head, shipped or self.head, self.ngrams)
        cache = self.folder / "cache"
        return await update(self.data, Lessons(taught, eyes), heads, LANE, COURSE, cache)

    async def meant(self, head: Head, text: str) -> Intent:
        [reading] = await COURSE.eyes.reader(LANE, head, self.ngrams).read_many([text], COURSE.eyes.names)
        return reading.intent


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> House:
    """Trained once."""
    folder = tmp_path_factory.mktemp("trained")
    heads = asyncio.run(letter_heads(write_part(folder / "data"), folder / "cache"))
    return House(folder, *heads)


@pytest.fixture
def house(trained, tmp_path) -> House:
    return replace(trained, folder=Path(shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)))


async def test_what_is_corrected_is_learnt(house):
    outcome = await house.update()
    assert await house.meant(house.head, "zqx zqx") is not Intent.QUALITY_ISSUE
    assert await house.meant(outcome.head, "zqx zqx") is Intent.QUALITY_ISSUE
    [plant] = outcome.plant
    assert (plant.intent, plant.after) == (Intent.QUALITY_ISSUE, plant.n), "also those kept aside"
    assert plant.before < plant.n
    assert outcome.evaluation["corrections"] == len(TAUGHT)
    assert outcome.fallen == ()


async def test_the_same_corrections_give_the_same_head(house, tmp_path):
    for name in ("one", "two"):
        outcome = await house.update()
        told = with_changes(outcome)
        write_heads(tmp_path / name, outcome.head, None, outcome.origin, told, COURSE.today)
    files = ("head.json", "manifest.toml", "evaluation.json")
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)
    assert load_head(tmp_path, "one", LANE.model_hash).features == house.head.features


async def test_wrong_corrections_that_spoil_an_intent_do_not_pass(house):
    lines = (house.data / TRAIN).read_text(encoding="utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["intent"] == "inventory_check"]
    shutil.copy(SHIPPED / BLIND, house.data / BLIND)
    spoilt = [correction(n, text, Intent.APPROVAL) for n, text in enumerate(texts, 1)]
    assert Intent.INVENTORY_CHECK in (await house.update(spoilt)).fallen


async def test_a_slow_drift_is_measured_against_the_shipped_head(house):
    poor = replace(house.head, bias=house.head.bias - 1000 * (np.arange(10) == 0))
    better = await house.update(in_service=poor)
    assert sum(c.gained for c in better.blind) > sum(c.gained for c in better.drift)
    worse = await house.update(shipped=poor)
    assert sum(c.gained for c in worse.drift) > sum(c.gained for c in worse.blind)


async def test_it_is_judged_on_the_blind_test(house):
    lines = (house.data / BLIND).read_text(encoding="utf-8").splitlines()
    outcome = await house.update()
    assert {sum(change.n for change in each) for each in (outcome.blind, outcome.drift)} == {len(lines)}
    assert outcome.evaluation["blind"]["n"] == len(lines)


@pytest.mark.parametrize("name", [TRAIN, DEV, BLIND])
async def test_a_broken_line_is_named_by_its_number(house, name):
    (house.data / name).write_text('{"id": "b1"}\n')
    with pytest.raises(FileWrong, match=rf"{name}, line 1"):
        await house.update()


async def test_one_correction_is_enough(house):
    assert (await house.update(TAUGHT[:1])).fallen == ()


async def test_without_corrections_the_shipped_head_comes_out_again(house):
    sets = [read_data(house.data / name).examples for name in (TRAIN, BLIND)]
    taught, blind = await see(sets, COURSE.eyes, LANE, COURSE.recipe, house.folder / "cache")
    again = refit(house.head, taught.rows, taught.intents, np.ones(len(taught.rows)), COURSE.seed)
    same, second = replace(house.head, calibration=again.calibration), blind.second(house.ngrams)
    expected = same.probabilities(blind.rows, second)
    assert np.allclose(again.probabilities(blind.rows, second), expected, atol=1e-3)


async def test_what_another_plant_calls_its_things_changes_only_how_its_corrections_are_seen(house):
    eyes = replace(COURSE.eyes, names=OTHER_PLANT)
    here, there = await house.update(), await house.update(eyes=eyes)
    for one, other in ((here.blind, there.blind), (here.drift, there.drift)):
        assert [c.before for c in one] == [c.before for c in other], "shipped messages name the demo plant's"
    assert not np.array_equal(here.head.weights, there.head.weights), "zqx is an item there"


@pytest.mark.parametrize("where", ["blind", "drift", "plant"])
async def test_a_fall_in_any_comparison_forbids_it(house, where):
    good = await house.update(TAUGHT[:1])
    bad = replace(good, **{where: (Change(Intent.OTHER, 50, 50, 5, 0),)})
    assert (good.fallen, bad.fallen) == ((), (Intent.OTHER,))
