"""From logits on the development set to a calibration: temperature, thresholds, and what to offer."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.policy import WRITES
from app.records.reading import Intent
from app.understand.calibration import UNCALIBRATED, Calibration
from app.understand.head import Head

Floats = NDArray[np.floating]

READ_PRECISION, WRITE_PRECISION = 0.93, 0.99
"""What deciding is worth: a wrong read costs about as much as 14 questions back, a wrong write 100."""
WRITE_COVERAGE = 0.80
"""The share of writes that shall be decided without asking back; what is to spare goes into being right.

The aim is 0.75; five points are kept for messages that are harder than the development set's.
"""
COVERAGE = 0.95
"""The share of messages not decided whose right intent must be at or above `offered`."""

_SHARES = np.round(np.arange(0.05, 1.0, 0.05), 2)
_TEMPERATURES = np.geomspace(0.1, 10.0, 461)
_STEPS = np.round(np.arange(0.30, 0.996, 0.005), 3)


def calibrated(head: Head, rows: Floats, second: Floats, intents: Sequence[str]) -> Head:
    """The head with the share and calibration that messages it was not trained on give it.

    `second` are the n-gram head's logits of the same messages.
    """
    tried = [replace(head, share=float(share)) for share in _SHARES]
    told = [(each, calibration(each.logits(rows, second), each.classes, intents)) for each in tried]
    truth = np.array([head.classes.index(Intent(name)) for name in intents])
    best, fitted = min(told, key=lambda one: _surprise(one[1], one[0].logits(rows, second), truth))
    return replace(best, calibration=fitted)


def calibration(logits: Floats, classes: Sequence[Intent], intents: Sequence[str]) -> Calibration:
    """Fit temperature, then thresholds, then the least probability offered.

    `logits` is (messages, classes). The temperature makes the true intents likeliest (Guo et al. 2017). An
    intent's threshold is the lowest, in steps of 0.005, above which the messages taken for it are right
    as often as its precision demands, and not below the one that all reads, or all writes, need together;
    for writes that is the highest that still decides WRITE_COVERAGE of them.
    `offered` is the quantile of split conformal prediction for COVERAGE among the messages not decided.
    """
    truth = np.array([classes.index(Intent(name)) for name in intents])
    temperature = min(_TEMPERATURES, key=lambda t: _surprise(Calibration(float(t), {}, 0.0), logits, truth))
    fitted = replace(UNCALIBRATED, temperature=round(float(temperature), 4))
    table = fitted.probabilities(logits)
    needed = _needed(table, classes, truth)
    limits = np.array([needed[intent] for intent in classes])
    asked = table.max(axis=1) < limits[table.argmax(axis=1)]
    return replace(fitted, needed=needed, offered=_offered(table[asked], truth[asked]))


def _surprise(tried: Calibration, logits: Floats, truth: NDArray[np.int64]) -> float:
    likely = tried.probabilities(logits)[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(likely, 1e-12)).mean())


def _needed(table: Floats, classes: Sequence[Intent], truth: NDArray[np.int64]) -> dict[Intent, float]:
    guess, confidence = table.argmax(axis=1), table.max(axis=1)
    right = guess == truth
    needed: dict[Intent, float] = {}
    for group, precision in ((WRITES, WRITE_PRECISION), (set(classes) - WRITES, READ_PRECISION)):
        members = [at for at, intent in enumerate(classes) if intent in group]
        taken = np.isin(guess, members)
        floor = _lowest(confidence, right, taken, precision)
        if group is WRITES:
            floor = max(floor, _sparing(confidence, taken & np.isin(truth, members), np.isin(truth, members)))
        for at in members:
            needed[classes[at]] = _lowest(confidence, right, guess == at, precision, floor)
    return needed


def _lowest(
    confidence: Floats,
    right: NDArray[np.bool_],
    taken: NDArray[np.bool_],
    precision: float,
    floor: float = 0.0,
) -> float:
    """The lowest step, not below `floor`, from which on enough of those taken are right."""
    for step in _STEPS[floor <= _STEPS]:
        above = taken & (confidence >= step)
        if not above.any() or right[above].mean() >= precision:
            return float(step)
    return float(_STEPS[-1])


def _sparing(confidence: Floats, taken: NDArray[np.bool_], meant: NDArray[np.bool_]) -> float:
    """The highest step that decides at least WRITE_COVERAGE of those meant; the lowest where none does."""
    enough = [step for step in _STEPS if (taken & (confidence >= step)).sum() >= WRITE_COVERAGE * meant.sum()]
    return float(max(enough, default=_STEPS[0]))


def _offered(table: Floats, truth: NDArray[np.int64]) -> float:
    """With n messages, the probability of the right intent that is the floor((n+1)(1-COVERAGE))-th lowest.

    0, which offers everything that there is room for, where they are too few.
    """
    likely = np.sort(table[np.arange(len(truth)), truth])
    rank = math.floor((len(likely) + 1) * (1 - COVERAGE))
    return round(float(likely[rank - 1]) if rank else 0.0, 4)
