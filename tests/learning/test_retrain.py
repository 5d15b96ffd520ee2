"""Training the encoder: it learns, it is reproducible, and what it writes is accepted by the lane."""

import hashlib
import random
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import jax
import numpy as np
import pytest

from app.learning.encoder import Parameters, encode, parameters_of, word_table
from app.learning.finetune import Lessons, Plan, _batch, _batches, finetune
from app.learning.messages import Example
from app.learning.retrain import Taught, retrain
from app.outbound.lane.engine import Engine
from app.outbound.lane.manifest import read_manifest
from app.outbound.lane.weights import locate
from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.records.recipe import Recipe
from app.settings import Model
from tests.learning.tiny import PIECES, SHAPE, tiny_base

QUICK = Plan(epochs=6, batch=8, rate=1e-2, kept=0.8)
TODAY = date(2026, 11, 26)
BASE = tiny_base()
WORDS = word_table(BASE, np.arange(len(PIECES)))


def spelled(texts) -> list[tuple[int, ...]]:
    return [(0, *(PIECES.index(letter) for letter in text), 2) for text in texts]


def sentences(seed: int, count: int) -> tuple[list[str], list[int]]:
    """Letters of which one says the label."""
    dice = random.Random(seed)  # noqa: S311 - letters, not secrets
    labels = [at % 2 for at in range(count)]
    texts = []
    for label in labels:
        letters = [*dice.choices("abcdefghij", k=9), "好坏"[label]]
        dice.shuffle(letters)
        texts.append("".join(letters))
    return texts, labels


def lessons(seed: int = 1, vary=lambda text: text) -> Lessons:
    texts, labels = sentences(seed, 48)
    return Lessons(texts, labels, 2, spelled, vary)


@cache
def learnt(seed: int = 7) -> Parameters:
    return finetune(parameters_of(BASE), WORDS, SHAPE, lessons(), replace(QUICK, seed=seed))


def states(parameters: Parameters, texts: list[str]) -> np.ndarray:
    tokens = spelled(texts)
    batch = _batch(tokens, [0] * len(tokens), 16, len(tokens))
    run = jax.jit(encode, static_argnums=(1, 5))
    return np.asarray(run(parameters, SHAPE, WORDS[batch.ids], batch.mask, jax.random.PRNGKey(0), 0.0))


def told_apart(parameters: Parameters) -> float:
    """The share of unseen texts that lie nearer to the seen ones of their label."""
    seen, labels = sentences(1, 48)
    fresh, truth = sentences(2, 60)
    known, asked = states(parameters, seen), states(parameters, fresh)
    middles = np.stack([known[np.array(labels) == label].mean(axis=0) for label in (0, 1)])
    far = np.linalg.norm(asked[:, None] - middles[None], axis=2)
    return float((far.argmin(axis=1) == np.array(truth)).mean())


def test_it_learns_to_tell_two_labels_apart_in_a_few_steps() -> None:
    assert told_apart(parameters_of(BASE)) < 0.9
    assert told_apart(learnt()) >= 0.98


def test_the_same_seed_gives_the_same_bits_and_another_gives_others() -> None:
    again = finetune(parameters_of(BASE), WORDS, SHAPE, lessons(), QUICK)
    first = learnt()
    assert set(again) == set(first) == set(parameters_of(BASE))
    assert all(np.array_equal(again[name], first[name]) for name in first)
    other = learnt(8)
    assert not all(np.array_equal(other[name], first[name]) for name in first)


def test_the_first_epoch_sees_the_texts_as_they_are_and_progress_ends_where_it_said() -> None:
    varied: list[str] = []
    told: list[tuple[int, int]] = []

    def vary(text: str) -> str:
        varied.append(text)
        return text[::-1]

    short = Plan(epochs=2, batch=8, rate=1e-3)
    start = parameters_of(BASE)
    finetune(start, WORDS, SHAPE, lessons(vary=vary), short, lambda *at: told.append(at))
    assert varied == lessons().texts
    assert told[-1] == (12, 12)
    assert [done for done, _ in told] == list(range(1, 13))
    assert np.array_equal(start["emb.pos"], parameters_of(BASE)["emb.pos"]), (
        "what it starts from is left alone"
    )


def test_every_text_is_in_a_batch_once_and_padding_bears_no_label() -> None:
    tokens = [(0, *[5] * length, 2) for length in (1, 3, 20, 30, 50, 100, 300, *[4] * 9)]
    labels = list(range(len(tokens)))
    made = list(_batches(tokens, labels, 4, 3))
    assert sorted(label for batch in made for label in batch.labels.tolist() if label >= 0) == labels
    for batch in made:
        assert batch.ids.shape == batch.mask.shape
        assert len(batch.labels) == 4
        for ids, mask, label in zip(batch.ids, batch.mask, batch.labels, strict=True):
            length = int((mask > 0).sum())
            assert (length == 0) is bool(label < 0)
            if length:
                assert (mask[0], mask[length - 1], ids[length - 1]) == (1, 1, 2)


def examples(count: int) -> list[Example]:
    texts, labels = sentences(3, count)
    intents = (Intent.APPROVAL, Intent.OTHER)
    return [Example(f"t{at}", text, intents[label], "en", keyword=False, trap=False)
            for at, (text, label) in enumerate(zip(texts, labels, strict=True))]  # fmt: skip


@pytest.fixture
def taught() -> Taught:
    return Taught(examples(16), lambda example: example.text, 32)


def test_what_is_written_is_what_the_manifest_says_and_the_lane_runs_it(tmp_path: Path, taught) -> None:
    folder = tmp_path / "models" / "tiny-intent"
    digest = retrain(folder, taught, Plan(epochs=1, batch=8), TODAY, BASE)
    raw = (folder / "encoder.gguf").read_bytes()
    manifest = read_manifest(folder / "manifest.toml")
    assert digest == manifest.sha256 == hashlib.sha256(raw).hexdigest()
    assert (manifest.name, manifest.size_bytes, manifest.date) == ("tiny-intent", len(raw), TODAY)
    found = locate(Model(name="tiny-intent"), tmp_path / "models", tmp_path / "cache")
    assert (found.path, found.sha256) == (folder / "encoder.gguf", digest)
    vectors, _ = Engine(found.path, Recipe(), 1).evaluate(["abc", "坏"])
    assert vectors.shape == (2, SHAPE.width)
    assert np.isfinite(vectors).all()
    assert sorted(path.name for path in folder.iterdir()) == ["encoder.gguf", "manifest.toml"]


def test_a_file_that_was_changed_afterwards_is_refused(tmp_path: Path, taught) -> None:
    folder = tmp_path / "models" / "tiny-intent"
    retrain(folder, taught, Plan(epochs=1, batch=8), TODAY, BASE)
    with (folder / "encoder.gguf").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelWrong, match="not the file of the manifest"):
        locate(Model(name="tiny-intent"), tmp_path / "models", tmp_path / "cache")


def test_training_twice_gives_the_same_file(tmp_path: Path, taught) -> None:
    first, second = (
        retrain(tmp_path / name / "x", taught, Plan(epochs=2, batch=8), TODAY, BASE) for name in ("a", "b")
    )
    assert first == second
