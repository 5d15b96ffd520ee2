"""How the tree is loaded: built-in, then the file, then the environment (`CHARGEHAND_WECOM__BOT__URL`)."""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from app.records.errors import SettingsWrong
from app.settings.tree import Settings

SYSTEM_FILE = Path("/etc/chargehand/config.toml")
PREFIX = "CHARGEHAND_"


def load(file: Path | None, environ: Mapping[str, str] = os.environ) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each key where its value came from.

    Raises SettingsWrong with one line per mistake: the file, the key, and what to write instead.
    """
    source = file or (SYSTEM_FILE if SYSTEM_FILE.is_file() else None)
    from_file = read_toml(source) if source else {}
    sources = {key: str(source) for key in _flat(from_file)}
    from_env = _from_environment(environ)
    sources |= {key: PREFIX + key.upper().replace(".", "__") for key in _flat(from_env)}
    try:
        return Settings.model_validate(_merged(from_file, from_env)), sources
    except ValidationError as fault:
        lines = [_explain(error, sources) for error in fault.errors()]
        raise SettingsWrong("\n".join(lines)) from None


def keys(tree: type[BaseModel] = Settings) -> dict[str, Any]:
    """Every key with its field, in the order of the tree."""
    return dict(_fields(tree, ""))


def defaults_text(tree: type[BaseModel] = Settings) -> str:
    """Every setting with its sentence and its default, as a TOML file that changes nothing."""
    lines = ["# Every setting with its default. Copy what you change; the rest may stay away."]
    table = ""
    for key, info in keys(tree).items():
        *path, name = key.split(".")
        if ".".join(path) != table:
            table = ".".join(path)
            lines += ["", f"[{table}]"]
        value = _toml(info.get_default(call_default_factory=True))
        lines += [f"# {info.description}", f"{'# ' if value is None else ''}{name} = {value or '…'}"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool | int | float):
        return str(value).lower()
    if isinstance(value, tuple):
        return json.dumps([str(each) for each in value])
    return json.dumps(str(value))


def _fields(node: type[BaseModel], prefix: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, info in node.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            rows += _fields(info.annotation, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, info))
    return rows


def read_toml(file: Path) -> dict[str, Any]:
    """The file's content; raises SettingsWrong when it cannot be read as TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SettingsWrong(f"{file}: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsWrong(f"{file}: not TOML: {fault}") from fault


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in environ.items():
        if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"):
            *branches, leaf = name.removeprefix(PREFIX).lower().split("__")
            node = tree
            for branch in branches:
                node = node.setdefault(branch, {})
            node[leaf] = value
    return tree


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        k: _merged(below[k], v) if isinstance(v, dict) and isinstance(below.get(k), dict) else v
        for k, v in above.items()
    }
    return {**below, **both}


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    rows: list[str] = []
    for key, value in tree.items():
        rows += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]
    return rows


def _explain(error: Any, sources: Mapping[str, str]) -> str:
    key = ".".join(str(part) for part in error["loc"])
    where = sources.get(key) or next((s for k, s in sources.items() if k.startswith(key)), "settings")
    if error["type"] != "extra_forbidden":
        return f"{where}: {key}: {error['msg'].removeprefix('Value error, ')}"
    known = list(keys())
    near = difflib.get_close_matches(key, known + sorted({k.rsplit(".", 1)[0] for k in known}), 1, 0.4)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"{where}: unknown key '{key}'{hint}"
