"""What a date for an order rests on: the machine hours, receipts, people and overtime of its plan."""

from dataclasses import dataclass

from app.planning.why.scene import Scene


@dataclass(frozen=True, slots=True)
class Promise:
    """When an order ends in a plan, and what must hold until then.

    `machines` are (machine, units of work), most first; `receipts` are (material, time) that must
    have arrived; `crews` are indices of those it needs; `overtime` is how many units of its work lie
    in overtime. `due` None means that it has no date.
    """

    head: int
    finish: int
    due: int | None
    machines: tuple[tuple[int, int], ...]
    receipts: tuple[tuple[int, int], ...]
    crews: tuple[int, ...]
    overtime: int


def promise_of(scene: Scene, head: int) -> Promise:
    """The promise that a legal plan allows for an order."""
    parts = set(scene.lots(head))
    numbers = [n for n, slot in sorted(scene.slots.items()) if slot.job in parts]
    hours: dict[int, int] = {}
    for n in numbers:
        machine = scene.slots[n].machine
        hours[machine] = hours.get(machine, 0) + scene.work(n)
    crews = {scene.problem.resources[machine].crew for machine in hours}
    return Promise(
        head=head,
        finish=scene.ends[head],
        due=scene.problem.jobs[head].due,
        machines=tuple(sorted(hours.items(), key=lambda item: (-item[1], item[0]))),
        receipts=tuple(sorted({pair for n in numbers for pair in _receipts(scene, n)})),
        crews=tuple(sorted(crew for crew in crews if crew is not None)),
        overtime=sum(_overtime(scene, n) for n in numbers),
    )


def _receipts(scene: Scene, number: int) -> list[tuple[int, int]]:
    """Receipts without which it, and all that start no later, would not have enough."""
    found, slot = [], scene.slots[number]
    for material, _ in scene.problem.jobs[slot.job].tasks[slot.task].needs:
        stuff = scene.problem.materials[material]
        have, used = stuff.stock, _used(scene, material, slot.start)
        for time, more in sorted(stuff.receipts):
            if have >= used:
                break
            found.append((material, time))
            have += more
    return found


def _used(scene: Scene, material: int, until: int) -> int:
    """What all operations that start until then use up."""
    tasks = [(scene.problem.jobs[s.job].tasks[s.task], s.start) for s in scene.slots.values()]
    return sum(q for task, start in tasks if start <= until for m, q in task.needs if m == material)


def _overtime(scene: Scene, number: int) -> int:
    slot = scene.slots[number]
    windows = scene.problem.resources[slot.machine].overtime
    pieces = scene.pieces(slot.machine, slot.start, slot.end)
    return sum(max(0, min(high, b) - max(low, a)) for low, high in pieces for a, b in windows)
