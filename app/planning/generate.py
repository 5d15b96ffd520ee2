"""Generated plants for trials and benchmarks: three facilities, the same for the same size and seed.

The family is fixed: presses, furnaces, grinders, polishers and assembly benches at three places,
10, 8 and 12 machines in all up to 200 orders, and as many times that as there are begun 200 orders,
so that a larger plant is wider, not slower: its work takes about twelve working days at any size
from 200 orders on. One slot is 5 minutes, slot 0 is Monday 00:00.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from app.planning.hours import Window, merged

SLOT_MINUTES = 5
DAY, WEEK = 288, 2016
OPENS, CLOSES, DUE = 72, 264, 192
"""Slots of a day: shifts work 06:00 to 22:00 from Monday to Friday, orders are due at 16:00."""

WIDE = 200
"""Orders for which one set of machines is meant."""

FLEET = {
    "A": {"press": 3, "furnace": 2, "grind": 2, "polish": 2, "assy": 1},
    "B": {"press": 3, "grind": 2, "polish": 1, "assy": 2},
    "C": {"press": 2, "furnace": 3, "grind": 3, "polish": 2, "assy": 2},
}
ELIGIBLE = {"press": 5, "furnace": 3, "grind": 4, "polish": 3, "assy": 3}
ROUTES = (
    ("press", "grind", "assy"),
    ("press", "grind", "polish", "assy"),
    ("press", "furnace", "grind", "assy"),
    ("furnace", "grind", "polish", "assy"),
    ("press", "furnace", "grind", "polish", "assy"),
    ("press", "grind", "furnace", "grind", "polish", "assy"),
)
FAMILIES, PROGRAMS = 6, 3
"""Product families; a furnace knows only `family % PROGRAMS`."""

CHANGEOVER = {"press": (6, 12), "furnace": (6, 12), "grind": (2, 4), "polish": (2, 4), "assy": (1, 2)}
"""Least and most slots. Most is twice the least, so that no detour over a third family is shorter."""

TRANSFERS = {"A-B": 18, "A-C": 36, "B-C": 48}
PACE = (0.9, 1.0, 1.0, 1.15)
"""How long an operation takes on one of its machines against its own working time."""

WAITING = 0.25
"""The share of orders whose material comes only on a later working day."""

LATE_DAYS = 0.3
"""Material comes within so many times the days of work that the plant has."""

SOONER, FLOW = 0.5, 1.1
"""Due days lie evenly over the days of work less SOONER, each after FLOW times the order's own work.

Chosen so that dispatching by due date is as late as on the plants measured before.
"""

DOWNTIMES = 3
LARGEST_ORDERS = 20_000


@dataclass(frozen=True, slots=True)
class _Order:
    """An order before it is given dates; `slots` are its operations' own working times."""

    pieces: int
    family: int
    route: tuple[str, ...]
    slots: tuple[int, ...]


def plant(orders: int, seed: int) -> dict[str, object]:
    """A plant in the plant form, for `form_plant.parse`; `orders` from 1 to LARGEST_ORDERS.

    Raises ValueError outside of that.
    """
    if not 1 <= orders <= LARGEST_ORDERS:
        raise ValueError(f"a plant has 1 to {LARGEST_ORDERS} orders, not {orders}")
    chance = Random(f"plant {orders} {seed}")  # noqa: S311 - no secret
    drawn = [_order(chance) for _ in range(orders)]
    fleets = math.ceil(orders / WIDE)
    days = _days_of_work(drawn, fleets)
    weeks = 2 + math.ceil(days / 5)
    machines = _machines(chance, fleets, days, weeks)
    return {
        "name": f"plant-{orders}-{seed}",
        "slot_minutes": SLOT_MINUTES,
        "time_zero": "Monday 00:00",
        "horizon": weeks * WEEK,
        "machines": machines,
        "setup_slots": {kind: _changeovers(chance, *CHANGEOVER[kind]) for kind in CHANGEOVER},
        "transfer_slots": dict(TRANSFERS),
        "orders": [_dated(chance, n, order, days, machines) for n, order in enumerate(drawn)],
    }


def pieces(orders: int, seed: int) -> tuple[int, ...]:
    """How many pieces each order of `plant(orders, seed)` is for."""
    chance = Random(f"plant {orders} {seed}")  # noqa: S311 - no secret
    return tuple(_order(chance).pieces for _ in range(orders))


