"""Minutes of windows of time: what is common to them, what is left of one without another."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
"""Half-open: from the first moment up to the second."""


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans that neither touch nor overlap, in order; empty ones dropped."""
    result: list[Span] = []
    for low, high in sorted(span for span in spans if span[0] < span[1]):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def common(some: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """The time that is in both."""
    theirs = joined(others)
    return joined((max(a, c), min(b, d)) for a, b in joined(some) for c, d in theirs)


def without(some: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """The time of the first that is not in the second."""
    left = joined(some)
    for low, high in joined(others):
        left = joined(
            part for a, b in left for part in ((a, min(b, low)), (max(a, high), b)) if part[0] < part[1]
        )
    return left


def minutes(spans: Iterable[Span]) -> float:
    """How long they are together, time that is in several counted once."""
    return sum((high - low) / timedelta(minutes=1) for low, high in joined(spans))
