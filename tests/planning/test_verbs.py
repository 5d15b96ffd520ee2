"""`plan solve` and `plan check` on texts: exit code, document, sentence."""

import json

import pytest

from app.planning.verbs import check_file, solve_file

INSTANCE = json.dumps({"machines": 2, "jobs": [[[[0, 3], [1, 4]], [[1, 2]]], [[[0, 2]]]], "due": [4, 2]})


def test_a_file_is_solved_and_its_plan_checked():
    heard = []
    code, document, sentence = solve_file(INSTANCE, limit_s=2.0, workers=1, on_improve=heard.append)
    assert (code, document["objective"], document["status"], document["bound"]) == (0, 5, "optimal", 5)
    assert "makespan 5" in sentence
    assert heard
    code, verdict, sentence = check_file(INSTANCE, json.dumps(document))
    assert (code, verdict["legal"], verdict["objective"], sentence) == (0, True, 5, "legal, objective 5")


def test_another_objective_may_be_asked_for():
    outcome = solve_file(INSTANCE, objective="total_weighted_tardiness", limit_s=2.0, workers=1)
    assert outcome.document["objective"] == 2


def test_a_spoilt_plan_fails_with_each_constraint_named():
    document = solve_file(INSTANCE, limit_s=2.0, workers=1).document
    document["assignments"] = document["assignments"][1:]
    document["objective"] = 99
    code, verdict, sentence = check_file(INSTANCE, json.dumps(document))
    assert code == 1
    assert {v["constraint"] for v in verdict["violations"]} == {"missing", "objective"}
    assert "2 violations (missing, objective)" in sentence


@pytest.mark.parametrize(
    ("problem", "plan", "said"), [("{", "{}", "problem: not JSON"), (INSTANCE, "{", "plan: not JSON")]
)
def test_an_unreadable_file_says_which(problem, plan, said):
    outcome = check_file(problem, plan)
    assert (outcome.code, outcome.document) == (1, None)
    assert said in outcome.sentence


def test_an_unreadable_problem_is_not_solved():
    assert solve_file("{").code == 1


def test_a_problem_without_a_legal_schedule_fails_and_says_why():
    text = json.dumps({"machines": 2, "jobs": [[[[0, 3]], [[1, 2]]]], "factory": [0, 1]})
    code, document, sentence = solve_file(text, limit_s=1.0, workers=1)
    assert (code, document["status"], document["assignments"]) == (1, "none", [])
    why = "job 0 must stay in one facility, and none can do all of it"
    assert sentence == f"no legal schedule is possible: {why}"


def test_of_many_faults_the_first_are_told():
    text = json.dumps({"machines": 2, "jobs": [[[[0, 3]], [[1, 2]]]] * 8, "factory": [0, 1]})
    assert solve_file(text, limit_s=1.0, workers=1).sentence.endswith("all of it; and 3 more")


def test_a_search_that_finds_nothing_says_so():
    """No rule goes back on an operation that it put where a fixed one then cannot follow in time."""
    task = {"modes": [[0, 5]]}
    jobs = [{"name": "one", "tasks": [task, task, task], "due": 9}]
    fixed = [{"job": 0, "task": 2, "machine": 0, "start": 12, "end": 17}]
    resources = [{"name": "A", "closed": [[5, 7]], "interruptible": False}]
    problem = {"objective": "makespan", "resources": resources, "jobs": jobs, "fixed": fixed}
    assert solve_file(json.dumps(problem), limit_s=1.0, workers=1).code == 0
    problem["resources"][0]["closed"] = [[4, 7]]
    outcome = solve_file(json.dumps(problem), limit_s=1.0, workers=1)
    assert (outcome.code, outcome.document["status"]) == (1, "none")
    assert "no legal schedule was found" in outcome.sentence


def test_what_is_odd_is_noted_and_planned():
    problem = json.loads(INSTANCE) | {"release": [9, 0]}
    outcome = solve_file(json.dumps(problem), limit_s=1.0, workers=1)
    assert outcome.code == 0
    assert "(job 0 is due at 4, before its release at 9)" in outcome.sentence
