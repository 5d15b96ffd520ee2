"""What is said to people: a key of the catalogue with its values, in four languages."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from app.records.errors import OwnFault
from app.records.message import Language
from app.records.plant import Name


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence to say, not yet in any language.

    `values` fill the sentence's places: text and codes as they are, numbers without needless
    decimals, times in plant time, a `Name` in the reader's language, a `Say` said in turn, and a
    tuple of any of these as a list.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a person who did not ask; `asks` is what they are to answer."""

    to: str
    say: Say
    asks: Literal["", "request", "cause"] = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sentences: key → language → template with `{places}`.

    Yue falls back to Traditional where Cantonese has no wording of its own.
    """

    sentences: Mapping[str, Mapping[str, str]]
    zone: ZoneInfo

    def render(self, say: Say, language: Language, now: datetime) -> str:
        """The sentence in `language`; raises OwnFault for a key or place that does not exist."""
        forms = self.sentences.get(say.key)
        if forms is None:
            raise OwnFault(f"the catalogue has no sentence '{say.key}'")
        template = forms.get(language) or forms.get(Language.HANT) or forms[Language.EN]
        shown = {k: self._show(v, language, now) for k, v in say.values.items()}
        try:
            return template.format_map(shown)
        except (KeyError, IndexError, ValueError) as fault:
            raise OwnFault(f"sentence '{say.key}' lacks the place {fault}") from fault

    def _show(self, value: object, language: Language, now: datetime) -> str:
        match value:
            case Say():
                return self.render(value, language, now)
            case Name():
                return value.in_language(language)
            case datetime():
                return _clock(value, now, self.zone)
            case bool():
                raise OwnFault("a truth value cannot be said; choose a sentence instead")
            case float():
                return f"{value:.10g}" if abs(value) >= 1 else f"{value:.3g}"
            case tuple():
                joint = ", " if language is Language.EN else "、"
                return joint.join(self._show(each, language, now) for each in value)
            case _:
                return str(value)


def _clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    return local.strftime("%H:%M" if local.date() == today else "%m-%d %H:%M")


def places(template: str) -> frozenset[str]:
    """The names of the `{places}` in a template."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


_BYTES_LIMIT = 20_480  # WeCom's limit for a stream's content (developer page 101031, 2026-03)


def clip(text: str, limit_bytes: int = _BYTES_LIMIT) -> str:
    """The text cut on a character boundary to `limit_bytes` of UTF-8, with a mark when cut."""
    raw = re.sub("[\ud800-\udfff]", "\ufffd", text).encode()
    if len(raw) <= limit_bytes:
        return raw.decode()
    return raw[: limit_bytes - 6].decode("utf-8", "ignore") + "……"


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)
