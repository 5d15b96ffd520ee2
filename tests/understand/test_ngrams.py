"""Runs of characters: the same buckets on every machine, and a head that must fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.understand.calibration import Calibration
from app.understand.ngrams import BUCKETS, NgramHead, buckets
from app.understand.signs import SIGNS

CLASSES = tuple(Intent)


def ngrams(**changes: object) -> NgramHead:
    parts: dict[str, object] = {
        "weights": np.zeros((BUCKETS, 10), np.float32), "sign_weights": np.zeros((len(SIGNS), 10)),
        "bias": np.zeros(10), "classes": CLASSES, "calibration": Calibration(1.0, {}, 0.1), "digest": "d",
    }  # fmt: skip
    return NgramHead(**(parts | changes))  # type: ignore[arg-type]


def test_the_buckets_are_those_that_shipped_heads_were_trained_with() -> None:
    """CRC-32 of UTF-8: a change here makes every trained head wrong."""
    assert buckets("坏").tolist() == [2191, 41407, 53061, 57849, 59132]


@given(st.text(max_size=400))
def test_buckets_are_sorted_distinct_and_in_range(text: str) -> None:
    found = buckets(text)
    assert found.tolist() == sorted(set(found.tolist()))
    assert 0 <= found[0] <= found[-1] < BUCKETS
    assert found.tolist() == buckets(text).tolist()


@given(st.integers(0, 10**20), st.integers(0, 10**20))
def test_a_number_is_a_number(one: int, other: int) -> None:
    assert buckets(f"so-{one} 做好未").tolist() == buckets(f"so-{other} 做好未").tolist()


def test_what_differs_in_letters_differs() -> None:
    assert set(buckets("做好未")) != set(buckets("做好咗"))
    assert set(buckets("坏了")) != set(buckets("坏"))


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "\0"])
def test_next_to_nothing_has_logits_all_the_same(text: str) -> None:
    logits = ngrams(bias=np.arange(10.0)).logits(text, np.zeros(len(SIGNS)))
    assert logits.tolist() == list(range(10))


def test_only_the_beginning_of_a_long_message_counts() -> None:
    assert buckets("a" * 300 + "壞").tolist() == buckets("a" * 300).tolist()


def test_a_message_s_sum_is_divided_by_the_root_of_its_buckets() -> None:
    weights = np.zeros((BUCKETS, 10), np.float32)
    weights[:, 3] = 1.0
    signs = np.zeros(len(SIGNS))
    signs[2] = 0.5
    sign_weights = np.zeros((len(SIGNS), 10))
    sign_weights[2, 4] = 8.0
    logits = ngrams(weights=weights, sign_weights=sign_weights).logits("gr-03壞咗", signs)
    assert logits[3] == pytest.approx(np.sqrt(len(buckets("gr-03壞咗"))))
    assert (logits[4], logits[5]) == (4.0, 0.0)


def test_probabilities_are_calibrated() -> None:
    warm = ngrams(bias=np.arange(10.0), calibration=Calibration(3.0, {}, 0.1))
    cold = ngrams(bias=np.arange(10.0))
    warm_row, cold_row = (head.probabilities("x", np.zeros(len(SIGNS))) for head in (warm, cold))
    assert warm_row.sum() == pytest.approx(1.0)
    assert warm_row.max() < cold_row.max()


@pytest.mark.parametrize(
    "changes",
    [{"weights": np.zeros((BUCKETS - 1, 10))}, {"weights": np.zeros((BUCKETS, 9))}, {"bias": np.zeros(9)},
     {"sign_weights": np.zeros((len(SIGNS) + 1, 10))}, {"classes": CLASSES[:9]},
     {"bias": np.full(10, np.nan)}, {"sign_weights": np.full((len(SIGNS), 10), np.inf)}],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ModelWrong):
        ngrams(**changes)
