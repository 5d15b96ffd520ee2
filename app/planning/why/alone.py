"""When a job could end with the whole shop to itself."""

from collections.abc import Iterable

from app.planning.hours import Hours, merged
from app.planning.shop import Shop, open_shop
from app.records.scheduling import Crew, Material, Problem


def alone(problem: Problem, job: int) -> int | None:
    """A time before which a job cannot end even if no other job were there; None where it has no way.

    It waits for its release, its material and open hours, and travels between facilities; fixed
    operations stay; crews count only where nobody is there at all.
    """
    shop = open_shop(problem)
    places = sorted({shop.facility[m] for task in problem.jobs[job].tasks for m, _ in task.modes})
    groups: list[set[int]] = [set(places)]
    if problem.jobs[job].one_facility:
        groups = [{place} for place in places]
    ends = (_least_end(shop, job, group) for group in groups)
    return min((end for end in ends if end is not None), default=None)


def _least_end(shop: Shop, job: int, places: set[int]) -> int | None:
    """The earliest end within some facilities: by task and machine, each as early as any way there."""
    reached: dict[int, int] = {}
    used: dict[int, int] = {}
    for task in range(len(shop.problem.jobs[job].tasks)):
        number = shop.number(job, task)
        ready = max(shop.released(number), _material(shop, job, task, used))
        reached = dict(_ends(shop, number, ready, reached, places))
        if not reached:
            return None
    return min(reached.values(), default=None)


def _ends(
    shop: Shop, number: int, ready: int, before: dict[int, int], places: set[int]
) -> Iterable[tuple[int, int]]:
    if number in shop.fixed:
        yield shop.fixed[number].machine, shop.fixed[number].end
        return
    for machine, work in shop.steps[number].modes:
        if shop.facility[machine] in places:
            come = min((end + shop.transfer(m, machine) for m, end in before.items()), default=0)
            start = max(ready, come, shop.problem.resources[machine].busy_until)
            yield machine, _hours(shop, number, machine).place(start, work)[1]


def _hours(shop: Shop, number: int, machine: int) -> Hours:
    """Open hours in which there is anybody at all."""
    step, resource = shop.steps[number], shop.problem.resources[machine]
    task = shop.problem.jobs[step.job].tasks[step.task]
    closed = list(resource.closed)
    if resource.crew is not None:
        closed += _nobody(shop.problem.crews[resource.crew])
    return Hours(merged(closed), interruptible=resource.interruptible and task.interruptible)


def _nobody(crew: Crew) -> list[tuple[int, int]]:
    """When a crew has nobody; after the last level it stays as it is, which is no window."""
    ends = [time for time, _ in crew.levels[1:]]
    return [(low, high) for (low, level), high in zip(crew.levels, ends, strict=False) if level == 0]


def _material(shop: Shop, job: int, task: int, used: dict[int, int]) -> int:
    """When enough has come for what the job has used so far and uses now."""
    at = 0
    for material, quantity in shop.problem.jobs[job].tasks[task].needs:
        used[material] = used.get(material, 0) + quantity
        at = max(at, _come(shop.problem.materials[material], used[material]))
    return at


def _come(material: Material, quantity: int) -> int:
    have = material.stock
    if have >= quantity:
        return 0
    for time, more in sorted(material.receipts):
        have += more
        if have >= quantity:
            return time
    return max((time for time, _ in material.receipts), default=0)
