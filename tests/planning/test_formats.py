"""Scheduling files in, problems out; every mistake told with its place."""

import json
from pathlib import Path

import pytest
from hypothesis import given

from app.planning import form_json, form_plan
from app.planning.formats import parse
from app.records.errors import FileWrong
from app.records.scheduling import Schedule, Slot, Weights
from tests.planning.problems import problems, trials

ROOT = Path(__file__).parents[2]
FJS = "2 3 1.5\n2 1 1 5 2 2 4 3 6\n1 2 1 7 3 8\n"
INSTANCE = {"name": "t", "objective": "makespan", "machines": 2, "jobs": [[[[0, 3], [1, 4]]], [[[1, 2]]]]}


def test_every_shipped_instance_is_read_as_what_it_is(data, index):
    for entry in index.values():
        parsed = parse((data / entry["file"]).read_text(encoding="utf-8"))
        assert parsed.form == "instance"
        assert parsed.problem.objective == entry["objective"]


def test_a_distributed_instance_keeps_a_job_in_one_facility(instance):
    problem = instance("la01-2fmu")
    assert all(job.one_facility for job in problem.jobs)
    assert {r.facility for r in problem.resources} == {0, 1}


def test_the_plant_form_keeps_calendars_setups_transfers_and_what_is_mounted(plant_60):
    press, furnace = plant_60.resources[0], plant_60.resources[3]
    assert press.closed[0] == (0, 72)
    assert (press.busy_until, press.mounted, press.interruptible, furnace.interruptible) == (
        79,
        0,
        True,
        False,
    )
    assert plant_60.transfers == ((0, 18, 36), (18, 0, 48), (36, 48, 0))
    assert plant_60.family_setup["press"][0][:3] == (0, 11, 12)
    assert plant_60.unit_s == 300
    assert len(plant_60.jobs) == 60


@pytest.mark.parametrize(
    ("shift", "said"), [(0, "from 1"), (-1, "from 0")], ids=["counted from 1", "counted from 0"]
)
def test_fjs_finds_out_how_machines_are_counted(shift, said):
    lines = FJS.splitlines()
    text = f"{lines[0]}\n2 1 {1 + shift} 5 2 {2 + shift} 4 {3 + shift} 6\n1 2 {1 + shift} 7 {3 + shift} 8\n"
    parsed = parse(text)
    assert said in parsed.note
    assert parsed.problem.jobs[0].tasks[1].modes == ((1, 4), (2, 6))


def test_fjs_and_instance_forms_of_the_same_shop_are_the_same_problem(instance):
    problem = instance("mk01")
    rows = []
    for job in problem.jobs:
        words = [str(len(job.tasks))]
        for task in job.tasks:
            words += [str(len(task.modes)), *(f"{m + 1} {work}" for m, work in task.modes)]
        rows.append(" ".join(words))
    text = "\r\n".join([f"{len(rows)} {len(problem.resources)} 2", *rows, ""])
    assert parse(text).problem.jobs == problem.jobs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("{", "line 1, column 2"),
        ("[1]", "one JSON object"),
        ("{}", "cannot tell the form"),
        ("[" * 100_000, "JSON"),
        ("x y\n", "line 1: 'x' is no whole number"),
        ("1", "line 1: must name"),
        ("2 2\n1 1 1 3\n", "says 2 jobs, 1 lines"),
        ("1 2\n1 1 1\n", "line 2: ends before"),
        ("1 2\n1 1 1 3 9\n", "line 2: has more numbers"),
        ("1 2\n1 1 5 3\n", "machine 5 of 1 to 2"),
        ("1 2\n1 1 -1 3\n", "line 2: -1 is less than 0"),
        ("1 2\n0\n", "line 2: 0 is less than 1"),
        (json.dumps(INSTANCE | {"jobs": [[[[0, "3"]]]]}), "jobs[0][0][0][1]"),
        (json.dumps(INSTANCE | {"jobs": [[[[7, 3]]]]}), "jobs[0][0]: there is no machine 7"),
        (json.dumps(INSTANCE | {"jobs": [[[[0, -3]]]]}), "jobs[0][0]: a duration cannot be -3"),
        (json.dumps(INSTANCE | {"jobs": [[[]]]}), "jobs[0][0]: an operation needs a machine"),
        (json.dumps(INSTANCE | {"jobs": [[[[0, 1, 2]]]]}), "an alternative is [machine, duration]"),
        (json.dumps(INSTANCE | {"due": [1]}), "due: must have 2 entries"),
        (json.dumps(INSTANCE | {"setup_job": [[[0]]]}), "setup_job: must have 2 entries"),
        (json.dumps(INSTANCE | {"setup_job": [[[0]], [[0]]]}), "setup_job[0]: must be 2 by 2"),
        (json.dumps(INSTANCE | {"objective": "profit"}), "objective"),
        (json.dumps(INSTANCE | {"objective": "total_weighted_tardiness"}), "no job has a due date"),
    ],
)
def test_a_broken_file_is_told_with_its_place(text, said):
    with pytest.raises(FileWrong) as caught:
        parse(text)
    assert said in str(caught.value)


