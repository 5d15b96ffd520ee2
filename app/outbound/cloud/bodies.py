"""What is written to a provider: the JSON of one request, in the form that this provider takes."""

import json
from collections.abc import Sequence
from typing import Any

from app.outbound.cloud.attempt import Target, Turn
from app.outbound.cloud.parts import Schema


def body_of(target: Target, turns: Sequence[Turn], schema: Schema | None) -> bytes:
    """Compact UTF-8 JSON; half a surrogate pair in a text becomes a question mark."""
    body: dict[str, Any] = {
        "model": target.model,
        "messages": [{"role": turn.role, "content": turn.text} for turn in turns],
        **(_thinking(target) if target.provider == "deepseek" else {}),
        "response_format": _form(target, schema),
        "max_tokens": target.tokens_max,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _thinking(target: Target) -> dict[str, Any]:
    """Told on every call, because unsaid means on; a temperature counts only when it is off."""
    if target.thinking == "off":
        return {"thinking": {"type": "disabled"}, "temperature": 0}
    return {"thinking": {"type": "enabled"}, "reasoning_effort": target.thinking}


def _form(target: Target, schema: Schema | None) -> dict[str, Any]:
    """How the answer is held to its schema; only a server in the plant takes one."""
    if target.provider != "lan" or schema is None or target.schema_form == "none":
        return {"type": "json_object"}
    if target.schema_form == "json_schema":
        named = {"name": "answer", "schema": dict(schema), "strict": True}
        return {"type": "json_schema", "json_schema": named}
    return {"type": "json_object", "schema": dict(schema)}
