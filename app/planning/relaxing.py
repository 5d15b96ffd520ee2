"""Fixed operations that the new facts have made impossible are let go, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.planning.shop import Shop, open_shop
from app.records.scheduling import Fixed, Problem

Reason = Literal["machine", "closed", "route", "busy"]


@dataclass(frozen=True, slots=True)
class Released:
    """A fixed operation that can no longer be done where it was fixed, by indices, and why.

    `reason`: "machine" cannot do it; "closed": the machine is closed or stopped then; "route": the
    operation before it is not ready; "busy": the machine is taken.
    """

    job: int
    task: int
    machine: int
    reason: Reason


def relax(problem: Problem) -> tuple[Problem, tuple[Released, ...]]:
    """The problem without fixed operations that became impossible, which count as planned there.

    Of two that overlap on a machine the earlier stays fixed. The same problem when all can stay.
    """
    shop = open_shop(replace(problem, fixed=()))
    stay: dict[int, Fixed] = {}
    taken: dict[int, int] = {}
    released: list[Released] = []
    for fixed in sorted(problem.fixed, key=lambda f: (f.start, f.job, f.task)):
        reason = _why_not(shop, fixed, stay, taken.get(fixed.machine, 0))
        if reason is None:
            stay[shop.number(fixed.job, fixed.task)] = fixed
            taken[fixed.machine] = max(fixed.end, taken.get(fixed.machine, 0))
        else:
            released.append(Released(fixed.job, fixed.task, fixed.machine, reason))
    return (_without(problem, released), tuple(released)) if released else (problem, ())


def _without(problem: Problem, released: list[Released]) -> Problem:
    gone = {(each.job, each.task) for each in released}
    stay = tuple(f for f in problem.fixed if (f.job, f.task) not in gone)
    freed = tuple(f for f in problem.fixed if (f.job, f.task) in gone)
    known = tuple(f for f in problem.current if (f.job, f.task) not in gone)
    return replace(problem, fixed=stay, current=(*known, *freed))


def _why_not(shop: Shop, fixed: Fixed, stay: Mapping[int, Fixed], taken: int) -> Reason | None:
    """Where a machine takes several at once, only eligibility and the route are looked at."""
    number = shop.number(fixed.job, fixed.task)
    work = dict(shop.steps[number].modes).get(fixed.machine)
    before = stay.get(number - 1) if fixed.task else None
    alone = shop.problem.resources[fixed.machine].batch == 1
    if work is None:
        return "machine"
    if alone and shop.hours_of(number, fixed.machine).place(fixed.start, work) != (fixed.start, fixed.end):
        return "closed"
    if before and fixed.start < before.end + shop.transfer(before.machine, fixed.machine):
        return "route"
    return "busy" if alone and fixed.start < taken else None
