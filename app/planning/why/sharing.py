"""From when on people and material would have let an operation start, all others staying as they are."""

from app.planning.hours import Window
from app.planning.why.scene import Scene


def material_ready(scene: Scene, number: int) -> tuple[int, int] | None:
    """The latest time at which a material lets the operation start, and the material.

    None where it needs none, or none that comes in receipts.
    """
    step = scene.shop.steps[number]
    needs = scene.problem.jobs[step.job].tasks[step.task].needs
    found = ((_enough(scene, number, material, quantity), material) for material, quantity in needs)
    return max((each for each in found if each[0] > 0), default=None)


def _enough(scene: Scene, number: int, material: int, quantity: int) -> int:
    """From when on there is `quantity` more than the others have used up; 0 where there always is."""
    stuff = scene.problem.materials[material]
    uses = [(start, -taken) for start, taken in _taken(scene, material, number)]
    changes = sorted([*stuff.receipts, *uses], key=lambda change: (change[0], -change[1]))
    left, short_until = stuff.stock, 0
    short = left < quantity
    for time, change in changes:
        left += change
        if left >= quantity and short:
            short_until = time
        short = left < quantity
    return short_until


def _taken(scene: Scene, material: int, but: int) -> list[Window]:
    """(start, quantity) of every other operation that uses a material up."""
    found = []
    for n, slot in scene.slots.items():
        needs = scene.problem.jobs[slot.job].tasks[slot.task].needs
        found += [(slot.start, q) for m, q in needs if m == material and n != but]
    return found


def crew_ready(scene: Scene, number: int, ready: int) -> int:
    """The earliest start, from `ready` to where it lies, at which somebody of the crew is free throughout.

    The batch that it runs in needs one for all.
    """
    slot = scene.slots[number]
    crew = scene.problem.resources[slot.machine].crew
    hours, work = scene.hours(number), scene.work(scene.longest(number))
    if crew is None:
        return hours.place(ready, work)[0]
    busy = _busy(scene, crew, {number, *scene.mates(number)})
    times = {ready, *(end for _, end in busy), *(time for time, _ in scene.problem.crews[crew].levels)}
    for time in sorted(t for t in times if ready <= t <= slot.start):
        start, end = hours.place(time, work)
        if start <= slot.start and _free(scene, crew, busy, scene.pieces(slot.machine, start, end)):
            return start
    return slot.start


def freed_by(scene: Scene, number: int) -> int | None:
    """The operation on another machine whose end frees the person; None where people are absent."""
    slot = scene.slots[number]
    crew = scene.problem.resources[slot.machine].crew
    others = [] if crew is None else scene.of_crew(crew)
    ended = [n for n in others if scene.slots[n].end == slot.start and scene.slots[n].machine != slot.machine]
    return max(ended, key=lambda n: scene.slots[n].start, default=None)


def _busy(scene: Scene, crew: int, but: set[int]) -> list[Window]:
    """When somebody of a crew works, once for each batch."""
    found = set()
    for n in scene.of_crew(crew):
        if n not in but:
            slot = scene.slots[n]
            pieces = scene.pieces(slot.machine, slot.start, slot.end)
            found |= {(slot.machine, low, high) for low, high in pieces}
    return sorted((low, high) for _, low, high in found)


def _free(scene: Scene, crew: int, busy: list[Window], pieces: list[Window]) -> bool:
    """Whether one more can work in all the pieces."""
    return all(_most(busy, piece) < _least(scene, crew, piece) for piece in pieces)


def _most(busy: list[Window], piece: Window) -> int:
    """How many work at once within a piece, at most."""
    low, high = piece
    inside = [(max(a, low), min(b, high)) for a, b in busy if a < high and b > low]
    return max((sum(a <= at < b for a, b in inside) for at, _ in inside), default=0)


def _least(scene: Scene, crew: int, piece: Window) -> int:
    """How many people there are within a piece, at least."""
    low, high = piece
    levels = scene.problem.crews[crew].levels
    at_first = [count for time, count in levels if time <= low][-1:]
    return min([*at_first, *(count for time, count in levels if low < time < high)], default=0)
