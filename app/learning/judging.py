"""How good a head is: accuracy by intent, language and difficulty, calibration, and what would be decided."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.learning.messages import Example
from app.policy import WRITES
from app.records.reading import Intent
from app.settings import Understanding
from app.understand.head import Head

Floats = NDArray[np.floating]

_BINS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """One example, judged: the best guess, its confidence 0..1, whether it is right and would be acted on."""

    example: Example
    guess: Intent
    confidence: float
    right: bool
    decided: bool


def judge(
    head: Head, vectors: Floats, examples: Sequence[Example], thresholds: Understanding
) -> list[Verdict]:
    """A verdict per example, in order."""
    table = head.probabilities(vectors)
    return [_verdict(head, row, example, thresholds) for row, example in zip(table, examples, strict=True)]


def _verdict(head: Head, row: Floats, example: Example, thresholds: Understanding) -> Verdict:
    guess, confidence = head.classes[int(row.argmax())], float(row.max())
    needed = thresholds.write_threshold if guess in WRITES else thresholds.read_threshold
    return Verdict(example, guess, confidence, guess is example.intent, confidence >= needed)


def report(verdicts: Sequence[Verdict]) -> dict[str, object]:
    """The figures of `evaluation.json`; shares from 0 to 1, None where there is nothing to count."""
    decided = [v for v in verdicts if v.decided]
    return {
        "n": len(verdicts),
        "accuracy": _accuracy(verdicts),
        "confusions": _confusions(verdicts),
        "by_intent": _by(verdicts, lambda v: v.example.intent.value),
        "by_language": _by(verdicts, lambda v: v.example.lang),
        "keyword_free": _part(v for v in verdicts if not v.example.keyword),
        "trap": _part(v for v in verdicts if v.example.trap),
        "calibration_error": _calibration_error(verdicts),
        "decided": {"share": round(len(decided) / len(verdicts), 4), "accuracy": _accuracy(decided)},
    }


def _accuracy(verdicts: Sequence[Verdict]) -> float | None:
    return round(sum(v.right for v in verdicts) / len(verdicts), 4) if verdicts else None


def _part(verdicts: Iterable[Verdict]) -> dict[str, object]:
    part = list(verdicts)
    return {"n": len(part), "accuracy": _accuracy(part)}


def _by(verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> dict[str, object]:
    names = sorted({key(v) for v in verdicts})
    return {name: _part(v for v in verdicts if key(v) == name) for name in names}


def _confusions(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    wrong = [(v.example.intent.value, v.guess.value) for v in verdicts if not v.right]
    pairs = sorted(set(wrong), key=lambda pair: (-wrong.count(pair), pair))
    return [{"is": a, "taken_for": b, "n": wrong.count((a, b))} for a, b in pairs[:10]]


def _calibration_error(verdicts: Sequence[Verdict]) -> float:
    """Expected calibration error over ten equal bins of confidence."""
    bins: dict[int, list[Verdict]] = {}
    for verdict in verdicts:
        bins.setdefault(min(int(verdict.confidence * _BINS), _BINS - 1), []).append(verdict)
    gaps = [abs(sum(v.right for v in b) - sum(v.confidence for v in b)) for b in bins.values()]
    return round(sum(gaps) / len(verdicts), 4)
