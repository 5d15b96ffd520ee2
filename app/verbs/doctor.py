"""Every setting with its source, and every port tried; nothing is changed."""

import asyncio
import json
import shutil
import socket
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app import main
from app.outbound.lane.heads import load_recipe
from app.outbound.lane.probe import probe
from app.outbound.lane.weights import locate
from app.outbound.store.plant_file import read_plant
from app.outbound.store.plant_findings import findings, missing_years
from app.records.errors import ChargehandError
from app.settings import Settings, keys, load, shipped
from app.verbs import doctor_relay, doctor_wecom
from app.verbs.doctor_cloud import faults_of_cloud
from app.verbs.doctor_pictures import pictures
from app.verbs.finding import TRY_S, Check, Finding
from app.verbs.service import Line

_LOW_BYTES = 2 * 1024**3


async def doctor(config: Path | None, *, as_json: bool) -> int:
    """Print settings and findings; 0 when every finding is well."""
    settings, sources = load(config)
    findings = [await _tried(name, check, settings) for name, check in CHECKS]
    rows = [_setting(settings, key, sources) for key in keys()]
    if as_json:
        document = {"settings": rows, "findings": [asdict(f) for f in findings]}
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        _print(rows, findings)
    return 0 if all(finding.ok for finding in findings) else 1


def _setting(settings: Settings, key: str, sources: dict[str, str]) -> dict[str, str]:
    value: object = settings
    for part in key.split("."):
        value = getattr(value, part)
    return {"key": key, "value": "" if value is None else str(value), "source": sources.get(key, "built-in")}


def _print(rows: list[dict[str, str]], findings: list[Finding]) -> None:
    width = max(len(row["key"]) for row in rows)
    for row in rows:
        click.echo(f"{row['key']:<{width}}  {row['value'] or '–':<40}  {row['source']}")
    click.echo()
    for number, finding in enumerate(findings, 1):
        click.echo(f"{number}. {'ok   ' if finding.ok else 'WRONG'} {finding.name}: {finding.found}")
        if finding.fix:
            click.echo(f"         do: {finding.fix}")


async def _tried(name: str, check: Check, settings: Settings) -> Finding:
    try:
        return await check(settings)
    except (ChargehandError, OSError) as fault:
        return Finding(name, ok=False, found=str(fault), fix="see the sentence above")


async def _data_dir(settings: Settings) -> Finding:
    place = settings.data_dir
    while not await asyncio.to_thread(place.exists):
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{settings.data_dir}, {free / 1024**3:.1f} GiB free"
    fix = "" if free > _LOW_BYTES else "free some space, or choose another data_dir"
    return Finding("data_dir", ok=not fix, found=found, fix=fix)


async def _store(settings: Settings) -> Finding:
    if not await asyncio.to_thread(main.has_store, settings):
        return Finding("store", ok=True, found="none yet; the service makes it at its first start")
    verified = await asyncio.to_thread(main.verify_chain, settings)
    fix = "" if verified.ok else "keep the file, restore a backup, and find out who changed it"
    return Finding("store", ok=verified.ok, found=f"audit chain {verified.sentence}", fix=fix)


async def _plant(settings: Settings) -> Finding:
    """The plant's description, and the public holidays of the plant that is loaded."""
    found, look = "no description named in plant.seed_file", list[str]()
    if settings.plant.seed_file is not None:
        plant = await asyncio.to_thread(read_plant, settings.plant.seed_file)
        found = f"{settings.plant.seed_file}: {len(plant.machine)} machines, {len(plant.order)} orders"
        look += findings(plant)
    if await asyncio.to_thread(main.has_store, settings):
        look += await asyncio.to_thread(_missing_years, settings)
    return Finding("plant", ok=True, found=found, fix=f"look at: {'; '.join(look)}" if look else "")


def _missing_years(settings: Settings) -> tuple[str, ...]:
    today = datetime.now(ZoneInfo(settings.plant.time_zone)).date()
    with main.reading_store(settings) as store:
        return missing_years(store.calendars(), today)


async def _model(settings: Settings) -> Finding:
    if not settings.model.enabled:
        return Finding("model", ok=True, found="switched off; rules work alone")
    recipe = load_recipe(shipped("models"), settings.model.head)
    with tempfile.TemporaryDirectory(prefix="chargehand-doctor-") as spare:
        there = await asyncio.to_thread(settings.weights_dir.is_dir)
        cache = settings.weights_dir if there else Path(spare)
        weights = await asyncio.to_thread(locate, settings.model, shipped("models"), cache)
        said = await probe(settings.model, weights, recipe)
    return Finding("model", ok=True, found=f"{weights.model_hash}: {said}")


async def _wecom(settings: Settings) -> Finding:
    """Reaches the gateway without subscribing: that would take the bot from a running service."""
    bot = settings.wecom.bot
    if not bot.enabled:
        return Finding("wecom.bot", ok=True, found="switched off")
    if not bot.id or bot.secret_file is None:
        fix = "set wecom.bot.id and wecom.bot.secret_file from the admin console"
        return Finding("wecom.bot", ok=False, found="no bot id or no secret file", fix=fix)
    if not await asyncio.to_thread(bot.secret_file.is_file):
        return Finding(
            "wecom.bot",
            ok=False,
            found=f"{bot.secret_file} is missing",
            fix="put the secret there, mode 0600",
        )
    try:
        async with asyncio.timeout(TRY_S), connect(bot.url, ping_interval=None):
            return Finding("wecom.bot", ok=True, found=f"{bot.url} answers (not subscribed)")
    except (OSError, TimeoutError, WebSocketException) as fault:
        fix = "open the firewall for it, or set HTTPS_PROXY"
        return Finding("wecom.bot", ok=False, found=f"{bot.url}: {fault or type(fault).__name__}", fix=fix)


async def _cloud(settings: Settings) -> Finding:
    faults = await faults_of_cloud(settings)
    if faults:
        return Finding("cloud", ok=False, found=f"{len(faults)} faults", fix="; ".join(faults))
    on = "keys, prices and addresses are well" if settings.cloud.enabled else "switched off"
    return Finding("cloud", ok=True, found=on)


async def _console(settings: Settings) -> Finding:
    try:
        line = await Line.open(settings.socket_path)
    except ChargehandError:
        return Finding("console", ok=True, found=f"no service at {settings.socket_path} now")
    await line.close()
    return Finding("console", ok=True, found=f"a service answers at {settings.socket_path}")


async def _metrics(settings: Settings) -> Finding:
    host, _, port = settings.metrics.listen.rpartition(":")
    with socket.socket() as trial:
        taken = port != "0" and trial.connect_ex((host, int(port))) == 0
    found = (
        f"{settings.metrics.listen} is {'in use, by a running service if there is one' if taken else 'free'}"
    )
    return Finding("metrics", ok=True, found=found)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("data_dir", _data_dir),
    ("store", _store),
    ("plant", _plant),
    ("model", _model),
    ("wecom.bot", _wecom),
    *doctor_wecom.CHECKS,
    *doctor_relay.CHECKS,
    ("pictures", pictures),
    ("cloud", _cloud),
    ("console", _console),
    ("metrics", _metrics),
)
