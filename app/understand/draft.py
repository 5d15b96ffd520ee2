"""A message as far as rules take it."""

from dataclasses import dataclass

from app.records.reading import Reading
from app.understand.entities import Sighting
from app.understand.rules import RuleGuess
from app.understand.signs import Floats


@dataclass(frozen=True, slots=True)
class Draft:
    """`reading` is the final one when it is decided; `matching` and `signs` are what the heads are shown."""

    reading: Reading
    sighting: Sighting
    guess: RuleGuess
    matching: str
    signs: Floats
