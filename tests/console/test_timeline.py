"""The plan in text: exact lines, exact widths, readable without colour, the same with wide characters."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from app.console.order import about_machine, about_order, every_operation
from app.console.strip import Strip
from app.console.timeline import Timeline, View, chain, columns, fitting, lines, steps
from app.console.words import Words
from app.records.chart import Bar, Chart, Promise, Row
from app.records.message import Language

EN = Words(Language.EN)
HALF_HOURS = View(360, 30)


def page(chart: Chart, view: View, width: int, words: Words = EN) -> list[Text]:
    timeline = Timeline(chart, view, width, words)
    return [*timeline.head(), *(timeline.line(what) for what in lines(chart)), timeline.legend(width)]


def plain(found: list[Text]) -> list[str]:
    return [line.plain for line in found]


def test_a_plan_at_half_an_hour_a_column(chart_now: Chart) -> None:
    assert plain(page(chart_now, HALF_HOURS, 80)) == [
        "Machine Mon 11-23                           Tue 11-24                       load",
        "            08      12      16      20      00      04      08      12          ",
        "        ────┴─▼════════─────┴───────┴───────┴───────┴───────┴───────┴──────     ",
        "A 葵涌廠                                                                        ",
        "ST-01   ░░░░A1042▶▶▶~B!1035         ░░░░░░░░░░░░░░░░░░░░░░░░                 42%",
        "ST-02   ░░░░  │ A═══    ▒▒▒▒▒▒▒▒    ░░░░░░░░░░░░░░░░░░░░░░░░                 10%",
        "B 屯門廠                                                                        ",
        "PL-01   ░░░░  │       A1042───────────────░░░░░░░░░░░░░░░░░░  ▽ B!1035──     77%",
        "HT-01   A···  │     ▽                           A1042+1─────                   –",
        " A=420 B=304 ! late ═ fixed ▶ runs · done ~ changeover ░ no shift ▒ stopped ▽ d…",
    ]


def test_the_same_in_chinese_by_the_hour(chart_now: Chart) -> None:
    found = plain(page(chart_now, View(0, 60), 80, Words(Language.HANT)))
    assert found[:6] == [
        "機器    週一 11-23              週二 11-24              週三 11-25          負荷",
        "        00          12          00          12          00          12          ",
        "        ┴────────▼════──────────┴───────────┴───────────┴───────────┴──────     ",
        "A 葵涌廠                                                                        ",
        "ST-01   ░░░░░░░░A▶▶▶B!──    ░░░░░░░░░░░░            ░░░░░░░░░░░░             42%",
        "ST-02   ░░░░░░░░ │A═  ▒▒▒▒  ░░░░░░░░░░░░            ░░░░░░░░░░░░             10%",
    ]
    assert found[-1] == " A=420 B=304 ! 延誤 ═ 固定 ▶ 進行中 · 已完成 ~ 轉線 ░ 無班 ▒ 停機 ▽ 交期 + 多道 "


def test_an_order_number_stands_whole_or_not_at_all() -> None:
    bars = tuple(Bar(f"SO-10{n}", 0, start, end, family=0) for n, start, end in ((41, 0, 4), (42, 4, 9)))
    chart = Chart("P", (Row("M", bars=bars),), tuple(Promise(b.order, b.end) for b in bars), ("x",), 9)
    assert plain(page(chart, View(0, 1), 80))[3].startswith("M       A───A1042")


def test_what_began_before_says_so_and_too_many_in_a_column_are_told(chart_now: Chart) -> None:
    found = plain(page(chart_now, View(600, 30), 80))
    assert found[4].startswith("ST-01   <A──"[:10])
    crowd = tuple(Bar(f"J{n}", 0, n, n + 1, family=0) for n in range(6))
    chart = Chart("P", (Row("M", bars=crowd),), (), ("x",), 6)
    assert plain(page(chart, View(0, 4), 80))[3].startswith("M       +")


def test_where_time_is_only_counted_there_are_numbers() -> None:
    chart = Chart("la01", (Row("0", bars=(Bar("J7", 0, 10, 40),)),), (Promise("J7", 40),), end=60)
    found = plain(page(chart, View(0, 1), 80))
    assert found[1].split() == ["0", "10", "20", "30", "40", "50", "60"]
    assert found[3].startswith("0                 -J7──")


def test_the_chosen_order_stands_out_and_the_rest_is_grey(chart_now: Chart) -> None:
    line = page(chart_now, replace(HALF_HOURS, chosen="SO-1035", here="ST-01"), 80)[4]
    style = {span.style for span in line.spans if line.plain[span.start] in "1▶"}
    assert any("underline" in str(s) for s in style)
    assert any("#909090" in str(s) for s in style)
    assert any("reverse" in str(span.style) for span in line.spans if span.start == 0)


def test_a_chosen_order_stands_for_what_runs_together_with_it(chart_now: Chart) -> None:
    found = plain(page(chart_now, replace(HALF_HOURS, chosen="SO-1050"), 80))
    assert "A1050+1─────" in found[8]


def test_the_frozen_zone_is_shaded_where_machines_are_idle(chart_now: Chart) -> None:
    line = page(chart_now, HALF_HOURS, 80)[5]
    assert any("#1c2a3c" in str(span.style) for span in line.spans if line.plain[span.start] == " ")


def test_steps_and_what_fits(chart_now: Chart) -> None:
    assert steps(chart_now)[:4] == (5, 10, 15, 30)
    assert fitting(chart_now, 2760, 80) == 60
    assert steps(Chart("x", (), tick_s=3600, calendar="days")) == (1, 2, 4, 8, 24)
    assert steps(Chart("x", ()))[:5] == (1, 2, 5, 10, 20)


def test_the_chain_of_an_order(chart_now: Chart) -> None:
    found = [(row.machine, bar.position) for row, bar in chain(chart_now, "SO-1042")]
    assert found == [("ST-01", 0), ("PL-01", 1), ("HT-01", 2)]


def test_what_is_said_about_an_order(chart_now: Chart) -> None:
    late = [line.plain.rstrip() for line in about_order(chart_now, "SO-1035", EN, 120)]
    assert late == [
        " SO-1035 · FK-DIN 餐叉 · due Tue 11-24 09:20 · ends Tue 11-24 14:00 · late 4 h",
        " 1 ST-01 Mon 11-23 12:30 → 2 PL-01 Tue 11-24 10:00",
    ]
    never = about_order(chart_now, "SO-1050", EN, 120)[0].plain.rstrip()
    assert never == " SO-1050 · KN-CHEF-8 主廚刀 · ends Tue 11-24 08:00"
    assert about_order(chart_now, "SO-9", EN, 40)[0].plain.rstrip() == " SO-9 is not in this plan"
    whole = every_operation(chart_now, "SO-1035", EN, 66).plain
    assert "1 ST-01  Mon 11-23 12:30–15:30 · A 葵涌廠 · planned" in whole
    assert "changeover from Mon 11-23 12:00" in " ".join(whole.split())
    assert every_operation(chart_now, "SO-9", EN, 66).plain == "SO-9 is not in this plan"


def test_lateness_is_a_number_where_time_is_only_counted() -> None:
    chart = Chart("x", (), (Promise("J0", 9, due=4),))
    assert "late 5" in about_order(chart, "J0", EN, 60)[0].plain


def test_what_is_said_about_a_machine(chart_now: Chart) -> None:
    said = [about_machine(chart_now, row, EN, 80).plain.strip() for row in chart_now.rows]
    assert said[0] == "ST-01 冲床1号 · SO-1042 until Mon 11-23 12:00 · next SO-1035 at Mon 11-23 12:30"
    assert said[1] == "ST-02 冲床2号 · next SO-1050 at Mon 11-23 10:00"
    assert about_machine(chart_now, Row("X", "X"), EN, 40).plain.strip() == "X · nothing planned"


names = st.text(min_size=1, max_size=14) | st.sampled_from(
    ["葵涌厂一号冲床", "M\x1b[31m", "\u202e12", "👍🏻"]
)
bars = st.builds(
    lambda order, start, length, family, late, kind, setup, lane: Bar(
        order, 0, start, start + length, "", family, kind, late, late, setup, lane
    ),
    names, st.integers(-500, 5000), st.integers(0, 900), st.none() | st.integers(0, 30), st.booleans(),
    st.sampled_from(["planned", "frozen", "running", "done"]), st.integers(0, 60), st.integers(0, 2),
)  # fmt: skip
windows = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 900)).map(lambda w: (w[0], w[0] + w[1])), max_size=4
)
rows = st.builds(
    lambda machine, place, found, closed, down, load: Row(
        machine, "", place, tuple(found), tuple(closed), tuple(down), load
    ),
    names, names | st.just(""), st.lists(bars, max_size=6), windows, windows, st.none() | st.floats(0, 1),
)  # fmt: skip


@given(
    made=st.lists(rows, max_size=4),
    width=st.integers(60, 200),
    start=st.integers(-400, 5000),
    per_cell=st.sampled_from([1, 5, 30, 240]),
    language=st.sampled_from(list(Language)),
    chosen=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_every_line_has_exactly_the_width(
    chart_made: Any, made: list[Row], width: int, start: int, per_cell: int, language: Language, chosen: bool
) -> None:
    orders = tuple(Promise(bar.order, bar.end, due=bar.start) for row in made for bar in row.bars)
    chart = replace(chart_made, rows=tuple(made), orders=orders)
    view = View(start, per_cell, orders[0].order if chosen and orders else "")
    for line in page(chart, view, width, Words(language)):
        assert line.cell_len == width
    assert 1 <= columns(chart, width) < width


@given(st.lists(st.tuples(st.integers(-3, 25), st.integers(-3, 25), names), max_size=8), st.integers(1, 22))
def test_a_strip_keeps_its_width_whatever_is_written(written: list[tuple[int, int, str]], width: int) -> None:
    strip = Strip(width)
    for low, high, words in written:
        strip.write(low, high, words, "bold")
        strip.mark(low, "│", "")
        strip.fill(low, min(high, low + 2), "─", "")
        strip.tint(low, high, "on #000000")
    assert strip.text().cell_len == width


@pytest.mark.parametrize(("at", "expected"), [(2, "葵涌 "), (4, "  葵 ")])
def test_half_a_wide_character_is_never_left(at: int, expected: str) -> None:
    strip = Strip(5)
    strip.write(0 if at == 2 else 2, 5, "葵涌", "")
    assert strip.text().plain == expected
    strip.fill(0 if at == 2 else 3, 1 if at == 2 else 4, "x", "")
    assert strip.text().cell_len == 5
