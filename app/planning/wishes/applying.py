"""All wishes at once: the question that they make, or the fewest of them that do not fit together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.planning.asked import Question
from app.planning.wishes.absence import unavailable
from app.planning.wishes.avoiding import avoid, cap_overtime
from app.planning.wishes.favours import prefer
from app.planning.wishes.pinning import pin
from app.planning.wishes.places import jobs_of, no
from app.planning.wishes.sequence import expedite, freeze, postpone, prioritise, put_before, split, swap
from app.planning.wishes.sound import flaw
from app.records import wish as wishes
from app.records.answer import Say
from app.records.wish import AnyWish, PlainWish, plain


@dataclass(frozen=True, slots=True)
class Conflict:
    """Wishes that cannot all be had, as few as cannot; without any one of them the others can.

    `reason` says what stands in the way.
    """

    wishes: tuple[PlainWish, ...]
    reason: Say


_CHANGES: dict[type, Callable[[Question, Any], Question | Say]] = {
    wishes.Expedite: expedite,
    wishes.Before: put_before,
    wishes.Pin: pin,
    wishes.Avoid: avoid,
    wishes.Unavailable: unavailable,
    wishes.Prefer: prefer,
    wishes.Split: split,
    wishes.Freeze: freeze,
    wishes.Swap: swap,
    wishes.CapOvertime: cap_overtime,
    wishes.Priority: prioritise,
    wishes.Postpone: postpone,
}
_FIRST = (wishes.Unavailable, wishes.Split)
"""What the other wishes must find done, in turn: facts that no wish can change, and the lots."""


def apply(question: Question, asked: Iterable[AnyWish]) -> Question | Conflict:
    """The question, as it was posed, changed by every wish; or why it cannot be.

    A question that has no answer before any wish is changed all the same: that is no wish's fault.
    """
    chosen = plain(asked)
    if not chosen:
        return question
    sound = flaw(question) is None
    made = _changed(question, chosen, sound=sound)
    if isinstance(made, Question):
        return made
    fewest = _fewest(question, chosen, sound=sound)
    reason = _changed(question, fewest, sound=sound)
    return Conflict(fewest, reason if isinstance(reason, Say) else made)


def _fewest(question: Question, chosen: Sequence[PlainWish], *, sound: bool) -> tuple[PlainWish, ...]:
    """By deletion: a wish without which the rest still does not fit is left out."""
    kept = list(chosen)
    for wish in chosen:
        rest = [each for each in kept if each is not wish]
        if isinstance(_changed(question, rest, sound=sound), Say):
            kept = rest
    return tuple(kept)


def _changed(question: Question, chosen: Iterable[PlainWish], *, sound: bool) -> Question | Say:
    """The changed question, or the first reason against it."""
    for wish in sorted(chosen, key=_turn):
        if (missing := _missing(question, wish)) is not None:
            return missing
        made = _CHANGES[type(wish)](question, wish)
        if isinstance(made, Say):
            return made
        question = made
    return (flaw(question) if sound else None) or question


def _turn(wish: PlainWish) -> int:
    return _FIRST.index(type(wish)) if isinstance(wish, _FIRST) else len(_FIRST)


def _missing(question: Question, wish: PlainWish) -> Say | None:
    """That something named has no part in the plan: an order on hold, a machine that is gone."""
    orders = [getattr(wish, name, None) for name in ("order", "then", "other")]
    for order in (*orders, *getattr(wish, "orders", ())):
        if order and not jobs_of(question, order):
            return no("not_planned", order=order)
    machine = getattr(wish, "machine", None)
    return no("no_such_machine", machine=machine) if machine and machine not in question.machines else None
