"""Models outside the plant, behind the port `Cloud`: what is remembered, who is asked, what it may cost."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.outbound.cloud.asking import opening
from app.outbound.cloud.attempt import Target
from app.outbound.cloud.attempting import Means, Taken
from app.outbound.cloud.caching import Flights, Landed, Served, cache_key, digest
from app.outbound.cloud.calling import ATTEMPTS_MAX, Calling
from app.outbound.cloud.circuits import Circuits
from app.outbound.cloud.costing import Quote, Till
from app.outbound.cloud.gates import Gates
from app.outbound.cloud.parts import Parts, Schema
from app.outbound.cloud.purse import Purse
from app.outbound.cloud.routes import key_changed_at, key_of, targets
from app.ports import Clock
from app.records.cloud import Answered, Breaker, Call, Prompt, Standing, Unanswered, Why
from app.records.errors import AnswerWrong, ChargehandError
from app.records.message import Language
from app.settings.cloud import Cloud

T = TypeVar("T")


class CloudClient:
    """One per service and event loop; `load` it before the first question.

    `zone` is the plant's; `schema` the answer's JSON schema, sent where a server was measured to
    hold to it. `chance` gives a number from 0 to 1, `pause` sleeps so many seconds.
    """

    def __init__(
        self,
        settings: Cloud,
        zone: ZoneInfo,
        parts: Parts,
        clock: Clock,
        *,
        schema: Schema | None = None,
        chance: Callable[[], float] = random.random,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings, self._clock, self._schema = settings, clock, schema
        self._book, self._watching = parts.book, parts.watching
        self._circuits = Circuits(parts.book, clock)
        self._purse = Purse(parts.book, settings, clock, zone)
        self._till, self._served = Till(parts.prices, parts.tokens), Served()
        self._flights = Flights()
        self._means = Means(
            parts.asker,
            self._circuits,
            Gates(settings),
            self._till,
            self._served,
            parts.watching,
            clock,
            chance,
            pause,
            schema,
        )

    async def load(self) -> None:
        """Take up the circuits that are open and what was spent today."""
        await self._circuits.load()
        await self._purse.load()

    def standing(self) -> Standing:
        """How it is as last known; a circuit whose probe is due counts as one that may be asked."""
        spent_micro, calls = self._purse.today()
        found = targets(self._settings, Language.EN)
        if not found:
            return Standing("off", spent_micro, calls)
        keyed = (each for each in found if key_of(self._settings, each.provider) is not None)
        up = any(self._may_ask(each) for each in keyed)
        return Standing("up" if up else "down", spent_micro, calls)

    def breakers(self) -> tuple[Breaker, ...]:
        """The circuits that are not closed."""
        return self._circuits.breakers()

    async def consult(self, prompt: Prompt, read: Callable[[str], T]) -> Answered[T] | Unanswered:
        """As the port promises; equal questions at once are asked once, and answers serve again.

        A store that cannot keep the money's record counts as "busy": nothing is asked without it.
        """
        try:
            outcome = await self._consult(prompt, read)
        except ChargehandError:
            outcome = Unanswered("busy")
        if outcome.call is None:
            self._watching.refused(outcome.why)
        else:
            self._watching.called(outcome.call, outcome.why if isinstance(outcome, Unanswered) else None)
        return outcome

    async def _consult(self, prompt: Prompt, read: Callable[[str], T]) -> Answered[T] | Unanswered:
        ends = asyncio.get_running_loop().time() + self._settings.deadline_s
        found = [await self._measured(each) for each in targets(self._settings, prompt.language)]
        if not found:
            return Unanswered("off")
        question = self._key(found[0], prompt, found[0].model)
        try:
            async with asyncio.timeout_at(ends):
                landed = await self._flights.join(question)
        except TimeoutError:
            return Unanswered("deadline")
        if landed is not None:
            return self._shared(prompt, read, landed)
        try:
            outcome, landed = await self._lead(prompt, read, found, ends)
            return outcome
        finally:
            self._flights.land(question, landed)

    async def _lead(
        self, prompt: Prompt, read: Callable[[str], T], found: Sequence[Target], ends: float
    ) -> tuple[Answered[T] | Unanswered, Landed | None]:
        """The outcome, and what of it those share who asked the same meanwhile: not a refusal."""
        for target in found:
            key = self._key(target, prompt, self._served.model(target))
            text = await self._book.recall(key, self._clock())
            if text is not None and isinstance(hit := self._shared(prompt, read, Landed(text)), Answered):
                return hit, Landed(text)
        quotes = await self._quotes(prompt, found)
        if not isinstance(quotes, list):
            return Unanswered(quotes), None
        outcome = await self._call(prompt, read, quotes, ends)
        if isinstance(outcome, Unanswered):
            return outcome, Landed(None, outcome.why) if outcome.call else None
        taken, call = outcome
        asked = next(each for each in found if each.provider == call.provider)
        await self._keep(self._key(asked, prompt, taken.raw.model), taken.raw.text)
        return Answered(taken.value, call), Landed(taken.raw.text)

    async def _quotes(self, prompt: Prompt, found: Sequence[Target]) -> list[Quote] | Why:
        """Who can be asked now, with their keys and prices; or why nobody."""
        keys = {each.provider: key_of(self._settings, each.provider) for each in found}
        keyed = [replace(each, key=key) for each in found if (key := keys[each.provider]) is not None]
        if not keyed:
            return "no_key"
        askable = [each for each in keyed if self._may_ask(each)]
        if not askable:
            return "open"
        turns, now = opening(prompt), self._clock()
        counts = await asyncio.to_thread(lambda: [self._till.count(each, turns) for each in askable])
        latest = now + timedelta(seconds=self._settings.deadline_s)
        pairs = zip(askable, counts, strict=True)
        quotes = [self._till.quote(each, count, now, latest) for each, count in pairs]
        return [each for each in quotes if each is not None] or "no_price"

    async def _call(
        self, prompt: Prompt, read: Callable[[str], T], quotes: list[Quote], ends: float
    ) -> tuple[Taken[T], Call] | Unanswered:
        now = asyncio.get_running_loop().time
        began, calling = now(), Calling(self._means, prompt, read, quotes, ends)
        reserved_micro = ATTEMPTS_MAX * max(quote.worst_micro for quote in quotes)
        call = Call(token_hex(8), self._clock(), _digest(prompt), reserved_micro=reserved_micro)

        def ended() -> Call:
            return replace(call, attempts=calling.attempts, took_ms=(now() - began) * 1000)

        async with self._purse.held(call, prompt.payers, ended) as denied:
            if denied is not None:
                return Unanswered(denied)
            outcome = await _in_time(calling, ends)
        return (outcome, ended()) if isinstance(outcome, Taken) else Unanswered(outcome, ended())

    def _shared(self, prompt: Prompt, read: Callable[[str], T], landed: Landed) -> Answered[T] | Unanswered:
        """What another call came to, as this one's: read again, and nothing leaves."""
        if landed.text is None:
            return Unanswered(landed.why)
        try:
            value = read(landed.text)
        except AnswerWrong:
            return Unanswered("content")
        return Answered(value, Call(token_hex(8), self._clock(), _digest(prompt), cached=True))

    async def _keep(self, key: str, text: str) -> None:
        if self._settings.cache_s > 0:
            until = self._clock() + timedelta(seconds=self._settings.cache_s)
            await self._book.keep(key, text, until)

    async def _measured(self, target: Target) -> Target:
        """With the form in which a server in the plant was measured to take a schema."""
        if target.provider != "lan":
            return target
        found = await self._book.capability(target.base_url, target.model)
        return replace(target, schema_form=found.form) if found else target

    def _may_ask(self, target: Target) -> bool:
        """Whether its circuit lets anybody in; a key that was changed since counts as somebody's act."""
        place = (target.provider, target.model)
        if self._circuits.state(place) == "open":
            changed_at = key_changed_at(self._settings, target.provider)
            if changed_at is not None:
                self._circuits.acted(place, changed_at)
        return self._circuits.state(place) != "open"

    def _key(self, target: Target, prompt: Prompt, answers: str) -> str:
        return cache_key(target, opening(prompt), prompt, answers, self._schema)


async def _in_time(calling: Calling[T], ends: float) -> Taken[T] | Why:
    try:
        async with asyncio.timeout_at(ends):
            return await calling.run()
    except TimeoutError:
        return "deadline"


def _digest(prompt: Prompt) -> str:
    return digest(prompt.version, prompt.facts, prompt.fixed, prompt.asked)
