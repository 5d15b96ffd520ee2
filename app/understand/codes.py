"""Codes as people write them: orders, item codes, facilities, decisions; and those that do not exist."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from app.ports import Names
from app.understand.found import EDGE, END, Found

NOT_COUNTED = (
    r"(?!\s?(?:pcs?|pieces?|kgs?|kilos?|sets?|units?|ea|boxes|box|cartons?|ctns?|rolls?|more|of|x|"
    r"hrs?|hours?|min|mm|m|g|l|%)(?![a-z]))"
    r"(?!\s?(?:件|把|个|只|支|公斤|千克|套|箱|盒|卷|粒|颗|块|片|条|根|打|吨|升|人|桶|包|袋|分钟|"
    r"小时|天|元|蚊|块钱|\.|,\d))"
)
_DECISION = re.compile(
    rf"{EDGE}d\s?[-#:]?\s?(\d{{1,6}}){END}{NOT_COUNTED}|{EDGE}(?:decision|ticket)\s?(?:no\.?\s?|"
    rf"#\s?)?(\d{{1,6}}){END}"
)
_REQUEST = re.compile(
    rf"{EDGE}r(?:\s?-\s?(\d{{1,5}})|(\d{{3,5}})){END}|{EDGE}request\s?(?:no\.?\s?|#\s?)?(\d{{1,5}}){END}"
)
_CASE = re.compile(
    rf"{EDGE}q(?:\s?-\s?(\d{{1,5}})|(\d{{3,5}})){END}|{EDGE}case\s?(?:no\.?\s?|#\s?)?(\d{{1,5}}){END}"
)
_COUNTING = re.compile(
    r"(?:[到收入出领发点数够做了咗好产完约成减加有剩]|received|made|finished|issued?|took|counted|"
    r"booked|of|about|qty|done)$"
)
_AFTER_ORDER = (
    r"(?=$|[^\w\s]|\s?(?:is|was|will|status|when|done|late|not|where|to|by|now|has|ready|and|before|on"
    r"|a?head|first|finish|start)(?![a-z]))"
)
_ORDER_WORDS = r"(?:order|job|po|work order)\s?(?:no\.?|number|#)?"
_SITE_WORDS = "厂房|厂|工厂|仓库|仓|边|那边|嗰边|这边|呢边|场|座|区|车间"


@dataclass(frozen=True, slots=True)
class Codes:
    """The shapes of the plant's codes, compiled once per version of its tables."""

    orders: Mapping[str, str]  # digits → number
    order_prefix: str
    written_orders: tuple[tuple[str, re.Pattern[str]], ...]
    spoken_orders: tuple[re.Pattern[str], ...]
    bare_order: re.Pattern[str]
    items: Mapping[str, str]  # lower case → code
    item_shapes: tuple[re.Pattern[str], ...]
    facilities: Mapping[str, str]  # lower case → code
    facility_said: re.Pattern[str]
    facility_capital: re.Pattern[str]

    def find_written(self, text: str) -> list[Found]:
        """Decisions, requests, cases and orders by code; unknown orders with their nearest."""
        return [*_tickets(text), *self._written_orders(text)]

    def _written_orders(self, text: str) -> Iterator[Found]:
        for prefix, pattern in self.written_orders:
            for found in pattern.finditer(text):
                yield self._order(found, found[1] or found[2], prefix)

    def find_spoken_orders(self, text: str) -> list[Found]:
        """Orders by number alone: 1042嗰張單, order 1042, 单1042; else a bare number that is an order's."""
        found = [match for pattern in self.spoken_orders for match in pattern.finditer(text)]
        named = [self._order(match, match[1], self.order_prefix) for match in found]
        return named or [
            self._order(match, match[1], self.order_prefix)
            for match in self.bare_order.finditer(text)
            if match[1] in self.orders and not _counts(text, match.start())
        ]

    def _order(self, found: re.Match[str], digits: str, prefix: str) -> Found:
        code = self.orders.get(digits) or self.orders.get(digits.lstrip("0"))
        return hit("order", found, code, f"{prefix}-{digits}", self.orders.values())

    def find_items(self, text: str) -> list[Found]:
        """Codes with hyphens shaped like our items', known or not."""
        return [
            hit("item", found, self.items.get(found[0]), found[0].upper(), self.items.values())
            for shape in self.item_shapes
            for found in shape.finditer(text)
        ]

    def find_facilities(self, text: str, original: str) -> list[Found]:
        """Facilities by letter: A厂, facility B, site C, B边; and to B, when written as a capital."""
        said = [(m[1] or m[2], m.span()) for m in self.facility_said.finditer(text)]
        capital = [
            (m[at], m.span(at))
            for m in self.facility_capital.finditer(text)
            if original[m.start(at := 1 if m[1] else 2) : m.end(at)] == self.facilities[m[at]]
        ]
        return [Found("facility", self.facilities[code], *span) for code, span in (*said, *capital)]


