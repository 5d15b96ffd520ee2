"""Up to three plans to choose from: steady, balanced, on time; each checked before anybody sees it.

The cloud's proposal, where there is one, is a rival like the solver's plan and the plan in force: it
is chosen only where it is better than what was made without it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from app.planning.asked import Option, Proposal, Question
from app.planning.check import check
from app.planning.consulting.asked import Placed
from app.planning.consulting.proposing import as_schedule, mend
from app.planning.consulting.refereeing import Made, best, contenders, credited
from app.planning.costs import costs
from app.planning.dispatch import dispatch
from app.planning.figures import figures_of
from app.planning.proposal import read_back
from app.planning.repair import repair
from app.planning.thawing import thaw
from app.ports import Solver
from app.records.offer import Course, Rival
from app.records.scheduling import Fixed, Problem, Schedule, Slot, Violation

SHARES: tuple[tuple[Course, float], ...] = (("balanced", 0.4), ("steady", 0.25), ("on_time", 0.35))
"""The courses in the order in which they are solved, each with its part of the time; balanced is first."""

CLOUD_SHARE = 0.15
"""The part of the time in which the solver betters the cloud's proposal; the courses have the rest."""

ORDER: tuple[Course, ...] = ("steady", "balanced", "on_time")
"""The order in which they are numbered."""

FIRST = 10_000
"""What comes first weighs this many times more than in the house's own weights."""


async def propose(
    question: Question, solver: Solver, limit_s: float, places: Sequence[Placed] = ()
) -> Proposal:
    """Checked plans: the solver's, else repairs, else a dispatch rule's; none when nothing is legal.

    `places` are the cloud's, which is one rival more: as they are where that is legal, and bettered
    by the solver. All takes about `limit_s`: who is late takes from those that follow, and where
    nothing is left repairs must do. What cannot stay fixed is let go first.
    """
    began = time.monotonic()
    if not question.orders:
        return Proposal(None, "none")
    question, melted = thaw(question)
    pool, clock = _Pool(question.problem), _Clock(began, limit_s)
    await asyncio.to_thread(pool.take_present)
    for course, share in _courses(question.problem):
        part_s = clock.part_s(share * (1 - CLOUD_SHARE) if places else share)
        if part_s > 0 or not pool.made:
            await pool.solve(course, solver, part_s)
        if course == "balanced":
            await pool.dispatch_if_nothing()
            if places:
                proposed = await asyncio.to_thread(as_schedule, question, places)
                await pool.hear(proposed, solver, clock.part_s(CLOUD_SHARE))
    options = await asyncio.to_thread(_options, question, pool)
    rivals = await asyncio.to_thread(contenders, question, pool.made, pool.broken)
    took_ms = clock.spent_s() * 1000
    default = next((each for each in options if "balanced" in each.courses), None)
    if default is None:
        return Proposal(None, "none", tuple(pool.thrown), took_ms, contenders=rivals)
    return Proposal(default.plan, default.by, tuple(pool.thrown), took_ms, options, melted, rivals)


class _Clock:
    """What is left of a limit."""

    def __init__(self, began: float, limit_s: float) -> None:
        self._began, self._limit_s = began, limit_s

    def spent_s(self) -> float:
        return time.monotonic() - self._began

    def part_s(self, share: float) -> float:
        """A share of the limit, or what is left where that is less; 0 when it is over."""
        return max(0.0, min(share * self._limit_s, self._limit_s - self.spent_s()))


def _courses(problem: Problem) -> tuple[tuple[Course, float], ...]:
    """Without a plan in force nothing can be kept steady, without overtime nothing bought with it."""
    overtime = any(resource.overtime for resource in problem.resources)
    return SHARES if problem.current or overtime else SHARES[:1]


class _Pool:
    """All legal schedules so far; every course begins at its best of them and chooses its best at the end.

    `broken` is, of each rival, the first schedule that was not legal.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.made: list[Made] = []
        self.thrown: list[Violation] = []
        self.broken: dict[Rival, tuple[Schedule, tuple[Violation, ...]]] = {}
        self._bound = -1

    def take_present(self) -> None:
        """The plan in force as it is, and repaired."""
        slots = tuple(
            Slot(f.job, f.task, f.machine, f.start, f.end)
            for f in (*self._problem.fixed, *self._problem.current)
        )
        if self._problem.current:
            self._weigh(Schedule("feasible", 0, slots, "repair:none"), "present")
        self.made += [Made(schedule, cost, "present") for schedule, cost in repair(self._problem)]

    async def solve(self, course: Course, solver: Solver, limit_s: float) -> None:
        """Let the solver improve on the best of a course."""
        start = best(self.made, course) if self.made else None
        asked = await asyncio.to_thread(_posed, self._problem, course, self.made)
        found = await solver.solve(asked, limit_s=limit_s, start=start.schedule if start else None)
        bound = found.bound if course != "steady" else None
        await asyncio.to_thread(self.take, *credited(found, start), bound)

    async def hear(self, proposed: Schedule, solver: Solver, limit_s: float) -> None:
        """Take the cloud's proposal, and what repairs and, where there is time, the solver make of it."""
        start = await asyncio.to_thread(self._heard, proposed)
        if start is not None and limit_s > 0:
            found = await solver.solve(self._problem, limit_s=limit_s, start=start.schedule)
            await asyncio.to_thread(self.take, *credited(found, start), found.bound)

    def _heard(self, proposed: Schedule) -> Made | None:
        """The proposal where it is legal, else what is legal near it, as kept; None when nothing is."""
        self.take(proposed, "cloud")
        if "cloud" in self.broken:
            mended = mend(self._problem, proposed)
            if mended is None:
                return None
            self.take(mended, "cloud_repaired")
        return self.made[-1]

    async def dispatch_if_nothing(self) -> None:
        """A dispatch rule's schedule where neither the solver nor repairs have made one."""
        if not self.made:
            found = await asyncio.to_thread(dispatch, self._problem)
            await asyncio.to_thread(self.take, found, "solver")

    def take(self, schedule: Schedule, rival: Rival, bound: int | None = None) -> None:
        """Check a schedule and keep it when it is legal; `bound` is the least lateness its maker proved."""
        if schedule.status == "none":
            return
        broken = self._weigh(schedule, rival)
        self.thrown += broken
        if not broken:
            self._bound = max(-1 if bound is None else bound, self._bound)

    def _weigh(self, schedule: Schedule, rival: Rival) -> tuple[Violation, ...]:
        broken = check(self._problem, schedule.slots)
        if broken:
            self.broken.setdefault(rival, (schedule, broken))
        else:
            self.made.append(Made(schedule, costs(self._problem, schedule.slots), rival))
        return broken

    def is_proved(self, made: Made) -> bool:
        """Whether no legal schedule is less late, as far as a solver has proved it."""
        return made.costs.objective <= self._bound


def _posed(problem: Problem, course: Course, made: Sequence[Made]) -> Problem:
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
    made = best(pool.made, course)
    plan = read_back(question, made.schedule, question.now, question.published)
    figures = figures_of(question, made.schedule, plan)
    return Option((course,), plan, figures, made.schedule.by, pool.is_proved(made))


def _alike(one: Option, other: Option) -> bool:
    """Whether two plans are the same, or the same to whoever has to choose."""
    same_orders = one.plan.late_orders == other.plan.late_orders
    return one.plan.id == other.plan.id or (same_orders and one.figures == other.figures)
