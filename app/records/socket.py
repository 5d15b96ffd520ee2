"""The words of the console's socket: one JSON object a line, asked by a console, answered by the service.

A request is `{"id": n, "verb": "...", ...}`; its reply carries the same id and `ok`. After
`subscribe` the service also pushes lines that carry `feed` in place of an id. Times are ISO 8601
in UTC. Sentences come in the language that `hello` named.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json

from app.records.board import CardDetail, Cards, Messages, Overview, Standing, Transcript
from app.records.chart import Chart
from app.records.decision import Stage
from app.records.kpi import KpiBoard
from app.records.message import Language
from app.records.reading import Intent
from app.records.relay import WINDOW_MAX_S
from app.records.satisfaction import SatisfactionBoard

PROTOCOL = 1
"""Grows when a line changes meaning; new fields with a default do not change it."""

REQUEST_MAX_BYTES = 64 * 1024
REPLY_MAX_BYTES = 8 * 1024 * 1024

T = TypeVar("T")


# What a console may ask -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """The first line: which protocol, and the language of sentences from now on."""

    id: int
    version: int
    language: Language
    verb: Literal["hello"] = "hello"


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Wants a `Standing`."""

    id: int
    verb: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class AskOverview:
    """Wants an `Overview`."""

    id: int
    verb: Literal["overview"] = "overview"


@dataclass(frozen=True, slots=True)
class AskDecisions:
    """Wants `Cards`."""

    id: int
    verb: Literal["decisions"] = "decisions"


@dataclass(frozen=True, slots=True)
class AskDecision:
    """Wants one `CardDetail`; code `unknown_decision` when there is none."""

    id: int
    decision: str
    verb: Literal["decision"] = "decision"


@dataclass(frozen=True, slots=True)
class AskMessages:
    """Wants `Messages`, newest first."""

    id: int
    limit: Annotated[int, Field(ge=1, le=500)] = 200
    verb: Literal["messages"] = "messages"


@dataclass(frozen=True, slots=True)
class AskChart:
    """Wants a `Chart` of the published plan, or of the plan named; code `unknown_plan` when there is none.

    Where no plan is published the chart has no name and its machines stand empty.
    """

    id: int
    plan: Annotated[str, Field(max_length=100)] = ""
    verb: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True)
class AskTranscript:
    """Wants one `Transcript`; code `unknown_message` when the msgid never came."""

    id: int
    msgid: str
    verb: Literal["transcript"] = "transcript"


@dataclass(frozen=True, slots=True)
class AskFigures:
    """Wants a `KpiBoard`."""

    id: int
    verb: Literal["figures"] = "figures"


@dataclass(frozen=True, slots=True)
class AskWindow:
    """Wants a `WindowStanding`."""

    id: int
    verb: Literal["check_window"] = "check_window"


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """Have checks of the callbacks' address answered for so long from now; 0 shuts the window.

    The service's own account and root may; anybody else unlocks first.
    """

    id: int
    seconds: Annotated[float, Field(ge=0, le=WINDOW_MAX_S)]
    verb: Literal["open_check_window"] = "open_check_window"


@dataclass(frozen=True, slots=True)
class AskSatisfaction:
    """Wants a `SatisfactionBoard`."""

    id: int
    verb: Literal["satisfaction"] = "satisfaction"


@dataclass(frozen=True, slots=True)
class Unlock:
    """Opens writing on this connection for one person."""

    id: int
    userid: str
    pin: str
    verb: Literal["unlock"] = "unlock"


@dataclass(frozen=True, slots=True)
class Lock:
    """Back to reading only."""

    id: int
    verb: Literal["lock"] = "lock"


@dataclass(frozen=True, slots=True)
class Touch:
    """A key was pressed: the person is still there."""

    id: int
    verb: Literal["touch"] = "touch"


@dataclass(frozen=True, slots=True)
class Approve:
    """Yes to exactly the action with this digest."""

    id: int
    decision: str
    digest: str
    verb: Literal["approve"] = "approve"


@dataclass(frozen=True, slots=True)
class Refuse:
    """No, and why."""

    id: int
    decision: str
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    verb: Literal["refuse"] = "refuse"


@dataclass(frozen=True, slots=True)
class Undo:
    """Take a done action back."""

    id: int
    decision: str
    verb: Literal["undo"] = "undo"


@dataclass(frozen=True, slots=True)
class Teach:
    """What a decision's words had meant, None to leave that, and a name; see `Lesson`."""

    id: int
    decision: str
    intent: Intent | None = None
    word: Annotated[str, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=200)] = ""
    verb: Literal["teach"] = "teach"


