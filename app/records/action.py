"""The closed list of things the appliance can do; nothing else can ever be done.

Each action is data: it is shown to the approver, hashed, and exactly that is what runs.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from app.records.identity import Source
from app.records.plant import Assignment, MachineState, MovementKind, Placed, Severity
from app.records.wish import AnyWish


@dataclass(frozen=True, slots=True)
class LookUp:
    """Only read: the answer is the whole effect."""

    subject: str
    kind: Literal["look_up"] = "look_up"


@dataclass(frozen=True, slots=True)
class MoveStock:
    """Book a movement; `quantity` > 0 in the item's unit (a count may be 0 and sets the figure)."""

    item: str
    facility: str
    movement: MovementKind
    quantity: float
    to_facility: str | None = None
    note: str = ""
    kind: Literal["move_stock"] = "move_stock"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a quality case; hold `hold_quantity` of the item, and the order when `stop_order`."""

    facility: str
    words: str
    severity: Severity
    opened_by: str
    order: str | None = None
    item: str | None = None
    machine: str | None = None
    hold_quantity: float = 0.0
    stop_order: bool = False
    kind: Literal["open_case"] = "open_case"


@dataclass(frozen=True, slots=True)
class SetMachine:
    """Set a machine's state; `until` None means that nobody knows."""

    machine: str
    state: MachineState
    until: datetime | None = None
    note: str = ""
    kind: Literal["set_machine"] = "set_machine"


@dataclass(frozen=True, slots=True)
class ReportProgress:
    """Move an operation on; `quantity` is what was made now, added to what was done."""

    order: str
    position: int
    event: Literal["started", "finished", "quantity"]
    quantity: float = 0.0
    machine: str | None = None
    kind: Literal["report_progress"] = "report_progress"


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """Ask another facility's lead for something."""

    subject: str
    words: str
    from_facility: str
    to_facility: str
    asked_by: str
    lead: str
    kind: Literal["open_request"] = "open_request"


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A lead's answer to a request."""

    request: str
    accepted: bool
    reason: str = ""
    kind: Literal["answer_request"] = "answer_request"


@dataclass(frozen=True, slots=True)
class PublishPlan:
    """Make a checked plan the plant's plan; `digest` is the hash of its assignments."""

    plan: str
    digest: str
    kind: Literal["publish_plan"] = "publish_plan"


@dataclass(frozen=True, slots=True)
class Settle:
    """Approve or refuse another decision that is held; `digest` is the hash of its action."""

    decision: str
    approved: bool
    digest: str
    reason: str = ""
    kind: Literal["settle"] = "settle"


@dataclass(frozen=True, slots=True)
class TeachName:
    """Let people call one of the plant's things, by its code, by one more word."""

    word: str
    what: Literal["item", "machine", "facility"]
    code: str
    kind: Literal["teach_name"] = "teach_name"


@dataclass(frozen=True, slots=True)
class MapSender:
    """Let what comes from a sender's id count as said by a userid; `source` is who says whose it is."""

    sender: str
    userid: str
    source: Source
    kind: Literal["map_sender"] = "map_sender"


@dataclass(frozen=True, slots=True)
class AttachMedia:
    """Add what came with the messages of the decisions `of` to `target`: a case, order or decision."""

    target: str
    of: tuple[str, ...]
    kind: Literal["attach_media"] = "attach_media"


@dataclass(frozen=True, slots=True)
class PlanWith:
    """Plan with these wishes, as the cloud read them and their sender confirms.

    `places` are where the cloud would put operations, `call` is the id of its answer.
    """

    wishes: tuple[AnyWish, ...]
    places: tuple[Placed, ...]
    call: str
    kind: Literal["plan_with"] = "plan_with"


@dataclass(frozen=True, slots=True)
class AskCloud:
    """Let exactly this leave the plant once, to have a wish read.

    `envelope` is the hash of the fixed text of `version` and of `asked`; `aliases` are (kind, real
    name, alias), and stay here. `facts`, `tag` and `origin` are those of the envelope.
    """

    envelope: str
    version: str
    asked: str
    facts: str
    tag: str
    origin: datetime
    aliases: tuple[tuple[str, str, str], ...]
    kind: Literal["ask_cloud"] = "ask_cloud"


Action = (
    LookUp
    | MoveStock
    | OpenCase
    | SetMachine
    | ReportProgress
    | OpenRequest
    | AnswerRequest
    | PublishPlan
    | Settle
    | TeachName
    | MapSender
    | AttachMedia
    | PlanWith
    | AskCloud
)

WITHOUT_EFFECT = (LookUp, PlanWith, AskCloud)
"""Actions that change nothing of the plant: an answer, or the beginning of another decision."""

REVERSIBLE = (MoveStock, SetMachine, PublishPlan, TeachName, MapSender, AttachMedia)
"""Actions that can be taken back, as long as the plant has not gone on since."""


@lru_cache(maxsize=256)
def action_hash(action: Action) -> str:
    """SHA-256, hex, of the action as canonical JSON: what an approval is bound to."""
    return digest_of(asdict(action))


def assignments_digest(assignments: Iterable[Assignment]) -> str:
    """SHA-256, hex, of a plan's assignments in any order: what publishing it is bound to."""
    return digest_of(sorted(_row(a) for a in assignments))


def _row(a: Assignment) -> list[str | int]:
    row: list[str | int] = [a.order, a.position, a.machine, a.start.isoformat(), a.end.isoformat()]
    return [*row, a.lot] if a.lot else row


def digest_of(value: object) -> str:
    """SHA-256, hex, of a JSON-like value in canonical form (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical form")
