"""A provider on loopback that writes exactly the bytes it is told to, and a ledger that shows their order."""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.outbound.cloud.attempt import Target
from app.records.egress import Leaving

HERE = Path(__file__).parent
KEY = "sk-never-to-be-seen"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 30,
    "prompt_cache_hit_tokens": 60,
    "prompt_cache_miss_tokens": 40,
    "completion_tokens_details": {"reasoning_tokens": 10},
}


def event(content: Any = None, *, finish: str | None = None, **more: Any) -> bytes:
    delta = {"content": content}
    document = {
        "model": "flash-1017",
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        **more,
    }
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"


def whole(text: str = '{"fine":1}') -> bytes:
    """A stream with nothing wrong."""
    last = event(finish="stop", usage=USAGE)
    return STREAM + event(text[:3]) + event(text[3:]) + last + b"data: [DONE]\n\n"


def document(content: Any = '{"fine":1}', finish: str = "stop", **more: Any) -> bytes:
    choice = {"index": 0, "message": {"content": content}, "finish_reason": finish}
    answer = {"model": "local-7b", "choices": [choice], "usage": USAGE, **more}
    return json.dumps(answer, ensure_ascii=False).encode()


def status(line: str, body: bytes = b"", *headers: str) -> bytes:
    head = (f"HTTP/1.1 {line}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", "")
    return "\r\n".join(head).encode() + body


class SeenLedger:
    """Keeps entries; `hold` makes it slow, `fault` makes it fail."""

    def __init__(self) -> None:
        self.entries: list[Leaving] = []
        self.asked = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.fault: Exception | None = None

    async def leaves(self, entry: Leaving) -> None:
        self.asked.set()
        await self.free.wait()
        if self.fault is not None:
            raise self.fault
        self.entries.append(entry)

    def note(self, entry: Leaving) -> None:
        self.entries.append(entry)


Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """Answers every request by `script`; `over` is set when the test is, `reader` is the last caller."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.got_head = asyncio.Event()
        self.left = asyncio.Event()
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.script: Script = self.says(whole())
        self.reader = asyncio.StreamReader()
        self.port = 0
        self.scheme = "http"
        self._tasks: set[asyncio.Task[None]] = set()

    def target(self, **more: Any) -> Target:
        base = f"{self.scheme}://127.0.0.1:{self.port}/v1"
        return Target(**({"provider": "deepseek", "base_url": base, "model": "flash", "key": KEY} | more))

    def says(self, *parts: bytes, hold: bool = False) -> Script:
        """Writes the parts one after the other, each on its own; then closes, or holds until the end."""

        async def script(writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
            if hold:
                await self.over.wait()

        return script

    def drips(self, first: bytes, drop: bytes, every_s: float = 0.03) -> Script:
        """Writes the first part, then a drop again and again for ever."""

        async def script(writer: asyncio.StreamWriter) -> None:
            writer.write(first)
            while not self.over.is_set() and not writer.is_closing():
                writer.write(drop)
                await writer.drain()
                await asyncio.sleep(every_s)

        return script

    def resets(self, first: bytes) -> Script:
        async def script(writer: asyncio.StreamWriter) -> None:
            writer.write(first)
            await writer.drain()
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

        return script

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        self.got_head.set()
        sizes = [
            line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length")
        ]
        body = await reader.readexactly(int(sizes[0]) if sizes else 0)
        self.bodies.append(body)
        await self.script(writer)
        if not writer.is_closing():
            writer.close()

    @asynccontextmanager
    async def up(self, certificate: str = "") -> AsyncIterator["Loopback"]:
        context = None
        if certificate:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(HERE / certificate)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.over.set()
            server.close()
            if self._tasks:
                await asyncio.wait(self._tasks)
