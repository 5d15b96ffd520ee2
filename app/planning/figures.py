"""What a plan means, in the five numbers that people compare."""

from collections.abc import Iterator
from itertools import pairwise

from app.planning.asked import Question
from app.planning.costs import costs
from app.planning.layout import lay_out
from app.records.offer import Figures
from app.records.plant import Plan
from app.records.scheduling import Problem, Schedule


def figures_of(question: Question, schedule: Schedule, plan: Plan) -> Figures:
    """The numbers of a schedule and the plan that was made of it."""
    problem = question.problem
    changes = [units for units in _setups(problem, schedule) if units > 0]
    return Figures(
        late_orders=len(plan.late_orders),
        minutes_late=plan.minutes_late,
        moved=plan.moved,
        compared=plan.compared,
        changeovers=len(changes),
        changeover_minutes=_minutes(problem, sum(changes)),
        overtime_minutes=_minutes(problem, costs(problem, schedule.slots).overtime),
    )


def _setups(problem: Problem, schedule: Schedule) -> Iterator[int]:
    """The setup before every batch of every machine, in the problem's unit."""
    layout = lay_out(problem, schedule.slots)
    for lane in layout.lanes:
        if lane:
            yield layout.first_setup(lane[0])
        for before, after in pairwise(lane):
            yield layout.setup(before, after)


def _minutes(problem: Problem, units: int) -> int:
    return units * problem.unit_s // 60
