"""How an answer travels: in good order, or with one of the faults of the wire."""

import gzip
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from app.doubles.cloud.http_in import Wire
from app.doubles.cloud.replying import (
    DONE,
    JSON_TYPE,
    SSE_TYPE,
    Answer,
    chunk,
    document,
    event,
    head,
    stream,
    whole,
)

_PROBLEM = {"message": "The provider behind the gateway failed", "type": "server_error", "code": "500"}
_CONTROL_PLANE = {
    "Response": {"Error": {"Code": "InternalError", "Message": "failed"}, "RequestId": "double-0001"}
}
_MALFORMED = b'data: {"choices":[{"delta":\n\n'
_LONG_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the faults of the wire take; times in seconds."""

    blank_s: float = 0.005
    """Between two blank lines or comments, of which there are `blanks`."""
    blanks: int = 40
    drip_s: float = 0.02
    late_s: float = 0.5
    generate_s: float = 0.005
    """Between two pieces of a long generation."""
    bomb_bytes: int = 64 * 1024**2


@dataclass(slots=True)
class Delivery:
    """One answer on its way; it may stream, and then tell its usage or not."""

    wire: Wire
    answer: Answer
    streams: bool
    with_usage: bool
    now: datetime
    pace: Pace

    def events(self) -> list[bytes]:
        """The parts of the body in order: a stream's events, or the one document."""
        if self.streams:
            return stream(self.answer, with_usage=self.with_usage)
        return [document(whole(self.answer))]

    def half(self) -> bytes:
        """The body up to the middle of its content."""
        events = self.events()
        if self.streams:
            return b"".join(events[: len(events) // 2])
        return events[0][: len(events[0]) * 3 // 5]

    async def begin(self, **headers: str) -> None:
        """Send the head, for a chunked body where no header says how long it is."""
        kind = SSE_TYPE if self.streams else JSON_TYPE
        told = {"Content-Type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
        if "Content-Length" not in told and "Connection" not in told:
            told["Transfer-Encoding"] = "chunked"
        await self.wire.send(head(200, self.now, told))

    async def parts(self, parts: Sequence[bytes]) -> None:
        """Send these as chunks."""
        for part in parts:
            await self.wire.send(chunk(part))

    async def end(self) -> None:
        """End a chunked body."""
        await self.wire.send(chunk(b""))

    async def whole(self, parts: Sequence[bytes]) -> None:
        """Head, these parts, end; a document with its length."""
        if self.streams:
            await self.begin()
            await self.parts(parts)
            await self.end()
        else:
            body = b"".join(parts)
            await self.begin(Content_Length=str(len(body)))
            await self.wire.send(body)

    @property
    def blank(self) -> bytes:
        """What keeps a connection alive."""
        return b": keep-alive\n\n" if self.streams else b"\n"


async def plainly(delivery: Delivery) -> None:
    """Deliver in good order."""
    await delivery.whole(delivery.events())


async def _blanks(delivery: Delivery) -> None:
    await delivery.begin()
    for _ in range(delivery.pace.blanks):
        await delivery.parts([delivery.blank])
        await delivery.wire.pause(delivery.pace.blank_s)


async def _queued(delivery: Delivery) -> None:
    await _blanks(delivery)
    await delivery.parts(delivery.events())
    await delivery.end()


async def _queue_closed(delivery: Delivery) -> None:
    await _blanks(delivery)
    await delivery.end()
    delivery.wire.closing = True


async def _comments_only(delivery: Delivery) -> None:
    await delivery.begin()
    while True:
        await delivery.parts([delivery.blank])
        await delivery.wire.pause(delivery.pace.blank_s)


async def _drip(delivery: Delivery) -> None:
    await delivery.begin()
    parts = delivery.events()
    if not delivery.streams:
        parts = [parts[0][n : n + 24] for n in range(0, len(parts[0]), 24)]
    for part in parts:
        await delivery.parts([part])
        await delivery.wire.pause(delivery.pace.drip_s)
    await delivery.end()


async def _silence(delivery: Delivery) -> None:
    if delivery.streams:
        await delivery.begin()
    await delivery.wire.pause(None)


async def _reset(delivery: Delivery) -> None:
    await delivery.begin()
    await delivery.parts([delivery.half()])
    await delivery.wire.pause(0.02)
    delivery.wire.reset()


async def _short(delivery: Delivery) -> None:
    await delivery.begin(Content_Length=str(len(b"".join(delivery.events()))))
    await delivery.wire.send(delivery.half())
    delivery.wire.closing = True


async def _unterminated(delivery: Delivery) -> None:
    await delivery.begin()
    await delivery.parts([delivery.half()])
    delivery.wire.closing = True


async def _close_delimited(delivery: Delivery) -> None:
    await delivery.begin(Connection="close")
    await delivery.wire.send(delivery.half())
    delivery.wire.closing = True


async def _without_done(delivery: Delivery) -> None:
    await delivery.whole([each for each in delivery.events() if each != DONE])


def _erring(doc: object) -> Callable[[Delivery], Awaitable[None]]:
    async def deliver(delivery: Delivery) -> None:
        delivery.streams = False
        await delivery.whole([document(doc)])

    return deliver


async def _error_event(delivery: Delivery) -> None:
    told = {"error": _PROBLEM}
    parts = [delivery.half(), event(told)] if delivery.streams else [document(told)]
    await delivery.whole(parts)


async def _cut(delivery: Delivery) -> None:
    await delivery.whole([delivery.half()])


async def _stall(delivery: Delivery) -> None:
    await delivery.begin()
    await delivery.parts([delivery.half()])
    await delivery.wire.pause(None)


async def _malformed_line(delivery: Delivery) -> None:
    parts = delivery.events()
    middle = len(parts) // 2
    await delivery.whole([*parts[:middle], _MALFORMED, *parts[middle:]])


async def _crlf(delivery: Delivery) -> None:
    await delivery.whole([part.replace(b"\n", b"\r\n") for part in delivery.events()])


async def _no_space(delivery: Delivery) -> None:
    await delivery.whole([part.replace(b"data: ", b"data:", 1) for part in delivery.events()])


async def _split_signs(delivery: Delivery) -> None:
    """Every packet but the first begins inside a sign, where the text has any."""
    body = b"".join(delivery.events())
    cuts = [0, *(n for n in range(1, len(body)) if 0x80 <= body[n] < 0xC0), len(body)]
    await delivery.begin()
    for low, high in pairwise(cuts):
        await delivery.parts([body[low:high]])
        await delivery.wire.pause(0)
    await delivery.end()


@lru_cache(maxsize=2)
def _bomb(size: int) -> bytes:
    return gzip.compress(b" " * size, mtime=0)


async def _gzip_bomb(delivery: Delivery) -> None:
    body = _bomb(delivery.pace.bomb_bytes)
    await delivery.begin(Content_Length=str(len(body)), Content_Encoding="gzip")
    await delivery.wire.send(body)


async def _endless(delivery: Delivery) -> None:
    await delivery.begin()
    parts = delivery.events()
    await delivery.parts(parts[:1] if delivery.streams else [b'{"choices":[{"message":{"content":"'])
    more = parts[len(parts) // 2] if delivery.streams else b"x" * 4096
    while True:
        await delivery.parts([more])


async def _other_clock(delivery: Delivery) -> None:
    delivery.now += timedelta(days=400)
    await plainly(delivery)


async def _stale(delivery: Delivery) -> None:
    await plainly(delivery)
    delivery.wire.stale = True


async def _closed_after(delivery: Delivery) -> None:
    await plainly(delivery)
    delivery.wire.closing = True


async def _late(delivery: Delivery) -> None:
    await delivery.wire.pause(delivery.pace.late_s)
    await plainly(delivery)


async def _twice(delivery: Delivery) -> None:
    await plainly(delivery)
    await plainly(delivery)


async def _long(delivery: Delivery) -> None:
    thought = event(
        {"choices": [{"index": 0, "delta": {"reasoning_content": "再想想，"}, "finish_reason": None}]}
    )
    if not delivery.streams:
        await delivery.wire.pause(_LONG_PIECES * delivery.pace.generate_s)
        return await plainly(delivery)
    await delivery.begin()
    for _ in range(_LONG_PIECES):
        await delivery.parts([thought])
        await delivery.wire.pause(delivery.pace.generate_s)
    await delivery.parts(delivery.events())
    return await delivery.end()


async def _dropped(delivery: Delivery) -> None:
    await _unterminated(delivery)
    delivery.wire.reset()


MISHAPS: dict[str, Callable[[Delivery], Awaitable[None]]] = {
    "F-01": _queued,
    "F-02": _queue_closed,
    "F-03": _comments_only,
    "F-06": _drip,
    "F-07": _silence,
    "F-08": _reset,
    "F-09a": _short,
    "F-09b": _unterminated,
    "F-10": _close_delimited,
    "F-11": _without_done,
    "F-12a": _erring({"error": _PROBLEM}),
    "F-12b": _erring({"id": "double", "model": "", "choices": [{"index": 0, "error": _PROBLEM}]}),
    "F-12c": _erring({"id": "double", "model": "", "choices": None}),
    "F-12d": _erring(_CONTROL_PLANE),
    "F-13": _error_event,
    "F-20a": _cut,
    "F-20b": _dropped,
    "F-21": _stall,
    "F-22a": _malformed_line,
    "F-22b": _crlf,
    "F-22c": _split_signs,
    "F-22d": _no_space,
    "F-23": _gzip_bomb,
    "F-24": _endless,
    "F-28": _other_clock,
    "F-30a": _stale,
    "F-30b": _closed_after,
    "F-33a": _late,
    "F-33b": _twice,
    "F-34": _long,
}
"""The faults of how an answer travels, by full name."""

CUTS = frozenset({"F-02", "F-08", "F-09a", "F-09b", "F-10", "F-20a", "F-20b"})
"""Those that cut an answer short."""
