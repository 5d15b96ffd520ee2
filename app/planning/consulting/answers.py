"""The shape of an answer of a model outside, and what it is compared with: what was sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.planning.consulting.asked import Envelope

Row = tuple[str, int, int]
"""An operation outside: its order's alias, its lot, its position."""

PlaceForm = tuple[str, int, int, str, int]
"""Alias of the order, lot, position, alias of the machine, start in minutes from the origin."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AnswerForm(_Form):
    """What is said to one wish; the wishes themselves are read by `records.wish_form`."""

    wish: Annotated[str, Field(max_length=8)]
    status: Literal["ok", "cannot", "unclear"]
    wishes: list[dict[str, object]]
    places: list[PlaceForm]


class DocumentForm(_Form):
    """The whole answer."""

    tag: str
    answers: list[AnswerForm]


def document_of(parsed: object) -> DocumentForm:
    """The answer; raises ValidationError."""
    return DocumentForm.model_validate_json(json.dumps(parsed))


def told(fault: Mapping[str, Any]) -> str:
    """A fault of shape, where it is and what; a key that the answer made up is not repeated."""
    loc, said = fault["loc"], fault["msg"]
    if fault["type"] == "extra_forbidden":
        loc, said = loc[:-1], "an unknown key"
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return f"{place.lstrip('.') or 'the answer'}: {said}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent of the plan: by operation its machines and its present place as (machine, start).

    `horizon` is in minutes.
    """

    horizon: int
    machines: Mapping[Row, tuple[str, ...]]
    present: Mapping[Row, tuple[str, int] | None]


def sent_of(envelope: Envelope) -> Sent:
    """What the envelope says of the jobs."""
    asked = json.loads(envelope.asked)
    machines: dict[Row, tuple[str, ...]] = {}
    present: dict[Row, tuple[str, int] | None] = {}
    for job in asked["jobs"]:
        for position, options, place, *_ in job[-1]:
            row = (job[0], job[1], position)
            machines[row] = tuple(machine for machine, _ in options)
            present[row] = (place[0], place[1]) if place else None
    return Sent(asked["horizon"], machines, present)
