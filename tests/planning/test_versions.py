"""Earlier plans taken up again, and two plans beside each other; by hand on a small plant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.planning.check import check
from app.planning.comparing import Difference, Move, Numbers, Shop, compare
from app.planning.question import pose, restore, tell
from app.records.answer import Catalogue
from app.records.answer import places as places_of
from app.records.message import Language
from app.records.plant import Assignment, MachineState, OperationState
from app.records.scheduling import Slot
from app.records.verdict import Wish
from tests.planning.test_question import (
    NOW,
    PLANNING,
    SENTENCES,
    ZONE,
    PlantFacts,
    begun,
    hours,
    order,
    places,
    publish,
)

# One hour of grinding each; the plan has them at 10, 11 and 12 on GR-01.
ORDERS = tuple(order(f"SO-{n}", ("grinding", 60)) for n in (1, 2, 3))
EARLIER = publish(
    *((f"SO-{n}", 0, "GR-01", hours(n - 1), hours(n)) for n in (1, 2, 3)),
)


def posed(orders=ORDERS, *, now=NOW, plan=EARLIER, **machines):
    return pose(PlantFacts(orders, None, **machines), Wish(""), now, PLANNING, ZONE, plan=plan)


def told(restored, question, language=Language.EN):
    return Catalogue(SENTENCES, ZONE).render(tell(restored, question, 7), language, NOW)


def test_a_plan_that_is_still_legal_comes_back_as_it_was():
    question = posed()
    restored = restore(question, None)
    assert (restored.operations, restored.shifted, restored.added) == (3, 0, 0)
    assert restored.proposal.plan.assignments == EARLIER.assignments
    assert restored.proposal.plan.id != EARLIER.id
    assert "Back to version 7 (P-1): its 3 operations still to begin stay" in told(restored, question)


def test_a_machine_that_is_down_moves_what_was_on_it_and_no_more():
    """Down until 11:30: the first goes to the other facility or waits, the rest follow on."""
    down = {"state": MachineState.DOWN, "until": hours(1.5)}
    question = posed(GR01=down)
    restored = restore(question, None)
    after = places(restored.proposal.plan)
    assert restored.shifted == sum(
        (a.machine, a.start) != (after[a.order, 0].machine, after[a.order, 0].start)
        for a in EARLIER.assignments
    )
    assert 0 < restored.shifted <= 3
    assert not [a for a in after.values() if a.machine == "GR-01" and a.start < hours(1.5)]
    assert all(a.start >= b.start for b in EARLIER.assignments for a in [after[b.order, 0]])
    assert f"{restored.shifted} of its 3 operations still to begin had to move" in told(restored, question)


def test_what_was_done_since_is_left_out_and_what_runs_goes_on():
    one = begun(ORDERS[0], 0, state=OperationState.DONE, finished_at=hours(0.5), machine="GR-01")
    two = begun(ORDERS[1], 0, machine="GR-05", started_at=hours(0.5))
    question = posed((one, two, ORDERS[2]), now=hours(1))
    restored = restore(question, None)
    after = places(restored.proposal.plan)
    assert set(after) == {("SO-2", 0), ("SO-3", 0)}
    assert (after["SO-2", 0].machine, after["SO-2", 0].start) == ("GR-05", hours(0.5))
    assert (restored.operations, restored.shifted) == (1, 0)
    assert after["SO-3", 0].start == hours(2)


def test_an_order_that_came_since_is_fitted_in_and_told():
    question = posed((*ORDERS, order("SO-4", ("grinding", 60))))
    restored = restore(question, None)
    assert (restored.operations, restored.shifted, restored.added) == (3, 0, 1)
    assert ("SO-4", 0) in places(restored.proposal.plan)
    assert "did not know, fitted in: 1." in told(restored, question)


def test_moves_are_counted_against_the_plan_in_force():
    now = publish(*((f"SO-{n}", 0, "GR-05", hours(n - 1), hours(n)) for n in (1, 2)))
    plan = restore(posed(), replace(now, id="P-2")).proposal.plan
    assert (plan.moved, plan.compared) == (2, 2)


def test_nothing_to_plan_gives_no_plan():
    done = [begun(o, 0, state=OperationState.DONE, finished_at=NOW) for o in ORDERS]
    question = posed(tuple(done))
    restored = restore(question, None)
    assert restored.proposal.plan is None
    assert "cannot be brought back" in told(restored, question)


@pytest.mark.parametrize("late_h", [0, 0.1, 1, 5, 20, 30])
@pytest.mark.parametrize("down", ["GR01", "GR05", "HT01"])
def test_whatever_happened_since_the_proposal_is_legal(late_h, down):
    orders = tuple(order(f"SO-{n}", ("grinding", 60), ("heat_treatment", 90)) for n in range(6))
    first = restore(posed(orders, plan=None), None)
    plan = first.proposal.plan or EARLIER
    question = posed(orders, now=hours(late_h), plan=plan, **{down: {"state": MachineState.DOWN}})
    restored = restore(question, None)
    assert restored.proposal.plan is not None
    slots = {(a.order, a.position) for a in restored.proposal.plan.assignments}
    assert slots == {(f"SO-{n}", p) for n in range(6) for p in (0, 1)}
    assert not check(question.problem, _slots(question, restored.proposal.plan))


def _slots(question, plan):
    numbers = {o.number: n for n, o in enumerate(question.orders)}
    return tuple(
        Slot(
            numbers[a.order],
            a.position,
            question.machines.index(a.machine),
            (a.start - question.origin) // question.slot,
            (a.end - question.origin) // question.slot,
        )
        for a in plan.assignments
    )


def test_every_language_has_the_same_places():
    for key, forms in SENTENCES.items():
        if key.startswith("planning.version."):
            assert set(forms) == {"en", "zh-Hans", "zh-Hant", "yue"}
            assert len({places_of(text) for text in forms.values()}) == 1


# Two plans.


def place(of, position, machine, start, end=None):
    return Assignment(of, position, machine, hours(start), hours(start + 1 if end is None else end))


SHOP = Shop(
    types={"GR-01": "grinding", "GR-05": "grinding"},
    families={"a": "chef", "b": "steak", "c": "chef", "d": ""},
    changeover_min=lambda _type, before, _after: {"chef": 10.0, "steak": 25.0}[before],
)


def test_two_plans_by_hand():
    """a stays, b moves by 31 minutes, c to another machine, d by 30 minutes; e goes, f comes."""
    before = replace(
        publish(), id="P-1", late_orders=("a", "b", "e"), minutes_late=90, moved=1, compared=4,
        assignments=(place("a", 0, "GR-01", 0), place("b", 0, "GR-01", 1), place("c", 0, "GR-01", 2),
                     place("d", 0, "GR-05", 0), place("e", 0, "GR-05", 5)),
    )  # fmt: skip
    after = replace(
        publish(), id="P-2", late_orders=("a", "c", "f"), minutes_late=30, moved=2, compared=5,
        assignments=(place("a", 0, "GR-01", 0), place("b", 0, "GR-01", 1.52), place("c", 0, "GR-05", 2),
                     place("d", 0, "GR-05", 0.5), place("f", 0, "GR-05", 9)),
    )  # fmt: skip
    assert compare(before, after, SHOP) == Difference(
        before=Numbers(3, 90, 1, 4, 2, 10.0 + 25.0, None),
        after=Numbers(3, 30, 2, 5, 1, 10.0, None),
        moves=(
            Move(before.assignments[1], after.assignments[1]),
            Move(before.assignments[2], after.assignments[2]),
        ),
        gone=(before.assignments[4],),
        new=(after.assignments[4],),
        become_late=("c",),
        become_on_time=("b",),
    )
    assert compare(before, after, SHOP).machine_changes == 1
    same = compare(before, before, SHOP)
    assert (same.moves, same.gone, same.new, same.become_late) == ((), (), (), ())


def test_lots_of_an_order_are_compared_each_with_itself():
    """Two lots side by side: the first stays, the second goes to another machine; a third comes."""
    first, second = place("a", 0, "GR-01", 0), replace(place("a", 0, "GR-05", 0), lot=1)
    there, third = replace(second, machine="GR-01", start=hours(1), end=hours(2)), replace(first, lot=2)
    before = replace(publish(), assignments=(first, second))
    found = compare(before, replace(before, assignments=(first, there, third)), SHOP)
    assert (found.moves, found.gone, found.new) == ((Move(second, there),), (), (third,))


def test_overtime_is_what_lies_in_the_dear_hours():
    plan = replace(publish(), assignments=(place("a", 0, "GR-01", 0, 3), place("b", 0, "GR-05", 0, 9)))
    shop = replace(SHOP, overtime={"GR-01": ((NOW + timedelta(hours=2), NOW + timedelta(hours=6)),)})
    assert compare(plan, plan, shop).before.overtime_min == 60
