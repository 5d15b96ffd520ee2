"""The window in which WeCom's check of the callbacks' address is answered, on every way that it may come."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from app.ports import Clock

_log = structlog.get_logger(__name__)


class CheckWindow:
    """Shut at first; `ways` are told for how many seconds to answer, 0 for no more. Of one event loop."""

    def __init__(self, ways: Callable[[float], Awaitable[None]], clock: Clock) -> None:
        self._ways, self._clock = ways, clock
        self._until = clock()

    @property
    def open_s(self) -> float:
        """For how long checks are answered still; 0 when the window is shut."""
        return max(0.0, (self._until - self._clock()).total_seconds())

    async def open(self, seconds: float, by: str) -> None:
        """Have checks answered for so long from now; `by` goes to the log."""
        await self._ways(seconds)
        self._until = self._clock() + timedelta(seconds=seconds)
        _log.warning("check_window", seconds=seconds, by=by)
