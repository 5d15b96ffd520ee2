from dataclasses import replace

import numpy as np
import pytest

from app.learning.judging import judge, report, verdicts
from app.learning.messages import Example
from app.records.message import Language
from app.records.reading import Choice, Entities, Intent, Layer, Reading
from app.settings import Understanding
from app.understand.calibration import UNCALIBRATED, Calibration
from app.understand.head import Head

CHECK, MOVE = Intent.INVENTORY_CHECK, Intent.INVENTORY_MOVEMENT
HEAD = Head(
    weights=np.array([[1.0, -1.0]]),
    bias=np.zeros(2),
    classes=(CHECK, MOVE),
    share=1.0,
    calibration=UNCALIBRATED,
    model_hash="0" * 12,
    mean=np.zeros(1),
    scale=np.ones(1),
)
LIMITS = Understanding(read_threshold=0.55, write_threshold=0.75)
NOTHING = np.zeros((10, 2))


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
    verdicts = judge(HEAD, vectors, NOTHING[:4], examples, LIMITS)
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
    assert report(judge(HEAD, vectors, NOTHING, examples, LIMITS))["calibration_error"] == pytest.approx(0.3)


def test_a_head_may_ask_for_more_than_the_settings_but_not_for_less() -> None:
    vectors = np.array([_vector(0.9), _vector(0.6)])
    for needed, decided in ((0.95, [False, False]), (0.85, [True, False]), (0.1, [True, True])):
        head = replace(HEAD, calibration=Calibration(1.0, {CHECK: needed}, 0.1))
        told = judge(head, vectors, NOTHING[:2], [_example(CHECK)] * 2, LIMITS)
        assert [v.decided for v in told] == decided


def _reading(intent: Intent, *, decided: bool, choices: tuple[Intent, ...] = (), **more: object) -> Reading:
    offered = tuple(Choice(each, 0.4) for each in choices)
    layer = Layer.MODEL if decided else Layer.UNSURE
    return Reading(intent, 0.9, layer, decided, Language.EN, "x", "text", choices=offered, **more)  # type: ignore[arg-type]


def test_the_books_count_what_is_decided_as_a_change_and_what_should_have_been() -> None:
    report_, talk = Intent.PROGRESS_REPORT, Intent.OTHER
    examples = [_example(MOVE, str(n)) for n in range(4)] + [_example(talk, "talk"), _example(CHECK)]
    readings = [
        _reading(MOVE, decided=True),
        _reading(MOVE, decided=False, choices=(MOVE, CHECK)),
        _reading(report_, decided=True),
        _reading(CHECK, decided=False, choices=(CHECK, talk)),
        _reading(MOVE, decided=True),
        _reading(CHECK, decided=True),
    ]
    figures = report(verdicts(readings, examples))
    wrong = [examples[2].id, examples[4].id]
    assert figures["booked"] == {"n": 3, "precision": 0.3333, "coverage": 0.5, "wrong": wrong}
    assert figures["choices"] == {"n": 2, "offer_the_right_one": 0.5}
    assert figures["decided"] == {"share": 0.6667, "accuracy": 0.5}
    assert "entities" not in figures


def test_reading_and_scheduling_are_not_booked() -> None:
    told = verdicts([_reading(CHECK, decided=True)], [_example(CHECK)])
    assert report(told)["booked"] == {"n": 0, "precision": None, "coverage": None, "wrong": []}
    assert report(told)["choices"] == {"n": 0, "offer_the_right_one": None}


def test_entities_are_scored_where_somebody_noted_them() -> None:
    noted = replace(_example(CHECK), entities=Entities(item=("OIL-Q",), quantity=(3.0,), unit=("L",)))
    found = Entities(item=("OIL-Q", "WX-POL"), quantity=(3.0,), unit=("kg",))
    readings = [_reading(CHECK, decided=True, entities=found)] * 2
    table = report(verdicts(readings, [noted, _example(CHECK, "yue")]))["entities"]
    assert (table["item"]["right"], table["item"]["extra"], table["quantity"]["right"]) == (1, 1, 0)
    assert (table["all"]["right"], table["all"]["extra"], table["all"]["missed"]) == (1, 2, 1)
