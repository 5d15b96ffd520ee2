"""Where WeCom calls: answers 200 with nothing once a callback is durable, and passes URL checks on."""

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.records.relay import is_short_echo
from app.relay.http_in import Head, Refused, read_head, reply
from app.relay.keeper import Keeper
from app.relay.meters import Meters
from app.relay.sources import Rates, source, within
from app.settings import CallbackSettings, read_networks

Ask = Callable[[str], Awaitable[str | None]]
"""Takes a URL check's query to the appliance; None when it has no answer in time."""

_ENCRYPT = re.compile(
    rb"<Encrypt>(?:<!\[CDATA\[[A-Za-z0-9+/]{16,}={0,2}\]\]>|[A-Za-z0-9+/]{16,}={0,2})</Encrypt>"
)
_QUERY_MAX = 4096
_LINGER_S = 1.0


class CallbackDoor:
    """Serves from `start` until `close`. Whatever it refuses is counted by reason.

    Raises SettingsWrong when the list of sources cannot be used.
    """

    def __init__(self, settings: CallbackSettings, keeper: Keeper, ask: Ask, meters: Meters) -> None:
        self._settings = settings
        self._keeper = keeper
        self._ask = ask
        self._meters = meters
        self._rates = Rates(settings.source_a_minute, time.monotonic)
        self._allowed = read_networks(settings.sources_file) if settings.sources_file else None
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self, tls: ssl.SSLContext | None) -> None:
        """Listen; raises OSError when the address cannot be had."""
        host, _, port = self._settings.listen.rpartition(":")
        self._server = await asyncio.start_server(
            self._serve, host.strip("[]"), int(port), ssl=tls, limit=self._settings.head_max_bytes
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more callers and let go of those that have no answer yet; they come again."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            with suppress(asyncio.IncompleteReadError, OSError, TimeoutError, asyncio.CancelledError):
                writer.write(await self._answer(reader, writer))
                await self._let_go(reader, writer)
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        try:
            if len(self._open) > self._settings.connections_max:
                raise Refused(503, "connections")
            return await self._in_time(reader, writer.get_extra_info("peername")[0])
        except Refused as no:
            self._meters.refused(no.reason)
            return reply(no.status)

    async def _in_time(self, reader: asyncio.StreamReader, peer: str) -> bytes:
        try:
            async with asyncio.timeout(self._settings.read_s):
                head = await read_head(reader)
                caller = self._admit(head, peer)
                body = b""
                if head.method == "POST":
                    body = await reader.readexactly(head.length(self._settings.body_max_bytes))
        except TimeoutError:
            raise Refused(408, "slow") from None
        if head.method == "GET":
            return await self._check(head.query)
        return await self._keep(caller, head.query, body)

    def _admit(self, head: Head, peer: str) -> str:
        """The caller's address; raises Refused."""
        if head.path != self._settings.path:
            raise Refused(404, "path")
        caller = source(peer, head.headers.get("x-forwarded-for", ""), self._settings.proxies)
        if caller is None or (self._allowed is not None and not within(caller, self._allowed)):
            raise Refused(404, "source")
        if not self._rates.allow(caller):
            raise Refused(429, "rate")
        if head.method not in {"GET", "POST"}:
            raise Refused(405, "method")
        if not 0 < len(head.query) <= _QUERY_MAX:
            raise Refused(400, "query")
        return str(caller)

    async def _keep(self, caller: str, query: str, body: bytes) -> bytes:
        if len(_ENCRYPT.findall(body)) != 1 or body.count(b"<Encrypt>") != 1:
            raise Refused(400, "no_encrypt")
        why_not = await self._keeper.put(caller, query, body)
        if why_not:
            raise Refused(503, why_not)
        self._meters.received()
        return reply(200)

    async def _check(self, query: str) -> bytes:
        """The appliance's answer to a URL check, and never anything but a short word."""
        answer = await self._ask(query)
        if answer is None or not is_short_echo(answer):
            raise Refused(404, "check")
        return reply(200, answer.encode())

    async def _let_go(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear the caller out for a moment, so that the answer is not lost with a reset."""
        async with asyncio.timeout(_LINGER_S):
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
                while await reader.read(64 * 1024):
                    pass
