"""Where the appliance connects: one at a time, the newest wins."""

import asyncio
import logging
import ssl

from websockets.asyncio.server import Server, ServerConnection, serve

from app.relay.held import Held
from app.relay.keeper import Keeper
from app.relay.meters import Meters
from app.settings import PullSettings

_READ_MAX = 64 * 1024
_HEARTBEAT_S = 20.0
_SILENT = logging.Logger("relay.wire", logging.CRITICAL + 1)  # the library would log whole frames


class PullDoor:
    """Serves from `start` until `close`."""

    def __init__(self, settings: PullSettings, keeper: Keeper, meters: Meters) -> None:
        self._settings = settings
        self._keeper = keeper
        self._meters = meters
        self._server: Server | None = None
        self._held: Held | None = None
        self._surprise: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.port = 0

    async def start(self, tls: ssl.SSLContext | None) -> None:
        """Listen; raises OSError when the address cannot be had."""
        host, _, port = self._settings.listen.rpartition(":")
        self._server = await serve(
            self._serve,
            host.strip("[]"),
            int(port),
            ssl=tls,
            compression=None,
            max_size=_READ_MAX,
            ping_interval=_HEARTBEAT_S,
            ping_timeout=_HEARTBEAT_S,
            close_timeout=1,
            logger=_SILENT,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def run(self) -> None:
        """Wait for ever; raises what a connection was surprised by."""
        await self._surprise

    async def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def check(self, query: str) -> str | None:
        """The appliance's answer to a URL check, or None."""
        return await self._held.check(query) if self._held is not None else None

    async def _serve(self, wire: ServerConnection) -> None:
        held = Held(wire, self._settings, self._keeper, self._meters)
        try:
            await held.run(self._take_over)
        except Exception as fault:
            if not self._surprise.done():
                self._surprise.set_exception(fault)
            raise
        finally:
            if self._held is held:
                self._held = None
                self._meters.linked(yes=False)

    def _take_over(self, held: Held) -> None:
        if self._held is not None:
            self._held.leave()
        self._held = held
        self._meters.linked(yes=True)
