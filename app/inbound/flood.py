"""Flood control at every door: what comes beyond what a sender or a group may say is marked, and kept.

Each conversation's bucket holds what may come at once and fills up again by the minute. An empty one
shuts until it holds a minute's worth again, so that a flood is one episode with one notice.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from app.desk.voice import SYSTEM
from app.records.message import Message, MessageKind
from app.settings import WecomFlood

Excess = Literal["", "first", "more"]
Kind = Literal["sender", "group", "clicks"]

_KEPT = 10_000
_EVENTS = frozenset({MessageKind.CLICK, MessageKind.FEEDBACK, MessageKind.ENTER})


@dataclass(frozen=True, slots=True)
class Rate:
    """What may come: `burst` at once, and `per_minute` in the long run."""

    per_minute: int
    burst: int

    @property
    def opens_at(self) -> float:
        """How many a shut bucket must hold; it does within a minute."""
        return min(self.burst, self.per_minute)

    @property
    def fills_s(self) -> float:
        """How long an empty bucket takes to be full."""
        return 60 * self.burst / self.per_minute


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    kind: Kind
    left: float
    at_s: float
    shut: bool = False

    def fill(self, now_s: float) -> None:
        come = max(0.0, now_s - self.at_s) * self.rate.per_minute / 60
        self.left, self.at_s = min(self.rate.burst, self.left + come), max(self.at_s, now_s)

    def look(self) -> Excess:
        """Whether one more may come; the first that may not shuts it."""
        if self.shut and self.left >= self.rate.opens_at:
            self.shut = False
        if not self.shut and self.left >= 1:
            return ""
        first, self.shut = not self.shut, True
        return "first" if first else "more"


class Flood:
    """Marks excess; one for all doors of a service, asked by one thread.

    Words count for their sender in this conversation and, in a group, for the group; what is beyond
    the sender's does not use up the group's. Clicks, votes and entering count for their sender alone.
    `tick` are seconds that never go back; `on_excess` hears which kind of bucket was empty.
    """

    def __init__(
        self,
        settings: WecomFlood,
        *,
        tick: Callable[[], float] = time.monotonic,
        on_excess: Callable[[str], None] = lambda _kind: None,
    ) -> None:
        self._rates: dict[Kind, Rate] = {
            "sender": Rate(settings.sender_per_minute, settings.sender_burst),
            "group": Rate(settings.group_per_minute, settings.group_burst),
            "clicks": Rate(settings.clicks_per_minute, settings.clicks_per_minute),
        }
        self._tick, self._on_excess = tick, on_excess
        self._buckets: OrderedDict[tuple[str, ...], _Bucket] = OrderedDict()
        self._judged: OrderedDict[str, Excess] = OrderedDict()

    @property
    def remembered(self) -> int:
        """Buckets that are not full, or were not when somebody last wrote."""
        return len(self._buckets)

    def mark(self, message: Message) -> Message:
        """The message as it is to be kept, marked where it is excess.

        To be asked about new messages alone. One that could not be kept counts once, however often it
        comes again.
        """
        excess = self._judged.get(message.msgid)
        if excess is None:
            excess = self._judge(message)
        return replace(message, excess=excess) if excess else message

    def _judge(self, message: Message) -> Excess:
        self._forget()
        excess = self._take(self._buckets_of(message))
        self._judged[message.msgid] = excess
        if len(self._judged) > _KEPT:
            self._judged.popitem(last=False)
        return excess

    def _take(self, buckets: list[_Bucket]) -> Excess:
        for bucket in buckets:
            excess = bucket.look()
            if excess:
                self._on_excess(bucket.kind)
                return excess
        for bucket in buckets:
            bucket.left -= 1
        return ""

    def _buckets_of(self, message: Message) -> list[_Bucket]:
        if message.sender == SYSTEM.userid:
            return []
        if message.kind in _EVENTS:
            return self._filled(("clicks", message.sender))
        where = (message.channel.value, message.chat or "")
        own = self._filled(("sender", *where, message.sender))
        return own + (self._filled(("group", *where)) if message.chat else [])

    def _filled(self, key: tuple[Kind, *tuple[str, ...]]) -> list[_Bucket]:
        """The bucket as of now; none where this kind is not limited."""
        rate, now_s = self._rates[key[0]], self._tick()
        if not rate.per_minute:
            return []
        bucket = self._buckets.setdefault(key, _Bucket(rate, key[0], rate.burst, now_s))
        self._buckets.move_to_end(key)
        bucket.fill(now_s)
        return [bucket]

    def _forget(self) -> None:
        """Full buckets say nothing; those that were not used for longest go first."""
        now_s = self._tick()
        while self._buckets:
            oldest = next(iter(self._buckets.values()))
            if now_s - oldest.at_s < oldest.rate.fills_s and len(self._buckets) <= _KEPT:
                return
            self._buckets.popitem(last=False)
