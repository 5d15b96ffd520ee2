"""Requests of HTTP/1.1 as bytes on a connection, and what is written back on it."""

import asyncio
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_HEAD_MAX = 64 * 1024
_BODY_MAX = 64 * 1024**2
_NO_LINGER = struct.pack("ii", 1, 0)


class Left(Exception):
    """The client is gone."""


class NotHttp(Exception):
    """What came is no request of HTTP/1.1."""


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request; header names are in lower case, `raw` is every byte of it."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes
    raw: bytes


class Wire:
    """One connection. Everything that waits ends with Left as soon as the client is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.number = number
        self.closing = False
        self.stale = False
        """The next request on it gets no answer."""
        self._reader, self._writer = reader, writer
        self._ahead = b""

    async def send(self, data: bytes) -> None:
        """Write and wait until it is on its way; raises Left."""
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError as fault:
            raise Left from fault

    async def pause(self, length_s: float | None) -> None:
        """Wait for so long, None until the client leaves; raises Left when it does."""
        try:
            async with asyncio.timeout(length_s):
                while True:
                    self._ahead += await self._hear()
        except TimeoutError:
            return

    async def wait_for(self, event: asyncio.Event) -> None:
        """Wait until it is set; raises Left when the client leaves before."""
        try:
            async with asyncio.TaskGroup() as both:
                leaving = both.create_task(self.pause(None))
                await event.wait()
                leaving.cancel()
        except ExceptionGroup as fault:
            raise Left from fault

    async def _hear(self) -> bytes:
        try:
            data = await self._reader.read(_HEAD_MAX)
        except ConnectionError as fault:
            raise Left from fault
        if not data:
            raise Left
        return data

    async def request(self) -> Request:
        """The next request; raises Left when none comes, NotHttp for what is none."""
        head = await self._until(b"\r\n\r\n", _HEAD_MAX)
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise NotHttp
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        raw, content = await self._body(headers)
        return Request(parts[0], parts[1], headers, content, head + raw)

    async def _body(self, headers: Mapping[str, str]) -> tuple[bytes, bytes]:
        if "chunked" in headers.get("transfer-encoding", ""):
            return await self._chunks()
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > _BODY_MAX:
            raise NotHttp
        content = await self._exactly(int(length))
        return content, content

    async def _chunks(self) -> tuple[bytes, bytes]:
        raw = content = b""
        while True:
            line = await self._until(b"\r\n", 64)
            if re.fullmatch(rb"[0-9a-fA-F]{1,7}(;[^\r]*)?\r\n", line) is None:
                raise NotHttp
            size = int(line.split(b";")[0].strip(), 16)
            part = await self._exactly(size + 2)
            raw, content = raw + line + part, content + part[:-2]
            if size == 0:
                return raw, content
            if len(content) > _BODY_MAX:
                raise NotHttp

    async def _until(self, mark: bytes, most: int) -> bytes:
        while mark not in self._ahead:
            if len(self._ahead) > most:
                raise NotHttp
            self._ahead += await self._hear()
        end = self._ahead.index(mark) + len(mark)
        return self._take(end)

    async def _exactly(self, size: int) -> bytes:
        while len(self._ahead) < size:
            self._ahead += await self._hear()
        return self._take(size)

    def _take(self, size: int) -> bytes:
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken

    def reset(self) -> None:
        """Cut the connection so that the client is told of a reset."""
        held: socket.socket = self._writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._writer.transport.abort()

    def abort(self) -> None:
        """Cut the connection now."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close it once all is written; may be called twice."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return
