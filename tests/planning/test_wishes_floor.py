"""Wishes on a plant with crews, overtime, batches, lots and materials that do not always suffice."""

from dataclasses import replace

import pytest

from app.planning.asked import Thawed
from app.planning.check import check
from app.planning.dispatch import dispatch
from app.planning.question import Proposal, explain, read_back
from app.planning.wishes import Conflict, apply
from app.records import wish as wishes
from app.records.answer import Catalogue
from app.records.floor import Absence, Downtime, Floor, Receipt, Staffing
from app.records.message import Language
from app.records.scheduling import Fixed, Schedule, Slot
from app.records.wish import Window
from tests.planning.test_posing import (
    ALWAYS,
    DAY,
    EARLY,
    HOUR,
    LATE,
    POLISH,
    SHIFTS,
    STEEL,
    Plant,
    changed,
    furnace,
    hours,
    machine,
    order,
    posed,
    publish,
    running,
    somebody,
    stock,
)
from tests.planning.test_question import SENTENCES, ZONE

CALENDARS = (ALWAYS, DAY, EARLY, LATE)
LIMITS = Floor(skills=POLISH, staffing=SHIFTS)


def plant(person, *orders, limits=LIMITS, **changes):
    return Plant(orders, limits, staff=(person,), all_calendars=CALENDARS, **changes)


def away(start, end):
    return wishes.Unavailable(Window(hours(start), hours(end)), person="lau")


def reason(outcome):
    assert isinstance(outcome, Conflict), outcome
    return outcome.reason.key.rpartition(".")[2]


# People.


@pytest.mark.parametrize("shift", ["", "early", "late", "always"])
@pytest.mark.parametrize("skills", [("polish",), ("grind", "polish")])
def test_an_absence_that_is_wished_does_what_one_on_record_does(shift, skills):
    person, orders = somebody(skills, shift), [running(order("SO-1", ("cut", 300)), "CU-1")]
    wished = apply(plant(person, *orders).asked(), [away(3, 5)])
    recorded = replace(LIMITS, absences=(Absence("lau", hours(3), hours(5)),))
    assert wished.problem == plant(person, *orders, limits=recorded).asked().problem


def test_who_is_away_on_record_is_not_missed_twice():
    limits = replace(LIMITS, absences=(Absence("lau", hours(2), hours(4)),))
    question = plant(somebody(("polish",)), limits=limits).asked()
    longer = replace(LIMITS, absences=(Absence("lau", hours(2), hours(6)),))
    assert (
        apply(question, [away(3, 6)]).problem == plant(somebody(("polish",)), limits=longer).asked().problem
    )
    assert apply(question, [away(2, 4)]).problem == question.problem


def test_nobody_is_missed_outside_the_own_shift():
    question = plant(somebody(("polish",), "early")).asked()
    assert apply(question, [away(5, 9)]).problem == question.problem


@pytest.mark.parametrize("person", [somebody(("weld",)), somebody(("polish",), facility="B")])
def test_who_counts_in_no_crew_cannot_be_missed(person):
    assert reason(apply(plant(person).asked(), [away(3, 5)])) == "no_crew"


def test_so_many_of_a_crew_are_missing_at_any_time():
    question = plant(somebody(())).asked()
    gone = wishes.Unavailable(Window(hours(3), hours(5)), crew="polish A", people=2)
    fewer = apply(question, [gone]).problem
    assert fewer.crews[0].levels[:3] == ((0, 2), (3 * HOUR, 0), (5 * HOUR, 1))
    assert fewer.resources[0].closed[0] == (3 * HOUR, 5 * HOUR)
    assert fewer.resources[1].closed == ()


def test_what_runs_keeps_its_people_and_what_was_frozen_is_let_go():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 2),))
    machines = (machine("CU-1", "cut", "A"), machine("CU-2", "cut", "A"))
    plan = publish(("SO-2", 0, "CU-2", hours(1), hours(2)))
    orders = [running(order("SO-1", ("cut", 240)), "CU-1"), order("SO-2", ("cut", 60))]
    question = plant(
        somebody(("polish",)), *orders, limits=limits, all_machines=machines, published=plan
    ).asked()
    assert [f.job for f in question.problem.fixed] == [0, 1]
    after = apply(question, [away(0, 4)])
    assert after.problem.fixed == (Fixed(0, 0, 0, 0, 2 * HOUR),)
    assert [c.job for c in after.problem.current] == [1]
    assert check(after.problem, dispatch(after.problem).slots) == ()


# Machines and hours.


def test_a_machine_that_cannot_work_is_as_one_with_a_planned_stop():
    orders = [running(order("SO-1", ("cut", 300)), "CU-1"), order("SO-2", ("cut", 60))]
    plan = publish(("SO-2", 0, "CU-1", hours(3), hours(4)))
    down = wishes.Unavailable(Window(hours(1), hours(4)), machine="CU-1")
    stopped = Floor(downtimes=(Downtime("CU-1", hours(1), hours(4), ""),))
    wished = apply(posed(*orders, published=plan), [down])
    assert wished.problem == posed(*orders, published=plan, limits=stopped).problem


