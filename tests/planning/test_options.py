"""Three plans side by side: each checked, each the best of its course, equal ones offered once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.planning.asked import Cause, Thawed
from app.planning.causes import causes_of
from app.planning.check import check
from app.planning.costs import objective
from app.planning.dispatch import dispatch
from app.planning.explaining import explain
from app.planning.options import SHARES, propose
from app.planning.solve import solve
from app.planning.thawing import thaw
from app.records.answer import Catalogue
from app.records.message import Language
from app.records.plant import MachineState, OperationState
from app.records.scheduling import Crew, Material, Schedule, Weights
from tests.planning.test_question import (
    NOTHING,
    NOW,
    SENTENCES,
    ZONE,
    Answers,
    PlantFacts,
    ask,
    begun,
    hours,
    order,
    publish,
)

HALF_HOUR = timedelta(minutes=30)
DOWN = {"state": MachineState.DOWN, "since": hours(-0.5), "until": hours(8)}


class Solving:
    """Solves in this process and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []

    async def solve(self, problem, *, limit_s, start=None):
        self.asked.append((problem, limit_s, start))
        return solve(problem, 0.3, 1, start=start)


def furnace(**changes):
    """Three orders on the only furnace, 5 h each; SO-1 is due first and planned last."""
    rows = [(f"SO-{n}", 0, "HT-01", hours(5 + 6 * at), hours(10 + 6 * at)) for at, n in enumerate((3, 2, 1))]
    orders = [order(f"SO-{n}", ("heat_treatment", 300), due=hours(6 + 12 * n)) for n in (1, 2, 3)]
    orders[0] = replace(orders[0], due=hours(11), weight=9)
    question = ask(*orders, plan=publish(*rows), **changes)
    house = Weights(objective=1, moved=100, setup=1)
    return replace(question, problem=replace(question.problem, weights=house))


async def test_the_courses_differ_in_what_they_put_first():
    question, solver = furnace(), Solving()
    proposal = await propose(question, solver, 60.0)
    courses = {course: option for option in proposal.options for course in option.courses}
    assert set(courses) == {"steady", "balanced", "on_time"}
    steady, on_time = courses["steady"], courses["on_time"]
    assert (steady.figures.moved, steady.figures.late_orders) == (0, 1)
    assert on_time.figures.late_orders == 0
    assert on_time.figures.moved > 0
    assert proposal.plan is courses["balanced"].plan
    assert proposal.chosen is courses["balanced"]


async def test_each_solve_has_its_share_and_begins_at_the_best_so_far():
    question, solver = furnace(), Solving()
    await propose(question, solver, 60.0)
    for (_, limit_s, _), (_, share) in zip(solver.asked, SHARES, strict=True):
        assert 0 < limit_s <= share * 60.0
    assert sum(share for _, share in SHARES) == pytest.approx(1.0)
    for problem, _, start in solver.asked:
        assert start is not None
        assert check(question.problem, start.slots) == ()
        assert set(question.problem.fixed) <= set(problem.fixed)
    weights = [problem.weights for problem, _, _ in solver.asked]
    assert weights[0] == question.problem.weights
    assert weights[1].moved > 1000 * weights[0].moved
    assert weights[2].objective > 1000 * weights[0].objective
    assert weights[2].overtime == 0


async def test_the_steady_solve_keeps_what_the_repair_could_keep():
    question, solver = furnace(HT01=DOWN), Solving()
    await propose(question, solver, 60.0)
    steady = solver.asked[1][0]
    assert {(f.job, question.at(f.start)) for f in steady.fixed} == {(1, hours(11)), (0, hours(17))}


async def test_plans_that_mean_the_same_are_offered_once():
    proposal = await propose(furnace(), Answers(NOTHING), 1.0)
    [option] = proposal.options
    assert option.courses == ("steady", "balanced", "on_time")
    assert option.by.startswith("repair:")


async def test_without_a_plan_in_force_there_is_one_course():
    solver = Solving()
    proposal = await propose(ask(order("SO-1", ("grinding", 60))), solver, 60.0)
    assert [option.courses for option in proposal.options] == [("balanced",)]
    assert len(solver.asked) == 1


async def test_a_late_solver_takes_its_time_from_those_that_follow():
    solver = Solving()
    proposal = await propose(furnace(), solver, 0.05)
    assert len(solver.asked) <= 1, "the first took all"
    assert proposal.options


