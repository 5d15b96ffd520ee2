"""Learning from the plant: a head trained on shipped data and corrections, judged before it serves."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.learning.gate import Change, changes, worse
from app.learning.headfile import Origin
from app.learning.intent import DEV, TRAIN, Course, seen_text
from app.learning.judging import Verdict, judge, report
from app.learning.messages import DataSet, Example, read_data
from app.learning.refit import refit
from app.learning.training import calibrated, fit
from app.learning.vectors import Floats, Progress, VectorCache, vectors_of
from app.ports import Lane
from app.records.correction import Correction
from app.records.reading import Intent
from app.understand.head import Head

BLIND = "blind.jsonl"
WEIGHT = 3
"""How often a correction counts beside a shipped message: it is of this plant, and it was got wrong."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Heads:
    """What a new head is made from and compared with; in service may be the shipped one itself.

    `strength` is the inverse regularisation that the shipped one was trained with, None to find it
    anew on the shipped messages.
    """

    in_service: Head
    shipped: Head
    strength: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new head and how it compares.

    `blind` is against the head in service, `drift` against the shipped one, both on the shipped
    test; `plant` is against the shipped one on the corrections, each judged by a head that learnt
    only the others (five folds; the same words are in one fold). `fallen`
    are the intents that got worse by more than their noise: with any, it must not serve.
    """

    head: Head
    origin: Origin
    evaluation: dict[str, object]
    blind: tuple[Change, ...]
    drift: tuple[Change, ...]
    plant: tuple[Change, ...]
    test: str

    @property
    def fallen(self) -> tuple[Intent, ...]:
        """The intents that forbid it."""
        return worse(self.blind, self.drift, self.plant)


@dataclass(frozen=True, slots=True)
class _Read:
    """Examples with their vectors, row by row."""

    examples: tuple[Example, ...]
    vectors: Floats

    @property
    def intents(self) -> list[str]:
        return [example.intent.value for example in self.examples]

    def part(self, rows: Sequence[int]) -> "_Read":
        return _Read(tuple(self.examples[row] for row in rows), self.vectors[list(rows)])


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything that is read once: what is learnt, what calibrates, what tests, what the plant corrected."""

    taught: _Read
    dev: _Read
    test: _Read
    plant: _Read
    test_name: str
    data: dict[str, str]


async def update(
    data_dir: Path,
    corrections: Sequence[Correction],
    heads: Heads,
    lane: Lane,
    course: Course,
    cache_dir: Path,
    progress: Progress | None = None,
) -> Outcome:
    """Train on the shipped messages and the corrections, and judge the result; writes nothing but the cache.

    `corrections` must be those of people who may write, at least one. The shipped test is `blind.jsonl`,
    `dev.jsonl` where there is none. Raises FileWrong naming the line of a data file, and LaneDown.
    """
    material = await _read(data_dir, corrections, lane, course, cache_dir, progress)
    mill = _Mill(material.taught, heads.shipped, _strength(heads, material, lane, course), course.seed)
    head = calibrated(mill.head(material.plant), material.dev.vectors, material.dev.intents)
    after = _judge(head, material.test, course)
    origin = Origin("intent", course.base, course.recipe, course.seed, material.data)
    return Outcome(
        head=head,
        origin=origin,
        evaluation=_evaluation(origin, material, after, mill.strength) | {"base_hash": lane.model_hash},
        blind=changes(_judge(heads.in_service, material.test, course), after),
        drift=changes(_judge(heads.shipped, material.test, course), after),
        plant=_compared_by_folds(mill, heads.shipped, material.plant, course),
        test=material.test_name,
    )


