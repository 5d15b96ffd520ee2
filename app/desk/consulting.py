"""The cloud is asked about wishes that are too complex here; wishes that wait share a call."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from app import policy
from app.desk.parts import Parts
from app.planning.question import (
    Asker,
    Blocked,
    Envelope,
    Heeded,
    NameBook,
    Question,
    Share,
    complexity,
    name_book,
    opened,
    read_answer,
    seal,
    sealed,
)
from app.ports import Facts
from app.records.action import AskCloud
from app.records.cloud import MICRO, Answered, Call, Payer, Prompt, Unanswered
from app.records.decision import Consulted, Decision, PlanAsked
from app.records.errors import OwnFault
from app.records.plant import Person
from app.records.reading import Reading

_CALLS_AT_ONCE = 2
"""Further wishes wait for one of these to end, and then go together."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Whether the cloud shall be asked about a decision: `because` says why, or why not."""

    because: str
    ask: bool
    asker: Asker
    payer: Payer
    reading: Reading
    names: NameBook | None = None
    allowed: AskCloud | None = None


@dataclass(frozen=True, slots=True)
class Consultation:
    """What came of it: the step to keep, what was heard, or what a supervisor must see first."""

    step: Consulted
    heeded: Heeded | None = None
    preview: AskCloud | None = None


@dataclass(slots=True)
class _Batch:
    """Wishes that go in one call; `done` is told what came of it for every decision."""

    done: "asyncio.Future[dict[str, Consultation]]"
    weighed: list[Weighed] = field(default_factory=list)


