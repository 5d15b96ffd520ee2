"""One attempt: asked, read, counted, paid for and told to the circuit."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from app.outbound.cloud.attempt import AttemptFailed, Raw, Turn
from app.outbound.cloud.caching import Served
from app.outbound.cloud.circuits import Circuits, Place
from app.outbound.cloud.costing import Quote, Till
from app.outbound.cloud.gates import Gates
from app.outbound.cloud.parts import Asker, Schema, Watching, decisions
from app.ports import Clock
from app.records.cloud import Attempt, FaultClass, Prompt, Usage
from app.records.errors import AnswerWrong

T = TypeVar("T")

_MARGIN_S = 0.2  # an attempt ends this long before its call, so that it can say what it used


@dataclass(frozen=True, slots=True)
class Means:
    """What every call works with; `chance` is from 0 to 1, `pause` sleeps so many seconds."""

    asker: Asker
    circuits: Circuits
    gates: Gates
    till: Till
    served: Served
    watching: Watching
    clock: Clock
    chance: Callable[[], float]
    pause: Callable[[float], Awaitable[None]]
    schema: Schema | None


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """An answer that its reader took, and how it came."""

    value: T
    raw: Raw


@dataclass(frozen=True, slots=True)
class Missed:
    """An attempt that came to nothing.

    `wrong` is for the model, if it is asked again; `raw` the answer that its reader did not take.
    """

    fault: FaultClass
    fault_id: str
    wrong: tuple[str, ...] = ()
    raw: Raw | None = None
    sent: bool = True
    usage: Usage | None = None
    wait_s: float = 0.0


@dataclass(slots=True)
class Visit:
    """A call at one target: what is asked there next, how it was let in, whether it was asked twice."""

    quote: Quote
    turns: tuple[Turn, ...]
    let_in: Literal["in", "probe"] | None = None
    retried: bool = False

    @property
    def place(self) -> Place:
        """Its circuit."""
        return place_of(self.quote)


def place_of(quote: Quote) -> Place:
    """The circuit of a target."""
    return quote.target.provider, quote.target.model


@dataclass(frozen=True, slots=True)
class _Begun:
    """When an attempt began, by the plant's clock and the loop's, and how long it was given."""

    at: datetime
    tick_s: float
    given_s: float


class Attempts(Generic[T]):
    """The attempts of one call, which must be over when the loop's clock shows `ends`.

    `made` holds every one that was begun, also when it was cancelled.
    """

    def __init__(self, means: Means, prompt: Prompt, read: Callable[[str], T], ends: float) -> None:
        self._means, self._prompt, self._read = means, prompt, read
        self._now, self._ends = asyncio.get_running_loop().time, ends
        self._whole_s = self.left_s()
        self.made: list[Attempt] = []

    def left_s(self) -> float:
        """Time that is left of the call."""
        return max(0.0, self._ends - self._now())

    async def make(self, visit: Visit, *, last: bool) -> Taken[T] | Missed:
        """One more; `last` is that no other provider's circuit is closed."""
        begun = _Begun(self._means.clock(), self._now(), self.left_s())
        raw: Raw | None = None
        try:
            raw = await self._ask(visit)
            outcome: Taken[T] | Missed = Taken(self._read(raw.text), raw)
        except AttemptFailed as fault:
            outcome = _missed(fault)
        except AnswerWrong as fault:
            outcome = Missed("content", fault.code, fault.wrong, raw)
        except BaseException:
            self._record(visit, begun, Missed("deadline", "F-34", raw=raw))
            raise
        self._record(visit, begun, outcome)
        await self._tell_circuit(visit, begun, outcome, last=last)
        return outcome

    async def _ask(self, visit: Visit) -> Raw:
        left_s = self.left_s()
        return await self._means.asker.ask_once(
            visit.quote.target,
            visit.turns,
            deadline_s=left_s - min(_MARGIN_S, left_s / 10),
            data_class=self._prompt.data_class,
            decision=decisions(self._prompt),
            schema=self._means.schema,
        )

    def _record(self, visit: Visit, begun: _Begun, outcome: Taken[T] | Missed) -> None:
        target, raw = visit.quote.target, outcome.raw
        missed = outcome if isinstance(outcome, Missed) else None
        usage = self._usage(visit, outcome)
        attempt = Attempt(
            target.provider,
            target.model,
            raw.model if raw else "",
            raw.fingerprint if raw else "",
            missed.fault if missed else None,
            missed.fault_id if missed else "",
            usage,
            self._means.till.cost(visit.quote, usage, begun.at, self._means.clock()),
            (self._now() - begun.tick_s) * 1000,
        )
        self.made.append(attempt)
        self._means.watching.attempted(attempt)
        if raw is not None and self._means.served.drifted(target, raw):
            self._means.watching.drifted(attempt)

    def _usage(self, visit: Visit, outcome: Taken[T] | Missed) -> Usage:
        """What the provider told; else our own count."""
        till = self._means.till
        if isinstance(outcome, Taken):
            return till.used(visit.quote, visit.turns, outcome.raw)
        if outcome.raw is not None:
            return till.used(visit.quote, visit.turns, outcome.raw)
        if outcome.usage is not None:
            return outcome.usage
        return till.lost(visit.quote, visit.turns, outcome.fault, sent=outcome.sent)

    async def _tell_circuit(
        self, visit: Visit, begun: _Begun, outcome: Taken[T] | Missed, *, last: bool
    ) -> None:
        """An answer that was no use was an answer; a deadline tells only if it left time for one."""
        circuits = self._means.circuits
        if isinstance(outcome, Taken) or outcome.fault in {"content", "policy"}:
            await circuits.reached(visit.place, begun.at)
        elif outcome.fault != "deadline" or begun.given_s >= self._whole_s / 2:
            reason = "transient" if outcome.fault == "deadline" else outcome.fault
            probe = visit.let_in == "probe"
            await circuits.failed(visit.place, reason, last=last, probe=probe, wait_s=outcome.wait_s)


def _missed(fault: AttemptFailed) -> Missed:
    wait_s = max(0.0, fault.retry_after_s or 0.0)
    return Missed(
        fault.fault, fault.fault_id, (str(fault),), sent=fault.sent, usage=fault.usage, wait_s=wait_s
    )
