"""Probabilities that sum to one, choices that are two or three, numbers that are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import ModelWrong
from app.records.reading import Choice, Intent
from app.understand.calibration import Calibration

LOGITS = st.lists(st.floats(-1e6, 1e6), min_size=10, max_size=10)


@given(st.lists(LOGITS, min_size=1, max_size=4), st.floats(0.1, 10))
def test_each_row_sums_to_one_and_keeps_its_order(rows: list[list[float]], temperature: float) -> None:
    logits = np.array(rows)
    found = Calibration(temperature, {}, 0.1).probabilities(logits)
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(axis=1), 1)
    assert (found.max(axis=1) == found[np.arange(len(rows)), logits.argmax(axis=1)]).all()


def test_a_higher_temperature_is_less_sure() -> None:
    logits = np.array([[3.0, 0.0]])
    sure = [Calibration(t, {}, 0.1).probabilities(logits).max() for t in (0.5, 1.0, 2.0)]
    assert sure == sorted(sure, reverse=True)
    assert sure[1] == pytest.approx(np.exp(3) / (np.exp(3) + 1))


def ranked(*confidences: float) -> tuple[Choice, ...]:
    rest = (0.0,) * (10 - len(confidences))
    return tuple(Choice(intent, p) for intent, p in zip(Intent, (*confidences, *rest), strict=True))


@pytest.mark.parametrize(
    ("confidences", "count"),
    [((0.5, 0.3, 0.15), 3), ((0.5, 0.3, 0.05), 2), ((0.95, 0.02), 2), ((0.3, 0.3, 0.2, 0.2), 3),
     ((0.5, 0.3, 0.1), 3)],
)  # fmt: skip
def test_two_or_three_are_offered_and_the_third_only_from_the_threshold_on(
    confidences: tuple[float, ...], count: int
) -> None:
    meanings = ranked(*confidences)
    assert Calibration(1.0, {}, 0.1).choices(meanings) == meanings[:count]


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_out_of_range_is_refused(temperature: float) -> None:
    with pytest.raises(ModelWrong, match="temperature"):
        Calibration(temperature, {}, 0.1)


@pytest.mark.parametrize("number", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability_is_refused(number: float) -> None:
    with pytest.raises(ModelWrong, match="probabilities"):
        Calibration(1.0, {}, number)
    with pytest.raises(ModelWrong, match="probabilities"):
        Calibration(1.0, {Intent.OTHER: number}, 0.1)
