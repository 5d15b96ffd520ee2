"""Whether a new head may take the place of another: no intent may get worse by more than its noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from app.learning.judging import Verdict
from app.records.reading import Intent

Z = 1.64
"""One-sided 95 % of the normal distribution."""

LEAST_LOST = 2
"""Messages net below which a fall is never held against a head: one message is no evidence."""


@dataclass(frozen=True, slots=True)
class Change:
    """How one intent fared on `n` messages: `lost` were right before and are wrong now, `gained` the reverse.

    `before` counts those that were right before.
    """

    intent: Intent
    n: int
    before: int
    lost: int
    gained: int

    @property
    def after(self) -> int:
        """How many are right now."""
        return self.before - self.lost + self.gained

    @property
    def fall(self) -> float:
        """By how much the share of right ones fell; below 0 when it rose."""
        return (self.lost - self.gained) / self.n

    @property
    def noise(self) -> float:
        """Z standard errors of that fall.

        The two heads read the same messages, so their difference is paired: each message counts +1
        (lost), -1 (gained) or 0, and the standard error of the mean of these over n messages is
        sqrt(lost + gained - (lost - gained)² / n) / n. It is McNemar's variance without the
        assumption that nothing changed.
        """
        return Z * sqrt(self.lost + self.gained - (self.lost - self.gained) ** 2 / self.n) / self.n

    @property
    def worse(self) -> bool:
        """Whether it fell by more than its noise, and by two messages at least."""
        return self.lost - self.gained >= LEAST_LOST and self.fall > self.noise


def changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> tuple[Change, ...]:
    """What became of each intent that the messages hold, in the order of the intents.

    Both must judge the same messages in the same order; raises ValueError otherwise.
    """
    pairs = list(zip(before, after, strict=True))
    if any(a.example != b.example for a, b in pairs):
        raise ValueError("the verdicts are not of the same messages")
    found = (_change(intent, [p for p in pairs if p[0].example.intent is intent]) for intent in Intent)
    return tuple(change for change in found if change)


def _change(intent: Intent, pairs: Sequence[tuple[Verdict, Verdict]]) -> Change | None:
    if not pairs:
        return None
    lost = sum(a.right and not b.right for a, b in pairs)
    gained = sum(b.right and not a.right for a, b in pairs)
    return Change(intent, len(pairs), sum(a.right for a, _ in pairs), lost, gained)


def worse(*all_changes: Sequence[Change]) -> tuple[Intent, ...]:
    """The intents that fell in any of the comparisons; empty means that the head may go into service."""
    fallen = {change.intent for each in all_changes for change in each if change.worse}
    return tuple(intent for intent in Intent if intent in fallen)
