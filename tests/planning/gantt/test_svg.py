"""The SVG picture: well-formed, a bar for every operation, told without colour, hostile names harmless."""

import re
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.dispatch import dispatch
from app.planning.gantt.of_schedule import Told, chart_of_schedule
from app.planning.gantt.svg import svg_of
from app.planning.gantt.wording import Wording
from app.records.answer import Catalogue, places
from app.records.chart import Bar, Chart, Promise, Row
from app.records.message import Language
from app.records.plant import PlanState

SVG = "{http://www.w3.org/2000/svg}"
NOW = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
SENTENCES = tomllib.loads((ROOT / "config" / "answers" / "gantt.toml").read_text(encoding="utf-8"))
CHART = Chart(
    name="P-1a2b3c4d",
    rows=(
        Row("ST-01", "冲床1号", "A 葵涌廠", (
            Bar("SO-1042", 0, 480, 720, "主廚刀", 0, "running"),
            Bar("SO-1035", 0, 740, 1500, "餐叉", 1, late=True, last=True, setup=20),
        ), ((0, 480), (1200, 1440)), load=0.5),
        Row("HT-01", "", "B", (Bar("SO-1042", 1, 760, 800, family=0, kind="frozen", last=True),
                               Bar("SO-1050", 0, 760, 800, family=0, last=True, lane=1)), (), ((60, 90),)),
    ),
    orders=(Promise("SO-1035", 1500, "餐叉", 1300), Promise("SO-1042", 800, "主廚刀", 900),
            Promise("SO-1050", 800)),
    families=("420", "304"), end=1500, tick_s=60, origin=datetime(2026, 11, 22, 16, tzinfo=UTC),
    zone="Asia/Hong_Kong", calendar="dates", now=552, frozen_until=792, value=200, by="dispatch",
    state=PlanState.PUBLISHED, made_at=NOW, at=NOW,
)  # fmt: skip


def speaker(language=Language.EN):
    catalogue = Catalogue(SENTENCES, ZoneInfo("Asia/Hong_Kong"))
    return lambda say: catalogue.render(say, language, NOW)


def drawn(chart=CHART, language=Language.EN, **how):
    return ET.fromstring(svg_of(chart, speaker(language), **how))  # noqa: S314 - our own


def of_class(svg, kind):
    return [e for e in svg.iter() if kind in (e.get("class") or "").split()]


def words(svg):
    return [e.text for e in svg.iter(f"{SVG}text")]


def test_every_operation_is_a_bar_with_its_data_and_all_about_it_beside_the_pointer():
    bars = of_class(drawn(), "bar")
    assert [(b.get("data-order"), b.get("data-operation"), b.get("data-machine")) for b in bars] == [
        ("SO-1042", "0", "ST-01"), ("SO-1035", "0", "ST-01"),
        ("SO-1042", "1", "HT-01"), ("SO-1050", "0", "HT-01"),
    ]  # fmt: skip
    assert bars[1].find(f"{SVG}title").text.split("\n") == [
        "SO-1035 · operation 1",
        "餐叉",
        "ST-01 冲床1号: Mon 11-23 12:20 to Tue 11-24 01:00",
        "changeover before it: Mon 11-23 12:00 to Mon 11-23 12:20",
        "B family 304",
        "LATE: due Mon 11-23 21:40, ends Tue 11-24 01:00",
    ]


def test_lateness_and_state_are_told_without_colour():
    svg = drawn()
    late = of_class(svg, "late")
    assert [e.get("data-order") for e in late if e.get("data-machine")] == ["SO-1035"]
    assert len(of_class(svg, "hatch")) == 2, "one for each part of open time"
    assert len(of_class(svg, "overdue")) == 1
    labels = [e.text for e in of_class(svg, "label")]
    assert "!B SO-1035" in labels
    assert "▶A SO-1042" in labels


def test_due_marks_stand_in_the_row_where_the_order_ends():
    due = of_class(drawn(), "due")
    assert [(e.get("data-order"), e.get("class")) for e in due if e.get("data-order")] == [
        ("SO-1035", "due late"),
        ("SO-1042", "due"),
    ]


def test_an_operation_is_full_where_the_machine_works_and_thin_where_it_is_closed():
    bar = of_class(drawn(), "bar")[1]
    full = [(float(r.get("x")), float(r.get("width"))) for r in bar if r.get("class") == "work"]
    through = next(r for r in bar if r.get("class") == "through")
    assert len(full) == 2
    assert full[0][0] == float(through.get("x"))
    assert sum(width for _, width in full) < float(through.get("width"))


def test_what_runs_together_shares_the_row():
    bars = [e for e in of_class(drawn(), "bar") if e.get("data-machine") == "HT-01"]
    tops = [float(next(r for r in bar if r.get("class") == "work").get("y")) for bar in bars]
    assert tops[1] - tops[0] >= 10


