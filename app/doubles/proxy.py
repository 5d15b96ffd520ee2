"""A CONNECT proxy on loopback: tunnels, counts where to, and never leaves the machine."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PIECE_BYTES = 65_536


class ProxyDouble:
    """Serves while it is entered; `url` is its address.

    `routes` are loopback ports by host, for names that are somewhere else; every other host that is not
    loopback is refused with 502. `refuses` is a status line that everybody gets, "" for none.
    `asked` counts hosts with their ports, refused ones too; `requests` are the first lines; `sent` is
    all that went through towards servers.
    """

    def __init__(self, routes: Mapping[str, int] | None = None, *, refuses: str = "") -> None:
        self.routes = dict(routes or {})
        self.refuses = refuses
        self.asked: Counter[str] = Counter()
        self.requests: list[str] = []
        self.sent = bytearray()
        self.url = ""
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, and cut every tunnel."""
        if self._server is not None:
            self._server.close()
        serving = list(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    @property
    def hosts(self) -> Counter[str]:
        """How often each host was asked for, without its port."""
        hosts: Counter[str] = Counter()
        for target, times in self.asked.items():
            hosts[target.rpartition(":")[0]] += times
        return hosts

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._tunnel(reader, writer)
        writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[0]
        self.requests.append(line)
        method, _, rest = line.partition(" ")
        target = rest.partition(" ")[0]
        port = self._port(target) if method == "CONNECT" else None
        self.asked[target] += 1
        if self.refuses or port is None:
            await _write(writer, f"HTTP/1.1 {self.refuses or '502 Bad Gateway'}\r\nContent-Length: 0\r\n\r\n")
            return
        try:
            onward_reader, onward = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await _write(writer, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        await _write(writer, "HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, onward, self.sent), _pump(onward_reader, writer, bytearray()))

    def _port(self, target: str) -> int | None:
        """The loopback port behind a host and port, None where it may not go."""
        host, _, port = target.rpartition(":")
        if host in self.routes:
            return self.routes[host]
        return int(port) if host in _LOOPBACK and port.isdecimal() else None


async def _write(writer: asyncio.StreamWriter, head: str) -> None:
    writer.write(head.encode())
    await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray) -> None:
    try:
        with suppress(ConnectionError):
            while data := await reader.read(_PIECE_BYTES):
                seen += data
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()
