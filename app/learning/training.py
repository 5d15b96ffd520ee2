"""Fitting a head: logistic regression on standardised vectors, its strength chosen by cross-validation."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.records.reading import Intent
from app.understand.head import Head

Floats = NDArray[np.floating]

STRENGTHS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
"""Inverse regularisation strengths that are tried."""

_FOLDS = 5
_ROUNDS = 500
_TEMPERATURES = np.geomspace(0.2, 5.0, 321)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A head and how it was chosen: mean accuracy over the folds for each strength tried."""

    head: Head
    strength: float
    accuracy_by_strength: Mapping[float, float]


def fit(vectors: Floats, intents: Sequence[str], model_hash: str, seed: int) -> Fitted:
    """The head with the best cross-validated accuracy, temperature 1; of equals the most regular.

    The same numbers in give the same bits out, on one machine and one version of the libraries.
    """
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        tried = {strength: _cross_validated(vectors, intents, strength, seed) for strength in STRENGTHS}
        best = max(tried, key=lambda strength: (round(tried[strength], 4), -strength))
        model = _model(best, seed).fit(np.asarray(vectors, np.float64), intents)
    return Fitted(_head(model, model_hash), best, tried)


def _model(strength: float, seed: int) -> Pipeline:
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=strength, max_iter=_ROUNDS, tol=1e-5, random_state=seed)
    )


def _cross_validated(vectors: Floats, intents: Sequence[str], strength: float, seed: int) -> float:
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    scores = cross_val_score(_model(strength, seed), np.asarray(vectors, np.float64), intents, cv=folds)
    return float(np.mean(scores))


def _head(model: Pipeline, model_hash: str) -> Head:
    scaler, regression = model[0], model[1]
    return Head(
        weights=_single(regression.coef_.T),
        bias=_single(regression.intercept_),
        classes=tuple(Intent(name) for name in regression.classes_),
        temperature=1.0,
        model_hash=model_hash,
        mean=_single(scaler.mean_),
        scale=_single(scaler.scale_),
    )


def _single(numbers: Floats) -> NDArray[np.float64]:
    """The numbers as the file will hold them, so that training and service see the same head."""
    return numbers.astype(np.float32).astype(np.float64)


def calibrated(head: Head, vectors: Floats, intents: Sequence[str]) -> Head:
    """The head with the temperature under which the true intents are likeliest (Guo et al. 2017)."""
    columns = [head.classes.index(Intent(name)) for name in intents]
    rows = np.arange(len(columns))

    def surprise(temperature: float) -> float:
        likely = replace(head, temperature=temperature).probabilities(vectors)[rows, columns]
        return float(-np.log(np.maximum(likely, 1e-12)).mean())

    return replace(head, temperature=round(float(min(_TEMPERATURES, key=surprise)), 4))