def test_a_running_batch_goes_on_as_one_after_its_furnace_stood():
    pair = [running(changed(order(f"SO-{n}", ("heat", 240)), load=4), "HT-1") for n in (1, 2)]
    down = wishes.Unavailable(Window(hours(1), hours(3)), machine="HT-1")
    after = apply(posed(*pair, all_machines=furnace(8)), [down])
    assert [(f.start, f.end) for f in after.problem.fixed] == [(0, 4 * HOUR)] * 2
    assert check(after.problem, dispatch(after.problem).slots) == ()


OVERTIME = replace(DAY, overtime=((0, 1200, 1290),))  # Monday, 20:00-21:30


def after_hours(*orders, **changes):
    day = (machine("CU-1", "cut", "A", calendar="day"),)
    return posed(*orders, all_machines=day, all_calendars=(ALWAYS, OVERTIME), **changes)


def test_no_overtime_closes_what_the_calendar_opens():
    question = after_hours(order("SO-1", ("cut", 660)))
    assert question.problem.resources[0].overtime[0] == (120, 138)
    none = apply(question, [wishes.CapOvertime(0)]).problem.resources[0]
    assert (none.overtime, none.closed[0]) == ((), (120, 264))  # 20:00 until Tuesday 08:00
    capped = apply(question, [wishes.CapOvertime(30)]).problem.resources[0]
    assert (capped.overtime[0], capped.closed[0]) == ((120, 126), (126, 264))
    long = [apply(question, asked).problem for asked in ((), [wishes.CapOvertime(0)])]
    assert [dispatch(problem).slots[0].end for problem in long] == [132, 276]


def test_what_is_pinned_in_overtime_conflicts_with_none():
    question = after_hours(order("SO-1", ("cut", 60)))
    pinned = wishes.Pin("SO-1", at=hours(10))
    outcome = apply(question, [pinned, wishes.CapOvertime(0)])
    assert (outcome.wishes, reason(outcome)) == ((pinned, wishes.CapOvertime(0)), "frozen")
    assert apply(question, [pinned]).problem.fixed == (Fixed(0, 0, 0, 120, 132),)


# Batches and lots.


def test_a_whole_batch_is_frozen_and_one_alone_ends_when_it_is_done():
    plan = publish(("SO-1", 0, "HT-1", hours(6), hours(10)), ("SO-2", 0, "HT-1", hours(6), hours(10)))
    pair = [changed(order(f"SO-{n}", ("heat", 120 * n)), load=4) for n in (1, 2)]
    question = posed(*pair, all_machines=furnace(8), published=plan)
    both = apply(question, [wishes.Freeze(until=hours(7))])
    assert [(f.job, f.start, f.end) for f in both.problem.fixed] == [(0, 72, 120), (1, 72, 120)]
    assert check(both.problem, dispatch(both.problem).slots) == ()
    short = apply(question, [wishes.Freeze(orders=("SO-1",))])
    assert short.problem.fixed == (Fixed(0, 0, 0, 72, 96),)
    assert check(short.problem, dispatch(short.problem).slots) == ()


def test_a_batch_before_a_fixed_place_is_not_called_impossible():
    """SO-1 and SO-2 fit before SO-3 in one batch only: the search says nothing, a solver decides."""
    batch = [changed(order(f"SO-{n}", ("heat", 240)), load=4) for n in (1, 2, 3)]
    one = (machine("HT-1", "heat", "B", batch=8),)
    asked = [wishes.Pin("SO-3", at=hours(4)), *(wishes.Before(f"SO-{n}", "SO-3") for n in (1, 2))]
    for each in ([*batch[:2], batch[2]], [changed(o, load=8) for o in batch]):
        assert not isinstance(apply(posed(*each, all_machines=one), asked), Conflict)
    alone = (machine("HT-1", "heat", "B"),)
    singly = [order(f"SO-{n}", ("heat", 240)) for n in (1, 2, 3)]
    assert reason(apply(posed(*singly, all_machines=alone), asked)) == "crowded"


def test_every_lot_is_meant_and_keeps_its_own_place_in_the_plan_in_force():
    plan = publish(("SO-1", 0, "CU-1", hours(5), hours(6), 0), ("SO-1", 0, "CU-2", hours(7), hours(8), 1))
    question = posed(order("SO-1", ("cut", 120), lots_max=2), order("SO-2", ("cut", 60)), published=plan)
    lots = apply(question, [wishes.Split("SO-1", 2), wishes.Avoid("SO-1", "CU-1")])
    assert [(lots.orders[n].number, lots.lot(n)) for n in range(3)] == [("SO-1", 0), ("SO-2", 0), ("SO-1", 1)]
    allowed = [{m for m, _ in job.tasks[0].modes} for job in lots.problem.jobs]
    assert allowed == [{1}, {0, 1}, {1}]
    again = apply(lots, [wishes.Unavailable(Window(hours(20), hours(21)), machine="CU-2")])
    assert [(c.job, c.machine, c.start) for c in again.problem.current] == [(0, 0, 60), (2, 1, 84)]


