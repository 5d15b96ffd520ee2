"""Two plans beside each other: what moves, which orders become late or on time, five numbers each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.planning.kpi.machines import changeovers
from app.planning.kpi.material import Changeover
from app.planning.kpi.spans import Span, common, minutes
from app.planning.proposal import differs
from app.records.plant import Assignment, Plan


@dataclass(frozen=True, slots=True)
class Shop:
    """What a plan does not say itself: machine types, setup families of orders, changeovers, dear hours.

    `overtime` is by machine, None where no overtime is known of.
    """

    types: Mapping[str, str]
    families: Mapping[str, str]
    changeover_min: Changeover
    overtime: Mapping[str, tuple[Span, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A plan in five numbers.

    `late_orders` and `minutes_late` are as they were when it was made; `moved` of `compared` is against
    the plan that was in force then; `changeovers` with their standard minutes; `overtime_min` None when
    not known.
    """

    late_orders: int
    minutes_late: int
    moved: int
    compared: int
    changeovers: int
    changeover_min: float
    overtime_min: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """One operation's place in either plan."""

    before: Assignment
    after: Assignment


@dataclass(frozen=True, slots=True)
class Difference:
    """From one plan to another; `gone` and `new` are operations that only one of them has.

    `moves` are operations with another machine, or a start more than 30 minutes off, by old start.
    `become_late` and `become_on_time` are orders in both.
    """

    before: Numbers
    after: Numbers
    moves: tuple[Move, ...]
    gone: tuple[Assignment, ...]
    new: tuple[Assignment, ...]
    become_late: tuple[str, ...]
    become_on_time: tuple[str, ...]

    @property
    def machine_changes(self) -> int:
        """How many of the moves go to another machine."""
        return sum(move.before.machine != move.after.machine for move in self.moves)


def compare(before: Plan, after: Plan, shop: Shop) -> Difference:
    """What the second plan does otherwise than the first."""
    old, new = ({(a.order, a.position, a.lot): a for a in plan.assignments} for plan in (before, after))
    moves = [Move(a, new[key]) for key, a in old.items() if key in new and differs(a, new[key])]
    shared = {a.order for a in before.assignments} & {a.order for a in after.assignments}
    was_late, is_late = set(before.late_orders) & shared, set(after.late_orders) & shared
    return Difference(
        before=numbers(before, shop),
        after=numbers(after, shop),
        moves=tuple(sorted(moves, key=lambda m: (m.before.start, m.before.order, m.before.position))),
        gone=tuple(a for key, a in old.items() if key not in new),
        new=tuple(a for key, a in new.items() if key not in old),
        become_late=tuple(sorted(is_late - was_late)),
        become_on_time=tuple(sorted(was_late - is_late)),
    )


def numbers(plan: Plan, shop: Shop) -> Numbers:
    """One plan's five numbers."""
    by_machine: defaultdict[str, list[tuple[datetime, Assignment]]] = defaultdict(list)
    for place in plan.assignments:
        by_machine[place.machine].append((place.start, place))
    setups = [
        changeovers(shop.types.get(machine, ""), _families(places, shop), shop.changeover_min)
        for machine, places in by_machine.items()
    ]
    return Numbers(
        late_orders=len(plan.late_orders),
        minutes_late=plan.minutes_late,
        moved=plan.moved,
        compared=plan.compared,
        changeovers=sum(each.changes for each in setups),
        changeover_min=sum(each.minutes for each in setups),
        overtime_min=_overtime(plan, shop),
    )


def _families(places: list[tuple[datetime, Assignment]], shop: Shop) -> list[str]:
    in_order = sorted(places, key=lambda each: (each[0], each[1].order))
    return [shop.families.get(place.order, "") for _, place in in_order]


def _overtime(plan: Plan, shop: Shop) -> float | None:
    if shop.overtime is None:
        return None
    hours = shop.overtime
    return sum(minutes(common([(a.start, a.end)], hours.get(a.machine, ()))) for a in plan.assignments)
