"""The cloud's proposal among its rivals: chosen only when it is legal and better, and never believed."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning import check as checking
from app.planning import sharing
from app.planning.check import check
from app.planning.consulting.asked import Placed
from app.planning.consulting.proposing import as_schedule, mend
from app.planning.consulting.telling import _RULES
from app.planning.costs import cost, costs
from app.planning.dispatch import EDD, TARDINESS_GRID, dispatch
from app.planning.explaining import explain
from app.planning.options import CLOUD_SHARE, SHARES, propose
from app.planning.solve import solve
from app.planning.thawing import thaw
from app.records.answer import Catalogue
from app.records.message import Language
from app.records.scheduling import Crew, Fixed, Job, Problem, Resource, Schedule, Slot, Task, Weights
from tests.planning.consulting.envelopes import question_of
from tests.planning.problems import random_problem, trials, with_plan
from tests.planning.test_options import DOWN, furnace
from tests.planning.test_question import (
    NOTHING,
    NOW,
    SENTENCES,
    ZONE,
    Answers,
    ask,
    hours,
    order,
    said,
)

IN_ORDER = [Placed(f"SO-{n}", 0, 0, "HT-01", hours(5 * n - 5)) for n in (1, 2, 3)]
"""On time for everybody, where the plan in force has the most urgent last."""

TOGETHER = [Placed(f"SO-{n}", 0, 0, "HT-01", hours(5)) for n in (1, 2, 3)]


class Idle:
    """Betters nothing, and says so with what it was given."""

    def __init__(self):
        self.starts = []

    async def solve(self, problem, *, limit_s, start=None):
        self.starts.append((start.by if start else None, limit_s))
        return start or NOTHING


class Local(Idle):
    """Solves, but the plant's own problem only from what the plant made itself."""

    async def solve(self, problem, *, limit_s, start=None):
        self.starts.append((start.by if start else None, limit_s))
        return solve(problem, 0.2, 1, start=start)


def verdicts(proposal):
    return {each.rival: each.verdict for each in proposal.contenders}


def placed_of(question, slots):
    return [
        Placed(
            question.orders[s.job].number, question.positions[s.job][s.task], question.lot(s.job),
            question.machines[s.machine], question.at(s.start),
        )
        for s in slots
    ]  # fmt: skip


def lined(proposal, question, language=Language.EN):
    return Catalogue(SENTENCES, ZONE).render(explain(proposal, question), language, NOW).splitlines()


async def test_a_better_proposal_is_chosen_as_it_is():
    question = furnace()
    proposal = await propose(question, Idle(), 60.0, IN_ORDER)
    assert proposal.by == "cloud"
    assert proposal.plan.by == "cloud"
    assert {(a.order, a.start) for a in proposal.plan.assignments} == {(p.order, p.start) for p in IN_ORDER}
    assert verdicts(proposal) == {"cloud": "chosen", "solver": "legal", "present": "legal"}
    cloud, _, present = proposal.contenders
    assert (cloud.figures.late_orders, present.figures.late_orders) == (0, 1)
    assert cloud.figures == proposal.chosen.figures
    assert "Chosen: Cloud; fewer minutes late than Solver." in lined(proposal, question)
    assert lined(proposal, question)[-1].startswith("Proposed by the cloud, checked here in ")


async def test_a_proposal_as_good_as_the_plants_own_plan_is_not_chosen():
    question = furnace()
    same = [Placed(f"SO-{n}", 0, 0, "HT-01", hours(at)) for n, at in ((1, 0), (3, 5), (2, 11))]
    for places, why in ((IN_ORDER, "Cloud, mended is no better"), (same, "Cloud is no better")):
        proposal = await propose(question, Local(), 60.0, places)
        assert proposal.by == "solver"
        assert verdicts(proposal)["solver"] == "chosen"
        assert verdicts(proposal)["cloud"] == "legal"
        assert f"Chosen: Solver; {why}." in lined(proposal, question)
        assert "Made by the solver" in lined(proposal, question)[-1]


async def test_an_illegal_proposal_is_mended_never_offered_and_its_rules_are_named():
    question = furnace()
    proposal = await propose(question, Idle(), 60.0, TOGETHER)
    cloud = proposal.contenders[0]
    assert (cloud.rival, cloud.verdict, cloud.broken) == ("cloud", "broken", ("overlap",))
    assert verdicts(proposal)["cloud_repaired"] in {"legal", "chosen"}
    assert {v.constraint for v in proposal.violations} == {"overlap"}
    for option in proposal.options:
        starts = sorted(a.start for a in option.plan.assignments)
        assert starts[1] - starts[0] >= timedelta(hours=5)
    assert "Cloud: not legal (overlap on a machine)" in lined(proposal, question)


