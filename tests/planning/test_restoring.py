"""An earlier plan under the facts of now: what stays, what moves, and when nothing is made of it."""

from dataclasses import replace

from app.planning.check import check
from app.planning.restoring import restore, tell
from app.records.plant import MachineState
from app.records.scheduling import Fixed
from tests.planning.test_question import NOW, ask, begun, hours, order, publish, said

DOWN = {"state": MachineState.DOWN, "since": hours(-0.5), "until": hours(8)}


def places(restored):
    return {(a.order, a.machine, a.start) for a in restored.proposal.plan.assignments}


def test_a_plan_that_is_still_legal_stays_as_it_was():
    earlier = publish(("SO-1", 0, "GR-01", hours(1), hours(2)), ("SO-2", 0, "HT-01", hours(20), hours(21)))
    orders = [order("SO-1", ("grinding", 60)), order("SO-2", ("heat_treatment", 60))]
    question = ask(*orders, plan=earlier)
    restored = restore(question, None)
    assert places(restored) == {("SO-1", "GR-01", hours(1)), ("SO-2", "HT-01", hours(20))}
    assert (restored.shifted, restored.added) == (0, 0)
    assert restored.proposal.by == f"version:{earlier.id}"
    assert tell(restored, question, 7).values["first"].key == "planning.version.as_it_was"


def test_what_a_stop_touches_moves_later_and_the_rest_stays():
    earlier = publish(("SO-1", 0, "GR-01", hours(1), hours(2)), ("SO-2", 0, "HT-01", hours(20), hours(21)))
    orders = [order("SO-1", ("grinding", 60)), order("SO-2", ("heat_treatment", 60))]
    question = ask(*orders, plan=earlier, GR01=DOWN)
    restored = restore(question, None)
    assert (restored.operations, restored.shifted) == (2, 1)
    assert ("SO-2", "HT-01", hours(20)) in places(restored)
    assert all(a.start >= hours(1) for a in restored.proposal.plan.assignments)


def test_new_work_goes_around_a_plan_of_which_only_frozen_hours_are_left():
    earlier = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    question = ask(order("SO-1", ("grinding", 60)), order("SO-2", ("grinding", 60)), plan=earlier)
    assert question.problem.current == ()
    restored = restore(question, None)
    assert ("SO-1", "GR-01", hours(1)) in places(restored)
    assert (restored.operations, restored.shifted, restored.added) == (1, 0, 1)


def test_what_was_fixed_and_cannot_be_any_more_is_let_go():
    earlier = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    running = begun(order("SO-2", ("grinding", 300)), 0, machine="GR-01", started_at=NOW)
    question = ask(order("SO-1", ("grinding", 60)), running, plan=earlier)
    beside = Fixed(0, 0, question.problem.fixed[0].machine, 2, 4)
    fixed = replace(question.problem, fixed=(*question.problem.fixed, beside), current=())
    assert check(fixed, ()) != ()
    restored = restore(replace(question, problem=fixed), None)
    assert restored.proposal.plan is not None
    [moved] = [a for a in restored.proposal.plan.assignments if a.order == "SO-1"]
    assert (moved.machine, moved.start) != ("GR-01", hours(1))


def test_nothing_left_to_do_and_nothing_legal_are_told_alike():
    earlier = publish(("SO-1", 0, "GR-01", hours(1), hours(2)))
    for question in (ask(plan=earlier), ask(order("SO-1", ("anodising", 60)), plan=earlier)):
        restored = restore(question, None)
        assert restored.proposal.plan is None
        assert tell(restored, question, 3).key == "planning.version.none"


def test_the_sentence_names_the_earlier_plan_as_the_maker():
    earlier = publish(("SO-1", 0, "HT-01", hours(20), hours(21)))
    question = ask(order("SO-1", ("heat_treatment", 60)), plan=earlier)
    restored = restore(question, None)
    assert f"Made from {earlier.id} in " in said(restored.proposal, question)
