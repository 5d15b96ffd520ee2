"""One HTTP/1.1 request at a time: GET or POST, small, whole, and in time."""

import asyncio
from dataclasses import dataclass

HEAD_MAX_BYTES = 16 * 1024
_END = b"\r\n\r\n"


class BadRequest(Exception):
    """Not a request that WeCom would make."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: its path and query are not decoded."""

    method: str
    path: str
    query: str
    body: bytes


async def read_request(reader: asyncio.StreamReader, body_max_bytes: int) -> Request:
    """The next request; raises BadRequest when it is none, or larger, or ends early."""
    try:
        head = (await reader.readuntil(_END)).removesuffix(_END).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, target = _first(first)
        length = _length(lines)
        if length > body_max_bytes or (method == "GET" and length):
            raise BadRequest
        body = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise BadRequest from None
    path, _, query = target.partition("?")
    return Request(method, path, query, body)


def response(status: str, body: str = "") -> bytes:
    """A whole response, after which the connection ends."""
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body.encode())}",
        "Connection: close",
    )
    return "\r\n".join(lines).encode() + _END + body.encode()


def _first(line: str) -> tuple[str, str]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] not in {"GET", "POST"} or not parts[2].startswith("HTTP/1."):
        raise BadRequest
    return parts[0], parts[1]


def _length(lines: list[str]) -> int:
    """The body's length; one that is not told beforehand is refused."""
    named = [(name.strip().lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)]
    lengths = [value for name, value in named if name == "content-length"]
    if len(lengths) > 1 or any(name == "transfer-encoding" for name, _ in named):
        raise BadRequest
    length = lengths[0] if lengths else "0"
    if not (length.isascii() and length.isdigit() and len(length) < 10):
        raise BadRequest
    return int(length)
