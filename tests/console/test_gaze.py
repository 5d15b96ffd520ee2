"""Moving about in a plan: time, machines, zoom, the present, an order's way."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.console.gaze import Gaze
from app.console.timeline import columns, lines
from app.records.chart import Bar, Chart, Promise, Row

GAZE = Gaze(80, 13)


def test_at_first_the_present_stands_near_the_left_at_half_an_hour_a_column(chart_now: Chart) -> None:
    assert (GAZE.left(chart_now), GAZE.step(chart_now)) == (360, 30)


def test_without_a_present_all_is_shown_from_time_0() -> None:
    chart = Chart("la01", (Row("M0", bars=(Bar("J", 0, 0, 666),)),), end=666)
    assert (GAZE.left(chart), GAZE.step(chart)) == (0, 10)


def test_earlier_and_later_go_by_an_eighth_and_come_back(chart_now: Chart) -> None:
    later = GAZE.shifted(chart_now, 0.125)
    assert later.left(chart_now) == 360 + 8 * 30
    assert later.shifted(chart_now, -0.125).left(chart_now) == 360
    assert later.at_now().left(chart_now) == 360


def test_the_plan_never_leaves_the_screen(chart_now: Chart) -> None:
    gaze = GAZE
    for _ in range(50):
        gaze = gaze.shifted(chart_now, 1)
    assert gaze.left(chart_now) < chart_now.end
    for _ in range(50):
        gaze = gaze.shifted(chart_now, -1)
    assert gaze.left(chart_now) + columns(chart_now, 80) * 30 > 0


def test_zoom_keeps_the_middle_and_ends_at_the_finest_and_the_coarsest(chart_now: Chart) -> None:
    coarse = replace(GAZE, start=1200).zoomed(chart_now, 1)
    assert coarse.step(chart_now) == 60
    middle = coarse.left(chart_now) + 33 * 60
    assert abs(middle - (1200 + 33 * 30)) < 60 or coarse.left(chart_now) <= 0
    for _ in range(12):
        coarse = coarse.zoomed(chart_now, 1)
    assert coarse.step(chart_now) == 1440
    for _ in range(12):
        coarse = coarse.zoomed(chart_now, -1)
    assert coarse.step(chart_now) == 5


def test_the_cursor_goes_by_machines_and_the_lines_follow(chart_now: Chart) -> None:
    low = replace(GAZE, height=2)
    assert low.here(chart_now).machine == "ST-01"
    down = low.moved(chart_now, 1)
    assert (down.machine, down.top) == ("ST-02", 1)
    assert [line if isinstance(line, str) else line.machine for line in lines(chart_now)][down.top :][:2] == [
        "ST-01",
        "ST-02",
    ]
    last = down.moved(chart_now, 10)
    assert (last.machine, last.top) == ("HT-01", 4)
    assert last.moved(chart_now, -10).top == 0, "with the facility's name above its first machine"


def test_space_goes_through_the_orders_of_a_machine(chart_now: Chart) -> None:
    first = GAZE.next_on_machine(chart_now)
    assert first.chosen == "SO-1042"
    assert first.next_on_machine(chart_now).chosen == "SO-1035"
    assert first.next_on_machine(chart_now).next_on_machine(chart_now).chosen == "SO-1042"
    empty = Chart("P", (Row("M"),))
    assert GAZE.next_on_machine(empty).chosen == ""
    assert GAZE.next_on_machine(Chart("P", ())).chosen == ""


def test_enter_follows_the_order_to_its_next_machine_and_around(chart_now: Chart) -> None:
    gaze = GAZE.next_on_machine(chart_now)
    way = []
    for _ in range(4):
        way.append(gaze.here(chart_now).machine)
        gaze = gaze.next_in_chain(chart_now)
    assert way == ["ST-01", "PL-01", "HT-01", "ST-01"]
    assert GAZE.next_in_chain(chart_now) == GAZE


def test_an_order_is_found_by_its_number_or_a_part_of_it_and_seen(chart_now: Chart) -> None:
    assert GAZE.on_order(chart_now, " so-1035 ").chosen == "SO-1035"
    assert GAZE.on_order(chart_now, "1050").machine == "ST-02"
    assert GAZE.on_order(chart_now, "9999") is None
    assert GAZE.on_order(chart_now, " ") is None
    fine = replace(GAZE, per_cell=5, start=2400).on_order(chart_now, "1042")
    assert fine.left(chart_now) <= 480 < fine.left(chart_now) + 5 * columns(chart_now, 80)
    assert fine.free().chosen == ""


def test_an_order_without_an_operation_in_the_plan_is_not_found() -> None:
    chart = Chart("P", (Row("M"),), (Promise("SO-1", 5),))
    assert GAZE.on_order(chart, "SO-1") is None


@pytest.mark.parametrize("height", [1, 3, 13])
@given(keys=st.lists(st.sampled_from("udlr+-hse"), max_size=30))
@settings(max_examples=60, deadline=None)
def test_whatever_is_pressed_the_cursor_is_on_the_screen(chart_made: Chart, height: int, keys: str) -> None:
    gaze = replace(GAZE, height=height)
    does = {
        "u": lambda g: g.moved(chart_made, -1), "d": lambda g: g.moved(chart_made, 1),
        "l": lambda g: g.shifted(chart_made, -0.125), "r": lambda g: g.shifted(chart_made, 0.125),
        "+": lambda g: g.zoomed(chart_made, -1), "-": lambda g: g.zoomed(chart_made, 1),
        "h": lambda g: g.at_now(), "s": lambda g: g.next_on_machine(chart_made),
        "e": lambda g: g.next_in_chain(chart_made),
    }  # fmt: skip
    for key in keys:
        gaze = does[key](gaze)
    seen = lines(chart_made)[gaze.top : gaze.top + height]
    if gaze.machine:
        assert gaze.machine in [what.machine for what in seen if isinstance(what, Row)]
    assert gaze.left(chart_made) < max(chart_made.end, 1)
