"""Which operations to let go of, so that planning them anew may help."""

from collections.abc import Iterator, Mapping
from random import Random

from app.planning.shop import Shop
from app.records.scheduling import Slot


def choose(shop: Shop, slots: Mapping[int, Slot], size: int, chance: Random) -> set[int]:
    """About `size` operations that are not fixed, around a job that costs something now."""
    job = _costly(shop, slots, chance)
    numbers = [n for n in range(shop.first[job], shop.first[job + 1]) if n not in shop.fixed]
    if not numbers:
        return set()
    pick = chance.random()
    if pick < 0.4:
        return _around_jobs(shop, slots, job, size, chance)
    if pick < 0.8:
        return _around_time(shop, slots, chance.choice(numbers), size)
    return _any_time(shop, slots, chance.choice(numbers), size)


def _costly(shop: Shop, slots: Mapping[int, Slot], chance: Random) -> int:
    """A job, more likely one that costs more; any job one time in ten."""
    jobs = range(len(shop.problem.jobs))
    costs = [_cost(shop, slots, j) for j in jobs]
    if sum(costs) == 0 or chance.random() < 0.1:
        return chance.choice(jobs)
    return chance.choices(jobs, costs)[0]


def _cost(shop: Shop, slots: Mapping[int, Slot], job: int) -> int:
    end, due = slots[shop.first[job + 1] - 1].end, shop.problem.jobs[job].due
    if shop.problem.objective == "makespan":
        return int(end * 50 >= 49 * max(slot.end for slot in slots.values()))
    return 0 if due is None else shop.problem.jobs[job].weight * max(0, end - due)


def _around_jobs(shop: Shop, slots: Mapping[int, Slot], job: int, size: int, chance: Random) -> set[int]:
    """The whole job and whole jobs that meet it on its machines."""
    free, jobs = set[int](), [job]
    while jobs and len(free) < size:
        taken = jobs.pop(chance.randrange(len(jobs)))
        mine = {n for n in range(shop.first[taken], shop.first[taken + 1]) if n not in shop.fixed}
        free |= mine
        if not jobs:
            near = {m for n in mine for m in _meets(shop, slots, n)} - free
            jobs = sorted({shop.steps[m].job for m in near})
            chance.shuffle(jobs)
            jobs = jobs[:8]
    return free


def _meets(shop: Shop, slots: Mapping[int, Slot], number: int) -> Iterator[int]:
    """Operations that run around its time on machines that it could use."""
    slot, machines = slots[number], {m for m, _ in shop.steps[number].modes}
    reach = max(1, slot.end - slot.start)
    for other, place in slots.items():
        near = place.start <= slot.end and place.end >= slot.start - reach
        if near and place.machine in machines and other not in shop.fixed:
            yield other


def _around_time(shop: Shop, slots: Mapping[int, Slot], number: int, size: int) -> set[int]:
    """What runs nearest in time on the machines that the job could use, and the job itself."""
    job = shop.steps[number].job
    mine = range(shop.first[job], shop.first[job + 1])
    machines = {m for n in mine for m, _ in shop.steps[n].modes}
    return _nearest(shop, slots, number, size, machines) | {n for n in mine if n not in shop.fixed}


def _any_time(shop: Shop, slots: Mapping[int, Slot], number: int, size: int) -> set[int]:
    """What runs nearest in time, anywhere."""
    return _nearest(shop, slots, number, size, set(range(len(shop.problem.resources))))


def _nearest(shop: Shop, slots: Mapping[int, Slot], number: int, size: int, machines: set[int]) -> set[int]:
    at = slots[number].start
    others = [n for n, slot in slots.items() if slot.machine in machines and n not in shop.fixed]
    others.sort(key=lambda n: (abs(slots[n].start - at), n))
    return set(others[:size])
