"""The main job on this machine with nothing else: service, doubles, demo plant, a shift of messages."""

import asyncio
import contextlib
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from app import main
from app.console import run_async as run_console
from app.doubles.cloud import CloudDouble, Kind
from app.doubles.wecom.gateway import GatewayDouble
from app.records.errors import FileWrong
from app.settings import load, shipped, user_cache
from app.verbs.play import Played, Player
from app.verbs.script import Script, parse_script
from app.verbs.service import Line, Service, running
from app.verbs.summary import figures, print_figures, print_transcript, transcript_text

_READY_S = 120.0  # includes the first assembly of the weights

_CONFIG = """\
data_dir = "{data}"
metrics.listen = "127.0.0.1:0"

[plant]
seed_file = "{seed}"

[wecom.bot]
url = "{url}"
id = "{bot}"
secret_file = "{data}/bot.secret"
display_name = "Chargehand"
messages_per_minute = 100000  # a shift is played in seconds
messages_per_hour = 100000

[wecom.flood]
sender_per_minute = 100000
sender_burst = 100000
group_per_minute = 100000
group_burst = 100000
clicks_per_minute = 100000

[model]
enabled = {model}
cache_dir = "{cache}"
"""

_ROUTE = """
[cloud.{kind}]
enabled = true
base_url = "{url}"
key_file = "{key}"
"""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the verb was told.

    `script` None is the shipped shift; `data` is absolute, None for a folder that goes away.
    """

    script: Path | None = None
    out: Path | None = None
    data: Path | None = None
    with_console: bool = False
    model: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """A running service with the doubles of WeCom and, where it may ask them, of models outside."""

    gateway: GatewayDouble
    service: Service
    config: Path
    clouds: tuple[CloudDouble, ...] = ()


async def demo(options: DemoOptions) -> int:
    """Play the script; 0 only if every message got an end and the audit chain verifies."""
    script = read_script(options.script)
    async with _folder(options.data) as data, staged(data, model=options.model, cloud=True) as stage:
        plays = await _show(stage, script, options)
        standing = await _standing(stage.service)
        await stage.service.stop()
        verified = await asyncio.to_thread(main.verify_chain, load(stage.config)[0])
    if options.out is not None:
        options.out.write_text(transcript_text(plays), encoding="utf-8")
    console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 200)
    if plays:
        print_transcript(plays, console)
    else:
        console.print("The console was left before the whole shift had been played.")
    total = figures(plays, standing)
    print_figures(total, verified.sentence, console)
    return 0 if total.without_end == 0 and verified.ok else 1


def read_script(file: Path | None) -> Script:
    """The script's lines; raises FileWrong naming file and line."""
    path = file or shipped("config") / "demo_shift.jsonl"
    try:
        return parse_script(path.read_text(encoding="utf-8"), path.name)
    except OSError as fault:
        raise FileWrong(f"{path}: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise FileWrong(f"{path}: not UTF-8 at byte {fault.start}") from fault


@asynccontextmanager
async def staged(data: Path, *, model: bool, cloud: bool = False) -> AsyncIterator[Stage]:
    """The doubles and the service on them, ready to take messages."""
    async with contextlib.AsyncExitStack() as doubles:
        gateway = await doubles.enter_async_context(GatewayDouble(known=staff()))
        kinds: tuple[Kind, ...] = ("deepseek", "tencent") if cloud else ()
        clouds = tuple([await doubles.enter_async_context(CloudDouble(kind)) for kind in kinds])
        config = write_config(data, gateway, model=model, clouds=clouds)
        service = Service(config, load(config)[0].socket_path, data / "service.log")
        async with running(service):
            await service.ready(model=model, timeout_s=_READY_S)
            yield Stage(gateway, service, config, clouds)


def staff() -> list[str]:
    """The userids of the demo plant; each has written to the bot before."""
    plant = tomllib.loads((shipped("config") / "demo_plant.toml").read_text(encoding="utf-8"))
    return [person["userid"] for person in plant["person"]]


def write_config(
    data: Path, gateway: GatewayDouble, *, model: bool, clouds: tuple[CloudDouble, ...] = ()
) -> Path:
    """A configuration file of the demo plant on the doubles' addresses."""
    data.mkdir(parents=True, exist_ok=True)
    _write_secret(data / "bot.secret", gateway.secret)
    config = data / "config.toml"
    words = {
        "data": data,
        "seed": shipped("config") / "demo_plant.toml",
        "url": gateway.url,
        "bot": gateway.bot_id,
        "model": str(model).lower(),
        "cache": user_cache() / "models",
    }
    text = _CONFIG.format_map(words)
    if clouds:
        text += "\n[cloud]\nenabled = true\n"
    for double in clouds:
        key = data / f"{double.kind}.key"
        _write_secret(key, double.key)
        text += _ROUTE.format(kind=double.kind, url=double.base_url, key=key)
    config.write_text(text, encoding="utf-8")
    return config


def _write_secret(file: Path, secret: str) -> None:
    file.touch(mode=0o600)
    file.write_text(secret, encoding="utf-8")


@asynccontextmanager
async def _folder(data: Path | None) -> AsyncIterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="chargehand-demo-") as folder:
        yield Path(folder)


async def _show(stage: Stage, script: Script, options: DemoOptions) -> list[Played]:
    if options.with_console:
        return await _show_console(stage, script)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Playing the shift", total=len(script.lines))
        player = Player(stage.gateway, stage.service, lambda done, _of: bar.update(task, completed=done))
        return await player.play(script)


async def _show_console(stage: Stage, script: Script) -> list[Played]:
    """The shift plays while the console is open; leaving the console ends the demo."""
    player = Player(stage.gateway, stage.service)
    plays: list[Played] = []
    async with asyncio.TaskGroup() as group:
        playing = group.create_task(player.play(script))
        await run_console(stage.service.socket, None)
        if not playing.done():
            playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        plays = playing.result()
    return plays


async def _standing(service: Service) -> dict[str, Any]:
    """How the service stands after the shift."""
    line = await Line.open(service.socket)
    try:
        status: dict[str, Any] = (await line.ask("status"))["result"]["status"]
    finally:
        await line.close()
    return status
