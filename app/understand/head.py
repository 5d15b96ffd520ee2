"""The trained head: from the local model's vectors to probabilities of intents, in plain numpy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.records.errors import ModelWrong
from app.records.reading import Intent

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A multinomial logistic regression on standardised vectors.

    `weights` is (features, classes), `bias` (classes,), `mean` and `scale` (features,); column j
    belongs to `classes[j]`. `temperature` > 0 divides the logits (calibration; 1 changes nothing).
    `model_hash` is the `Lane.model_hash` whose vectors it was trained on. Raises ModelWrong when
    the shapes do not fit each other or a number is not finite.
    """

    weights: Floats
    bias: Floats
    classes: tuple[Intent, ...]
    temperature: float
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
        if not self.temperature > 0:
            raise ModelWrong("the head's temperature must be above 0")

    @property
    def features(self) -> int:
        """Length of the vectors it takes."""
        return len(self.mean)

    def probabilities(self, vectors: Floats) -> Floats:
        """One row per vector, one column per class in the order of `classes`; each row sums to 1.

        `vectors` is (n, features). Raises ModelWrong for another width.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.features:
            raise ModelWrong(f"the head takes vectors of {self.features}, not {vectors.shape[-1]} numbers")
        logits = ((vectors - self.mean) / self.scale @ self.weights + self.bias) / self.temperature
        logits = logits - logits.max(axis=1, keepdims=True)
        powers = np.exp(logits)
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
