"""Whether a schedule wish is too complex for this house: facts decide, never a model."""

from itertools import combinations
from typing import Literal

from app.planning.asked import Question
from app.records.wish import Prefer, plain

Complexity = Literal["plain", "unread", "many_orders", "two_sites"]


def complexity(question: Question, orders_over: int) -> Complexity:
    """Why a wish is complex: its words could not be read, it touches many orders, or sites that compete.

    Two sites compete over a wish where it names an order of each, both can use one machine, and
    their work on such machines, one after the other, ends after both are due.
    """
    if question.wish.unread:
        return "unread"
    jobs = touched(question)
    if len({question.orders[job].number for job in jobs}) > orders_over:
        return "many_orders"
    if any(_compete(question, one, other) for one, other in combinations(jobs, 2)):
        return "two_sites"
    return "plain"


def touched(question: Question) -> tuple[int, ...]:
    """The jobs that the wishes name, by themselves or by their family."""
    named: set[str] = set()
    families: set[int] = set()
    for wish in plain(question.wish.wishes):
        codes = (getattr(wish, name, None) for name in ("order", "then", "other"))
        named.update(code for code in (*codes, *getattr(wish, "orders", ())) if code)
        if isinstance(wish, Prefer) and wish.family in question.families:
            families.add(question.families.index(wish.family))
    return tuple(
        job
        for job, order in enumerate(question.orders)
        if order.number in named or any(t.family in families for t in question.problem.jobs[job].tasks)
    )


def _compete(question: Question, one: int, other: int) -> bool:
    if question.orders[one].facility == question.orders[other].facility:
        return False
    dues = (question.problem.jobs[one].due, question.problem.jobs[other].due)
    shared = _machines(question, one) & _machines(question, other)
    work = sum(_work(question, job, shared) for job in (one, other))
    return bool(shared) and None not in dues and work > max(due for due in dues if due is not None)


def _machines(question: Question, job: int) -> set[int]:
    return {machine for task in question.problem.jobs[job].tasks for machine, _ in task.modes}


def _work(question: Question, job: int, shared: set[int]) -> int:
    """The least time that a job needs on these machines."""
    tasks = question.problem.jobs[job].tasks
    return sum(
        min(time for machine, time in task.modes if machine in shared)
        for task in tasks
        if any(machine in shared for machine, _ in task.modes)
    )
