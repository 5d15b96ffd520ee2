"""What the development set teaches a head holds on that set."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.learning.calibrating import COVERAGE, READ_PRECISION, WRITE_PRECISION, calibrated, calibration
from app.policy import WRITES
from app.records.reading import Intent
from app.understand.calibration import UNCALIBRATED, Calibration
from app.understand.head import Head

CLASSES = tuple(Intent)
SEEDS = st.integers(0, 2**32 - 1)


def _set(seed: int, size: int, skill: float) -> tuple[np.ndarray, list[str]]:
    """Logits that favour the right class more or less."""
    dice = np.random.default_rng(seed)
    truth = dice.integers(0, 10, size)
    logits = dice.normal(0, 1.5, (size, 10)) + skill * np.eye(10)[truth]
    return logits, [CLASSES[at].value for at in truth]


@given(SEEDS, st.integers(1, 300), st.floats(0, 8))
@example(5105350, 267, 3.5)  # right often enough at an intent's own step, and not at the higher one of all
@settings(max_examples=30, deadline=None)
def test_what_is_decided_is_as_often_right_as_its_cost_demands(seed: int, size: int, skill: float) -> None:
    logits, intents = _set(seed, size, skill)
    fitted = calibration(logits, CLASSES, intents)
    table = fitted.probabilities(logits)
    guess, sure = table.argmax(axis=1), table.max(axis=1)
    right = np.array([CLASSES[at].value == intent for at, intent in zip(guess, intents, strict=True)])
    needed = np.array([fitted.needed[CLASSES[at]] for at in guess])
    assert needed.min() >= 0.3
    for at, intent in enumerate(CLASSES):
        done = (guess == at) & (sure >= needed)
        precision = WRITE_PRECISION if intent in WRITES else READ_PRECISION
        top = needed[done].max(initial=0.0) >= 0.995  # the last step is taken whatever it gives
        assert not done.any() or top or right[done].mean() >= precision


@given(SEEDS, st.integers(1, 300), st.floats(0, 8))
@settings(max_examples=30, deadline=None)
def test_the_right_meaning_of_what_is_asked_back_is_nearly_always_likely_enough_to_be_offered(
    seed: int, size: int, skill: float
) -> None:
    logits, intents = _set(seed, size, skill)
    fitted = calibration(logits, CLASSES, intents)
    table = fitted.probabilities(logits)
    likely = table[np.arange(size), [CLASSES.index(Intent(intent)) for intent in intents]]
    needed = np.array([fitted.needed[CLASSES[at]] for at in table.argmax(axis=1)])
    asked = likely[table.max(axis=1) < needed]
    assert not len(asked) or (asked >= fitted.offered - 1e-4).mean() >= COVERAGE


def test_logits_that_mean_what_they_say_keep_their_temperature() -> None:
    """Of 1,000 messages at 0.7, 700 are right: the likeliest temperature is 1."""
    probabilities = np.full((1000, 10), 0.3 / 9)
    probabilities[:, 0] = 0.7
    intents = [CLASSES[0].value] * 700 + [CLASSES[1 + n % 9].value for n in range(300)]
    assert calibration(np.log(probabilities), CLASSES, intents).temperature == pytest.approx(1.0, rel=0.01)


@pytest.mark.parametrize(("factor", "temperature"), [(3.0, 3.0), (0.5, 0.5)])
def test_logits_that_boast_or_mumble_are_brought_back(factor: float, temperature: float) -> None:
    probabilities = np.full((1000, 10), 0.3 / 9)
    probabilities[:, 0] = 0.7
    intents = [CLASSES[0].value] * 700 + [CLASSES[1 + n % 9].value for n in range(300)]
    fitted = calibration(np.log(probabilities) * factor, CLASSES, intents)
    assert fitted.temperature == pytest.approx(temperature, rel=0.01)


def test_no_write_needs_less_than_all_writes_together() -> None:
    """One lucky guess at a seldom intent lowers nothing."""
    logits, intents = _set(3, 300, 3.0)
    seldom = CLASSES.index(Intent.APPROVAL)
    logits[:, seldom] = -9.0
    logits[0], intents[0] = np.where(np.arange(10) == seldom, 1.0, 0.0), Intent.APPROVAL.value
    needed = calibration(logits, CLASSES, intents).needed
    assert set(needed) == set(CLASSES)
    assert needed[Intent.APPROVAL] == min(needed[intent] for intent in WRITES) > 0.3


def test_the_better_opinion_gets_the_greater_share() -> None:
    good, intents = _set(1, 300, 6.0)
    bad, _ = _set(2, 300, 0.0)
    head = Head(np.eye(10), np.zeros(10), CLASSES, 1.0, UNCALIBRATED, "f00", np.zeros(10), np.ones(10))
    assert calibrated(head, good, bad, intents).share > 0.5
    assert calibrated(head, bad, good, intents).share < 0.5
    fitted = calibrated(head, good, bad, intents)
    assert fitted.calibration == calibration(fitted.logits(good, bad), CLASSES, intents)
    assert isinstance(fitted.calibration, Calibration)
