"""Each wish as a change of the problem, and the fewest wishes that cannot all be had."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest

from app.planning.check import check
from app.planning.dispatch import dispatch
from app.planning.wishes import Conflict, apply, refused, wished
from app.planning.wishes.absence import fewer
from app.planning.wishes.sound import flaw
from app.records import scheduling
from app.records import wish as wishes
from app.records.answer import Catalogue, Say
from app.records.message import Language
from app.records.plant import Name
from app.records.scheduling import Fixed
from app.records.verdict import Wish
from app.records.wish import Window
from tests.planning.test_question import NOW, SENTENCES, ZONE, ask, begun, hours, order, publish

GRIND, HEAT = "grinding", "heat_treatment"


def knives(number, **changes):
    return order(number, (GRIND, 60), (HEAT, 120), **changes)


def two(**changes):
    return ask(knives("SO-1"), knives("SO-2"), **changes)


def reason(outcome):
    assert isinstance(outcome, Conflict), outcome
    return outcome.reason.key.rpartition(".")[2]


def told(say, language=Language.EN):
    return Catalogue(SENTENCES, ZONE).render(say, language, NOW)


def place(question, job, task):
    return next((f for f in question.problem.fixed if (f.job, f.task) == (job, task)), None)


def machines(question, job, task):
    return {question.machines[m] for m, _ in question.problem.jobs[job].tasks[task].modes}


# Order and importance.


def test_nothing_wished_changes_nothing():
    question = two()
    assert apply(question, ()) is question


def test_expedite_is_due_when_wanted_and_weighs_ten_times():
    question = apply(two(), [wishes.Expedite("SO-2", hours(5))])
    job = question.problem.jobs[1]
    assert (job.weight, question.at(job.due)) == (10, hours(5))
    again = apply(question, [wishes.Expedite("SO-2", hours(5))])
    assert again == question
    assert apply(two(), [wishes.Expedite("SO-1")]).problem.jobs[0].due == 0


def test_priority_is_the_weight():
    assert apply(two(), [wishes.Priority("SO-2", 7)]).problem.jobs[1].weight == 7


def test_before_is_an_arc_for_every_type_that_both_need():
    question = apply(two(), [wishes.Before("SO-2", "SO-1")])
    assert question.problem.before == (scheduling.Before(1, 0, 0, 0), scheduling.Before(1, 1, 0, 1))


def test_before_without_a_common_type_is_the_whole_order_first():
    question = ask(order("SO-1", (GRIND, 60), (GRIND, 60)), order("SO-2", (HEAT, 60)))
    arcs = apply(question, [wishes.Before("SO-1", "SO-2")]).problem.before
    assert arcs == (scheduling.Before(0, 1, 1, 0),)


def test_what_runs_already_is_no_longer_put_in_order():
    running = begun(knives("SO-1"), 0, machine="GR-01", started_at=hours(-1))
    question = apply(ask(running, knives("SO-2")), [wishes.Before("SO-2", "SO-1")])
    assert question.problem.before == (scheduling.Before(1, 1, 0, 1),)
    alone = begun(order("SO-1", (GRIND, 60)), 0, machine="GR-01", started_at=hours(-1))
    assert reason(apply(ask(alone, knives("SO-2")), [wishes.Before("SO-2", "SO-1")])) == "begun"


def test_swap_turns_the_order_of_the_plan_in_force():
    rows = [("SO-1", 0, "GR-01", hours(5), hours(6)), ("SO-2", 0, "GR-01", hours(7), hours(8))]
    question = two(plan=publish(*rows))
    swapped = apply(question, [wishes.Swap("SO-1", "SO-2")])
    assert swapped == apply(question, [wishes.Swap("SO-2", "SO-1")])
    assert swapped == apply(question, [wishes.Before("SO-2", "SO-1")])
    by_due = ask(knives("SO-1", due=hours(90)), knives("SO-2", due=hours(9)))
    assert apply(by_due, [wishes.Swap("SO-1", "SO-2")]) == apply(by_due, [wishes.Before("SO-1", "SO-2")])


def test_postpone_holds_back_what_has_not_begun():
    question = apply(two(), [wishes.Postpone("SO-2", hours(30))])
    assert [question.at(t.earliest) for t in question.problem.jobs[1].tasks] == [hours(30)] * 2
    assert all(t.earliest == 0 for t in question.problem.jobs[0].tasks)
    running = begun(knives("SO-2"), 0, machine="GR-01", started_at=hours(-1))
    later = apply(ask(running), [wishes.Postpone("SO-2", hours(30))])
    assert [later.at(t.earliest) for t in later.problem.jobs[0].tasks] == [later.origin, hours(30)]


def test_split_makes_lots_that_add_up():
    question = ask(order("SO-1", (GRIND, 100), (HEAT, 60), quantity=20.0, lots_max=4), knives("SO-2"))
    lots = apply(question, [wishes.Split("SO-1", 3)])
    assert [o.number for o in lots.orders] == ["SO-1", "SO-2", "SO-1", "SO-1"]
    assert [j.lot_of for j in lots.problem.jobs] == [0, None, 0, 0]
    works = [lots.problem.jobs[n].tasks[0].modes[0][1] for n in (0, 2, 3)]
    assert (question.problem.jobs[0].tasks[0].modes[0][1], works) == (20, [7, 7, 6])
    assert lots.positions[0] == lots.positions[2] == lots.positions[3]
    assert [lots.lot(n) for n in range(4)] == [0, 0, 1, 2]
    assert reason(apply(question, [wishes.Split("SO-1", 4), wishes.Split("SO-1", 4)])) == "whole"


def test_lots_are_made_before_other_wishes_see_them():
    question = ask(knives("SO-1", lots_max=2), knives("SO-2"))
    question = apply(question, [wishes.Before("SO-1", "SO-2"), wishes.Split("SO-1", 2)])
    assert {(b.job, b.then_job) for b in question.problem.before} == {(0, 1), (2, 1)}


def test_what_runs_or_may_be_made_in_fewer_lots_is_not_split():
    running = begun(knives("SO-1", lots_max=2), 0, machine="GR-01", started_at=hours(-1))
    assert reason(apply(ask(running), [wishes.Split("SO-1", 2)])) == "whole"
    for changes in ({"lots_max": 2}, {"lots_max": 4, "lot_min": 40.0}, {"lots_max": 4, "quantity": 2.0}):
        outcome = apply(ask(knives("SO-1", **changes)), [wishes.Split("SO-1", 3)])
        assert reason(outcome) == "too_many_lots"
        assert outcome.reason.values == {"order": "SO-1", "n": 2}


PLAN = publish(
    ("SO-1", 0, "GR-01", hours(5), hours(6)),
    ("SO-1", 1, "HT-01", hours(8), hours(10)),
    ("SO-2", 0, "GR-01", hours(27), hours(28)),
    ("SO-2", 1, "HT-01", hours(30), hours(32)),
)


def test_freeze_fixes_what_the_plan_in_force_has():
    question = two(plan=PLAN)
    assert question.problem.fixed == ()
    frozen = apply(question, [wishes.Freeze(until=hours(9))])
    assert [(f.job, f.task) for f in frozen.problem.fixed] == [(0, 0), (0, 1)]
    assert {(c.job, c.task) for c in frozen.problem.current} == {(1, 0), (1, 1)}
    named = apply(question, [wishes.Freeze(orders=("SO-2",))])
    assert [(f.job, named.at(f.start)) for f in named.problem.fixed] == [(1, hours(27)), (1, hours(30))]


def test_freeze_needs_a_plan_that_can_still_be():
    assert reason(apply(two(), [wishes.Freeze(until=hours(9))])) == "no_plan"
    down = wishes.Unavailable(Window(hours(4), hours(7)), machine="GR-01")
    both = apply(two(plan=PLAN), [wishes.Freeze(until=hours(9)), down])
    assert reason(both) == "cannot_stay"
    assert len(both.wishes) == 2


# Machines, places and hours.


def test_pin_leaves_one_machine():
    question = apply(two(), [wishes.Pin("SO-1", machine="GR-05")])
    assert machines(question, 0, 0) == {"GR-05"}
    assert machines(question, 0, 1) == {"HT-01"}
    assert machines(question, 1, 0) == {"GR-01", "GR-05"}


def test_pin_at_a_time_fixes_the_place():
    question = apply(two(), [wishes.Pin("SO-1", machine="GR-05", at=hours(3))])
    fixed = place(question, 0, 0)
    assert (question.machines[fixed.machine], question.at(fixed.start), question.at(fixed.end)) == (
        "GR-05", hours(3), hours(4),
    )  # fmt: skip
    any_machine = place(apply(two(), [wishes.Pin("SO-1", at=hours(3))]), 0, 0)
    assert question.at(any_machine.start) == hours(3)
    second = apply(two(), [wishes.Pin("SO-1", position=1, at=hours(9))])
    assert (place(second, 0, 0), second.at(place(second, 0, 1).start)) == (None, hours(9))


def test_two_pins_take_two_machines_where_there_are_two():
    both = [wishes.Pin("SO-1", at=hours(3)), wishes.Pin("SO-2", at=hours(3))]
    question = apply(two(), both)
    assert {question.machines[f.machine] for f in question.problem.fixed} == {"GR-01", "GR-05"}


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        (wishes.Pin("SO-1", machine="GR-01", at=hours(11)), "closed_then"),  # 21:00, after the shift
        (wishes.Pin("SO-1", at=hours(-1)), "past"),
        (wishes.Pin("SO-1", position=1, machine="GR-01"), "cannot_do"),
        (wishes.Pin("SO-1", position=1, at=hours(0.5)), "not_ready"),  # grinding alone takes an hour
        (wishes.Pin("SO-1", machine="XX-99"), "no_such_machine"),
        (wishes.Pin("SO-9", machine="GR-01"), "not_planned"),
    ],
)
def test_a_pin_that_cannot_be(pin, why):
    outcome = apply(two(), [wishes.Priority("SO-2", 3), pin])
    assert reason(outcome) == why
    assert outcome.wishes == (pin,)


def test_what_runs_is_not_moved_and_what_is_frozen_stays():
    running = begun(knives("SO-1"), 0, machine="GR-01", started_at=hours(-1))
    question = ask(running, knives("SO-2"))
    for wish in (wishes.Pin("SO-1", machine="GR-05"), wishes.Avoid("SO-1", "GR-01")):
        assert reason(apply(question, [wish])) == "runs"
    soon = publish(("SO-1", 0, "GR-01", hours(2), hours(3)))
    frozen = two(plan=soon)
    assert place(frozen, 0, 0) is not None
    window = Window(hours(1), hours(3))
    for wish in (
        wishes.Pin("SO-1", machine="GR-05"),
        wishes.Postpone("SO-1", hours(9)),
        wishes.Avoid(machine="GR-01", windows=(window,)),
        wishes.Avoid("SO-1", windows=(window,)),
    ):
        assert reason(apply(frozen, [wish])) == "frozen"
    assert reason(apply(frozen, [wishes.Before("SO-2", "SO-1"), wishes.Postpone("SO-2", hours(2))])) == (
        "not_ready"
    )


def test_avoid_takes_a_machine_away_but_not_the_last():
    question = apply(two(), [wishes.Avoid("SO-1", "GR-01")])
    assert machines(question, 0, 0) == {"GR-05"}
    assert reason(apply(two(), [wishes.Avoid("SO-1", "HT-01")])) == "no_machine_left"


def test_a_machine_is_idle_in_its_windows():
    window = Window(hours(1), hours(3))
    question = apply(two(), [wishes.Avoid(machine="GR-01", windows=(window,))])
    at = question.machines.index("GR-01")
    assert (question.floor(hours(1)), question.floor(hours(3))) in question.problem.resources[at].closed


def test_an_order_rests_in_a_window_and_keeps_what_lies_before_it():
    night = Window(hours(7), hours(22), "night")
    question = apply(two(plan=PLAN), [wishes.Avoid("SO-1", windows=(night,))])
    assert question.at(place(question, 0, 0).start) == hours(5)
    assert question.at(question.problem.jobs[0].tasks[1].earliest) == hours(22)
    slots = dispatch(question.problem).slots
    assert check(question.problem, slots) == ()
    assert not any(
        s.job == 0 and question.at(s.start) < hours(22) and question.at(s.end) > hours(7) for s in slots
    )


def test_unavailable_sends_the_running_on_after_it_and_frees_the_frozen():
    running = begun(order("SO-1", (GRIND, 120)), 0, machine="GR-01", started_at=NOW)
    plan = publish(("SO-2", 0, "GR-01", hours(3), hours(4)))
    question = ask(running, knives("SO-2"), plan=plan)
    assert {(f.job, f.task) for f in question.problem.fixed} == {(0, 0), (1, 0)}
    down = wishes.Unavailable(Window(hours(1), hours(4)), machine="GR-01")
    after = apply(question, [down])
    assert [(f.job, after.at(f.start), after.at(f.end)) for f in after.problem.fixed] == [(0, NOW, hours(5))]
    assert check(after.problem, dispatch(after.problem).slots) == ()


def test_what_the_machine_frees_frees_what_follows_it():
    plan = publish(("SO-1", 0, "GR-05", hours(1), hours(2)), ("SO-1", 1, "HT-01", hours(3), hours(5)))
    question = two(plan=plan)
    assert len(question.problem.fixed) == 2
    after = apply(question, [wishes.Unavailable(Window(hours(0), hours(4)), machine="GR-05")])
    assert after.problem.fixed == ()


def test_levels_are_fewer_in_the_window_only():
    assert fewer(((0, 4), (10, 2)), (5, 12), 3) == ((0, 4), (5, 1), (10, 0), (12, 2))


def test_prefer_makes_a_home_and_only_leaves_no_other():
    question = two()
    home = apply(question, [wishes.Prefer("B", order="SO-1")])
    assert home.problem.jobs[0].home == home.facilities.index("B")
    assert home.problem.weights == question.problem.weights
    careless = replace(question.problem, weights=replace(question.problem.weights, away=0))
    there = apply(replace(question, problem=careless), [wishes.Prefer("B", order="SO-1")])
    assert there.problem.weights.away == 1
    assert machines(home, 0, 0) == {"GR-01", "GR-05"}
    only = apply(question, [wishes.Prefer("B", order="SO-1", only=True)])
    assert machines(only, 0, 0) == {"GR-05"}
    assert machines(only, 1, 0) == {"GR-01", "GR-05"}
    family = apply(question, [wishes.Prefer("B", family="chef", only=True)])
    assert machines(family, 1, 0) == {"GR-05"}
    heat = ask(order("SO-1", (HEAT, 60)))
    assert reason(apply(heat, [wishes.Prefer("A", order="SO-1")])) == "none_there"


def test_overtime_is_cut_to_its_first_minutes():
    question = two()
    resources = tuple(replace(r, overtime=((20, 60),)) for r in question.problem.resources)
    question = replace(question, problem=replace(question.problem, resources=resources))
    capped = apply(question, [wishes.CapOvertime(120, "A")])
    changed, *others = capped.problem.resources
    assert (changed.overtime, (44, 60) in changed.closed) == (((20, 44),), True)
    assert all(r.overtime == ((20, 60),) for r in others)
    none = apply(question, [wishes.CapOvertime(0)])
    assert all(r.overtime == () and (20, 60) in r.closed for r in none.problem.resources)


# What cannot all be had.

CIRCLE = (
    wishes.Before("SO-1", "SO-2"),
    wishes.Before("SO-2", "SO-3"),
    wishes.Before("SO-3", "SO-1"),
)


def test_a_circle_is_named_whole_and_alone():
    question = ask(*(knives(f"SO-{n}") for n in range(1, 5)))
    asked = [wishes.Priority("SO-4", 2), *CIRCLE, wishes.Before("SO-4", "SO-1")]
    outcome = apply(question, asked)
    assert outcome.wishes == CIRCLE
    assert reason(outcome) == "cycle"
    assert set(outcome.reason.values["orders"]) == {"SO-1", "SO-2", "SO-3"}
    for fewer_wishes in combinations(CIRCLE, 2):
        assert not isinstance(apply(question, fewer_wishes), Conflict)


@pytest.mark.parametrize(
    ("asked", "fewest", "why"),
    [
        (
            (wishes.Pin("SO-1", machine="GR-01"), wishes.Avoid("SO-1", "GR-05"),
             wishes.Avoid("SO-1", "GR-01")),
            2,
            "no_machine_left",
        ),
        (
            (wishes.Pin("SO-1", machine="GR-01", at=hours(3)), wishes.Split("SO-3", 2),
             wishes.Pin("SO-2", machine="GR-01", at=hours(3.5))),
            2,
            "overlap",
        ),
        (
            (wishes.Pin("SO-1", at=hours(3)), wishes.Postpone("SO-1", hours(9))),
            2,
            "frozen",
        ),
        (
            (wishes.Pin("SO-1", machine="GR-01", at=hours(3)),
             wishes.Avoid(machine="GR-01", windows=(Window(hours(3), hours(4)),))),
            2,
            "frozen",
        ),
        (
            (wishes.Pin("SO-1", position=0, at=hours(1)), wishes.Before("SO-2", "SO-1"),
             wishes.Postpone("SO-2", hours(0.5))),
            3,
            "not_ready",
        ),
    ],
)  # fmt: skip
def test_the_fewest_are_named(asked, fewest, why):
    question = ask(*(knives(f"SO-{n}", lots_max=2) for n in range(1, 4)))
    outcome = apply(question, asked)
    assert (len(outcome.wishes), reason(outcome)) == (fewest, why)
    for n in range(len(outcome.wishes)):
        rest = outcome.wishes[:n] + outcome.wishes[n + 1 :]
        assert not isinstance(apply(question, rest), Conflict)


def test_a_search_finds_that_two_orders_do_not_fit_before_a_third():
    """One furnace: SO-1 and SO-2 need two hours each, in turn, before SO-3 at three hours."""
    question = ask(*(order(f"SO-{n}", (HEAT, 120)) for n in range(1, 4)))
    asked = [
        wishes.Pin("SO-3", at=hours(3)),
        wishes.Before("SO-1", "SO-3"),
        wishes.Before("SO-2", "SO-3"),
    ]
    outcome = apply(question, asked)
    assert (outcome.wishes, reason(outcome)) == (tuple(asked), "crowded")
    asked[0] = wishes.Pin("SO-3", at=hours(4))
    assert not isinstance(apply(question, asked), Conflict)


def test_work_that_fits_no_open_time_is_told():
    asked = wishes.Avoid(machine="HT-01", windows=(Window(NOW, NOW + timedelta(days=56)),))
    assert reason(apply(two(), [asked])) == "no_room"


def test_a_question_without_an_answer_is_no_wishs_fault():
    question = two()
    stuck = Fixed(0, 1, 2, 0, 24)  # heat treatment at once, before it is ground
    broken = replace(question, problem=replace(question.problem, fixed=(stuck,)))
    assert flaw(broken) is not None
    assert not isinstance(apply(broken, [wishes.Priority("SO-2", 5)]), Conflict)


# In words.

NAMES = (("A", Name("Kwai Chung", "葵涌厂", "葵涌廠")), ("zhang.wei", "张伟"))
NIGHT = Window(hours(10), hours(22), "night")
NEXT = Window(hours(1), hours(2))
SAID = [
    (wishes.Expedite("SO-1"), "SO-1 first"),
    (wishes.Expedite("SO-1", hours(5)), "SO-1 first (by 15:00)"),
    (wishes.Before("SO-1042", "SO-1043"), "SO-1042 before SO-1043"),
    (wishes.Pin("SO-1", machine="GR-01"), "SO-1 on GR-01"),
    (wishes.Pin("SO-1", 1, at=hours(5)), "operation 2 of SO-1 starts at 15:00"),
    (wishes.Pin("SO-1", machine="GR-01", at=hours(5)), "SO-1 starts at 15:00 on GR-01"),
    (wishes.Avoid("SO-1", "GR-01"), "SO-1 not on GR-01"),
    (wishes.Avoid(machine="GR-01", windows=(NIGHT,)), "GR-01 not used: night shift (20:00 to 11-24 08:00)"),
    (wishes.Avoid("SO-1", windows=(NIGHT,)), "SO-1 not worked on: night shift (20:00 to 11-24 08:00)"),
    (wishes.Avoid(machine="GR-01", windows=(NIGHT, replace(NIGHT, start=hours(34), end=hours(46)))),
     "GR-01 not used: every night shift until 11-25 08:00"),
    (wishes.Unavailable(NEXT, machine="GR-01"), "GR-01 cannot work from 11:00 to 12:00"),
    (wishes.Unavailable(NEXT, person="zhang.wei"), "张伟 is away from 11:00 to 12:00"),
    (wishes.Unavailable(NEXT, crew="grinders"), "1 fewer in grinders from 11:00 to 12:00"),
    (wishes.Prefer("A", order="SO-1"), "SO-1 rather at Kwai Chung"),
    (wishes.Prefer("A", family="blade", only=True),
     "all orders of blade at Kwai Chung wherever it can be done there"),
    (wishes.Split("SO-1", 3), "SO-1 in 3 lots"),
    (wishes.Freeze(hours(5)), "everything until 15:00 stays as planned"),
    (wishes.Freeze(orders=("SO-1", "SO-2")), "SO-1, SO-2 as planned now"),
    (wishes.Freeze(hours(5), ("SO-1",)), "SO-1 as planned now, like everything until 15:00"),
    (wishes.Swap("SO-1", "SO-2"), "SO-1 and SO-2 change places"),
    (wishes.CapOvertime(0), "no overtime"),
    (wishes.CapOvertime(0, "A"), "no overtime at Kwai Chung"),
    (wishes.CapOvertime(90), "at most 90 min of overtime at a time"),
    (wishes.CapOvertime(120, "A"), "at most 2 h of overtime at a time at Kwai Chung"),
    (wishes.Priority("SO-1", 8), "SO-1 with importance 8 of 9"),
    (wishes.Postpone("SO-1", hours(5)), "SO-1 not before 15:00"),
]  # fmt: skip


@pytest.mark.parametrize(("wish", "words"), SAID, ids=lambda x: x if isinstance(x, str) else "")
def test_every_wish_is_said_back(wish, words):
    container = Wish("x", None, (wish,), called=NAMES)
    [line] = wished(container)
    assert told(line) == f"As wished: {words}."
    assert len({told(line, language) for language in Language}) >= 3
    [only] = wished(replace(container, wishes=(wishes.WhatIf((wish,)),)))
    assert told(only) == f"Only to see what would come of it, nothing will be published: {words}."


def test_words_are_those_of_the_floor():
    [line] = wished(Wish("x", None, (wishes.Before("SO-1042", "SO-1043"),)))
    assert told(line, Language.YUE) == "照你講：SO-1042 排喺 SO-1043 前面。"
    assert told(line, Language.HANS) == "按要求：SO-1042 排在 SO-1043 前面。"


def test_plain_requests_say_nothing_and_unread_words_are_said_back():
    assert wished(Wish("make a plan")) == ()
    [line] = wished(Wish("SO-1 或者 SO-2 做先" * 40, unread=True))
    assert "SO-1 或者 SO-2 做先" in told(line)
    assert len(told(line)) < 330


def test_a_refusal_names_the_wishes_and_the_reason():
    question = ask(*(knives(f"SO-{n}") for n in range(1, 4)))
    outcome = apply(question, CIRCLE)
    say = refused(outcome, Wish("x", None, CIRCLE))
    assert told(say) == (
        "These wishes cannot all be had: SO-1 before SO-2, SO-2 before SO-3, SO-3 before SO-1. "
        f"{told(outcome.reason)} Leave one of them out and ask again; nothing was planned or changed."
    )
    one = apply(two(), [wishes.Avoid("SO-1", "HT-01")])
    assert told(refused(one, Wish("x"))) == (
        "“SO-1 not on HT-01” cannot be done: without HT-01 no machine is left for SO-1. "
        "Nothing was planned or changed."
    )


def test_every_reason_is_a_sentence_of_the_catalogue():
    keys = {key for key in SENTENCES if key.startswith("planning.wish.no.")}
    assert len(keys) == 23
    for key in keys:
        values = dict.fromkeys(
            ("order", "orders", "machine", "machines", "at", "ready", "facility", "who", "what", "n"), "x"
        )
        assert all(told(Say(key, values), language) for language in Language)
