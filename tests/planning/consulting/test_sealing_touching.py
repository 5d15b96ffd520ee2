"""Which orders go along with a wish."""

from collections import defaultdict

import pytest

from app.planning.consulting.touching import OTHERS_MAX, touched


@pytest.fixture
def shown(question):
    """The orders shown for what is named, by kind."""

    def look(**named):
        sets = defaultdict(frozenset, {kind: frozenset(codes) for kind, codes in named.items()})
        found = touched(question, sets)
        used = {m for n in found.jobs for task in question.problem.jobs[n].tasks for m, _ in task.modes}
        assert set(found.machines) == used
        return [question.orders[n].number for n in found.jobs]

    return look


def test_named_orders_go_and_the_nearest_that_share_a_machine_with_them_up_to_the_bound(shown, question):
    due = {order.number: order.due for order in question.orders}
    orders = shown(order={"SO-1042"})
    assert "SO-1042" in orders
    assert len(orders) == OTHERS_MAX + 1
    far = max(abs(due[each] - due["SO-1042"]) for each in orders)
    assert sum(abs(each - due["SO-1042"]) < far for each in due.values()) <= len(orders)


def test_every_named_order_goes_however_many(shown, question):
    every = {order.number for order in question.orders}
    assert set(shown(order=every)) == every


def test_orders_that_a_named_thing_concerns_come_before_near_ones(shown, question):
    theirs = {order.number for order in question.orders if order.customer == "Peak Retail"}
    assert theirs <= set(shown(order={"SO-1031"}, customer={"Peak Retail"}))
    lasers = {
        question.orders[n].number
        for n, job in enumerate(question.problem.jobs)
        if any(question.machines[m].startswith("LS") for task in job.tasks for m, _ in task.modes)
    }
    for named in (
        {"machine": {"LS-01"}},
        {"crew": {"laser C"}},
        {"crew": {"laser"}},
        {"person": {"yip.ho-yin"}},
    ):
        assert lasers
        assert set(shown(**named)) == lasers


def test_where_nothing_is_named_those_due_first_go(shown, question):
    dues = sorted(order.due for order in question.orders)
    orders = shown()
    assert len(orders) == OTHERS_MAX
    assert max(o.due for o in question.orders if o.number in orders) == dues[OTHERS_MAX - 1]
