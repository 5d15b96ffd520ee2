"""The door for callbacks, however they came: straight from WeCom, or by a relay's queue.

A callback that is not genuine, not ours or too old changes nothing; outside, one refusal is like
the other. A genuine one is done when the desk has kept it.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum

import structlog

from app.inbound.wecom_app.echo import ECHO, EchoWindow
from app.inbound.wecom_app.envelope import signed_echo, signed_message
from app.inbound.wecom_app.reading import App, read
from app.inbound.wecom_bot import Dropped
from app.records.errors import NotGenuine
from app.records.message import Message
from app.records.sealing_wecom import Seal

AGE_MAX_S = 15 * 60.0
WAITED_MAX_S = 24 * 3600.0

Accept = Callable[[Message], Awaitable[object]]
"""Keeps a message and its fingerprint durably before it returns; a msgid kept before changes nothing."""

Seen = Callable[[str], Awaitable[bool]]
"""Whether a fingerprint was kept before."""

_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of a callback."""

    KEPT = "kept"
    KNOWN = "known"  # it was kept before
    DROPPED = "dropped"  # genuine, and of no use
    REFUSED = "refused"  # never to be tried again
    LATER = "later"  # it could not be kept now; it must come again


class AppDoor:
    """Takes callbacks of one app; several at once."""

    def __init__(
        self,
        app: App,
        seal: Seal,
        window: EchoWindow,
        accept: Accept,
        seen: Seen,
        *,
        on_drop: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._app, self._seal, self._window = app, seal, window
        self._accept, self._seen = accept, seen
        self._on_drop = on_drop
        self._taking: set[str] = set()
        self.dropped: Counter[str] = Counter()
        """Callbacks that became no message, by reason."""

    async def take(self, query: str, body: bytes, at: datetime, *, waited_s: float = 0.0) -> Outcome:
        """Keep the message of a POST; `at` is its arrival here, aware UTC.

        `waited_s` is how long a relay says that it waited there: it may excuse a day of age, no more.
        """
        try:
            opened = self._seal.open(signed_message(query, body))
        except NotGenuine:
            return self._drop("not_genuine", Outcome.REFUSED)
        arrived = read(opened, at, self._app)
        if isinstance(arrived, Dropped):
            return self._drop(arrived.reason, Outcome.DROPPED)
        excused_s = max(0.0, min(waited_s, WAITED_MAX_S))
        if at.timestamp() - arrived.created_s - excused_s > AGE_MAX_S:
            return self._drop("too_old", Outcome.REFUSED)
        if arrived.message.fingerprint in self._taking:
            return self._drop("being_kept", Outcome.LATER)
        return await self._keep(arrived.message)

    async def _keep(self, message: Message) -> Outcome:
        """Boundary: a message. One that cannot be kept must come again; the door stays open."""
        self._taking.add(message.fingerprint)
        try:
            if await self._seen(message.fingerprint):
                return self._drop("known", Outcome.KNOWN)
            await self._accept(message)
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            fingerprint = message.fingerprint[:16]  # a hash; the msgid is whatever came
            _log.error("callback_not_kept", fingerprint=fingerprint, fault=type(fault).__name__)
            return self._drop("not_kept", Outcome.LATER)
        finally:
            self._taking.discard(message.fingerprint)
        return Outcome.KEPT

    def echo(self, query: str) -> str | None:
        """The answer to a GET that verifies the address, or None: refuse it.

        Only while the window is open, and only what looks like an echo: a message's cipher text and
        signature would open here too.
        """
        if not self._window.is_open:
            self._drop("echo_window_closed", Outcome.REFUSED)
            return None
        try:
            text = self._seal.open(signed_echo(query)).text
        except NotGenuine:
            self._drop("not_genuine", Outcome.REFUSED)
            return None
        if not ECHO.fullmatch(text):
            self._drop("no_echo", Outcome.REFUSED)
            return None
        return text

    def _drop(self, reason: str, outcome: Outcome) -> Outcome:
        self.dropped[reason] += 1
        self._on_drop(reason)
        _log.warning("callback_dropped", reason=reason)
        return outcome
