"""What rooms need from outside, as Protocols with promises; nothing here does anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from app.records.action import Action
from app.records.cloud import (
    Answered,
    Breaker,
    Call,
    Capability,
    Caps,
    CostLine,
    Payer,
    Prompt,
    Standing,
    Unanswered,
    Why,
)
from app.records.decision import Decision, Step
from app.records.egress import Leaving
from app.records.floor import Floor
from app.records.kpi import DayFigures
from app.records.message import Message
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
from app.records.scheduling import Problem, Schedule
from app.records.versions import InForce, Origin, Version

T = TypeVar("T")


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

    def person(self, userid: str) -> Person | None: ...
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
        """What its sender said in its conversation since a time and before it, newest first; at most 8."""

    def held(self) -> tuple[Decision, ...]:
        """Decisions that wait for a person, oldest first."""

    def names(self) -> Names: ...
    def names_version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a message at the door. `fresh` is False when the msgid was there before."""

    decision_id: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One answer or notice that waits to be delivered.

    `stream` is the id of the bubble to finish in place, "" for a push; `reply_to` the msgid it
    answers, "" for a notice. `doubtful` is True when an earlier attempt was written but never
    acknowledged: its outcome is unknown.
    """

    id: int
    decision_id: str
    to: str
    group: bool
    text: str
    reply_to: str
    req_id: str
    stream: str
    attempts: int
    doubtful: bool


class Book(Facts, Protocol):
    """The view inside one write: everything done through it commits together or not at all."""

    def accept(self, message: Message) -> Accepted:
        """Keep the frame; a msgid seen before changes nothing and returns the first decision."""

    def divide(self, decision: Decision, part: int) -> Decision:
        """Begin another decision of the same message, for its wish number `part` from 1.

        Raises OwnFault when that part was begun before.
        """

    def further(self, decision: Decision) -> Decision:
        """Begin another decision of the same message, after all that were begun of it."""

    def append(self, decision: Decision, steps: Sequence[Step]) -> Decision:
        """Add steps by the life-cycle table, each with its link of the audit chain.

        Raises StaleDecision when somebody else has moved the decision on, WrongStage when the
        table forbids a step.
        """

    def apply(self, action: Action, key: str) -> str:
        """Do it, once per `key`; returns what it made (a case or request number) or ""."""

    def reverse(self, action: Action, key: str) -> bool:
        """Take a done action back, once per `key`; False when it has no reverse."""

    def answer(self, decision: Decision, text: str, *, final: bool = True) -> None:
        """Queue the answer to the decision's sender; at most one final answer per decision.

        A final answer finishes the bubble; only a message's own decision, part 0, has one.
        """

    def notify(self, decision_id: str, to: str, text: str) -> None:
        """Queue a push to a person."""

    def keep_plan(self, plan: Plan, origin: Origin = ...) -> None:
        """Store a proposed plan with how it came about; one that is there already stays as it is."""

    def keep_figures(self, days: Sequence[DayFigures]) -> None:
        """Set the key figures of each facility's day; may be repeated."""

    def drop_plan(self, plan_id: str) -> None:
        """Drop a proposed plan: nobody chose it. Any other plan stays as it is."""

    def vote(self, answer: str, userid: str, vote: int) -> None:
        """Keep a person's latest vote on a decision's answer: 1 good, 2 bad, 3 withdraws it."""


class Store(Protocol):
    """Durable records; what `write` returned is on the disk."""

    async def read(self, look: Callable[[Facts], T]) -> T:
        """Run `look` on a consistent view."""

    async def write(self, change: Callable[[Book], T]) -> T:
        """Run `change` in one transaction; raises what it raises, with nothing kept.

        Concurrent calls may share one commit. `change` may be run only once.
        """

    async def unfinished(self) -> tuple[Decision, ...]:
        """Decisions that a restart must take up again, oldest first."""


