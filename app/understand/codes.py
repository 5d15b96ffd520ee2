"""Codes as people write them: items, facilities, decisions, requests, cases; known ones and others."""

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
    r"小时|天|元|蚊|块钱|\.\d|,\d))"
)
_DECISION = re.compile(
    rf"{EDGE}d\s?[-#:]?\s?(\d{{1,6}}){END}{NOT_COUNTED}|{EDGE}(?:decision|ticket)\s?(?:no\.?\s?|"
    rf"#\s?)?(\d{{1,6}}){END}"
)
_LONG_DECISION = re.compile(
    r"(?<![\w.,\-/#])(?=\d{5}(?!\d))0{2,3}(\d{2,3})(?![\d,\-/])(?!\.\d)"
)  # 00031, as the decisions are printed
_REQUEST = re.compile(
    rf"{EDGE}r(?:\s?-\s?(\d{{1,5}})|(\d{{3,5}})){END}|{EDGE}request\s?(?:no\.?\s?|#\s?)?(\d{{1,5}}){END}"
)
_CASE = re.compile(
    rf"{EDGE}q(?:\s?-\s?(\d{{1,5}})|(\d{{3,5}})){END}|{EDGE}case\s?(?:no\.?\s?|#\s?)?(\d{{1,5}}){END}"
)
_SITE_WORDS = "厂房|厂|工厂|仓库|仓|边|那边|嗰边|这边|呢边|场|座|区|车间"


@dataclass(frozen=True, slots=True)
class Codes:
    """The shapes of the plant's codes, compiled once per version of its tables."""

    items: Mapping[str, str]  # lower case → code
    item_shapes: tuple[re.Pattern[str], ...]
    facilities: Mapping[str, str]  # lower case → code
    facility_said: re.Pattern[str]
    facility_capital: re.Pattern[str]

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
    sites = {site.code.lower(): site.code for site in names.facilities}
    said, capital = _site_patterns(sites)
    return Codes(
        items={item.code.lower(): item.code for item in names.items},
        item_shapes=tuple(_item_shape(prefix) for prefix in _first_parts(names)),
        facilities=sites,
        facility_said=said,
        facility_capital=capital,
    )


def _item_shape(prefix: str) -> re.Pattern[str]:
    tail = r"[a-z0-9]" if len(prefix) == 2 else r"\d"  # SET-24 is a code, set-up a word
    return re.compile(rf"{EDGE}{re.escape(prefix)}-{tail}[a-z0-9]{{0,12}}(?:-[a-z0-9]{{1,12}}){{0,2}}{END}")


def _first_parts(names: Names) -> list[str]:
    return sorted({item.code.lower().partition("-")[0] for item in names.items if "-" in item.code})


def _site_patterns(sites: Iterable[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    letters = "|".join(sorted((re.escape(c) for c in sites), key=len, reverse=True)) or "(?!)"
    said = (
        rf"{EDGE}({letters})\s?(?:{_SITE_WORDS})"
        rf"|{EDGE}(?:facility|site|plant|factory|warehouse|store|fac\.?)\s?[-:]?\s?({letters}){END}"
    )
    lead = (
        r"(?:(?:from|to|at|in|and|or|can|could|will|ask|tell|with)\s|[由从去到俾给往至和同与返问叫向嚟来])\s?"
    )
    tail = r"\s(?:plant|site|factory|facility|side|warehouse|rack|store|furnace)"
    capital = rf"{lead}({letters}){END}(?!['\-])|{EDGE}({letters}){tail}{END}"
    return re.compile(said), re.compile(capital)


def find_tickets(text: str) -> Iterator[Found]:
    """Decisions, requests and cases by number."""
    shapes = (("D", 5, _DECISION), ("D", 5, _LONG_DECISION), ("R", 4, _REQUEST), ("Q", 4, _CASE))
    for letter, width, pattern in shapes:
        for found in pattern.finditer(text):
            number = next(group for group in found.groups() if group)
            yield Found("decision_id", f"{letter}-{int(number):0{width}d}", found.start(), found.end())


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