@pytest.mark.parametrize(
    ("language", "title", "figures", "day"),
    [
        (Language.EN, "Plan P-1a2b3c4d · published · by a dispatch rule, 09:12",
         "200 min late in all · 1 of 3 orders late · 4 operations on 2 machines", "Mon 11-23"),
        (Language.HANS, "计划 P-1a2b3c4d · 已发布 · 由 派工规则 于 09:12 制定",
         "共延误 200 分钟 · 3 张订单中 1 张延误 · 2 台机器上的 4 道工序", "周一 11-23"),
        (Language.HANT, "計劃 P-1a2b3c4d · 已發布 · 由 派工規則 於 09:12 制定",
         "共延誤 200 分鐘 · 3 張訂單中 1 張延誤 · 2 台機器上的 4 道工序", "週一 11-23"),
    ],
)  # fmt: skip
def test_title_figures_days_and_present_in_three_scripts(language, title, figures, day):
    svg = drawn(language=language)
    assert svg.find(f"{SVG}title").text == title
    assert words(svg)[:2] == [title, figures]
    assert day in words(svg)
    assert len(of_class(svg, "now")) == len(of_class(svg, "zone-edge")) == 1


def test_the_legend_names_what_is_there_and_nothing_else():
    said = words(drawn())
    for word in ("family 420", "family 304", "late order", "cannot move", "running", "changeover", "stopped",
                 "frozen until Mon 11-23 13:12"):  # fmt: skip
        assert word in said
    plain = Chart("la01", (Row("0", bars=(Bar("J0", 0, 0, 5),)),), (Promise("J0", 5),), end=5)
    said = words(drawn(plain))
    assert said[1] == "0 min late in all · 1 operations on 1 machines"
    assert "late order" not in said
    assert "due" not in said
    assert "now" not in said


def test_a_part_of_the_plan_leaves_out_what_lies_outside():
    svg = drawn(low=0, high=700, width=900)
    assert svg.get("width") == "900"
    assert [b.get("data-order") for b in of_class(svg, "bar")] == ["SO-1042"]
    right = max(float(r.get("x")) + float(r.get("width")) for r in of_class(svg, "work"))
    assert right <= 900 - 66 + 0.2


def test_numbers_stand_where_time_is_only_counted_and_a_broken_plan_says_so():
    counted = replace(CHART, calendar="none", now=None, frozen_until=None, made_at=None, broken=3,
                      objective="makespan", value=1500, by="dispatch:edd")  # fmt: skip
    said = words(drawn(counted))
    assert said[0] == "Plan P-1a2b3c4d · published · by the dispatch rule edd"
    assert said[1].startswith("NOT LEGAL: breaks 3 constraints · makespan 1500")
    assert "1000" in said


def test_thirty_machines_over_days_are_drawn_with_bars_that_can_be_read(plant_60):
    found = chart_of_schedule(plant_60, dispatch(plant_60), Told(places=("A", "B", "C")))
    svg = drawn(found)
    assert len(of_class(svg, "bar")) == found.operations == sum(len(job.tasks) for job in plant_60.jobs)
    assert len(of_class(svg, "row")) == len(plant_60.resources) == 30
    assert [w for w in words(svg) if w.startswith("Facility ")] == ["Facility A", "Facility B", "Facility C"]
    labelled = sum(len(of_class(bar, "label")) for bar in of_class(svg, "bar"))
    assert labelled > 0.9 * found.operations


hostile = st.text(min_size=1, max_size=12) | st.sampled_from(
    ['<script>alert("1")</script>', "a\"b'&<>", "\x00\x1b[31m", "\ud800", "\u202eabc", "龘" * 9]
)


@given(order=hostile, machine=hostile, place=hostile, item=hostile)
@settings(max_examples=60, deadline=None)
def test_names_of_any_kind_stay_text(order, machine, place, item):
    row = replace(CHART.rows[0], machine=machine, name=item, facility=place,
                  bars=(Bar(order, 0, 0, 500, item, 0, last=True),))  # fmt: skip
    svg = svg_of(replace(CHART, rows=(row,), orders=(Promise(order, 500, item, 100),)), speaker())
    root = ET.fromstring(svg.encode())  # noqa: S314 - our own
    assert len(of_class(root, "bar")) == 1
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg", "g", "rect", "path", "text", "title", "style", "defs", "pattern",
    }  # fmt: skip


def test_it_needs_nothing_from_outside():
    svg = svg_of(CHART, speaker())
    assert re.findall(r'(?:href|src|url)\s*[=(]\s*["\']?(?!#)[a-z]', svg) == []
    assert "sans-serif" in svg


# The sentences.


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_is_there_in_four_languages_with_the_same_places(key):
    forms = SENTENCES[key]
    assert set(forms) == {"en", "zh-Hans", "zh-Hant", "yue"}
    assert len({places(form) for form in forms.values()}) == 1


def test_no_sentence_is_there_for_nothing():
    rooms = (ROOT / "app" / "planning" / name for name in ("gantt", "picture"))
    code = "".join(file.read_text() for room in rooms for file in room.glob("*.py"))
    made = ("gantt.state.", "gantt.objective.", "gantt.weekday.", "gantt.maker.", "gantt.key.")
    short = [key.removeprefix("gantt.") for key in SENTENCES if not key.startswith(made)]
    assert [key for key in short if f'"{key}"' not in code and f'"gantt.{key}"' not in code] == []
    for state in PlanState:
        assert f"gantt.state.{state}" in SENTENCES
    for kind in ("frozen", "running", "done"):
        assert f"gantt.key.{kind}" in SENTENCES


def test_only_where_orders_are_due_they_are_said_to_be_in_time():
    in_time = replace(CHART, orders=(Promise("SO-1042", 800, due=900),))
    assert "none of 1 orders late" in Wording(in_time, speaker()).figures()


def test_an_unknown_maker_is_named_as_it_is():
    assert Wording(replace(CHART, by="by hand", made_at=None), speaker()).title().endswith("by by hand")
