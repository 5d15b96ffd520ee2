"""What people may wish of a plan: a closed list of kinds, each naming things of the plant by its codes.

Times are aware UTC. A wish says what is wanted; whether it can be had, planning decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Shift = Literal["day", "night"]

SHIFT_MINUTES: dict[Shift, tuple[int, int]] = {"day": (8 * 60, 20 * 60), "night": (20 * 60, 32 * 60)}
"""From which to which minute of plant time a shift lasts, counted from midnight of the day it begins on."""

LOTS_MAX = 12
WEIGHT_MAX = 9
WISHES_MAX = 24
"""Of one message or one answer of the cloud."""


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to before `end`; `shift` where it is a whole shift that people have a name for."""

    start: datetime
    end: datetime
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class Expedite:
    """An order goes before the others; `by` is when it should be ready, None: as soon as can be."""

    order: str
    by: datetime | None = None
    kind: Literal["expedite"] = "expedite"


@dataclass(frozen=True, slots=True)
class Before:
    """On every type of machine that both still need, `order` is through before `then` starts.

    Where they need none in common, the whole of one before the whole of the other. An operation
    that runs already is no longer to be put in order.
    """

    order: str
    then: str
    kind: Literal["before"] = "before"


@dataclass(frozen=True, slots=True)
class Pin:
    """An operation stays on a machine, starts at a time, or both.

    `position` None means every operation that the machine can do; with `at`, the first of those.
    Without a machine, `at` is for the next operation of the order.
    """

    order: str
    position: int | None = None
    machine: str | None = None
    at: datetime | None = None
    kind: Literal["pin"] = "pin"


@dataclass(frozen=True, slots=True)
class Avoid:
    """An order is kept off a machine, a machine is left idle in windows, or an order rests in one.

    At least two of the three are given; windows are in the order of time.
    """

    order: str | None = None
    machine: str | None = None
    windows: tuple[Window, ...] = ()
    kind: Literal["avoid"] = "avoid"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A machine, a person (by userid) or so many `people` of a crew cannot work in a window."""

    window: Window
    machine: str | None = None
    person: str | None = None
    crew: str | None = None
    people: int = 1
    kind: Literal["unavailable"] = "unavailable"


@dataclass(frozen=True, slots=True)
class Prefer:
    """An order, or every order of a family of items, rather at one facility.

    `only`: whatever machines there can do is done there. Otherwise where it costs nothing better.
    """

    facility: str
    order: str | None = None
    family: str | None = None
    only: bool = False
    kind: Literal["prefer"] = "prefer"


@dataclass(frozen=True, slots=True)
class Split:
    """An order is made in so many lots of about equal size, 2 to `LOTS_MAX`."""

    order: str
    lots: int
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class Freeze:
    """What the plan in force has stays: all that begins before `until`, or all of `orders`, or both."""

    until: datetime | None = None
    orders: tuple[str, ...] = ()
    kind: Literal["freeze"] = "freeze"


@dataclass(frozen=True, slots=True)
class Swap:
    """Two orders change places: whichever comes first in the plan in force comes second."""

    order: str
    other: str
    kind: Literal["swap"] = "swap"


@dataclass(frozen=True, slots=True)
class CapOvertime:
    """At most so many minutes of each overtime window, per machine; 0 is none. No facility: everywhere."""

    minutes: int
    facility: str | None = None
    kind: Literal["cap_overtime"] = "cap_overtime"


@dataclass(frozen=True, slots=True)
class Priority:
    """An order's importance for this plan, 1 to `WEIGHT_MAX`."""

    order: str
    weight: int
    kind: Literal["priority"] = "priority"


@dataclass(frozen=True, slots=True)
class Postpone:
    """Nothing more of an order starts before a time."""

    order: str
    not_before: datetime
    kind: Literal["postpone"] = "postpone"


PlainWish = (
    Expedite
    | Before
    | Pin
    | Avoid
    | Unavailable
    | Prefer
    | Split
    | Freeze
    | Swap
    | CapOvertime
    | Priority
    | Postpone
)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Only to see what would come of these: the plan is made and told, never published."""

    wishes: tuple[PlainWish, ...]
    kind: Literal["what_if"] = "what_if"


AnyWish = PlainWish | WhatIf


def plain(wishes: Iterable[AnyWish]) -> tuple[PlainWish, ...]:
    """The wishes with those inside a what-if in its place, in order."""
    found: list[PlainWish] = []
    for wish in wishes:
        found.extend(wish.wishes if isinstance(wish, WhatIf) else (wish,))
    return tuple(found)
