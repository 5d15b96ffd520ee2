"""Sizes that make a name one item's own: 8寸, ten inch, 120目; and a size or steel grade said alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.ports import Names
from app.understand.found import BLOT, Found
from app.understand.numerals import CHINESE, ENGLISH, value

_UNITS = {
    "寸": "寸", "英寸": "寸", "inch": "寸", "inches": "寸", "in": "寸", '"': "寸",
    "mm": "mm", "毫米": "mm", "目": "目", "grit": "目", "号砂": "目",
}  # fmt: skip
_NUMBER = rf"\d{{1,4}}(?:\.\d)?|{CHINESE}{{1,3}}|(?<![a-z])(?:{ENGLISH})(?=[ \-])"
_SIZE = rf"({_NUMBER})\s?-?(英寸|寸|inch(?:es)?|in(?![a-z])|\"|mm|毫米|目|grit)"
_LEADING = re.compile(rf"^(?:{_SIZE}|([a-z]?\d{{1,4}}))[\s\-]{{0,3}}")
_BEFORE = re.compile(rf"{_SIZE}[\s\-]?(?:的|款|嘅)?$")
_BARE_BEFORE = re.compile(r"(?<![a-z0-9.])([a-z]?\d{1,4})[\s\-]?$")
_AFTER = re.compile(rf"^[\s\-,(]?{_SIZE}[)]?")
_BARE_AFTER = re.compile(r"^[\s\-]?(\d{3})(?![a-z0-9.])(?!\s?(?:pc|kg|公|千|件|把|个|只))")
_INCHES_AFTER = re.compile(
    r"^[\s\-](\d{1,2})(?![0-9.:/])(?!\s?(?:pcs?|kg|sets?|box|ctn|roll|more|am|pm|h)(?![a-z]))"
)
_ALONE = re.compile(
    rf"(?<![\d.]){_SIZE}(?!\s?(?:的|嘅)?\s?(?:模|夹|屏|管|喉|轮|砂轮|砂纸|叶|钉|扳|pipe|hose|screen|wheel|die|mou?ld|nail|"
    r"jig|fixture|tv))(?:主?厨刀|厨师刀|大?刀|chef(?: kni(?:fe|ves))?|ones?)?"
)
_NOT_MADE = (
    r"(?:[冲做打磨抛包装出完产]了|[冲做打磨抛包装出完产]咗|做到|made|output|finished|done|total"
    r"|共|实数|qty)\s?$"
)
_MADE = re.compile(_NOT_MADE)
_COUNTED_AFTER = (
    r"(?!\s?(?:pcs?|pieces?|kgs?|kilos?|sets?|boxes|cartons?|rolls?|ok|ng)(?![a-z]))"
    rf"(?!\s?(?:把|件|支|个|只|套|公斤|千克|斤|吨|箱|盒|粒|颗|块|条|根|度|元|{BLOT}))"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes that one item alone has, and steel grades, compiled once per version of the plant's tables."""

    sizes: Mapping[str, str]  # 10寸 → code
    grades: Mapping[str, str]  # 420 → code
    grade: re.Pattern[str]

    def find(self, text: str) -> Iterator[Found]:
        """Items by a size or a grade alone: 十寸嗰批, 领了50公斤420."""
        for found in _ALONE.finditer(text):
            code = self.sizes.get(_size(found[1], found[2]))
            if code and _UNITS[found[2]] in ("寸", "目"):
                yield Found("item", code, found.start(), found.end())
        for found in self.grade.finditer(text):
            if not _MADE.search(text[max(0, found.start() - 9) : found.start()]):
                said = found[0] if found[0].isascii() else f"{value(found[0]):.0f}"
                yield Found("item", self.grades[said], found.start(), found.end())


def build_sizes(names: Names, entries: Iterable[tuple[str, str]]) -> Sizes:
    """What sizes and grades say alone; `entries` are (size, code) of every name that has one."""
    by_size: dict[str, set[str]] = {}
    for size, code in entries:
        by_size.setdefault(size, set()).add(code)
    grades = {
        found[1]: item.code
        for item in names.items
        if item.unit == "kg" and (found := re.search(r"-(\d{3})$", item.code))
    }
    digits = "|".join([*grades, *(_in_signs(grade) for grade in grades)]) or "(?!)"
    return Sizes(
        sizes={size: min(codes) for size, codes in by_size.items() if len(codes) == 1},
        grades=grades,
        grade=re.compile(
            rf"(?<![a-z0-9\-/#])(?<!\d[.,])(?<!{CHINESE})(?:{digits})(?![0-9%/]|[.,]\d|-\d|[百千])(?<![a-z]){_COUNTED_AFTER}"
        ),
    )


def without_size(name: str) -> tuple[str, str] | None:
    """The size that a name begins with and the rest of the name; None when there is none."""
    found = _LEADING.match(name)
    if found is None or not (rest := name[found.end() :].strip()):
        return None
    return (_size(found[1], found[2]) if found[1] else found[3]), rest


def size_beside(text: str, sizes: set[str], start: int, end: int) -> tuple[str, int, int]:
    """The size said next to the name at [start, end), "" for none, and the extent with it."""
    if not sizes:
        return "", start, end
    head, tail = text[max(0, start - 14) : start], text[end : end + 10]
    if found := _BEFORE.search(head):
        return _size(found[1], found[2]), start - len(head) + found.start(), end
    if found := _AFTER.match(tail):
        return _size(found[1], found[2]), start, end + found.end()
    if (found := _BARE_BEFORE.search(head)) and found[1] in sizes:
        return found[1], start - len(head) + found.start(), end
    if (found := _BARE_AFTER.match(tail)) and found[1] in sizes:
        return found[1], start, end + found.end()
    found = _INCHES_AFTER.match(tail) if text[end - 1].isascii() else None
    if found and f"{found[1]}寸" in sizes:
        return f"{found[1]}寸", start, end + found.end()
    return "", start, end


def _size(number: str, unit: str) -> str:
    return f"{value(number):g}{_UNITS[unit]}"


def _in_signs(grade: str) -> str:
    return "".join("[零〇]" if ch == "0" else "零一二三四五六七八九"[int(ch)] for ch in grade)
