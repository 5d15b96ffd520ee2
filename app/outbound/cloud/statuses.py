"""What a refusal means: an HTTP status or an error object in an answer becomes a class of failure.

Bodies are only looked at for words that are known here; nothing of them is kept.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from app.outbound.cloud.attempt import AttemptFailed
from app.records.cloud import FaultClass

WAIT_MAX_S = 60.0
"""The longest wait that a provider may ask for."""

CLOCK_OFF_S = 300.0
"""A clock that is further from the provider's is wrong."""

_SECONDS = re.compile(r"\d+(\.\d+)?")
_LIMIT_NAMED = re.compile(r"concurren|\b[rt]pm\b|(requests|tokens) per minute")
_UNSAFE = re.compile(r"content[ _-]?(exists|filter|risk|safety)|moderation|sensitive")
_TOO_MUCH = re.compile(r"rate[ _-]?limit|limit[ _-]?exceeded|too[ _-]?many|throttl|concurren|\b[rt]pm\b")
_NOT_ALLOWED = re.compile(
    r"unauthori|authenticat|auth[ _-]?fail|api[ _-]?key|permission|signature|balance|billing|quota"
)
_NO_MODEL = re.compile(r"model[ _-]?(does[ _-]?)?not[ _-]?(exist|found|available|supported)")

_BY_NUMBER: Mapping[int, FaultClass] = {
    401: "account", 402: "account", 403: "account", 404: "account", 429: "throttle", 451: "policy",
}  # fmt: skip


def of_status(
    status: int, headers: Mapping[str, str], body: bytes, *, model: str, now: datetime
) -> AttemptFailed:
    """What an answer other than 2xx means; `body` may be its beginning only.

    `headers` finds names however they are written.
    """
    words = body.decode("utf-8", "replace").lower()
    fault, fault_id, detail = _meaning(status, headers, words, model, now)
    wait_s = retry_after_s(headers.get("retry-after", ""), now) if status == 429 or status >= 500 else None
    return AttemptFailed(fault, fault_id, f"{detail} (HTTP {status})", retry_after_s=wait_s)


_Meaning = tuple[FaultClass, str, str]

_PORTAL: _Meaning = ("account", "F-25", "a proxy or portal answered")
_BLOCKED: _Meaning = ("policy", "F-18", "blocked by the provider's rules of content")
_NO_SUCH: _Meaning = ("account", "F-32", "the provider does not know the model or the address")
_GAVE_UP: _Meaning = ("transient", "F-19", "the provider gave up waiting")
_FIXED: Mapping[int, _Meaning] = {
    402: ("account", "F-15", "no balance, or the model is not switched on"),
    404: _NO_SUCH,
    407: _PORTAL,
    408: _GAVE_UP,
    410: _NO_SUCH,
    425: _GAVE_UP,
    451: _BLOCKED,
}


def _meaning(status: int, headers: Mapping[str, str], words: str, model: str, now: datetime) -> _Meaning:
    if status in _FIXED:
        return _FIXED[status]
    if status < 400:
        return "account", "F-26", "sent elsewhere; a redirect is never followed"
    if status >= 500:
        return "transient", "F-19", "the provider failed"
    if status in {401, 403}:
        return _refused(headers, now)
    if status == 429:
        return "throttle", "F-17" if _LIMIT_NAMED.search(words) else "F-16", "asked too often"
    if status == 400 and _UNSAFE.search(words):
        return _BLOCKED
    if status == 400 and _names_model(words, model):
        return _NO_SUCH
    return "content", "F-400", "the provider does not take the request"


def _refused(headers: Mapping[str, str], now: datetime) -> _Meaning:
    if "html" in headers.get("content-type", ""):
        return _PORTAL
    told = http_date(headers.get("date", ""))
    if told is not None and abs((told - now).total_seconds()) > CLOCK_OFF_S:
        return "account", "F-28", "refused, and this computer's clock is not the provider's; check the clock"
    return "account", "F-14", "the key was refused"


def _names_model(words: str, model: str) -> bool:
    name = rf"(?<![\w.-]){re.escape(model.lower())}(?![\w.-])"
    return bool(_NO_MODEL.search(words) or ("model" in words and re.search(name, words)))


def retry_after_s(told: str, now: datetime) -> float | None:
    """Seconds to wait, at most `WAIT_MAX_S`; None when nothing usable was told."""
    text = told.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), WAIT_MAX_S)
    at = http_date(text)
    left_s = (at - now).total_seconds() if at is not None else -1.0
    return min(left_s, WAIT_MAX_S) if left_s >= 0 else None


def http_date(told: str) -> datetime | None:
    """The time that a header tells, or None."""
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def error_in(document: Mapping[str, Any]) -> Any:
    """The error object of a document that came with 200, wherever it is; None for none."""
    response, choices = document.get("Response"), document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    places = (
        document.get("error"),
        document.get("ErrorMsg"),
        response.get("Error") if isinstance(response, dict) else None,
        first.get("error") if isinstance(first, dict) else None,
    )
    return next((each for each in places if each), None)


def of_error(error: Any, fault_id: str) -> AttemptFailed:
    """What an error object means, by its code and its words; transient where nothing is known."""
    return AttemptFailed(_class_of(error), fault_id, "the provider told of an error in its answer")


def _class_of(error: Any) -> FaultClass:
    told = error if isinstance(error, dict) else {"message": error}
    for name in ("code", "Code", "status", "upstream_status"):
        number = str(told.get(name))[:6]
        if number.isdecimal() and int(number[:3]) in _BY_NUMBER:
            return _BY_NUMBER[int(number[:3])]
    words = json.dumps(told, ensure_ascii=False)[:4000].lower()
    meanings: tuple[tuple[re.Pattern[str], FaultClass], ...] = (
        (_UNSAFE, "policy"), (_TOO_MUCH, "throttle"), (_NOT_ALLOWED, "account"), (_NO_MODEL, "account"),
    )  # fmt: skip
    return next((fault for pattern, fault in meanings if pattern.search(words)), "transient")
