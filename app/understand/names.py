"""The plant's names as an index: every spelling of an item, machine or facility, longest match wins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.ports import Names
from app.records.plant import Item
from app.understand.found import Found, blot
from app.understand.normalise import Convert, clean, matching_form
from app.understand.sizes import Sizes, build_sizes, size_beside, without_size
from app.understand.typos import Slip, Typos, build_typos

_GAP = frozenset(" -_'\".#/")
_LONGEST = 200  # characters of a plant's own name
_UNIT_WORDS = frozenset({"set", "sets", "box", "boxes"})  # no names without their size
_SITE_LETTERS = 3  # a facility's short name in Latin letters (FT) is none after a digit: 20ft
_COUNT_BEFORE = re.compile(
    r"(?:\d|(?<![a-z])(?:a|one|two|three|four|five|six|half|ten|(?:twen|thir|for|fif)ty|dozen))\s?$"
)
_TOOL_AFTER = re.compile(r"批(?![号次量])|枪|钳|起子| guns?(?![a-z])")  # 螺丝批 is a tool, and no screw
_MACHINE_PARTS = frozenset({"belt", "belts"})  # a machine has one too: an item only where it is in store
_STOCK_BEFORE = re.compile(
    r"(?:\d|(?<![a-z])(?:enough|spare|more|any|few|no|two|three|four|five|six|ten|dozen))\s?$"
)
_COUNT_WORD = re.compile(r"coils?")
_NEXT_TO_STOCK = r"(?:还|仲|够|到|剩|得|没|冇|有|几|各|的?库存|\d|[一二两三四五六七八九十半])"
_ALONE = {
    "叉": re.compile(r"(?<![交分开刀铲])叉(?!车|烧|起|板|腰|臂|开|口|机|柄|头|住)"),
    "蜡": re.compile(r"(?<![打上封石])蜡(?!烛|像|笔|黄|染)"),
    "": re.compile(
        rf"(?<=[桶升箱卷把支斤吨袋盒])(?:的|嘅)?(\w)(?![味污渍压温封路泵漆])|(?<![\w漏])(\w)(?={_NEXT_TO_STOCK})"
    ),
}
"""When a name of one character is a name and no part of another word; "" for any other than those."""


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    code: str
    size: str = ""  # of a name that had its size taken off: 8寸, 420


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """A text's letters and digits alone, with the place of each in the text."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Finds names; built once per version of the plant's tables."""

    _entries: dict[str, tuple[_Entry, ...]] = field(repr=False)
    _by_start: dict[str, tuple[str, ...]] = field(repr=False)
    _typos: Typos = field(repr=False)
    _sizes: Sizes = field(repr=False)

    def find(self, text: str) -> list[Found]:
        """Items, machines and facilities named in the matching form, in order, without overlaps.

        A name that several things share is settled by a size beside it, else it is unknown with
        the candidates as its nearest; likewise a size that is not made.
        """
        skeleton, at, found = _skeleton(text), 0, []
        while at < len(skeleton.text):
            name = self._longest_at(text, skeleton, at)
            if name:
                found.append(self._settle(text, name, *_extent(skeleton, at, name)))
            at += len(name) or 1
        return [each for each in found if not _is_count(text, each)]

    def find_loosely(self, text: str) -> list[Found]:
        """Names a letter off, sizes and steel grades alone; what is close to several things is unknown."""
        slips = [self._slipped(text, slip) for slip in self._typos.find(text)]
        return [*slips, *self._sizes.find(blot(text, slips))]

    def _slipped(self, text: str, slip: Slip) -> Found:
        found = [self._settle(text, key, slip.start, slip.end) for key in slip.keys]
        codes = tuple(dict.fromkeys(code for f in found for code in (f.nearest or (str(f.value),))))
        if len(codes) == 1 or len(found) == 1:
            return found[0]
        kind = str(found[0].value) if found[0].kind == "unknown" else found[0].kind
        return Found("unknown", kind, slip.start, slip.end, nearest=codes[:3])

    def _longest_at(self, text: str, skeleton: _Skeleton, at: int) -> str:
        two = skeleton.text[at : at + 2]
        for name in (*self._by_start.get(two, ()), *self._by_start.get(two[:1], ())):
            if not skeleton.text.startswith(name, at):
                continue
            start, end = _extent(skeleton, at, name)
            if _stands_alone(text, name, start, end) and (
                name not in _MACHINE_PARTS or _is_stock(text, start)
            ):
                return name
        return ""

    def _settle(self, text: str, name: str, start: int, end: int) -> Found:
        entries = self._entries[name]
        size, start, end = size_beside(text, {e.size for e in entries if e.size}, start, end)
        kind = entries[0].kind
        if size:
            fitting = [e for e in entries if e.size == size]
        else:
            fitting = [e for e in entries if not e.size] or list(entries)
        codes = tuple(dict.fromkeys(e.code for e in fitting))
        if len(codes) == 1:
            return Found(kind, codes[0], start, end)
        nearest = tuple(dict.fromkeys(e.code for e in entries))
        return Found("unknown", kind, start, end, nearest=nearest[:3])


def build_index(names: Names, simplify: Convert) -> NameIndex:
    """The index of all names in both scripts and English; tens of milliseconds for 500 names."""
    entries: dict[str, list[_Entry]] = {}
    words: list[tuple[str, str]] = []
    for spelling, entry in _spellings(names):
        key = _skeleton(matching_form(clean(spelling, "", _LONGEST), simplify)).text
        if (len(key) >= 2 or not key.isascii()) and not key.isdigit():
            _add(entries, key, entry)
            words.append((spelling.lower(), key))
    for key, spelling, entry in _without_sizes(names, simplify):
        _add(entries, key, entry)
        words.append((spelling, key))
    starts: dict[str, list[str]] = {}
    for key in sorted(entries, key=len, reverse=True):
        starts.setdefault(key[:2], []).append(key)
    return NameIndex(
        {key: tuple(found) for key, found in entries.items()},
        {start: tuple(keys) for start, keys in starts.items()},
        build_typos(words),
        build_sizes(names, [(e.size, e.code) for found in entries.values() for e in found if e.size]),
    )


def _add(entries: dict[str, list[_Entry]], key: str, entry: _Entry) -> None:
    """Items come before machines before facilities when one name serves several kinds."""
    there = entries.setdefault(key, [])
    if entry not in there and (not there or there[0].kind == entry.kind):
        there.append(entry)


def _spellings(names: Names) -> Iterator[tuple[str, _Entry]]:
    for item in names.items:
        for word in (item.code, item.name.en, item.name.hans, item.name.hant, *item.aliases):
            yield from _both_numbers(word, _Entry("item", item.code))
    for machine in names.machines:
        for word in (machine.code, machine.name.en, machine.name.hans, machine.name.hant, *machine.aliases):
            yield word, _Entry("machine", machine.code)
    for site in names.facilities:
        for word in (site.name.en, site.name.hans, site.name.hant, *site.aliases):
            yield word, _Entry("facility", site.code)


def _both_numbers(word: str, entry: _Entry) -> Iterator[tuple[str, _Entry]]:
    """A name and, in English, its plural, and the name without its 's."""
    yield word, entry
    if "'s " in word:
        yield word.replace("'s ", " "), entry
    if re.search("[a-z]$", word) and not word.endswith("s"):
        yield re.sub("fe$", "ve", word) + "s", entry
        yield f"{word}{'es' if re.search('(?:x|ch|sh)$', word) else 's'}", entry


