"""A stretch of time cut into links: work and closed time, and what keeps a start after its bound."""

from collections.abc import Iterator

from app.planning.why.chain import Cause, Link
from app.planning.why.scene import Scene
from app.planning.why.sharing import crew_ready, freed_by


def link(scene: Scene, cause: Cause, start: int, end: int, number: int, thing: int | None = None) -> Link:
    """A stretch with an operation's name and place; it may be empty."""
    step, slot = scene.shop.steps[number], scene.slots[number]
    return Link(cause, start, end, step.job, step.task, slot.machine, thing)


def span(scene: Scene, number: int, cause: Cause) -> list[Link]:
    """An operation from start to end, latest first: `cause`, and the closed time that cuts it.

    What is left when it is done and its batch is not is the batch's.
    """
    slot = scene.slots[number]
    _, done = scene.hours(number).place(slot.start, scene.work(number))
    done = min(done, slot.end)
    found = list(_cut(scene, number, (slot.start, done), cause))
    if done < slot.end:
        found.append(link(scene, Cause.BATCH, done, slot.end, scene.longest(number)))
    return found[::-1]


def _cut(scene: Scene, number: int, stretch: tuple[int, int], cause: Cause) -> Iterator[Link]:
    """Closed windows of the operation's machine as such, the rest as `cause`, in order of time."""
    machine, (at, end) = scene.slots[number].machine, stretch
    for low, high in scene.closed(machine, at, end):
        yield link(scene, cause, at, low, number)
        stopped = scene.is_stop(machine, (low, high))
        yield link(scene, Cause.DOWN if stopped else Cause.CLOSED, low, high, number)
        at = high
    yield link(scene, cause, at, end, number)


def kept(scene: Scene, number: int, bound: int, start: int) -> list[Link]:
    """What keeps a start after its bound, latest first: its frozen place, the crew, closed time."""
    work = scene.work(scene.longest(number))
    opened = min(start, scene.hours(number).place(bound, work)[0])
    crew = min(start, crew_ready(scene, number, bound))
    frozen = number in scene.shop.fixed
    found = [link(scene, Cause.FIXED if frozen else Cause.IDLE, crew, start, number)]
    who = freed_by(scene, number)
    people = scene.problem.resources[scene.slots[number].machine].crew
    found.append(link(scene, Cause.CREW, opened, crew, number if who is None else who, people))
    return [*found, *reversed(list(_cut(scene, number, (bound, opened), Cause.CLOSED)))]
