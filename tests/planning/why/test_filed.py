"""`plan explain` on texts of every form, and on the command line."""

import json

import pytest
from click.testing import CliRunner

from app.cli import verbs
from app.outbound.shipped import read_catalogue
from app.planning.dispatch import EDD, dispatch
from app.planning.form_plan import dump
from app.planning.formats import parse
from app.planning.why.filed import explain_file
from app.records.answer import utc_now
from app.records.message import Language

WORDS = read_catalogue("UTC")
INSTANCE = json.dumps({"machines": 2, "jobs": [[[[0, 3]]], [[[0, 4]]]], "due": [3, 7], "weight": [1, 1]})
LATE = {"assignments": [{"job": 1, "operation": 0, "machine": 0, "start": 0, "end": 4},
                        {"job": 0, "operation": 0, "machine": 0, "start": 4, "end": 7}]}  # fmt: skip


def english(say):
    return WORDS.render(say, Language.EN, utc_now())


def explained(problem, plan, solve, **how):
    return explain_file(problem, json.dumps(plan), english, solve, **how)


def test_the_chain_the_causes_and_the_change(solve_exactly):
    code, document, sentence = explained(INSTANCE, LATE, solve_exactly)
    assert code == 0
    (late,) = document["late"]
    assert (late["job"], late["due"], late["finish"], late["late"], late["alone"]) == (0, 3, 7, 4, 3)
    assert late["causes"] == document["causes"] == {"queue": 4, "work": 3}
    assert late["chain"][0] == {
        "cause": "queue", "start": 0, "end": 4, "job": 1, "operation": 0, "machine": 0, "thing": None,
    }  # fmt: skip
    assert late["changes"][0]["kind"] == "Replan"
    assert "0 is 4 units late: it waits 4 units for 1 on" in sentence
    assert "On time if the plan is made anew" in sentence
    assert "     queue  4 units" in sentence
    json.dumps(document)


def test_without_time_nothing_is_tried(solve_exactly):
    outcome = explained(INSTANCE, LATE, lambda _, __: pytest.fail("asked"), limit_s=0.0)
    assert outcome.document["late"][0]["changes"] == []
    assert "On time" not in outcome.sentence
    assert "no single change" not in outcome.sentence


def test_one_order_late_or_not(solve_exactly):
    late = explained(INSTANCE, LATE, solve_exactly, job=0)
    assert [row["job"] for row in late.document["late"]] == [0]
    fine = explained(INSTANCE, LATE, solve_exactly, job=1)
    assert fine.document["late"] == []
    assert fine.document["promise"]["finish"] == 4
    assert fine.sentence.startswith("1 can be promised for time 4, 3 units before it is due.")
    assert explained(INSTANCE, LATE, solve_exactly, job=2).sentence == "there is no job 2; the last is 1"


def test_a_plan_in_which_nothing_is_late(solve_exactly):
    plan = {"assignments": [{"job": 0, "operation": 0, "machine": 0, "start": 0, "end": 3},
                            {"job": 1, "operation": 0, "machine": 0, "start": 3, "end": 7}]}  # fmt: skip
    outcome = explained(INSTANCE, plan, solve_exactly)
    assert (outcome.code, outcome.document["late"], outcome.sentence) == (
        0,
        [],
        "No order in the plan is late.",
    )


@pytest.mark.parametrize(
    ("problem", "plan", "said"),
    [
        ("{", "{}", "problem: not JSON"),
        (INSTANCE, "{", "plan: not JSON"),
        (INSTANCE, "{}", "not legal (missing)"),
    ],
)
def test_what_cannot_be_explained_is_said(problem, plan, said):
    outcome = explain_file(problem, plan, english, lambda _, __: pytest.fail("asked"))
    assert (outcome.code, outcome.document) == (1, None)
    assert said in outcome.sentence


OWN_FORM = json.dumps(
    {"objective": "total_weighted_tardiness", "unit_s": 3600, "resources": [{"name": "P-1"}],
     "jobs": [{"name": "SO-1", "tasks": [{"modes": [[0, 3]]}], "due": 3},
              {"name": "SO-2", "tasks": [{"modes": [[0, 4]]}], "due": 4}]}
)  # fmt: skip


@pytest.mark.parametrize("file", ["plant/plant_60_1.json", "jsp_weighted_tardiness/la17-f1.3.json", ""])
@pytest.mark.parametrize("language", list(Language))
def test_every_form_of_file_in_every_language(data, file, language):
    text = (data / file).read_text(encoding="utf-8") if file else OWN_FORM
    plan = json.dumps(dump(dispatch(parse(text).problem, (EDD,))))
    outcome = explain_file(
        text, plan, lambda say: WORDS.render(say, language, utc_now()), dispatch_alone, limit_s=0.0
    )
    assert outcome.code == 0
    rows = outcome.document["late"]
    assert rows
    assert all(sum(row["causes"].values()) == row["finish"] for row in rows)
    assert all(row["sentence"] in outcome.sentence for row in rows)


def dispatch_alone(problem, _limit_s):
    return dispatch(problem, (EDD,))


def test_text_form_has_no_dates_and_so_nothing_late(solve_exactly):
    text = "2 2\n1 1 1 3\n1 1 1 4\n"
    plan = dump(dispatch(parse(text).problem))
    assert explained(text, plan, solve_exactly).sentence == "No order in the plan is late."


def test_the_verb(tmp_path):
    (tmp_path / "problem.json").write_text(INSTANCE, encoding="utf-8")
    (tmp_path / "plan.json").write_text(json.dumps(LATE), encoding="utf-8")
    files = [str(tmp_path / "problem.json"), str(tmp_path / "plan.json")]
    run = CliRunner().invoke(
        verbs, ["plan", "explain", *files, "--json", "--limit", "3"], standalone_mode=False
    )
    document = json.loads(run.output)
    assert (run.return_value, document["late"][0]["changes"][0]["kind"]) == (0, "Replan")
    run = CliRunner().invoke(
        verbs,
        ["plan", "explain", *files, "--limit", "0", "--language", "yue", "--job", "0"],
        standalone_mode=False,
    )
    assert "0 遲 4 個單位" in run.output
    run = CliRunner().invoke(verbs, ["plan", "explain", *files, "--job", "9"], standalone_mode=False)
    assert run.return_value == 1
