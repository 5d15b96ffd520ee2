"""Facts become a question, the question a checked plan, the plan words."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.planning.dispatch import dispatch
from app.planning.question import Proposal, apply, explain, pose, propose, read_back
from app.planning.solve import solve
from app.records.action import assignments_digest
from app.records.answer import Catalogue
from app.records.answer import places as places_of
from app.records.floor import Floor
from app.records.message import Language
from app.records.plant import (
    Assignment,
    Calendar,
    Facility,
    Item,
    Machine,
    MachineState,
    Name,
    Operation,
    OperationState,
    Order,
    Plan,
    PlanState,
)
from app.records.scheduling import Schedule, Slot
from app.records.verdict import Wish
from app.records.wish import Expedite
from app.settings import Planning

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in the plant
PLANNING = Planning()
ANSWERS = Path(__file__).parents[2] / "config" / "answers"
SENTENCES = {
    key: forms
    for name in ("planning.toml", "wishes.toml")
    for key, forms in tomllib.loads((ANSWERS / name).read_text(encoding="utf-8")).items()
}


def name(text):
    return Name(text, text, text)


def machine(code, kind, facility, **changes):
    fields = {"calendar": "day", "state": MachineState.RUNNING, "since": NOW - timedelta(days=9)}
    return Machine(code, name(code), kind, facility, (), **{**fields, **changes})


def order(number, *operations, **changes):
    fields = {
        "customer": "c",
        "item": "KN-CHEF-8",
        "quantity": 100.0,
        "facility": "A",
        "release": NOW - timedelta(days=1),
        "due": NOW + timedelta(days=3),
        "weight": 1,
        "on_hold": False,
    }
    made = tuple(
        Operation(number, n, name(kind), kind, minutes, OperationState.WAITING)
        for n, (kind, minutes) in enumerate(operations)
    )
    return Order(number, operations=made, **{**fields, **changes})


def begun(order, position, **changes):
    fields = {"state": OperationState.RUNNING, **changes}
    operations = tuple(replace(o, **fields) if o.position == position else o for o in order.operations)
    return replace(order, operations=operations)


class PlantFacts:
    """A small plant: two grinding machines in two facilities, one furnace that must not be cut."""

    def __init__(self, orders, plan=None, **machines):
        self._orders, self._plan, self._changes = orders, plan, machines

    def facilities(self):
        return (Facility("A", name("A"), (), "day"), Facility("B", name("B"), (), "day"))

    def calendars(self):
        day = tuple((weekday, 8 * 60, 20 * 60) for weekday in range(6))
        always = tuple((weekday, 0, 1440) for weekday in range(7))
        return (Calendar("day", day, ("2026-11-25",)), Calendar("always", always))

    def items(self):
        return (
            Item("KN-CHEF-8", name("8"), "pcs", (), "chef"),
            Item("KN-STEAK", name("s"), "pcs", (), "steak"),
        )

    def machines(self):
        made = (
            machine("GR-01", "grinding", "A"),
            machine("GR-05", "grinding", "B"),
            machine("HT-01", "heat_treatment", "B", calendar="always", interruptible=False),
        )
        return tuple(replace(m, **self._changes.get(m.code.replace("-", ""), {})) for m in made)

    def orders(self):
        return tuple(self._orders)

    def plan(self):
        return self._plan

    def floor(self):
        return Floor()


def ask(*orders, wish=Wish("plan"), plan=None, **machines):
    return pose(PlantFacts(orders, plan, **machines), wish, NOW, PLANNING, ZONE)


def planned(question):
    return read_back(question, dispatch(question.problem), NOW, question.published)


def places(plan):
    return {(a.order, a.position): a for a in plan.assignments}


def publish(*rows):
    made = tuple(Assignment(o, p, m, start, end) for o, p, m, start, end in rows)
    return Plan("P-1", "solver", NOW - timedelta(hours=1), PlanState.PUBLISHED, made)


def hours(n):
    return NOW + timedelta(hours=n)


def said(proposal, question, language=Language.EN):
    return Catalogue(SENTENCES, ZONE).render(explain(proposal, question), language, NOW)


class Answers:
    """A solver that answers what it is told."""

    def __init__(self, schedule):
        self._schedule = schedule

    async def solve(self, problem, *, limit_s, start=None):
        return self._schedule(problem) if callable(self._schedule) else self._schedule


NOTHING = Schedule("none", 0, (), "solver")


def test_orders_machines_and_times_come_back_in_the_plants_own_terms():
    plan = planned(ask(order("SO-1", ("grinding", 60), ("heat_treatment", 120), facility="A")))
    first, second = places(plan)["SO-1", 0], places(plan)["SO-1", 1]
    assert (first.machine, first.start, first.end) == ("GR-01", NOW, hours(1))
    assert second.machine == "HT-01"
    assert second.start == hours(1) + timedelta(minutes=90)  # it travels to the other facility
    assert plan.state is PlanState.PROPOSED
    assert plan.by == "dispatch"
    assert plan.id.startswith("P-")
    assert all(a.start.tzinfo is UTC for a in plan.assignments)


def test_shifts_suspend_work_and_days_off_stop_it():
    place = places(planned(ask(order("SO-1", ("grinding", 15 * 60)))))["SO-1", 0]
    assert (place.start, place.end) == (NOW, datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    both = ask(order("SO-1", ("grinding", 23 * 60)), GR05={"state": MachineState.DOWN, "until": hours(999)})
    assert places(planned(both))["SO-1", 0].end == datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def test_a_machine_that_must_not_be_cut_is_never_cut():
    question = ask(order("SO-1", ("heat_treatment", 11 * 60)), HT01={"calendar": "day"})
    place = places(planned(question))["SO-1", 0]
    assert place.start == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert place.end - place.start == timedelta(hours=11)


@pytest.mark.parametrize(
    ("until", "first"),
    [(hours(3), hours(3)), (None, hours(24)), (hours(-3), hours(24))],
    ids=["known end", "unknown end", "end that has passed"],
)
def test_a_stopped_machine_is_closed_until_its_end(until, first):
    stop = {"state": MachineState.DOWN, "since": hours(-5), "until": until}
    question = ask(order("SO-1", ("heat_treatment", 60)), HT01=stop)
    assert places(planned(question))["SO-1", 0].start == first


def test_an_operation_goes_to_another_facility_when_its_own_is_stopped():
    stop = {"state": MachineState.MAINTENANCE, "since": hours(-5), "until": hours(9)}
    question = ask(order("SO-1", ("grinding", 60), due=hours(4)), GR01=stop)
    assert places(planned(question))["SO-1", 0].machine == "GR-05"


def test_a_running_operation_stays_with_its_remaining_work():
    running = begun(
        order("SO-1", ("grinding", 120)), 0, machine="GR-05", started_at=hours(-1), quantity_done=25.0
    )
    place = places(planned(ask(running)))["SO-1", 0]
    assert (place.machine, place.start, place.end) == ("GR-05", hours(-1), hours(1.5))
    silent = begun(order("SO-1", ("grinding", 120)), 0, machine="GR-05", started_at=hours(-1.5))
    assert places(planned(ask(silent)))["SO-1", 0].end == hours(0.5)


def test_two_operations_running_on_one_machine_follow_each_other():
    two = [
        begun(order(n, ("grinding", 60)), 0, machine="GR-01", started_at=hours(-h), quantity_done=50.0)
        for n, h in (("SO-1", 1), ("SO-2", 2))
    ]
    question = ask(*two)
    made = places(planned(question))
    assert made["SO-2", 0].end == hours(0.5)
    assert made["SO-1", 0].end == hours(1)


def test_operations_before_the_last_one_begun_count_as_done():
    odd = begun(order("SO-1", ("grinding", 60), ("grinding", 60)), 1, machine="GR-01", started_at=NOW)
    question = ask(odd)
    assert question.positions == ((1,),)


def test_orders_on_hold_or_without_a_machine_are_left_out_and_named():
    question = ask(
        order("SO-1", ("grinding", 60)),
        order("SO-2", ("grinding", 60), on_hold=True),
        order("SO-3", ("laser", 60)),
    )
    assert [o.number for o in question.orders] == ["SO-1"]
    assert (question.on_hold, question.unplannable) == (("SO-2",), ("SO-3",))


def test_work_that_no_furnace_shift_can_hold_is_left_out():
    question = ask(order("SO-1", ("heat_treatment", 13 * 60)), HT01={"calendar": "day"})
    assert question.unplannable == ("SO-1",)


def test_an_expedited_order_goes_first():
    rivals = [order(f"SO-{n}", ("heat_treatment", 300), due=hours(6)) for n in range(1, 4)]
    wish = Wish("SO-3 first", None, (Expedite("SO-3", hours(5)),))
    question = apply(ask(*rivals, wish=wish), wish.wishes)
    job = question.problem.jobs[2]
    assert (job.weight, question.at(job.due)) == (10, hours(5))
    assert places(planned(question))["SO-3", 0].start == NOW


def test_changing_the_family_takes_a_changeover():
    one = order("SO-1", ("heat_treatment", 60), due=hours(2))
    other = order("SO-2", ("heat_treatment", 60), due=hours(3), item="KN-STEAK")
    made = places(planned(ask(one, other)))
    assert made["SO-2", 0].start == hours(1) + timedelta(minutes=15)


def test_the_next_hours_of_the_published_plan_are_frozen_where_still_legal():
    plan = publish(
        ("SO-1", 0, "GR-05", hours(2), hours(3)),
        ("SO-2", 0, "GR-01", hours(2), hours(3)),
        ("SO-3", 0, "HT-01", hours(20), hours(21)),
    )
    stop = {"state": MachineState.DOWN, "since": hours(-1), "until": hours(6)}
    orders = [
        order("SO-1", ("grinding", 60)),
        order("SO-2", ("grinding", 60)),
        order("SO-3", ("heat_treatment", 60)),
    ]
    question = ask(*orders, plan=plan, GR01=stop)
    fixed = [
        (question.orders[f.job].number, question.machines[f.machine], f.start) for f in question.problem.fixed
    ]
    assert fixed == [("SO-1", "GR-05", 24)]
    assert places(planned(question))["SO-1", 0].start == hours(2)


def test_a_frozen_operation_must_be_reachable_by_its_route():
    plan = publish(("SO-1", 1, "HT-01", hours(2), hours(3)))
    question = ask(order("SO-1", ("grinding", 60), ("heat_treatment", 60)), plan=plan)
    assert question.problem.fixed == ()


def test_what_moved_is_counted_against_the_published_plan_of_two_days():
    plan = publish(
        ("SO-1", 0, "HT-01", hours(6), hours(7)),  # stays
        ("SO-2", 0, "HT-01", hours(8), hours(9)),  # goes on hold
        ("SO-3", 0, "HT-01", hours(60), hours(61)),  # beyond two days
        ("SO-4", 0, "GR-01", hours(-2), hours(-1)),  # ran already
    )
    orders = [order(f"SO-{n}", ("heat_treatment", 60)) for n in (1, 3)]
    held = order("SO-2", ("heat_treatment", 60), on_hold=True)
    question = ask(*orders, held, plan=plan)
    made = read_back(question, solve(question.problem, 1.0, 1), NOW, plan)
    assert (made.moved, made.compared) == (1, 2)


def test_late_orders_are_told_with_their_minutes():
    question = ask(order("SO-1", ("heat_treatment", 300), due=hours(4)), order("SO-2", ("grinding", 60)))
    plan = planned(question)
    assert (plan.late_orders, plan.minutes_late) == (("SO-1",), 60)


async def test_the_solvers_plan_is_proposed_and_explained():
    rush = order("SO-1", ("heat_treatment", 300), due=hours(4))
    wish = Wish("rush", None, (Expedite("SO-1", hours(3)), Expedite("SO-9")))
    plan = publish(("SO-1", 0, "HT-01", hours(9), hours(14)))
    question = ask(rush, order("SO-2", ("grinding", 60), on_hold=True), wish=wish, plan=plan)
    proposal = await propose(question, Answers(lambda p: solve(p, 1.0, 1)), 1.0)
    assert proposal.violations == ()
    assert said(proposal, question).splitlines()[:12] == [
        f"Plan {proposal.plan.id}: moves 1 of 1 operations in the next 48 h.",
        "As wished: SO-1 first (by 13:00), SO-9 first.",
        "Options: 1 steady / 2 balanced, on time",
        "Late orders: 1 / 1",
        "Minutes late: 600 / 60",
        "Moved in 48 h: 0 of 1 / 1 of 1",
        "Changeovers: 0 (0 min) / 0 (0 min)",
        "Overtime: 0 min / 0 min",
        "Late: SO-1 by 60 min.",
        "SO-1 will be ready at 15:00, 2 h after 13:00 as wished.",
        "SO-9 is not in the plan.",
        "Left out, on hold: SO-2.",
    ]
    assert "移动 1 道" in said(proposal, question, Language.HANS)
    for language in Language:
        assert said(proposal, question, language)


async def test_an_illegal_answer_is_thrown_away_for_a_dispatch_rule():
    question = ask(order("SO-1", ("grinding", 60)))
    bad = Schedule("optimal", 0, (Slot(0, 0, 0, 0, 1),), "solver", 0)
    proposal = await propose(question, Answers(bad), 1.0)
    assert {v.constraint for v in proposal.violations} == {"duration"}
    assert proposal.by.startswith("dispatch:")
    assert proposal.plan.by == "dispatch"
    assert "dispatch rule" in said(proposal, question)


async def test_no_answer_falls_back_to_a_dispatch_rule():
    question = ask(order("SO-1", ("grinding", 60)))
    assert (await propose(question, Answers(NOTHING), 1.0)).by.startswith("dispatch:")


async def test_nothing_legal_is_to_be_planned_by_hand():
    question = ask(order("SO-1", ("grinding", 60)))
    job = replace(question.problem.jobs[0], one_facility=True)
    modes = (replace(job.tasks[0], modes=((0, 12),)), replace(job.tasks[0], modes=((1, 12),)))
    stuck = replace(question, problem=replace(question.problem, jobs=(replace(job, tasks=modes),)))
    proposal = await propose(stuck, Answers(NOTHING), 1.0)
    assert (proposal.plan, proposal.by) == (None, "none")
    assert "plan by hand" in said(proposal, stuck)


async def test_nothing_to_plan_is_said():
    question = ask(order("SO-2", ("grinding", 60), on_hold=True))
    proposal = await propose(question, Answers(NOTHING), 1.0)
    assert proposal.plan is None
    assert said(proposal, question).splitlines() == [
        "There is no open order to plan.",
        "Left out, on hold: SO-2.",
    ]


def test_the_same_answer_has_the_same_digest_in_any_order():
    plan = planned(ask(order("SO-1", ("grinding", 60)), order("SO-2", ("grinding", 60))))
    assert assignments_digest(plan.assignments) == assignments_digest(plan.assignments[::-1])
    assert planned(ask(order("SO-1", ("grinding", 60)), order("SO-2", ("grinding", 60)))).id == plan.id


def test_many_late_orders_are_counted_not_listed():
    orders = [order(f"SO-{n}", ("heat_treatment", 300), due=hours(-n)) for n in range(9)]
    question = ask(*orders)
    late = explain_plan(question)
    assert "and 3 more" in late


def explain_plan(question):
    return said(Proposal(planned(question), "dispatch:edd", (), 12.0), question)


def test_every_sentence_has_the_same_places_in_all_languages():
    for key, forms in SENTENCES.items():
        assert set(forms) == {"en", "zh-Hans", "zh-Hant", "yue"}, key
        assert len({places_of(text) for text in forms.values()}) == 1, key
