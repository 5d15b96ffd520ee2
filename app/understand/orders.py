"""Orders as people write them: SO-1042, so1042, S O 1O42, 1042嗰張單, 一零四二; known ones and others."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.ports import Names
from app.understand.codes import NOT_COUNTED, digits_of, hit, letters_of
from app.understand.found import EDGE, END, Found
from app.understand.numerals import value

_NEAR = 50  # a bare number this close to the table's own is an order, though one that it lacks
_AFTER_ORDER = (
    r"(?=$|[^\w\s]|\s?(?:is|was|will|status|when|done|late|not|where|to|by|now|has|ready|and|before|on"
    r"|a?head|first|finish|start)(?![a-z]))"
)
_ORDER_WORDS = r"(?:order|job|po|work order)\s?(?:no\.?|number|#)?"
_COUNTING = re.compile(
    r"(?:收到|收咗|入咗|领了|攞咗|点数|共|够数|实数|得|received|issued?|took|counted|booked|about|qty|temp|温度|=)\s?$"
)
_REPORTING = re.compile(r"(?:[到收入出领发点数够做了咗好产完约成减加有剩]|made|finished|done|of|output)\s?$")
_UNIT_AFTER = (
    r"(?!\s?(?:pcs?|pieces?|kgs?|kilos?|sets?|units?|boxes|cartons?|ctns?|rolls?|more|mm|g|l|over(?! to)"
    r"|degrees?)(?![a-z]))"
    r"(?!\s?(?:件|把|只(?![装冲包做磨剩得有收够能])|支|公斤|千克|套|箱|盒|卷|粒|颗|块|片|条|根|打(?![磨印光包])|吨|升|人|桶|袋|分钟|小时|元|蚊|块钱|度|斤|米|%|°))"
)


@dataclass(frozen=True, slots=True)
class Orders:
    """The plant's orders and the ways to name one, compiled once per version of its tables."""

    numbers: Mapping[str, str]  # digits → number
    prefix: str
    written: tuple[tuple[str, re.Pattern[str]], ...]
    spoken: tuple[re.Pattern[str], ...]
    bare: re.Pattern[str]
    in_signs: re.Pattern[str]

    def find_written(self, text: str) -> Iterator[Found]:
        """Orders with their letters; unknown ones with their nearest."""
        for prefix, pattern in self.written:
            for found in pattern.finditer(text):
                digits = (found[1] or found[2]).replace("o", "0").replace("l", "1")
                yield self._order(found, digits, prefix)

    def find_spoken(self, text: str) -> list[Found]:
        """Orders by number alone: 1042嗰張單, order 1042; and a bare number that is an order's, or nearly."""
        found = [match for pattern in self.spoken for match in pattern.finditer(text)]
        taken = {match.start(1) for match in found}
        bare = [m for m in self.bare.finditer(text) if m.start(1) not in taken and self._is_order(m)]
        signs = [m for m in self.in_signs.finditer(text) if self._by_signs(m[1]) in self.numbers]
        return [
            *(self._order(match, match[1], self.prefix) for match in (*found, *bare)),
            *(self._order(match, self._by_signs(match[1]), self.prefix) for match in signs),
        ]

    def _is_order(self, found: re.Match[str]) -> bool:
        before = found.string[max(0, found.start() - 10) : found.start()]
        if _COUNTING.search(before):
            return False
        return found[1] in self.numbers or (self._close(int(found[1])) and not _REPORTING.search(before))

    def _close(self, number: int) -> bool:
        known = [int(digits) for digits in self.numbers]
        return bool(known) and number % 50 != 0 and min(known) - _NEAR <= number <= max(known) + _NEAR

    def _by_signs(self, signs: str) -> str:
        return f"{value(signs) or 0:.0f}"

    def _order(self, found: re.Match[str], digits: str, prefix: str) -> Found:
        code = self.numbers.get(digits) or self.numbers.get(digits.lstrip("0"))
        return hit("order", found, code, f"{prefix}-{digits}", self.numbers.values())


def build_orders(names: Names) -> Orders:
    """The shapes of the orders in `names`."""
    numbers = {digits_of(number): number for number in names.orders}
    widths = {len(digits) for digits in numbers} or {4}
    width = f"{{{min(widths)},{max(widths)}}}"
    prefixes = sorted({letters_of(number) for number in names.orders} - {""}) or ["so"]
    return Orders(
        numbers=numbers,
        prefix=prefixes[0].upper(),
        written=tuple((prefix.upper(), _written(prefix, width)) for prefix in prefixes),
        spoken=_spoken(width),
        bare=re.compile(
            rf"(?<![a-z0-9\-/#])(?<!\d\.)(\d{width})(?![0-9%/]|[.:]\d|-\d|[a-z]{{1,3}}\d){_UNIT_AFTER}"
        ),
        in_signs=re.compile(
            r"(?<![〇零一二三四五六七八九十百千])([一二三四五六七八九][〇零一二三四五六七八九]{3})(?![十百千万])"
        ),
    )


def _written(prefix: str, width: str) -> re.Pattern[str]:
    dotted = r"[. ]?".join(prefix)
    return re.compile(
        rf"{EDGE}{dotted}(?:\.?\s?[-#:_]\s?|)(?=\D{{0,2}}\d)([\dol]{{2,8}}){END}|"
        rf"{EDGE}{dotted}\.?\s(?:no\.?\s?)?(?=\D{{0,2}}\d)([\dol]{width}){END}{NOT_COUNTED}"
    )


def _spoken(width: str) -> tuple[re.Pattern[str], ...]:
    patterns = (
        rf"{EDGE}{_ORDER_WORDS}\s?(\d{width}){END}{NOT_COUNTED}{_AFTER_ORDER}",
        rf"(?:订单|工单|单号|单)\s?(?:号|是|:|#)?\s?(\d{width}){END}{NOT_COUNTED}",
        rf"(?<![a-z0-9.])(\d{width})\s?[号#那嗰呢这嘅果]?\s?[张个批]?(?:订单|工单|单(?!价)|order(?![a-z]))",
    )
    return tuple(re.compile(pattern) for pattern in patterns)