class Outbox(Protocol):
    """The queue of what must still be said; survives a crash."""

    async def due(self, limit: int) -> tuple[Outgoing, ...]:
        """What may be sent now, oldest first, at most one per recipient conversation."""

    async def claim(self, outgoing_id: int) -> None:
        """Note, durably, that an attempt is about to be written to the wire.

        Raises NotWaiting for a row that does not wait, with nothing changed: it is somebody else's.
        """

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        """It was acknowledged; `at` is when its last frame was written."""

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        """Try again later."""

    async def given_up(self, outgoing_id: int, reason: str) -> None:
        """It can never be delivered; it shows as undelivered."""


class Bubble(Protocol):
    """The sender's open answer: shown at once, replaced in place; best effort, never raises."""

    async def open(self, decision: Decision, text: str) -> None: ...
    async def refresh(self, decision: Decision, text: str) -> None: ...


class Lane(Protocol):
    """The local model."""

    @property
    def model_hash(self) -> str:
        """First 12 hex digits of the weights' SHA-256."""

    async def embed(self, texts: Sequence[str], *, priority: int, timeout_s: float) -> list[list[float]]:
        """Mean-pooled hidden states, one vector per text, in order; lower priority goes first.

        Raises LaneDown on time-out, crash or overload; the call may be repeated.
        """


class Solver(Protocol):
    """The scheduling engine, in a process of its own."""

    async def solve(self, problem: Problem, *, limit_s: float, start: Schedule | None = None) -> Schedule:
        """The best schedule within about `limit_s`; a dispatch schedule when the engine fails.

        `start` is one to begin from, None for none; it need not be legal. Never raises for a valid
        problem; status "none" when nothing legal was found.
        """


class Cloud(Protocol):
    """Models outside the plant; asked for schedule wishes alone."""

    def standing(self) -> Standing:
        """How it is, as far as is known without asking anybody."""

    async def consult(self, prompt: Prompt, read: Callable[[str], T]) -> Answered[T] | Unanswered:
        """Ask within one deadline, one reservation of money and three attempts; never raises.

        `read` takes the answer's text or raises AnswerWrong with what is wrong with it; that is told
        to the model once, then the next model is asked.
        """


class CloudBook(Protocol):
    """What the cloud's client must remember; what a call returned is on the disk."""

    async def reserve(self, call: Call, payers: Sequence[Payer], caps: Caps) -> Why | None:
        """Set `call.reserved_micro` aside; or which cap forbids it, with nothing kept.

        What is set aside counts as spent until it is settled. Calls at once are decided one by one.
        """

    async def settle(self, call: Call) -> None:
        """Put what a call cost in place of what was set aside, shared among its payers; once per call."""

    async def recall(self, key: str, now: datetime) -> str | None:
        """The kept answer of a key that has not ended, or None."""

    async def keep(self, key: str, answer: str, until: datetime) -> None:
        """Keep an answer until a time."""

    async def breakers(self) -> tuple[Breaker, ...]:
        """The circuits that are not closed."""

    async def set_breaker(self, breaker: Breaker) -> None:
        """Open a circuit, or open it longer; one per provider, model and reason."""

    async def close_breakers(self, provider: str, model: str) -> None:
        """Close every circuit of a provider's model."""

    async def capability(self, base_url: str, model: str) -> Capability | None:
        """What was measured of an endpoint, or None."""

    async def set_capability(self, capability: Capability) -> None:
        """Keep what was measured in place of what was measured before."""

    async def spent(self, since: datetime, by: str) -> tuple[CostLine, ...]:
        """Settled and reserved cost since a time; `by` is decision, intent, facility, person or model."""


class Ledger(Protocol):
    """What left the plant."""

    async def leaves(self, entry: Leaving) -> None:
        """Keep an entry; it is on the disk when this returns. Called before the bytes are written."""

    def note(self, entry: Leaving) -> None:
        """Keep an entry within a second; for what another durable row already tells of."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One step as it happened: fields, not sentences; never the words of a message."""

    decision: Decision
    step: Step
    took_ms: float


Observer = Callable[[Observation], None]
Clock = Callable[[], datetime]
