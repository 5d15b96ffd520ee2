"""What the scheduling benchmarks count: gaps, ratios, rows, curves; computed by hand."""

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.scheduling import gaps, plants, published
from tests.bench.scheduling.rivals import CPSAT, OURS, OWN_RULES, TEXTBOOK

VALUES = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1)


def test_the_mean_of_gaps_weighs_every_instance_alike():
    assert gaps.mean_gap([(110, 100), (1000, 1000)]) == pytest.approx(0.05)


def test_a_run_without_a_plan_counts_as_twice_the_best():
    assert gaps.mean_gap([(None, 100), (100, 100)]) == pytest.approx(0.5)
    assert gaps.sum_gap([(None, 100), (100, 100)]) == pytest.approx(0.5)


def test_the_gap_of_sums_leaves_out_what_has_best_0():
    assert gaps.sum_gap([(130, 100), (300, 300), (999, 0)]) == pytest.approx(30 / 400)
    assert gaps.sum_gap([(7, 0)]) is None
    assert gaps.mean_gap([]) is None


def test_a_family_is_counted_by_its_objective():
    pairs = [(110, 100), (1000, 1000)]
    assert gaps.family_gap("makespan", pairs) == pytest.approx(0.05)
    assert gaps.family_gap("total_weighted_tardiness", pairs) == pytest.approx(10 / 1100)


def test_the_value_at_a_time_is_the_best_so_far():
    trace = [(0.1, 50), (2.0, 30), (2.5, 35), (9.0, 20)]
    assert [gaps.value_at(trace, at) for at in (0.05, 0.1, 2.4, 3, 10)] == [None, 50, 30, 30, 20]


def test_ratios_bear_0_and_their_mean_is_geometric():
    assert gaps.ratio(0, 99) == pytest.approx(0.01)
    assert gaps.geometric_mean([gaps.ratio(0, 99), gaps.ratio(99, 99)]) == pytest.approx(0.1)
    assert gaps.geometric_mean([]) is None


@given(VALUES)
def test_both_gaps_are_0_exactly_where_every_best_is_reached(pairs):
    reached = [(best, best) for _, best in pairs]
    assert gaps.mean_gap(reached) == gaps.sum_gap(reached) == 0
    worse = [(best + 1, best) for _, best in pairs]
    assert min(gaps.mean_gap(worse), gaps.sum_gap(worse)) > 0


def line(engine, name, value, **more):
    plain = {"family": "djsp", "objective": "makespan", "best": 100.0, "limit_s": 10.0, "trace": []}
    return plain | {
        "engine": engine, "name": name, "value": value, "violations": [], "late": False, "peak_mb": 99.0,
    } | more  # fmt: skip


def test_rows_compare_on_the_instances_that_both_ran():
    lines = [line(OURS, "a", 104), line(OURS, "b", 100), line(OURS, "c", 120), line(CPSAT, "a", 110)]
    rows = {row["name"]: row for row in published.rows([*lines, line(CPSAT, "b", None)], (10.0,))}
    assert rows["plan.gap.makespan.10s"]["value"] == 8.0
    against = rows["plan.gap.djsp.10s.cpsat"]
    assert against["value"] == 2.0
    assert against["ratio"] == pytest.approx(1.02 / 1.55, abs=1e-4)
    assert "its gap 55.000 %" in against["note"]
    assert "1 without a plan" in against["note"]


def test_rows_hide_nothing():
    lines = [
        line(OURS, "better", 99),
        line(OURS, "wrong", None, violations=["overlap: …"]),
        line(OURS, "slow", 100, late=True),
        line(OURS, "tardy", 3, objective="total_weighted_tardiness", best=0.0, family="wt_single_machine"),
        line(OURS, "tardier", 220, objective="total_weighted_tardiness", family="wt_single_machine"),
    ]
    rows = {row["name"]: row["note"] for row in published.rows(lines, (10.0,))}
    for told in ("better than known: better", "1 ILLEGAL", "1 late", "99 MB at most"):
        assert told in rows["plan.gap.makespan.10s"]
    assert "1 not 0 where 0 is known" in rows["plan.gap.wt_single_machine.10s"]


def plant_line(engine, seed, value, trace=()):
    more = {"family": "plant", "best": None, "trace": [list(each) for each in trace]}
    return line(engine, f"plant-60-{seed}", value, **more)


def test_plants_are_read_from_their_trace():
    lines = [
        plant_line(TEXTBOOK, 1, 999), plant_line(TEXTBOOK, 2, 99), plant_line(OWN_RULES, 1, 499),
        plant_line(OURS, 1, 99, [(0.02, 899), (5.0, 99)]),
        plant_line(OURS, 2, 0, [(0.04, 9), (2.0, 0)]),
    ]  # fmt: skip
    rows = {row["name"]: row for row in plants.rows(lines)}
    assert rows["plan.plant_60.first"]["value"] == 40.0
    assert "median 30 ms" in rows["plan.plant_60.first"]["note"]
    assert rows["plan.plant_60.textbook.3s"]["value"] == pytest.approx((0.9 * 0.01) ** 0.5, abs=1e-4)
    assert rows["plan.plant_60.textbook.10s"]["value"] == pytest.approx((0.1 * 0.01) ** 0.5, abs=1e-4)
    assert rows["plan.plant_60.own_rules.10s"]["value"] == pytest.approx(0.2)
    assert "plan.plant_60.textbook.30s" not in rows


def test_a_plant_whose_last_plan_was_not_legal_counts_nowhere():
    lines = [plant_line(TEXTBOOK, 1, 999), plant_line(OURS, 1, None, [(0.02, 5)])]
    rows = {row["name"]: row for row in plants.rows(lines)}
    assert "plan.plant_60.textbook.3s" not in rows
    assert "1 plants without a legal plan" in rows["plan.plant_60.memory"]["note"]


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="matplotlib is in an extra")
def test_curves_are_gaps_over_time_and_become_a_picture(tmp_path):
    from tests.bench.scheduling import curves  # noqa: PLC0415

    runs = [line(OURS, "a", 100, trace=[[0.1, 150], [5.0, 100]]), line(CPSAT, "a", None)]
    assert curves.curve(runs[0], 100.0, [0.05, 0.2, 6]) == [curves.WORST, 0.5, 0.0]
    assert curves.curve(runs[1], 100.0, [6]) == [curves.WORST]
    assert curves.curve(plant_line(OURS, 1, 0, [(0.1, 49)]), 99.0, [1]) == [0.5]
    picture = curves.draw("factories", [(run, 100.0) for run in runs], tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
