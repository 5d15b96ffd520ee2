"""The types of settings: times and sizes with their units, addresses, IANA zones."""

import re
from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


def _in_units(units: Mapping[str, float], value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
    if match is None or (match[2] and match[2] not in units):
        raise ValueError(f"'{value}' needs one of the units {', '.join(units)}")
    return float(match[1]) * units[match[2]] if match[2] else float(match[1])


Seconds = Annotated[float, BeforeValidator(lambda v: _in_units(_SECONDS, v)), Field(ge=0)]
Bytes = Annotated[int, BeforeValidator(lambda v: _in_units(_BYTES, v)), Field(ge=0)]


def several(value: object) -> object:
    """A list as a file has it, or with commas as the environment has it."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"'{name}' is no time zone of the IANA list") from fault
    return name


def _loopback_or_tls(url: str) -> str:
    match = re.match(r"(wss?|https?)://(\[[^\]]+\]|[^/:?#]+)", url)
    if match is None:
        raise ValueError(f"'{url}' is no ws(s) or http(s) address")
    host = match[2].strip("[]")
    local = host in {"localhost", "::1"} or host.startswith("127.")
    if match[1] in {"ws", "http"} and not local:
        raise ValueError(f"'{url}' is not encrypted: plain {match[1]}:// is for loopback only")
    return url


Zone = Annotated[str, AfterValidator(_zone)]
Url = Annotated[str, AfterValidator(_loopback_or_tls)]


Proxy = Annotated[str, Field(pattern=r"^https?://[^\s/@:]+:\d{1,5}$")]
"""A proxy's address without a name or password; what goes through it is TLS to the other end."""


class Node(BaseModel):
    """A branch of the tree: unknown keys are refused, nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
