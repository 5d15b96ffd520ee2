"""Everything that must still be said, said once: in its bubble, or as a push.

An answer whose frame was written and never acknowledged is doubtful: its bubble is finished again
in place, which replaces it, or the person gets a short notice; the answer is not sent twice.
"""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.outbound.wecom import frames, say
from app.outbound.wecom.budget import Conversation
from app.outbound.wecom.link import Link
from app.outbound.wecom.session import Ack
from app.outbound.wecom.streams import Streams
from app.ports import Clock, Outbox, Outgoing
from app.records.errors import LinkDown, NotWaiting, OutcomeUnknown, TurnedDown

_BUSY = frozenset({-1, 45009, 45033})  # system busy, rate limit, concurrency limit
_CONTENT = frozenset({40058, 40201, 93017})  # the text itself was refused: no other way helps

_AT_ONCE = 16  # conversations

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rests:
    """Pauses in seconds, and how often a row is tried before it is given up."""

    idle_s: float = 1.0  # between looks for rows that have become due
    down_s: float = 1.0  # nothing was written
    doubtful_s: float = 10.0  # the outcome is unknown; at least Link.late_s where the bubble lives
    busy_s: float = 60.0  # the gateway asked for patience; up to half as much again
    attempts_max: int = 100
    doubtful_max: int = 10


@dataclass(frozen=True, slots=True)
class _Later:
    """The budget has no room for this frame: seconds until it has."""

    pause_s: float


