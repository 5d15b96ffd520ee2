"""How well entities are found: exact matches of key and value, per message, added up over a set."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.records.reading import Entities

KEYS = ("order", "item", "machine", "facility", "quantity", "due", "decision_id")
"""What is scored; a quantity counts together with its unit."""

_LEAD = re.compile(r"^(?:by|before|at|on)(?=[^a-z]|[a-z]{2})")
_TAIL = re.compile(r"(?:之|以)?前$")


@dataclass(frozen=True, slots=True)
class Counts:
    """Values found and meant, found but not meant (`extra`), and meant but not found (`missed`)."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.right + other.right, self.extra + other.extra, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """The share of what was found that was meant; None when nothing was found."""
        return _share(self.right, self.right + self.extra)

    @property
    def recall(self) -> float | None:
        """The share of what was meant that was found; None when nothing was meant."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None when there was nothing to find and nothing found."""
        return _share(2 * self.right, 2 * self.right + self.extra + self.missed)


def score(expected: Mapping[str, Sequence[object]], found: Entities) -> dict[str, Counts]:
    """One message's counts for each of KEYS.

    `expected` has the fields of Entities as keys, absent ones empty; `unit` runs in parallel to
    `quantity`, "" where none was said. Values match exactly and as often as they stand there; the
    words of a time do after dropping case, spaces and the "by" or 前 about them.
    """
    given = Entities(**{key: tuple(values) for key, values in expected.items()})  # type: ignore[arg-type]
    meant, seen = _values(given), _values(found)
    return {key: _compare(meant[key], seen[key]) for key in KEYS}


def total(scores: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    """The counts of many messages for each of KEYS, and for all of them under "all"."""
    sums = dict.fromkeys(KEYS, Counts())
    for each in scores:
        sums = {key: sums[key] + each[key] for key in KEYS}
    return sums | {"all": sum(sums.values(), Counts())}


def report(totals: Mapping[str, Counts]) -> dict[str, dict[str, float | int | None]]:
    """The figures of `evaluation.json`: shares from 0 to 1, None where there is nothing to count."""
    return {
        key: {
            "precision": c.precision, "recall": c.recall, "f1": c.f1,
            "right": c.right, "extra": c.extra, "missed": c.missed,
        }
        for key, c in totals.items()
    }  # fmt: skip


def _values(entities: Entities) -> dict[str, Counter[object]]:
    quantities = zip(entities.quantity, entities.unit, strict=True)
    plain = {key: Counter[object](getattr(entities, key)) for key in KEYS}
    return plain | {
        "quantity": Counter((round(float(count), 6), unit) for count, unit in quantities),
        "due": Counter(_bare(words) for words in entities.due),
    }


def _bare(words: str) -> str:
    text = re.sub(r"[\s_]", "", words.lower())
    return _TAIL.sub("", _LEAD.sub("", text)) or text


def _compare(meant: Counter[object], seen: Counter[object]) -> Counts:
    right = (meant & seen).total()
    return Counts(right, seen.total() - right, meant.total() - right)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