def working_day(number: int) -> int:
    """The slot of midnight of the working day `number`, counted from Monday, the 0th."""
    return (number // 5 * 7 + number % 5) * DAY


def _order(chance: Random) -> _Order:
    count, family, route = chance.randint(30, 110), chance.randrange(FAMILIES), chance.choice(ROUTES)
    slots = tuple(max(1, round(count * chance.uniform(2.0, 6.0) / SLOT_MINUTES)) for _ in route)
    return _Order(count, family, route, slots)


def _days_of_work(drawn: list[_Order], fleets: int) -> float:
    """Working days that the kind of machine with most to do needs for all orders."""
    work = dict.fromkeys(ELIGIBLE, 0)
    for order in drawn:
        for kind, slots in zip(order.route, order.slots, strict=True):
            work[kind] += slots
    return max(work[kind] / (fleets * _slots_a_day(kind)) for kind in work)


def _slots_a_day(kind: str) -> int:
    """Working slots of one set's machines of a kind on a weekday; furnaces work around the clock."""
    count = sum(fleet.get(kind, 0) for fleet in FLEET.values())
    return count * (DAY if kind == "furnace" else CLOSES - OPENS)


def _machines(chance: Random, fleets: int, days: float, weeks: int) -> list[dict[str, object]]:
    places = [
        (facility, kind, f"{facility}-{kind}{n + 1}")
        for facility, fleet in FLEET.items()
        for kind, count in fleet.items()
        for n in range(count * fleets)
    ]
    busy = set(chance.sample(range(len(places)), len(places) // 2))
    down = chance.sample(range(len(places)), DOWNTIMES * fleets)
    stops = {machine: _stop(chance, days) for machine in down}
    return [
        {"id": n, "name": name, "facility": facility, "type": kind}
        | {"closed": _closed(kind, weeks, stops.get(n)), "planned_downtime": stops.get(n)}
        | {"interruptible": kind != "furnace"}
        | _running(chance, kind, running=n in busy)
        for n, (facility, kind, name) in enumerate(places)
    ]


def _stop(chance: Random, days: float) -> list[int]:
    start = working_day(chance.randrange(max(1, round(days)))) + chance.randint(OPENS, CLOSES)
    return [start, start + chance.randint(85, 145)]


def _closed(kind: str, weeks: int, stop: list[int] | None) -> list[list[int]]:
    windows: list[Window] = [] if kind == "furnace" else list(nights(weeks))
    if stop is not None:
        windows.append((stop[0], stop[1]))
    return [[low, high] for low, high in merged(windows)]


def nights(weeks: int) -> tuple[Window, ...]:
    """The nights and weekends of a shift machine."""
    days = [working_day(n) for n in range(5 * weeks + 1)]
    between = ((day + CLOSES, min(weeks * WEEK, after + OPENS)) for day, after in pairwise(days))
    return ((0, OPENS), *between)


def _running(chance: Random, kind: str, *, running: bool) -> dict[str, object]:
    """What a machine is busy with at time 0, and the family that is mounted on it."""
    if not running:
        return {"busy_until": 0, "family_mounted": None}
    return {
        "busy_until": OPENS + chance.randint(6, 48),
        "family_mounted": _family(kind, chance.randrange(FAMILIES)),
    }


def _family(kind: str, family: int) -> int:
    return family % PROGRAMS if kind == "furnace" else family


def _changeovers(chance: Random, least: int, most: int) -> list[list[int]]:
    """[family before][family after]: about half at the most, the rest evenly below."""
    return [
        [0 if a == b else min(most, chance.randint(least, 2 * most)) for b in range(FAMILIES)]
        for a in range(FAMILIES)
    ]


def _dated(
    chance: Random, number: int, order: _Order, days: float, machines: list[dict[str, object]]
) -> dict[str, object]:
    waits = chance.random() < WAITING
    arrives = chance.randint(1, max(1, round(days * LATE_DAYS))) if waits else 0
    own = FLOW * sum(order.slots) / (CLOSES - OPENS)
    due_day = max(1, int(arrives + own + chance.uniform(0, max(0.0, days - SOONER))))
    return {
        "id": number,
        "weight": chance.choices((1, 2, 4), (5, 3, 2))[0],
        "release": working_day(arrives) + OPENS,
        "due": working_day(due_day) + DUE,
        "operations": [
            _operation(chance, kind, order.family, slots, machines)
            for kind, slots in zip(order.route, order.slots, strict=True)
        ],
    }


def _operation(
    chance: Random, kind: str, family: int, slots: int, machines: list[dict[str, object]]
) -> dict[str, object]:
    able = [n for n, machine in enumerate(machines) if machine["type"] == kind]
    chosen = sorted(chance.sample(able, ELIGIBLE[kind]))
    return {
        "type": kind,
        "family": _family(kind, family),
        "machines": [{"machine": n, "slots": max(1, round(slots * chance.choice(PACE)))} for n in chosen],
    }
