"""How good an understanding is: right, sure when right, and what would be done without asking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.learning import entity_scores
from app.learning.messages import Example
from app.policy import WRITES
from app.records.reading import Entities, Intent, Reading
from app.settings import Understanding
from app.understand.head import Head

Floats = NDArray[np.floating]

BOOKED = frozenset(
    {
        Intent.INVENTORY_MOVEMENT,
        Intent.MACHINE_STATUS,
        Intent.PROGRESS_REPORT,
        Intent.QUALITY_ISSUE,
        Intent.APPROVAL,
    }
)
"""Intents whose decided readings change the plant's books: being wrong here costs most."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """One example, judged: the best guess, its confidence 0..1, whether it is right and would be acted on.

    `offered` are the meanings that the sender would be asked with, none when decided. `found` is None
    where only heads were judged.
    """

    example: Example
    guess: Intent
    confidence: float
    right: bool
    decided: bool
    offered: tuple[Intent, ...] = ()
    found: Entities | None = None


def judge(
    head: Head, rows: Floats, second: Floats, examples: Sequence[Example], thresholds: Understanding
) -> list[Verdict]:
    """A verdict per example on the heads alone, in order; `second` are the n-gram head's logits."""
    table = head.probabilities(rows, second)
    return [_of_head(head, row, example, thresholds) for row, example in zip(table, examples, strict=True)]


def _of_head(head: Head, row: Floats, example: Example, thresholds: Understanding) -> Verdict:
    guess, confidence = head.classes[int(row.argmax())], float(row.max())
    least = thresholds.write_threshold if guess in WRITES else thresholds.read_threshold
    needed = max(least, head.calibration.needed.get(guess, 0.0))
    return Verdict(example, guess, confidence, guess is example.intent, confidence >= needed)


def verdicts(readings: Sequence[Reading], examples: Sequence[Example]) -> list[Verdict]:
    """A verdict per example on whole readings, rules and entities included, in order."""
    return [_of_reading(reading, example) for reading, example in zip(readings, examples, strict=True)]


def _of_reading(reading: Reading, example: Example) -> Verdict:
    offered = tuple(choice.intent for choice in reading.choices)
    right = reading.intent is example.intent
    return Verdict(
        example, reading.intent, reading.confidence, right, reading.decided, offered, reading.entities
    )


def report(told: Sequence[Verdict]) -> dict[str, object]:
    """The figures of `evaluation.json`; shares from 0 to 1, None where there is nothing to count.

    `booked` is about the intents of BOOKED: of the messages decided as one of them, the share that is
    right (`precision`); of the messages that are one of them, the share that is decided (`coverage`).
    `choices` is the share of questions back that offer the right meaning.
    """
    decided, asked = [v for v in told if v.decided], [v for v in told if v.offered]
    figures = {
        "n": len(told),
        "accuracy": _accuracy(told),
        "confusions": _confusions(told),
        "by_intent": _by(told, lambda v: v.example.intent.value),
        "by_language": _by(told, lambda v: v.example.lang),
        "keyword_free": _part(v for v in told if not v.example.keyword),
        "trap": _part(v for v in told if v.example.trap),
        "calibration_error": calibration_error(told),
        "decided": {"share": round(len(decided) / len(told), 4), "accuracy": _accuracy(decided)},
        "booked": _booked(told),
        "choices": {"n": len(asked), "offer_the_right_one": _share(asked, _offers)},
    }
    return figures | _entities(told)


def _offers(verdict: Verdict) -> bool:
    return verdict.example.intent in verdict.offered


def _booked(told: Sequence[Verdict]) -> dict[str, object]:
    done = [v for v in told if v.decided and v.guess in BOOKED]
    meant = [v for v in told if v.example.intent in BOOKED]
    wrong = [v.example.id for v in done if not v.right]
    return {
        "n": len(done),
        "precision": _accuracy(done),
        "coverage": _share(meant, lambda v: v.decided),
        "wrong": wrong,
    }


def _entities(told: Sequence[Verdict]) -> dict[str, object]:
    scores = [
        entity_scores.score(_fields(v.example.entities), v.found)
        for v in told
        if v.found is not None and v.example.entities is not None
    ]
    return {"entities": entity_scores.report(entity_scores.total(scores))} if scores else {}


def _fields(entities: Entities) -> dict[str, Sequence[object]]:
    return {name: getattr(entities, name) for name in (*entity_scores.KEYS, "unit")}


def _share(told: Sequence[Verdict], fits: Callable[[Verdict], bool]) -> float | None:
    return round(sum(map(fits, told)) / len(told), 4) if told else None


def _accuracy(told: Sequence[Verdict]) -> float | None:
    return _share(told, lambda v: v.right)


def _part(told: Iterable[Verdict]) -> dict[str, object]:
    part = list(told)
    return {"n": len(part), "accuracy": _accuracy(part)}


def _by(told: Sequence[Verdict], key: Callable[[Verdict], str]) -> dict[str, object]:
    names = sorted({key(v) for v in told})
    return {name: _part(v for v in told if key(v) == name) for name in names}


def _confusions(told: Sequence[Verdict]) -> list[dict[str, object]]:
    wrong = [(v.example.intent.value, v.guess.value) for v in told if not v.right]
    pairs = sorted(set(wrong), key=lambda pair: (-wrong.count(pair), pair))
    return [{"is": a, "taken_for": b, "n": wrong.count((a, b))} for a, b in pairs[:10]]


def binned(told: Sequence[Verdict]) -> list[tuple[int, float, float]]:
    """For each of BINS equal bins of confidence that holds any: how many, mean confidence, share right."""
    bins: dict[int, list[Verdict]] = {}
    for verdict in told:
        bins.setdefault(min(int(verdict.confidence * BINS), BINS - 1), []).append(verdict)
    return [
        (len(b), sum(v.confidence for v in b) / len(b), sum(v.right for v in b) / len(b))
        for _, b in sorted(bins.items())
    ]


def calibration_error(told: Sequence[Verdict]) -> float:
    """Expected calibration error over equal bins of confidence."""
    return round(sum(n * abs(right - sure) for n, sure, right in binned(told)) / len(told), 4)
