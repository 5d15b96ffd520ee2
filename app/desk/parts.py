"""What the desk works with."""

from collections.abc import Callable
from dataclasses import dataclass

from app.ports import Bubble, Clock, Observer, Solver, Store
from app.records.answer import Catalogue
from app.settings import Limits, Planning
from app.understand.reader import Reader


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the desk works with.

    `wake` tells the delivery that something waits; `on_fault` hears of every surprise with its ticket.
    """

    store: Store
    reader: Reader
    bubble: Bubble
    solver: Solver
    catalogue: Catalogue
    limits: Limits
    planning: Planning
    clock: Clock
    wake: Callable[[], None]
    observers: tuple[Observer, ...] = ()
    on_fault: Callable[[str, Exception], None] = lambda _ticket, _fault: None
