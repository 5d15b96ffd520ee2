"""Models outside the plant, what they cost, and everything that leaves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

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
from app.records.egress import Leaving

T = TypeVar("T")


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
