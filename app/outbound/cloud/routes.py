"""Who may be asked, in which order, and with which key."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from app.outbound.cloud.attempt import Target
from app.records.cloud import Provider
from app.records.message import Language
from app.settings.cloud import Cloud, CloudRoute

_FOLLOWING: tuple[Provider, ...] = ("tencent", "deepseek", "lan")
_PORTS = {"http": 80, "https": 443}


def targets(settings: Cloud, language: Language) -> tuple[Target, ...]:
    """Every enabled route, best first, without keys; never two that end at the same origin."""
    if not settings.enabled:
        return ()
    first = settings.first_for_others if language is Language.EN else settings.first_for_chinese
    taken: set[str] = set()
    found = []
    for provider in dict.fromkeys((first, *_FOLLOWING)):
        route = route_of(settings, provider)
        origins = set(_origins(provider, route))
        if route.enabled and not origins & taken:
            taken |= origins
            found.append(_target(settings, provider, route))
    return tuple(found)


def target_of(settings: Cloud, provider: Provider) -> Target | None:
    """One route with its key, enabled or not; None without a readable key."""
    key = key_of(settings, provider)
    return (
        None if key is None else replace(_target(settings, provider, route_of(settings, provider)), key=key)
    )


def route_of(settings: Cloud, provider: Provider) -> CloudRoute:
    """The settings of a provider."""
    return {"deepseek": settings.deepseek, "tencent": settings.tencent, "lan": settings.lan}[provider]


def key_of(settings: Cloud, provider: Provider) -> str | None:
    """The provider's key as its file holds it now, None when there is none; "" is a LAN server's."""
    file = route_of(settings, provider).key_file
    if file is None:
        return "" if provider == "lan" else None
    return _read(file)


def key_changed_at(settings: Cloud, provider: Provider) -> datetime | None:
    """When the file with the key was last written; None when there is none."""
    file = route_of(settings, provider).key_file
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC) if file else None
    except OSError:
        return None


def _read(file: Path) -> str | None:
    try:
        key = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return key if key and key.isprintable() and " " not in key else None


def _origins(provider: Provider, route: CloudRoute) -> Iterator[str]:
    """Its server, and whose machines stand behind it: Tencent passes some models on to DeepSeek."""
    address = urlsplit(route.base_url)
    yield f"{address.hostname}:{address.port or _PORTS.get(address.scheme)}"
    if provider == "deepseek" or (provider == "tencent" and route.model.startswith("deepseek/")):
        yield "deepseek"


def _target(settings: Cloud, provider: Provider, route: CloudRoute) -> Target:
    return Target(
        provider, route.base_url, route.model, thinking=route.thinking, tokens_max=settings.tokens_max
    )
