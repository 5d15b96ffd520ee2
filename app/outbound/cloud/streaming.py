"""The bytes of an answer, as they come, into what was told: events of a stream, or one JSON document."""

import codecs
import json
from dataclasses import dataclass, field
from typing import Any

from app.outbound.cloud.attempt import AttemptFailed
from app.outbound.cloud.statuses import error_in, of_error
from app.records.cloud import Usage

_BLANK = b" \t\r\n\xef\xbb\xbf"
_TOKENS_MAX = 10**9
_FIELDS = ("event:", "id:", "retry:")


@dataclass(slots=True)
class Told:
    """What an answer told so far; `finish` is "" until it says why it ended, `usage` None until told."""

    pieces: list[str] = field(default_factory=list)
    reasoned: bool = False
    finish: str = ""
    model: str = ""
    fingerprint: str = ""
    usage: Usage | None = None

    def take(self, document: dict[str, Any], part: str) -> bool:
        """Take in a document whose choice holds its words under `part`; True when it told any."""
        self.usage = usage_of(document.get("usage")) or self.usage
        self.model = _name(document.get("model")) or self.model
        self.fingerprint = _name(document.get("system_fingerprint")) or self.fingerprint
        choice = _first(document.get("choices"))
        words = choice.get(part) or {}
        content, thought = words.get("content"), words.get("reasoning_content") or words.get("reasoning")
        finish = choice.get("finish_reason")
        if content:
            self.pieces.append(_text(content))
        self.reasoned = self.reasoned or bool(thought)
        self.finish = _name(finish) or self.finish
        return bool(content or thought or finish)

    def answer(self) -> str:
        """The whole text; raises AttemptFailed when the answer ended otherwise than with one."""
        text = _whole("".join(self.pieces))
        match self.finish:
            case "stop" if text.strip():
                return text
            case "stop" if self.reasoned:
                raise AttemptFailed("content", "F-41", "only thoughts came, and no answer")
            case "stop":
                raise AttemptFailed("content", "F-40", "the answer is blank")
            case "length":
                raise AttemptFailed("content", "F-42", "the answer is longer than was allowed")
            case "content_filter":
                raise AttemptFailed("policy", "F-18", "blocked by the provider's rules of content")
        raise AttemptFailed("transient", "F-43", "the provider ended its answer early")


EVENT_BYTES = 16
"""So many bytes of a stream are allowed for each of its words: an event of three signs takes 300 bytes."""


class Reading:
    """An answer while its bytes come; nothing of it counts before `end`.

    `told.usage` holds what is known of its tokens also when it fails. `began` is whether more than
    blanks and keep-alive came, `done` whether nothing more is needed.
    """

    def __init__(self, content_type: str, max_bytes: int) -> None:
        if "html" in content_type:
            raise _strange()
        self.told = Told()
        self.began = False
        self.bytes_read = 0
        self._is_json = "json" in content_type
        self._max_bytes = max_bytes
        self._path: _Events | _Document | None = None

    @property
    def done(self) -> bool:
        return self._path is not None and self._path.done

    def feed(self, chunk: bytes) -> bool:
        """True when the chunk brought the answer forward; raises AttemptFailed."""
        self.bytes_read += len(chunk)
        if self.bytes_read > self._max_bytes * (EVENT_BYTES if isinstance(self._path, _Events) else 1):
            raise AttemptFailed("content", "F-24", "the answer is larger than is read")
        if self._path is None:
            chunk = chunk.lstrip(_BLANK)
            if not chunk:
                return False
            self._path = self._path_for(chunk[:1])
        useful = self._path.feed(chunk)
        self.began = self.began or useful
        return useful

    def end(self) -> str:
        """The answer's text, after the last byte; raises AttemptFailed when it is not whole."""
        if self._path is None:
            raise AttemptFailed("transient", "F-02", "the connection was closed with nothing answered")
        self._path.end()
        return self.told.answer()

    def _path_for(self, first: bytes) -> "_Events | _Document":
        if self._is_json or first == b"{":
            return _Document(self.told)
        if first in b":deir":
            return _Events(self.told)
        raise _strange()


