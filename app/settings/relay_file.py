"""How the relay's own file is read; it has no environment above it."""

from pathlib import Path

from pydantic import ValidationError

from app.records.errors import SettingsWrong
from app.settings.loading import read_toml
from app.settings.relay import Network, RelaySettings, network


def load_relay(file: Path) -> RelaySettings:
    """The relay's settings; raises SettingsWrong with one line per mistake."""
    try:
        return RelaySettings.model_validate(read_toml(file))
    except ValidationError as fault:
        lines = [_explain(file, error["loc"], error["msg"]) for error in fault.errors()]
        raise SettingsWrong("\n".join(lines)) from None


def _explain(file: Path, place: tuple[int | str, ...], message: str) -> str:
    return f"{file}: {'.'.join(map(str, place))}: {message.removeprefix('Value error, ')}"


def read_networks(file: Path) -> tuple[Network, ...]:
    """Networks or addresses, one a line, `#` before a remark; raises SettingsWrong with the line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsWrong(f"{file}: {fault}") from fault
    found = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        try:
            found += [network(text)] if text else []
        except ValueError as fault:
            raise SettingsWrong(f"{file}:{number}: {fault}") from fault
    if not found:
        raise SettingsWrong(f"{file}: no network in it; nobody could call")
    return tuple(found)
