"""What the double of the models outside makes of a conversation: the question, and how it was asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

Mood = Literal["good", "infeasible", "hallucinated", "stale", "none", "mixed"]
"""How good the plans are that it proposes; "mixed" picks another for each question."""

MOODS: tuple[Mood, ...] = get_args(Mood)


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes from the origin, from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: minutes by machine, where the plan in force has it, whether it must stay there."""

    position: int
    options: tuple[tuple[str, int], ...]
    present: tuple[str, int, int] | None
    fixed: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One lot of an order."""

    order: str
    lot: int
    site: str | None
    due: int
    weight: int
    earliest: int
    steps: tuple[Step, ...]
    family: str | None


@dataclass(frozen=True, slots=True)
class Worded:
    """One wish: its words, None where they may not leave, and what was understood of it before."""

    wish: str
    text: str | None
    understood: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """An envelope's changing part, as it was sent."""

    tag: str
    origin: datetime
    horizon: int
    sites: dict[str, str]
    """The site of each machine."""
    blocked: dict[str, tuple[Span, ...]]
    """By machine; every machine is in it."""
    jobs: tuple[Job, ...]
    wishes: tuple[Worded, ...]

    def at(self, minute: int) -> str:
        """A minute as RFC 3339 with the origin's offset."""
        return (self.origin + timedelta(minutes=minute)).isoformat()

    def minute(self, moment: datetime) -> int:
        """The minute of a moment, rounded down."""
        return int((moment - self.origin).total_seconds() // 60)


def question_of(messages: Sequence[dict[str, Any]]) -> Question | None:
    """The latest envelope among what the user said, None where there is none.

    Raises KeyError, TypeError or ValueError for one that is not in its form.
    """
    for turn in reversed(messages):
        given = _json(turn.get("content")) if turn.get("role") == "user" else None
        if isinstance(given, dict) and {"tag", "origin", "jobs", "wishes"} <= given.keys():
            return _question(given)
    return None


def example_of(messages: Sequence[dict[str, Any]]) -> str | None:
    """The example of an answer that the system message shows, as it stands there; None for none."""
    decoder = json.JSONDecoder()
    for turn in messages:
        text = str(turn.get("content")) if turn.get("role") == "system" else ""
        for at in (n for n, mark in enumerate(text) if mark == "{"):
            try:
                shown, end = decoder.raw_decode(text, at)
            except ValueError:
                continue
            if isinstance(shown, dict) and isinstance(shown.get("answers"), list):
                return text[at:end]
    return None


def _json(text: object) -> Any:
    try:
        return json.loads(str(text))
    except ValueError:
        return None


def _question(given: dict[str, Any]) -> Question:
    machines, hours = given.get("machines", []), given.get("hours", [])
    return Question(
        tag=given["tag"],
        origin=datetime.fromisoformat(given["origin"]),
        horizon=given.get("horizon", 0),
        sites={code: site for code, site, *_ in machines},
        blocked={code: _spans([*hours[n], *own]) for code, _, n, own in machines},
        jobs=tuple(_job(row) for row in given["jobs"]),
        wishes=tuple(
            Worded(each["wish"], each.get("text"), tuple(each.get("understood", ())))
            for each in given["wishes"]
        ),
    )


def _spans(windows: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(sorted((Span(low, high) for low, high in windows), key=lambda span: span.start))


def _job(row: Sequence[Any]) -> Job:
    order, lot, _item, family, site, due, weight, earliest, steps = row
    made = tuple(_step(step) for step in sorted(steps, key=lambda step: int(step[0])))
    return Job(order, lot, site, due, weight, earliest, made, family)


def _step(row: Sequence[Any]) -> Step:
    position, options, present, fixed = row
    options = tuple((machine, minutes) for machine, minutes in options)
    if not options and not (present and fixed):
        raise ValueError(f"operation {position} has no machine")
    return Step(position, options, tuple(present) if present else None, bool(fixed))
