"""What parent and child say to each other: frames of a small JSON head and raw float32 numbers.

A frame is `CGL1`, two unsigned 32-bit lengths (little endian), the head, the body.
"""

import asyncio
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"CGL1"
_OPENING = struct.Struct("<4sII")
_MAX_BYTES = 64 * 1024**2


class BrokenFrame(Exception):
    """What arrived is no frame; the stream cannot be trusted any more."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `head` is a JSON object, `body` may be empty."""

    head: Mapping[str, Any]
    body: bytes = b""

    def packed(self) -> bytes:
        """The frame as bytes; lone surrogates in the head survive as escapes."""
        head = json.dumps(dict(self.head)).encode("ascii")
        return _OPENING.pack(MAGIC, len(head), len(self.body)) + head + self.body


def read(stream: BinaryIO) -> Frame | None:
    """The next frame, waiting for it; None at the end of the stream. Raises BrokenFrame."""
    opening = stream.read(_OPENING.size)
    if not opening:
        return None
    head, body = _lengths(opening)
    return _parsed(stream.read(head), stream.read(body), head + body)


async def receive(stream: asyncio.StreamReader) -> Frame:
    """The next frame. Raises BrokenFrame, also at the end of the stream."""
    try:
        head, body = _lengths(await stream.readexactly(_OPENING.size))
        return _parsed(await stream.readexactly(head), await stream.readexactly(body), head + body)
    except asyncio.IncompleteReadError as fault:
        raise BrokenFrame("the stream ended") from fault


def _lengths(opening: bytes) -> tuple[int, int]:
    if len(opening) != _OPENING.size:
        raise BrokenFrame("the stream ended within a frame")
    magic, head, body = _OPENING.unpack(opening)
    if magic != MAGIC or head + body > _MAX_BYTES:
        raise BrokenFrame(f"no frame begins with {opening[:12]!r}")
    return head, body


def _parsed(head: bytes, body: bytes, expected: int) -> Frame:
    if len(head) + len(body) != expected:
        raise BrokenFrame("the stream ended within a frame")
    try:
        content = json.loads(head)
    except ValueError as fault:
        raise BrokenFrame("a frame's head is not JSON") from fault
    if not isinstance(content, dict):
        raise BrokenFrame("a frame's head is no JSON object")
    return Frame(content, body)
