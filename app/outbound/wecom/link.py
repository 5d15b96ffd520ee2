"""The AI bot's long connection: opened for ever, one at a time, by our own client.

CONNECTING → AUTH → READY → BACKOFF → CONNECTING …; parked in SUPERSEDED when another client took
the bot, and in REFUSED when the credentials were turned down.
"""

import asyncio
import logging
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidProxy, WebSocketException

from app.outbound.budget import Budget
from app.outbound.wecom.acks import Habits
from app.outbound.wecom.alarms import LinkAlarm, LinkAlarms, OnAlarm
from app.outbound.wecom.backoff import Ending, LinkState, Pauses
from app.outbound.wecom.handover import Handover, OnFrame
from app.outbound.wecom.listing import Listing
from app.outbound.wecom.session import Ack, Session, Wiring, late_s
from app.ports import Clock, Ledger
from app.records.errors import LinkDown
from app.settings import WecomBot

__all__ = ["Link", "LinkAlarm", "LinkState", "OnFrame", "Told"]

OnState = Callable[[LinkState, str], None]

_READ_MAX_FACTOR = 4  # a frame up to this many times the limit is dropped without losing the connection
_READ_MAX_LEAST = 16 * 1024**2
_DRAIN_S = 2.0
_SILENT = logging.Logger("wecom.wire", logging.CRITICAL + 1)  # the library would log whole frames

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears of what: each change with a sentence, the reason of each frame dropped, each alarm."""

    on_state: OnState = lambda _state, _reason: None
    on_drop: Callable[[str], None] = lambda _reason: None
    on_alarm: OnAlarm = lambda _alarm, _reason: None


class Link:
    """One bot's connection to the gateway.

    `on_frame` gets every message and event callback, in order of arrival and not one at a time; a
    stop may hand the last ones over twice. `ledger` is told of each frame before it is written.
    `sleep` and `chance` (0..1) are the pauses between attempts and their jitter; the budget counts by
    `tick`, in seconds.
    """

    def __init__(
        self,
        settings: WecomBot,
        on_frame: OnFrame,
        *,
        clock: Clock,
        ledger: Ledger,
        told: Told = Told(),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._on_state = told.on_state
        self._alarms = LinkAlarms(told.on_alarm, clock)
        self._sleep = sleep
        self._clock = clock
        self._handover = Handover(on_frame)
        self._pauses = Pauses(settings.backoff_max_s, settings.superseded_retry_s, chance)
        self._state = LinkState.CONNECTING
        self._ready = asyncio.Event()
        self._ready_since: datetime | None = None
        self._session: Session | None = None
        self.budget = Budget(
            tick, minute_max=settings.messages_per_minute, hour_max=settings.messages_per_hour
        )
        """What may still be said in each conversation; whoever writes a message asks it first."""
        self.dropped: Counter[str] = Counter()
        """Frames dropped, by reason."""
        listing = Listing(ledger, settings.url, clock)
        self._wiring = Wiring(
            settings,
            self._handover.put,
            self._became_ready,
            clock,
            Habits(),
            self.dropped,
            listing,
            told.on_drop,
        )

    @property
    def state(self) -> LinkState:
        """Where the connection stands now."""
        return self._state

    @property
    def late_s(self) -> float:
        """After so many seconds an unacknowledged frame may be repeated without mistaking its answer."""
        return late_s(self._settings)

    @property
    def is_ready(self) -> bool:
        """Whether commands can be written now."""
        return self._ready.is_set()

    async def until_ready(self) -> None:
        """Return when commands can be written."""
        await self._ready.wait()

    def is_live(self, req_id: str) -> bool:
        """Whether a callback with this req_id arrived on this connection and can still be answered."""
        return bool(self.answer_command(req_id))

    def answer_command(self, req_id: str) -> str:
        """The one command that may answer this req_id now, or ""."""
        return self._session.answer_command(req_id) if self._session else ""

    async def command(self, cmd: str, req_id: str, body: Mapping[str, object], *, decision: str = "") -> Ack:
        """Send a command and wait for its acknowledgement; one at a time per req_id.

        `decision` is the ticket that the frame is listed under, "" for none.
        Raises LinkDown when nothing was written, OutcomeUnknown (a LinkDown) when it was written
        and never acknowledged, TurnedDown with the gateway's errcode.
        """
        return await self._session_now().command(cmd, req_id, body, decision=decision)

    async def post(self, cmd: str, req_id: str, body: Mapping[str, object], *, decision: str = "") -> bool:
        """Send without waiting; False when a frame of this req_id is in flight. Raises LinkDown."""
        return await self._session_now().post(cmd, req_id, body, decision=decision)

    async def run(self) -> None:
        """Connect, and connect again, for ever; cancel to stop."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._handover.run())
                while True:
                    await self._pause(await self._once())
        finally:
            await self._handover.finish(_DRAIN_S)

    def _session_now(self) -> Session:
        if self._session is None or self._state is not LinkState.READY:
            raise LinkDown(f"the WeCom connection is {self._state}")
        return self._session

    async def _once(self) -> Ending:
        """One attempt, from connecting to the end of the connection."""
        self._become(LinkState.CONNECTING, self._settings.url)
        try:
            secret = self._secret()
        except (OSError, UnicodeDecodeError) as fault:
            return Ending(LinkState.REFUSED, f"the secret file cannot be read: {type(fault).__name__}")
        try:
            wire = await self._open()
        except (OSError, TimeoutError, EOFError, WebSocketException) as fault:
            return Ending(LinkState.BACKOFF, f"cannot connect: {_why(fault)}")
        return await self._serve(wire, secret)

    async def _serve(self, wire: ClientConnection, secret: str) -> Ending:
        self._session = Session(wire, self._wiring)
        self._become(LinkState.AUTH, "connected")
        try:
            return await self._session.run(secret)
        finally:
            self._session = None
            self._ready.clear()

    def _secret(self) -> str:
        if self._settings.secret_file is None:
            raise FileNotFoundError("wecom.bot.secret_file is not set")
        return self._settings.secret_file.read_text(encoding="utf-8").strip()

    async def _open(self) -> ClientConnection:
        secure = self._settings.url.startswith("wss:")
        return await connect(
            self._settings.url,
            ssl=_trust(self._settings) if secure else None,
            proxy=True if secure else None,
            compression=None,
            ping_interval=None,  # the gateway masks its pongs, which breaks the connection
            close_timeout=1,
            max_size=max(_READ_MAX_FACTOR * self._settings.frame_max_bytes, _READ_MAX_LEAST),
            logger=_SILENT,
        )

    def _became_ready(self) -> None:
        self._ready_since = self._clock()
        self._become(LinkState.READY, "subscribed")
        self._ready.set()

    async def _pause(self, ending: Ending) -> None:
        if ending.silent and self._ready_since is not None:
            self._alarms.fell_silent(ending.reason)
        since, self._ready_since = self._ready_since, None
        ready_s = (self._clock() - since).total_seconds() if since else 0.0
        state, pause_s = self._pauses.after(ending, ready_s)
        self._become(state, f"{ending.reason}; again in {pause_s:.1f} s")
        await self._sleep(pause_s)

    def _become(self, state: LinkState, reason: str) -> None:
        self._state = state
        _log.info("wecom_link", state=state, reason=reason)
        self._on_state(state, reason)
        self._alarms.became(state, reason)


def _trust(settings: WecomBot) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(settings.ca_file)
    return context


def _why(fault: Exception) -> str:
    """The fault in words, without the proxy's address, which may hold a password."""
    return (
        "the proxy setting is wrong"
        if isinstance(fault, InvalidProxy)
        else f"{type(fault).__name__}: {fault}"
    )
