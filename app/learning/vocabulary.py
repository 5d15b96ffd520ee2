"""Which pieces of a vocabulary for a hundred languages a plant in Hong Kong needs: a fifth of them."""

import numpy as np
from numpy.typing import NDArray

from app.learning.pretrained import Base

_MARKS = 4  # begin, pad, end, unknown
_SPACE = "▁"
_SHORT = 2  # letters; every text can be spelled with these
_RARE = -13.0  # log-probability of a piece of Latin letters below which another language is likelier
_CHINESE = (("\u3000", "\u303f"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"), ("\uff00", "\uffef"))


def kept_pieces(base: Base) -> NDArray[np.int64]:
    """The ids to keep, in order: the marks, Chinese, and Latin letters that are short or common."""
    likely = zip(base.pieces, base.scores, strict=True)
    return np.array([at for at, (piece, score) in enumerate(likely) if at < _MARKS or _needed(piece, score)])


def _needed(piece: str, score: float) -> bool:
    word = piece.lstrip(_SPACE)
    if all(" " < char <= "~" for char in word):
        return len(word) <= _SHORT or score > _RARE
    return all(char <= "\x7f" or any(low <= char <= high for low, high in _CHINESE) for char in word)
