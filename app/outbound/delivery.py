"""Everything that must still be said, said once, each row by its own channel.

An answer whose frame was written and never acknowledged is doubtful: where it can be replaced in
place it is, otherwise the person gets a short notice; the answer is not sent twice.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from app.ports import Clock, Later, Outbox, Outgoing, Sent, Way
from app.records.errors import LinkDown, NotWaiting, OutcomeUnknown, TurnedDown
from app.records.message import Channel

Conversation = tuple[Channel, str, bool]

_AT_ONCE = 16  # conversations
_NOT_BY_BOT = frozenset({846607, 93001, 93006})  # never spoke to the bot there, or is not known there
_DIGEST_MAX_BYTES = 8_000  # of UTF-8; phones fold what is longer
_DIGEST_ROWS = 50
_RULE = "\n\n"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rests:
    """Pauses in seconds, and how often a row is tried before it is given up.

    `doubtful_max` tries without an outcome on one connection say that none will come; `attempts_max`
    are tries of any kind.
    """

    idle_s: float = 1.0  # between looks for rows that have become due
    down_s: float = 1.0  # nothing was written
    doubtful_s: float = 10.0  # the outcome is unknown; at least as long as the way asks for
    doubtful_longest_s: float = 60.0  # each time twice as long, up to this
    attempts_max: int = 100
    doubtful_max: int = 10


class Delivery:
    """Drains the outbox: conversations in parallel, each in its own order, each within its budget.

    What does not fit into the budget waits in the outbox, and what comes after it waits behind it.
    Notices that had to wait for room are said together, in one digest.
    """

    def __init__(
        self, ways: Mapping[Channel, Way], outbox: Outbox, *, clock: Clock, rests: Rests = Rests()
    ) -> None:
        self._ways, self._outbox, self._clock, self._rests = ways, outbox, clock, rests
        self._awake = asyncio.Event()
        self._busy: set[Conversation] = set()
        self._held: dict[Conversation, datetime] = {}
        self._crowded: set[Conversation] = set()
        self._unknowns: Mapping[Channel, Counter[int]] = {channel: Counter() for channel in ways}
        self.ends: Counter[str] = Counter()
        """What became of attempts: sent, digest, put_off, given_up."""

    def wake(self) -> None:
        """Look now: something was queued, or a way became ready. Called on the loop's thread."""
        self._awake.set()

    async def run(self) -> None:
        """Deliver for ever; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            while True:
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
        ready = [channel for channel, way in self._ways.items() if way.is_ready]
        for channel in self._ways.keys() - ready:
            self._unknowns[channel].clear()  # a connection that has ended says nothing of the next
        free = _AT_ONCE - len(self._busy)
        if free <= 0 or not ready:
            return []
        closed = self._busy | self._held.keys()
        for row in await self._outbox.due(free + len(closed), ready):
            if _conversation(row) not in closed:
                chosen.setdefault(_conversation(row), row)
        return list(chosen.values())[:free]

    async def _deliver(self, row: Outgoing) -> None:
        try:
            await self._outbox.claim(row.id)
            await self._attempt(row, await self._together(row))
        except NotWaiting:
            _log.info("outgoing_of_another", outgoing=row.id, decision=row.decision_id)
        finally:
            self._busy.discard(_conversation(row))
            self._awake.set()

    async def _together(self, first: Outgoing) -> tuple[Outgoing, ...]:
        """The row, with the notices right behind it where there was no room for each."""
        if _conversation(first) not in self._crowded or not _is_plain(first):
            return (first,)
        rows, size_bytes = [first], len(first.text.encode())
        for row in await self._outbox.behind(first, _DIGEST_ROWS):
            size_bytes += len((_RULE + row.text).encode())
            if not _is_plain(row) or size_bytes > _DIGEST_MAX_BYTES or not await self._claimed(row):
                break
            rows.append(row)
        return tuple(rows)

    async def _claimed(self, row: Outgoing) -> bool:
        try:
            await self._outbox.claim(row.id)
        except NotWaiting:
            return False
        return True

    async def _attempt(self, row: Outgoing, rows: tuple[Outgoing, ...]) -> None:
        way = self._ways[row.channel]
        said = replace(row, text=_RULE.join(each.text for each in rows)) if len(rows) > 1 else row
        try:
            outcome = await self._send(way, said)
        except TurnedDown as no:
            await self._give_up(rows, f"errcode {no.errcode}" if no.errcode else str(no))
        except OutcomeUnknown:
            await self._unknown(rows, way)
        except LinkDown:
            await self._put_off(rows, self._rests.down_s, doubtful=row.doubtful)
        else:
            await self._done(rows, outcome)

    async def _send(self, way: Way, row: Outgoing) -> Sent | Later:
        """By its own way; by the app to a person whom the bot may not write to."""
        try:
            return await way.send(row)
        except TurnedDown as no:
            other = self._ways.get(Channel.APP)
            if no.errcode not in _NOT_BY_BOT or row.group or other is None or other is way:
                raise
            return await other.send(row)

    async def _done(self, rows: tuple[Outgoing, ...], outcome: Sent | Later) -> None:
        match outcome:
            case Sent(at):
                self.ends["digest" if len(rows) > 1 else "sent"] += 1
                self._crowded.discard(_conversation(rows[0]))
                for row in rows:
                    await self._outbox.sent(row.id, at)
                    self._unknowns[row.channel].pop(row.id, None)
            case Later(_, refused=True) if rows[0].attempts >= self._rests.attempts_max:
                await self._give_up(rows, "busy")
            case Later(pause_s):
                self._crowded.add(_conversation(rows[0]))
                await self._put_off(rows, pause_s, doubtful=rows[0].doubtful)

    # What did not work.

    async def _unknown(self, rows: tuple[Outgoing, ...], way: Way) -> None:
        first, rests = rows[0], self._rests
        self._unknowns[first.channel][first.id] += 1
        times = self._unknowns[first.channel][first.id]
        if times >= rests.doubtful_max or first.attempts >= rests.attempts_max:
            await self._give_up(rows, "never acknowledged")
        else:
            pause_s = min(rests.doubtful_s * 2.0 ** (times - 1), rests.doubtful_longest_s)
            await self._put_off(rows, max(pause_s, way.settles_s(first)), doubtful=True)

    async def _put_off(self, rows: tuple[Outgoing, ...], pause_s: float, *, doubtful: bool) -> None:
        """The whole conversation rests, so that its rows keep their order."""
        self.ends["put_off"] += 1
        until = self._clock() + timedelta(seconds=pause_s)
        self._held[_conversation(rows[0])] = until
        for row in rows:
            await self._outbox.put_off(row.id, until, doubtful=doubtful)

    async def _give_up(self, rows: tuple[Outgoing, ...], reason: str) -> None:
        self.ends["given_up"] += 1
        for row in rows:
            _log.warning("outgoing_given_up", outgoing=row.id, decision=row.decision_id, reason=reason)
            await self._outbox.given_up(row.id, reason)
            self._unknowns[row.channel].pop(row.id, None)


def _conversation(row: Outgoing) -> Conversation:
    return row.channel, row.to, row.group


def _is_plain(row: Outgoing) -> bool:
    """Whether it is a notice in words, which may be said together with others."""
    return not (row.reply_to or row.task or row.file or row.doubtful)