async def test_an_illegal_answer_is_never_offered():
    bad = Schedule("optimal", 0, (), "solver", 0)
    proposal = await propose(furnace(), Answers(bad), 1.0)
    assert {v.constraint for v in proposal.violations} == {"missing"}
    assert all(option.by.startswith("repair:") for option in proposal.options)


class Bounding(Solving):
    """Improves nothing, and says of the course with this number from 0 that no plan is less late."""

    def __init__(self, which: int, by: int = 0, *, legal: bool = True) -> None:
        super().__init__()
        self.which, self.by, self.legal = which, by, legal

    async def solve(self, problem, *, limit_s, start=None):
        self.asked.append((problem, limit_s, start))
        bound = objective(problem, start.slots) - self.by if len(self.asked) - 1 == self.which else None
        return replace(start, bound=bound, slots=start.slots if self.legal else start.slots[1:])


@pytest.mark.parametrize(
    ("solver", "proved"),
    [
        (Bounding(0), True),
        (Bounding(2), True),
        (Bounding(1), False),
        (Bounding(0, by=1), False),
        (Bounding(0, legal=False), False),
        (Bounding(9), False),
    ],
)
async def test_a_plan_is_proved_where_no_legal_one_can_be_less_late(solver, proved):
    proposal = await propose(furnace(), solver, 60.0)
    assert [option.proved for option in proposal.options] == [proved]


async def test_changeovers_and_overtime_are_counted():
    chef, steak = (
        order("SO-1", ("heat_treatment", 60)),
        order("SO-2", ("heat_treatment", 60), item="KN-STEAK"),
    )
    question = ask(chef, steak)
    resources = tuple(
        replace(r, overtime=((0, 6),)) if r.name == "HT-01" else r for r in question.problem.resources
    )
    question = replace(question, problem=replace(question.problem, resources=resources))
    proposal = await propose(question, Answers(dispatch), 1.0)
    figures = proposal.chosen.figures
    assert (figures.changeovers, figures.changeover_minutes, figures.overtime_minutes) == (1, 15, 30)


def test_what_thaws_is_named_with_its_reason():
    running = begun(order("SO-3", ("grinding", 300)), 0, machine="GR-05", started_at=NOW, quantity_done=0.0)
    two_steps = begun(
        order("SO-4", ("heat_treatment", 240), ("grinding", 60)), 0, machine="HT-01", started_at=NOW
    )
    plan = publish(
        ("SO-1", 0, "GR-01", hours(1), hours(2)),
        ("SO-2", 0, "GR-05", hours(3), hours(4)),
        ("SO-4", 1, "GR-05", hours(2), hours(3)),
    )
    orders = [order("SO-1", ("grinding", 60)), order("SO-2", ("grinding", 60)), running, two_steps]
    question, melted = thaw(ask(*orders, plan=plan, GR01=DOWN))
    assert set(melted) == {
        Thawed("SO-1", 0, "GR-01", "closed"),
        Thawed("SO-2", 0, "GR-05", "busy"),
        Thawed("SO-4", 1, "GR-05", "route"),
    }
    assert all(fixed.start == 0 for fixed in question.problem.fixed)


async def test_the_answer_is_headed_by_the_moves_and_says_why_and_what_thawed():
    plan = publish(("SO-1", 0, "GR-01", hours(1), hours(2)), ("SO-2", 0, "HT-01", hours(20), hours(21)))
    orders = [order("SO-1", ("grinding", 60)), order("SO-2", ("heat_treatment", 60))]
    question = replace(ask(*orders, plan=plan, GR01=DOWN), causes=(Cause("stop", "GR-01", 1, ""),))
    proposal = await propose(question, Answers(NOTHING), 1.0)
    told = {
        language: Catalogue(SENTENCES, ZONE).render(explain(proposal, question), language, NOW)
        for language in Language
    }
    head, why, *rest = told[Language.EN].splitlines()
    assert head == f"Plan {proposal.plan.id}: moves 1 of 2 operations in the next 48 h."
    assert why == "GR-01 is stopped; 1 planned operations are on it."
    thawed = "SO-1 operation 1 on GR-01 cannot stay frozen: the machine is stopped or closed then."
    assert thawed in rest
    assert "2 道工序中移動 1 道" in told[Language.HANT].splitlines()[0]
    assert "2 道工序中移动 1 道" in told[Language.HANS].splitlines()[0]


