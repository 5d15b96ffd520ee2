"""Up to three plans to choose from: steady, balanced, on time; each checked before anybody sees it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.planning.asked import Option, Proposal, Question
from app.planning.check import check
from app.planning.costs import Costs, costs
from app.planning.dispatch import dispatch
from app.planning.figures import figures_of
from app.planning.proposal import read_back
from app.planning.repair import repair
from app.planning.thawing import thaw
from app.ports import Solver
from app.records.offer import Course
from app.records.scheduling import Fixed, Problem, Schedule, Violation

SHARES: tuple[tuple[Course, float], ...] = (("balanced", 0.4), ("steady", 0.25), ("on_time", 0.35))
"""The courses in the order in which they are solved, each with its part of the time; balanced is first."""

ORDER: tuple[Course, ...] = ("steady", "balanced", "on_time")
"""The order in which they are numbered."""

FIRST = 10_000
"""What comes first weighs this many times more than in the house's own weights."""

Rank = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Made:
    """A schedule that the checker accepts."""

    schedule: Schedule
    costs: Costs


async def propose(question: Question, solver: Solver, limit_s: float) -> Proposal:
    """Checked plans: the solver's, else repairs, else a dispatch rule's; none when nothing is legal.

    All takes about `limit_s`: who is late takes from those that follow, and where nothing is left
    repairs must do. What cannot stay fixed is let go first.
    """
    began = time.monotonic()
    if not question.orders:
        return Proposal(None, "none")
    question, melted = thaw(question)
    pool = _Pool(question.problem, await asyncio.to_thread(_repaired, question.problem))
    for course, share in _courses(question.problem):
        left_s = limit_s - (time.monotonic() - began)
        if left_s > 0 or not pool.made:
            await pool.solve(course, solver, min(share * limit_s, max(left_s, 0.0)))
    if not pool.made:
        await asyncio.to_thread(pool.take, await asyncio.to_thread(dispatch, question.problem))
    options = await asyncio.to_thread(_options, question, pool)
    took_ms = (time.monotonic() - began) * 1000
    default = next((each for each in options if "balanced" in each.courses), None)
    if default is None:
        return Proposal(None, "none", tuple(pool.thrown), took_ms)
    return Proposal(default.plan, default.by, tuple(pool.thrown), took_ms, options, melted)


def _repaired(problem: Problem) -> list[_Made]:
    return [_Made(schedule, cost) for schedule, cost in repair(problem)]


def _courses(problem: Problem) -> tuple[tuple[Course, float], ...]:
    """Without a plan in force nothing can be kept steady, without overtime nothing bought with it."""
    overtime = any(resource.overtime for resource in problem.resources)
    return SHARES if problem.current or overtime else SHARES[:1]


class _Pool:
    """All legal schedules so far; every course begins at its best of them and chooses its best at the end."""

    def __init__(self, problem: Problem, made: list[_Made]) -> None:
        self._problem, self.made = problem, made
        self.thrown: list[Violation] = []
        self._bound = -1

    async def solve(self, course: Course, solver: Solver, limit_s: float) -> None:
        """Let the solver improve on the best of a course."""
        start = self.best(course) if self.made else None
        asked = await asyncio.to_thread(_posed, self._problem, course, self.made)
        found = await solver.solve(asked, limit_s=limit_s, start=start.schedule if start else None)
        await asyncio.to_thread(self.take, found, found.bound if course != "steady" else None)

    def take(self, schedule: Schedule, bound: int | None = None) -> None:
        """Check a schedule and keep it when it is legal; `bound` is the least lateness its maker proved."""
        if schedule.status == "none":
            return
        broken = check(self._problem, schedule.slots)
        if broken:
            self.thrown += broken
        else:
            self.made.append(_Made(schedule, costs(self._problem, schedule.slots)))
            self._bound = max(-1 if bound is None else bound, self._bound)

    def is_proved(self, made: _Made) -> bool:
        """Whether no legal schedule is less late, as far as a solver has proved it."""
        return made.costs.objective <= self._bound

    def best(self, course: Course) -> _Made:
        """The best of a course; there must be one schedule."""
        return min(self.made, key=lambda made: _rank(made.costs, course))


def _rank(of: Costs, course: Course) -> Rank:
    """What makes one schedule better than another; lower is better."""
    match course:
        case "steady":
            return of.moved, of.total, of.objective
        case "balanced":
            return of.total, of.moved, of.objective
        case "on_time":
            return of.objective, of.total, of.moved


def _posed(problem: Problem, course: Course, made: Sequence[_Made]) -> Problem:
    """The problem as a course weighs it."""
    house = problem.weights
    match course:
        case "balanced":
            return problem
        case "on_time":
            dear = max(1, house.objective) * FIRST
            return replace(problem, weights=replace(house, objective=dear, overtime=0))
        case "steady":
            dear = max(1, house.objective, house.moved) * FIRST
            held = replace(problem, weights=replace(house, moved=dear))
            repaired = [each.schedule for each in made if each.schedule.by.startswith("repair:")]
            return _with_stayed(held, repaired[0]) if repaired else held


def _with_stayed(problem: Problem, repaired: Schedule) -> Problem:
    """What counts as unmoved in the repair is fixed there: only what had to move is planned anew."""
    place = {(slot.job, slot.task): slot for slot in repaired.slots}
    fixed = {(each.job, each.task) for each in problem.fixed}
    stayed = []
    for current in problem.current:
        key, slot = (current.job, current.task), place[current.job, current.task]
        near = problem.near is None or current.start < problem.near
        same = slot.machine == current.machine and abs(slot.start - current.start) <= problem.tolerance
        if near and same and key not in fixed:
            stayed.append(Fixed(slot.job, slot.task, slot.machine, slot.start, slot.end))
    return replace(problem, fixed=(*problem.fixed, *stayed))


def _options(question: Question, pool: _Pool) -> tuple[Option, ...]:
    """The best of each course, in the order of their numbers; those that mean the same are one."""
    options: list[Option] = []
    for course in ORDER if pool.made else ():
        if course not in {each for each, _ in _courses(question.problem)}:
            continue
        option = _option(question, pool, course)
        same = next((n for n, each in enumerate(options) if _alike(each, option)), None)
        if same is None:
            options.append(option)
        else:
            options[same] = replace(options[same], courses=(*options[same].courses, course))
    return tuple(options)


def _option(question: Question, pool: _Pool, course: Course) -> Option:
    made = pool.best(course)
    plan = read_back(question, made.schedule, question.now, question.published)
    figures = figures_of(question, made.schedule, plan)
    return Option((course,), plan, figures, made.schedule.by, pool.is_proved(made))


def _alike(one: Option, other: Option) -> bool:
    """Whether two plans are the same, or the same to whoever has to choose."""
    same_orders = one.plan.late_orders == other.plan.late_orders
    return one.plan.id == other.plan.id or (same_orders and one.figures == other.figures)
