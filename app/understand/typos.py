"""Names in Latin letters with a slip of the finger: one word of a name may be a letter off."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

_WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]{1,24}(?![a-z0-9])")
_LONGEST_NAME = 3  # words
_ALONE_MIN, _WITHIN_MIN = 7, 5  # letters of a word that may be misspelt: a name's only one, one of several
_TWO_SLIPS_MIN = 9

_Place = tuple[int, tuple[str, ...], str]  # which word may be off, the others, its first letter


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands at [start, end) looks like one of `keys`, all equally close."""

    start: int
    end: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typos:
    """Finds misspelt names; built once per version of the plant's tables."""

    _places: dict[_Place, tuple[tuple[str, str], ...]] = field(repr=False)  # → (word, key)

    def find(self, text: str) -> Iterator[Slip]:
        """Names that are a letter off, in order, the longest first where two begin at one word."""
        words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
        if all(len(word) < _WITHIN_MIN for word, _, _ in words):
            return
        at = 0
        while at < len(words):
            slip = self._at(words, at)
            at += slip[1] if slip else 1
            if slip:
                yield slip[0]

    def _at(self, words: list[tuple[str, int, int]], at: int) -> tuple[Slip, int] | None:
        for size in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            window = words[at : at + size]
            start, end = window[0][1], window[-1][2]
            if end - start > sum(len(word) for word, _, _ in window) + 2 * size:
                continue
            if keys := self._close(tuple(word for word, _, _ in window)):
                return Slip(start, end, keys), size
        return None

    def _close(self, words: tuple[str, ...]) -> tuple[str, ...]:
        near: dict[str, int] = {}
        for which, word in enumerate(words):
            if len(word) < _WITHIN_MIN:
                continue
            others = words[:which] + words[which + 1 :]
            for meant, key in self._places.get((which, others, word[0]), ()):
                slips = OSA.distance(word, meant, score_cutoff=2)
                if 0 < slips <= (2 if len(meant) >= _TWO_SLIPS_MIN else 1):
                    near[key] = min(slips, near.get(key, slips))
        least = min(near.values(), default=0)
        return tuple(key for key, slips in near.items() if slips <= least + 1)


def build_typos(names: Iterable[tuple[str, str]]) -> Typos:
    """The misspellings to look for; `names` are (words in lower case, key)."""
    places: dict[_Place, dict[tuple[str, str], None]] = {}
    for name, key in names:
        words = tuple(_WORD.findall(name)) if name.isascii() else ()
        least = _ALONE_MIN if len(words) == 1 else _WITHIN_MIN
        for which, word in enumerate(words[: _LONGEST_NAME + 1] if len(words) <= _LONGEST_NAME else ()):
            if len(word) >= least and word.isalpha():
                place = (which, words[:which] + words[which + 1 :], word[0])
                places.setdefault(place, {})[word, key] = None
    return Typos({place: tuple(found) for place, found in places.items()})
