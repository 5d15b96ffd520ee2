"""JSON from outside: one document, bounded, with nothing in it that two parsers could read differently."""

import json
import math
import re
from typing import NoReturn

from app.records.errors import AnswerWrong

BYTES_MAX = 262_144
DEPTH_MAX = 12
DIGITS_MAX = 15
"""Digits of a whole number, so that it is the same in every reader."""

_FENCED = re.compile(r"```(?:json)?[ \t]*\r?\n(.*)```", re.DOTALL)


def parse(text: str) -> object:
    """The one document of a text; raises AnswerWrong. What is cut short or adorned is never mended.

    Only a fence around all of it is taken off, and only where the text does not parse as it stands.
    """
    _must_be_bounded(text)
    try:
        return _document(text)
    except AnswerWrong:
        fenced = _FENCED.fullmatch(text.strip())
        if fenced is None:
            raise
        return _document(fenced[1])


def _must_be_bounded(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise AnswerWrong("half of a character pair stands alone") from None
    if size > BYTES_MAX:
        raise AnswerWrong(f"longer than {BYTES_MAX} bytes")
    if not text.strip():
        raise AnswerWrong("the answer is blank")
    if text.startswith("\ufeff"):
        raise AnswerWrong("it begins with a byte order mark")
    if _depth(text) > DEPTH_MAX:
        raise AnswerWrong(f"nested deeper than {DEPTH_MAX}")


def _depth(text: str) -> int:
    """How deep brackets nest outside of strings, in one pass."""
    deepest = depth = 0
    quoted = escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = letter == "\\", letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest


def _document(text: str) -> object:
    try:
        document: object = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_finite
        )
        json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as fault:
        raise AnswerWrong(f"not JSON: {fault.msg} at character {fault.pos}") from None
    except UnicodeEncodeError:
        raise AnswerWrong("half of a character pair stands alone") from None
    except (ValueError, RecursionError):
        raise AnswerWrong("not JSON that can be read") from None
    return document


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise AnswerWrong("a key stands twice in one object")
    return found


def _constant(_: str) -> NoReturn:
    raise AnswerWrong("NaN and Infinity are no numbers")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise AnswerWrong(f"a number has more than {DIGITS_MAX} digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise AnswerWrong("a number is too large")
    return value
