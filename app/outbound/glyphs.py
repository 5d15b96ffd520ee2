"""Which characters the product's own font has, read from the font's table of characters."""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_SEGMENTED = 12  # the form of table that covers all planes (OpenType 1.9, cmap)
_PLAIN = frozenset(range(ord(" "), 127))


@cache
def characters(font: Path) -> frozenset[int]:
    """The code points that a font draws; plain letters alone where the file is missing or unreadable.

    Without it, pictures are drawn with whatever the server has, which has those.
    """
    try:
        return frozenset(_listed(font.read_bytes()))
    except (OSError, struct.error):
        return _PLAIN


def _listed(font: bytes) -> Iterator[int]:
    count = struct.unpack_from(">H", font, 4)[0]
    entries = (font[12 + 16 * n : 28 + 16 * n] for n in range(count))
    cmap = next((struct.unpack_from(">I", entry, 8)[0] for entry in entries if entry[:4] == b"cmap"), None)
    if cmap is None:
        raise struct.error("no table of characters")
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, at)[0] == _SEGMENTED:
            for k in range(struct.unpack_from(">I", font, at + 12)[0]):
                low, high = struct.unpack_from(">II", font, at + 16 + 12 * k)
                yield from range(low, high + 1)
