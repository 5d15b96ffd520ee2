"""The plant's plan becomes a chart: names, shifts, stops, what runs, what is frozen, who is late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.planning.gantt.of_plan import Looker, chart_of_plan
from app.records.floor import Changeover, Downtime, Floor
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
from app.settings import Planning

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in the plant
LOOKER = Looker(NOW, ZONE, Language.HANT)


def hours(n):
    return NOW + timedelta(hours=n)


def order(number, item, due, *states):
    made = tuple(
        Operation(number, n, Name("o", "o", "o"), "grinding", 60, state) for n, state in enumerate(states)
    )
    return Order(number, "c", item, 100.0, "A", hours(-30), due, 1, on_hold=False, operations=made)


RUNNING, WAITING, DONE = OperationState.RUNNING, OperationState.WAITING, OperationState.DONE


class Facts:
    """Two machines in two facilities, three orders of two families; one of them is done."""

    def __init__(self, floor=None):
        self._floor = floor or Floor()

    def floor(self):
        return self._floor

    def facilities(self):
        return (
            Facility("A", Name("Kwai Chung", "葵涌厂", "葵涌廠"), (), "day"),
            Facility("B", Name("Tuen Mun", "屯门厂", "屯門廠"), (), "day"),
        )

    def calendars(self):
        day = tuple((weekday, 8 * 60, 20 * 60) for weekday in range(6))
        return (Calendar("day", day), Calendar("always", tuple((w, 0, 1440) for w in range(7))))

    def items(self):
        return (
            Item("KN-8", Name("chef", "主厨刀", "主廚刀"), "pcs", (), "420"),
            Item("FK-1", Name("fork", "餐叉", "餐叉"), "pcs", (), "304"),
        )

    def machines(self):
        down = {"state": MachineState.DOWN, "since": hours(-1), "until": hours(3)}
        up = {"state": MachineState.RUNNING, "since": hours(-1)}
        furnace = Machine("HT-01", Name("f", "热处理", "熱處理"), "heat", "B", (), "always", **down)
        return (furnace, Machine("GR-01", Name("g", "磨床", "磨床"), "grinding", "A", (), "", **up))

    def orders(self):
        return (
            order("SO-2", "FK-1", hours(3), RUNNING, WAITING),
            order("SO-3", "KN-8", hours(50), WAITING),
        )

    def order(self, number):
        return order("SO-1", "KN-8", hours(-1), DONE) if number == "SO-1" else None


PLAN = Plan(
    "P-1", "solver", hours(-2), PlanState.PUBLISHED,
    (
        Assignment("SO-1", 0, "GR-01", hours(-2), hours(-1)),
        Assignment("SO-2", 0, "GR-01", hours(-0.75), hours(2)),
        Assignment("SO-2", 1, "HT-01", hours(3), hours(5)),
        Assignment("SO-3", 0, "GR-01", hours(5), hours(6)),
        Assignment("SO-9", 0, "HT-01", hours(6), hours(7)),
    ),
    minutes_late=120,
)  # fmt: skip


def chart(plan=PLAN, looker=LOOKER, floor=None, planning=None):
    return chart_of_plan(Facts(floor), plan, looker, planning or Planning())


def bars(found):
    return {(bar.order, bar.position): bar for row in found.rows for bar in row.bars}


def test_time_counts_minutes_from_midnight_in_the_plant():
    found = chart()
    assert (found.origin, found.tick_s, found.calendar, found.zone) == (
        datetime(2026, 11, 22, 16, tzinfo=UTC), 60, "dates", "Asia/Hong_Kong",
    )  # fmt: skip
    assert (found.now, found.frozen_until) == (600, 840)
    assert (bars(found)["SO-2", 1].start, bars(found)["SO-2", 1].end) == (780, 900)


def test_machines_stand_by_facility_with_names_shifts_and_stops():
    grinder, furnace = chart().rows
    assert (grinder.machine, grinder.name, grinder.facility) == ("GR-01", "磨床", "A 葵涌廠")
    assert grinder.closed[:2] == ((0, 480), (1200, 1920)), "its facility's calendar"
    assert (furnace.facility, furnace.closed, furnace.down) == ("B 屯門廠", (), ((600, 780),))


def test_operations_are_what_they_are_now():
    found = {key: bar.kind for key, bar in bars(chart()).items()}
    assert found == {
        ("SO-1", 0): "done",
        ("SO-2", 0): "running",
        ("SO-2", 1): "frozen",
        ("SO-3", 0): "planned",
        ("SO-9", 0): "done",
    }


def test_only_a_plan_in_force_freezes():
    found = chart(replace(PLAN, state=PlanState.PROPOSED))
    assert (bars(found)["SO-2", 1].kind, found.state) == ("planned", PlanState.PROPOSED)


def test_late_orders_and_the_last_operation():
    found = chart()
    assert [(o.order, o.late) for o in found.late] == [("SO-2", 120)]
    marked = {key: (bar.late, bar.last) for key, bar in bars(found).items()}
    assert marked == {
        ("SO-1", 0): (False, True),
        ("SO-2", 0): (True, False),
        ("SO-2", 1): (True, True),
        ("SO-3", 0): (False, True),
        ("SO-9", 0): (False, False),
    }
    assert (found.value, found.objective, found.made_at, found.at) == (120, "minutes_late", hours(-2), NOW)


def test_changeovers_stand_between_families_as_far_as_there_is_room():
    found = bars(chart())
    assert chart().families == ("304", "420")
    assert (found["SO-2", 0].family, found["SO-3", 0].family, found["SO-9", 0].family) == (0, 1, None)
    assert (found["SO-1", 0].setup, found["SO-2", 0].setup, found["SO-3", 0].setup) == (0, 15, 15)
    tight = replace(PLAN, assignments=(PLAN.assignments[0], replace(PLAN.assignments[1], start=hours(-0.9))))
    assert bars(chart(tight))["SO-2", 0].setup == 6


def test_a_changeover_takes_what_the_plant_says():
    given = Floor(
        changeovers=(Changeover("grinding", "420", "304", 40), Changeover("heat", "304", "420", 99))
    )
    found = bars(chart(floor=given, planning=Planning(changeover_minutes=20)))
    assert (found["SO-2", 0].setup, found["SO-3", 0].setup) == (15, 20), (
        "as much as there is room for, the rest"
    )
    late = replace(PLAN, assignments=(PLAN.assignments[0], replace(PLAN.assignments[1], start=hours(0))))
    assert bars(chart(late, floor=given))["SO-2", 0].setup == 40


def test_what_is_frozen_follows_the_setting():
    found = chart(planning=Planning(frozen_hours=6))
    assert (found.frozen_until, bars(found)["SO-3", 0].kind) == (600 + 360, "frozen")
    found = chart(planning=Planning(frozen_hours=2.5))
    assert (found.frozen_until, bars(found)["SO-2", 1].kind) == (600 + 150, "planned")


def test_planned_stops_are_drawn_as_far_as_the_chart_reaches():
    stops = (
        Downtime("GR-01", hours(8), hours(9), "oil"),
        Downtime("HT-01", hours(2), hours(4), "bricks"),
        Downtime("GR-01", hours(900), hours(901), "oil"),
    )
    grinder, furnace = chart(floor=Floor(downtimes=stops)).rows
    assert (grinder.down, furnace.down) == (((1080, 1140),), ((600, 840),))
    assert grinder.load == pytest.approx((120 + 60 + 15) / 660)


def test_items_are_named_in_the_readers_language():
    assert bars(chart())["SO-2", 0].item == "FK-1 餐叉"
    english = chart(looker=replace(LOOKER, language=Language.EN))
    assert bars(english)["SO-2", 0].item == "FK-1 fork"
    assert bars(english)["SO-9", 0].item == ""


def test_load_counts_from_now_and_leaves_out_a_stop():
    grinder, furnace = chart().rows
    # From Monday 10:00 to Tuesday 10:00 the grinder is open 12 h; 2 h and 1 h of work, 15 min of changeover.
    assert grinder.load == pytest.approx((120 + 60 + 15) / 720)
    assert furnace.load == pytest.approx((120 + 60) / (1440 - 180))


def test_without_a_plan_the_machines_stand_empty():
    found = chart(None)
    assert (found.name, found.operations, len(found.rows), found.end) == ("", 0, 2, 600 + 1440)


def test_what_lies_more_than_a_year_away_is_left_out():
    old = Assignment("SO-1", 0, "GR-01", hours(-24 * 800), hours(-24 * 799))
    far = Assignment("SO-3", 0, "GR-01", hours(24 * 500), hours(24 * 501))
    found = chart(replace(PLAN, assignments=(old, far)))
    assert (found.operations, found.orders) == (0, ())
    assert found.end <= 368 * 1440
