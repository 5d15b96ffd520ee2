"""Money of the calls: set aside before, settled after on every path, and today's sum."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.outbound.cloud.parts import finished
from app.ports import Clock, CloudBook
from app.records.cloud import MICRO, Call, Caps, Payer, Why
from app.settings.cloud import Cloud


class Purse:
    """Asks the book, and remembers what was spent on this plant day."""

    def __init__(self, book: CloudBook, settings: Cloud, clock: Clock, zone: ZoneInfo) -> None:
        self._book, self._clock, self._zone = book, clock, zone
        self._caps = Caps(
            _micro(settings.day_cny),
            _micro(settings.month_cny),
            _micro(settings.person_day_cny),
            settings.repeats,
        )
        self._day, self._spent_micro, self._calls = self._today(), 0, 0

    async def load(self) -> None:
        """Take up what the book says of today."""
        self._day = self._today()
        lines = await self._book.spent(datetime.combine(self._day, time(), self._zone), "intent")
        self._spent_micro = sum(line.cost_micro for line in lines)
        self._calls = sum(line.calls for line in lines)

    def today(self) -> tuple[int, int]:
        """Millionths of a yuan and calls of this plant day, as last known."""
        return (self._spent_micro, self._calls) if self._day == self._today() else (0, 0)

    @asynccontextmanager
    async def held(
        self, call: Call, payers: Sequence[Payer], ended: Callable[[], Call]
    ) -> AsyncIterator[Why | None]:
        """Holds `call.reserved_micro` inside; gives the cap that forbids it, or None.

        What was set aside is settled once with the call that `ended` gives, however the inside is
        left, and also when the caller is cancelled while money is being set aside.
        """
        holds = False

        async def reserve() -> Why | None:
            nonlocal holds
            denied = await self._book.reserve(call, payers, self._caps)
            holds = denied is None
            return denied

        try:
            yield await finished(reserve())
        finally:
            if holds:
                await finished(self._settle(ended()))

    async def _settle(self, call: Call) -> None:
        self._spent_micro, self._calls = self.today()
        self._day = self._today()
        self._spent_micro, self._calls = self._spent_micro + call.cost_micro, self._calls + 1
        await self._book.settle(call)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()


def _micro(cny: float) -> int:
    return round(cny * MICRO)
