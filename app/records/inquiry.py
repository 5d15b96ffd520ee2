"""Questions that planning answers, and that change nothing."""

from dataclasses import dataclass
from datetime import datetime

from app.records.answer import Say


@dataclass(frozen=True, slots=True)
class WhyLate:
    """Why these orders are late; empty: whichever are."""

    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promised:
    """What date can be promised for an order, and what that rests on."""

    order: str


@dataclass(frozen=True, slots=True)
class CanDo:
    """Whether `quantity`, in the item's unit, of an item can be ready by a time; None: when it can.

    `what` is how an answer calls that quantity of that item. `facility` is where it would be an order
    of, None for where such orders usually are.
    """

    item: str
    quantity: float
    what: Say
    by: datetime | None = None
    facility: str | None = None


Inquiry = WhyLate | Promised | CanDo
