import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.understand.calibration import Calibration
from app.understand.head import Head

CLASSES = tuple(Intent)


def head(**changes: object) -> Head:
    parts: dict[str, object] = {
        "weights": np.eye(10), "bias": np.zeros(10), "classes": CLASSES, "share": 1.0,
        "calibration": Calibration(1.0, {}, 0.1), "model_hash": "abc",
        "mean": np.zeros(10), "scale": np.ones(10),
    }  # fmt: skip
    return Head(**(parts | changes))  # type: ignore[arg-type]


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=10, max_size=10), min_size=1, max_size=5))
def test_rows_are_probabilities_even_for_large_numbers(vectors: list[list[float]]) -> None:
    rows = head().probabilities(np.array(vectors), np.zeros((len(vectors), 10)))
    assert rows.shape == (len(vectors), 10)
    assert np.isfinite(rows).all()
    assert (rows >= 0).all()
    assert np.allclose(rows.sum(axis=1), 1)


def test_it_is_the_softmax_of_the_standardised_vector() -> None:
    made = head(
        mean=np.full(10, 2.0), scale=np.full(10, 4.0), bias=np.arange(10.0),
        calibration=Calibration(2.0, {}, 0.1),
    )  # fmt: skip
    vector = np.arange(10.0) * 3
    logits = ((vector - 2) / 4 + np.arange(10.0)) / 2
    found = made.probabilities(vector[None], np.zeros((1, 10)))[0]
    assert np.allclose(found, np.exp(logits) / np.exp(logits).sum())


@pytest.mark.parametrize("share", [0.25, 0.6, 1.0])
def test_the_second_opinion_has_what_its_share_leaves(share: float) -> None:
    own, second = np.arange(10.0)[None], np.arange(10.0)[None, ::-1] ** 2
    expected = share * own + (1 - share) * second
    assert np.allclose(head(share=share).logits(own, second), expected)


def test_no_vectors_give_no_rows() -> None:
    assert head().probabilities(np.zeros((0, 10)), np.zeros((0, 10))).shape == (0, 10)


@pytest.mark.parametrize(
    "changes",
    [{"bias": np.zeros(9)}, {"mean": np.zeros(9)}, {"scale": np.zeros(10)},
     {"weights": np.full((10, 10), np.nan)},
     {"share": 0.0}, {"share": 1.1}, {"share": float("nan")}, {"classes": CLASSES[:9]},
     {"classes": (*CLASSES[:9], CLASSES[0])}],
)  # fmt: skip
def test_parts_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ModelWrong):
        head(**changes)


@pytest.mark.parametrize("shape", [(1, 9), (10,), (2, 11)])
def test_vectors_of_another_width_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelWrong):
        head().probabilities(np.zeros(shape), np.zeros((1, 10)))