async def test_what_the_solver_makes_of_the_proposal_is_said_to_be_both():
    question = furnace()
    late = [replace(p, start=p.start + timedelta(hours=2)) for p in IN_ORDER]

    class Shy(Local):
        async def solve(self, problem, *, limit_s, start=None):
            if not start.by.startswith("cloud"):
                return NOTHING
            return await super().solve(problem, limit_s=limit_s, start=start)

    proposal = await propose(question, Shy(), 60.0, late)
    assert proposal.by == "cloud+solver"
    assert verdicts(proposal) == {"cloud": "legal", "cloud_repaired": "chosen", "present": "legal"}
    assert "mended here" in lined(proposal, question)[-1]


async def test_the_plants_own_plan_is_made_before_the_cloud_is_heard():
    solver = Idle()
    await propose(furnace(), solver, 60.0, IN_ORDER)
    starts, limits = zip(*solver.starts, strict=True)
    assert starts[0].startswith("repair:")
    assert starts[1] == "cloud"
    assert limits[0] <= SHARES[0][1] * (1 - CLOUD_SHARE) * 60.0
    assert limits[1] <= CLOUD_SHARE * 60.0
    assert sum(limits) <= 60.0


async def test_without_a_solver_a_rule_stands_against_the_cloud():
    question = ask(order("SO-1", ("grinding", 60)), order("SO-2", ("grinding", 60)))
    places = [Placed("SO-1", 0, 0, "GR-01", hours(1)), Placed("SO-2", 0, 0, "GR-05", hours(1))]
    proposal = await propose(question, Answers(NOTHING), 1.0, places)
    assert verdicts(proposal) == {"cloud": "legal", "solver": "chosen"}
    assert proposal.by.startswith("dispatch:")


async def test_without_a_proposal_the_solver_stands_against_the_plan_in_force_and_nothing_is_told():
    question = furnace()
    proposal = await propose(question, Local(), 60.0)
    assert verdicts(proposal) == {"solver": "chosen", "present": "legal"}
    assert not any(line.startswith("Chosen") for line in lined(proposal, question))


async def test_a_plan_in_force_that_cannot_stay_competes_repaired():
    proposal = await propose(furnace(HT01=DOWN), Idle(), 60.0, IN_ORDER)
    assert verdicts(proposal)["present"] in {"legal", "chosen"}
    assert verdicts(proposal)["cloud"] == "broken"
    assert proposal.contenders[0].broken[0] == "closed"


async def test_without_any_legal_plan_a_person_plans_and_sees_what_was_wrong():
    question = furnace()
    nobody = tuple(replace(r, crew=0) for r in question.problem.resources)
    stuck = replace(
        question, problem=replace(question.problem, resources=nobody, crews=(Crew("", ((0, 0),)),))
    )
    proposal = await propose(stuck, Answers(NOTHING), 1.0, IN_ORDER)
    assert (proposal.plan, proposal.by) == (None, "none")
    assert verdicts(proposal) == {"cloud": "broken", "present": "broken"}
    told = lined(proposal, stuck)
    assert "plan by hand" in told[0]
    assert "Cloud: not legal (too few people)" in told


@pytest.mark.parametrize("language", list(Language))
async def test_the_rivals_stand_side_by_side_in_every_language(language):
    question = furnace()
    for places in (IN_ORDER, TOGETHER):
        proposal = await propose(question, Local(), 60.0, places)
        told = lined(proposal, question, language)
        assert all(len(line) < 120 for line in told[-6:])
        assert said(proposal, question, language)


def test_every_rule_of_the_checker_has_words():
    text = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (checking, sharing))
    found = set(re.findall(r'Violation\("(\w+)"|^ +\("(\w+)", .*\),$', text, re.MULTILINE))
    found = {one or other for one, other in found}
    assert len(found) > 15
    assert found <= set(_RULES)
    assert {f"planning.broken.{word}" for word in _RULES.values()} <= set(SENTENCES)


def disturbed(seed):
    """A question with a plan in force of which parts have moved, and some is fixed."""
    problem = replace(
        random_problem(seed), objective="total_weighted_tardiness", weights=Weights(10, 3, 1, 1)
    )
    problem = with_plan(problem, seed)
    return question_of(problem, dispatch(problem, (EDD,)).slots)


SEEDS = st.integers(0, 100_000)


@given(SEEDS)
@trials(60)
def test_a_legal_schedule_said_in_places_is_that_schedule(seed):
    question = disturbed(seed)
    slots = dispatch(question.problem).slots
    made = as_schedule(question, placed_of(question, slots))
    assert check(question.problem, made.slots) == ()
    assert [(s.job, s.task, s.machine, s.start) for s in made.slots] == [
        (s.job, s.task, s.machine, s.start) for s in slots
    ]


