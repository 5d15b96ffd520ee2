"""A solver for shops of a few operations that tries everything and knows every constraint."""

from collections.abc import Iterator
from itertools import permutations, product

import pytest

from app.planning.check import check, objective
from app.planning.hours import Hours
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Problem, Schedule, Slot

HORIZON = 120


def exact(problem: Problem, _limit_s: float = 0.0) -> Schedule:
    """The best of the schedules that any sequence gives with each operation as early as it can be."""
    shop, best = open_shop(problem), None
    for order in _orders(shop):
        for machines in product(*(problem.jobs[s.job].tasks[s.task].modes for s in shop.steps)):
            slots = _placed(problem, shop, order, machines)
            if slots is None or check(problem, slots):
                continue
            cost = (objective(problem, slots), sum(s.end for s in slots))
            if best is None or cost < best[0]:
                best = (cost, slots)
    if best is None:
        return Schedule("none", 0, (), "exact")
    return Schedule("optimal", best[0][0], tuple(best[1]), "exact")


def _orders(shop: Shop) -> Iterator[tuple[int, ...]]:
    for order in permutations(range(len(shop.steps))):
        at = {n: k for k, n in enumerate(order)}
        in_job = all(at[s.number - 1] < at[s.number] for s in shop.steps if s.task)
        told = all(at[shop.number(b.job, b.task)] < at[shop.number(b.then_job, b.then_task)]
                   for b in shop.problem.before)  # fmt: skip
        if in_job and told:
            yield order


def _placed(problem: Problem, shop: Shop, order, machines) -> list[Slot] | None:
    placed: dict[int, Slot] = {n: shop.slot(n, f.machine, f.start, f.end) for n, f in shop.fixed.items()}
    for n in order:
        if n in placed:
            continue
        slot = _earliest(problem, shop, n, machines[n], placed)
        if slot is None:
            return None
        placed[n] = slot
    return [placed[n] for n in sorted(placed)]


def _earliest(problem, shop, n, mode, placed) -> Slot | None:
    machine, work = mode
    step, resource = shop.steps[n], problem.resources[machine]
    task = problem.jobs[step.job].tasks[step.task]
    hours = Hours(resource.closed, interruptible=resource.interruptible and task.interruptible)
    ready = max(shop.released(n), resource.busy_until)
    if step.task:
        ready = max(ready, placed[n - 1].end + shop.transfer(placed[n - 1].machine, machine))
    for rule in problem.before:
        if shop.number(rule.then_job, rule.then_task) == n:
            ready = max(ready, placed[shop.number(rule.job, rule.task)].end)
    for time in range(ready, HORIZON):
        start, end = hours.place(time, work)
        if start == time and _fits(problem, shop, n, shop.slot(n, machine, start, end), placed):
            return shop.slot(n, machine, start, end)
    return None


def _fits(problem, shop, n, slot, placed) -> bool:
    lane = {k: s for k, s in placed.items() if s.machine == slot.machine}
    for k, other in lane.items():
        after = slot.start >= other.end + shop.setup(slot.machine, k, n)
        if not after and other.start < slot.end + shop.setup(slot.machine, n, k):
            return False
    if not lane and slot.start < shop.ready_for(slot.machine, n):
        return False
    return _enough(problem, [*placed.values(), slot]) and _people(problem, [*placed.values(), slot])


def _enough(problem, slots) -> bool:
    for m, stuff in enumerate(problem.materials):
        uses = [(s.start, q) for s in slots for k, q in problem.jobs[s.job].tasks[s.task].needs if k == m]
        for time, _ in uses:
            come = stuff.stock + sum(q for at, q in stuff.receipts if at <= time)
            if sum(q for at, q in uses if at <= time) > come:
                return False
    return True


def _people(problem, slots) -> bool:
    for c, crew in enumerate(problem.crews):
        works = [s for s in slots if problem.resources[s.machine].crew == c]
        for time in range(max((s.end for s in works), default=0)):
            level = [count for at, count in crew.levels if at <= time][-1]
            at_work = sum(
                s.start <= time < s.end
                and not any(a <= time < b for a, b in problem.resources[s.machine].closed)
                for s in works
            )
            if at_work > level:
                return False
    return True


@pytest.fixture(scope="session")
def solve_exactly():
    return exact
