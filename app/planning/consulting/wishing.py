"""Wishes of a model outside: known keys and kinds only, times with an offset, codes from the closed sets."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from app.planning.consulting.asked import Envelope
from app.planning.consulting.names import alias_or_mark, reals
from app.records import wish_form
from app.records.errors import AnswerWrong, FileWrong
from app.records.wish import AnyWish, PlainWish, WhatIf

_YEAR = timedelta(days=366)
_TIMES = frozenset({"by", "at", "until", "not_before", "start", "end"})
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_STRANGER = re.compile(r"(there is no \w+) '(.*)'", re.DOTALL)
_KEYS = frozenset(key for form in wish_form.FORMS for key in form.model_fields)
_KINDS: Mapping[str, str] = {
    "order": "order", "then": "order", "other": "order", "orders": "order", "machine": "machine",
    "facility": "facility", "family": "family", "crew": "crew", "person": "person",
}  # fmt: skip
"""Whose alias stands in which field of a wish."""


def wishes_of(given: Sequence[Mapping[str, object]], envelope: Envelope) -> tuple[AnyWish, ...]:
    """The wishes in the plant's names; raises AnswerWrong."""
    if faults := list(_faults(given, envelope.origin, "wishes")):
        raise AnswerWrong(*faults)
    try:
        wishes = wish_form.parse(json.dumps(given), _known(envelope))
    except FileWrong as fault:
        said = _STRANGER.sub(lambda found: f"{found[1]} {alias_or_mark(found[2])}", str(fault))
        raise AnswerWrong(said) from None
    real = reals(envelope)
    return tuple(_restored(wish, real) for wish in wishes)


def _faults(given: object, origin: datetime, place: str) -> Iterator[str]:
    """Keys and kinds that no wish has, and times that could be read in two ways; inner ones too."""
    match given:
        case dict():
            for key, value in given.items():
                if key not in _KEYS:
                    yield f"{place}: an unknown key"
                elif key == "kind" and value not in wish_form.KINDS:
                    yield f"{place}: kind must be one of {', '.join(wish_form.KINDS)}"
                elif key in _TIMES and value is not None and not _is_time(value, origin):
                    yield f"{place}.{key}: must be a time such as {origin.isoformat()}, within a year of it"
                else:
                    yield from _faults(value, origin, f"{place}.{key}")
        case list():
            for n, each in enumerate(given):
                yield from _faults(each, origin, f"{place}[{n}]")


def _is_time(value: object, origin: datetime) -> bool:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        return False
    try:
        return abs(datetime.fromisoformat(value) - origin) <= _YEAR
    except (ValueError, OverflowError):
        return False


def _known(envelope: Envelope) -> wish_form.Known:
    def of(kind: str) -> frozenset[str]:
        return frozenset(each.alias for each in envelope.aliases if each.kind == kind)

    return wish_form.Known(of("order"), of("machine"), of("facility"), of("family"), of("crew"), of("person"))


def _restored(wish: AnyWish, real: Mapping[tuple[str, str], str]) -> AnyWish:
    if isinstance(wish, WhatIf):
        return replace(wish, wishes=tuple(_plain(each, real) for each in wish.wishes))
    return _plain(wish, real)


def _plain(wish: PlainWish, real: Mapping[tuple[str, str], str]) -> PlainWish:
    changes: dict[str, Any] = {
        each.name: _real(getattr(wish, each.name), _KINDS[each.name], real)
        for each in fields(wish)
        if each.name in _KINDS
    }
    return replace(wish, **changes)


def _real(value: object, kind: str, real: Mapping[tuple[str, str], str]) -> object:
    match value:
        case str():
            return real[kind, value]
        case tuple():
            return tuple(real[kind, each] for each in value)
        case _:
            return value