@dataclass(frozen=True, slots=True)
class PublishVersion:
    """Yes to the decision that holds this plan; one that nothing holds is proposed again."""

    id: int
    plan: Annotated[str, Field(min_length=1, max_length=40)]
    verb: Literal["publish_plan"] = "publish_plan"


@dataclass(frozen=True, slots=True)
class RevertPlan:
    """Propose an earlier plan again, under the facts of now; "" is the one before that in force."""

    id: int
    plan: Annotated[str, Field(max_length=40)] = ""
    verb: Literal["revert_plan"] = "revert_plan"


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Wants every step as it happens, as `StepLine`."""

    id: int
    verb: Literal["subscribe"] = "subscribe"


Request = (
    Hello
    | AskStatus
    | AskOverview
    | AskDecisions
    | AskDecision
    | AskMessages
    | AskChart
    | AskTranscript
    | AskFigures
    | AskWindow
    | OpenWindow
    | AskSatisfaction
    | Unlock
    | Lock
    | Touch
    | Approve
    | Refuse
    | Undo
    | Teach
    | PublishVersion
    | RevertPlan
    | Subscribe
)


# What the service says --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a write. `code` is stable, "" when ok; `text` is for the person who asked."""

    ok: bool
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply line. `id` is None where the request's own could not be read."""

    id: int | None
    ok: bool
    code: str = ""
    text: str = ""
    result: Any = None


@dataclass(frozen=True, slots=True)
class StepLine:
    """A decision took a step; whoever shows it reads it again."""

    decision: str
    step: str
    stage: Stage
    at: datetime
    feed: Literal["step"] = "step"


@dataclass(frozen=True, slots=True)
class MissedLine:
    """So many lines were dropped because this client reads too slowly."""

    count: int
    feed: Literal["missed"] = "missed"


FeedLine = StepLine | MissedLine


# On the wire ------------------------------------------------------------------------------------


class LineWrong(Exception):
    """A request that cannot be read; `code` is bad_line, unknown_verb or bad_request."""

    def __init__(self, code: str, text: str, request_id: int | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.request_id = request_id


_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="verb")])
_ANY: TypeAdapter[object] = TypeAdapter(Any)
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_RESULTS: Mapping[type, TypeAdapter[Any]] = {
    of: TypeAdapter(of)
    for of in (
        Standing,
        Overview,
        Cards,
        CardDetail,
        Messages,
        Chart,
        Transcript,
        KpiBoard,
        SatisfactionBoard,
    )
}
_PUSHED: TypeAdapter[FeedLine] = TypeAdapter(Annotated[FeedLine, Field(discriminator="feed")])


def to_line(said: object) -> bytes:
    """One line, with its end; `said` is any of the records above. Half characters become "?"."""
    try:
        return _ANY.dump_json(said) + b"\n"
    except (PydanticSerializationError, UnicodeEncodeError):
        text = json.dumps(_ANY.dump_python(said), ensure_ascii=False, default=str)
        return text.encode(errors="replace") + b"\n"


def read_request(line: bytes) -> Request:
    """The request on a line; raises LineWrong."""
    given = _object(line)
    found = given.get("id")
    request_id = found if isinstance(found, int) and not isinstance(found, bool) else None
    try:
        return _REQUEST.validate_json(line, strict=True)
    except ValidationError as fault:
        first = fault.errors()[0]
        if first["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            verb = str(given.get("verb", ""))[:40]
            raise LineWrong("unknown_verb", f"'{verb}' is no verb of this service", request_id) from None
        field = ".".join(str(part) for part in first["loc"][1:])
        raise LineWrong("bad_request", f"{field}: {first['msg']}", request_id) from None


def read_said(line: bytes) -> Answer | FeedLine:
    """What the service said on a line; raises LineWrong."""
    given = _object(line)
    try:
        said: TypeAdapter[FeedLine] | TypeAdapter[Answer] = _PUSHED if "feed" in given else _ANSWER
        return said.validate_json(line, strict=True)
    except ValidationError as fault:
        raise LineWrong("bad_line", str(fault.errors()[0]["msg"])) from None


def shape(result: object, of: type[T]) -> T:
    """A reply's result as the record that its verb promises; raises LineWrong when it is something else."""
    try:
        found: T = _RESULTS[of].validate_json(_ANY.dump_json(result), strict=True)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise LineWrong("bad_line", f"no {of.__name__}: {where}: {first['msg']}") from None
    return found


def _object(line: bytes) -> dict[str, object]:
    try:
        given = from_json(line, allow_inf_nan=False)
    except ValueError as fault:
        raise LineWrong("bad_line", f"not JSON: {fault}") from None
    if not isinstance(given, dict):
        raise LineWrong("bad_line", "not a JSON object")
    return given
