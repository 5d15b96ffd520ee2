"""The plant as it is becomes a scheduling problem."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from math import gcd
from zoneinfo import ZoneInfo

from app.planning.asked import Question
from app.planning.calendars import grid_from
from app.planning.fixing import with_places
from app.planning.jobs import Draft, job_of, rest_of
from app.planning.materials import Supplies, too_little
from app.planning.resources import Resources
from app.ports import Facts
from app.records.plant import OperationState, Order, Plan
from app.records.scheduling import Material, Problem, Weights
from app.records.verdict import Wish
from app.settings import Planning


def pose(
    facts: Facts,
    wish: Wish,
    now: datetime,
    planning: Planning,
    zone: ZoneInfo,
    *,
    imagined: Sequence[Order] = (),
    plan: Plan | None = None,
) -> Question:
    """The question of what to run where and when, for every order that is not done or on hold.

    An operation may run on the machines that it names, else on any of its type, in any facility; the
    order's own facility is preferred where it costs no time. Operations before the last one that was
    begun count as done. Materials that are not enough for all go to orders by their due time, those
    expedited first; an order that they can never serve is left out. All else that is wished is only
    kept: see `wishes.apply`. `imagined` orders, which the plant does not have, are the last jobs, and
    the last that materials go to. `plan` takes the published plan's place, where an earlier one is to
    be in force again.
    """
    grid = grid_from(now, planning.slot_minutes, 2 * planning.horizon_days, zone)
    floor, orders = facts.floor(), [order for order in (*facts.orders(), *imagined) if rest_of(order)]
    plant = Resources(facts, floor, grid, now, planning, (order.facility for order in orders))
    supplies = Supplies(floor, plant.facilities, plant.transfers(), grid, now)
    drafts = [_draft(order, plant, supplies, now) for order in orders if not order.on_hold]
    planned, materials, short = _served([draft for draft in drafts if draft.plannable], wish, plant, supplies)
    question = Question(
        problem=_problem(plant, planned, materials, planning),
        now=now,
        origin=grid.origin,
        slot=grid.slot,
        orders=tuple(draft.order for draft in planned),
        positions=tuple(tuple(o.position for o in rest_of(draft.order)) for draft in planned),
        machines=tuple(machine.code for machine in plant.machines),
        wish=wish,
        published=plan or facts.plan(),
        begun=tuple(_begun(draft.order for draft in planned)),
        on_hold=tuple(order.number for order in orders if order.on_hold),
        unplannable=tuple(draft.order.number for draft in drafts if not draft.plannable),
        short=tuple(short.items()),
        facilities=plant.facilities,
        families=plant.families,
        crews=plant.crews.names,
        people=tuple(plant.crews.members()),
        frozen=timedelta(hours=planning.frozen_hours),
        rush_factor=planning.rush_factor,
    )
    return with_places(question)


def _served(
    able: list[Draft], wish: Wish, plant: Resources, supplies: Supplies
) -> tuple[list[Draft], dict[str, Material], dict[str, str]]:
    """Those whose materials will come, all materials, and what the others lack."""
    materials = _materials(able, plant, supplies)
    short = too_little(_wants(able, wish), materials)
    return [draft for draft in able if draft.order.number not in short], materials, short


def _draft(order: Order, plant: Resources, supplies: Supplies, now: datetime) -> Draft:
    uses = tuple(supplies.use(order, operation) for operation in rest_of(order))
    return Draft(order, job_of(order, plant, now), uses)


def _wants(drafts: Sequence[Draft], wish: Wish) -> dict[str, tuple[dict[str, int], ...]]:
    """What each order uses up, expedited orders first, then by due time."""
    first = sorted(drafts, key=lambda draft: draft.order.number not in wish.expedite)
    return {draft.order.number: draft.uses for draft in first}


def _materials(drafts: Iterable[Draft], plant: Resources, supplies: Supplies) -> dict[str, Material]:
    """The supply of everything that is used up, by item."""
    wanted: dict[str, set[int]] = {}
    for draft in drafts:
        for task, use in zip(draft.job.tasks, draft.uses, strict=True):
            sites = {plant.facilities.index(plant.machines[n].facility) for n, _ in task.modes}
            for item in use:
                wanted.setdefault(item, set()).update(sites)
    return {item: supplies.material(item, wanted[item]) for item in sorted(wanted)}


def _problem(
    plant: Resources, planned: Iterable[Draft], materials: Mapping[str, Material], planning: Planning
) -> Problem:
    """Everything but what is fixed."""
    grid, index = plant.grid, {item: n for n, item in enumerate(materials)}
    return Problem(
        name="plant",
        objective="total_weighted_tardiness",
        resources=tuple(plant.resources()),
        jobs=tuple(draft.with_needs(index) for draft in planned),
        unit_s=int(grid.slot.total_seconds()),
        family_setup=plant.setups(),
        transfer=grid.span(planning.transfer_minutes),
        transfers=plant.transfers(),
        near=grid.span(planning.near_hours * 60),
        crews=plant.crews.crews,
        materials=tuple(materials.values()),
        weights=_weights(planning),
    )


def _weights(planning: Planning) -> Weights:
    """Costs of a minute become costs of a slot; all divided by what they have in common."""
    given, slot = planning.weights, planning.slot_minutes
    costs = (
        given.late * slot, given.moved, given.setup * slot, given.overtime * slot, given.away,
        given.balance * slot, given.makespan * slot,
    )  # fmt: skip
    shared = reduce(gcd, costs) or 1
    return Weights(*(cost // shared for cost in costs))


def _begun(orders: Iterable[Order]) -> Iterator[tuple[str, int, datetime]]:
    for order in orders:
        for o in rest_of(order):
            if o.state is OperationState.RUNNING and o.machine and o.started_at:
                yield order.number, o.position, o.started_at
