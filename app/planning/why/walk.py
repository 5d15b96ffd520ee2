"""The walk back from an order's end through whatever bound it, every unit of time accounted for."""

from collections.abc import Sequence

from app.planning.why.alone import alone
from app.planning.why.binding import Bound, base_of, bound_of, own_bounds
from app.planning.why.chain import Cause, Chain, Link
from app.planning.why.scene import Scene
from app.planning.why.stretches import kept, link, span


def late_orders(scene: Scene) -> tuple[Chain, ...]:
    """A chain for every order that ends after its due date, the latest first, by its weight."""
    jobs = scene.problem.jobs
    found = [chain for head in scene.heads if (chain := chain_of(scene, head)) and chain.late > 0]
    return tuple(sorted(found, key=lambda c: (-c.late * jobs[c.head].weight, c.head)))


def chain_of(scene: Scene, head: int) -> Chain | None:
    """The chain of an order, late or not; None where it has no due date or no operation."""
    due, parts = scene.problem.jobs[head].due, [j for j in scene.lots(head) if scene.problem.jobs[j].tasks]
    if due is None or not parts:
        return None
    shop = scene.shop
    lasts = [shop.first[job + 1] - 1 for job in parts]
    last = max(lasts, key=lambda n: (scene.slots[n].end, -n))
    alones = [alone(scene.problem, job) for job in parts]
    known = [time for time in alones if time is not None]
    return Chain(
        head=head,
        job=shop.steps[last].job,
        due=due,
        finish=scene.slots[last].end,
        waits=_forward(own_time(scene, last)),
        path=_forward([*span(scene, last, Cause.WORK), *back(scene, last, 0, path_of=shop.steps[last].job)]),
        alone=max(known, default=None),
    )


def _forward(links: Sequence[Link]) -> tuple[Link, ...]:
    return tuple(link for link in reversed(links) if link.length)


def own_time(scene: Scene, last: int) -> list[Link]:
    """The order's own time, latest first: each operation, and what it waited for since it could start."""
    found: list[Link] = []
    number: int | None = last
    while number is not None:
        base = base_of(scene, number)
        found += [*span(scene, number, Cause.WORK), *back(scene, number, base.time)]
        if base.after is None:
            found.append(link(scene, Cause.RELEASE, 0, base.time, number))
        else:
            found.append(link(scene, base.between, base.time - base.gap, base.time, number))
        number = base.after
    return found


def back(scene: Scene, number: int, floor: int, *, path_of: int | None = None) -> list[Link]:
    """What the time from `floor` to an operation's start went to, latest first.

    With `path_of`, a job, the walk follows a batch into the part that came last, and that job's
    operations are its own work; without, it stays with what the operation itself waits for.
    """
    found: list[Link] = []
    seen, at, here = {number}, scene.slots[number].start, number
    while at > floor:
        bound = bound_of(scene, here)
        found += kept(scene, here, bound.time, at)
        if bound.cause is Cause.BATCH and path_of is not None and bound.after not in {None, *seen}:
            at, here = bound.time, bound.after or 0
            seen.add(here)
            continue
        bound = _down_to_operation(scene, here, bound, found)
        if bound.after is None or bound.after in seen:
            cause = Cause.RELEASE if bound.after is None else Cause.IDLE
            found.append(link(scene, cause, 0, bound.time, here))
            break
        at, here = _over(scene, here, bound, path_of, found), bound.after
        seen.add(here)
    return _clipped(found, floor)


def _down_to_operation(scene: Scene, here: int, bound: Bound, found: list[Link]) -> Bound:
    """Past what is no operation's end, down to the bound that is one, or to the release."""
    if bound.cause is Cause.BATCH:
        mine = max(own_bounds(scene, here), key=lambda b: b.time)
        found.append(link(scene, Cause.BATCH, mine.time, bound.time, bound.after or here))
        bound = mine
    if bound.after is not None or bound.cause is Cause.RELEASE:
        return bound
    base = base_of(scene, here)
    begun = max(base.time, bound.time - bound.gap)
    found.append(link(scene, bound.between, begun, bound.time, here))
    found.append(link(scene, bound.cause, base.time, begun, here, bound.thing))
    return base


def _over(scene: Scene, here: int, bound: Bound, path_of: int | None, found: list[Link]) -> int:
    """Over the operation that set the bound, to its start."""
    after = here if bound.after is None else bound.after
    slot = scene.slots[after]
    found.append(link(scene, bound.between, slot.end, bound.time, here))
    own = scene.shop.steps[after].job == path_of
    found += span(scene, after, Cause.WORK if own else _waited(bound))
    return slot.start


def _waited(bound: Bound) -> Cause:
    return Cause.BEFORE if bound.cause is Cause.BEFORE else Cause.QUEUE


def _clipped(links: Sequence[Link], floor: int) -> list[Link]:
    """Only what lies after the floor."""
    return [
        Link(k.cause, max(floor, k.start), k.end, k.job, k.task, k.machine, k.thing)
        for k in links
        if k.end > floor
    ]
