"""One attempt as its two sides see it: what is sent where, what came back, or what went wrong."""

from dataclasses import dataclass, field
from typing import Literal

from app.records.cloud import FaultClass, Provider, Usage
from app.records.errors import Outside


@dataclass(frozen=True, slots=True)
class Target:
    """Who is asked, and how. `schema_form` is what was measured of a LAN server, else "none"."""

    provider: Provider
    base_url: str
    model: str
    key: str = field(repr=False, default="")
    thinking: Literal["off", "low", "high"] = "off"
    tokens_max: int = 6000
    schema_form: Literal["json_schema", "schema", "none"] = "none"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation that is sent."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A whole answer, not yet believed. `usage` is None where the provider did not tell."""

    text: str
    model: str
    fingerprint: str
    usage: Usage | None
    took_ms: float


class AttemptFailed(Outside):
    """An attempt without an answer; the text never holds the key or the body.

    `fault_id` is one of this product's names of faults, such as F-16. `sent` is whether any byte of
    the body may have left; `usage` what the provider said it used before it failed, None when it did
    not say. `retry_after_s` is what it asked for, None when it did not ask.
    """

    code = "CH-230"

    def __init__(
        self,
        fault: FaultClass,
        fault_id: str,
        detail: str,
        *,
        sent: bool = True,
        usage: Usage | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.fault, self.fault_id = fault, fault_id
        self.sent, self.usage, self.retry_after_s = sent, usage, retry_after_s