def _without_sizes(names: Names, simplify: Convert) -> Iterator[tuple[str, str, _Entry]]:
    """Key, words and meaning of names that had their size taken off."""
    for item in names.items:
        for word in _item_names(item):
            form = matching_form(clean(word, "", _LONGEST), simplify)
            if (found := without_size(form)) is None:
                continue
            for spelling, entry in _both_numbers(found[1], _Entry("item", item.code, found[0])):
                short = re.sub("(?:卷| coil| knife)$", "", spelling)
                for each in (spelling, short):
                    key = _skeleton(each).text
                    if len(key) >= 2 and not key.isdigit() and each not in _UNIT_WORDS:
                        yield key, each, entry


def _item_names(item: Item) -> tuple[str, ...]:
    return (item.name.en, item.name.hans, item.name.hant, *item.aliases)


def _skeleton(text: str) -> _Skeleton:
    places = tuple(at for at, ch in enumerate(text) if ch.isalnum())
    return _Skeleton("".join(text[at] for at in places), places)


def _extent(skeleton: _Skeleton, at: int, name: str) -> tuple[int, int]:
    return skeleton.places[at], skeleton.places[at + len(name) - 1] + 1


def _stands_alone(text: str, name: str, start: int, end: int) -> bool:
    """Not inside a longer word or number, and nothing but light signs between its characters."""
    if any(not ch.isalnum() and ch not in _GAP for ch in text[start:end]):
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    if len(name) == 1 and not _is_alone(text, name, start):
        return False
    if before.isdigit() and name.isascii() and name.isalpha() and len(name) <= _SITE_LETTERS:
        return False
    if _TOOL_AFTER.match(text, end):
        return False
    return not (_same_class(before, name[0]) or _same_class(name[-1], after))


def _is_alone(text: str, name: str, start: int) -> bool:
    shape = _ALONE.get(name) or _ALONE[""]
    found = (m for m in shape.finditer(text, max(0, start - 3), start + 4))
    return any(m.start() <= start < m.end() and name in m[0] for m in found)


def _is_stock(text: str, start: int) -> bool:
    """Whether the word before makes what follows a thing in store: enough belts, two belts."""
    return _STOCK_BEFORE.search(text[max(0, start - 10) : start]) is not None


def _is_count(text: str, found: Found) -> bool:
    """Whether a word for several items is the unit of a count: 3 coils."""
    said = text[found.start : found.end]
    counted = _COUNT_WORD.fullmatch(said) and _COUNT_BEFORE.search(
        text[max(0, found.start - 8) : found.start]
    )
    return found.kind == "unknown" and bool(counted)


def _same_class(one: str, other: str) -> bool:
    pair = one + other
    return len(pair) == 2 and pair.isascii() and (pair.isdigit() or pair.isalpha())
