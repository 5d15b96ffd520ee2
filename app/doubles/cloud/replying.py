"""Answers and errors as bytes of HTTP/1.1: whole documents, events of a stream, chunks of a body."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

PIECE_LETTERS = 24
"""How much of an answer one event of a stream holds."""

PIECES_MAX = 400
"""About how many events a long answer has; they hold more then."""

JSON_TYPE = "application/json"
SSE_TYPE = "text/event-stream; charset=utf-8"
_PHRASES = {451: "Unavailable For Legal Reasons"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says: `content` may be None, `usage` too."""

    id: str
    model: str
    fingerprint: str
    created: int
    content: str | None
    reasoning: str | None
    finish: str | None = "stop"
    usage: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that is no answer."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()


def head(status: int, date: datetime, headers: Mapping[str, str]) -> bytes:
    """The status line and the headers, with the empty line."""
    phrase = _PHRASES.get(status) or HTTPStatus(status).phrase
    told = {"Date": format_datetime(date, usegmt=True), "Server": "double", **headers}
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in told.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; of no bytes, its end."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def document(doc: Any) -> bytes:
    """A JSON document as it is sent; a lone surrogate in it stays an escape."""
    text = json.dumps(doc, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(doc, separators=(",", ":")).encode()


def event(doc: Any) -> bytes:
    """One event of a stream."""
    return b"data: " + document(doc) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def whole(answer: Answer) -> dict[str, Any]:
    """The document of an answer that comes whole."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.content}
    if answer.reasoning is not None:
        message["reasoning_content"] = answer.reasoning
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answer.finish}
    doc = _frame(answer, "chat.completion") | {"choices": [choice]}
    return doc if answer.usage is None else doc | {"usage": answer.usage}


def stream(answer: Answer, *, with_usage: bool) -> list[bytes]:
    """The events of an answer that streams: reasoning, content, the finish, usage if wished, [DONE]."""
    first: dict[str, Any] = {"role": "assistant", "content": ""}
    if answer.reasoning is not None:
        first |= {"content": None, "reasoning_content": ""}
    deltas = [first]
    deltas += [{"content": None, "reasoning_content": part} for part in _parts(answer.reasoning)]
    deltas += [{"content": part} for part in _parts(answer.content)]
    events = [_delta(answer, delta, None) for delta in deltas]
    if answer.finish is not None:
        events.append(_delta(answer, {"content": ""}, answer.finish))
    if with_usage and answer.usage is not None:
        last = _frame(answer, "chat.completion.chunk") | {"choices": [], "usage": answer.usage}
        events.append(event(last))
    return [*events, DONE]


def _delta(answer: Answer, delta: dict[str, Any], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event(_frame(answer, "chat.completion.chunk") | {"choices": [choice]})


def _frame(answer: Answer, what: str) -> dict[str, Any]:
    return {
        "id": answer.id,
        "object": what,
        "created": answer.created,
        "model": answer.model,
        "system_fingerprint": answer.fingerprint,
    }


def _parts(text: str | None) -> Sequence[str]:
    told = text or ""
    size = max(PIECE_LETTERS, len(told) // PIECES_MAX)
    return [told[n : n + size] for n in range(0, len(told), size)]
