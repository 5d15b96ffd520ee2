"""The trained head: from the local model's vectors and the message's signs to probabilities of intents.

It does not judge alone: its logits are averaged with those of the n-gram head, which errs elsewhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.records.errors import ModelWrong
from app.records.reading import Intent
from app.understand.calibration import Calibration

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A multinomial logistic regression on standardised features: the lane's vector, then the signs.

    `weights` is (features, classes), `bias` (classes,), `mean` and `scale` (features,); column j
    belongs to `classes[j]`. `model_hash` is the `Lane.model_hash` whose vectors it was trained on.
    `share` is the weight of its own logits, the rest is the n-gram head's; `calibration` is of both.
    Raises ModelWrong when the shapes do not fit each other or a number is not finite.
    """

    weights: Floats
    bias: Floats
    classes: tuple[Intent, ...]
    share: float
    calibration: Calibration
    model_hash: str
    mean: Floats
    scale: Floats

    def __post_init__(self) -> None:
        features, width = len(self.mean), len(self.classes)
        shapes = (self.weights.shape, self.bias.shape, self.scale.shape)
        if shapes != ((features, width), (width,), (features,)) or len(set(self.classes)) != width:
            raise ModelWrong(f"the head's arrays do not fit each other: {shapes}, {width} classes")
        arrays = (self.weights, self.bias, self.mean, self.scale)
        if not all(np.isfinite(a).all() for a in arrays) or not (self.scale > 0).all():
            raise ModelWrong("the head holds numbers that are not finite, or a scale that is not above 0")
        if not 0 < self.share <= 1:
            raise ModelWrong("the head's share must be above 0 and at most 1")

    @property
    def features(self) -> int:
        """Length of the rows it takes."""
        return len(self.mean)

    def logits(self, rows: Floats, second: Floats) -> Floats:
        """One row per message, one column per class in the order of `classes`, not yet calibrated.

        `rows` is (n, features); `second` the n-gram head's logits, (n, classes), in the same order of
        classes. Raises ModelWrong for another width.
        """
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise ModelWrong(f"the head takes rows of {self.features}, not {rows.shape[-1]} numbers")
        own = (rows - self.mean) / self.scale @ self.weights + self.bias
        return np.asarray(self.share * own + (1 - self.share) * second)

    def probabilities(self, rows: Floats, second: Floats) -> Floats:
        """Like `logits`, as calibrated probabilities; each row sums to 1."""
        return self.calibration.probabilities(self.logits(rows, second))
