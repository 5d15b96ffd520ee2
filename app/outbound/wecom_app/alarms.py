"""Alarms to a group: one message for all that wait, tried until it is said, never twice."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from app.outbound.wecom_app.codes import Do, advice
from app.outbound.wecom_app.webhook import GroupWebhook
from app.records.errors import LinkDown, OutcomeUnknown, SettingsWrong, TurnedDown

_KEPT = 100  # what is older than these has been overtaken
_TOGETHER = 20
_DOWN_S = 5.0
_BUSY_S = 60.0
_OPERATOR_S = 300.0
_WAITS = {Do.WAIT: _BUSY_S, Do.RETRY: _BUSY_S, Do.STOP: _OPERATOR_S, Do.ALLOW: _OPERATOR_S}

_log = structlog.get_logger(__name__)


class GroupAlarms:
    """Says alarms in the group of a webhook; of one event loop. Each is in the log already."""

    def __init__(
        self, webhook: GroupWebhook, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._webhook, self._pause = webhook, pause
        self._waiting: deque[str] = deque(maxlen=_KEPT)
        self._some = asyncio.Event()

    def tell(self, text: str) -> None:
        """Have it said; the oldest is forgotten when a hundred wait."""
        self._waiting.append(text)
        self._some.set()

    async def run(self) -> None:
        """Say what comes, for ever."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                together = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
                await self._say(together)

    async def _say(self, together: list[str]) -> None:
        """Once; what was not said goes back to its place."""
        try:
            await self._webhook.send("\n".join(together))
        except OutcomeUnknown:
            _log.warning("group_alarm_in_doubt", count=len(together))
        except (LinkDown, TurnedDown, SettingsWrong) as no:
            pause_s = _pause_s(no)
            _log.warning("group_alarm_not_said", count=len(together), code=no.code)
            if pause_s:
                self._waiting.extendleft(reversed(together))
                await self._pause(pause_s)


def _pause_s(no: LinkDown | TurnedDown | SettingsWrong) -> float:
    """Seconds until it may be tried again, 0 for never."""
    match no:
        case TurnedDown():
            return _WAITS.get(advice(no.errcode).do, 0.0)
        case SettingsWrong():
            return _OPERATOR_S
        case _:
            return _DOWN_S