@given(SEEDS, st.data())
@trials(60)
def test_places_of_some_orders_are_kept_and_the_rest_is_filled_in(seed, data):
    question = disturbed(seed)
    slots = dispatch(question.problem).slots
    jobs = data.draw(st.sets(st.integers(0, len(question.orders) - 1)))
    chosen = [s for s in slots if s.job in jobs]
    made = as_schedule(question, placed_of(question, chosen))
    assert {(s.job, s.task) for s in made.slots} == {(s.job, s.task) for s in slots}
    at = {(s.job, s.task): (s.machine, s.start) for s in made.slots}
    assert all(at[s.job, s.task] == (s.machine, s.start) for s in chosen)
    fixed = {(f.job, f.task): f for f in question.problem.fixed}
    left = [f for f in (*fixed.values(), *question.problem.current) if f.job not in jobs]
    assert all(at[f.job, f.task] == (f.machine, f.start) for f in left)


@given(SEEDS, st.data())
@trials(60)
def test_any_places_are_mended_into_something_legal_or_nothing(seed, data):
    question = disturbed(seed)
    machines, ends = st.sampled_from(question.machines), st.integers(0, 300)
    places = [
        replace(place, machine=data.draw(machines), start=question.at(data.draw(ends)))
        for place in placed_of(question, dispatch(question.problem).slots)
    ]
    made = as_schedule(question, places)
    mended = mend(question.problem, made)
    assert mended is None or check(question.problem, mended.slots) == ()


def test_places_of_what_is_gone_are_passed_over():
    question = furnace()
    strange = [Placed("SO-9", 0, 0, "HT-01", NOW), Placed("SO-1", 0, 0, "GONE", NOW), *IN_ORDER[1:]]
    made = as_schedule(question, strange)
    assert len(made.slots) == 3


def recosted(question, plan):
    """What a plan costs and breaks, from the plan alone."""
    keys = {
        (o.number, p, question.lot(j)): (j, k)
        for j, o in enumerate(question.orders)
        for k, p in enumerate(question.positions[j])
    }
    slots = tuple(
        Slot(*keys[a.order, a.position, a.lot], question.machines.index(a.machine),
             question.floor(a.start), question.floor(a.end))
        for a in plan.assignments
    )  # fmt: skip
    return check(question.problem, slots), costs(question.problem, slots)


@given(SEEDS, st.data())
@trials(25)
async def test_what_is_chosen_costs_no_more_than_any_legal_rival(seed, data):
    question = disturbed(seed)
    rule = data.draw(st.sampled_from(TARDINESS_GRID))
    slots = dispatch(question.problem, (rule,)).slots
    places = placed_of(question, slots)
    if data.draw(st.booleans()):
        places = [replace(p, start=question.at(data.draw(st.integers(0, 200)))) for p in places]
    proposal = await propose(question, Local(), 5.0, places)
    thawed = thaw(question)[0]
    problem = thawed.problem
    for option in proposal.options:
        assert recosted(thawed, option.plan)[0] == ()
    total = recosted(thawed, proposal.plan)[1].total
    proposed = as_schedule(thawed, places).slots
    if not check(problem, proposed):
        assert total <= cost(problem, proposed)
    present = tuple(slot_of(f) for f in (*problem.fixed, *problem.current))
    if not check(problem, present):
        assert total <= cost(problem, present)
    assert [each.verdict for each in proposal.contenders].count("chosen") == 1


def slot_of(fixed):
    return Slot(fixed.job, fixed.task, fixed.machine, fixed.start, fixed.end)


async def test_where_no_time_is_left_repairs_alone_mend_the_proposal():
    solver = Idle()
    proposal = await propose(furnace(), solver, 0.0, TOGETHER)
    assert solver.starts == []
    assert verdicts(proposal)["cloud_repaired"] in {"legal", "chosen"}


async def test_what_is_not_whole_has_no_figures():
    part = Schedule("feasible", 0, (Slot(0, 0, 2, 0, 60),), "solver")
    proposal = await propose(furnace(), Answers(part), 1.0, IN_ORDER)
    solver = next(each for each in proposal.contenders if each.rival == "solver")
    assert (solver.verdict, solver.figures, solver.broken) == ("broken", None, ("missing",))
    assert "Solver: not legal (operations missing)" in lined(proposal, furnace())


def test_what_is_fixed_stays_whatever_is_said_of_it():
    question = furnace()
    fixed = Fixed(0, 0, question.machines.index("HT-01"), 12, 72)
    question = replace(question, problem=replace(question.problem, fixed=(fixed,), current=()))
    made = as_schedule(question, TOGETHER)
    assert made.slots[0] == slot_of(fixed)


def test_what_begins_together_on_a_furnace_ends_together():
    furnace_of_two = Resource("furnace", type="heat", batch=2)
    jobs = tuple(Job(f"{n}", (Task(((0, work),), family=0),), due=9) for n, work in enumerate((3, 5)))
    question = question_of(Problem("", "total_weighted_tardiness", (furnace_of_two,), jobs, unit_s=300))
    places = [Placed(f"SO-{n}", 0, 0, "Mill-0", question.at(2)) for n in (0, 1)]
    made = as_schedule(question, places)
    assert [(s.start, s.end) for s in made.slots] == [(2, 7), (2, 7)]
    assert check(question.problem, made.slots) == ()
