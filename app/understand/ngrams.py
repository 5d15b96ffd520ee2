"""Meaning by runs of characters: what is left when the model lane is down, and a second opinion on rules."""

import re
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.understand.calibration import Calibration
from app.understand.signs import SIGNS

Floats = NDArray[np.floating]

BUCKETS = 2**16
_LENGTHS = (1, 2, 3, 4)
_READ_CHARS = 300
_DIGITS = re.compile(r"\d{1,80}")


def buckets(matching: str) -> NDArray[np.int64]:
    """The buckets that the runs of 1 to 4 characters of a matching form fall into, sorted, each once.

    A number counts as one 0; case and script are gone from a matching form already.
    """
    text = f" {_DIGITS.sub('0', matching[:_READ_CHARS])} "
    runs = {text[at : at + length] for length in _LENGTHS for at in range(len(text) - length + 1)}
    return np.array(sorted({zlib.crc32(run.encode("utf-8", "replace")) % BUCKETS for run in runs}))


@dataclass(frozen=True, slots=True, eq=False)
class NgramHead:
    """A multinomial logistic regression on hashed runs of characters and on the signs.

    `weights` is (BUCKETS, classes), what a bucket adds for each class; a message's sum is divided by
    the root of its number of buckets. `sign_weights` is (len(SIGNS), classes), `bias` (classes,).
    `digest` names it. Raises ModelWrong when the shapes do not fit or a number is not finite.
    """

    weights: Floats
    sign_weights: Floats
    bias: Floats
    classes: tuple[Intent, ...]
    calibration: Calibration
    digest: str

    def __post_init__(self) -> None:
        width = len(self.classes)
        shapes = (self.weights.shape, self.sign_weights.shape, self.bias.shape)
        if shapes != ((BUCKETS, width), (len(SIGNS), width), (width,)):
            raise ModelWrong(f"the n-gram head's arrays do not fit: {shapes}, {width} classes")
        if not all(np.isfinite(a).all() for a in (self.weights, self.sign_weights, self.bias)):
            raise ModelWrong("the n-gram head holds numbers that are not finite")

    def logits(self, matching: str, signs: Floats) -> Floats:
        """One number per class, not yet calibrated, for a message's matching form and signs."""
        found = buckets(matching)
        runs = self.weights[found].sum(axis=0, dtype=np.float64) / np.sqrt(len(found))
        return np.asarray(runs + signs @ self.sign_weights + self.bias)

    def probabilities(self, matching: str, signs: Floats) -> Floats:
        """Like `logits`, as calibrated probabilities."""
        return np.asarray(self.calibration.probabilities(self.logits(matching, signs)[None])[0])
