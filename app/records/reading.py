"""What the appliance understood of one message."""

from dataclasses import dataclass, field, fields
from enum import StrEnum

from app.records.message import Language


class Intent(StrEnum):
    """What people may ask for; the ten of the contract."""

    PRODUCTION_SCHEDULE = "production_schedule"
    ORDER_STATUS = "order_status"
    INVENTORY_CHECK = "inventory_check"
    INVENTORY_MOVEMENT = "inventory_movement"
    QUALITY_ISSUE = "quality_issue"
    MACHINE_STATUS = "machine_status"
    PROGRESS_REPORT = "progress_report"
    COORDINATION = "coordination"
    APPROVAL = "approval"
    OTHER = "other"


class Layer(StrEnum):
    """Who decided what a message means."""

    RULE = "rule"
    MODEL = "model"
    CLOUD = "cloud"
    PERSON = "person"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Entities:
    """The plant's own things named in a message, as the codes of the plant's tables.

    Every field is a tuple, empty when absent, in order of appearance. `quantity` and `unit` run
    in parallel. `due` keeps the words as written.
    """

    order: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    facility: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    quantity: tuple[float, ...] = ()
    unit: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    decision_id: tuple[str, ...] = ()

    def as_contract(self) -> dict[str, object]:
        """The keys that are there; a single value bare, several as a list; no `unit` when none was said."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        if not any(self.unit):
            found.pop("unit", None)
        return {key: v[0] if len(v) == 1 else list(v) for key, v in found.items()}


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something named like one of ours that the plant's tables do not hold.

    `what` is "order", "item" or "machine"; `nearest` holds at most three codes, best first. `said` is
    "" where the words only point at one of the nearest, and which is not clear.
    """

    what: str
    said: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """A thing that the words leave out and an earlier message named.

    `kind` is a field of Entities; `ticket` the decision it comes from, "" for an earlier part of the
    same message.
    """

    kind: str
    value: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One meaning that the message may have; confidence 0..1."""

    intent: Intent
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The best guess and how sure it is.

    `decided` says whether the appliance goes on without asking back; when it is False, `choices`
    holds the two or three meanings to offer, best first. `by` names the rule or the model's hash.
    `question` is True when the words ask rather than report. `text` is the normalised text, of a
    message with several wishes the part that holds this one. `carried` tells which of the entities
    come from earlier words.
    """

    intent: Intent
    confidence: float
    layer: Layer
    decided: bool
    language: Language
    by: str
    text: str
    question: bool = False
    entities: Entities = field(default_factory=Entities)
    unknown: tuple[Unknown, ...] = ()
    choices: tuple[Choice, ...] = ()
    elapsed_ms: float = 0.0
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the same sender said before in the same conversation; `ticket` "" in the same message."""

    ticket: str
    reading: Reading
