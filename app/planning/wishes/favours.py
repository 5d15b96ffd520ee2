"""The wish that work is done at one facility rather than at another."""

from dataclasses import replace

from app.planning.asked import Question
from app.planning.wishes.places import fixed_of, no, only_where, with_jobs, with_tasks
from app.records.answer import Say
from app.records.scheduling import Task
from app.records.wish import Prefer


def prefer(question: Question, wish: Prefer) -> Question | Say:
    """The facility is home to the orders; where `only` is wished, what can be done there is done there."""
    if wish.facility not in question.facilities:
        return no("none_there", facility=wish.facility)
    place, jobs = question.facilities.index(wish.facility), _jobs(question, wish)
    there = frozenset(n for n, r in enumerate(question.problem.resources) if r.facility == place)
    free = {job: _free(question, job, there) for job in jobs}
    if not any(free.values()):
        return no("none_there", facility=wish.facility)
    for job in jobs:
        question = with_jobs(question, {job: replace(question.problem.jobs[job], home=place)})
        question = with_tasks(question, job, lambda _, task: _there_first(task, there))
        if wish.only:
            question = with_tasks(question, job, only_where(there.__contains__, free[job]))
    weights = question.problem.weights
    weights = replace(weights, away=max(1, weights.away))
    return replace(question, problem=replace(question.problem, weights=weights))


def _jobs(question: Question, wish: Prefer) -> tuple[int, ...]:
    if wish.order:
        return tuple(n for n, order in enumerate(question.orders) if order.number == wish.order)
    family = question.families.index(wish.family) if wish.family in question.families else None
    jobs = enumerate(question.problem.jobs)
    return tuple(n for n, job in jobs if family is not None and any(t.family == family for t in job.tasks))


def _free(question: Question, job: int, there: frozenset[int]) -> tuple[int, ...]:
    """The operations that machines there can do and that have no fixed place."""
    fixed, tasks = fixed_of(question), question.problem.jobs[job].tasks
    return tuple(
        k for k, task in enumerate(tasks) if (job, k) not in fixed and there & {m for m, _ in task.modes}
    )


def _there_first(task: Task, there: frozenset[int]) -> Task:
    return replace(task, modes=tuple(sorted(task.modes, key=lambda mode: mode[0] not in there)))
