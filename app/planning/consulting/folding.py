"""Text in one spelling, so that a name is found whatever its script, width, case and signs between."""

import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc

_ALIKE = str.maketrans(
    "авеіјкмнорѕстухαβεηικμνορτυχ吋",
    "abeijkmhopsctyxabehikmnoptux寸",
)
"""Cyrillic and Greek letters that look like Latin ones, and a second sign for the inch."""
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MISREAD = str.maketrans("oil", "011")
_SILENT = frozenset("'’‘`´ʼ\u115f\u1160\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text's letters and digits alone: `text`, and for each sign its kind and its place in the original.

    Kinds are d for a digit, l for a Latin letter, c for any other, Chinese numerals among them.
    `edges[n]` is whether a word or a number may begin or end before sign n; it has one entry more
    than there are signs. Signs of Chinese stand alone: they have an edge on both sides.
    """

    text: str
    kinds: str
    places: tuple[int, ...]
    edges: tuple[bool, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the signs from `start` to before `end` are in the original, half-open."""
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Compatible forms, case, script and look-alikes made one; o and 0, and i, l and 1, are the same.

    Chinese numerals are digits. Apostrophes and unseen characters are as if they were not there.
    """
    signs: list[tuple[str, str]] = []
    places: list[int] = []
    edges: list[bool] = []
    gap, before = True, ""
    for at, char in enumerate(text):
        folded = _signs(char)
        gap = gap or (not folded and not _is_silent(char))
        for sign, kind in folded:
            edges.append(gap or kind != before or kind == "c")
            signs.append((sign, kind))
            places.append(at)
            gap, before = False, kind
    text, kinds = ("".join(part) for part in zip(*signs, strict=True)) if signs else ("", "")
    return Folded(text, kinds, tuple(places), (*edges, True))


@cache
def _simplify() -> "opencc.OpenCC":
    return opencc.OpenCC("hk2s")


@cache
def _signs(char: str) -> tuple[tuple[str, str], ...]:
    """What a character folds to, each sign with its kind."""
    if char in _SILENT:
        return ()
    plain = unicodedata.normalize("NFKD", char).casefold().translate(_ALIKE)
    return tuple(_sign(part) for part in plain if part.isalnum())


def _sign(part: str) -> tuple[str, str]:
    if (digit := unicodedata.decimal(part, None)) is not None:
        return str(digit), "d"
    if part.isascii():
        return part.translate(_MISREAD), "l"
    return _simplify().convert(part).translate(_NUMERALS), "c"


def _is_silent(char: str) -> bool:
    return char in _SILENT or (unicodedata.category(char) in {"Mn", "Me", "Cf", "Cc"} and not char.isspace())
