"""One call: at most three attempts at its targets in order, until one is taken or none is worth another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, Literal, TypeVar

from app.outbound.cloud.asking import again, opening
from app.outbound.cloud.attempting import Attempts, Means, Missed, Taken, Visit, place_of
from app.outbound.cloud.circuits import Place
from app.outbound.cloud.costing import Quote
from app.records.cloud import Attempt, FaultClass, Prompt, Why

T = TypeVar("T")

ATTEMPTS_MAX = 3
"""Attempts of one call, over all its targets."""

_PAUSES_S = {"transient": 0.5, "throttle": 2.0}

End = Literal["next", "stop", "open", "busy"]
"""Why a target is left: for the next one, for none, or because nobody was let in there."""


class Calling(Generic[T]):
    """One call, which must be over when the loop's clock shows `ends`."""

    def __init__(
        self, means: Means, prompt: Prompt, read: Callable[[str], T], quotes: Sequence[Quote], ends: float
    ) -> None:
        self._circuits, self._gates = means.circuits, means.gates
        self._chance, self._pause = means.chance, means.pause
        self._prompt, self._quotes = prompt, quotes
        self._attempts = Attempts(means, prompt, read, ends)
        self._asked_again = False

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt that was begun, also when `run` was cancelled."""
        return tuple(self._attempts.made)

    async def run(self) -> Taken[T] | Why:
        """The first answer that is taken; else the last attempt's class, or why there was none."""
        refusal: Why = "open"
        for quote in self._quotes:
            outcome = await self._visit(Visit(quote, opening(self._prompt)))
            if isinstance(outcome, Taken):
                return outcome
            if outcome == "stop":
                break
            refusal = "busy" if outcome == "busy" else refusal
        return (self.attempts[-1].fault if self.attempts else None) or refusal

    async def _visit(self, visit: Visit) -> Taken[T] | End:
        try:
            while (outcome := await self._step(visit)) is None:
                pass
            return outcome
        finally:
            if visit.let_in == "probe":
                self._circuits.release(visit.place)

    async def _step(self, visit: Visit) -> Taken[T] | End | None:
        """One attempt at a target; None when another one there is worth it."""
        if (refusal := await self._enter(visit)) is not None:
            return refusal
        try:
            outcome = await self._attempts.make(visit, last=self._is_last(visit))
        finally:
            self._gates.leave(visit.place[0])
        return outcome if isinstance(outcome, Taken) else await self._after(visit, outcome)

    async def _enter(self, visit: Visit) -> Literal["open", "busy"] | None:
        """Wait for a place, for half of what is left at most; a call that was let in once stays so."""
        if visit.let_in is None and self._circuits.state(visit.place) == "open":
            return "open"
        if not await self._gates.enter(visit.place[0], self._attempts.left_s() / 2):
            return "busy"
        visit.let_in = visit.let_in or self._circuits.admit(visit.place)
        if visit.let_in is not None:
            return None
        self._gates.leave(visit.place[0])
        return "open"

    async def _after(self, visit: Visit, missed: Missed) -> End | None:
        if len(self.attempts) >= ATTEMPTS_MAX or missed.fault in {"policy", "deadline"}:
            return "stop"
        if missed.fault == "content":
            return self._reword(visit, missed)
        pause_s = self._pause_s(missed)
        if pause_s > self._attempts.left_s() / 2 or not self._worth_again(visit, missed.fault):
            return "next"
        visit.retried = True
        await self._pause(pause_s)
        return None

    def _reword(self, visit: Visit, missed: Missed) -> End | None:
        """Ask once more in other words; once in a call. Who only reasoned is told to answer at once."""
        if self._asked_again:
            return "next"
        self._asked_again = True
        answer = missed.raw.text if missed.raw else ""
        visit.turns = again(self._prompt, len(self.attempts) + 1, answer, missed.fault_id, missed.wrong)
        if missed.fault_id == "F-41":
            visit.quote = replace(visit.quote, target=replace(visit.quote.target, thinking="off"))
        return None

    def _worth_again(self, visit: Visit, fault: FaultClass) -> bool:
        """What may pass: once; a throttle: while nobody else can be asked; never after a probe."""
        if visit.let_in == "probe":
            return False
        if fault == "throttle":
            return all(self._circuits.state(each) == "open" for each in self._following(visit))
        return fault == "transient" and not visit.retried

    def _is_last(self, visit: Visit) -> bool:
        places = (place_of(each) for each in self._quotes)
        return all(self._circuits.state(each) != "closed" for each in places if each != visit.place)

    def _following(self, visit: Visit) -> list[Place]:
        places = [place_of(each) for each in self._quotes]
        return places[places.index(visit.place) + 1 :]

    def _pause_s(self, missed: Missed) -> float:
        """What the provider asked for, and on top of it a growing time with chance in it."""
        growing_s = _PAUSES_S.get(missed.fault, 0.0) * 2.0 ** (len(self.attempts) - 1)
        return missed.wait_s + growing_s * (0.5 + self._chance() / 2)
