"""What the cloud's client is built from, as small Protocols, and two things all its rooms need."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.outbound.cloud.attempt import Raw, Target, Turn
from app.ports import CloudBook
from app.records.cloud import Attempt, Call, Prompt, Provider, Usage, Why

T = TypeVar("T")

Schema = Mapping[str, Any]


class Asker(Protocol):
    """One request on the wire."""

    async def ask_once(
        self,
        target: Target,
        turns: Sequence[Turn],
        *,
        deadline_s: float,
        data_class: Any,
        decision: str,
        schema: Any = None,
    ) -> Raw:
        """The whole answer; raises AttemptFailed."""


class Pricing(Protocol):
    """What tokens cost, in millionths of a yuan; None where no price is known that is valid then."""

    def worst(
        self, provider: Provider, model: str, at: datetime, prompt_tokens: int, output_tokens: int
    ) -> int | None: ...
    def cost(self, provider: Provider, model: str, at: datetime, usage: Usage) -> int | None: ...


class Counting(Protocol):
    """How many tokens a text is, rather too many than too few; learns from what providers tell."""

    def estimate(self, model: str, text: str) -> int: ...
    def learn(self, model: str, estimated: int, told: int) -> None: ...


class Watching(Protocol):
    """Who is told what happens, as it happens; never with the words of a prompt or an answer."""

    def attempted(self, attempt: Attempt) -> None:
        """A request ended: its class, tokens, cost and time are in it."""

    def called(self, call: Call, why: Why | None) -> None:
        """A call ended; `why` is None when it was answered. `call.cached` when nothing had to leave.

        Not told of a call whose caller left; its attempts are.
        """

    def refused(self, why: Why) -> None:
        """Nothing was begun."""

    def drifted(self, attempt: Attempt) -> None:
        """Another model or build than before answers under the name that was asked."""


class Unwatched:
    """Tells nobody."""

    def attempted(self, attempt: Attempt) -> None: ...
    def called(self, call: Call, why: Why | None) -> None: ...
    def refused(self, why: Why) -> None: ...
    def drifted(self, attempt: Attempt) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """All that the client stands on."""

    book: CloudBook
    asker: Asker
    prices: Pricing
    tokens: Counting
    watching: Watching = field(default_factory=Unwatched)


def decisions(prompt: Prompt) -> str:
    """The tickets a prompt is for, joined by a comma."""
    return ",".join(dict.fromkeys(payer.decision for payer in prompt.payers))


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns or raises; a cancellation of the caller is raised only after its end."""
    ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    cut: asyncio.CancelledError | None = None
    async with asyncio.TaskGroup() as group:
        group.create_task(_into(ended, work))
        while not ended.done():
            try:
                await asyncio.wait({ended})
            except asyncio.CancelledError as fault:
                cut = fault
    if cut is not None:
        ended.exception()  # looked at, so that nobody warns of it
        raise cut
    return ended.result()


async def _into(ended: asyncio.Future[T], work: Coroutine[Any, Any, T]) -> None:
    try:
        ended.set_result(await work)
    except BaseException as fault:  # noqa: BLE001 - handed on to who waits
        ended.set_exception(fault)
