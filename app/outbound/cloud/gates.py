"""How many requests a provider gets at once and in a minute; who finds no place waits, not for ever."""

import asyncio

from aiolimiter import AsyncLimiter

from app.outbound.cloud.routes import route_of
from app.records.cloud import PROVIDERS, Provider
from app.settings.cloud import Cloud

_MINUTE_S = 60.0


class Gates:
    """One gate per provider; of one event loop."""

    def __init__(self, settings: Cloud) -> None:
        routes = {each: route_of(settings, each) for each in PROVIDERS}
        self._slots = {each: asyncio.Semaphore(route.calls_at_once) for each, route in routes.items()}
        self._rates = {each: _limiter(route.calls_per_minute) for each, route in routes.items()}

    async def enter(self, provider: Provider, within_s: float) -> bool:
        """Whether a place came free in time; who is in must `leave`."""
        try:
            async with asyncio.timeout(within_s):
                await self._enter(provider)
        except TimeoutError:
            return False
        return True

    def leave(self, provider: Provider) -> None:
        """The request is over."""
        self._slots[provider].release()

    async def _enter(self, provider: Provider) -> None:
        await self._slots[provider].acquire()
        try:
            await self._rates[provider].acquire()
        except BaseException:
            self.leave(provider)
            raise


def _limiter(per_minute: int) -> AsyncLimiter:
    """A quarter at once, and so many after it that no minute ever sees more than it may."""
    at_once = max(1, per_minute // 4)
    later = max(1, per_minute - at_once)
    return AsyncLimiter(at_once, _MINUTE_S * at_once / later)
