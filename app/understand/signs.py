"""What the rules and the plant's own tables say of a message, as numbers that a head can weigh."""

from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from app.records.message import Language
from app.records.reading import Intent
from app.understand.rules import RuleGuess

Floats = NDArray[np.float64]

_THINGS = ("order", "item", "facility", "machine", "quantity", "due", "decision_id")

SIGNS = (
    *(f"rule:{intent}" for intent in Intent),
    *(f"thing:{thing}" for thing in _THINGS),
    *(f"language:{language}" for language in Language),
    "question",
)
"""What each number means; a head keeps the names that it was trained with."""


def signs(guess: RuleGuess, kinds: AbstractSet[str], language: Language, *, asking: bool) -> Floats:
    """One number from 0 to 1 for each of SIGNS: an intent's best rule, a kind of thing, a yes or no."""
    ruled = {rule.intent: rule.confidence for rule in guess.best}
    numbers = [
        *(ruled.get(intent, 0.0) for intent in Intent),
        *(float(thing in kinds) for thing in _THINGS),
        *(float(language is each) for each in Language),
        float(asking),
    ]
    return np.array(numbers)