async def _read(
    data_dir: Path,
    corrections: Sequence[Correction],
    lane: Lane,
    course: Course,
    cache_dir: Path,
    progress: Progress | None,
) -> _Material:
    test_name = BLIND if (data_dir / BLIND).is_file() else DEV
    sets = {name: read_data(data_dir / name) for name in dict.fromkeys((TRAIN, DEV, test_name))}
    own = tuple(map(_example, corrections))
    every = [*(example for each in sets.values() for example in each.examples), *own]
    texts = [seen_text(example, course.thresholds) for example in every]
    vectors = await vectors_of(texts, lane, VectorCache(cache_dir, lane.model_hash, course.recipe), progress)
    reads, start = dict[str, _Read](), 0
    for name, examples in (*((name, each.examples) for name, each in sets.items()), ("", own)):
        reads[name], start = _Read(examples, vectors[start : start + len(examples)]), start + len(examples)
    return _Material(reads[TRAIN], reads[DEV], reads[test_name], reads[""], test_name, _data(sets, own))


def _example(correction: Correction) -> Example:
    return Example(
        correction.decision, correction.text, correction.intent, correction.language.value, keyword=False,
        trap=False,
    )  # fmt: skip


def _data(sets: dict[str, DataSet], own: Sequence[Example]) -> dict[str, str]:
    """The SHA-256 of everything that it was made from; of the corrections, of their canonical form."""
    lines = [json.dumps(asdict(example), ensure_ascii=False, sort_keys=True) for example in own]
    kept = hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()
    return {name: each.sha256 for name, each in sets.items()} | {"corrections": kept}


@dataclass(frozen=True, slots=True)
class _Mill:
    """Makes heads of the shipped messages and some corrections."""

    taught: _Read
    shipped: Head
    strength: float
    seed: int

    def head(self, own: _Read) -> Head:
        vectors = np.concatenate([self.taught.vectors, own.vectors])
        counts = np.array([1.0] * len(self.taught.examples) + [float(WEIGHT)] * len(own.examples))
        intents = self.taught.intents + own.intents
        return refit(self.shipped, self.strength, vectors, intents, counts, self.seed)


def _strength(heads: Heads, material: _Material, lane: Lane, course: Course) -> float:
    if heads.strength is not None:
        return heads.strength
    taught = material.taught
    return fit(taught.vectors, taught.intents, lane.model_hash, course.seed).strength


def _compared_by_folds(mill: _Mill, shipped: Head, plant: _Read, course: Course) -> tuple[Change, ...]:
    before, after = list[Verdict](), list[Verdict]()
    marks = [int(hashlib.sha256(e.text.encode("utf-8", "replace")).hexdigest(), 16) for e in plant.examples]
    for fold in range(_FOLDS):
        held = plant.part([row for row, mark in enumerate(marks) if mark % _FOLDS == fold])
        if held.examples:
            learnt = plant.part([row for row, mark in enumerate(marks) if mark % _FOLDS != fold])
            before += _judge(shipped, held, course)
            after += _judge(mill.head(learnt), held, course)
    return changes(before, after)


def _judge(head: Head, read: _Read, course: Course) -> list[Verdict]:
    return judge(head, read.vectors, read.examples, course.thresholds)


def _evaluation(
    origin: Origin, material: _Material, after: Sequence[Verdict], strength: float
) -> dict[str, object]:
    return {
        "name": origin.name,
        "base": origin.base,
        "recipe": asdict(origin.recipe),
        "data": dict(origin.data),
        "seed": origin.seed,
        "strength": strength,
        "trained_on": len(material.taught.examples),
        "corrections": len(material.plant.examples),
        "weight": WEIGHT,
        material.test_name.removesuffix(".jsonl"): report(after),
    }


def with_changes(outcome: Outcome) -> dict[str, object]:
    """The evaluation with every comparison, for the file and for programs."""
    told = {"blind": outcome.blind, "drift": outcome.drift, "plant": outcome.plant}
    compared = {name: [_plain(change) for change in each] for name, each in told.items()}
    return outcome.evaluation | {"test": outcome.test, "compared": compared, "fallen": list(outcome.fallen)}


def _plain(change: Change) -> dict[str, object]:
    figures = {"fall": round(change.fall, 4), "noise": round(change.noise, 4), "worse": change.worse}
    return asdict(change) | {"after": change.after} | figures
