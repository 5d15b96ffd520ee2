"""Plans as a model would propose them: a list schedule over the question."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from app.doubles.cloud.asked import Job, Question, Span, Step
from app.doubles.cloud.bending import Bent

Place = list[Any]
"""Order, lot, position, machine, minute of its start."""


def schedule(question: Question, bent: Bent, *, late_by: int = 0) -> list[Place]:
    """Every operation once: what is fixed where it is, the rest job by job in the earliest gap.

    Work begins in open time; blocked time cuts it, and it goes on afterwards. Wished orders go first,
    then the earliest due. `late_by` puts off everything that is not fixed by so many minutes.
    """
    busy: dict[str, list[Span]] = defaultdict(list)
    for job in question.jobs:
        for step in job.steps:
            if step.present and _stays(bent, job, step):
                busy[step.present[0]].append(Span(step.present[1], step.present[2]))
    ends: dict[str, int] = {}
    places: list[Place] = []
    for job in _in_order(question, bent):
        ready = max(job.earliest, bent.earliest.get(job.order, 0), late_by)
        ready = max([ready, *(ends.get(one, 0) for one, then in bent.after if then == job.order)])
        for step in job.steps:
            place, ready = _place(question, bent, job, step, ready, busy)
            places.append(place)
        ends[job.order] = max(ends.get(job.order, 0), ready)
    return places


def _stays(bent: Bent, job: Job, step: Step) -> bool:
    kept = job.order in bent.kept or (step.present is not None and step.present[1] < bent.kept_until)
    return step.present is not None and (step.fixed or kept)


def _in_order(question: Question, bent: Bent) -> list[Job]:
    jobs = sorted(question.jobs, key=lambda job: (job.order not in bent.first, job.due, job.order, job.lot))
    for one, then in bent.after:
        waiting = [job for job in jobs if job.order == then]
        rest = [job for job in jobs if job.order != then]
        last = max((n for n, job in enumerate(rest) if job.order == one), default=-1)
        jobs = [*rest[: last + 1], *waiting, *rest[last + 1 :]] if last >= 0 else jobs
    return jobs


def _place(
    question: Question, bent: Bent, job: Job, step: Step, ready: int, busy: dict[str, list[Span]]
) -> tuple[Place, int]:
    """The operation's place, and when the next of its job may begin."""
    if step.present and _stays(bent, job, step):
        machine, start, end = step.present
        return [job.order, job.lot, step.position, machine, start], max(ready, end)
    found = []
    for machine, minutes in _allowed(bent, job, step):
        closed = sorted([*question.blocked.get(machine, ()), *_shut(bent, job, machine)], key=_begin)
        start, end = _gap(busy[machine], closed, ready, minutes)
        found.append((end, machine, start))
    end, machine, start = min(found)
    busy[machine].append(Span(start, end))
    return [job.order, job.lot, step.position, machine, start], end


def _allowed(bent: Bent, job: Job, step: Step) -> Sequence[tuple[str, int]]:
    open_to = [each for each in step.options if (job.order, each[0]) not in bent.off]
    wished = [each for each in open_to if each[0] in bent.only.get(job.order, ())]
    return wished or open_to or step.options


def _shut(bent: Bent, job: Job, machine: str) -> list[Span]:
    return [span for order, on, span in bent.shut if order in (None, job.order) and on in (None, machine)]


def _gap(busy: list[Span], closed: list[Span], ready: int, minutes: int) -> tuple[int, int]:
    """From when to when the work would run, at the earliest from `ready` on, with nothing else there."""
    start = ready
    while True:
        start, end = _through(closed, start, minutes)
        others = [span.end for span in busy if span.start < end and start < span.end]
        if not others:
            return start, end
        start = max(others)


def _through(closed: list[Span], start: int, minutes: int) -> tuple[int, int]:
    """The first open minute from `start` on, and when so many open minutes have passed since."""
    now, left, begun = start, minutes, False
    for span in closed:
        if span.end <= now:
            continue
        if span.start > now:
            begun = True
            if span.start - now >= left:
                break
            left -= span.start - now
        now = span.end
        start = start if begun else now
    return start, now + left


def _begin(span: Span) -> int:
    return span.start