def kinds(*orders, plan, threshold=HALF_HOUR, **machines):
    facts = PlantFacts(orders, plan, **machines)
    return [
        (c.kind, c.thing) for c in causes_of(ask(*orders, plan=plan, **machines), facts.machines(), threshold)
    ]


def test_a_plan_that_fits_has_no_cause():
    plan = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    assert kinds(order("SO-1", ("grinding", 60)), plan=plan) == []
    assert kinds(order("SO-1", ("grinding", 60)), plan=None) == []


def test_a_stop_counts_where_work_is_planned_in_it():
    waiting = order("SO-1", ("grinding", 60))
    assert kinds(waiting, plan=publish(("SO-1", 0, "GR-01", hours(1), hours(2))), GR01=DOWN) == [
        ("stop", "GR-01")
    ]
    assert kinds(waiting, plan=publish(("SO-1", 0, "GR-01", hours(9), hours(10))), GR01=DOWN) == []
    assert kinds(waiting, plan=publish(("SO-1", 0, "GR-05", hours(1), hours(2))), GR01=DOWN) == []


def test_an_order_stopped_by_quality_counts_while_it_is_planned():
    plan = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    assert kinds(order("SO-1", ("grinding", 60), on_hold=True), plan=plan) == [("hold", "SO-1")]


@pytest.mark.parametrize(
    ("state", "late", "expected"),
    [
        ({}, 0.4, []),
        ({}, 0.6, [("behind", "SO-1")]),
        ({"state": OperationState.RUNNING, "started_at": hours(-2), "quantity_done": 50.0}, 0.0, []),
        (
            {"state": OperationState.RUNNING, "started_at": hours(-2), "quantity_done": 10.0},
            0.0,
            [("behind", "SO-1")],
        ),
        ({"state": OperationState.RUNNING, "started_at": hours(-2), "quantity_done": 90.0}, 0.0, []),
    ],
    ids=["a little late", "should have begun", "as planned", "too slow", "ahead and nobody late"],
)
def test_progress_counts_beyond_the_threshold(state, late, expected):
    start = hours(-late) if not state else hours(-1)
    plan = publish(("SO-1", 0, "GR-01", start, start + timedelta(hours=2)))
    one = order("SO-1", ("grinding", 120))
    one = begun(one, 0, machine="GR-01", **state) if state else one
    assert kinds(one, plan=plan) == expected


def test_being_ahead_counts_where_somebody_is_late():
    plan = publish(("SO-1", 0, "GR-01", hours(-1), hours(1)))
    late = replace(plan, late_orders=("SO-9",))
    ahead = begun(
        order("SO-1", ("grinding", 120)), 0, machine="GR-01", started_at=hours(-1), quantity_done=90.0
    )
    assert kinds(ahead, plan=late) == [("ahead", "SO-1")]
    assert kinds(ahead, plan=plan) == []


def test_an_order_that_the_plan_does_not_know_counts_when_it_is_due_soon():
    plan = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    known = order("SO-1", ("grinding", 60))
    soon, later = (order("SO-2", ("grinding", 60), due=hours(h)) for h in (48, 60))
    assert kinds(known, soon, plan=plan) == [("rush", "SO-2")]
    assert kinds(known, later, plan=plan) == []


def test_people_and_material_that_do_not_suffice_count_once_each():
    """One grinder for two machines at a time, and steel that comes after it is needed."""
    plan = publish(("SO-1", 0, "GR-01", hours(1), hours(2)), ("SO-2", 0, "GR-05", hours(1), hours(2)))
    orders = [order(f"SO-{n}", ("grinding", 60)) for n in (1, 2)]
    question = ask(*orders, plan=plan)
    assert causes_of(question, (), HALF_HOUR) == ()
    problem = question.problem
    resources = tuple(replace(r, crew=0) if r.type == "grinding" else r for r in problem.resources)
    jobs = tuple(
        replace(job, tasks=tuple(replace(task, needs=((0, 5),)) for task in job.tasks))
        for job in problem.jobs
    )
    short = replace(
        problem, resources=resources, jobs=jobs,
        crews=(Crew("grinders", ((0, 2), (10, 1))),), materials=(Material("SS-420", 0, ((30, 99),)),),
    )  # fmt: skip
    found = causes_of(replace(question, problem=short), (), HALF_HOUR)
    assert {(cause.kind, cause.thing) for cause in found} == {("crew", "grinders"), ("material", "SS-420")}
    assert len(found) == 2
