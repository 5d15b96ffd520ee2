"""What the desk works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.ports import Bubble, Clock, Cloud, Observer, Painter, Solver, Store
from app.records.answer import Catalogue
from app.records.message import Channel, Message
from app.settings import Cloud as Consulting
from app.settings import Limits, Planning, Reports
from app.understand.corrections import Corrections
from app.understand.newnames import NewNames
from app.understand.reader import Reader


async def _nobody(_sender: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the desk works with.

    `context_minutes` is how far back a message may refer to what its sender said before. `wake`
    tells the delivery that something waits; `on_fault` hears of every surprise with its ticket.
    `identify` may take a moment to learn whose a sender's id is, and tells whether it did.
    `painter` None is that no picture is drawn; `reports` are who gets a shift's unasked.
    `notices` is the way to people who did not ask. `cloud` None is that nobody outside may be asked,
    `consulting` are the rules for asking.
    """

    store: Store
    reader: Reader
    bubble: Bubble
    solver: Solver
    catalogue: Catalogue
    limits: Limits
    planning: Planning
    corrections: Corrections
    new_names: NewNames
    clock: Clock
    wake: Callable[[], None]
    context_minutes: float = 10.0
    cloud: Cloud | None = None
    consulting: Consulting = field(default_factory=Consulting)
    notices: Channel = Channel.BOT
    painter: Painter | None = None
    reports: Reports = field(default_factory=Reports)
    observers: tuple[Observer, ...] = ()
    identify: Callable[[str], Awaitable[bool]] = _nobody
    on_fault: Callable[[str, Exception], None] = lambda _ticket, _fault: None

    def context_since(self, message: Message) -> datetime:
        """From when on what its sender said may have to do with a message."""
        return message.received_at - timedelta(minutes=self.context_minutes)
