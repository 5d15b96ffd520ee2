"""What is asked of a model outside, what it costs, and what came of it; no words of ours in any of it.

Money is counted in whole millionths of a yuan, so that parts always add up to the whole.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from app.records.message import Language
from app.records.reading import Intent

T = TypeVar("T")

Provider = Literal["deepseek", "tencent", "lan"]
PROVIDERS: tuple[Provider, ...] = ("deepseek", "tencent", "lan")

MICRO = 1_000_000
"""Millionths in a yuan."""

FaultClass = Literal["transient", "throttle", "account", "content", "policy", "deadline"]
"""What kind of failure an attempt met.

"transient" may be tried again at once, "throttle" after a while, "account" (key, balance, retired
model) not before somebody has acted, "content" once in other words, "policy" (a safety block) never,
"deadline" is that the time for the whole is over.
"""

FAULT_CLASSES: tuple[FaultClass, ...] = (
    "transient", "throttle", "account", "content", "policy", "deadline",
)  # fmt: skip

Why = Literal[
    "off",  # not switched on, or nobody to ask
    "no_key",  # the file with the key cannot be read
    "no_price",  # no price is known that is valid now
    "day", "month", "person", "loop",  # a cap of money, or the same wish again and again
    "open",  # every provider's circuit is open
    "busy",  # the limits of calls at once or per minute are reached
    "blocked",  # something that must not leave is left in what would be sent
    "transient", "throttle", "account", "content", "policy", "deadline",  # the last attempt's class
]  # fmt: skip
"""Why there is no answer."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt, each 0 or more.

    `hit` and `miss` are the prompt's tokens, found in the provider's cache or not; `output` includes
    `reasoning`. `estimated` is True where the provider did not say and our own count stands in.
    """

    hit: int = 0
    miss: int = 0
    output: int = 0
    reasoning: int = 0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.hit + other.hit,
            self.miss + other.miss,
            self.output + other.output,
            self.reasoning + other.reasoning,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose wish a call is for: a decision, who asked, and what its cost is counted under."""

    decision: str
    person: str
    intent: Intent
    facility: str
    wish: str
    """SHA-256, hex, of the wish's words as they were said: the same wish again has the same."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question, ready to leave: `fixed` is the same for every call of a version, `asked` is not.

    `version` names the wording and the schema of the answer; `facts` is a digest of every fact that
    was used, so that an answer ends when one of them changes. `payers` share the cost.
    """

    fixed: str
    asked: str
    version: str
    facts: str
    language: Language
    payers: tuple[Payer, ...]
    data_class: Literal["schedule", "schedule+words"] = "schedule"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire. `fault` is None when its answer was taken; `fault_id` tells more closely.

    `model` is the one that says it answered, "" when none did; `fingerprint` what it says of its build.
    """

    provider: Provider
    asked_model: str
    model: str = ""
    fingerprint: str = ""
    fault: FaultClass | None = None
    fault_id: str = ""
    usage: Usage = field(default_factory=Usage)
    cost_micro: int = 0
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """A whole call: one reservation, at most three attempts. `cached` when nothing had to leave."""

    id: str
    at: datetime
    prompt_digest: str
    attempts: tuple[Attempt, ...] = ()
    reserved_micro: int = 0
    cached: bool = False
    took_ms: float = 0.0

    @property
    def cost_micro(self) -> int:
        """What all attempts cost."""
        return sum(each.cost_micro for each in self.attempts)

    @property
    def usage(self) -> Usage:
        """The tokens of all attempts."""
        return sum((each.usage for each in self.attempts), Usage())

    @property
    def provider(self) -> Provider | None:
        """Who was asked last."""
        return self.attempts[-1].provider if self.attempts else None

    @property
    def model(self) -> str:
        """Which model answered last, "" when none did."""
        return self.attempts[-1].model if self.attempts else ""


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """An answer that its reader took."""

    value: T
    call: Call


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer, and why; `call` is None when nothing was begun."""

    why: Why
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be spent: millionths of a yuan per plant day, month and person's day.

    `repeats` is how often the same wish may be asked within an hour.
    """

    day_micro: int
    month_micro: int
    person_day_micro: int
    repeats: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the cloud is: "off" is not switched on, "up" may be asked, "down" every circuit is open."""

    state: Literal["off", "up", "down"]
    spent_today_micro: int = 0
    calls_today: int = 0


@dataclass(frozen=True, slots=True)
class Breaker:
    """A circuit that is not closed: who, which model, why, since when, when one probe may go.

    `trips` counts how often in a row it opened; each time it stays open longer.
    """

    provider: Provider
    model: str
    reason: FaultClass
    opened_at: datetime
    probe_at: datetime
    trips: int = 1


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether an endpoint was measured to hold its answers to a schema, and when.

    `form` is how the schema must be sent: "json_schema", "schema" or "none"; `build` is what the
    server said of itself then: with another, the measurement no longer counts.
    """

    base_url: str
    model: str
    form: Literal["json_schema", "schema", "none"]
    build: str
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class CostLine:
    """What a group of calls cost on one plant day; `of` is the group's name, such as an intent."""

    of: str
    calls: int
    usage: Usage
    cost_micro: int
