"""The referee: rival plans on the same numbers, and which of them is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.planning.asked import Question
from app.planning.costs import Costs
from app.planning.figures import figures_of
from app.planning.proposal import read_back
from app.records.offer import Contender, Course, Figures, Rival
from app.records.scheduling import Schedule, Violation

BY_BOTH = "cloud+solver"

RIVALS: tuple[Rival, ...] = ("cloud", "cloud_repaired", "solver", "present")
"""In the order in which they are shown."""

Rank = tuple[int, int, int]
Broken = Mapping[Rival, tuple[Schedule, tuple[Violation, ...]]]
"""Of a rival, a schedule that is not legal, and why."""


@dataclass(frozen=True, slots=True)
class Made:
    """A schedule that the checker accepts, and whose it is."""

    schedule: Schedule
    costs: Costs
    rival: Rival


def rank(of: Costs, course: Course) -> Rank:
    """What makes one schedule better than another; lower is better."""
    match course:
        case "steady":
            return of.moved, of.total, of.objective
        case "balanced":
            return of.total, of.moved, of.objective
        case "on_time":
            return of.objective, of.total, of.moved


def best(made: Sequence[Made], course: Course) -> Made:
    """The best of a course, of equals the first; there must be one."""
    return min(made, key=lambda each: rank(each.costs, course))


def credited(found: Schedule, start: Made | None) -> tuple[Schedule, Rival]:
    """What a solver found from a start, and whose it is: the cloud's only where the cloud's led to it."""
    if start is None or start.rival not in {"cloud", "cloud_repaired"}:
        return found, "solver"
    if found.by == start.schedule.by:
        return found, start.rival
    if found.by == "solver":
        return replace(found, by=BY_BOTH), "cloud_repaired"
    return found, "solver"


def contenders(question: Question, made: Sequence[Made], broken: Broken) -> tuple[Contender, ...]:
    """The best of every rival, or what its plan breaks; the best of all is the chosen one."""
    chosen = best(made, "balanced") if made else None
    found = []
    for rival in RIVALS:
        own = [each for each in made if each.rival == rival]
        if own:
            one = best(own, "balanced")
            figures = _figures(question, one.schedule)
            found.append(Contender(rival, "chosen" if one is chosen else "legal", figures))
        elif rival in broken:
            schedule, violations = broken[rival]
            names = tuple(dict.fromkeys(each.constraint for each in violations))
            known = None if "missing" in names else _figures(question, schedule)
            found.append(Contender(rival, "broken", known, names))
    return tuple(found)


def _figures(question: Question, schedule: Schedule) -> Figures:
    return figures_of(question, schedule, read_back(question, schedule, question.now, question.published))
