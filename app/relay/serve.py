"""The relay as one process: two doors and a queue between them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.records.answer import utc_now
from app.records.errors import SettingsWrong, StoreFull
from app.relay.callback import CallbackDoor
from app.relay.keeper import Keeper, Now
from app.relay.meters import Meters, MetersPage
from app.relay.pull import PullDoor
from app.relay.tls import for_callers, for_the_appliance
from app.settings import RelaySettings

_SWEEP_S = 60.0


class Relay:
    """A running relay; made by `opened`."""

    def __init__(self, keeper: Keeper, meters: Meters, page: MetersPage, settings: RelaySettings) -> None:
        self.keeper = keeper
        self.meters = meters
        self.page = page
        self.pull = PullDoor(settings.pull, keeper, meters)
        self.callback = CallbackDoor(settings.callback, keeper, self.pull.check, meters)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: RelaySettings, now: Now = utc_now) -> AsyncIterator["Relay"]:
        """Both doors open; shut at the end, the queue last.

        Raises SettingsWrong, AlreadyRunning, or StoreFull when the queue cannot be opened.
        """
        callers, appliance = for_callers(settings.callback), for_the_appliance(settings.pull)
        async with AsyncExitStack() as stack:
            keeper = Keeper(settings.queue, now)
            stack.callback(keeper.close)
            meters = Meters(keeper)
            page = MetersPage(settings.metrics_listen, meters)
            stack.callback(page.close)
            relay = cls(keeper, meters, page, settings)
            try:
                stack.push_async_callback(relay.pull.close)
                await relay.pull.start(appliance)
                stack.push_async_callback(relay.callback.close)
                await relay.callback.start(callers)
            except OSError as fault:
                raise SettingsWrong(f"listen: {fault.strerror or fault}") from fault
            yield relay

    async def run(self) -> None:
        """Delete what is too old, for ever; raises what a door was surprised by."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.pull.run())
            while True:
                await self.sweep()
                await asyncio.sleep(_SWEEP_S)

    async def sweep(self) -> None:
        """Delete what is too old, if the disk lets us."""
        try:
            self.meters.expired(await self.keeper.expire())
        except StoreFull:
            self.meters.refused("sweep")
