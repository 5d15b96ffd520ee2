"""A message as far as rules take it."""

from dataclasses import dataclass

from app.records.reading import Reading
from app.understand.entities import Sighting
from app.understand.rules import RuleGuess


@dataclass(frozen=True, slots=True)
class Draft:
    """`reading` is the final one when it is decided."""

    reading: Reading
    sighting: Sighting
    guess: RuleGuess
