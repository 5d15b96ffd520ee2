"""What binds an operation's start: the latest of all that had to come first."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.planning.why.chain import Cause
from app.planning.why.scene import Scene
from app.planning.why.sharing import material_ready


@dataclass(frozen=True, slots=True)
class Bound:
    """A time before which an operation could not start.

    `after` is the operation whose end sets it: by `gap` units of changeover or transport, whose cause
    `between` is. None where no operation does; `thing` is then the material.
    """

    time: int
    cause: Cause
    after: int | None = None
    gap: int = 0
    between: Cause = Cause.SETUP
    thing: int | None = None


_FIRST = {
    cause: n
    for n, cause in enumerate((Cause.WORK, Cause.RELEASE, Cause.QUEUE, Cause.BEFORE, Cause.MATERIAL,
                               Cause.EARLIEST, Cause.BUSY, Cause.BATCH))
}  # fmt: skip
"""Of bounds at the same time the first of these is said: nothing was lost by waiting for the others."""


def bound_of(scene: Scene, number: int) -> Bound:
    """The bound that binds; at time 0 where nothing does."""
    everything = [*own_bounds(scene, number), *_batch(scene, number)]
    return max(everything, key=lambda bound: (bound.time, -_FIRST[bound.cause]))


def base_of(scene: Scene, number: int) -> Bound:
    """What the job itself asks: the operation before, brought here, or the release."""
    before, ready = scene.before_in_job(number), scene.ready(number)
    if before is None:
        return Bound(ready, Cause.RELEASE)
    gap = ready - scene.slots[before].end
    return Bound(ready, Cause.WORK, before, gap, Cause.TRANSFER)


def own_bounds(scene: Scene, number: int) -> Iterator[Bound]:
    """Everything that binds it by itself, its batch aside."""
    shop, slot = scene.shop, scene.slots[number]
    yield base_of(scene, number)
    yield Bound(shop.steps[number].earliest, Cause.EARLIEST)
    yield _machine(scene, number)
    for before in scene.told.get(number, ()):
        yield Bound(scene.slots[before].end, Cause.BEFORE, before)
    stuff = material_ready(scene, number)
    if stuff is not None and stuff[0] <= slot.start:
        yield Bound(stuff[0], Cause.MATERIAL, thing=stuff[1])


def _machine(scene: Scene, number: int) -> Bound:
    machine, before = scene.slots[number].machine, scene.before_on_machine(number)
    if before is None:
        busy = scene.problem.resources[machine].busy_until
        ready = scene.shop.ready_for(machine, number)
        return Bound(ready, Cause.BUSY, gap=ready - busy)
    gap = scene.shop.setup(machine, before, number)
    return Bound(scene.slots[before].end + gap, Cause.QUEUE, before, gap)


def _batch(scene: Scene, number: int) -> Iterator[Bound]:
    """A batch starts when the last of its operations may."""
    for mate in scene.mates(number):
        last = max(own_bounds(scene, mate), key=lambda bound: bound.time)
        yield Bound(last.time, Cause.BATCH, mate)