class Consulting:
    """Decides by policy whether to ask, seals what leaves, and reads what comes back."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turns = asyncio.Semaphore(_CALLS_AT_ONCE)
        self._open: _Batch | None = None

    def weigh(self, facts: Facts, decision: Decision, question: Question, person: Person) -> Weighed | None:
        """Whether to ask; None where there is nothing to decide: the wish is plain or already confirmed."""
        asked, reading = decision.last(PlanAsked), decision.reading
        if asked is None or reading is None or asked.confirmed is not None or question.causes:
            return None
        settings = self._parts.consulting
        why = complexity(question, settings.orders_over)
        if why == "plain" and not settings.enabled:
            return None
        asker = Asker(decision.id, question.wish.words, question)
        wish = hashlib.sha256(question.wish.words.encode(errors="replace")).hexdigest()
        payer = Payer(decision.id, person.userid, reading.intent, person.facility, wish)
        no = "plain" if why == "plain" else self._why_not(question, person, in_words=why == "unread")
        if no and asked.allowed is None:
            return Weighed(no, ask=False, asker=asker, payer=payer, reading=reading)
        because = "allowed" if asked.allowed else why
        names = name_book(facts)
        return Weighed(because, ask=True, asker=asker, payer=payer, reading=reading, names=names,
                       allowed=asked.allowed)  # fmt: skip

    def _why_not(self, question: Question, person: Person, *, in_words: bool) -> str:
        cloud, parts = self._parts.cloud, self._parts
        there = question.now.astimezone(parts.catalogue.zone)
        no = policy.why_not_consult(
            person, there.hour + there.minute / 60, parts.consulting, in_words=in_words
        )
        if no or cloud is None:
            return no or "off"
        return {"off": "off", "down": "open", "up": ""}[cloud.standing().state]

    async def consult(self, weighed: Weighed) -> Consultation:
        """What came of it; never raises for anything outside."""
        if not weighed.ask or weighed.names is None or self._parts.cloud is None:
            return self._not_asked(weighed, "not_asked")
        if weighed.allowed is not None:
            envelope = opened(weighed.allowed, weighed.asker)
            if envelope is None:
                return self._not_asked(weighed, "outdated")
            return (await self._call(envelope, [weighed]))[weighed.asker.decision]
        if self._parts.consulting.share == "preview":
            return self._preview(weighed, weighed.names)
        return await self._together(weighed)

    def _not_asked(self, weighed: Weighed, outcome: str) -> Consultation:
        return Consultation(Consulted(self._parts.clock(), weighed.because, outcome))

    def _preview(self, weighed: Weighed, names: NameBook) -> Consultation:
        envelope = seal([weighed.asker], names, "masked", self._parts.catalogue.zone)
        if isinstance(envelope, Blocked):
            return self._not_asked(weighed, "blocked")
        step = Consulted(self._parts.clock(), weighed.because, "preview", prompt=envelope.digest)
        return Consultation(step, preview=sealed(envelope))

    async def _together(self, weighed: Weighed) -> Consultation:
        """Join the batch that gathers, or begin one and send it when its turn comes."""
        settings, batch = self._parts.consulting, self._open
        if batch is not None and len(batch.weighed) < settings.gather_max:
            batch.weighed.append(weighed)
            return (await asyncio.shield(batch.done))[weighed.asker.decision]
        batch = self._open = _Batch(asyncio.get_running_loop().create_future(), [weighed])
        try:
            await asyncio.sleep(settings.gather_s)
            came = await self._in_turn(batch)
        except BaseException as fault:
            self._close(batch)
            known = fault if isinstance(fault, Exception) else OwnFault("the desk was stopped")
            batch.done.set_exception(known)
            batch.done.exception()  # looked at, so that nobody warns of it when the batch is of one
            raise
        batch.done.set_result(came)
        return came[weighed.asker.decision]

    async def _in_turn(self, batch: _Batch) -> dict[str, Consultation]:
        """Ask when a call has ended, at the latest after the time of a whole one; then it is too busy."""
        try:
            async with asyncio.timeout(self._parts.consulting.deadline_s):
                await self._turns.acquire()
        except TimeoutError:
            self._close(batch)
            return {each.asker.decision: self._not_asked(each, "busy") for each in batch.weighed}
        try:
            self._close(batch)
            return await self._ask(batch.weighed)
        finally:
            self._turns.release()

    def _close(self, batch: _Batch) -> None:
        if self._open is batch:
            self._open = None

    async def _ask(self, batch: list[Weighed]) -> dict[str, Consultation]:
        names, share = batch[-1].names, self._parts.consulting.share
        askers = [each.asker for each in batch]
        if names is None:
            return {each.asker.decision: self._not_asked(each, "not_asked") for each in batch}
        zone = self._parts.catalogue.zone
        shared: Share = "never" if share == "never" else "masked"
        envelope = await asyncio.to_thread(seal, askers, names, shared, zone)
        if isinstance(envelope, Blocked) and len(batch) > 1:  # one must not keep the others here
            alone = [await self._ask([each]) for each in batch]
            return {decision: came for each in alone for decision, came in each.items()}
        if isinstance(envelope, Blocked):
            return {each.asker.decision: self._not_asked(each, "blocked") for each in batch}
        return await self._call(envelope, batch)

    async def _call(self, envelope: Envelope, batch: list[Weighed]) -> dict[str, Consultation]:
        cloud = self._parts.cloud
        if cloud is None:
            return {each.asker.decision: self._not_asked(each, "off") for each in batch}
        prompt = Prompt(
            envelope.fixed,
            envelope.asked,
            envelope.version,
            envelope.facts,
            batch[0].reading.language,
            tuple(each.payer for each in batch),
            "schedule+words" if envelope.with_words else "schedule",
        )
        came = await cloud.consult(prompt, lambda text: read_answer(text, envelope))
        now, digest = self._parts.clock(), envelope.digest
        heeded = {each.decision: each for each in came.value} if isinstance(came, Answered) else {}
        return {
            each.asker.decision: Consultation(
                _step(now, each.because, came, digest, len(batch)), heeded.get(each.asker.decision)
            )
            for each in batch
        }


def _step(
    now: datetime,
    because: str,
    came: Answered[tuple[Heeded, ...]] | Unanswered,
    digest: str,
    sharers: int,
) -> Consulted:
    """The step of one of those who share a call; its cost is their part of the whole."""
    if came.call is None:
        return Consulted(now, because, came.why if isinstance(came, Unanswered) else "answered")
    call: Call = came.call
    outcome = came.why if isinstance(came, Unanswered) else "cached" if call.cached else "answered"
    faults = tuple(f"{each.provider}:{each.fault_id}" for each in call.attempts if each.fault)
    cost = call.cost_micro / MICRO / sharers
    return Consulted(
        now, because, outcome, call.id, call.provider or "", call.model, digest, faults, cost, call.took_ms
    )
