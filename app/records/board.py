"""What a console is shown: the service's standing, the plant at a glance, decisions, messages.

Times are aware UTC. Sentences are in the reader's language.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.records.decision import Stage
from app.records.media import MediaLink
from app.records.offer import Contender, Course, Figures
from app.records.plant import MachineState, Role
from app.records.reading import Intent, Layer


@dataclass(frozen=True, slots=True)
class Status:
    """How the service is. None means unknown and is never shown as 0.

    `queue` counts messages without an end yet, `held` what waits for an approval, `undelivered`
    answers that could not be sent, `unknown_senders` who wrote and is no person of the plant.
    `model_calls` counts texts the local model has read, `cloud_calls` questions that left today.
    `shift` is the current shift's name, "" when no calendar tells. `zone` is plant time (IANA).
    """

    mode: Literal["FULL", "NO-CLOUD", "RULES", "NO-ERP", "PAPER"]
    link: Literal["up", "down", "parked", "off"]
    lane: Literal["up", "down", "off"]
    now: datetime
    zone: str
    queue: int | None = None
    held: int | None = None
    undelivered: int | None = None
    messages_today: int | None = None
    cost_today_cny: float | None = None
    link_since: datetime | None = None
    lane_since: datetime | None = None
    shift: str = ""
    model_calls: int | None = None
    cloud_calls: int | None = None
    unknown_senders: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The service's status, and this connection's right to write: "" while it only reads."""

    status: Status
    holder: str = ""
    holder_name: str = ""
    locks_in_s: float = 0.0


@dataclass(frozen=True, slots=True)
class WindowStanding:
    """Whether checks of the callbacks' address can be answered at all, and for how long they are still."""

    possible: bool
    open_s: float


@dataclass(frozen=True, slots=True)
class MachineRow:
    """One machine: state, and what it runs (an order number, "" when nothing is known)."""

    code: str
    state: MachineState
    since: datetime
    until: datetime | None = None
    order: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An order that may be late; `late_min` is from the published plan, None when unplanned."""

    order: str
    item: str
    due: datetime
    late_min: int | None = None


@dataclass(frozen=True, slots=True)
class SiteBoard:
    """One facility at a glance. Counts are None when unknown."""

    code: str
    name: str
    machines: tuple[MachineRow, ...] = ()
    at_risk: tuple[RiskRow, ...] = ()
    orders_on_hold: int | None = None
    cases_open: int | None = None
    requests_open: int | None = None
    cards_waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Every facility, as of `at`; `per_minute` counts messages of the last 60 minutes, oldest first."""

    at: datetime
    sites: tuple[SiteBoard, ...]
    per_minute: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One decision on a line.

    `until` is when an approval lapses, None unless held. `undoable` says whether a done action has
    a reverse, `undo_until` when that ends, None for no limit. `roles` and `may_facility` say who
    may approve; None is any facility. `settled_by` names who or what said yes or no, "" before.
    """

    decision: str
    stage: Stage
    facility: str
    sender: str
    sender_name: str
    asked_at: datetime
    words: str
    proposal: str = ""
    why: str = ""
    reason: Literal["", "approval", "confirm", "unclear"] = ""
    until: datetime | None = None
    undoable: bool = False
    undo_until: datetime | None = None
    intent: Intent | None = None
    layer: Layer | None = None
    confidence: float | None = None
    roles: tuple[Role, ...] = ()
    may_facility: str | None = None
    cost_cny: float = 0.0
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """What waits for a person, and what was settled lately, newest first."""

    at: datetime
    held: tuple[Card, ...] = ()
    recent: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a decision in words; `by` is who or what took it, "" when plain.

    `intent`, `layer` and `confidence` are of a step that understood.
    """

    at: datetime
    kind: str
    by: str = ""
    text: str = ""
    intent: Intent | None = None
    layer: Layer | None = None
    confidence: float | None = None
    cost_cny: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several actions that a person may approve; `action` as in `CardDetail`."""

    courses: tuple[Course, ...]
    figures: Figures
    action: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardDetail:
    """A decision in full.

    `action` holds the fields of exactly what would run or ran, None when there is none;
    `digest_of(action)` is what an approval must carry. `reversible` says whether it has a reverse.
    `choices` are what a held decision offers, numbered from 1, `action` among them; empty when
    there is nothing to choose. `contenders` are the plans that were compared before one was held.
    `media` came with its message, or was added to it or to the case that it opened.
    """

    card: Card
    steps: tuple[StepRow, ...] = ()
    action: dict[str, Any] | None = None
    reversible: bool = False
    reply: str = ""
    choices: tuple[Choice, ...] = ()
    contenders: tuple[Contender, ...] = ()
    media: tuple[MediaLink, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message, what came with it, and its end. `delivered` is None while no answer was sent.

    `up` and `down` count the latest votes on its answer.
    `code` says why it was refused or failed, "" for any other end.
    """

    msgid: str
    decision: str
    at: datetime
    sender: str
    sender_name: str
    facility: str
    words: str
    stage: Stage
    chat: str | None = None
    intent: Intent | None = None
    layer: Layer | None = None
    confidence: float | None = None
    reply: str = ""
    reply_ms: float | None = None
    delivered: bool | None = None
    media: tuple[MediaLink, ...] = ()
    up: int = 0
    down: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages, newest first."""

    at: datetime
    rows: tuple[MessageRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What came of one message, in the contract's transcript fields."""

    msgid: str
    sender: str
    chat: str | None
    text: str
    intent: str
    layer: str
    stage: Stage
    reply: str
    reply_ms: float | None
    decision_id: str
