"""What cannot be helped: a machine or people that cannot work in a window; the plan goes round it."""

from collections.abc import Sequence
from dataclasses import replace

from app.planning.asked import Question
from app.planning.hours import Window
from app.planning.wishes.avoiding import closed
from app.planning.wishes.places import hours_of, no, running
from app.records.answer import Say
from app.records.scheduling import Fixed
from app.records.wish import Unavailable


def unavailable(question: Question, wish: Unavailable) -> Question | Say:
    """A machine is closed, a crew smaller. What runs goes on after the window; what was frozen is free."""
    window = (max(0, question.floor(wish.window.start)), question.ceil(wish.window.end))
    if wish.machine:
        machine = question.machines.index(wish.machine)
        return _placed_anew(closed(question, machine, [window]), machine)
    crews, people = _crews(question, wish), wish.people if wish.crew else 1
    if not crews:
        return no("no_crew", who=wish.person or wish.crew or "–")
    changed = tuple(
        replace(crew, levels=fewer(crew.levels, window, people)) if n in crews else crew
        for n, crew in enumerate(question.problem.crews)
    )
    return replace(question, problem=replace(question.problem, crews=changed))


def _crews(question: Question, wish: Unavailable) -> frozenset[int]:
    if wish.crew:
        return frozenset(n for n, crew in enumerate(question.problem.crews) if crew.name == wish.crew)
    return frozenset(crew for userid, crew in question.people if userid == wish.person)


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


def _placed_anew(question: Question, machine: int) -> Question:
    """With the fixed places that the closed machine makes impossible moved, or given up."""
    begun, kept, freed = running(question), list[Fixed](), set[tuple[int, int]]()
    ends: dict[tuple[int, int], int] = {}
    reached = 0
    for f in sorted(question.problem.fixed, key=lambda f: (f.start, f.job, f.task)):
        place = f
        if f.machine == machine:
            task = question.problem.jobs[f.job].tasks[f.task]
            start, end = hours_of(question, machine, task).place(
                max(reached, f.start), dict(task.modes)[machine]
            )
            place = replace(f, start=start, end=end)
        before = (f.job, f.task - 1)
        late = place != f or before in freed or ends.get(before, 0) > f.start
        if late and (f.job, f.task) not in begun:
            freed.add((f.job, f.task))
            continue
        kept.append(place)
        ends[f.job, f.task] = place.end
        reached = max(reached, place.end) if f.machine == machine else reached
    return replace(question, problem=replace(question.problem, fixed=tuple(sorted(kept, key=_number))))


def _number(place: Fixed) -> tuple[int, int]:
    return place.job, place.task
