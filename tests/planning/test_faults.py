"""What can never be planned is told in a sentence that names the culprit."""

from dataclasses import replace

import pytest
from hypothesis import given

from app.planning.dispatch import EDD, dispatch
from app.planning.faults import MANY_OPERATIONS, MOST_OPERATIONS, faults, notes
from app.records.scheduling import (
    Before,
    Crew,
    Fixed,
    Job,
    Material,
    Problem,
    Resource,
    Task,
)
from tests.planning.problems import problems, trials

ONE = Task(((0, 4), (1, 4)))


def shop(**changes) -> Problem:
    fields = {
        "name": "t",
        "objective": "total_weighted_tardiness",
        "resources": (Resource("A", 0, "cut", crew=0), Resource("B", 1, "cut", crew=0, batch=2)),
        "jobs": (Job("one", (ONE, ONE), due=9), Job("two", (ONE,), due=9)),
        "crews": (Crew("welders", ((0, 1), (9, 0), (20, 1))),),
        "materials": (Material("steel", 3, ((5, 2),)),),
    }
    return Problem(**{**fields, **changes})


def jobs(*tasks: Task, **changes) -> dict[str, object]:
    return {"jobs": (Job("one", tasks, **changes), shop().jobs[1])}


def machine(**changes) -> dict[str, object]:
    return {"resources": (replace(shop().resources[0], **changes), shop().resources[1])}


def test_a_sound_problem_has_no_fault():
    assert faults(shop()) == ()
    assert notes(shop()) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (jobs(Task(((7, 1),))), "operation 0 of job one names machine 7, which does not exist"),
        (jobs(Task(((-1, 1),))), "operation 0 of job one names machine -1, which does not exist"),
        (jobs(replace(ONE, needs=((1, 2),))), "operation 0 of job one needs material 1, which does not"),
        (jobs(ONE, replace(ONE, family=-2)), "family -2 does not exist"),
        (jobs(replace(ONE, family=1)) | {"family_setup": {"cut": ((0,),)}}, "setup on cut: the table"),
        (machine(mounted=1) | {"family_setup": {"cut": ((0,),)}}, "setup on cut: the table"),
        ({"family_setup": {"cut": ((0, 1),)}}, "setup on cut: the table"),
        ({"family_setup": {"cut": ((-1,),)}}, "setup on cut: a time is below 0"),
        ({"job_setup": (((0,),),)}, "setup by job: there are 1 tables for 2 machines"),
        ({"task_setup": (((0,),), ((0,),))}, "setup by operation: the table has no row or column for each"),
        ({"transfers": ((0,),)}, "transfers: the table has no row"),
        ({"transfer": -1}, "the problem: transfer is -1, below 0"),
        (jobs(ONE, home=4), "job one has facility 4 for its home, where there is no machine"),
        (jobs(ONE, lot_of=5), "job one is a lot of job 5, which does not exist"),
        (jobs(ONE, lot_of=1), "job one is a lot of job two, which is not the first of its lots"),
        (jobs(), "job one has no operation"),
        (jobs(Task(((0, -3),))), "operation 0 of job one: work is -3, below 0"),
        (jobs(replace(ONE, earliest=-1)), "operation 0 of job one: earliest is -1, below 0"),
        (jobs(replace(ONE, load=-1)), "operation 0 of job one: load is -1, below 0"),
        (jobs(replace(ONE, needs=((0, -1),))), "operation 0 of job one: quantity needed is -1, below 0"),
        (jobs(ONE, release=-4), "job one: release is -4, below 0"),
        (machine(crew=3), "machine A names crew 3, which does not exist"),
        (machine(batch=0), "machine A takes a load of 0"),
        (machine(busy_until=-1), "machine A: busy until is -1, below 0"),
        (machine(closed=((5, 3),)), "machine A has a window from 5 to 3"),
        ({"crews": (Crew("welders", ((0, -1),)),)}, "crew welders: number of people is -1"),
        ({"materials": (Material("steel", -1),)}, "material steel: stock is -1"),
        ({"materials": (Material("steel", 9, ((-5, 1),)),)}, "material steel: time is -5"),
        ({"fixed": (Fixed(8, 0, 0, 0, 4),)}, "a fixed operation: operation 0 of job 8 does not exist"),
        ({"fixed": (Fixed(0, 0, 9, 0, 4),)}, "operation 0 of job one is on machine 9, which does not"),
        ({"current": (Fixed(0, 0, 0, 0, 4),) * 2}, "the plan in force: operation 0 of job 0 is named twice"),
        ({"before": (Before(0, 0, 7, 0),)}, "operation 0 of job 7 does not exist"),
        (jobs(Task(())), "operation 0 of job one has no machine that could do it"),
        (jobs(Task(((1, 4),), load=3)), "is a load of 3, and no machine for it takes more than 2"),
        (jobs(Task(((0, 4),)), Task(((1, 4),)), one_facility=True), "job one must stay in one facility"),
        ({"crews": (Crew("welders", ((0, 0),)),)}, "needs welders, who are never there for as long as"),
        ({"crews": (Crew("welders", ((0, 9), (3, 0))),)}, "operation 0 of job one needs welders"),
        (jobs(*[replace(ONE, needs=((0, 3),))] * 2), "material steel: 6 are needed in all, 5 will have come"),
        ({"fixed": (Fixed(0, 0, 0, 0, 4), Fixed(1, 0, 0, 3, 7))}, "fixed operations: operation 0 of job one"),
        ({"fixed": (Fixed(0, 0, 0, 0, 3),)}, "fixed operations: operation 0 of job one works 3 on A"),
        ({"fixed": (Fixed(0, 0, 0, 6, 10),)}, "fixed operations: welders: 1 needed at 9, 0 there"),
        ({"fixed": (Fixed(0, 1, 0, 3, 7),)}, "operation 1 of job one is fixed at 3, before it can begin"),
        ({"before": (Before(0, 1, 1, 0), Before(1, 0, 0, 0))}, "jobs one, two wait for one another"),
        ({"before": (Before(0, 1, 0, 0),)}, "job one waits for itself"),
    ],
)  # fmt: skip
def test_each_fault_names_its_culprit(changes, said):
    found = faults(shop(**changes))
    assert any(said in sentence for sentence in found), found


def test_what_can_only_end_in_a_circle_is_not_planned_and_does_not_hang():
    problem = shop(before=(Before(0, 1, 1, 0), Before(1, 0, 0, 0)))
    assert dispatch(problem).status == "none"


def test_due_before_release_is_noted_and_planned():
    late = shop(**jobs(ONE, due=2, release=5))
    assert notes(late) == ("job one is due at 2, before its release at 5",)
    assert faults(late) == ()
    both = replace(late, jobs=(*late.jobs, replace(late.jobs[0], name="three")))
    assert notes(both) == ("job one is due at 2, before its release at 5, and 1 more like it",)


def test_a_large_problem_is_announced_and_one_too_large_refused():
    many = shop(jobs=tuple(Job(f"J{n}", (ONE,) * 10, due=9) for n in range(MANY_OPERATIONS // 10)))
    assert "there are 10000 operations" in notes(many)[0]
    assert faults(many) == ()
    size = MOST_OPERATIONS // 10 + 1
    more = shop(jobs=tuple(Job(f"J{n}", (ONE,) * 10, due=9) for n in range(size)))
    assert faults(more) == (f"there are {size * 10} operations; more than 50000 are not planned at once",)


@trials(60)
@given(problems())
def test_no_fault_is_found_where_there_is_a_legal_schedule(problem):
    assert dispatch(problem, (EDD,)).status == "feasible"
    assert faults(problem) == ()
