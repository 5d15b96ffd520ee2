"""The plant's names as an index: every spelling of an item, machine or facility, longest match wins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.ports import Names
from app.records.plant import Item
from app.understand.found import Found
from app.understand.normalise import Convert, clean, matching_form
from app.understand.numerals import CHINESE, value

_GAP = frozenset(" -_'\".#/")
_LONGEST = 200  # characters of a plant's own name
_UNITS = {
    "寸": "寸",
    "英寸": "寸",
    "inch": "寸",
    "inches": "寸",
    "in": "寸",
    '"': "寸",
    "mm": "mm",
    "毫米": "mm",
    "目": "目",
    "grit": "目",
    "件套": "",
    "套": "",
}
_SIZE = rf"(\d{{1,4}}(?:\.\d)?|{CHINESE}{{1,3}})\s?-?(英寸|寸|inch(?:es)?|in(?![a-z])|\"|mm|毫米|目|grit)"
_LEADING_SIZE = re.compile(rf"^(?:{_SIZE}|([a-z]?\d{{1,4}}))[\s\-]{{0,3}}")
_SIZE_BEFORE = re.compile(rf"{_SIZE}[\s\-]?(?:的|款|嘅)?$")
_BARE_BEFORE = re.compile(r"(?<![a-z0-9.])([a-z]?\d{1,4})[\s\-]?$")
_SIZE_AFTER = re.compile(rf"^[\s\-,(]?{_SIZE}[)]?")
_BARE_AFTER = re.compile(r"^[\s\-]?(\d{3})(?![a-z0-9.])(?!\s?(?:pc|kg|公|千|件|把|个|只))")


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

    def find(self, text: str) -> list[Found]:
        """Items, machines and facilities named in the matching form, in order, without overlaps.

        A name that several things share is settled by a size beside it, else it is unknown with
        the candidates as its nearest; likewise a size that is not made.
        """
        skeleton, at, found = _skeleton(text), 0, []
        while at < len(skeleton.text) - 1:
            name = self._longest_at(text, skeleton, at)
            if name:
                found.append(self._settle(text, name, *_extent(skeleton, at, name)))
            at += len(name) or 1
        return found

    def _longest_at(self, text: str, skeleton: _Skeleton, at: int) -> str:
        for name in self._by_start.get(skeleton.text[at : at + 2], ()):
            if skeleton.text.startswith(name, at) and _stands_alone(text, name, *_extent(skeleton, at, name)):
                return name
        return ""

    def _settle(self, text: str, name: str, start: int, end: int) -> Found:
        entries = self._entries[name]
        size, start, end = _size_beside(text, entries, start, end)
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
    for spelling, entry in _spellings(names):
        key = _skeleton(matching_form(clean(spelling, "", _LONGEST), simplify)).text
        if len(key) >= 2 and not key.isdigit():
            _add(entries, key, entry)
    for key, entry in _without_sizes(names, simplify):
        _add(entries, key, entry)
    starts: dict[str, list[str]] = {}
    for key in sorted(entries, key=len, reverse=True):
        starts.setdefault(key[:2], []).append(key)
    return NameIndex(
        {key: tuple(found) for key, found in entries.items()},
        {start: tuple(keys) for start, keys in starts.items()},
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


def _without_sizes(names: Names, simplify: Convert) -> Iterator[tuple[str, _Entry]]:
    for item in names.items:
        for word in _item_names(item):
            form = matching_form(clean(word, "", _LONGEST), simplify)
            found = _LEADING_SIZE.match(form)
            if found is None or not (rest := form[found.end() :].strip()):
                continue
            size = f"{_plain(found[1])}{_UNITS[found[2]]}" if found[1] else found[3]
            for spelling, entry in _both_numbers(rest, _Entry("item", item.code, size)):
                short = re.sub("(?:卷| coil| knife)$", "", spelling)
                keys = (_skeleton(spelling).text, _skeleton(short).text)
                yield from ((key, entry) for key in keys if len(key) >= 2 and not key.isdigit())


def _item_names(item: Item) -> tuple[str, ...]:
    return (item.name.en, item.name.hans, item.name.hant, *item.aliases)


def _plain(number: str) -> str:
    return f"{value(number):g}"


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
    return not (_same_class(before, name[0]) or _same_class(name[-1], after))


def _same_class(one: str, other: str) -> bool:
    pair = one + other
    return len(pair) == 2 and pair.isascii() and (pair.isdigit() or pair.isalpha())


def _size_beside(text: str, entries: tuple[_Entry, ...], start: int, end: int) -> tuple[str, int, int]:
    """The size said next to a name, "" for none, and the extent with it."""
    sizes = {e.size for e in entries if e.size}
    if not sizes:
        return "", start, end
    head, tail = text[max(0, start - 10) : start], text[end : end + 10]
    if found := _SIZE_BEFORE.search(head):
        return f"{_plain(found[1])}{_UNITS[found[2]]}", start - len(head) + found.start(), end
    if found := _SIZE_AFTER.match(tail):
        return f"{_plain(found[1])}{_UNITS[found[2]]}", start, end + found.end()
    if (found := _BARE_BEFORE.search(head)) and found[1] in sizes:
        return found[1], start - len(head) + found.start(), end
    if (found := _BARE_AFTER.match(tail)) and found[1] in sizes:
        return found[1], start, end + found.end()
    return "", start, end
