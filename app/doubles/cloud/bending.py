"""What wishes change of a question before a plan is made for it, as far as a list schedule can heed them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.doubles.cloud.asked import Question, Span


@dataclass(slots=True)
class Bent:
    """What wishes change of a question: who goes first, what waits, what is shut."""

    first: list[str] = field(default_factory=list)
    after: list[tuple[str, str]] = field(default_factory=list)
    earliest: dict[str, int] = field(default_factory=dict)
    shut: list[tuple[str | None, str | None, Span]] = field(default_factory=list)
    """Order or None for every one, machine or None for every one, and when."""
    off: set[tuple[str, str]] = field(default_factory=set)
    only: dict[str, set[str]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    kept_until: int = -1


def bend(question: Question, wishes: Iterable[dict[str, Any]]) -> Bent:
    """The wishes, as far as a list schedule can heed them."""
    bent = Bent()
    for wish in wishes:
        _heed(bent, question, wish)
    return bent


def _heed(bent: Bent, question: Question, wish: dict[str, Any]) -> None:
    match wish["kind"]:
        case "what_if":
            for inner in wish["wishes"]:
                _heed(bent, question, inner)
        case "expedite" | "priority":
            bent.first.append(wish["order"])
        case "before":
            bent.after.append((wish["order"], wish["then"]))
        case "swap":
            bent.after.append(_swapped(question, wish["order"], wish["other"]))
        case "freeze":
            bent.kept.update(wish.get("orders") or ())
            bent.kept_until = _minute(question, wish["until"]) if wish.get("until") else bent.kept_until
        case _:
            _limit(bent, question, wish)


def _limit(bent: Bent, question: Question, wish: dict[str, Any]) -> None:
    order, machine = wish.get("order"), wish.get("machine")
    match wish["kind"]:
        case "postpone":
            bent.earliest[wish["order"]] = _minute(question, wish["not_before"]) + 1
        case "avoid" | "unavailable" if machine or wish.get("windows"):
            windows = [wish["window"]] if "window" in wish else wish.get("windows") or ()
            bent.shut.extend((order, machine, _span(question, window)) for window in windows)
            if order and machine and not windows:
                bent.off.add((order, machine))
        case "pin" if machine:
            bent.only[wish["order"]] = {machine}
        case "prefer" if order:
            bent.only[order] = {m for m, site in question.sites.items() if site == wish["facility"]}


def _minute(question: Question, told: str) -> int:
    return question.minute(datetime.fromisoformat(told))


def _span(question: Question, window: dict[str, str]) -> Span:
    return Span(_minute(question, window["start"]), _minute(question, window["end"]))


def _swapped(question: Question, order: str, other: str) -> tuple[str, str]:
    """Who is to come first: whoever begins later in the plan in force."""

    def begin(code: str) -> int:
        steps = [s for job in question.jobs if job.order == code for s in job.steps if s.present]
        return min((step.present[1] for step in steps if step.present), default=0)

    return (order, other) if begin(order) > begin(other) else (other, order)
