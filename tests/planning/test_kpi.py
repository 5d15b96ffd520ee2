"""Key figures by hand: every formula on a day small enough to count on fingers, and what always holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.kpi import DayFacts, MachineDay, measure
from app.planning.kpi.spans import common, joined, minutes, without
from app.records.kpi import PLANT, Kpi
from app.records.plant import Assignment, Name, Operation, OperationState, Order, Plan, PlanState
from app.records.versions import InForce, Origin

LOW = datetime(2026, 11, 22, 16, tzinfo=UTC)  # midnight in the plant
NAME = Name("x", "x", "x")
STATES = {(0, 0): OperationState.WAITING, (1, 0): OperationState.RUNNING}


def at(hour: float) -> datetime:
    """An hour of the day in plant time."""
    return LOW + timedelta(hours=hour)


def op(
    order: str, position: int = 0, begun: float | None = None, ended: float | None = None, **more
) -> Operation:
    state = OperationState.DONE if ended is not None else STATES[int(begun is not None), 0]
    given = {"machine": "GR-01", "quantity_done": 100.0} | more
    started, finished = (None if hour is None else at(hour) for hour in (begun, ended))
    return Operation(order, position, NAME, "grind", 60, state, started_at=started, finished_at=finished,
                     **given)  # fmt: skip


def order(number: str, *operations: Operation, due: float = 12.0, **more) -> Order:
    given = {"customer": "c", "item": "I", "quantity": 100.0, "facility": "A", "release": at(-24),
             "weight": 1, "on_hold": False} | more  # fmt: skip
    return Order(number=number, due=at(due), operations=operations, **given)


def machine(code: str = "GR-01", *opened: tuple[float, float], facility: str = "A", **more) -> MachineDay:
    spans = tuple((at(a), at(b)) for a, b in opened)
    return MachineDay(code, "grind", facility, spans, **more)


def day(*orders: Order, now: float = 24.0, **more) -> DayFacts:
    given = {"facilities": ("A", "B"), "machines": (machine(),), "plans": (), "families": {},
             "changeover_min": lambda _type, a, b: {"ab": 10.0, "ba": 25.0}[a + b]}  # fmt: skip
    return DayFacts(LOW, at(24), at(now), orders=orders, **{**given, **more})


def values(facts: DayFacts, facility: str = "A") -> dict[Kpi, float | None]:
    return {figure.kpi: figure.value for figure in measure(facts)[facility]}


# Deliveries.


FOUR = (
    order("early", op("early", 0, 1, 10), due=12),  # 120 min early
    order("sharp", op("sharp", 0, 1, 12), due=12),  # to the minute
    order("late", op("late", 0, 1, 14), due=12, weight=3, quantity=300),  # 120 min late, 100 of 300 made
    order("open", op("open", 0, 1), due=20, weight=2),  # 240 min late so far
)


def test_deliveries_by_hand():
    found = values(day(*FOUR))
    assert found[Kpi.ON_TIME_ORDERS] == 2 / 4
    assert found[Kpi.ON_TIME_PIECES] == 200 / 600
    assert found[Kpi.ON_TIME_IN_FULL] == 2 / 4
    assert found[Kpi.TARDINESS_SUM] == 120 + 240
    assert found[Kpi.TARDINESS_WEIGHTED] == 3 * 120 + 2 * 240
    assert found[Kpi.TARDINESS_MEAN] == 360 / 2
    assert found[Kpi.TARDINESS_MAX] == 240
    assert found[Kpi.LATENESS_MEAN] == (-120 + 0 + 120 + 240) / 4
    assert found[Kpi.FLOW_TIME] == 60 * ((24 + 10) + (24 + 12) + (24 + 14)) / 3


def test_in_time_but_short_is_on_time_and_not_in_full():
    short = order("short", op("short", 0, 1, 2, quantity_done=99.0))
    found = values(day(short))
    assert (found[Kpi.ON_TIME_ORDERS], found[Kpi.ON_TIME_IN_FULL]) == (1, 0)


def test_without_a_late_order_the_sum_is_zero_and_there_is_no_mean():
    found = values(day(FOUR[0]))
    assert (found[Kpi.TARDINESS_SUM], found[Kpi.TARDINESS_MAX]) == (0, 0)
    assert Kpi.TARDINESS_MEAN not in found


def test_what_is_due_later_today_is_not_decided_yet():
    later = order("later", op("later", 0, 1), due=20)
    assert values(day(later, now=12)).keys() & {Kpi.ON_TIME_ORDERS, Kpi.TARDINESS_SUM} == set()
    done = order("done", op("done", 0, 1, 11), due=20)
    assert values(day(later, done, now=12))[Kpi.ON_TIME_ORDERS] == 1


def test_an_order_counts_on_its_due_day_only_and_for_its_own_facility():
    other = [replace(FOUR[0], due=at(-1)), replace(FOUR[0], due=at(24)), replace(FOUR[0], facility="B")]
    found = measure(day(*other))
    assert Kpi.ON_TIME_ORDERS not in {figure.kpi for figure in found["A"]}
    assert {figure.kpi: figure.value for figure in found["B"]}[Kpi.ON_TIME_ORDERS] == 1


def test_a_day_without_anything_has_no_figures_at_all():
    assert measure(day(machines=())) == {"A": (), "B": (), PLANT: ()}


def test_an_order_done_at_an_unknown_time_is_left_out():
    unknown = order("x", replace(op("x", 0, 1, 2), finished_at=None))
    assert Kpi.ON_TIME_ORDERS not in values(day(unknown))


# Machines.


def test_use_of_machines_by_hand():
    """Open 8-12 and 13-17, at work 7-9, 11-14 and 16 to the end: 1 + 2 + 1 hours of 8."""
    work = [order(f"o{n}", op(f"o{n}", 0, a, b)) for n, (a, b) in enumerate([(7, 9), (11, 14), (16, None)])]
    found = values(day(*work, machines=(machine("GR-01", (8, 12), (13, 17)),)))
    assert found[Kpi.UTILISATION] == pytest.approx((1 + 2 + 1) / 8)
    assert (found[Kpi.CHANGEOVERS], found[Kpi.CHANGEOVER_TIME], found[Kpi.SETUP_SHARE]) == (0, 0, 0)
    assert Kpi.OVERTIME not in found


def test_a_stop_is_no_production_and_what_runs_together_counts_once():
    work = [order(f"o{n}", op(f"o{n}", 0, 8, 12)) for n in range(3)]
    stopped = machine("GR-01", (8, 16), down=((at(9), at(11)),))
    assert values(day(*work, machines=(stopped,)))[Kpi.UTILISATION] == 2 / 8


def test_today_is_counted_up_to_now():
    work = order("o", op("o", 0, 8))
    assert values(day(work, now=10, machines=(machine("GR-01", (8, 10)),)))[Kpi.UTILISATION] == 1


def test_no_open_hours_no_utilisation():
    assert Kpi.UTILISATION not in values(day(order("o", op("o", 0, 8, 9)), machines=(machine(),)))


def test_overtime_is_work_in_the_dear_hours():
    extra = machine("GR-01", (8, 20), overtime=((at(17), at(20)),))
    found = values(day(order("o", op("o", 0, 16, 18.5)), machines=(extra,)))
    assert found[Kpi.OVERTIME] == 90


def test_setups_by_hand():
    """a, a | b, no family, a: two changes on the day, 10 + 25 minutes, beside 4 hours of work."""
    items = ["a", "b", "none", "a"]
    hours = [(-3, -2), (8, 9), (9, 10), (10, 12)]
    work = [
        order(f"o{n}", op(f"o{n}", 0, *span), item=item)
        for n, (item, span) in enumerate(zip(items, hours, strict=True))
    ]
    found = values(day(*work, machines=(machine("GR-01", (0, 24)),), families={"a": "a", "b": "b"}))
    assert (found[Kpi.CHANGEOVERS], found[Kpi.CHANGEOVER_TIME]) == (2, 35)
    assert found[Kpi.SETUP_SHARE] == 35 / (35 + 240)


def test_setups_of_another_day_are_not_counted():
    work = [
        order(f"o{n}", op(f"o{n}", 0, h, h + 1), item=i)
        for n, (i, h) in enumerate([("a", -4), ("b", -2), ("a", 25)])
    ]
    found = values(day(*work, machines=(machine("GR-01", (0, 24)),), families={"a": "a", "b": "b"}))
    assert Kpi.CHANGEOVERS not in found


# Following the plan.


def place(of: str, start: float, machine: str = "GR-01", position: int = 0) -> Assignment:
    return Assignment(of, position, machine, at(start), at(start + 1))


def in_force(
    *places: Assignment, since: float = -12, until: float | None = None, before=None, **more
) -> InForce:
    plan = Plan("P", "solver", at(since) - timedelta(minutes=5), PlanState.PUBLISHED, places)
    old = Plan("P-0", "solver", at(-24), PlanState.SUPERSEDED, tuple(before)) if before is not None else None
    return InForce(plan, Origin(**more), at(since), None if until is None else at(until), old)


def test_adherence_by_hand():
    """Begun sharp, 30 min late, 31 min early, on another machine, not at all: 2 of 5."""
    begun = [8.0, 10.5, 12 - 31 / 60, 13.0, None]
    work = [
        order(f"o{n}", op(f"o{n}", 0, hour, None if hour is None else hour + 1,
                          machine="GR-02" if n == 3 else "GR-01"))
        for n, hour in enumerate(begun)
    ]  # fmt: skip
    plan = in_force(*(place(f"o{n}", hour) for n, hour in enumerate([8, 10, 12, 13, 15])))
    found = values(day(*work, plans=(plan,)))
    assert found[Kpi.ADHERENCE] == 2 / 5
    assert found[Kpi.SEQUENCE_ADHERENCE] == 2 / 2


def test_a_start_is_missed_only_once_its_tolerance_has_passed():
    plan, waiting = in_force(place("o", 8)), order("o", op("o"))
    assert Kpi.ADHERENCE not in values(day(waiting, now=8.5, plans=(plan,)))
    assert values(day(waiting, now=8.51, plans=(plan,)))[Kpi.ADHERENCE] == 0


def test_a_start_counts_by_the_plan_that_was_in_force_when_it_came():
    """Moved from 9 to 14 at 8:30: nothing was due at 9. Moved from 9 to 14 at 9:30: 9 was missed."""
    work = order("o", op("o", 0, 14, 15))
    for change, share in ((8.5, 1.0), (9.5, 0.5)):
        plans = in_force(place("o", 9), until=change), in_force(place("o", 14), since=change)
        assert values(day(work, plans=plans))[Kpi.ADHERENCE] == share


def test_sequence_by_hand():
    """Planned a b c d, begun b a c d: one pair of three the wrong way round."""
    begun = {"a": 9, "b": 8, "c": 10, "d": 11}
    work = [order(name, op(name, 0, hour, hour + 1)) for name, hour in begun.items()]
    plan = in_force(*(place(name, 8 + n) for n, name in enumerate("abcd")))
    assert values(day(*work, plans=(plan,)))[Kpi.SEQUENCE_ADHERENCE] == 2 / 3


def test_stability_by_hand():
    """Of 4 within 24 h: one kept, one 30 min later, one on another machine, one gone; a fifth in 40 h moved.

    One that had begun by then is not compared, nor is one planned before.
    """
    old = [place("kept", 9), place("near", 10), place("machine", 11), place("gone", 12), place("far", 48),
           place("begun", 8.5), place("past", 7)]  # fmt: skip
    new = [place("kept", 9), place("near", 10.5), place("machine", 11, "GR-02"), place("far", 50)]
    work = [order("begun", op("begun", 0, 7.5)), *(order(a.order, op(a.order)) for a in old[:5])]
    found = values(day(*work, plans=(in_force(*new, since=8, before=old),)))
    assert found[Kpi.MOVED_24H] == 2 / 4
    assert found[Kpi.MOVED_48H] == 3 / 5


def test_the_first_plan_moves_nothing():
    assert Kpi.MOVED_24H not in values(day(order("o", op("o")), plans=(in_force(place("o", 9), since=8),)))


def test_figures_of_the_plan_itself():
    first = in_force(place("o", 9), since=-2, until=8, solve_ms=9e9, proved=True)
    fresh = [
        in_force(place("o", 9), since=8, until=10, solve_ms=1000.0, proved=True),
        in_force(place("o", 12), place("elsewhere", 30), since=10, solve_ms=2000.0, proved=False),
    ]
    elsewhere = order("elsewhere", op("elsewhere"), facility="B")
    facts = day(order("o", op("o")), elsewhere, now=11, plans=(first, *fresh))
    found = values(facts, PLANT)
    assert found[Kpi.PLAN_AGE] == 65
    assert found[Kpi.SOLVER_TIME] == 1.5
    assert found[Kpi.PROVED] == 0.5
    assert found[Kpi.MAKESPAN] == 60 * 21 + 5
    assert values(facts)[Kpi.MAKESPAN] == 60 * 3 + 5
    assert Kpi.PLAN_AGE not in values(facts)


def test_the_plant_is_its_facilities_together():
    work = [*FOUR, *(replace(o, number=f"{o.number}-b", facility="B") for o in FOUR[:1])]
    found = values(day(*work), PLANT)
    assert found[Kpi.ON_TIME_ORDERS] == 3 / 5
    assert found[Kpi.TARDINESS_MAX] == 240


# What always holds.

HOURS = st.integers(0, 23 * 4).map(lambda quarter: quarter / 4)
PLACES = st.lists(st.tuples(HOURS, st.sampled_from(["GR-01", "GR-02"])), min_size=1, max_size=12)


@given(PLACES)
def test_work_reported_as_planned_adheres_wholly(places):
    plan = in_force(*(place(f"o{n}", hour, where) for n, (hour, where) in enumerate(places)))
    work = [
        order(f"o{n}", op(f"o{n}", 0, hour, hour + 1, machine=where))
        for n, (hour, where) in enumerate(places)
    ]
    found = values(day(*work, plans=(plan,), machines=(machine("GR-01"), machine("GR-02"))))
    assert found[Kpi.ADHERENCE] == 1
    assert found.get(Kpi.SEQUENCE_ADHERENCE, 1) == 1


@given(PLACES, st.floats(0, 24))
def test_publishing_the_same_plan_again_moves_nothing(places, hour):
    same = [place(f"o{n}", start, where) for n, (start, where) in enumerate(places)]
    plan = in_force(*same, since=hour, before=same)
    facts = day(plans=(plan,), machines=(machine("GR-01"), machine("GR-02")))
    assert values(facts).get(Kpi.MOVED_48H, 0) == 0


@given(
    st.lists(st.tuples(HOURS, st.floats(0.1, 9), HOURS, st.integers(1, 9)), max_size=8),
    st.floats(0.5, 24),
)
def test_shares_are_shares(rows, now):
    work = [
        order(
            f"o{n}", op(f"o{n}", 0, begun, begun + long if begun + long <= now else None), due=due, weight=w
        )
        for n, (begun, long, due, w) in enumerate(rows)
        if begun <= now
    ]
    opened = machine("GR-01", (6, min(22, now)), down=((at(9), at(10)),))
    for figures in measure(day(*work, now=now, machines=(opened,))).values():
        for figure in figures:
            assert figure.whole is None or figure.whole > 0
            if figure.kpi not in {Kpi.TARDINESS_MEAN, Kpi.LATENESS_MEAN, Kpi.FLOW_TIME} and figure.whole:
                assert 0 <= figure.part <= figure.whole + 1e-9


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda s: (at(s[0]), at(s[1]))), max_size=6
)


@given(SPANS, SPANS)
def test_spans_add_up(some, others):
    both, rest = common(some, others), without(some, others)
    assert minutes(both) + minutes(rest) == pytest.approx(minutes(some))
    assert common(rest, others) == ()
    assert joined([*both, *rest]) == joined(some)