def build_codes(names: Names) -> Codes:
    """The shapes of all codes in `names`."""
    orders = {digits_of(number): number for number in names.orders}
    widths = {len(digits) for digits in orders} or {4}
    width = f"{{{min(widths)},{max(widths)}}}"
    prefixes = sorted({letters_of(number) for number in names.orders} - {""}) or ["so"]
    sites = {site.code.lower(): site.code for site in names.facilities}
    said, capital = _site_patterns(sites)
    return Codes(
        orders=orders,
        order_prefix=prefixes[0].upper(),
        written_orders=tuple((prefix.upper(), _written_order(prefix, width)) for prefix in prefixes),
        spoken_orders=_spoken_orders(width),
        bare_order=re.compile(rf"(?<![a-z0-9.,\-/#])(\d{width})(?![a-z0-9:#%/\-]|[.,]\d){NOT_COUNTED}"),
        items={item.code.lower(): item.code for item in names.items},
        item_shapes=tuple(_item_shape(prefix) for prefix in _first_parts(names)),
        facilities=sites,
        facility_said=said,
        facility_capital=capital,
    )


def _written_order(prefix: str, width: str) -> re.Pattern[str]:
    dotted = r"\.?".join(prefix)
    return re.compile(
        rf"{EDGE}{dotted}(?:\.?\s?[-#:_]\s?|)(\d{{2,8}}){END}|"
        rf"{EDGE}{dotted}\.?\s(?:no\.?\s?)?(\d{width}){END}{NOT_COUNTED}"
    )


def _spoken_orders(width: str) -> tuple[re.Pattern[str], ...]:
    patterns = (
        rf"{EDGE}{_ORDER_WORDS}\s?(\d{width}){END}{NOT_COUNTED}{_AFTER_ORDER}",
        rf"(?:订单|工单|单号|单)\s?(?:号|是|:|#)?\s?(\d{width}){END}{NOT_COUNTED}",
        rf"(?<![a-z0-9.])(\d{width})\s?[号#那嗰呢这嘅果]?\s?[张个批]?(?:订单|工单|单|order(?![a-z]))",
    )
    return tuple(re.compile(pattern) for pattern in patterns)


def _item_shape(prefix: str) -> re.Pattern[str]:
    tail = r"[a-z0-9]" if len(prefix) == 2 else r"\d"  # SET-24 is a code, set-up a word
    return re.compile(rf"{EDGE}{re.escape(prefix)}-{tail}[a-z0-9]{{0,12}}(?:-[a-z0-9]{{1,12}}){{0,2}}{END}")


def _first_parts(names: Names) -> list[str]:
    return sorted({item.code.lower().partition("-")[0] for item in names.items if "-" in item.code})


def _site_patterns(sites: Iterable[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    letters = "|".join(sorted((re.escape(c) for c in sites), key=len, reverse=True)) or "(?!)"
    said = (
        rf"{EDGE}({letters})\s?(?:{_SITE_WORDS})"
        rf"|{EDGE}(?:facility|site|plant|factory|warehouse|fac\.?)\s?[-:]?\s?({letters}){END}"
    )
    lead = r"(?:(?:from|to|at|in|and|or|can|could|will|ask|tell|with)\s|[由从去到俾往至和同与返问叫向])\s?"
    tail = r"\s(?:plant|site|factory|facility|side|warehouse)"
    capital = rf"{lead}({letters}){END}(?!['\-])|{EDGE}({letters}){tail}{END}"
    return re.compile(said), re.compile(capital)


def _tickets(text: str) -> Iterator[Found]:
    for letter, width, pattern in (("D", 5, _DECISION), ("R", 4, _REQUEST), ("Q", 4, _CASE)):
        for found in pattern.finditer(text):
            number = next(group for group in found.groups() if group)
            yield Found("decision_id", f"{letter}-{int(number):0{width}d}", found.start(), found.end())


def _counts(text: str, start: int) -> bool:
    """Whether a verb before the number makes it a quantity."""
    return _COUNTING.search(text[max(0, start - 10) : start].rstrip()) is not None


def hit(kind: str, found: re.Match[str], code: str | None, said: str, codes: Iterable[str]) -> Found:
    """The thing by its code, or as unknown with what was said and its nearest."""
    if code:
        return Found(kind, code, found.start(), found.end())
    return Found("unknown", kind, found.start(), found.end(), unit=said, nearest=nearest(said, codes))


def nearest(said: str, codes: Iterable[str]) -> tuple[str, ...]:
    """At most three codes that look like what was said, best first; empty when none does."""
    close = process.extract(said, list(codes), scorer=fuzz.ratio, limit=3, score_cutoff=40)
    return tuple(code for code, _score, _at in close)


def digits_of(code: str) -> str:
    """The digits of a code, in order: SO-1042 → 1042."""
    return "".join(ch for ch in code if ch.isdigit())


def letters_of(code: str) -> str:
    """The letters before the first hyphen, in lower case: GR-03 → gr."""
    return "".join(ch for ch in code.partition("-")[0].lower() if ch.isalpha())
