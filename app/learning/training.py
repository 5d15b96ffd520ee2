"""Fitting heads: logistic regression on rows of numbers, and on hashed runs of characters."""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.records.reading import Intent
from app.understand.calibration import UNCALIBRATED
from app.understand.draft import Draft
from app.understand.head import Head
from app.understand.ngrams import BUCKETS, NgramHead, buckets

Floats = NDArray[np.floating]

STRENGTH = 0.1
"""Inverse strength of regularisation on rows; chosen on the development set, see ADR 8."""
NGRAM_STRENGTH = 4.0

_ROUNDS = 500
_SIGN_SCALE = 0.3  # runs of characters come divided by the root of their number: signs at 1 would drown them


def fit(rows: Floats, intents: Sequence[str], model_hash: str, seed: int) -> Head:
    """A head for rows of a lane's vector and signs, not calibrated yet.

    The same numbers in give the same bits out, on one machine and one version of the libraries.
    """
    scaler = StandardScaler().fit(np.asarray(rows, np.float64))
    model = _fitted(scaler.transform(np.asarray(rows, np.float64)), intents, STRENGTH, seed)
    return Head(
        weights=_single(model.coef_.T),
        bias=_single(model.intercept_),
        classes=tuple(Intent(name) for name in model.classes_),
        share=1.0,
        calibration=UNCALIBRATED,
        model_hash=model_hash,
        mean=_single(scaler.mean_),
        scale=_single(scaler.scale_),
    )


def refit(shipped: Head, rows: Floats, intents: Sequence[str], counts: Floats, seed: int) -> Head:
    """The head that the shipped one would be with these messages, not calibrated yet.

    `counts` says how often each message counts. Mean and scale are those of the shipped head: chosen
    anew they would change with every few messages, and with them what has nothing to do with these.
    Without further messages it is the shipped head again, within the optimiser's tolerance.
    """
    standard = (np.asarray(rows, np.float64) - shipped.mean) / shipped.scale
    model = _fitted(standard, intents, STRENGTH, seed, counts)
    return replace(
        shipped,
        classes=tuple(Intent(name) for name in model.classes_),
        weights=_single(model.coef_.T),
        bias=_single(model.intercept_),
        calibration=UNCALIBRATED,
    )


def fit_ngrams(drafts: Sequence[Draft], intents: Sequence[str], seed: int) -> NgramHead:
    """A head for matching forms and signs, not calibrated yet; rare runs of characters weigh more."""
    runs = _runs(drafts)
    rarity = np.log((1 + len(drafts)) / (1 + np.bincount(runs.indices, minlength=BUCKETS)))
    signs = csr_matrix(np.stack([draft.signs for draft in drafts]) * _SIGN_SCALE)
    table = hstack([runs.multiply(rarity), signs]).tocsr()
    model = _fitted(table, intents, NGRAM_STRENGTH, seed)
    weights = model.coef_.T
    halved = (weights[:BUCKETS] * rarity[:, None]).astype(np.float16)
    return NgramHead(
        weights=halved.astype(np.float32),
        sign_weights=_single(weights[BUCKETS:] * _SIGN_SCALE),
        bias=_single(model.intercept_),
        classes=tuple(Intent(name) for name in model.classes_),
        calibration=UNCALIBRATED,
        digest=hashlib.sha256(halved.tobytes()).hexdigest()[:12],
    )


def _runs(drafts: Sequence[Draft]) -> csr_matrix:
    """One row a draft, one column a bucket: the inverse root of how many buckets the draft has."""
    found = [buckets(draft.matching) for draft in drafts]
    numbers = np.concatenate([np.full(len(each), 1 / np.sqrt(len(each))) for each in found])
    ends = np.cumsum([0, *(len(each) for each in found)])
    return csr_matrix((numbers, np.concatenate(found), ends), shape=(len(drafts), BUCKETS))


def _fitted(
    table: Floats | csr_matrix,
    intents: Sequence[str],
    strength: float,
    seed: int,
    counts: Floats | None = None,
) -> LogisticRegression:
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=_ROUNDS, tol=1e-5, random_state=seed)
        return model.fit(table, list(intents), sample_weight=counts)


def _single(numbers: Floats) -> NDArray[np.float64]:
    """The numbers as the file will hold them, so that training and service see the same head."""
    return numbers.astype(np.float32).astype(np.float64)
