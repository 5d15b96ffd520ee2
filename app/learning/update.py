"""Learning from the plant: a head trained on shipped data and corrections, judged before it serves."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from app.learning.calibrating import calibrated
from app.learning.gate import Change, changes, worse
from app.learning.headfile import Origin
from app.learning.intent import BLIND, DEV, TRAIN, Course
from app.learning.judging import Verdict, judge, report
from app.learning.messages import DataSet, Example, read_data
from app.learning.rows import Eyes, Seen, see
from app.learning.training import STRENGTH, refit
from app.learning.vectors import Progress
from app.ports import Lane
from app.records.correction import Correction
from app.records.reading import Intent
from app.understand.head import Head
from app.understand.ngrams import NgramHead

WEIGHT = 3
"""How often a correction counts beside a shipped message: it is of this plant, and it was got wrong."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Heads:
    """What a new head is made from and compared with; in service may be the shipped one itself."""

    in_service: Head
    shipped: Head
    ngrams: NgramHead


@dataclass(frozen=True, slots=True)
class Lessons:
    """What the plant corrected, and the eyes that know its names; shipped messages speak of other things."""

    corrections: Sequence[Correction]
    eyes: Eyes


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

    @property
    def fallen(self) -> tuple[Intent, ...]:
        """The intents that forbid it."""
        return worse(self.blind, self.drift, self.plant)


@dataclass(frozen=True, slots=True)
class _Material:
    """Everything that is read once: what is learnt, what calibrates, what tests, what the plant corrected."""

    taught: Seen
    dev: Seen
    test: Seen
    plant: Seen
    data: dict[str, str]


async def update(
    data_dir: Path,
    lessons: Lessons,
    heads: Heads,
    lane: Lane,
    course: Course,
    cache_dir: Path,
    progress: Progress | None = None,
) -> Outcome:
    """Train on the shipped messages and the corrections, and judge the result; writes nothing but the cache.

    The corrections must be those of people who may write, at least one. `course.eyes` must be those
    that the shipped head was trained with: with a plant's own names its messages would name nothing.
    Raises FileWrong naming the line of a data file, and LaneDown.
    """
    material = await _read(data_dir, lessons, lane, course, cache_dir, progress)
    mill = _Mill(material.taught, material.dev, heads, course)
    head = mill.head(material.plant)
    after = mill.judge(head, material.test)
    origin = Origin("intent", course.base, course.recipe, course.seed, material.data)
    return Outcome(
        head=head,
        origin=origin,
        evaluation=_evaluation(origin, material, after) | {"base_hash": lane.model_hash},
        blind=changes(mill.judge(heads.in_service, material.test), after),
        drift=changes(mill.judge(heads.shipped, material.test), after),
        plant=_compared_by_folds(mill, material.plant),
    )


async def _read(
    data_dir: Path,
    lessons: Lessons,
    lane: Lane,
    course: Course,
    cache_dir: Path,
    progress: Progress | None,
) -> _Material:
    sets = {name: read_data(data_dir / name) for name in (TRAIN, DEV, BLIND)}
    own = tuple(map(_example, lessons.corrections))
    every = [each.examples for each in sets.values()]
    taught, dev, test = await see(every, course.eyes, lane, course.recipe, cache_dir, progress)
    [plant] = await see([own], lessons.eyes, lane, course.recipe, cache_dir, progress)
    return _Material(taught, dev, test, plant, _data(sets, own))


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
    """Makes heads of the shipped messages and some corrections, and judges them."""

    taught: Seen
    dev: Seen
    heads: Heads
    course: Course

    def head(self, own: Seen) -> Head:
        """Fitted with these corrections, calibrated on the shipped development set."""
        rows = np.concatenate([self.taught.rows, own.rows])
        counts = np.array([1.0] * len(self.taught.examples) + [float(WEIGHT)] * len(own.examples))
        intents = self.taught.intents + own.intents
        head = refit(self.heads.shipped, rows, intents, counts, self.course.seed)
        return calibrated(head, self.dev.rows, self.dev.second(self.heads.ngrams), self.dev.intents)

    def judge(self, head: Head, seen: Seen) -> list[Verdict]:
        """A verdict per message."""
        second = seen.second(self.heads.ngrams)
        return judge(head, seen.rows, second, seen.examples, self.course.eyes.thresholds)


def _compared_by_folds(mill: _Mill, plant: Seen) -> tuple[Change, ...]:
    before, after = list[Verdict](), list[Verdict]()
    marks = [int(hashlib.sha256(e.text.encode("utf-8", "replace")).hexdigest(), 16) for e in plant.examples]
    for fold in range(_FOLDS):
        held = plant.part([row for row, mark in enumerate(marks) if mark % _FOLDS == fold])
        if held.examples:
            learnt = plant.part([row for row, mark in enumerate(marks) if mark % _FOLDS != fold])
            before += mill.judge(mill.heads.shipped, held)
            after += mill.judge(mill.head(learnt), held)
    return changes(before, after)


def _evaluation(origin: Origin, material: _Material, after: Sequence[Verdict]) -> dict[str, object]:
    return {
        "name": origin.name,
        "base": origin.base,
        "recipe": asdict(origin.recipe),
        "data": dict(origin.data),
        "seed": origin.seed,
        "strength": STRENGTH,
        "trained_on": len(material.taught.examples),
        "corrections": len(material.plant.examples),
        "weight": WEIGHT,
        "blind": report(after),
    }


def with_changes(outcome: Outcome) -> dict[str, object]:
    """The evaluation with every comparison, for the file and for programs."""
    told = {"blind": outcome.blind, "drift": outcome.drift, "plant": outcome.plant}
    compared = {name: [_plain(change) for change in each] for name, each in told.items()}
    return outcome.evaluation | {"compared": compared, "fallen": list(outcome.fallen)}


def _plain(change: Change) -> dict[str, object]:
    figures = {"fall": round(change.fall, 4), "noise": round(change.noise, 4), "worse": change.worse}
    return asdict(change) | {"after": change.after} | figures
