"""The media host on loopback: serves sealed attachments over TLS, whole or with the fault switched on.

Nothing here ran against Tencent; the addresses are signed and short-lived there, here they are kept.
"""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from app.doubles.wecom.sealed import seal, written
from app.records.errors import OwnFault

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "truncated": "the body ends before its length",
        "cut_quietly": "the last 16 bytes are missing, and the length says so",
        "cut_uneven": "the last byte is missing, and the length says so",
        "wrong_pad": "what is kept from now on ends in zeros",
        "flipped": "one bit of the body is another",
        "huge": "a body without end, in chunks",
        "huge_length": "a length over every limit",
        "no_length": "neither a length nor chunks",
        "redirect": "302 to the same attachment",
        "expired": "403, as after five minutes",
        "busy": "503",
        "packed": "says that it is gzip",
        "silent": "takes the request and says nothing",
        "drip": "a byte now and then, for ever",
        "garbage": "no HTTP",
    }
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A photo, file or video that somebody sends; a photo has no name."""

    content: bytes = field(repr=False)
    name: str = ""
    kind: Literal["image", "file", "video"] = "image"


@dataclass(frozen=True, slots=True)
class Kept:
    """One attachment as it is served."""

    body: bytes = field(repr=False)
    disposition: str


class MediaHostDouble:
    """The host. `requests` are the heads it received, signature and all; `faults` may be changed."""

    drip_s: float = 0.02

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.faults: set[str] = set()
        self.requests: list[str] = []
        self.sent_bytes = 0
        self.port = 0
        self._tls = tls
        self._kept: dict[str, Kept] = {}
        self._over = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "MediaHostDouble":
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, whatever is still being served."""
        self._over.set()
        if self._server is not None:
            self._server.close()
        if self._serving:
            await asyncio.wait(self._serving)

    def switch(self, fault: str, *, on: bool = True) -> None:
        """Raises OwnFault for a fault that is none of FAULTS."""
        if fault not in FAULTS:
            raise OwnFault(f"no fault '{fault}'; there are {', '.join(FAULTS)}")
        (self.faults.add if on else self.faults.discard)(fault)

    def keep(self, plain: bytes, name: str = "", *, host: str = "127.0.0.1") -> tuple[str, str]:
        """Serve this; the address and the key as a callback has them."""
        key = secrets.token_bytes(32)
        pad = bytes(32 - len(plain) % 32) if "wrong_pad" in self.faults else None
        return self.keep_sealed(seal(plain, key, pad=pad), name, host=host), written(key)

    def keep_sealed(self, body: bytes, name: str = "", *, host: str = "127.0.0.1") -> str:
        """Serve these bytes as they are; the address."""
        path = f"/{secrets.token_hex(8)}?sign={secrets.token_hex(16)}"
        disposition = f"attachment; filename=\"x\"; filename*=UTF-8''{quote(name)}" if name else ""
        self._kept[path] = Kept(body, disposition)
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(head)
            await self._answer(head.split(" ")[1], writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        kept = self._kept.get(path)
        if kept is None or "expired" in self.faults:
            await self._write(writer, _head("403 Forbidden", 0))
        elif "redirect" in self.faults:
            await self._write(writer, _head("302 Found", 0, f"Location: {path}"))
        elif "busy" in self.faults:
            await self._write(writer, _head("503 Service Unavailable", 0))
        elif "garbage" in self.faults:
            await self._write(writer, b"\x00\x01 what\r\n\r\n")
        elif "silent" in self.faults:
            await self._over.wait()
        else:
            await self._body(kept, writer)

    async def _body(self, kept: Kept, writer: asyncio.StreamWriter) -> None:
        body = _spoilt(kept.body, self.faults)
        more = [f"Content-Disposition: {kept.disposition}"] if kept.disposition else []
        if "packed" in self.faults:
            more.append("Content-Encoding: gzip")
        if "huge" in self.faults:
            await self._write(writer, _head("200 OK", None, "Transfer-Encoding: chunked"))
            await self._endless(writer, b"10000\r\n" + bytes(65536) + b"\r\n", 0)
        elif "no_length" in self.faults:
            await self._write(writer, _head("200 OK", None, *more) + body)
        elif "huge_length" in self.faults:
            await self._write(writer, _head("200 OK", 10**15, *more) + body)
        elif "drip" in self.faults:
            await self._write(writer, _head("200 OK", 10**6, *more))
            await self._endless(writer, b"x", self.drip_s)
        else:
            sent = body[: len(body) // 2] if "truncated" in self.faults else body
            await self._write(writer, _head("200 OK", len(body), *more) + sent)

    async def _endless(self, writer: asyncio.StreamWriter, piece: bytes, pause_s: float) -> None:
        while not self._over.is_set() and not writer.is_closing():
            await self._write(writer, piece)
            await asyncio.sleep(pause_s)

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        await writer.drain()
        self.sent_bytes += len(data)


def _head(status: str, length: int | None, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/octet-stream", "Connection: close", *more]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def _spoilt(body: bytes, faults: set[str]) -> bytes:
    if "cut_quietly" in faults:
        return body[:-16]
    if "cut_uneven" in faults:
        return body[:-1]
    if "flipped" in faults:
        middle = len(body) // 2
        return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    return body