class _Document:
    """One JSON document, read when it is whole."""

    done = False

    def __init__(self, told: Told) -> None:
        self._told, self._chunks = told, list[bytes]()

    def feed(self, chunk: bytes) -> bool:
        self._chunks.append(chunk)
        return bool(chunk.strip(_BLANK))

    def end(self) -> None:
        document = _parsed(b"".join(self._chunks), "F-10", "the answer was cut off")
        self._told.usage = usage_of(document.get("usage"))
        if error := error_in(document):
            raise of_error(error, "F-12")
        if not isinstance(document.get("choices"), list) or not document["choices"]:
            raise AttemptFailed("transient", "F-12", "the answer holds no choice")
        self._told.take(document, "message")


class _Events:
    """Server-sent events, each of one line."""

    def __init__(self, told: Told) -> None:
        self.done = False
        self._told, self._open = told, list[str]()
        self._decode = codecs.getincrementaldecoder("utf-8")().decode

    def feed(self, chunk: bytes) -> bool:
        try:
            *lines, rest = self._decode(chunk).split("\n")
        except UnicodeDecodeError:
            raise _malformed() from None
        useful = False
        for line in lines:
            useful = self._line("".join((*self._open, line)).rstrip("\r")) or useful
            self._open.clear()
        self._open.append(rest)
        return useful

    def end(self) -> None:
        if self._told.pieces and not self._told.finish and not self.done:
            raise AttemptFailed("transient", "F-20", "the stream was cut off in its answer")
        if not self._told.finish or not self.done:
            raise AttemptFailed("transient", "F-11", "the stream ended before it said so")

    def _line(self, line: str) -> bool:
        if self.done or not line or line.startswith((":", *_FIELDS)):
            return False
        if not line.startswith("data:"):
            raise _malformed()
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            self.done = True
            return True
        event = _parsed(data.encode(), "F-22", "a line of the stream is malformed")
        self._told.usage = usage_of(event.get("usage")) or self._told.usage
        if error := error_in(event):
            raise of_error(error, "F-13")
        return self._told.take(event, "delta")


def usage_of(told: Any) -> Usage | None:
    """The tokens that a provider tells; None when it does not say how many it read and wrote.

    The total of the prompt is believed before its parts; where they differ it is marked estimated.
    """
    if not isinstance(told, dict):
        return None
    hit, miss = _count(told, "prompt_cache_hit_tokens"), _count(told, "prompt_cache_miss_tokens")
    if hit is None:
        hit = _count(told.get("prompt_tokens_details"), "cached_tokens")
    prompt, output = _count(told, "prompt_tokens"), _count(told, "completion_tokens")
    if prompt is None and hit is not None and miss is not None:
        prompt = hit + miss
    if not prompt or output is None:
        return None
    reasoning = _count(told.get("completion_tokens_details"), "reasoning_tokens") or 0
    found = min(hit or 0, prompt)
    odd = (hit or 0) > prompt or reasoning > output or (miss is not None and found + miss != prompt)
    return Usage(found, prompt - found, output, min(reasoning, output), estimated=odd)


def _count(told: Any, name: str) -> int | None:
    value = told.get(name) if isinstance(told, dict) else None
    known = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _TOKENS_MAX
    return value if known else None


def _parsed(data: bytes, fault_id: str, detail: str) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise AttemptFailed("transient", fault_id, detail)
    return document


def _first(choices: Any) -> dict[str, Any]:
    """The first choice, {} for none; its words, where it has any, are an object."""
    if not choices:
        return {}
    first = choices[0] if isinstance(choices, list) else None
    parts = (first.get("delta"), first.get("message")) if isinstance(first, dict) else (0,)
    if not isinstance(first, dict) or not all(each is None or isinstance(each, dict) for each in parts):
        raise _malformed()
    return first


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _malformed()
    return value


def _name(value: Any) -> str:
    return _whole(value[:200]) if isinstance(value, str) else ""


def _whole(text: str) -> str:
    """The text with halves of a surrogate pair put together, or replaced where one is alone."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _malformed() -> AttemptFailed:
    return AttemptFailed("transient", "F-22", "a line of the stream is malformed")


def _strange() -> AttemptFailed:
    return AttemptFailed("account", "F-25", "a proxy or portal answered")
