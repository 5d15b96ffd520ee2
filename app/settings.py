"""Every setting: its type with unit, its default, one sentence; and how the tree is loaded.

Order: built-in, then the file, then the environment (`CHARGEHAND_WECOM__BOT__URL`). Secrets are
named by file only.
"""

import difflib
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.records.errors import SettingsWrong

SYSTEM_FILE = Path("/etc/chargehand/config.toml")
PREFIX = "CHARGEHAND_"


def shipped(kind: Literal["config", "models"]) -> Path:
    """Where the product's own data lies: in the checkout, or beside the installed package."""
    checkout = Path(__file__).resolve().parent.parent / kind
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "chargehand" / kind


def user_cache() -> Path:
    """Where this user keeps what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chargehand"


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


Url = Annotated[str, AfterValidator(_loopback_or_tls)]


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plant(_Node):
    """The plant itself."""

    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Hong_Kong", description="Plant time, as an IANA zone; all times on screen are in it."
    )
    seed_file: Path | None = Field(
        None, description="A plant description loaded into an empty store; see config/demo_plant.toml."
    )


class StoreSettings(_Node):
    """Where records are kept."""

    url: str = Field(
        "",
        description="SQLAlchemy address; empty means SQLite in data_dir. PostgreSQL by postgresql+psycopg://.",
    )


class WecomBot(_Node):
    """The AI bot's long connection."""

    enabled: bool = Field(default=True, description="Whether this service opens the bot's connection.")
    url: Url = Field("wss://openws.work.weixin.qq.com", description="The gateway's address.")
    id: str = Field("", description="The BotID of the admin console.")
    secret_file: Path | None = Field(None, description="File that holds the long connection's secret.")
    display_name: str = Field("Chargehand", description="The bot's name in groups, removed from messages.")
    ca_file: Path | None = Field(
        None, description="The plant's own certificate authority, when TLS is inspected."
    )
    heartbeat_s: Seconds = Field(30.0, description="Time between our pings.")
    ack_timeout_s: Seconds = Field(5.0, description="How long a command may stay unacknowledged.")
    backoff_max_s: Seconds = Field(30.0, description="Longest pause between attempts to reconnect.")
    superseded_retry_s: Seconds = Field(120.0, description="First pause after another client took the bot.")
    frame_max_bytes: Bytes = Field(4 * 1024**2, description="Largest frame that is read.")


class Wecom(_Node):
    """Channels to WeCom."""

    bot: WecomBot = Field(default_factory=WecomBot, description="The AI bot.")


class Model(_Node):
    """The local model."""

    enabled: bool = Field(default=True, description="Whether the lane runs; without it rules work alone.")
    name: str = Field("e5-small-intent", description="Folder below models/ with the weights' manifest.")
    head: str = Field("intent", description="Folder below models/ with the trained head.")
    weights_file: Path | None = Field(None, description="GGUF file to use in place of the manifest's source.")
    cache_dir: Path | None = Field(
        None,
        description="Where weights are put together; none means models in data_dir, or, where that does not "
        "exist, in the user's cache.",
    )
    threads: int = Field(2, ge=1, le=256, description="Threads of one evaluation.")
    timeout_s: Seconds = Field(2.0, description="Longest wait for one message, queue included.")
    queue_max: int = Field(256, ge=1, description="Messages that may wait before the lane says overloaded.")
    batch_max: int = Field(16, ge=1, le=64, description="Messages evaluated together.")


class Understanding(_Node):
    """When a guess is good enough."""

    read_threshold: float = Field(
        0.5, ge=0, le=1, description="Confidence that a read-only intent needs; a head may ask for more."
    )
    write_threshold: float = Field(
        0.7, ge=0, le=1, description="Confidence that an intent with effects needs; a head may ask for more."
    )
    unexplained_max: float = Field(
        2.0, ge=0, description="About how many words beside its pattern a rule may leave over and decide."
    )
    text_max_chars: int = Field(4_000, ge=100, description="Longest message that is read.")
    context_minutes: float = Field(
        10.0, ge=0, description="How far back a message may refer to what its sender said; 0 for not at all."
    )


class Limits(_Node):
    """How far the appliance may act alone."""

    movement_max: float = Field(500.0, gt=0, description="Largest movement booked alone, in the item's unit.")
    count_tolerance_percent: float = Field(
        5.0, ge=0, description="Largest difference of a count booked alone."
    )
    absurd_quantity: float = Field(1_000_000.0, gt=0, description="Quantities above are refused as mistakes.")
    overrun_percent: float = Field(
        10.0, ge=0, description="Largest production beyond the order booked alone."
    )
    approval_wait_s: Seconds = Field(4 * 3600.0, description="How long an approval may wait.")
    name_wait_s: Seconds = Field(7 * 86_400.0, description="How long a proposed name may wait.")
    choice_wait_s: Seconds = Field(600.0, description="How long a question to the sender may wait.")


Cost = Annotated[int, Field(ge=0, le=1_000_000)]


class PlanWeights(_Node):
    """What each disadvantage of a plan costs; only the ratios matter, 0 is indifferent."""

    late: Cost = Field(1000, description="Cost of a minute by which an order of weight 1 is late.")
    moved: Cost = Field(1000, description="Cost of an operation within near_hours that is moved.")
    setup: Cost = Field(20, description="Cost of a minute of changeover.")
    overtime: Cost = Field(10, description="Cost of a minute worked in overtime.")
    away: Cost = Field(40, description="Cost of an operation outside its order's own facility.")
    balance: Cost = Field(
        2, description="Cost of a minute that a facility's machines work more than another's."
    )
    makespan: Cost = Field(1, description="Cost of a minute until the last operation ends.")


