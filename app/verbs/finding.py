"""What doctor finds of one thing that it tried."""

import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.outbound.wecom_app.secret import read_secret
from app.records.errors import SettingsWrong
from app.settings import Settings

TRY_S = 5.0
"""How long one port is tried."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing tried: `ok`, what was found, and the way out where it was not."""

    name: str
    ok: bool
    found: str
    fix: str = ""


Check = Callable[[Settings], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to do about it: a command where there is one."""

    found: str
    fix: str


def finding_of(name: str, faults: Sequence[Fault], well: str) -> Finding:
    """All faults in one finding; `well` where there are none."""
    if not faults:
        return Finding(name, ok=True, found=well)
    fixes = dict.fromkeys(fault.fix for fault in faults)
    return Finding(name, ok=False, found="; ".join(f.found for f in faults), fix="; ".join(fixes))


def secret_in(key: str, file: Path | None) -> tuple[str, list[Fault]]:
    """The secret of a setting, "" when there is none, and what is wrong with its file."""
    try:
        secret = read_secret(key, file)
    except SettingsWrong as fault:
        said = str(fault).removesuffix("; put the secret there")
        return "", [Fault(said, f"install -m 600 /dev/stdin {file}" if file else f"set {key}")]
    return secret, open_to_others(file)


def open_to_others(file: Path | None) -> list[Fault]:
    """Whether somebody else may read a file that only we should."""
    if file is None or not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return []
    return [Fault(f"{file} can be read by others", f"chmod 600 {file}")]
