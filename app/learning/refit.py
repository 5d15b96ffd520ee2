"""Fitting the shipped head anew on more messages: everything stays as it was found but weights and bias."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from app.records.reading import Intent
from app.understand.head import Head

Floats = NDArray[np.floating]

_ROUNDS = 500


def refit(
    shipped: Head, strength: float, vectors: Floats, intents: Sequence[str], counts: Floats, seed: int
) -> Head:
    """The head that the shipped one would be with these messages, temperature 1.

    `counts` says how often each message counts. The inverse regularisation `strength`, the mean and
    the scale are those of the shipped head: chosen anew they would change with every few messages,
    and with them what has nothing to do with these. Without further messages it is the shipped head
    again, within the optimiser's tolerance. The same numbers in give the same bits out, on one
    machine and one version of the libraries.
    """
    standard = (np.asarray(vectors, np.float64) - shipped.mean) / shipped.scale
    model = LogisticRegression(C=strength, max_iter=_ROUNDS, tol=1e-5, random_state=seed)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(standard, intents, sample_weight=counts)
    classes = tuple(Intent(name) for name in model.classes_)
    return replace(
        shipped,
        classes=classes,
        weights=_single(model.coef_.T),
        bias=_single(model.intercept_),
        temperature=1.0,
    )


def _single(numbers: Floats) -> NDArray[np.float64]:
    """The numbers as the file will hold them, so that training and service see the same head."""
    return numbers.astype(np.float32).astype(np.float64)
