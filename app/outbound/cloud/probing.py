"""Whether a server in the plant holds its answers to a schema: measured, never believed."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from app.outbound.cloud.attempt import AttemptFailed, Raw, Target, Turn
from app.outbound.cloud.parts import Asker, Schema
from app.records.cloud import Capability

DEADLINE_S = 60.0
"""How long one question may take; a server may load its model first."""

_COLOURS = ("mauve-7", "teal-3")
_SCHEMA: Schema = {
    "type": "object",
    "properties": {"colour": {"enum": list(_COLOURS)}},
    "required": ["colour"],
    "additionalProperties": False,
}
_TURNS = (
    Turn("system", 'Answer with one JSON document such as {"colour":"red"}.'),
    Turn("user", "Which colour has a clear sky at noon?"),
)


async def measure(wire: Asker, target: Target, now: datetime) -> Capability:
    """Ask what no model answers of itself in words that only the schema allows.

    A form that the server refuses does not hold; raises AttemptFailed when it cannot be asked at all.
    """
    build = ""
    forms: tuple[Literal["json_schema", "schema"], ...] = ("json_schema", "schema")
    for form in forms:
        raw = await _asked(wire, replace(target, schema_form=form, tokens_max=64))
        build = (raw.fingerprint or raw.model) if raw is not None else build
        if raw is not None and _obeyed(raw.text):
            return Capability(target.base_url, target.model, form, build, now)
    return Capability(target.base_url, target.model, "none", build, now)


async def _asked(wire: Asker, target: Target) -> Raw | None:
    try:
        return await wire.ask_once(
            target, _TURNS, deadline_s=DEADLINE_S, data_class="none", decision="", schema=_SCHEMA
        )
    except AttemptFailed as fault:
        if fault.fault != "content":
            raise
        return None


def _obeyed(text: str) -> bool:
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and set(answer) == {"colour"} and answer["colour"] in _COLOURS
