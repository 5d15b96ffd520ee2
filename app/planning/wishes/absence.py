"""What cannot be helped: a machine or people that cannot work in a window; the plan goes round it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from app.planning.asked import Question
from app.planning.fixing import with_places
from app.planning.hours import Window
from app.planning.wishes.avoiding import closed
from app.planning.wishes.places import no
from app.records.answer import Say
from app.records.wish import Unavailable


def unavailable(question: Question, wish: Unavailable) -> Question | Say:
    """A machine is closed, a crew smaller; where nobody of a crew is left, its machines are closed.

    What runs goes on after the window; what was frozen and cannot stay is free. Who is away already,
    or has no shift then, changes nothing.
    """
    window = (max(0, question.floor(wish.window.start)), question.ceil(wish.window.end))
    if wish.machine:
        return with_places(closed(question, question.machines.index(wish.machine), [window]))
    losses = list(_losses(question, wish, window))
    if not losses:
        return no("no_crew", who=wish.person or wish.crew or "–")
    for crew, windows, people in losses:
        question = _smaller(question, crew, windows, people)
    return with_places(question)


def _losses(
    question: Question, wish: Unavailable, window: Window
) -> Iterator[tuple[int, tuple[Window, ...], int]]:
    """By crew: when, and how many people it is fewer."""
    low, high = window
    if wish.crew:
        for n, crew in enumerate(question.problem.crews):
            if crew.name == wish.crew:
                yield n, (window,), wish.people
    for member in question.people:
        if member.userid == wish.person:
            inside = ((max(low, start), min(high, end)) for start, end in member.there)
            yield member.crew, tuple(each for each in inside if each[0] < each[1]), 1


def _smaller(question: Question, crew: int, windows: Iterable[Window], people: int) -> Question:
    crews, spans = list(question.problem.crews), tuple(windows)
    levels = crews[crew].levels
    for window in spans:
        levels = fewer(levels, window, people)
    crews[crew] = replace(crews[crew], levels=levels)
    question = replace(question, problem=replace(question.problem, crews=tuple(crews)))
    deserted = tuple(each for window in spans for each in _nobody(levels, window))
    for n, resource in enumerate(question.problem.resources):
        if resource.crew == crew:
            question = closed(question, n, deserted)
    return question


def _nobody(levels: Sequence[tuple[int, int]], window: Window) -> Iterator[Window]:
    """When in a window nobody is there."""
    for (low, count), (high, _) in pairwise((*levels, (window[1], 0))):
        if count == 0 and max(low, window[0]) < min(high, window[1]):
            yield max(low, window[0]), min(high, window[1])


def fewer(levels: Sequence[tuple[int, int]], window: Window, people: int) -> tuple[tuple[int, int], ...]:
    """Levels by time, so many people fewer in the window, never below 0; the same from its end on."""
    low, high = window
    times = sorted({at for at, _ in levels} | {low, high})
    made: list[tuple[int, int]] = []
    for at in times:
        level = next((count for since, count in reversed(levels) if since <= at), 0)
        level = max(0, level - people) if low <= at < high else level
        if not made or made[-1][1] != level:
            made.append((at, level))
    return tuple(made)
