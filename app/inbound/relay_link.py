"""Callbacks pulled from the relay in the DMZ: CONNECTING → READY → BACKOFF → CONNECTING …, for ever.

A record is acknowledged once the door has it for good. What the door refuses is acknowledged too and
counted as junk; what it cannot keep now is not, and comes again. The relay is not believed in anything.
"""

import asyncio
import logging
import random
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from app.inbound.relay_session import Check, Ended, Memory, Session, Take, Taken
from app.ports import Clock
from app.records.errors import SettingsWrong
from app.records.relay import FRAME_MAX_BYTES, WINDOW_MAX_S
from app.settings import RelayLinkSettings

__all__ = ["RelayLink", "RelayState", "Take", "Taken", "trust"]

_HEARTBEAT_S = 20.0
_READ_AHEAD = 4  # frames
_SILENT = logging.Logger("relay.wire", logging.CRITICAL + 1)  # the library would log whole frames

_log = structlog.get_logger(__name__)


class RelayState(StrEnum):
    """Where the link to the relay stands."""

    CONNECTING = "connecting"
    READY = "ready"
    BACKOFF = "backoff"


@dataclass(frozen=True, slots=True)
class RelayTold:
    """Who hears of what.

    `on_alarm` a sentence once per outage that lasts, and at once when another appliance took the
    relay; `on_state` each change with a sentence; `note` each frame before it is written.
    """

    on_alarm: Callable[[str], None] = lambda _reason: None
    on_state: Callable[[RelayState, str], None] = lambda _state, _reason: None
    note: Callable[[str], None] = lambda _text: None


class RelayLink:
    """The one connection to a relay.

    `sleep` and `chance` (0..1) are the pauses between attempts and their jitter. Raises
    SettingsWrong when the certificates cannot be used.
    """

    def __init__(
        self,
        settings: RelayLinkSettings,
        take: Take,
        check: Check,
        *,
        clock: Clock,
        told: RelayTold = RelayTold(),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._take = take
        self._check = check
        self._clock = clock
        self._on_alarm = told.on_alarm
        self._on_state = told.on_state
        self._note = told.note
        self._sleep = sleep
        self._chance = chance
        self._tls = trust(settings)
        self._memory = Memory()
        self._session: Session | None = None
        self._failed = 0
        self._down_since = clock()
        self._ready_since: datetime | None = None
        self._alarmed = False
        self.state = RelayState.CONNECTING

    @property
    def counts(self) -> Counter[str]:
        """Records by "kept", "duplicate", "junk" and "later"; URL checks by "check"."""
        return self._memory.counts

    async def open_window(self, length_s: float) -> None:
        """Have URL checks answered for so long from now, an hour at most; 0 shuts the window."""
        now_s = asyncio.get_running_loop().time()
        self._memory.open_until_s = now_s + min(max(length_s, 0.0), WINDOW_MAX_S)
        if self._session is not None and self.state is RelayState.READY:
            with suppress(ConnectionClosed):
                await self._session.tell_window()

    async def run(self) -> None:
        """Connect, and connect again, for ever; cancel to stop. Raises what the door was surprised by."""
        while True:
            self._become(RelayState.CONNECTING, self._settings.url)
            await self._pause(await self._once())

    async def _once(self) -> str:
        """One attempt: why it ended, as Ended where there was a connection."""
        try:
            wire = await self._open()
        except (OSError, TimeoutError, EOFError, WebSocketException) as fault:
            return f"cannot connect: {type(fault).__name__}: {fault}"
        try:
            self._session = Session(wire, self._memory, self._take, self._check, self._ready, self._note)
            return await self._session.run()
        finally:
            self._session = None
            await wire.close()

    async def _open(self) -> ClientConnection:
        return await connect(
            self._settings.url,
            ssl=self._tls,
            proxy=None,
            compression=None,
            ping_interval=_HEARTBEAT_S,
            ping_timeout=_HEARTBEAT_S,
            close_timeout=1,
            max_size=FRAME_MAX_BYTES,
            max_queue=_READ_AHEAD,
            logger=_SILENT,
        )

    def _ready(self) -> None:
        self._ready_since = self._clock()
        self._become(RelayState.READY, "connected")

    async def _pause(self, reason: str) -> None:
        superseded = reason is Ended.SUPERSEDED
        self._forgive_if_it_lasted()
        self._failed += 1
        pause_s = min(2.0 ** min(self._failed - 1, 16), self._settings.backoff_max_s)
        if superseded:
            pause_s = max(pause_s, self._settings.superseded_retry_s)
        pause_s *= 0.5 + self._chance() / 2
        self._become(RelayState.BACKOFF, f"{reason}; again in {pause_s:.1f} s")
        if superseded or self._since_s(self._down_since) >= self._settings.alarm_after_s:
            self._alarm(reason)
        await self._sleep(pause_s)

    def _forgive_if_it_lasted(self) -> None:
        """A connection that ends at once is no end of an outage."""
        since, self._ready_since = self._ready_since, None
        if since is not None and self._since_s(since) >= self._settings.backoff_max_s:
            self._failed, self._alarmed, self._down_since = 0, False, self._clock()

    def _since_s(self, at: datetime) -> float:
        return (self._clock() - at).total_seconds()

    def _alarm(self, reason: str) -> None:
        if not self._alarmed:
            self._alarmed = True
            self._on_alarm(reason)

    def _become(self, state: RelayState, reason: str) -> None:
        self.state = state
        _log.info("relay_link", state=state, reason=reason)
        self._on_state(state, reason)


def trust(settings: RelayLinkSettings) -> ssl.SSLContext | None:
    """The context that shows our certificate, None for plain ws://; raises SettingsWrong."""
    if not settings.url.startswith("wss:"):
        return None
    if None in (settings.ca_file, settings.cert_file, settings.key_file):
        raise SettingsWrong("relay.ca_file, relay.cert_file and relay.key_file: all are needed for wss://")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(settings.ca_file)
        context.load_cert_chain(str(settings.cert_file), str(settings.key_file))
    except OSError as fault:
        raise SettingsWrong(f"relay: the certificates cannot be used: {fault}") from fault
    return context
