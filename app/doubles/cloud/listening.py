"""The listening socket of a double: opened, shut so that connecting is refused, or so that it hangs."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

_KNOCKS = 3
"""More connections than a backlog of none holds."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """One port of loopback, which stays the same when it is shut and opened again."""

    def __init__(self, serve: Serve) -> None:
        self.host, self.port = "127.0.0.1", 0
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._full: list[socket.socket] = []

    async def open(self, port: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        """Listen, on the port that it had where none is given; raises OSError when it is taken."""
        self.shut()
        at = self.port if port is None else port
        self._server = await asyncio.start_server(self._serve, self.host, at, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    def shut(self, *, hanging: bool = False) -> None:
        """Refuse connections from now on, or let them hang; those that are open stay."""
        for each in self._full:
            each.close()
        self._full.clear()
        if self._server is not None:
            self._server.close()
            self._server = None
        if hanging:
            self._fill()

    def _fill(self) -> None:
        """Take the port with a backlog of none and knock until it is full."""
        held = socket.socket()
        self._full.append(held)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((self.host, self.port))
        held.listen(0)
        for _ in range(_KNOCKS):
            knock = socket.socket()
            knock.settimeout(0)
            knock.connect_ex((self.host, self.port))
            self._full.append(knock)
