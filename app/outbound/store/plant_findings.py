"""What may be meant as it stands in a plant description, and should be looked at: a sentence each."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import permutations

from app.outbound.store.plant_forms import ChangeoverForm, PlantForm
from app.records.plant import Calendar


def findings(plant: PlantForm) -> tuple[str, ...]:
    """Every one, in the order of the file. A planner can work with all of them.

    A changeover that is quicker by a third family is one: plans with it are legal, but a plan may
    be worse than it had to be, and as a rule a number is mistyped.
    """
    checks = (_changeovers, _people, _machines, _orders)
    return tuple(sentence for check in checks for sentence in check(plant))


def missing_years(calendars: Iterable[Calendar], today: date) -> tuple[str, ...]:
    """For every calendar with public holidays that do not reach to the end of next year, which is missing."""
    return tuple(
        f"calendar '{each.name}': the list '{each.holidays}' does not know {year}; "
        f"until an update brings it, add the year's days to days_off"
        for each in calendars
        if each.holidays
        for year in (today.year, today.year + 1)
        if year not in each.years
    )


def _changeovers(plant: PlantForm) -> Iterator[str]:
    families = {item.family for item in plant.item}
    for matrix in plant.changeover:
        yield from _detours(matrix)
        for unknown in (family for family in matrix.families if family not in families):
            yield f"changeovers of '{matrix.type}': no item is of family '{unknown}'"


def _detours(matrix: ChangeoverForm) -> Iterator[str]:
    """Where the way from one family to another takes longer than by a third."""
    minutes = {
        (before, after): taken
        for before, row in zip(matrix.families, matrix.minutes, strict=True)
        for after, taken in zip(matrix.families, row, strict=True)
    }
    for before, by, after in permutations(matrix.families, 3):
        direct, round_ = minutes[before, after], minutes[before, by] + minutes[by, after]
        if direct > round_:
            yield (
                f"changeovers of '{matrix.type}': from '{before}' to '{after}' takes {direct} min, "
                f"but by '{by}' only {round_} min"
            )


def _people(plant: PlantForm) -> Iterator[str]:
    needed = {each.type: each.skill for each in plant.skill}
    there = {(each.facility, each.skill) for each in plant.staffing}
    for facility, kind in sorted({(m.facility, m.type) for m in plant.machine}):
        skill = needed.get(kind)
        if skill is not None and (facility, skill) not in there:
            yield (
                f"machines of type '{kind}' in {facility} need '{skill}', but no staffing counts them there: "
                "people never limit them"
            )
    for staffing in plant.staffing:
        if staffing.skill not in needed.values():
            yield f"staffing counts '{staffing.skill}' in {staffing.facility}, which no machine type needs"


def _machines(plant: PlantForm) -> Iterator[str]:
    types = {machine.type for machine in plant.machine}
    most = {kind: max(m.batch for m in plant.machine if m.type == kind) for kind in types}
    for route in plant.route:
        for step in route.steps:
            if step.type not in types:
                yield f"the route of {', '.join(route.items)} needs '{step.type}', and no machine is of it"
            elif step.pieces_per_load and most[step.type] == 1:
                yield f"'{step.en}' comes in loads, but no machine of type '{step.type}' takes a batch"


def _orders(plant: PlantForm) -> Iterator[str]:
    routed = {item for route in plant.route for item in route.items}
    for order in plant.order:
        if order.item not in routed:
            yield f"order {order.number}: there is no route for {order.item}, so nothing of it is planned"
        if order.due_days < order.release_days:
            yield f"order {order.number} is due before it is released"
