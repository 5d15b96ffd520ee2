"""The plant and its decisions, read at one moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from app.records.card import CardSent
from app.records.decision import Decision
from app.records.floor import Floor
from app.records.identity import Identity, Stranger
from app.records.kpi import DayFigures
from app.records.media import MediaLink
from app.records.message import Channel
from app.records.plant import (
    Calendar,
    Facility,
    Item,
    Machine,
    Operation,
    Order,
    Person,
    Plan,
    QualityCase,
    Request,
    Role,
    StockLine,
)
from app.records.reading import Earlier
from app.records.shift import Stop
from app.records.versions import InForce, Version


@dataclass(frozen=True, slots=True)
class Names:
    """The names that people may use for the plant's things; `version` changes with the tables."""

    version: int
    facilities: tuple[Facility, ...]
    machines: tuple[Machine, ...]
    items: tuple[Item, ...]
    orders: tuple[str, ...]


class Facts(Protocol):
    """A consistent, read-only view of the plant at one moment; every call but `floor` is one query.

    Codes and ids are compared exactly; a thing that does not exist is None or an empty tuple.
    """

    def person(self, userid: str) -> Person | None:
        """Whose userid it is; for a sender's id that is nobody's userid, whom it stands for."""

    def userid(self, sender: str) -> str:
        """The userid of who writes under an id; the id itself where it is nobody's."""

    def address_of(self, userid: str, channel: Channel) -> str:
        """The id under which a person last wrote on a channel; the userid where nothing else is known."""

    def identity(self, sender: str) -> Identity | None:
        """Whom an id stands for, or None."""

    def identities(self) -> tuple[Identity, ...]:
        """Every id that stands for a userid, by sender."""

    def strangers(self, limit: int = ...) -> tuple[Stranger, ...]:
        """Senders that are nobody's still, who wrote last first; at most the 10,000 that are kept."""

    def people(self, role: Role | None = None, facility: str | None = None) -> tuple[Person, ...]: ...
    def facilities(self) -> tuple[Facility, ...]: ...
    def calendars(self) -> tuple[Calendar, ...]: ...
    def items(self) -> tuple[Item, ...]: ...
    def item(self, code: str) -> Item | None: ...
    def stock(self, item: str) -> tuple[StockLine, ...]:
        """The item's stock, by facility code."""

    def floor(self) -> Floor:
        """What limits the work beside machines and hours, with all stock; several queries."""

    def machines(self) -> tuple[Machine, ...]: ...
    def machine(self, code: str) -> Machine | None: ...
    def orders(self) -> tuple[Order, ...]:
        """Every order with an operation not yet done, by due time."""

    def order(self, number: str) -> Order | None: ...
    def running_on(self, machine: str) -> Operation | None:
        """The operation that runs on a machine, or None."""

    def plan(self) -> Plan | None:
        """The published plan, or None."""

    def plan_named(self, plan_id: str) -> Plan | None: ...
    def version(self, plan_id: str) -> Version | None: ...
    def versions(self, limit: int = 50) -> tuple[Version, ...]:
        """The last plans made, newest first."""

    def in_force(self, low: datetime, high: datetime) -> tuple[InForce, ...]:
        """The plans that were the plant's at some time from `low` to before `high`, the earliest first."""

    def orders_between(self, low: datetime, high: datetime) -> tuple[Order, ...]:
        """Orders that are due, or had an operation begun or ended, from `low` to before `high`."""

    def stops(self, low: datetime, high: datetime) -> tuple[Stop, ...]:
        """Stops of machines that ended from `low` to before `high`, latest first."""

    def figures(self, since: date) -> tuple[DayFigures, ...]:
        """Key figures of each facility's day from a day in plant time on, the oldest first."""

    def case(self, number: str) -> QualityCase | None: ...
    def cases(self) -> tuple[QualityCase, ...]:
        """Open cases, oldest first."""

    def request(self, number: str) -> Request | None: ...
    def requests(self) -> tuple[Request, ...]:
        """Requests that wait for an answer, oldest first."""

    def decision(self, decision_id: str) -> Decision | None: ...
    def lately(self, decision: Decision, since: datetime) -> tuple[Earlier, ...]:
        """What its sender said in its conversation since a time and before it, newest first; at most 8.

        Not what was beyond what they may say: that was never read.
        """

    def media_of(self, target: str) -> tuple[MediaLink, ...]:
        """What was added to a case, order or decision; of a decision what came with its message as well."""

    def loose_media(self, decision: Decision, since: datetime) -> tuple[str, ...]:
        """Tickets of what its sender sent in its conversation since a time and belongs to nothing yet.

        With its own message or before it, oldest first; only what is kept or may still be fetched.
        """

    def held(self) -> tuple[Decision, ...]:
        """Decisions that wait for a person, oldest first."""

    def card(self, task_id: str) -> CardSent | None:
        """The card with this id, None when it was never made."""

    def seen(self, fingerprint: str) -> bool:
        """Whether a message with this fingerprint was kept."""

    def names(self) -> Names: ...
    def names_version(self) -> int: ...
