"""`plan gantt`: files and a service's plan, as text and as pictures; a sentence for what is wrong."""

import asyncio
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import verbs
from app.outbound.store import open_store
from app.planning.dispatch import dispatch
from app.planning.form_plan import dump
from app.planning.formats import parse
from app.records.action import PublishPlan, assignments_digest
from app.records.errors import ChargehandError
from app.records.plant import Assignment, Plan, PlanState
from app.settings import shipped

DATA = Path(__file__).parents[1] / "data" / "scheduling"
NOW = datetime.now(UTC).replace(microsecond=0)
SMALL = {"machines": 2, "jobs": [[[[0, 3]], [[1, 2]]], [[[0, 2]]]], "due": [4, 9]}
PLAN = {
    "objective": 5,
    "assignments": [
        {"job": 0, "operation": 0, "machine": 0, "start": 0, "end": 3},
        {"job": 0, "operation": 1, "machine": 1, "start": 3, "end": 5},
        {"job": 1, "operation": 0, "machine": 0, "start": 3, "end": 5},
    ],
}


def gantt(*words: object) -> Result:
    return CliRunner().invoke(verbs, ["plan", "gantt", *map(str, words)], standalone_mode=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    problem, plan = tmp_path / "small.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(SMALL))
    plan.write_text(json.dumps(PLAN))
    return problem, plan


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """The configuration of a service that has published P-1 and proposes P-2."""
    config = tmp_path / "config.toml"
    seed = shipped("config") / "demo_plant.toml"
    config.write_text(f'data_dir = "{tmp_path}"\n[plant]\nseed_file = "{seed}"\n')
    store = open_store(f"sqlite:///{tmp_path / 'chargehand.sqlite'}")
    try:
        store.seed(seed)
        made = tuple(
            Assignment("SO-1042", n, code, NOW + timedelta(hours=2 * n + 1), NOW + timedelta(hours=2 * n + 3))
            for n, code in enumerate(("ST-01", "HT-01", "GR-01"))
        )
        plan = Plan("P-1", "solver", NOW, PlanState.PROPOSED, made)
        asyncio.run(store.write(lambda book: book.keep_plan(plan)))
        asyncio.run(store.write(lambda book: book.keep_plan(replace(plan, id="P-2"))))
        digest = assignments_digest(made)
        asyncio.run(store.write(lambda book: book.apply(PublishPlan("P-1", digest), "key")))
    finally:
        store.close()
    return config


def test_the_text_has_each_machine_and_its_load(files):
    lines = gantt(*files, "--width", 80, "--language", "en").output.split("\n")
    assert {len(line) for line in lines[2:7]} == {80}
    assert lines[0].strip() == "Plan small"
    assert lines[1].strip() == "makespan 5 · 1 of 2 orders late · 3 operations on 2 machines"
    machines = [line.split() for line in lines[5:7]]
    assert [words[-1] for words in machines] == ["100%", "40%"]


def test_pictures_are_written_where_they_are_wanted(files, tmp_path):
    svg, png = tmp_path / "a.svg", tmp_path / "a.png"
    assert gantt(*files, "--svg", svg, "--png", png, "--width", 700, "--language", "zh-Hant").exit_code == 0
    root = ET.fromstring(svg.read_text(encoding="utf-8"))  # noqa: S314 - our own
    assert root.get("width") == "700"
    assert sum("bar" in (e.get("class") or "").split() for e in root.iter()) == 3
    assert "計劃 small" in svg.read_text(encoding="utf-8")
    assert png.read_bytes().startswith(b"\x89PNG")
    other = tmp_path / "b.svg"
    assert gantt(*files, "--out", other, "--from", 3).exit_code == 0
    assert 'data-start="0"' not in other.read_text(encoding="utf-8")


def test_the_plant_form_says_its_days_facilities_and_stops(tmp_path):
    problem, plan, svg = DATA / "plant" / "plant_60_1.json", tmp_path / "p.json", tmp_path / "p.svg"
    plan.write_text(json.dumps(dump(dispatch(parse(problem.read_text(encoding="utf-8")).problem))))
    assert gantt(problem, plan, "--svg", svg, "--language", "zh-Hans").exit_code == 0
    drawn = svg.read_text(encoding="utf-8")
    for words in ("周一", "厂区 A", "厂区 C", 'class="down"', "plant_60_1"):
        assert words in drawn


def test_the_published_plan_of_a_service_and_another_by_its_id(service):
    done = gantt("--published", "--config", service, "--language", "zh-Hant", "--width", 100)
    assert done.exit_code == 0
    assert "計劃 P-1 · 已發布 · 由 求解器" in done.output
    assert "A 葵涌廠" in done.output
    assert "HT-01" in done.output
    other = gantt("--plan", "P-2", "--config", service, "--language", "en")
    assert "Plan P-2 · proposed, not in force" in other.output


def test_a_part_is_named_by_dates_in_plant_time(service, tmp_path):
    svg = tmp_path / "x.svg"
    since = (NOW + timedelta(hours=8)).isoformat()[:19]
    assert gantt("--published", "--config", service, "--svg", svg, "--from", since).exit_code == 0
    assert 'class="bar' in svg.read_text(encoding="utf-8")
    until = (NOW + timedelta(days=300)).date().isoformat()
    later = (NOW + timedelta(days=299)).date().isoformat()
    done = gantt("--published", "--config", service, "--svg", svg, "--from", later, "--to", until)
    assert done.exit_code == 0
    assert 'class="bar' not in svg.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "yesterday"], "'yesterday' is no time of this plan; write one in units of 0 s"),
        (["--from", "2026-11-23"], "this plan has no dates"),
        (["--from", "9", "--to", "8"], "there is nothing between 9 and"),
        (["--svg", "/nowhere/at/all.svg"], "/nowhere/at/all.svg: No such file"),
    ],
)
def test_what_cannot_be_shown_is_said(files, words, said):
    done = gantt(*files, *words)
    assert isinstance(done.exception, ChargehandError)
    assert said in str(done.exception)


def test_files_that_are_wrong_are_named(files, tmp_path):
    problem, plan = files
    missing = gantt(problem, tmp_path / "none.json")
    assert "none.json" in str(missing.exception)
    plan.write_text(json.dumps({"assignments": [{**PLAN["assignments"][0], "job": 7}]}))
    assert "the problem has no job 7" in str(gantt(problem, plan).exception)
    plan.write_text("{")
    assert "not JSON" in str(gantt(problem, plan).exception)


def test_a_service_without_that_plan_says_so(service, tmp_path):
    assert "there is no plan P-9" in str(gantt("--plan", "P-9", "--config", service).exception)
    empty = tmp_path / "empty"
    empty.mkdir()
    config = empty / "config.toml"
    config.write_text(f'data_dir = "{empty}"\n')
    assert "there is no store" in str(gantt("--published", "--config", config).exception)
    open_store(f"sqlite:///{empty / 'chargehand.sqlite'}").close()
    assert "no plan is published" in str(gantt("--published", "--config", config).exception)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["one.json"],
        ["--published", "one.json", "two.json"],
        ["one.json", "two.json", "--out", "picture.gif"],
        ["one.json", "two.json", "--text", "--svg", "a.svg"],
        ["one.json", "two.json", "--width", "5"],
    ],
)
def test_wrong_usage_exits_2(words):
    done = CliRunner().invoke(verbs, ["plan", "gantt", *words])
    assert done.exit_code == 2
