"""Which single changes a late order's chain suggests, the cheapest first."""

from collections.abc import Iterator

from app.planning.why.chain import Cause, Chain, Link
from app.planning.why.changes import (
    SIZED,
    AlsoOn,
    BackBy,
    Behind,
    Change,
    OneMore,
    OpenLonger,
    ReceiptBy,
    Replan,
    StartBy,
    cost,
    size,
    sized,
)
from app.planning.why.scene import Scene

_EACH = 3
"""So many changes of a kind, those where the most time goes."""

_LONGEST_S = 12 * 3600
"""So much longer a machine is open at most: another shift."""


def ideas(scene: Scene, chain: Chain) -> list[Change]:
    """Changes to try, each as large as it may be, in the order of what they would cost about.

    A later date for the customer is not among them.
    """
    found: list[Change] = [Replan()]
    for make in (_hours, _receipts, _starts, _behind, _people, _elsewhere):
        found += list(dict.fromkeys(make(scene, chain)))[:_EACH]
    return sorted(found, key=lambda change: _about(scene, chain, change))


def _about(scene: Scene, chain: Chain, change: Change) -> float:
    """A change that can be made smaller mostly has to make up for the lateness."""
    if not isinstance(change, SIZED):
        return cost(scene.problem, change)
    amount = min(chain.late, size(scene.problem, change))
    return cost(scene.problem, sized(change, amount))


def _links(chain: Chain, *causes: Cause) -> list[Link]:
    """The links of both walks with these causes, the longest first."""
    found = dict.fromkeys(k for k in (*chain.waits, *chain.path) if k.cause in causes)
    return sorted(found, key=lambda k: -k.length)


def _hours(scene: Scene, chain: Chain) -> Iterator[Change]:
    """The closed windows that the order sat through, and stops."""
    problem = scene.problem
    most = _LONGEST_S // problem.unit_s if problem.unit_s else chain.finish
    for link in _links(chain, Cause.CLOSED, Cause.DOWN):
        machine = link.machine or 0
        for low, high in problem.resources[machine].closed:
            if low >= link.end or high <= link.start:
                continue
            if link.cause is Cause.DOWN:
                yield BackBy(machine, max(low, 0), high)
            elif low <= 0:
                yield OpenLonger(machine, max(0, high - most), high)
            else:
                yield OpenLonger(machine, low, min(high, low + most))


def _receipts(scene: Scene, chain: Chain) -> Iterator[Change]:
    for link in _links(chain, Cause.MATERIAL):
        receipts = scene.problem.materials[link.thing or 0].receipts
        for n, (time, _) in enumerate(receipts):
            if time == link.end:
                yield ReceiptBy(link.thing or 0, n, 0, time)


def _starts(scene: Scene, chain: Chain) -> Iterator[Change]:
    for link in _links(chain, Cause.RELEASE, Cause.EARLIEST):
        job = scene.problem.jobs[link.job]
        if link.cause is Cause.RELEASE and job.release > 0:
            yield StartBy(link.job, None, 0, job.release)
        elif link.cause is Cause.EARLIEST:
            yield StartBy(link.job, link.task, 0, job.tasks[link.task].earliest)


def _behind(scene: Scene, chain: Chain) -> Iterator[Change]:
    """Each operation waited for on a machine goes after ours that waits there."""
    shop = scene.shop
    ours = [n for n in range(shop.first[chain.job], shop.first[chain.job + 1]) if n not in shop.fixed]
    for link in _links(chain, Cause.QUEUE):
        other = shop.number(link.job, link.task)
        mine = [n for n in ours if scene.slots[n].machine == link.machine and _after(scene, n, other)]
        if mine and other not in shop.fixed and link.job != chain.job:
            task = shop.steps[mine[0]].task
            yield Behind(link.job, link.task, chain.job, task, link.machine or 0)


def _after(scene: Scene, number: int, other: int) -> bool:
    return scene.slots[number].start >= scene.slots[other].end


def _people(scene: Scene, chain: Chain) -> Iterator[Change]:
    """One more for the shift that was waited through."""
    for link in _links(chain, Cause.CREW):
        closed = scene.problem.resources[link.machine or 0].closed
        levels = [time for time, _ in scene.problem.crews[link.thing or 0].levels]
        low = max([0, *(b for _, b in closed if b <= link.start), *(t for t in levels if t <= link.start)])
        ends = [*(a for a, _ in closed if a > link.start), *(t for t in levels if t > link.start)]
        yield OneMore(link.thing or 0, low, max(link.end, min(ends, default=link.end)))


def _elsewhere(scene: Scene, chain: Chain) -> Iterator[Change]:
    """Machines of the same type that our operations which wait or are cut are not allowed on yet."""
    resources, shop = scene.problem.resources, scene.shop
    for number in range(shop.first[chain.job], shop.first[chain.job + 1]):
        slot, step = scene.slots[number], shop.steps[number]
        used, kind = {m for m, _ in step.modes}, resources[slot.machine].type
        smooth = slot.start <= scene.ready(number) and slot.end - slot.start == scene.work(number)
        if number in shop.fixed or not kind or smooth:
            continue
        for machine, resource in enumerate(resources):
            if resource.type == kind and machine not in used:
                yield AlsoOn(step.job, step.task, machine, scene.work(number))
