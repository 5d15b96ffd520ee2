"""What the relay and the appliance say to each other: one small JSON text a frame, versioned.

The appliance opens with `hello`; `after` is the last record that it has committed of the queue whose
id it names, and acknowledges it. The relay answers `welcome`, then sends records with rising numbers.
`ack` says that every record up to `n` is committed. `window` opens the passing on of URL checks for so
many seconds, 0 shuts it; `echo` and `answer` are one such check. `bye` comes before the relay hangs up.
"""

import base64
import hashlib
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

FRAME_MAX_BYTES = 4 * 1024**2
BATCH_BYTES = 1024**2
"""A frame of records ends with the record that reaches this, and so stays below the frame's limit."""
ECHO_S = 1.0
"""How long WeCom waits for the answer to a URL check."""
WINDOW_MAX_S = 3600.0
_ECHO = re.compile(r"[0-9A-Za-z]{1,64}")

Number = Annotated[int, Field(ge=0, lt=2**63)]
Query = Annotated[str, Field(max_length=4096)]


def _bytes(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Body = Annotated[
    bytes, BeforeValidator(_bytes), PlainSerializer(lambda body: base64.b64encode(body).decode())
]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Record(_Frame):
    """One callback as it came: the raw query, the body's bytes, when (UTC) and from which address.

    `hash` covers the rest but `n`, so that a record that rotted on a disk is seen.
    """

    n: Number
    received_ms: Number
    source: Annotated[str, Field(max_length=64)]
    query: Query
    body: Body
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @property
    def whole(self) -> bool:
        """Whether it is what the relay received, as far as the hash can tell."""
        return self.hash == fingerprint(self.received_ms, self.source, self.query, self.body)


class Hello(_Frame):
    """The appliance's first frame; `queue` is "" when it knows none."""

    kind: Literal["hello"] = "hello"
    v: Literal[1] = 1
    queue: Annotated[str, Field(max_length=64)]
    after: Number


class Ack(_Frame):
    """Every record up to `n` is committed."""

    kind: Literal["ack"] = "ack"
    n: Number


class Window(_Frame):
    """URL checks may be passed on for so long, counted from now."""

    kind: Literal["window"] = "window"
    open_s: Annotated[float, Field(ge=0, le=WINDOW_MAX_S)]


class Answer(_Frame):
    """The answer to one URL check; None says nothing about why."""

    kind: Literal["answer"] = "answer"
    id: Number
    text: str | None


class Welcome(_Frame):
    """The relay's first frame."""

    kind: Literal["welcome"] = "welcome"
    v: Literal[1] = 1
    queue: Annotated[str, Field(max_length=64)]


class Records(_Frame):
    """Records in rising order of `n`."""

    kind: Literal["records"] = "records"
    records: list[Record]


class Echo(_Frame):
    """A URL check to be answered now."""

    kind: Literal["echo"] = "echo"
    id: Number
    query: Query


class Bye(_Frame):
    """The relay hangs up."""

    kind: Literal["bye"] = "bye"
    reason: Literal["superseded", "unreadable"]


FromAppliance = Hello | Ack | Window | Answer
FromRelay = Welcome | Records | Echo | Bye
_BY_KIND = Field(discriminator="kind")
_FROM_APPLIANCE: TypeAdapter[FromAppliance] = TypeAdapter(Annotated[FromAppliance, _BY_KIND])
_FROM_RELAY: TypeAdapter[FromRelay] = TypeAdapter(Annotated[FromRelay, _BY_KIND])


def read_from_appliance(text: str | bytes) -> FromAppliance:
    """The frame; raises ValueError."""
    return _FROM_APPLIANCE.validate_json(text)


def read_from_relay(text: str | bytes) -> FromRelay:
    """The frame; raises ValueError."""
    return _FROM_RELAY.validate_json(text)


def write(frame: FromAppliance | FromRelay) -> str:
    """The frame's text."""
    return frame.model_dump_json()


def fingerprint(received_ms: int, source: str, query: str, body: bytes) -> str:
    """SHA-256 in hex of what the relay received."""
    return hashlib.sha256(f"{received_ms}\n{source}\n{query}\n".encode() + body).hexdigest()


def is_short_echo(text: str | None) -> bool:
    """Whether it may be returned to whoever checks the URL: a short word of letters and digits."""
    return text is not None and _ECHO.fullmatch(text) is not None
