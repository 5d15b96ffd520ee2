"""One connection, from the opened socket to its end; everything it knew dies with it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakValueDictionary

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from app.outbound.wecom import frames
from app.outbound.wecom.acks import Acks, Answer, Habits
from app.outbound.wecom.backoff import Ending, LinkState
from app.outbound.wecom.frames import Frame, Odd
from app.outbound.wecom.listing import Listing
from app.ports import Clock
from app.records.errors import LinkDown, OutcomeUnknown, TurnedDown
from app.settings import WecomBot

_ZOMBIE = 846609  # the gateway says that this socket is not subscribed
_LIVE_MAX = 10_000
_EVENT_WINDOW_S = 5.0  # how long a welcome or a card update may answer its event
_INTERIM_WAIT_S = 1.0  # how long a frame waits for the acknowledgement of the one before
_CLOSE_WAIT_S = 1.5
_LATE_FACTOR = 3

_log = structlog.get_logger(__name__)


def late_s(settings: WecomBot) -> float:
    """How old a frame must be before its acknowledgement is no longer expected."""
    return _LATE_FACTOR * settings.ack_timeout_s


@dataclass(frozen=True, slots=True)
class Ack:
    """A command that was acknowledged: when its frame had been written, and the answer's body."""

    written_at: datetime
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every connection of one link shares."""

    settings: WecomBot
    give: Callable[[Frame, datetime], Awaitable[None]]
    on_ready: Callable[[], None]
    clock: Clock
    habits: Habits
    dropped: Counter[str]
    listing: Listing
    on_drop: Callable[[str], None] = lambda _reason: None


class Session:
    """Subscribes, keeps the heart beating, reads, and writes one frame at a time per req_id."""

    def __init__(self, wire: ClientConnection, wiring: Wiring) -> None:
        self._wire = wire
        self._wiring = wiring
        self._settings = wiring.settings
        self._acks = Acks(late_s(wiring.settings), wiring.habits)
        self._live: dict[str, tuple[str, float]] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._ending: Ending | None = None

    async def run(self, secret: str) -> Ending:
        """Serve until the connection ends, however it ends."""
        try:
            async with asyncio.TaskGroup() as group:
                keeper = group.create_task(self._keep(secret))
                await self._read()
                keeper.cancel()
        finally:
            self._acks.end()
            await self._hang_up()
        return self._ending or Ending(LinkState.BACKOFF, "ended")

    # What may be said.

    def answer_command(self, req_id: str) -> str:
        """The command that may answer this callback now, "" when it is not live or too late."""
        command, arrived = self._live.get(req_id, ("", 0.0))
        if self._ending is not None:
            return ""
        late = asyncio.get_running_loop().time() - arrived > _EVENT_WINDOW_S
        return "" if late and command != frames.RESPOND else command

    async def command(self, cmd: str, req_id: str, body: Mapping[str, object], *, decision: str = "") -> Ack:
        """Write and wait for the acknowledgement; `decision` is what the frame is listed under.

        Raises LinkDown when nothing was written or the gateway ignored it, OutcomeUnknown when it
        was written and not acknowledged, TurnedDown with the errcode.
        """
        async with self._turns.setdefault(req_id, asyncio.Lock()):
            await self._earlier(req_id)
            answer = await self._write(cmd, req_id, body, decision)
            written_at = self._wiring.clock()
            data = await self._within(answer, self._settings.ack_timeout_s)
            return Ack(written_at, _verdict(cmd, data))

    async def post(self, cmd: str, req_id: str, body: Mapping[str, object], *, decision: str = "") -> bool:
        """Write and do not wait; False, with nothing written, while another frame is in flight.

        Raises LinkDown as `command` does.
        """
        turn = self._turns.setdefault(req_id, asyncio.Lock())
        if turn.locked() or self._acks.latest(req_id) is not None:
            return False
        async with turn:
            await self._write(cmd, req_id, body, decision, interim=True)
        return True

    async def _earlier(self, req_id: str) -> None:
        answer = self._acks.latest(req_id)
        if answer is None:
            return
        await asyncio.wait({answer}, timeout=_INTERIM_WAIT_S)
        if not answer.done():
            self._acks.pass_over(req_id)

    async def _write(
        self,
        cmd: str,
        req_id: str,
        body: Mapping[str, object] | None,
        decision: str = "",
        *,
        interim: bool = False,
    ) -> Answer:
        """The one place that writes: each frame is listed, then sent exactly as listed."""
        if self._ending is not None or self._wire.state is not State.OPEN:
            raise LinkDown("the connection has ended")
        text = frames.write(cmd, req_id, body)
        self._wiring.listing.note(cmd, text, decision, interim=interim)
        expected = not interim or self._wiring.habits.waits
        answer = self._acks.expect(req_id, interim=interim) if expected else _nothing()
        try:
            async with asyncio.timeout(self._settings.ack_timeout_s):
                await self._wire.send(text)
        except (TimeoutError, ConnectionClosed, OSError) as fault:
            await self._stop(LinkState.BACKOFF, f"writing failed: {type(fault).__name__}")
            raise OutcomeUnknown from fault
        return answer

    async def _within(self, answer: Answer, limit_s: float) -> Mapping[str, object] | None:
        await asyncio.wait({answer}, timeout=limit_s)
        return answer.result() if answer.done() else None

    # What keeps it up.

    async def _keep(self, secret: str) -> None:
        """Subscribe, then ping; two pings in a row without an answer end the connection."""
        try:
            if not await self._subscribe(secret):
                return
            missed = 0
            await asyncio.sleep(self._settings.heartbeat_s)
            while missed < 2:
                missed = 0 if await self._ping() else missed + 1
                self._acks.sweep()
            await self._fall_silent("two pings unanswered")
        except LinkDown:
            return  # the reader sees the end too

    async def _subscribe(self, secret: str) -> bool:
        body = {"bot_id": self._settings.id, "secret": secret}
        answer = await self._write(frames.SUBSCRIBE, frames.new_id(frames.SUBSCRIBE), body)
        data = await self._within(answer, 2 * self._settings.ack_timeout_s)
        if data is None:
            await self._stop(LinkState.BACKOFF, "subscribe unanswered")
            return False
        code = frames.error_code(data)
        if code != 0:
            await self._stop(LinkState.REFUSED, f"subscribe refused, errcode {code}")
            return False
        if self._ending is None:
            self._wiring.on_ready()
        return self._ending is None

    async def _ping(self) -> bool:
        """Ping without a body and wait one heartbeat; whether it was answered."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.heartbeat_s
        answer = await self._write(frames.PING, frames.new_id(frames.PING), None)
        answered = await self._within(answer, self._settings.heartbeat_s) is not None
        await asyncio.sleep(until - loop.time())
        return answered

    # What comes in.

    async def _read(self) -> None:
        while self._ending is None:
            try:
                async with asyncio.timeout(self._settings.silence_max_s):
                    raw = await self._wire.recv(decode=False)
            except TimeoutError:
                await self._fall_silent(f"nothing came for {self._settings.silence_max_s:.0f} s")
                return
            except ConnectionClosed:
                self._note(LinkState.BACKOFF, f"closed, code {self._wire.close_code}")
                return
            await self._take(frames.read(raw, self._settings.frame_max_bytes))

    async def _take(self, frame: Frame | Odd) -> None:
        match frame:
            case Odd():
                self._drop(frame.reason, frame.size_bytes)
            case Frame(cmd=""):
                await self._settle(frame)
            case Frame(cmd=frames.EVENT) if frame.event_type == frames.DISCONNECTED:
                await self._stop(LinkState.SUPERSEDED, "another client subscribed with this bot")
            case Frame(cmd=frames.MESSAGE | frames.EVENT):
                self._remember(frame)
                await self._wiring.give(frame, self._wiring.clock())
            case _:
                self._drop("unknown_cmd", len(frame.raw))

    async def _settle(self, frame: Frame) -> None:
        if not self._acks.settle(frame.req_id, frame.data):
            self._unmatched(frame)
        if frames.error_code(frame.data) == _ZOMBIE:
            await self._stop(LinkState.BACKOFF, "the gateway says that we are not subscribed")

    def _unmatched(self, frame: Frame) -> None:
        if frame.req_id in self._live:
            self._wiring.habits.acknowledges = True
        self._drop("unmatched_ack", len(frame.raw))

    def _remember(self, frame: Frame) -> None:
        if frame.req_id:
            self._live[frame.req_id] = (frame.answer_command, asyncio.get_running_loop().time())
        if len(self._live) > _LIVE_MAX:
            del self._live[next(iter(self._live))]

    def _drop(self, reason: str, size_bytes: int) -> None:
        self._wiring.dropped[reason] += 1
        self._wiring.on_drop(reason)
        _log.warning("frame_dropped", reason=reason, size_bytes=size_bytes)

    # How it ends.

    def _note(self, state: LinkState, reason: str) -> None:
        if self._ending is None:
            self._ending = Ending(state, reason)

    async def _fall_silent(self, reason: str) -> None:
        self._ending = self._ending or Ending(LinkState.BACKOFF, reason, silent=True)
        await self._hang_up()

    async def _stop(self, state: LinkState, reason: str) -> None:
        self._note(state, reason)
        await self._hang_up()

    async def _hang_up(self) -> None:
        """Close politely, then not: a peer that does not read cannot hold us."""
        try:
            async with asyncio.timeout(_CLOSE_WAIT_S):
                await self._wire.close()
        except TimeoutError:
            self._wire.transport.abort()


def _nothing() -> Answer:
    return asyncio.get_running_loop().create_future()


def _verdict(cmd: str, data: Mapping[str, object] | None) -> Mapping[str, object]:
    code = frames.error_code(data) if data is not None else None
    if data is None or code is None:
        raise OutcomeUnknown
    if code == _ZOMBIE:
        raise LinkDown("the gateway says that we are not subscribed")
    if code != 0:
        raise TurnedDown(f"{cmd}: errcode {code}", code)
    body = data.get("body")
    return body if isinstance(body, dict) else {}
