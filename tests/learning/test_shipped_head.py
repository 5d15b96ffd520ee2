"""The shipped data, head and evaluation belong together, and the figures are true."""

import asyncio
import hashlib
import json
import re
import tomllib
import unicodedata
from collections import defaultdict
from pathlib import Path

from app.learning.intent import seen_text
from app.learning.judging import judge, report
from app.learning.messages import read_data
from app.learning.vectors import VectorCache, vectors_of
from app.outbound.lane.heads import load_head, load_recipe
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.manifest import read_manifest
from app.outbound.lane.weights import locate
from app.settings import Model, Understanding, shipped

BUILD = Path(__file__).resolve().parents[2] / "build" / "models"
HOME = shipped("models") / "intent"
MANIFEST = tomllib.loads((HOME / "manifest.toml").read_text(encoding="utf-8"))
EVALUATION = json.loads((HOME / "evaluation.json").read_text(encoding="utf-8"))
JACCARD_MAX = 0.6


def test_the_manifest_vouches_for_the_head_and_names_the_shipped_weights() -> None:
    base = read_manifest(shipped("models") / MANIFEST["base"] / "manifest.toml")
    raw = (HOME / MANIFEST["file"]).read_bytes()
    assert (MANIFEST["sha256"], MANIFEST["size_bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert MANIFEST["base_hash"] == base.sha256[:12]
    assert load_recipe(shipped("models"), "intent") == base.recipe.as_recipe()
    load_head(shipped("models"), "intent", base.sha256[:12])


def test_head_and_evaluation_were_made_from_the_shipped_data() -> None:
    found = {name: read_data(HOME / "data" / name).sha256 for name in ("train.jsonl", "dev.jsonl")}
    assert MANIFEST["data"] == EVALUATION["data"] == found


async def test_the_evaluation_reproduces(tmp_path: Path) -> None:
    weights = locate(Model(), shipped("models"), BUILD)
    recipe = load_recipe(shipped("models"), "intent")
    dev = read_data(HOME / "data" / "dev.jsonl").examples
    texts = [seen_text(example, Understanding()) for example in dev]
    lane = ModelLane(weights, recipe, Model())
    async with asyncio.TaskGroup() as group:
        running = group.create_task(lane.run())
        vectors = await vectors_of(texts, lane, VectorCache(tmp_path, lane.model_hash, recipe))
        running.cancel()
    head = load_head(shipped("models"), "intent", lane.model_hash)
    figures = report(judge(head, vectors, dev, Understanding()))
    assert abs(figures["accuracy"] - EVALUATION["dev"]["accuracy"]) <= 0.005
    assert abs(figures["decided"]["share"] - EVALUATION["dev"]["decided"]["share"]) <= 0.01


def test_no_message_of_dev_is_nearly_one_of_train() -> None:
    train, dev = (read_data(HOME / "data" / f"{name}.jsonl").examples for name in ("train", "dev"))
    known = [_grams(example.text) for example in train]
    holders: dict[str, set[int]] = defaultdict(set)
    for at, grams in enumerate(known):
        for gram in grams:
            holders[gram].add(at)
    for example in dev:
        grams = _grams(example.text)
        for at in set().union(*(holders.get(gram, set()) for gram in grams)):
            likeness = len(grams & known[at]) / len(grams | known[at])
            assert likeness <= JACCARD_MAX, (example.text, train[at].text)


def _grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower())
    return frozenset(plain[at : at + 4] for at in range(max(1, len(plain) - 3)))
