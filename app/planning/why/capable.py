"""Whether one more order could be done by a date while the others keep theirs; found by solving."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.planning.check import check, objective
from app.planning.why.alone import alone
from app.planning.why.freeing import kept_dates, posed_anew
from app.planning.why.promise import Promise, promise_of
from app.planning.why.scene import Scene
from app.planning.why.trials import Search, legal, nothing_late
from app.records.scheduling import Problem, Slot

_KEPT = 1_000
"""How much more a unit of another order's lateness weighs than one of the new order's time."""


@dataclass(frozen=True, slots=True)
class Capable:
    """What can be said of one more order, the problem's last job.

    `finish` is the earliest end found with which no other order ends later than its date, or than
    without the new order where it is late already; None when no such plan was found. `moved` is how
    many planned operations that takes elsewhere or to another time. `alone` is a time before which it
    cannot end in any case, None when nothing can do it. `slips` are (job, units) of the orders that
    would end so much later if it must be ready by `by`; None when no plan for that was found, or it
    was not looked for because it is not needed or hopeless.
    """

    by: int | None
    finish: int | None
    alone: int | None
    moved: int = 0
    slips: tuple[tuple[int, int], ...] | None = None
    promise: Promise | None = None

    @property
    def on_time(self) -> bool:
        """Whether it can be promised by the date asked for; with none asked for, at all."""
        return self.finish is not None and (self.by is None or self.finish <= self.by)


def capable(problem: Problem, by: int | None, present: Sequence[Slot] = ()) -> Search[Capable]:
    """When the problem's last job could be done, given a legal plan of all others.

    Without `present` a plan of the others is made first. Nothing is reserved: it is an answer only.
    """
    new = len(problem.jobs) - 1
    others = without_last(problem)
    least = alone(problem, new)
    if others.jobs and not present:
        made = yield posed_anew(others, kept_dates(others, {}), ())
        if made is None or not legal(others, made):
            return Capable(by, None, least)
        present = made.slots
    kept = kept_dates(others, Scene(others, present).ends) if others.jobs else {}
    found = yield _soonest(problem, kept, present, least or 0)
    answer = Capable(by, None, least)
    if found is not None and _keeps(problem, kept, present, found.slots):
        answer = _answer(problem, answer, present, found.slots)
    if answer.on_time or by is None or least is None or least > by:
        return answer
    found = yield _at_any_price(problem, kept, present, by)
    if found is None or not nothing_late(posed_anew(problem, {new: by}, present), found):
        return answer
    slips = _slips(problem, kept, found.slots)
    return replace(answer, slips=slips) if slips else _answer(problem, answer, present, found.slots)


def _answer(problem: Problem, so_far: Capable, present: Sequence[Slot], slots: Sequence[Slot]) -> Capable:
    new, scene = len(problem.jobs) - 1, Scene(problem, slots)
    moved = _moved(problem, present, slots)
    return replace(so_far, finish=scene.ends[new], moved=moved, promise=promise_of(scene, new))


def without_last(problem: Problem) -> Problem:
    """The problem without its last job."""
    last = len(problem.jobs) - 1
    return replace(
        problem,
        jobs=problem.jobs[:-1],
        fixed=tuple(f for f in problem.fixed if f.job != last),
        current=tuple(f for f in problem.current if f.job != last),
        before=tuple(b for b in problem.before if last not in {b.job, b.then_job}),
        job_setup=tuple(tuple(row[:-1] for row in matrix[:-1]) for matrix in problem.job_setup),
        task_setup=_without_tasks(problem, len(problem.jobs[-1].tasks)),
    )


def _without_tasks(problem: Problem, count: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    return tuple(tuple(row[: len(row) - count] for row in m[: len(m) - count]) for m in problem.task_setup)


def _soonest(problem: Problem, kept: dict[int, int], present: Sequence[Slot], least: int) -> Problem:
    """To be as soon as it can be, once every other date is kept."""
    new = len(problem.jobs) - 1
    asked = posed_anew(problem, {**kept, new: least}, present)
    jobs = tuple(replace(job, weight=1 if n == new else _KEPT) for n, job in enumerate(asked.jobs))
    return replace(asked, jobs=jobs)


def _keeps(problem: Problem, kept: dict[int, int], present: Sequence[Slot], slots: Sequence[Slot]) -> bool:
    """Whether a schedule is legal and every other date is kept in it."""
    asked = posed_anew(problem, kept, present)
    return not check(problem, slots) and objective(asked, slots) == 0


def _at_any_price(problem: Problem, kept: dict[int, int], present: Sequence[Slot], by: int) -> Problem:
    """To be ready by then whoever must wait, and then as few as can be."""
    new = len(problem.jobs) - 1
    asked = posed_anew(problem, {**kept, new: by}, present)
    must = replace(asked.jobs[new], weight=_KEPT * max(job.weight for job in asked.jobs))
    return replace(asked, jobs=(*asked.jobs[:-1], must))


def _slips(problem: Problem, kept: dict[int, int], slots: Sequence[Slot]) -> tuple[tuple[int, int], ...]:
    """Who ends later than it must, and by how much, the most first."""
    ends = Scene(problem, slots).ends
    late = ((head, ends[head] - due) for head, due in kept.items())
    return tuple(sorted((pair for pair in late if pair[1] > 0), key=lambda pair: -pair[1]))


def _moved(problem: Problem, present: Sequence[Slot], slots: Sequence[Slot]) -> int:
    """Planned operations with another machine, or a start that differs by more than counts as moved."""
    after = {(s.job, s.task): s for s in slots}
    pairs = [(s, after[s.job, s.task]) for s in present]
    return sum(a.machine != b.machine or abs(a.start - b.start) > problem.tolerance for a, b in pairs)
