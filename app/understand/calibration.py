"""How sure a head must be: probabilities that mean what they say, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.records.errors import ModelWrong
from app.records.reading import Choice, Intent

Floats = NDArray[np.floating]

_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the development set taught a head about itself.

    `temperature` > 0 divides the logits (1 changes nothing). `needed` is the probability from
    which on an intent is decided without asking back. `offered` is the probability from which on a
    meaning belongs among the choices: with it, the right one is among them as often as the set's
    evaluation says (split conformal prediction, Vovk et al. 2005). Raises ModelWrong for numbers
    out of range.
    """

    temperature: float
    needed: Mapping[Intent, float]
    offered: float

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise ModelWrong("the head's temperature must be above 0")
        if not all(0 <= p <= 1 for p in (self.offered, *self.needed.values())):
            raise ModelWrong("the head's thresholds must be probabilities")

    def probabilities(self, logits: Floats) -> Floats:
        """Rows of logits as rows of probabilities; each sums to 1."""
        scaled = logits / self.temperature
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def choices(self, ranked: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The two or three meanings to ask with, of all meanings, best first."""
        likely = [choice for choice in ranked[:_CHOICES] if choice.confidence >= self.offered]
        return tuple(likely) if len(likely) >= 2 else ranked[:2]


UNCALIBRATED = Calibration(1.0, {}, 0.08)
"""Of a head that was only fitted: nothing is asked of an intent beyond the settings."""
