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

    Wished orders go first, then the earliest due. `late_by` puts off everything that is not fixed by
    so many minutes.
    """
    busy: dict[str, list[Span]] = defaultdict(list)
    for machine, spans in question.blocked.items():
        busy[machine].extend(spans)
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
            place, ready = _place(bent, job, step, ready, busy)
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


def _place(bent: Bent, job: Job, step: Step, ready: int, busy: dict[str, list[Span]]) -> tuple[Place, int]:
    """The operation's place, and when the next of its job may begin."""
    if step.present and _stays(bent, job, step):
        machine, start, end = step.present
        return [job.order, job.lot, step.position, machine, start], max(ready, end)
    found = []
    for machine, minutes in _allowed(bent, job, step):
        start = _gap([*busy[machine], *_shut(bent, job, machine)], ready, minutes)
        found.append((start + minutes, machine, start))
    end, machine, start = min(found)
    busy[machine].append(Span(start, end))
    return [job.order, job.lot, step.position, machine, start], end


def _allowed(bent: Bent, job: Job, step: Step) -> Sequence[tuple[str, int]]:
    open_to = [each for each in step.options if (job.order, each[0]) not in bent.off]
    wished = [each for each in open_to if each[0] in bent.only.get(job.order, ())]
    return wished or open_to or step.options


def _shut(bent: Bent, job: Job, machine: str) -> list[Span]:
    return [span for order, on, span in bent.shut if order in (None, job.order) and on in (None, machine)]


def _gap(busy: list[Span], ready: int, minutes: int) -> int:
    """The earliest start from `ready` on with `minutes` free."""
    start = ready
    for span in sorted(busy, key=lambda span: span.start):
        if span.end > start and span.start < start + minutes:
            start = span.end
    return start
