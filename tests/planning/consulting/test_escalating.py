"""What makes a wish complex, decided by facts of the question alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.planning.asked import Question
from app.planning.consulting.escalating import complexity, touched
from app.records import wish as wishes
from app.records.plant import Operation, OperationState, Order
from app.records.scheduling import Job, Problem, Resource, Task
from app.records.verdict import Wish

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SLOT = timedelta(minutes=5)


def order(number: str, facility: str) -> Order:
    step = Operation(0, "grinder", 60, 0.0, OperationState.WAITING, None, None, None)
    return Order(number, "x", "KN-1", 10, facility, NOW, NOW + timedelta(days=1), 1, False, (step,))


def question(*wished, unread: bool = False, dues=(100, 100), works=(60, 60)) -> Question:
    """Eight orders, odd ones at B; all can use machine 0, orders of A machine 1 as well."""
    jobs = tuple(
        Job(
            f"SO-{n}",
            (Task(((0, works[n % 2]), *(((1, 40),) if n % 2 == 0 else ())), family=n % 2),),
            due=dues[n % 2],
        )
        for n in range(8)
    )
    orders = tuple(order(f"SO-{n}", "AB"[n % 2]) for n in range(8))
    problem = Problem("x", "total_weighted_tardiness", (Resource("G1"), Resource("G2")), jobs, unit_s=300)
    return Question(
        problem, NOW, NOW, SLOT, orders, tuple((0,) for _ in jobs), ("G1", "G2"),
        Wish("words", wishes=wished, unread=unread), families=("forged", "stamped"),
    )  # fmt: skip


def test_words_that_cannot_be_read_are_complex_whatever_else_is_known():
    assert complexity(question(unread=True), 6) == "unread"


@pytest.mark.parametrize(
    "wished",
    [
        (),
        (wishes.Expedite("SO-0"),),
        (wishes.Swap("SO-0", "SO-2"), wishes.Postpone("SO-4", NOW)),
        (wishes.CapOvertime(0),),
    ],
)
def test_common_wishes_are_plain(wished):
    assert complexity(question(*wished), 6) == "plain"


def test_orders_are_counted_once_each_and_by_family_too():
    seven = wishes.Freeze(orders=tuple(f"SO-{n}" for n in range(7)))
    assert complexity(question(seven), 6) == "many_orders"
    assert complexity(question(seven, dues=(9999, 9999)), 7) == "plain"
    family = question(wishes.Prefer("A", family="forged"))
    assert [family.orders[job].number for job in touched(family)] == ["SO-0", "SO-2", "SO-4", "SO-6"]
    assert complexity(family, 3) == "many_orders"
    assert complexity(family, 4) == "plain"
    inside = question(wishes.WhatIf((seven,)))
    assert complexity(inside, 6) == "many_orders"


def test_two_sites_compete_only_where_one_machine_cannot_serve_both_in_time():
    both = wishes.Before("SO-0", "SO-1")
    assert complexity(question(both), 6) == "two_sites"
    assert complexity(question(both, dues=(100, 120)), 6) == "plain", "one after the other is in time"
    assert complexity(question(both, dues=(None, 100)), 6) == "plain", "no date, no conflict"
    assert complexity(question(wishes.Before("SO-0", "SO-2")), 6) == "plain", "one site"
    apart = question(both)
    jobs = (replace(apart.problem.jobs[0], tasks=(Task(((1, 60),)),)), *apart.problem.jobs[1:])
    assert complexity(replace(apart, problem=replace(apart.problem, jobs=jobs)), 6) == "plain", (
        "no machine shared"
    )
