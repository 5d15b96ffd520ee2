"""Which states of the long connection a person must hear about, each once until it is ready again."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from app.outbound.wecom.backoff import LinkState
from app.ports import Clock

_DOWN_S = 300.0


class LinkAlarm(StrEnum):
    """What is wrong with the connection."""

    DOWN = "link_down"  # for five minutes
    SILENT = "link_silent"  # it seemed up, and nothing came, not even the answers to our pings
    REFUSED = "link_refused"  # the credentials are turned down
    SUPERSEDED = "link_superseded"  # the bot runs elsewhere


OnAlarm = Callable[[LinkAlarm, str], None]
"""Hears an alarm with a sentence without secrets."""

_PARKED = {LinkState.REFUSED: LinkAlarm.REFUSED, LinkState.SUPERSEDED: LinkAlarm.SUPERSEDED}


class LinkAlarms:
    """Raises alarms from the link's changes; those come at least every minute while it is not parked."""

    def __init__(self, on_alarm: OnAlarm, clock: Clock) -> None:
        self._on_alarm = on_alarm
        self._clock = clock
        self._down_since: datetime | None = None
        self._raised: set[LinkAlarm] = set()

    def became(self, state: LinkState, reason: str) -> None:
        """The link has changed."""
        if state is LinkState.READY:
            self._down_since = None
            self._raised.clear()
            return
        now = self._clock()
        self._down_since = self._down_since or now
        if state in _PARKED:
            self._raise(_PARKED[state], reason)
        if (now - self._down_since).total_seconds() >= _DOWN_S:
            self._raise(LinkAlarm.DOWN, reason)

    def fell_silent(self, reason: str) -> None:
        """The connection was given up because nothing came."""
        self._raise(LinkAlarm.SILENT, reason)

    def _raise(self, alarm: LinkAlarm, reason: str) -> None:
        if alarm not in self._raised:
            self._raised.add(alarm)
            self._on_alarm(alarm, reason)
