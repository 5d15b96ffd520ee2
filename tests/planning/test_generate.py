"""Generated plants: the same for the same seed, whole, and of the measured family."""

import json
import statistics
from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning import form_plant
from app.planning.check import check
from app.planning.dispatch import EDD, dispatch
from app.planning.furnish import HEAVY, HOLD, LARGE, furnished
from app.planning.generate import FLEET, LARGEST_ORDERS, pieces, plant


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 25), st.integers(0, 10_000))
def test_every_plant_reads_and_can_be_planned(orders, seed):
    problem = form_plant.parse(json.loads(json.dumps(plant(orders, seed))))
    made = dispatch(problem, (EDD,))
    assert len(problem.jobs) == orders
    assert made.status == "feasible"
    assert check(problem, made.slots) == ()


def test_a_seed_and_a_size_name_one_plant():
    assert plant(40, 3) == plant(40, 3)
    assert plant(40, 3) != plant(40, 4)
    assert furnished(40, 3) == furnished(40, 3)


def test_another_run_of_the_program_makes_the_same_plant():
    first = plant(60, 1)["orders"][0]
    assert (first["weight"], first["release"], first["due"]) == FIRST
    assert [o["machines"][0]["slots"] for o in first["operations"]] == FIRST_SLOTS


FIRST = (1, 72, 1344)
FIRST_SLOTS = [66, 95, 64, 45, 99, 75]


@pytest.mark.parametrize("orders", [0, -1, LARGEST_ORDERS + 1])
def test_a_size_out_of_range_is_refused(orders):
    with pytest.raises(ValueError, match=f"not {orders}"):
        plant(orders, 1)


@pytest.mark.parametrize(("orders", "fleets"), [(60, 1), (200, 1), (201, 2), (1000, 5)])
def test_machines_grow_with_every_begun_200_orders(orders, fleets):
    machines = plant(orders, 1)["machines"]
    assert Counter(m["facility"] for m in machines) == {"A": 10 * fleets, "B": 8 * fleets, "C": 12 * fleets}
    assert sum(m["busy_until"] > 0 for m in machines) == 15 * fleets
    assert sum(m["planned_downtime"] is not None for m in machines) == 3 * fleets
    assert len({m["name"] for m in machines}) == len(machines)


def test_no_changeover_is_shorter_over_a_third_family():
    for seed in range(20):
        for kind, matrix in plant(10, seed)["setup_slots"].items():
            size = range(len(matrix))
            for a, b, c in product(size, repeat=3):
                assert matrix[a][c] <= matrix[a][b] + matrix[b][c], (seed, kind)
            assert {0 < matrix[a][b] <= 12 for a in size for b in size if a != b} == {True}


def test_the_figures_of_the_family():
    orders = [order for seed in range(20) for order in plant(60, seed)["orders"]]
    operations = [operation for order in orders for operation in order["operations"]]
    assert statistics.mean(len(o["operations"]) for o in orders) == pytest.approx(4.4, abs=0.2)
    assert statistics.mean(len(o["machines"]) for o in operations) == pytest.approx(3.65, abs=0.1)
    assert statistics.mean(o["release"] > 72 for o in orders) == pytest.approx(0.25, abs=0.05)
    assert {o["weight"] for o in orders} == {1, 2, 4}
    assert {o["due"] % 288 for o in orders} == {192}
    assert all(o["due"] // 288 % 7 < 5 for o in orders)
    assert all(o["due"] > o["release"] for o in orders)


def test_dispatching_by_due_date_is_as_late_as_on_the_plant_measured_before(plant_60):
    late = [dispatch(form_plant.parse(plant(60, seed)), (EDD,)).objective for seed in range(20)]
    measured = dispatch(plant_60, (EDD,)).objective
    assert measured / 3 <= statistics.median(late) <= measured


def test_furnaces_work_around_the_clock_and_are_not_cut():
    for machine in plant(60, 2)["machines"]:
        furnace = machine["type"] == "furnace"
        assert machine["interruptible"] is not furnace
        assert (len(machine["closed"]) > 1) is not furnace


def test_a_furnished_plant_has_what_floors_have():
    problem, counts = furnished(60, 1), pieces(60, 1)
    assert {r.batch for r in problem.resources if r.type == "furnace"} == {HOLD}
    assert all((r.crew is None) == (r.type == "furnace") for r in problem.resources)
    assert all(
        crew.levels[0][0] == 0 and min(level for _, level in crew.levels) >= 1 for crew in problem.crews
    )
    lots = [job for job in problem.jobs if job.lot_of is not None]
    assert len(lots) == 2 * sum(count > LARGE for count in counts)
    assert len(problem.jobs) == 60 + len(lots) // 2
    loads = Counter(task.load for job in problem.jobs for task in job.tasks)
    assert loads[2] > 0
    assert HEAVY < LARGE


def test_lots_name_the_first_of_their_order():
    for seed in range(5):
        problem = furnished(60, seed)
        for n, job in enumerate(problem.jobs):
            if job.lot_of is not None:
                first = problem.jobs[job.lot_of]
                assert first.lot_of == job.lot_of
                assert n - job.lot_of in {0, 1}
                assert first.name.split("/")[0] == job.name.split("/")[0]


def test_as_much_material_comes_as_is_used():
    for seed in range(5):
        problem = furnished(60, seed)
        used = Counter()
        for task in (task for job in problem.jobs for task in job.tasks):
            for material, quantity in task.needs:
                used[material] += quantity
        for n, material in enumerate(problem.materials):
            assert material.stock < used[n] <= material.stock + sum(q for _, q in material.receipts)
        assert sum(used.values()) == sum(pieces(60, seed))


def test_overtime_lies_in_open_time_on_saturdays():
    for resource in furnished(60, 1).resources:
        for low, high in resource.overtime:
            assert low // 288 % 7 == 5
            assert all(end <= low or high <= start for start, end in resource.closed)
    assert any(resource.overtime for resource in furnished(60, 1).resources)


def test_all_of_the_fleet_is_in_the_three_facilities():
    assert [sum(fleet.values()) for fleet in FLEET.values()] == [10, 8, 12]
