"""A sender's words with everything that names a thing, a person or a price taken out of them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.planning.consulting.aliases import Aliases
from app.planning.consulting.finding import Finder, Hit
from app.planning.consulting.leaks import personal

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})

_SIGN = r"(?:(?:HK|US|NT|[ACS])?\$|RMB|CNY|HKD|USD|EUR|GBP|JPY|人民[币幣]|港[币幣紙]|美[元金]|[¥€£])"
_SUM = (
    r"(?:\d[\d,]*(?:\.\d+)?(?:\s?[km](?![a-z])|\s?[千百万萬亿億]+)?"
    r"|[零〇一二两兩三四五六七八九十百千万萬亿億半]+)"
)
_UNIT_OF_MONEY = (
    r"(?:[元蚊圆圓]|[块塊][钱錢]?(?!\w)|[块塊][钱錢]|[個个][銀银][錢钱]"
    r"|(?:dollars?|bucks|yuan|quid|cents|RMB|CNY|HKD|USD|EUR)(?![a-z]))"
)
_PRICE = r"(?:price|cost|quote|budget|worth|invoice|[价價][钱錢]?|[单單][价價]|[报報][价價]|成本|[預预]算)"
_AMOUNTS = re.compile(
    rf"{_SIGN}\s?{_SUM}(?:\s?{_UNIT_OF_MONEY})?|{_SUM}\s?{_UNIT_OF_MONEY}"
    rf"|{_PRICE}[^\d\w]{{0,3}}(?:is|of|at|是|係|系)?[^\d\w]{{0,3}}\d[\d,.]*\d?",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"[\u4e00-\u9fff](?:先生|小姐|女士|太太|師傅|师傅|經理|经理|主管|主任|老[闆板]|哥|姐|叔|生(?![产產成效意日命]))"
)
_NUMBERED = re.compile(
    r"(?<![a-z])(?:order|job|po|so|wo|mo|ref|#|[单單]號?号?)(?:\s?no\.?)?[^\w\n]{0,3}(?P<after>\d{3,})(?!\d)"
    r"|(?<!\d)(?P<ahead>\d{3,})(?=\s?[号號]?(?:[嗰那呢這这]?[张張])?[订訂工]?[单單](?![价價]))",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]+(?:[-_/.#][A-Za-z0-9]+)*")
_PLAIN = re.compile(
    r"\d{1,4}(?:am|pm|h|hrs?|hours?|m|mins?|minutes?|s|secs?|d|days?|w|wks?|weeks?|kgs?|g|l|ml|mm|cm|inch|in"
    r"|pcs?|pieces?|sets?|lots?|x|k|st|nd|rd|th|t)?",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?(?:T\d\d)?")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the words; `settled` when nothing more is looked for in it."""

    text: str
    settled: bool = False


_Find = Callable[[str], Iterable[Hit]]


def mask(words: str, finder: Finder, aliases: Aliases) -> str:
    """The words with aliases for sums of money, known names, people by title, and unknown numbers of things.

    What looks personal is left as it is, for the last look to find: such words must not leave at all.
    """
    pieces = [_Piece(part, settled) for part, settled in _around_personal(_shown(words), finder)]
    for find in (_amounts, finder.find, _titled, _unknown):
        pieces = [part for piece in pieces for part in _replaced(piece, find, aliases)]
    return _joined(pieces)


def _shown(words: str) -> str:
    """Compatible forms made one, on one line, without what is not seen."""
    plain = unicodedata.normalize("NFKC", words)
    seen = (char for char in plain if char.isspace() or unicodedata.category(char) not in _UNSEEN)
    return " ".join("".join(seen).split())


def _around_personal(text: str, finder: Finder) -> Iterator[tuple[str, bool]]:
    """The text cut at what looks personal, unless that is exactly a name of the plant's."""
    last = 0
    for start, end, _ in sorted(personal(text)):
        whole = [(hit.start, hit.end) for hit in finder.find(text[start:end])]
        if start >= last and whole != [(0, end - start)]:
            yield text[last:start], False
            yield text[start:end], True
            last = end
    yield text[last:], False


def _replaced(piece: _Piece, find: _Find, aliases: Aliases) -> Iterator[_Piece]:
    if piece.settled:
        yield piece
        return
    last = 0
    for hit in find(piece.text):
        yield _Piece(piece.text[last : hit.start])
        yield _Piece(aliases.of(hit.kind, hit.real), settled=True)
        last = hit.end
    yield _Piece(piece.text[last:])


def _joined(pieces: Iterable[_Piece]) -> str:
    """With a space where an alias would run into a word."""
    text = ""
    for piece in pieces:
        clash = text[-1:].isascii() and text[-1:].isalnum() and piece.text[:1].isascii()
        text += f" {piece.text}" if clash and piece.text[:1].isalnum() else piece.text
    return text


def _amounts(text: str) -> Iterator[Hit]:
    for found in _AMOUNTS.finditer(text):
        yield Hit(found.start(), found.end(), "amount", found[0].strip())


def _titled(text: str) -> Iterator[Hit]:
    for found in _TITLED.finditer(text):
        yield Hit(found.start(), found.end(), "person", found[0])


def _unknown(text: str) -> Iterator[Hit]:
    """Numbers beside a word for an order, codes of letters and digits, and long numbers."""
    spans = [found.span("after" if found["after"] else "ahead") for found in _NUMBERED.finditer(text)]
    dates = [found.span() for found in _WHEN.finditer(text)]
    spans += [found.span() for found in _TOKEN.finditer(text) if _is_code(found[0])]
    last = 0
    for start, end in sorted(spans):
        if start >= last and not any(low < end and start < high for low, high in dates):
            yield Hit(start, end, "order", text[start:end])
            last = end


def _is_code(token: str) -> bool:
    """A long number, letters and digits that are no measure, or digits after letters: PO-77."""
    parts = [part for part in re.split(r"[-_/.#]", token) if part]
    worded = False
    for part in parts:
        if part.isalpha():
            worded = True
        elif worded or not _PLAIN.fullmatch(part):
            return True
    return False