class Planning(_Node):
    """The scheduler."""

    solve_s: Seconds = Field(1.5, description="Time given to one plan.")
    options_s: Seconds = Field(2.0, description="Time given to all plans that are offered side by side.")
    replan: bool = Field(
        default=True, description="Whether a plan is proposed unasked when the published one no longer fits."
    )
    replan_wait_s: Seconds = Field(
        10.0, description="Quiet time after a report before the plan is looked at."
    )
    replan_every_s: Seconds = Field(300.0, description="The plan is looked at this often without a report.")
    replan_minutes: int = Field(
        30, ge=1, description="How far an order may be from the plan before it counts as ahead or behind."
    )
    horizon_days: int = Field(28, ge=1, le=180, description="How far ahead a plan may reach.")
    slot_minutes: int = Field(5, ge=1, le=60, description="Grid of times in a plan.")
    workers: int = Field(2, ge=1, le=64, description="Threads of the solver.")
    frozen_hours: float = Field(4.0, ge=0, le=168, description="What begins within so many hours stays.")
    near_hours: float = Field(
        48.0, ge=0, le=744, description="Moving what begins within so many hours costs."
    )
    rush_factor: int = Field(
        10, ge=1, le=1000, description="An expedited order weighs so many times as much."
    )
    transfer_minutes: int = Field(90, ge=0, le=10_000, description="Way between facilities, by default.")
    changeover_minutes: int = Field(15, ge=0, le=10_000, description="Changeover to a family, by default.")
    weights: PlanWeights = Field(default_factory=PlanWeights, description="What is better in a plan.")


class ConsoleSettings(_Node):
    """The supervisors' console."""

    socket: Path | None = Field(None, description="Unix socket; none means console.sock in data_dir.")
    idle_lock_s: Seconds = Field(180.0, description="Back to read-only after this long without a key.")


class Metrics(_Node):
    """What monitoring reads."""

    listen: str = Field(
        "127.0.0.1:9464",
        pattern=r"^[^\s:]+:\d{1,5}$",
        description="Address of /metrics, /healthz, /readyz; port 0 picks one.",
    )


class Settings(_Node):
    """The whole tree."""

    data_dir: Path = Field(
        Path("/var/lib/chargehand"), description="Everything the service writes lies here."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )
    plant: Plant = Field(default_factory=Plant, description="The plant.")
    store: StoreSettings = Field(default_factory=StoreSettings, description="Records.")
    wecom: Wecom = Field(default_factory=Wecom, description="WeCom.")
    model: Model = Field(default_factory=Model, description="The local model.")
    understanding: Understanding = Field(default_factory=Understanding, description="Thresholds.")
    limits: Limits = Field(default_factory=Limits, description="Freedom to act.")
    planning: Planning = Field(default_factory=Planning, description="The scheduler.")
    console: ConsoleSettings = Field(default_factory=ConsoleSettings, description="The console.")
    metrics: Metrics = Field(default_factory=Metrics, description="Monitoring.")

    @property
    def store_url(self) -> str:
        """The store's address with the default filled in."""
        return self.store.url or f"sqlite:///{self.data_dir / 'chargehand.sqlite'}"

    @property
    def weights_dir(self) -> Path:
        """Where weights are put together, with the default filled in."""
        if self.model.cache_dir is not None:
            return self.model.cache_dir
        return self.data_dir / "models" if self.data_dir.is_dir() else user_cache() / "models"

    @property
    def plant_heads_dir(self) -> Path:
        """Where the heads lie that this plant trained itself."""
        return self.data_dir / "models" / self.model.head

    @property
    def socket_path(self) -> Path:
        """The console's socket with the default filled in."""
        return self.console.socket or self.data_dir / "console.sock"


def load(file: Path | None, environ: Mapping[str, str] = os.environ) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each key where its value came from.

    Raises SettingsWrong with one line per mistake: the file, the key, and what to write instead.
    """
    source = file or (SYSTEM_FILE if SYSTEM_FILE.is_file() else None)
    from_file = _read(source) if source else {}
    sources = {key: str(source) for key in _flat(from_file)}
    from_env = _from_environment(environ)
    sources |= {key: PREFIX + key.upper().replace(".", "__") for key in _flat(from_env)}
    try:
        return Settings.model_validate(_merged(from_file, from_env)), sources
    except ValidationError as fault:
        lines = [_explain(error, sources) for error in fault.errors()]
        raise SettingsWrong("\n".join(lines)) from None


def keys() -> dict[str, Any]:
    """Every key with its field, in the order of the tree."""
    return dict(_fields(Settings, ""))


def defaults_text() -> str:
    """Every setting with its sentence and its default, as a TOML file that changes nothing."""
    lines = ["# Every setting with its default. Copy what you change; the rest may stay away."]
    table = ""
    for key, info in keys().items():
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
    return json.dumps(str(value))


def _fields(node: type[BaseModel], prefix: str) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, info in node.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            rows += _fields(info.annotation, f"{prefix}{name}.")
        else:
            rows.append((prefix + name, info))
    return rows


def _read(file: Path) -> dict[str, Any]:
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
