"""The page that WeCom calls: one address, one path; an empty 200 only for what was kept.

It speaks plain HTTP, for a reverse proxy of the plant to stand before it with TLS.
"""

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.inbound.wecom_app.door import AppDoor, Outcome
from app.inbound.wecom_app.fields import SIZE_MAX_BYTES
from app.inbound.wecom_app.http import HEAD_MAX_BYTES, BadRequest, Request, read_request, response
from app.ports import Clock
from app.records.errors import SettingsWrong

_LINGER_S = 1.0  # how long a caller may go on sending what nobody reads

_REFUSED = response("403 Forbidden")
_LATER = response("503 Service Unavailable")

_STATUS: Mapping[Outcome, bytes] = {
    Outcome.KEPT: response("200 OK"),
    Outcome.KNOWN: response("200 OK"),
    Outcome.DROPPED: response("200 OK"),
    Outcome.REFUSED: _REFUSED,
    Outcome.LATER: _LATER,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Where callbacks come in, and how much of them at once.

    `listen` is host:port, port 0 picks one. `within_s` is how long a request may take with all that
    is done for it: WeCom waits for five seconds, then sends it again.
    """

    listen: str
    path: str
    within_s: float = 4.5
    at_once: int = 32


class CallbackServer:
    """Serves until it is cancelled."""

    def __init__(self, door: AppDoor, gate: Gate, clock: Clock) -> None:
        self._door, self._gate, self._clock = door, gate, clock
        self._open = 0
        self.port = 0
        """The real port, once `ready`."""
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listen, for ever. Raises SettingsWrong when the address cannot be had."""
        listener = self._bound()
        async with asyncio.TaskGroup() as group:
            server = await asyncio.start_server(
                lambda reader, writer: group.create_task(self._serve(reader, writer)),
                sock=listener,
                limit=HEAD_MAX_BYTES,
            )
            self.ready.set()
            try:
                await asyncio.Event().wait()
            finally:
                server.close()

    def _bound(self) -> socket.socket:
        host, _, port = self._gate.listen.rpartition(":")
        try:
            listener = socket.create_server((host, int(port)))
        except (OSError, OverflowError) as fault:
            raise SettingsWrong(f"wecom.app.listen: {self._gate.listen}: {fault}") from fault
        self.port = listener.getsockname()[1]
        return listener

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            writer.write(await self._in_time(reader))
            writer.write_eof()
            async with asyncio.timeout(_LINGER_S):
                await _swallow(reader)
        except (OSError, TimeoutError):
            writer.transport.abort()
        finally:
            self._open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _in_time(self, reader: asyncio.StreamReader) -> bytes:
        if self._open > self._gate.at_once:
            return _LATER
        try:
            async with asyncio.timeout(self._gate.within_s):
                return await self._answer(await read_request(reader, SIZE_MAX_BYTES))
        except TimeoutError:
            return _LATER
        except BadRequest:
            return _REFUSED

    async def _answer(self, request: Request) -> bytes:
        if request.path != self._gate.path:
            return _REFUSED
        if request.method == "GET":
            echo = self._door.echo(request.query)
            return _REFUSED if echo is None else response("200 OK", echo)
        return _STATUS[await self._door.take(request.query, request.body, self._clock())]


async def _swallow(reader: asyncio.StreamReader) -> None:
    """Read the rest: a connection that is closed with bytes unread loses the answer."""
    while await reader.read(HEAD_MAX_BYTES):
        continue
