"""The gateway double's port on loopback: opened, shut so that connecting is refused, opened again."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

_READ_MAX = 64 * 1024**2


class Port:
    """Serves websockets; `is_up` says whether one may be opened, it is refused with HTTP 503 if not."""

    def __init__(
        self, take: Callable[[ServerConnection], Awaitable[None]], is_up: Callable[[], bool]
    ) -> None:
        self._take, self._is_up = take, is_up
        self._servers: list[Server] = []
        self._address = ("127.0.0.1", 0)

    async def open(self, host: str, port: int) -> str:
        """Listen; the address."""
        server = await serve(
            self._take,
            host,
            port,
            ping_interval=None,
            max_size=_READ_MAX,
            close_timeout=1,
            compression=None,
            process_request=self._opening,
        )
        self._servers.append(server)
        self._address = host, next(iter(server.sockets)).getsockname()[1]
        return f"ws://{host}:{self._address[1]}"

    def shut(self) -> None:
        """Refuse connections; those that are open stay."""
        for each in self._servers:
            each.server.close()

    async def open_again(self) -> None:
        """Listen where it was before it was shut."""
        await self.open(*self._address)

    async def close(self) -> None:
        """Close every connection and stop listening."""
        for each in self._servers:
            each.close()
            await each.wait_closed()

    def _opening(self, wire: ServerConnection, _request: Request) -> Response | None:
        return None if self._is_up() else wire.respond(HTTPStatus.SERVICE_UNAVAILABLE, "busy\n")