def in_two_lots(second=7):
    plan = publish(("SO-1", 0, "CU-1", hours(5), hours(6), 0), ("SO-1", 0, "CU-2", hours(7), hours(8), 1))
    question = posed(order("SO-1", ("cut", 120), lots_max=2), published=plan)
    lots = apply(question, [wishes.Split("SO-1", 2)])
    slots = (Slot(0, 0, 0, 5 * HOUR, 6 * HOUR), Slot(1, 0, 1, second * HOUR, 9 * HOUR))
    return lots, read_back(lots, Schedule("feasible", 0, slots, "solver"), lots.now, plan)


def test_a_lot_that_stays_has_not_moved():
    _, plan = in_two_lots()
    assert (plan.moved, plan.compared) == (0, 2)


def test_the_first_lot_tells_whether_what_was_frozen_moves():
    question, plan = in_two_lots(second=8)
    assert plan.moved == 1
    thawed = (Thawed("SO-1", 0, "CU-1", "closed"),)
    words = Catalogue(SENTENCES, ZONE).render(
        explain(Proposal(plan, "solver", thawed=thawed), question), Language.EN, question.now
    )
    assert "CU-1" not in words


def test_what_a_stop_frees_can_be_split():
    plan = publish(("SO-1", 0, "CU-1", hours(2), hours(4)))
    question = posed(order("SO-1", ("cut", 120), lots_max=2), published=plan)
    split = wishes.Split("SO-1", 2)
    down = wishes.Unavailable(Window(hours(1), hours(5)), machine="CU-1")
    assert reason(apply(question, [split])) == "whole"
    assert len(apply(question, [split, down]).problem.jobs) == 2


# What there is too little of.


def test_a_pin_needs_people_who_are_there():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 1),))
    machines = (machine("CU-1", "cut", "A"), machine("CU-2", "cut", "A"))
    question = posed(*(order(f"SO-{n}", ("cut", 60)) for n in (1, 2)), limits=limits, all_machines=machines)
    pins = [wishes.Pin("SO-1", at=hours(2)), wishes.Pin("SO-2", at=hours(2))]
    outcome = apply(question, [wishes.Priority("SO-1", 3), *pins])
    assert (outcome.wishes, reason(outcome)) == (tuple(pins), "too_little_crew")
    assert outcome.reason.values == {"what": "polish A"}
    assert not isinstance(apply(question, [pins[0], wishes.Pin("SO-2", at=hours(3))]), Conflict)


def test_a_pin_needs_material_that_has_come():
    limits = Floor(
        bill=STEEL, stock=(stock("STEEL", "A", 0),), receipts=(Receipt("STEEL", "A", 24, hours(3)),)
    )
    question = posed(order("SO-1", ("cut", 60)), limits=limits)
    outcome = apply(question, [wishes.Pin("SO-1", at=hours(2))])
    assert (reason(outcome), outcome.reason.values) == ("too_little_material", {"what": "STEEL"})
    assert not isinstance(apply(question, [wishes.Pin("SO-1", at=hours(6))]), Conflict)


def test_what_must_wait_for_material_or_people_cannot_be_through_before_a_pin():
    limits = Floor(
        bill=STEEL, stock=(stock("STEEL", "A", 0),), receipts=(Receipt("STEEL", "A", 24, hours(3)),)
    )
    late = posed(order("SO-1", ("cut", 60)), order("SO-2", ("cut", 60), item="FORK"), limits=limits)
    asked = [wishes.Before("SO-1", "SO-2"), wishes.Pin("SO-2", at=hours(3))]
    assert reason(apply(late, asked)) == "crowded"
    people = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "late", 1),))
    here = {"limits": people, "all_machines": (machine("CU-1", "cut", "A"), machine("CU-2", "cut", "B"))}
    question = posed(order("SO-1", ("cut", 60)), order("SO-2", ("cut", 60)), all_calendars=CALENDARS, **here)
    only = wishes.Pin("SO-1", machine="CU-1")
    assert isinstance(apply(question, [only, *asked]), Conflict)
    assert not isinstance(apply(question, asked), Conflict)


def test_people_at_work_elsewhere_cannot_be_through_before_a_pin_either():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 1),))
    machines = tuple(machine(f"CU-{n}", "cut", "B" if n == 3 else "A") for n in (1, 2, 3))
    orders = [running(order("SO-0", ("cut", 240)), "CU-2"), *(order(f"SO-{n}", ("cut", 60)) for n in (1, 2))]
    question = posed(*orders, limits=limits, all_machines=machines)
    asked = [wishes.Before("SO-1", "SO-2"), wishes.Pin("SO-1", machine="CU-1")]
    early, late = (wishes.Pin("SO-2", machine="CU-3", at=hours(n)) for n in (2, 3))
    outcome = apply(question, [*asked, early])
    assert (outcome.wishes, reason(outcome)) == ((*asked, early), "crowded")
    assert not isinstance(apply(question, [*asked, late]), Conflict)
