"""Errors in the shape of each provider, and the faults that are one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from app.doubles.cloud.replying import Refusal, document

_TENCENT: dict[int, tuple[str, str]] = {
    400: ("invalid_request_error", "400001"),
    401: ("authentication_error", "401002"),
    402: ("permission_error", "403004"),
    403: ("permission_error", "403001"),
    404: ("invalid_request_error", "400004"),
    422: ("invalid_request_error", "400002"),
    429: ("rate_limit_error", "429001"),
    451: ("content_filter_error", "451001"),
}
_OTHERS: dict[int, str] = {
    401: "authentication_error",
    402: "unknown_error",
    403: "permission_error",
    429: "rate_limit_reached_error",
}
_SOURCE = {4: "client", 5: "upstream"}


def error(
    kind: str, status: int, message: str, *, code: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Refusal:
    """An error as a provider of this kind sends it."""
    if kind == "tencent":
        named, usual = _TENCENT.get(status, ("upstream_error", f"{status}001"))
        told = {
            "type": named,
            "code": code or usual,
            "message": message,
            "source": "gateway" if status == 429 else _SOURCE[status // 100],
            "upstream_code": "" if status < 500 else str(status),
            "upstream_status": 0 if status < 500 else status,
            "request_id": "double-0001",
        }
    else:
        usual = "invalid_request_error" if status < 500 else "server_error"
        told = {"message": message, "type": _OTHERS.get(status, usual), "param": None, "code": code or usual}
    return Refusal(status, document({"error": told}), headers=headers)


def html(status: int, words: str, headers: tuple[tuple[str, str], ...] = ()) -> Refusal:
    """A page for people."""
    page = f"<!DOCTYPE html>\n<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>"
    return Refusal(status, page.encode(), "text/html; charset=utf-8", headers)


def _balance(kind: str, _now: datetime) -> Refusal:
    if kind == "tencent":
        return error(kind, 402, "FREE_QUOTA_EXHAUSTED: the free quota of this model is used up")
    return error(kind, 402, "Insufficient Balance")


def _throttled(kind: str, retry_after: str | None, message: str = "Rate limit reached") -> Refusal:
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return error(kind, 429, message, headers=headers)


def _blocked(kind: str, _now: datetime) -> Refusal:
    return error(kind, 451, "Content Exists Risk")


def _too_many(kind: str, _now: datetime) -> Refusal:
    return _throttled(kind, None, "Too many concurrent requests for this account: concurrency limit reached")


def _per_minute(what: str) -> Callable[[str, datetime], Refusal]:
    return lambda kind, _: _throttled(kind, None, f"{what} limit exceeded for this model: {what} per minute")


def _failed(status: int, words: str) -> Callable[[str, datetime], Refusal]:
    return lambda kind, _: error(kind, status, words)


REFUSALS: dict[str, Callable[[str, datetime], Refusal]] = {
    "F-14a": _failed(401, "Authentication Fails: the api key is invalid"),
    "F-14b": _failed(403, "The address of the client is not on the allow-list"),
    "F-15a": _balance,
    "F-15b": lambda kind, _: error(kind, 402, "The model is not enabled for this account", code="401008"),
    "F-16a": lambda kind, _: _throttled(kind, "2"),
    "F-16b": lambda kind, now: _throttled(kind, format_datetime(now + timedelta(seconds=2), usegmt=True)),
    "F-16c": lambda kind, _: _throttled(kind, "86400"),
    "F-16d": lambda kind, _: _throttled(kind, "-5"),
    "F-16e": lambda kind, _: _throttled(kind, None),
    "F-17a": _too_many,
    "F-17b": _per_minute("rpm"),
    "F-17c": _per_minute("tpm"),
    "F-18b": _blocked,
    "F-19a": _failed(500, "The server met an error"),
    "F-19b": _failed(502, "The provider behind the gateway failed"),
    "F-19c": _failed(503, "The server is overloaded"),
    "F-19d": _failed(504, "The provider behind the gateway took too long"),
    "F-25a": lambda *_: html(200, "Welcome to the guest network"),
    "F-25b": lambda *_: html(
        407, "Proxy Authentication Required", (("Proxy-Authenticate", 'Basic realm="plant"'),)
    ),
    "F-25c": lambda *_: html(403, "Blocked by policy"),
    "F-26a": lambda *_: html(302, "Found", (("Location", "/login"),)),
    "F-26b": lambda *_: html(307, "Temporary Redirect", (("Location", "/login"),)),
    "F-32a": _failed(400, "Model Not Exist"),
    "F-32b": _failed(404, "The model is retired and no longer served"),
}
"""The faults that are a reply in place of an answer, by full name: kind and time to the reply."""
