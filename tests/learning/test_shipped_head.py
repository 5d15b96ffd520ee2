"""The shipped data, heads and evaluation belong together, and the figures are true."""

import asyncio
import hashlib
import json
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from operator import ge, le

import pytest

from app.learning.intent import BLIND, DEV, DIAGRAM, TRAIN, Course, judged
from app.learning.judging import report
from app.learning.messages import Example, read_data
from app.learning.rows import Eyes, see
from app.outbound.lane.heads import load_head, load_ngrams, load_recipe
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.manifest import read_manifest
from app.outbound.lane.weights import locate
from app.records.reading import Intent
from app.settings import Model, shipped

MODELS = shipped("models")
HOME = MODELS / "intent"
MANIFEST = tomllib.loads((HOME / "manifest.toml").read_text(encoding="utf-8"))
EVALUATION = json.loads((HOME / "evaluation.json").read_text(encoding="utf-8"))
FILES = (TRAIN, DEV, BLIND)
LANGUAGES = ("zh-Hans", "zh-Hant", "yue", "en", "mixed")
JACCARD_MAX = 0.6
BYTES_MAX = 40 * 1000 * 1000

TARGETS = (
    *(("blind", f"by_language.{language}.accuracy", ge, 0.90) for language in LANGUAGES),
    ("blind", "accuracy", ge, 0.93),
    ("blind", "keyword_free.accuracy", ge, 0.88),
    ("blind", "trap.accuracy", ge, 0.88),
    ("blind", "booked.precision", ge, 0.99),
    ("blind", "booked.coverage", ge, 0.75),
    ("blind", "calibration_error", le, 0.04),
    ("blind", "entities.all.f1", ge, 0.95),
    ("blind", "choices.offer_the_right_one", ge, 0.95),
    ("blind_without_lane", "booked.precision", ge, 0.99),
)
"""What the understanding must reach."""
MISSED: frozenset[tuple[str, str]] = frozenset()
"""What it does not reach yet; a target that is reached leaves this list."""


@pytest.fixture(scope="module")
def sets() -> dict[str, tuple[Example, ...]]:
    return {name: read_data(HOME / "data" / name).examples for name in FILES}


def test_the_manifest_vouches_for_both_heads_and_names_the_shipped_weights() -> None:
    base = read_manifest(MODELS / MANIFEST["base"] / "manifest.toml")
    found = {name: hashlib.sha256((HOME / name).read_bytes()).hexdigest() for name in MANIFEST["files"]}
    assert MANIFEST["files"] == found
    assert set(found) == {"head.json", "ngrams.json"}
    assert (MANIFEST["base"], MANIFEST["base_hash"]) == (Model().name, base.sha256[:12])
    assert load_recipe(MODELS, "intent") == base.recipe.as_recipe()
    head, ngrams = load_head(MODELS, "intent", base.sha256[:12]), load_ngrams(MODELS, "intent")
    assert head.classes == ngrams.classes
    assert set(head.classes) == set(head.calibration.needed) == set(ngrams.calibration.needed) == set(Intent)


def test_heads_and_evaluation_were_made_from_the_shipped_data() -> None:
    found = {name: read_data(HOME / "data" / name).sha256 for name in FILES}
    assert MANIFEST["data"] == EVALUATION["data"] == found
    assert (EVALUATION["base"], EVALUATION["base_hash"]) == (MANIFEST["base"], MANIFEST["base_hash"])
    assert (HOME / DIAGRAM).read_bytes().startswith(b"\x89PNG")


async def test_the_evaluation_reproduces(tmp_path, sets, eyes: Eyes) -> None:
    recipe = load_recipe(MODELS, "intent")
    lane = ModelLane(locate(Model(), MODELS, tmp_path), recipe, Model(timeout_s=60))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(lane.run())
        [blind] = await see([sets[BLIND]], eyes, lane, recipe, tmp_path)
        running.cancel()
    head, ngrams = load_head(MODELS, "intent", lane.model_hash), load_ngrams(MODELS, "intent")
    course = Course(MANIFEST["base"], recipe, eyes, MANIFEST["date"])
    for name, used in (("blind", head), ("blind_without_lane", None)):
        found, told = report(await judged(blind, used, ngrams, course)), EVALUATION[name]
        for figure in ("accuracy", "decided.share", "booked.precision", "booked.coverage", "entities.all.f1"):
            assert abs(at(found, figure) - at(told, figure)) <= 0.005, (name, figure)


def at(figures: dict, path: str) -> float:
    """The figure at a path of keys; a language's name may hold no dot."""
    for key in path.split("."):
        figures = figures[key]
    return figures  # type: ignore[return-value]


@pytest.mark.parametrize(("part", "figure", "compare", "target"), TARGETS, ids=lambda value: str(value)[:40])
def test_the_blind_test_reaches_its_targets(part: str, figure: str, compare, target: float) -> None:
    reached = compare(at(EVALUATION[part], figure), target)
    assert reached is ((part, figure) not in MISSED), at(EVALUATION[part], figure)


def test_there_are_enough_messages(sets) -> None:
    assert len(sets[TRAIN]) >= 3_000
    assert len(sets[DEV]) >= 500
    assert len(sets[BLIND]) >= 500


@pytest.mark.parametrize("name", FILES)
def test_every_intent_is_said_in_every_language(sets, name: str) -> None:
    found = Counter((example.intent, example.lang) for example in sets[name])
    assert set(found) == {(intent, language) for intent in Intent for language in LANGUAGES}


def test_the_blind_test_is_hard(sets) -> None:
    blind = sets[BLIND]
    assert sum(not example.keyword for example in blind) / len(blind) >= 1 / 3
    assert sum(example.trap for example in blind) / len(blind) >= 0.22
    assert all(example.entities is not None for example in blind)


def test_no_message_stands_in_a_set_twice(sets) -> None:
    for name, examples in sets.items():
        twice = [text for text, n in Counter(example.text for example in examples).items() if n > 1]
        assert twice == [], name


@pytest.mark.parametrize(("one", "other"), list(combinations(FILES, 2)))
def test_no_message_of_a_set_is_nearly_one_of_another(sets, one: str, other: str) -> None:
    known = [_grams(example.text) for example in sets[one]]
    holders: dict[str, set[int]] = defaultdict(set)
    for place, grams in enumerate(known):
        for gram in grams:
            holders[gram].add(place)
    close = [
        (example.id, sets[one][place].id)
        for example in sets[other]
        for place in _sharing(holders, _grams(example.text))
        if _likeness(_grams(example.text), known[place]) > JACCARD_MAX
    ]
    assert close == []


def _sharing(holders: dict[str, set[int]], grams: Iterable[str]) -> set[int]:
    return set().union(*(holders.get(gram, set()) for gram in grams))


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower())
    return frozenset(plain[start : start + 4] for start in range(max(1, len(plain) - 3)))


def test_all_models_together_fit_what_a_plant_downloads() -> None:
    assert sum(path.stat().st_size for path in MODELS.rglob("*") if path.is_file()) <= BYTES_MAX
