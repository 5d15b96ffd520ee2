"""One thing found in a text, and the text with such things blotted out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

BLOT = "\x00"
"""Stands for a character that belongs to something already found; clean text never holds it."""

EDGE = r"(?<![a-z0-9])"
END = r"(?![a-z0-9])"

_DENIED = re.compile(
    r"(?:(?<!是)不是|(?<!系)唔系|唔是|并非|而非|唔好|(?<!要)不要|(?<![a-z])not|isn't|instead of)"
    r"(?:[发收做报写问领][了咗完]?)?\s?$"
)
_FROM = re.compile(r"(?:从|由|from)\s?$")
_CHANGED = re.compile(r"^\s?\w{0,2}(?:改|变|更正|修正|to(?![a-z]))")
_SORRY = (
    "(?:不对|唔啱|(?:唔系|不是)[,。!]|错了?|讲错|打错|sorry|i mean|correction|更正|应该是|应为|应该系|no,)"
)
_INTO = "改为|改成|改做"
_MOVED = re.compile(rf"(?:{_INTO})$")
_CORRECTED = re.compile(
    rf"^[\W_]{{0,3}}{_SORRY}|(?:{_SORRY}[\W_]{{0,3}}(?:是|系)?|{_INTO})$|^[\W_]{{0,3}}(?:{_INTO})"
)


@dataclass(frozen=True, slots=True)
class Found:
    """`value` at [start, end) of the matching form; `kind` is a field of Entities or "unknown"."""

    kind: str
    value: str | float
    start: int
    end: int
    unit: str = ""
    nearest: tuple[str, ...] = ()


def blot(text: str, found: Iterable[Found]) -> str:
    """The text with everything found replaced, position for position."""
    chars = list(text)
    for each in found:
        chars[each.start : each.end] = BLOT * (each.end - each.start)
    return "".join(chars)


def corrected(text: str, found: Sequence[Found]) -> list[Found]:
    """Without what the sender takes back: 唔係300，係330 leaves 330; something always stays.

    `found` are of one kind, in order of appearance.
    """
    denied = {each.value for each in found if _denied(text, each)}
    meant = [each for each in found if each.value not in denied] or list(found)
    kept = [a for a, b in pairwise(meant) if not _taken_back(text, a, b)]
    kept += meant[-1:]
    staying = {each.start for each in kept}
    unit = next((each.unit for each in found if each.start not in staying and each.unit), "")
    return [
        replace(each, unit=unit) if unit and not each.unit and each.kind == "quantity" else each
        for each in kept
    ]


def _denied(text: str, found: Found) -> bool:
    return _DENIED.search(text[max(0, found.start - 12) : found.start]) is not None


def _taken_back(text: str, first: Found, second: Found) -> bool:
    if first.kind == "decision_id":
        return False  # "D-00022 no, D-00023 yes" answers both
    if first.kind == "machine" and _MOVED.search(text[first.end : second.start]):
        return False  # GR-03改成4号 speaks of both
    between = text[first.end : second.start]
    if _FROM.search(text[max(0, first.start - 6) : first.start]) and first.kind == "quantity":
        return _CHANGED.match(between) is not None
    return len(between) <= 24 and _CORRECTED.search(between) is not None
