"""The checker's rules for what all machines draw on: people and materials."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from app.planning.layout import Layout
from app.records.scheduling import Crew, Violation


def _crews(layout: Layout) -> Iterator[Violation]:
    """At no time more people at work than there are: one for each machine of the crew that works.

    A machine with a batch in it needs one for the whole batch; a closed machine needs none.
    """
    problem = layout.problem
    used: list[Counter[int]] = [Counter() for _ in problem.crews]
    for machine, lane in enumerate(layout.lanes):
        crew = problem.resources[machine].crew
        if crew is None:
            continue
        for batch in lane:
            for low, high in layout.closed[machine].outside(batch.start, batch.end):
                used[crew][low] += 1
                used[crew][high] -= 1
    for crew_used, each in zip(used, problem.crews, strict=True):
        for at, needed, there in _excesses(crew_used, _changes(each)):
            yield Violation("crew", f"{each.name}: {needed} needed at {at}, {there} there")


def _changes(crew: Crew) -> dict[int, int]:
    """By how many the people become more, by time."""
    changes, before = dict[int, int](), 0
    for since, people in sorted(crew.levels):
        changes[since] = changes.get(since, 0) + people - before
        before = people
    return changes


def _materials(layout: Layout) -> Iterator[Violation]:
    """What is used up by starts until a time has come by then."""
    problem = layout.problem
    used: list[Counter[int]] = [Counter() for _ in problem.materials]
    for slot in layout.slots:
        for material, quantity in problem.jobs[slot.job].tasks[slot.task].needs:
            used[material][slot.start] += quantity
    for material_used, each in zip(used, problem.materials, strict=True):
        come = Counter[int]()
        for at, quantity in each.receipts:
            come[at] += quantity
        first = min([0, *material_used, *come])
        come[first] += each.stock
        for at, needed, there in _excesses(material_used, come):
            yield Violation("material", f"{each.name}: {needed} used until {at}, {there} have come")


def _excesses(used: Mapping[int, int], allowed: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """(time, used, allowed) whenever more begins to be used than is allowed; both given by change."""
    using, there, above = 0, 0, False
    for at in sorted({*used, *allowed}):
        using, there = using + used.get(at, 0), there + allowed.get(at, 0)
        if using > there and not above:
            yield at, using, there
        above = using > there


SHARED_RULES: tuple[Callable[[Layout], Iterator[Violation]], ...] = (_crews, _materials)
