"""Patterns that cannot run away: short reaches instead of endless ones, nothing repeated within a repeat."""

import re
from collections.abc import Iterable, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

REACH = 12
"""`.*` in a rule reaches over at most this many characters, `.+` from one to this many."""
_REPEAT_MAX = 40
_VARIABLE_MAX = 3
_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}


class PatternWrong(ValueError):
    """A pattern that is no regular expression, or one that could take too long."""


def compile_patterns(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression that finds any of the patterns; raises PatternWrong naming the culprit."""
    bounded = [_bounded(pattern) for pattern in patterns]
    return re.compile("|".join(f"(?:{pattern})" for pattern in bounded))


def _bounded(pattern: str) -> str:
    reach = re.sub(r"(?<!\\)\.([*+])", lambda m: f".{{{'01'[m[1] == '+']},{REACH}}}", pattern)
    try:
        tree = parser.parse(reach)
    except re.error as fault:
        raise PatternWrong(f"'{pattern}' is no regular expression: {fault}") from fault
    variable = _variable_repeats(tree, pattern, inside=False)
    if variable > _VARIABLE_MAX:
        raise PatternWrong(f"'{pattern}' has {variable} reaches of changing length; at most {_VARIABLE_MAX}")
    if parser.parse(reach).getwidth()[0] == 0 and reach not in ("^$",):
        raise PatternWrong(f"'{pattern}' would match everywhere")
    return reach


def _variable_repeats(tree: Sequence[Any], pattern: str, *, inside: bool) -> int:
    """How many repeats of changing length stand on the longest way; raises PatternWrong."""
    return sum(_count(op, value, pattern, inside=inside) for op, value in tree)


def _count(op: object, value: Any, pattern: str, *, inside: bool) -> int:
    if op in _REPEATS:
        return _repeat(value, pattern, inside=inside)
    if op is sre.SUBPATTERN:
        return _variable_repeats(value[-1], pattern, inside=inside)
    if op is sre.BRANCH:
        return max(_variable_repeats(way, pattern, inside=inside) for way in value[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return _variable_repeats(value[1], pattern, inside=inside)
    return 0


def _repeat(value: Any, pattern: str, *, inside: bool) -> int:
    least, most, body = value
    if most > _REPEAT_MAX:
        raise PatternWrong(f"'{pattern}' repeats without end; give a limit of at most {_REPEAT_MAX}")
    if most <= 1:
        return _variable_repeats(body, pattern, inside=inside)
    if inside:
        raise PatternWrong(f"'{pattern}' repeats within a repeat")
    return _variable_repeats(body, pattern, inside=True) + int(least != most)
