"""Requests of HTTP/1.1 read within bounds, one a connection."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"([A-Z]{1,16}) (/[\x21-\x7e]*) HTTP/1\.[01]")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\x20-\x7e\x80-\xff\t]*)")
_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class Refused(Exception):
    """The request is not served; `status` says how, `reason` is a word for the counter."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body; names of headers are in lower case, values of one name are joined."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    def length(self, most_bytes: int) -> int:
        """The body's length in bytes; raises Refused when it is unclear or above `most_bytes`."""
        text = self.headers.get("content-length")
        if text is None or "transfer-encoding" in self.headers:
            raise Refused(411, "no_length")
        if not re.fullmatch(r"[0-9]{1,10}", text):
            raise Refused(400, "not_http")
        if int(text) > most_bytes:
            raise Refused(413, "body_size")
        return int(text)


async def read_head(reader: asyncio.StreamReader) -> Head:
    """The next request's head; raises Refused, and IncompleteReadError or OSError when the caller left."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Refused(431, "head_size") from None
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise Refused(400, "not_http")
    path, _, query = line[2].partition("?")
    return Head(line[1], path, query, _fields(lines))


def _fields(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise Refused(400, "not_http")
        name, value = field[1].lower(), field[2].strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def reply(status: int, content: bytes = b"") -> bytes:
    """An answer that ends the connection."""
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + content