class Delivery:
    """Drains the outbox: conversations in parallel, each in its own order, each within its budget.

    What does not fit into the budget waits in the outbox, and what comes after it waits behind it.
    `doubtful_text` is the notice for a doubtful row: which ticket, and how to see its answer.
    """

    def __init__(
        self,
        link: Link,
        outbox: Outbox,
        streams: Streams,
        *,
        doubtful_text: Callable[[Outgoing], str],
        clock: Clock,
        rests: Rests = Rests(),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._link = link
        self._outbox = outbox
        self._streams = streams
        self._doubtful_text = doubtful_text
        self._clock = clock
        self._rests = rests
        self._chance = chance
        self._awake = asyncio.Event()
        self._busy: set[Conversation] = set()
        self._held: dict[Conversation, datetime] = {}
        self.ways: Counter[str] = Counter()
        """What became of attempts: in_place, push, welcome, notice, put_off, given_up."""

    def wake(self) -> None:
        """Look now: something was queued. Called on the loop's thread."""
        self._awake.set()

    async def run(self) -> None:
        """Deliver for ever; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._link.until_ready()
                self._awake.clear()
                for row in await self._choose():
                    self._busy.add(_conversation(row))
                    group.create_task(self._deliver(row))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rests.idle_s):
                        await self._awake.wait()

    async def _choose(self) -> list[Outgoing]:
        """Rows to begin now, at most one per conversation and none of a conversation that rests."""
        now, chosen = self._clock(), dict[Conversation, Outgoing]()
        self._held = {who: until for who, until in self._held.items() if until > now}
        free = _AT_ONCE - len(self._busy)
        if free <= 0:
            return []
        closed = self._busy | self._held.keys()
        for row in await self._outbox.due(free + len(closed)):
            if _conversation(row) not in closed:
                chosen.setdefault(_conversation(row), row)
        return list(chosen.values())[:free]

    async def _deliver(self, row: Outgoing) -> None:
        try:
            await self._outbox.claim(row.id)
            await self._attempt(row)
        except NotWaiting:
            _log.info("outgoing_of_another", outgoing=row.id, decision=row.decision_id)
        finally:
            self._busy.discard(_conversation(row))
            self._awake.set()

    async def _attempt(self, row: Outgoing) -> None:
        try:
            outcome = await self._send(row)
        except TurnedDown as no:
            await self._turned_down(row, no.errcode)
        except OutcomeUnknown:
            await self._unknown(row)
        except LinkDown:
            await self._put_off(row, self._rests.down_s, doubtful=row.doubtful)
        else:
            await self._done(row, outcome)

    async def _done(self, row: Outgoing, outcome: Ack | _Later) -> None:
        match outcome:
            case Ack(written_at=at):
                await self._outbox.sent(row.id, at)
            case _Later(pause_s=pause_s):
                await self._put_off(row, pause_s, doubtful=row.doubtful)

    # The ways.

    async def _send(self, row: Outgoing) -> Ack | _Later:
        """The first way that is open; an answer that its callback refuses is pushed."""
        legal = self._link.answer_command(row.req_id) if row.stream else ""
        try:
            if legal == frames.RESPOND and self._streams.free_for(row.stream, row.id):
                return await self._finish(row)
            if legal == frames.WELCOME and not row.doubtful:
                return await self._welcome(row)
        except TurnedDown as no:
            if no.errcode in _BUSY | _CONTENT:
                raise
            self._streams.lose(row.stream)
        return await self._push(row)

    def _no_room(self, row: Outgoing) -> _Later | None:
        """None when a frame was taken from the budget."""
        wait_s = self._link.budget.take(_conversation(row), final=bool(row.reply_to))
        return _Later(math.ceil(wait_s)) if wait_s else None

    async def _welcome(self, row: Outgoing) -> Ack | _Later:
        if later := self._no_room(row):
            return later
        self.ways["welcome"] += 1
        return await say.welcome(self._link, row.req_id, row.text, decision=row.decision_id)

    async def _finish(self, row: Outgoing) -> Ack | _Later:
        """The bubble is closed to refreshes even while its end must wait for room."""
        self._streams.finish(row.stream, row.id)
        if later := self._no_room(row):
            return later
        self.ways["in_place"] += 1
        feedback = row.decision_id if self._streams.begin(row.stream) else ""
        body = say.stream(row.stream, row.text, finish=True, feedback=feedback)
        return await self._link.command(frames.RESPOND, row.req_id, body, decision=row.decision_id)

    async def _push(self, row: Outgoing) -> Ack | _Later:
        if later := self._no_room(row):
            return later
        self.ways["notice" if row.doubtful else "push"] += 1
        text = self._doubtful_text(row) if row.doubtful else row.text
        feedback = row.decision_id if row.reply_to and not row.doubtful else ""
        body = say.push(row.to, text, group=row.group, feedback=feedback)
        req_id = frames.new_id(frames.SEND)
        return await self._link.command(frames.SEND, req_id, body, decision=row.decision_id)

    # What did not work.

    async def _turned_down(self, row: Outgoing, errcode: int) -> None:
        if errcode in _BUSY and row.attempts < self._rests.attempts_max:
            pause_s = self._rests.busy_s * (1 + self._chance() / 2)
            self._link.budget.rest(_conversation(row), pause_s)
            await self._put_off(row, pause_s, doubtful=row.doubtful)
        else:
            await self._give_up(row, f"errcode {errcode}")

    async def _unknown(self, row: Outgoing) -> None:
        if row.attempts >= self._rests.doubtful_max:
            await self._give_up(row, "never acknowledged")
        else:
            late_s = self._link.late_s if self._link.is_live(row.req_id) else 0.0
            pause_s = max(self._rests.doubtful_s, late_s)
            await self._put_off(row, pause_s, doubtful=True)

    async def _put_off(self, row: Outgoing, pause_s: float, *, doubtful: bool) -> None:
        """The whole conversation rests, so that its rows keep their order."""
        self.ways["put_off"] += 1
        until = self._clock() + timedelta(seconds=pause_s)
        self._held[_conversation(row)] = until
        await self._outbox.put_off(row.id, until, doubtful=doubtful)

    async def _give_up(self, row: Outgoing, reason: str) -> None:
        self.ways["given_up"] += 1
        _log.warning("outgoing_given_up", outgoing=row.id, decision=row.decision_id, reason=reason)
        await self._outbox.given_up(row.id, reason)


def _conversation(row: Outgoing) -> Conversation:
    return row.to, row.group
