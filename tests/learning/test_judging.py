import numpy as np
import pytest

from app.learning.judging import judge, report
from app.learning.messages import Example
from app.learning.training import calibrated
from app.records.reading import Intent
from app.settings import Understanding
from app.understand.head import Head

CHECK, MOVE = Intent.INVENTORY_CHECK, Intent.INVENTORY_MOVEMENT
HEAD = Head(
    weights=np.array([[1.0, -1.0]]),
    bias=np.zeros(2),
    classes=(CHECK, MOVE),
    temperature=1.0,
    model_hash="0" * 12,
    mean=np.zeros(1),
    scale=np.ones(1),
)


def _example(intent: Intent, lang: str = "en", *, keyword: bool = True, trap: bool = False) -> Example:
    return Example(f"{intent}{lang}{keyword}{trap}", "text", intent, lang, keyword, trap)


def _vector(probability_of_check: float) -> list[float]:
    return [np.log(probability_of_check / (1 - probability_of_check)) / 2]


def test_reading_needs_less_than_writing() -> None:
    vectors = np.array([_vector(0.6), _vector(0.5), _vector(0.3), _vector(0.2)])
    examples = [
        _example(CHECK),
        _example(CHECK),
        _example(MOVE),
        _example(CHECK, "yue", keyword=False, trap=True),
    ]
    verdicts = judge(HEAD, vectors, examples, Understanding(read_threshold=0.55, write_threshold=0.75))
    assert [v.decided for v in verdicts] == [True, False, False, True]
    assert [v.right for v in verdicts] == [True, True, True, False]
    figures = report(verdicts)
    assert (figures["n"], figures["accuracy"]) == (4, 0.75)
    assert figures["decided"] == {"share": 0.5, "accuracy": 0.5}
    assert figures["by_language"] == {"en": {"n": 3, "accuracy": 1.0}, "yue": {"n": 1, "accuracy": 0.0}}
    assert figures["keyword_free"] == figures["trap"] == {"n": 1, "accuracy": 0.0}
    assert figures["confusions"] == [{"is": CHECK.value, "taken_for": MOVE.value, "n": 1}]


def test_calibration_error_counts_the_gap_between_confidence_and_right() -> None:
    vectors = np.array([_vector(0.9)] * 10)
    examples = [_example(CHECK)] * 6 + [_example(MOVE)] * 4
    assert report(judge(HEAD, vectors, examples, Understanding()))["calibration_error"] == pytest.approx(0.3)


@pytest.mark.parametrize(("right", "temperature"), [(9, 1.0), (7, 2.6)])
def test_the_temperature_brings_confidence_to_the_share_of_right_answers(
    right: int, temperature: float
) -> None:
    vectors = np.array([_vector(0.9)] * 10)
    intents = [CHECK.value] * right + [MOVE.value] * (10 - right)
    assert calibrated(HEAD, vectors, intents).temperature == pytest.approx(temperature, rel=0.02)
