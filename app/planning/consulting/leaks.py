"""What must never leave: known names, and what looks like a person's number, address or paper."""

import json
import re
import unicodedata
from collections.abc import Iterator

from app.planning.consulting.aliases import LETTERS, NameBook
from app.planning.consulting.finding import finder_of

ALIAS = re.compile(rf"(?<![A-Za-z0-9])[{''.join(LETTERS.values())}][1-9]\d*(?![A-Za-z0-9])")
_OURS = frozenset({"tag", "origin", "kind", "shift"})
"""Keys whose values are from closed lists or counted by us."""

_TIME = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[0-2]?\d|3[01])(?!\d)"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"
)
_DIGIT = r"(?:[ \-.·]?\d)"
_ZONES = "com|net|org|cn|hk|tw|mo|sg|jp|uk|us|eu|io|co|biz|info|top|xyz|dev|app|me|gov|edu"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(shape, re.IGNORECASE | re.ASCII))
    for kind, shape in (
        ("email", r"[\w.+\-]+(?:@|\s?[(\[]at[)\]]\s?)[\w\-]+(?:(?:\.|\s?[(\[]dot[)\]]\s?)[\w\-]+)*"),
        ("email", r"[\w.+\-]+\s?@\s?[\w\-]+\s?\.\s?[a-z]{2,}"),
        ("url", r"(?<![a-z])[a-z][a-z0-9+.\-]*://\S+|(?<![a-z0-9])www\.\S+"),
        ("url", rf"(?<![a-z0-9.])(?:[a-z0-9\-]+\.)+(?:{_ZONES})(?![a-z0-9])"),
        ("address", r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
        ("address", r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])"),
        ("id", rf"(?<![a-z0-9])[a-z]{{1,2}}{_DIGIT}{{6}}\s?[(\[]?[0-9a][)\]]?(?![a-z0-9])"),
        ("id", rf"(?<!\d)[1-9]{_DIGIT}{{16}}[ \-.·]?[\dx](?![a-z0-9])"),
        ("card", rf"(?<!\d)\d{_DIGIT}{{12,18}}(?!\d)"),
        ("phone", r"(?:\+|(?<!\d)00)(?:[ \-.()]{0,2}\d){8,15}(?!\d)"),
        ("phone", rf"(?<!\d)(?:85[23]|86){_DIGIT}{{8,11}}(?!\d)"),
        ("phone", rf"(?<!\d)1[ \-.·]?[3-9]{_DIGIT}{{9}}(?!\d)"),
        ("phone", r"(?<!\d)\(?0\d{2,3}\)?[ \-.]?\d{7,8}(?!\d)"),
        ("phone", r"(?<!\d)[2-9]\d{3}[ \-.·]?\d{4}(?!\d)|(?<!\d)[2-9](?:[ \-.·]\d){7}(?!\d)"),
        ("phone", r"(?<!\d)[2-9]\d([ \-.·])\d\d\1\d\d\1\d\d(?!\d)"),
    )
)
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")


def personal(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a text has an e-mail, a phone, a paper's or card's number, a link or an address: from, to, kind.

    Dates and times are none, whatever their digits.
    """
    plain = "".join(map(_plain, text))
    plain = _TIME.sub(lambda found: "\n" * len(found[0]), plain)
    for kind, shape in _SHAPES:
        for found in shape.finditer(plain):
            yield found.start(), found.end(), kind


def _plain(char: str) -> str:
    """One character for one: digits of any script, full-width signs; unseen ones as a space."""
    if (digit := unicodedata.decimal(char, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", char)
    if unicodedata.category(char) in {"Cf", "Cc", "Pd", "Zs"}:
        return "-" if unicodedata.category(char) == "Pd" else " "
    return folded.translate(_NUMERALS) if len(folded) == 1 else char


def leaks(asked: str, book: NameBook) -> tuple[str, ...]:
    """What is still in a text that is about to leave, by kind, never the thing; () when nothing is.

    Every string of the document is looked at, but not its own aliases and times. Names of one sign
    are words of their own, and no leak.
    """
    finder, found = finder_of(book), set[str]()
    for text in _strings(json.loads(asked)):
        for piece in filter(None, ALIAS.split(text)):
            found.update(kind for _, _, kind in personal(piece))
            found.update("name" for hit in finder.find(_TIME.sub(" ", piece)) if hit.end - hit.start > 1)
    return tuple(sorted(found))


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _strings(each)
        case dict():
            for key, each in value.items():
                if key not in _OURS:
                    yield from _strings(each)
