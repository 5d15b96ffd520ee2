"""The wish that an operation is done on a machine, or starts at a time."""

from datetime import datetime

from app.planning.asked import Question
from app.planning.wishes.places import (
    fixed_of,
    hours_of,
    in_the_way,
    jobs_of,
    no,
    only_where,
    running,
    stays,
    with_fixed,
    with_tasks,
)
from app.records.answer import Say
from app.records.scheduling import Fixed
from app.records.wish import Pin


def pin(question: Question, wish: Pin) -> Question | Say:
    """Only the machine's mode is left; with a time, the operation's place is fixed."""
    machine = question.machines.index(wish.machine) if wish.machine else None
    for job in jobs_of(question, wish.order):
        tasks = _meant(question, job, wish, machine)
        if not tasks and (here := _running_like(question, job, machine)) is not None:
            return stays(question, here)
        if not tasks:
            return no("cannot_do", order=wish.order, machine=wish.machine or "–")
        if machine is not None:
            places = [f for (j, k), f in fixed_of(question).items() if j == job and k in tasks]
            elsewhere = next((f for f in places if f.machine != machine), None)
            if elsewhere is not None:
                return stays(question, elsewhere)
            question = with_tasks(question, job, only_where(machine.__eq__, tasks))
    if wish.at is None:
        return question
    job = jobs_of(question, wish.order)[0]
    return _starting(question, job, _meant(question, job, wish, machine)[0], wish.at)


def _meant(question: Question, job: int, wish: Pin, machine: int | None) -> list[int]:
    """The operations that are meant; where neither number nor machine tells, the next one to begin."""
    tasks, positions = question.problem.jobs[job].tasks, question.positions[job]
    if wish.position is not None:
        named = [k for k, position in enumerate(positions) if position == wish.position]
        return [k for k in named if machine is None or machine in dict(tasks[k].modes)]
    if machine is not None:
        return [k for k, task in enumerate(tasks) if machine in dict(task.modes)]
    return [k for k in range(len(tasks)) if (job, k) not in running(question)][:1]


def _running_like(question: Question, job: int, machine: int | None) -> Fixed | None:
    """The order's operation that runs on another machine of the same type."""
    resources = question.problem.resources
    return next(
        (
            f
            for (j, k), f in fixed_of(question).items()
            if j == job
            and (j, k) in running(question)
            and machine is not None
            and resources[f.machine].type == resources[machine].type
        ),
        None,
    )


def _starting(question: Question, job: int, k: int, at: datetime) -> Question | Say:
    """The operation fixed at a time, on a machine that is free then; the one of the plan in force first."""
    start, task, order = question.floor(at), question.problem.jobs[job].tasks[k], question.orders[job].number
    there = fixed_of(question).get((job, k))
    if there is not None:
        return question if there.start == start else stays(question, there)
    if start < 0:
        return no("past", at=at)
    now = {c.machine for c in question.problem.current if (c.job, c.task) == (job, k)}
    made = []
    for machine, work in sorted(task.modes, key=lambda mode: mode[0] not in now):
        begin, end = hours_of(question, machine, task).place(start, work)
        if begin == start:
            made.append(Fixed(job, k, machine, begin, end))
    if not made:
        machines = tuple(question.machines[machine] for machine, _ in task.modes)
        return no("closed_then", order=order, machines=machines[:3], at=at)
    free = (f for f in made if not any(in_the_way(question, f.machine, [(f.start, f.end)])))
    return with_fixed(question, [next(free, made[0])])
