"""Where a text names something of the plant's, by whatever spelling; the longest name wins."""

from dataclasses import dataclass
from functools import lru_cache

from app.planning.consulting.aliases import Called, Kind, NameBook
from app.planning.consulting.folding import Folded, fold

_LOOSE = 6
"""Signs from which on a name is also one inside a longer word: forNordbakken."""
_BETWEEN_DIGITS = frozenset(" -/")


@dataclass(frozen=True, slots=True)
class Hit:
    """A name in a text, from `start` to before `end`; `real` is what was said where that is not clear."""

    start: int
    end: int
    kind: Kind
    real: str


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A name in the one spelling, with the kinds of its signs, and what is called so.

    `tight` is for digits that nothing may come between.
    """

    key: str
    kinds: str
    things: tuple[Called, ...]
    tight: bool

    @property
    def digits(self) -> bool:
        """Whether it is a number."""
        return set(self.kinds) == {"d"}

    @property
    def loose(self) -> bool:
        """Whether it is a name inside a longer word, too."""
        return not self.digits and (len(self.key) >= _LOOSE or "c" in self.kinds)


class Finder:
    """Finds every name of a book; built once for each version of it."""

    def __init__(self, book: NameBook) -> None:
        spellings = _spellings(book)
        self._keys = frozenset(each.key for each in spellings)
        self._by_start: dict[str, list[_Spelling]] = {}
        for spelling in sorted(spellings, key=lambda each: len(each.key), reverse=True):
            self._by_start.setdefault(spelling.key[:2], []).append(spelling)

    def knows(self, name: str) -> bool:
        """Whether something is called so."""
        return fold(name).text in self._keys

    def find(self, text: str) -> list[Hit]:
        """The names in a text, in order, without overlaps."""
        folded, at, found = fold(text), 0, list[Hit]()
        while at < len(folded.text):
            hit, at = self._at(text, folded, at)
            found += [hit] if hit else []
        return found

    def _at(self, text: str, folded: Folded, at: int) -> tuple[Hit | None, int]:
        two = folded.text[at : at + 2]
        for spelling in (*self._by_start.get(two, ()), *self._by_start.get(two[:1], ())):
            end = at + len(spelling.key)
            if folded.text.startswith(spelling.key, at) and _stands(text, folded, spelling, at):
                start, end = _whole(folded, at, end)
                first, last = folded.span(start, end)
                return _hit(spelling, first, last, text[first:last]), end
        return None, at + 1


@lru_cache(maxsize=4)
def finder_of(book: NameBook) -> Finder:
    """The finder of a book."""
    return Finder(book)


def _spellings(book: NameBook) -> list[_Spelling]:
    """Every name of two signs or more, or of one of Chinese."""
    found: dict[str, _Spelling] = {}
    for called in book:
        for name in called.names:
            folded = fold(name)
            if len(folded.text) > 1 or folded.kinds == "c":
                before = found.get(folded.text)
                things = (*before.things, called) if before else (called,)
                found[folded.text] = _Spelling(folded.text, folded.kinds, things, name.isdigit())
    return list(found.values())


def _stands(text: str, folded: Folded, spelling: _Spelling, at: int) -> bool:
    """Whether it is the whole of a word or number; a longer name may be a part of a word, not of a number."""
    end = at + len(spelling.key)
    for edge, kind in ((at, spelling.kinds[0]), (end, spelling.kinds[-1])):
        if not folded.edges[edge] and (kind == "d" or not spelling.loose):
            return False
    if not spelling.digits:
        return True
    first, last = folded.span(at, end)
    between = set(text[first:last]) - {text[place] for place in folded.places[at:end]}
    return between <= (frozenset() if spelling.tight else _BETWEEN_DIGITS)


def _whole(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """With the rest of the words that the name is a part of."""
    while not folded.edges[start]:
        start -= 1
    while not folded.edges[end]:
        end += 1
    return start, end


def _hit(spelling: _Spelling, start: int, end: int, said: str) -> Hit:
    kind = spelling.things[0].kind
    reals = {each.real for each in spelling.things if each.kind == kind}
    return Hit(start, end, kind, reals.pop() if len(reals) == 1 else said)
