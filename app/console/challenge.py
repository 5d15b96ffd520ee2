"""The second step for what cannot be undone: what a person must type, and whether they did."""

import unicodedata
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked for: "quantity", "order" or "ticket", and the right answer."""

    asks: str
    expected: str

    def met(self, typed: str) -> bool:
        """Whether the answer is right; full-width digits and a missing prefix or zeros are fine."""
        given = unicodedata.normalize("NFKC", typed).strip().upper()
        if self.asks == "quantity":
            return _number(given.replace(",", "")) == _number(self.expected)
        return given == self.expected or (given.isdecimal() and int(given) == _digits(self.expected))


def challenge(action: dict[str, Any], ticket: str) -> Challenge:
    """The quantity where the action has one, else its order, else the ticket."""
    for key in ("quantity", "hold_quantity"):
        value = action.get(key)
        if isinstance(value, int | float) and value > 0:
            return Challenge("quantity", str(value))
    order = action.get("order")
    return Challenge("order", str(order).upper()) if order else Challenge("ticket", ticket.upper())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _digits(code: str) -> int:
    tail = code.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else -1