def test_a_broken_plant_is_told_with_its_place(data):
    document = json.loads((data / "plant" / "plant_60_1.json").read_text(encoding="utf-8"))
    for change, said in (
        (lambda d: d["machines"][1].update(id=5), "machines[1].id: must be 1"),
        (lambda d: d["machines"][1].update(closed=[[5, 2]]), "machines[1].closed[0]"),
        (lambda d: d["transfer_slots"].update({"A-Z": 3}), "transfer_slots.A-Z"),
        (lambda d: d["setup_slots"].update(press=[[0]]), "setup_slots.press: family 5 has no row"),
        (lambda d: d["orders"][0]["operations"][0]["machines"][0].update(machine=99), "no machine 99"),
        (lambda d: d["orders"][0].pop("due"), "orders[0].due"),
    ):
        spoilt = json.loads(json.dumps(document))
        change(spoilt)
        with pytest.raises(FileWrong) as caught:
            parse(json.dumps(spoilt))
        assert said in str(caught.value)


def test_the_objective_may_be_chosen(instance):
    text = json.dumps(INSTANCE | {"due": [2, 2]})
    assert parse(text, objective="total_weighted_tardiness").problem.objective == "total_weighted_tardiness"


@trials(60)
@given(problems())
def test_our_own_form_loses_nothing(problem):
    assert form_json.parse(json.loads(json.dumps(form_json.dump(problem)))) == problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"surprise": 1}, "surprise"),
        ({"resources": []}, "resources"),
        ({"fixed": [{"job": 9, "task": 0, "machine": 0, "start": 0, "end": 1}]}, "fixed[0]"),
        ({"fixed": [{"job": 0, "task": 0, "machine": 0, "start": 0, "end": 1}] * 2}, "named twice"),
        ({"transfers": [[0]]}, "transfers: facility 1 has no row"),
        ({"family_setup": {"cut": [[0]]}}, "family_setup.cut"),
        ({"jobs": [{"name": "x", "tasks": [{"modes": [[99, 1]]}]}]}, "jobs[0].tasks[0].modes"),
        ({"unit_s": "5"}, "unit_s"),
        ({"near": 1.5}, "near"),
        ({"jobs": [], "resources": [{"name": "x", "crew": 0}]}, "[0].crew: there is no crew 0"),
        ({"resources": [{"name": "x", "batch": 0}]}, "resources[0].batch"),
        ({"jobs": [], "resources": [{"name": "x", "overtime": [[5, 2]]}]}, "overtime[0]: begins after"),
        ({"crews": [{"name": "x", "levels": []}]}, "crews[0].levels"),
        ({"crews": [{"name": "x", "levels": [[1, 2]]}]}, "crews[0].levels: must begin at 0"),
        ({"crews": [{"name": "x", "levels": [[0, 2], [0, 1]]}]}, "crews[0].levels: must begin at 0"),
        ({"crews": [{"name": "x", "levels": [[0, -1]]}]}, "crews[0].levels[0][1]"),
        ({"materials": [{"name": "x", "stock": -1}]}, "materials[0].stock"),
        ({"materials": [{"name": "x", "receipts": [[1]]}]}, "materials[0].receipts[0]"),
        ({"jobs": [{"name": "x", "tasks": [{"modes": [[0, 1]], "load": -1}]}]}, "jobs[0].tasks[0].load"),
        ({"jobs": [{"name": "x", "tasks": [{"modes": [[0, 1]], "needs": [[0, 1]]}]}]}, "no material 0"),
        (
            {"jobs": [{"name": "x", "tasks": [{"modes": [[0, 1]]}], "lot_of": 1}]},
            "jobs[0].lot_of: there is no",
        ),
        (
            {"before": [{"job": 0, "task": 0, "then_job": 9, "then_task": 0}]},
            "before[0]: there is no operation",
        ),
        ({"weights": {"moved": -1}}, "weights.moved"),
        ({"weights": {"beauty": 1}}, "weights.beauty"),
    ],
)
def test_our_own_form_is_strict(small_plant, change, said):
    document = json.loads(json.dumps(form_json.dump(small_plant(1)))) | change
    with pytest.raises(FileWrong) as caught:
        form_json.parse(document)
    assert said in str(caught.value)


def test_a_lot_names_the_first_of_its_lots(small_plant):
    document = json.loads(json.dumps(form_json.dump(small_plant(1))))
    jobs = [{"name": n, "tasks": [{"modes": [[0, 1]]}], "lot_of": of} for n, of in (("a", 0), ("b", 0))]
    parsed = form_json.parse(document | {"jobs": jobs})
    assert [job.lot_of for job in parsed.jobs] == [0, 0]
    jobs[0]["lot_of"] = None
    with pytest.raises(FileWrong, match="job 0 is not the first of its lots"):
        form_json.parse(document | {"jobs": jobs})


def test_a_file_that_says_nothing_of_it_has_no_people_batches_or_weights_of_its_own():
    text = json.dumps({"objective": "makespan", "resources": [{"name": "A"}], "jobs": []})
    problem = parse(text).problem
    assert (problem.crews, problem.resources[0].batch, problem.weights) == ((), 1, Weights())


def test_the_shipped_schema_is_the_one_of_the_code():
    shipped = json.loads((ROOT / "config" / "schemas" / "problem.schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(form_json.schema()))


def test_a_plan_file_goes_out_and_in():
    schedule = Schedule("feasible", 7, (Slot(0, 1, 2, 3, 4),), "solver", 5, 1.5)
    document = form_plan.dump(schedule)
    assert {"objective", "bound", "status", "solve_s", "assignments"} <= document.keys()
    assert document["assignments"] == [{"job": 0, "operation": 1, "machine": 2, "start": 3, "end": 4}]
    assert form_plan.parse(json.loads(json.dumps(document))) == schedule


@pytest.mark.parametrize(
    "bad", [{"assignments": [{"job": 0}]}, {"objective": float("inf")}, {"status": "great"}]
)
def test_a_broken_plan_file_is_refused(bad):
    with pytest.raises(FileWrong):
        form_plan.parse(bad)
