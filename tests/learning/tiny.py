"""An encoder of two small blocks with a vocabulary of its own: everything of the real one but the size."""

import struct
from pathlib import Path

import gguf
import numpy as np

from app.learning.pretrained import BLOCK_BYTES, Base, Shape

SHAPE = Shape(width=64, blocks=2, heads=4, inner=96, positions=64, epsilon=1e-12)
LETTERS = tuple("abcdefghijklmnopqrstuvwxyz坏好未收到领料批准0123456789,?-")
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", *LETTERS, "▁the", "▁broken", "▁зав")


def matrices(shape: Shape) -> dict[str, tuple[int, ...]]:
    """What the file holds beside the rows of words, as (out, in)."""
    width, inner = shape.width, shape.inner
    found: dict[str, tuple[int, ...]] = {
        "emb.pos": (shape.positions, width), "emb.type": (width,),
        "emb.ln.w": (width,), "emb.ln.b": (width,),
    }  # fmt: skip
    for block in range(shape.blocks):
        parts = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width),
                 "fi": (inner, width), "fo": (width, inner)}  # fmt: skip
        for part, (out, taken) in parts.items():
            found |= {f"l{block}.{part}.w": (out, taken), f"l{block}.{part}.b": (out,)}
        for part in ("aln", "oln"):
            found |= {f"l{block}.{part}.w": (width,), f"l{block}.{part}.b": (width,)}
    return found


def tiny_base(seed: int = 1) -> Base:
    """Random, and the same for the same seed."""
    dice = np.random.default_rng(seed)
    tensors = {}
    for name, size in matrices(SHAPE).items():
        numbers = dice.normal(0, 0.15, size)
        tensors[name] = (numbers + (1.0 if "ln.w" in name else 0.0)).astype(np.float32)
    scores = np.array([0.0] * 4 + [-4.0 - at / 100 for at in range(len(PIECES) - 4)], np.float32)
    return Base(SHAPE, PIECES, scores, q4_rows(dice, len(PIECES)), tensors)


def q4_rows(dice: np.random.Generator, count: int) -> np.ndarray:
    """Random rows of Q4_0: a scale of about 0.1 and any nibbles."""
    per_row = SHAPE.width // 32
    scales = dice.uniform(0.05, 0.15, (count, per_row, 1)).astype("<f2").view(np.uint8)
    nibbles = dice.integers(0, 256, (count, per_row, BLOCK_BYTES - 2), dtype=np.uint8)
    return np.concatenate([scales, nibbles], axis=2).reshape(count, -1)


def write_package_file(path: Path, base: Base, magic: bytes = b"E5S1") -> None:
    """The base in the form of its package: matrices of blocks in 4 bits, the rest in full."""
    shape, raw = base.shape, bytearray(magic + bytes(4))
    raw += struct.pack("<7i", shape.width, shape.blocks, shape.heads, shape.inner, len(base.pieces),
                       shape.positions, 1)  # fmt: skip
    raw += struct.pack("<fi", shape.epsilon, 32)
    texts = [piece.encode() for piece in base.pieces]
    ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
    raw += struct.pack("<5iQ", len(texts), 0, 1, 2, 3, int(ends[-1]))
    raw += ends.tobytes() + base.scores.astype("<f4").tobytes() + b"".join(texts)
    raw += struct.pack("<iI", 1, 5) + b"a\0b\0\0"
    raw += _directory(base, len(raw))
    path.write_bytes(raw)


def _directory(base: Base, at: int) -> bytes:
    bodies: dict[str, tuple[int, bytes]] = {"emb.word": (1, base.word_rows.tobytes())}
    bodies |= {name: _body(name, value) for name, value in base.tensors.items()}
    size = 4 + sum(23 + len(name) for name in bodies)
    head, tail = bytearray(struct.pack("<i", len(bodies))), bytearray()
    for name, (kind, body) in bodies.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, 0, at + size + len(tail), len(body))
        tail += body
    return bytes(head + tail)


def _body(name: str, value: np.ndarray) -> tuple[int, bytes]:
    if name.startswith("emb.") or value.ndim == 1:
        return 0, value.astype("<f4").tobytes()
    return 1, gguf.quants.quantize(value, gguf.GGMLQuantizationType.Q4_0).tobytes()
