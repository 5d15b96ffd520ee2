"""Steps as canonical JSON and back: what was kept reads as it was written.

The values of a `Say` are open, so those that JSON cannot tell apart carry their type as the one
key of an object: `$time`, `$name`, `$say`, `$list`.
"""

import json
import re
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from app.records.answer import Say
from app.records.decision import Step
from app.records.errors import OwnFault
from app.records.plant import Name

_STEP: TypeAdapter[Step] = TypeAdapter(Annotated[Step, Field(discriminator="kind")])
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_AS_IS = frozenset({str, int, float, bool, type(None)})
_HALF = re.compile("[\ud800-\udfff]")


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces, Chinese as it is; half surrogates as escapes.

    Raises ValueError for a number that is not finite.
    """
    text = _ENCODER.encode(value)
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def encode_step(step: Step) -> str:
    """A step as canonical JSON; raises OwnFault for a value that cannot be said."""
    try:
        return canonical(_plain(step))
    except ValueError as fault:
        raise OwnFault(f"a {step.kind} cannot be kept: {fault}") from fault


def decode_step(text: str) -> Step:
    """The step that was encoded; raises ValueError for anything else."""
    return _STEP.validate_python(json.loads(text, object_hook=_untagged))


@cache
def _names(of: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of))


def _plain(value: object) -> Any:
    if type(value) in _AS_IS:
        return value
    match value:
        case Enum():
            return value.value
        case datetime():
            return _time(value)
        case tuple():
            return [_plain(each) for each in value]
        case str() | int() | float():
            return value
        case Say():
            return {"key": value.key, "values": {_place(k): _tagged(v) for k, v in value.values.items()}}
        case _:
            of: Any = type(value)
            return {name: _plain(getattr(value, name)) for name in _names(of)}


def _time(at: datetime) -> str:
    if at.tzinfo is None:
        raise OwnFault("a time without a zone cannot be kept")
    return at.isoformat()


def _place(name: str) -> str:
    if name.startswith("$"):
        raise OwnFault(f"'{name}' is no name for a place in a sentence")
    return name


def _tagged(value: object) -> Any:
    match value:
        case Say():
            return {"$say": _plain(value)}
        case Name():
            return {"$name": [value.en, value.hans, value.hant]}
        case datetime():
            return {"$time": _time(value)}
        case tuple():
            return {"$list": [_tagged(each) for each in value]}
        case None | Enum() | str() | int() | float():
            return _plain(value)
        case _:
            raise OwnFault(f"a {type(value).__name__} cannot be said")


def _untagged(found: dict[str, Any]) -> object:
    """Objects come inside out, so that what stands in a list or a Say is whole already."""
    if len(found) != 1:
        return found
    match next(iter(found.items())):
        case ("$say", inner):
            return Say(inner["key"], inner["values"])
        case ("$name", inner):
            return Name(*inner)
        case ("$time", inner):
            return datetime.fromisoformat(inner)
        case ("$list", inner):
            return tuple(inner)
        case _:
            return found
