"""The scheduling benchmarks' machinery, on small problems and by real processes."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.planning.check import check, objective
from app.planning.dispatch import EDD, dispatch
from app.records.scheduling import Job, Problem, Resource, Task
from tests.bench.scheduling import breakdown, hostile, instances, rivals, running
from tests.bench.scheduling.__main__ import main
from tests.bench.scheduling.direct import solve_direct
from tests.bench.scheduling.instances import Case, generated, published
from tests.bench.scheduling.results import alternating, collect, read, shared
from tests.bench.scheduling.running import Entry
from tests.bench.scheduling.textbook import thirteen

SMALL = "fattahi-setup-01"
"""Two jobs with setups, best 70."""


@pytest.fixture(autouse=True)
def the_sample(monkeypatch):
    monkeypatch.delenv(instances.VARIABLE, raising=False)


def case(name: str) -> Case:
    return next(each for each in published() if each.name == name)


# problems


def test_instances_are_chosen_by_family_and_know_what_is_proven():
    assert {each.family for each in published(("djsp", "dfjsp"))} == {"djsp", "dfjsp"}
    assert case("la01-2fmu").proven
    assert not case("sdst-la01").proven
    assert {instances.group_of(each.family) for each in published()} == set(instances.GROUPS) - {"plants"}


def test_another_folder_may_hold_them(monkeypatch, tmp_path):
    (tmp_path / "index.json").write_text("[]")
    monkeypatch.setenv(instances.VARIABLE, str(tmp_path))
    assert published() == []


def test_generated_cases_are_the_plants_of_their_seeds():
    cases = generated(5, 3)
    assert [each.problem().name for each in cases] == [each.name for each in cases]
    assert {each.seed for each in cases} == {1, 2, 3}


# rivals


@pytest.mark.parametrize("name", [SMALL, "la01-2fmu", "dfjsp-la01-2fmu", "orb07-f1.6"])
def test_cp_sat_direct_reaches_what_is_proven(name):
    problem, heard = case(name).problem(), []
    made = solve_direct(problem, 60.0, 8, 0, heard.append, case(name).best)
    assert check(problem, made.slots) == ()
    assert objective(problem, made.slots) == case(name).best
    assert heard[-1] == made.objective


def test_cp_sat_direct_numbers_operations_through_the_jobs():
    """Setups by operation: the two jobs of one machine, either way 9 between them."""
    jobs = tuple(Job(str(n), (Task(((0, 3),)), Task(((1, 2),)))) for n in range(2))
    between = tuple(tuple(9 if a != b and a % 2 == b % 2 else 0 for b in range(4)) for a in range(4))
    none = tuple((0,) * 4 for _ in range(4))
    problem = Problem("two", "makespan", (Resource("a"), Resource("b")), jobs, task_setup=(between, none))
    made = solve_direct(problem, 10.0, 1, 0, lambda _: None)
    assert (made.status, made.objective) == ("optimal", 3 + 9 + 3 + 2)


@pytest.mark.parametrize("orders", [1, 12, 60])
def test_textbook_rules_are_thirteen_and_legal(orders):
    for seed in (1, 2):
        problem = generated(orders, seed)[-1].problem()
        made = thirteen(problem)
        assert len(made) == 13
        assert [check(problem, slots) for slots in made.values()] == [()] * 13


def test_textbook_rules_by_hand():
    """One machine: by due date the late order first; by weight over work the heavy one."""
    jobs = (Job("due", (Task(((0, 10),)),), due=10), Job("heavy", (Task(((0, 10),)),), due=11, weight=100))
    problem = Problem("one", "total_weighted_tardiness", (Resource("m"),), jobs)
    made = {name: objective(problem, slots) for name, slots in thirteen(problem).items()}
    assert made["edd"] == 100 * (20 - 11)
    assert made["atc-1-0.3"] == 1 * (20 - 10)


def test_textbook_rules_reach_the_published_level(plant_60):
    assert objective(plant_60, thirteen(plant_60)["edd"]) == 3682


@pytest.fixture
def plant_60() -> Problem:
    return Case("", "plant", "", file=str(instances.SAMPLE / "plant" / "plant_60_1.json")).problem()


# runs


@pytest.mark.parametrize("engine", [rivals.OURS, rivals.CPSAT])
def test_a_run_is_checked_weighed_and_traced(engine):
    done = running.run(Entry(engine, case(SMALL), 5.0, 2))
    assert (done["value"], done["claimed"], done["violations"], done["late"]) == (70, 70, [], False)
    assert done["trace"][-1][1] == 70
    assert done["peak_mb"] > 20
    assert json.loads(json.dumps(done)) == done
    assert f"{SMALL}: 70 of 70" in running.explain(done)


@pytest.mark.parametrize("engine", [rivals.TEXTBOOK, rivals.OWN_RULES])
def test_dispatch_runs_are_engines_too(engine):
    done = running.run(Entry(engine, generated(5, 1)[0], 60.0, 1))
    assert done["violations"] == []
    assert done["value"] == done["claimed"]


def stand_in(monkeypatch, program: str) -> None:
    monkeypatch.setattr(rivals, "command", lambda _: [sys.executable, "-c", program])


def test_a_run_that_does_not_end_is_killed_and_called_late(monkeypatch):
    stand_in(monkeypatch, "import time; print('{\"begun\": true}', flush=True); time.sleep(600)")
    monkeypatch.setattr(running, "KILL_S", 0.1)
    done = running.run(Entry(rivals.OURS, case(SMALL), 0.1, 1))
    assert (done["value"], done["late"], done["killed"]) == (None, True, True)


def test_a_run_that_dies_has_no_plan(monkeypatch):
    stand_in(monkeypatch, "raise SystemExit(3)")
    done = running.run(Entry(rivals.OURS, case(SMALL), 0.1, 1))
    assert (done["value"], done["late"], done["killed"]) == (None, True, False)


def test_a_run_that_overstays_is_late_even_with_a_plan(monkeypatch):
    told = {"done": {"value": 70, "bound": None, "slots": [], "solve_s": 1.2}}
    stand_in(monkeypatch, f"print('''{json.dumps(told)}''')")
    assert running.run(Entry(rivals.OURS, case(SMALL), 0.1, 1))["late"]
    assert not running.run(Entry(rivals.OURS, case(SMALL), 0.3, 1))["late"]


def test_a_plan_that_breaks_a_rule_is_no_plan(monkeypatch):
    told = {"done": {"value": 1, "bound": None, "slots": [[0, 0, 0, 0, 1]], "solve_s": 0.1}}
    stand_in(monkeypatch, f"print('''{json.dumps(told)}''')")
    done = running.run(Entry(rivals.OURS, case(SMALL), 1.0, 1))
    assert (done["value"], done["claimed"]) == (None, 1)
    assert any("missing" in told for told in done["violations"])
    assert "ILLEGAL" in running.explain(done)


# results


def test_engines_take_turns_and_each_begins_once():
    entries = alternating(published()[:2], (rivals.OURS, rivals.CPSAT), (1.0,))
    assert [entry.engine for entry in entries] == [rivals.OURS, rivals.CPSAT, rivals.CPSAT, rivals.OURS]
    assert {entry.workers for entry in entries if entry.engine == rivals.CPSAT} == {8}


def test_shards_part_all_cases_and_keep_engines_together():
    entries = alternating(published(), (rivals.OURS, rivals.CPSAT), (1.0, 2.0))
    parts = [shared(entries, (part, 3)) for part in (1, 2, 3)]
    assert sorted(e.key for part in parts for e in part) == sorted(e.key for e in entries)
    names = [{entry.case.name for entry in part} for part in parts]
    assert not names[0] & names[1]
    assert max(map(len, names)) - min(map(len, names)) <= 1


def test_results_are_gone_on_from(tmp_path, capsys):
    file = tmp_path / "results.jsonl"
    entries = [Entry(rivals.OURS, case(SMALL), 2.0, 1), Entry(rivals.CPSAT, case(SMALL), 2.0, 1)]
    first = collect(entries[:1], file)
    with file.open("a") as out:
        out.write('{"key": "cut o')
    file.write_text(file.read_text() + "\n")
    both = collect(entries, file, jobs=2)
    assert both[0] == first[0]
    assert {made["engine"] for made in both} == {rivals.OURS, rivals.CPSAT}
    assert len(read(file)) == 2
    assert capsys.readouterr().err.count("[1/1, 0 min left]") == 2


def test_the_command_counts_what_a_file_holds(tmp_path, capsys):
    file, output = tmp_path / "results.jsonl", tmp_path / "rows.json"
    words = ["published", "--families", "fjsp_sdst_fattahi", "--seconds", "2", "--resume", str(file)]
    entries = alternating(published(("fjsp_sdst_fattahi",)), (rivals.OURS,), (2.0,))
    assert len(collect(entries, file)) == 2
    main([*words, "--rows-only", "--output", str(output)])
    rows = {row["name"]: row for row in json.loads(output.read_text())}
    assert rows["plan.gap.fjsp_sdst_fattahi.2s"]["value"] >= 0
    assert "plan.gap.makespan.2s" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--families", "nonsense"], ["--shard", "5/4"], ["nonsense"]])
def test_a_wrong_word_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    assert "error" in capsys.readouterr().err


# a breakdown, and hostile input


@pytest.fixture
def broken() -> Problem:
    problem = generated(60, 1)[0].problem()
    return breakdown.break_down(problem, dispatch(problem, (EDD,)).slots)


def test_after_a_breakdown_what_has_begun_and_what_is_frozen_stays(broken):
    slots = breakdown.repaired_at_once(broken).slots
    assert check(broken, slots) == ()
    assert breakdown.frozen_moved(broken, slots) == 0
    assert len(broken.fixed) > 10
    assert all(fixed.start < breakdown.NOW + breakdown.FROZEN for fixed in broken.fixed)
    assert all(slot.start >= breakdown.NOW for slot in slots if not _is_fixed(broken, slot))


def _is_fixed(problem, slot) -> bool:
    return (slot.job, slot.task) in {(fixed.job, fixed.task) for fixed in problem.fixed}


def test_a_frozen_operation_that_moved_is_counted(broken):
    slots = breakdown.repaired_at_once(broken).slots
    moved = tuple(replace(s, start=s.start + 1) if _is_fixed(broken, s) else s for s in slots)
    assert breakdown.frozen_moved(broken, moved) == len(broken.fixed)


def test_the_failed_press_stands_still_for_eight_hours(broken):
    plain = generated(60, 1)[0].problem()
    closed = [
        (new, old)
        for new, old in zip(broken.resources, plain.resources, strict=True)
        if new.closed != old.closed
    ]
    assert [new.type for new, _ in closed] == ["press"]
    window = (breakdown.NOW, breakdown.NOW + breakdown.DOWN)
    assert any(low <= window[0] and window[1] <= high for low, high in closed[0][0].closed)


def test_hostile_texts_are_told_by_their_sentence():
    text, word = hostile.texts()["a negative time"]
    _, code, sentence = hostile.ask(text, 1.0)
    assert (code, word in sentence) == (1, True)


def test_a_hostile_call_that_dies_is_counted(monkeypatch):
    monkeypatch.setattr(hostile, "PROGRAM", "raise SystemExit(1)")
    assert hostile.ask("{}", 0.1)[1:] == (-1, "no answer")


def test_everything_hostile_is_of_its_kind():
    texts = hostile.texts()
    operations = sum(
        len(order["operations"]) for order in json.loads(texts["10,000 operations"][0])["orders"]
    )
    assert 9_500 <= operations <= 10_500
    assert len(texts) == 12
    assert Path(rivals.ROOT / "pyproject.toml").exists()
