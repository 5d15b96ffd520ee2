"""The models outside, for IT: what they cost and would have cost, how they stand, what a server can do."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from app import main
from app.outbound.cloud.building import build_wire, price_file
from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.prices import Price, Prices
from app.outbound.cloud.probing import measure
from app.outbound.cloud.routes import key_of, target_of
from app.outbound.cloud.shadow import METHOD, Shadow, shadow
from app.outbound.store import SqlStore
from app.records.answer import utc_now
from app.records.cloud import MICRO, PROVIDERS, Capability, CostLine, Provider
from app.records.errors import OwnFault
from app.settings import Settings
from app.verbs.since import since_of

_WIDE = 200


def prices(settings: Settings, *, as_json: bool) -> int:
    """Print what every known model costs now; 1 where a model that is set has no valid price."""
    file, now = price_file(settings.cloud), utc_now()
    known = read_prices(file)
    rows = [_price_row(each, now) for each in known.entries]
    missing = [p for p in ("deepseek", "tencent") if _lacks_price(settings, known, p, now)]
    if as_json:
        click.echo(_json({"file": str(file), "at": now.isoformat(), "prices": rows, "missing": missing}))
    else:
        names = ("provider", "model", "hit", "miss", "output", "window", "until", "read", "source")
        _print(names, [[str(row[name]) for name in names] for row in rows])
        click.echo("Yuan for a million tokens, now.")
    for provider in missing:
        model = getattr(settings.cloud, provider).model
        click.echo(f"{model} has no price that is valid now: nothing is asked of it; see {file}", err=True)
    return 1 if missing else 0


def _lacks_price(settings: Settings, known: Prices, provider: Provider, now: datetime) -> bool:
    route = getattr(settings.cloud, provider)
    return bool(route.enabled) and known.valid(provider, route.model, now) is None


def _price_row(price: Price, now: datetime) -> dict[str, Any]:
    valid = price.valid_from <= now < price.valid_until
    window = "not valid" if not valid else "peak" if price.peak and price.peak.holds(now) else "usual"
    rates = price.at(now)
    told = {name: f"{getattr(rates, name):f}" for name in ("hit", "miss", "output")}
    until = price.valid_until.strftime("%Y-%m-%d")
    named = {"provider": price.provider, "model": price.model, **told, "window": window, "until": until}
    return {**named, "read": price.read.isoformat(), "source": price.source}


def costs(settings: Settings, *, since: str, by: str, as_json: bool) -> int:
    """Print what calls cost since a time, "" is today, and what all messages would have cost outside."""
    start = since_of(since, ZoneInfo(settings.plant.time_zone), _plant_day(settings))
    with main.reading_store(settings) as store:
        lines, shade = asyncio.run(_costs(settings, store, start, by))
    total_micro = sum(line.cost_micro for line in lines)
    if as_json:
        document = {
            "since": start.isoformat(),
            "by": by,
            "lines": [asdict(line) for line in lines],
            "total_micro": total_micro,
            "shadow": None if shade is None else asdict(shade) | {"method": METHOD},
        }
        click.echo(_json(document))
        return 0
    rows = [_cost_row(line) for line in lines]
    _print((by, "calls", "hit", "miss", "output", "reasoning", "yuan"), rows)
    click.echo(f"In all ¥{total_micro / MICRO:.4f}.")
    if shade is not None:
        click.echo(f"With all {shade.messages} messages outside: ¥{shade.cost_micro / MICRO:.4f} ({METHOD}).")
    return 0


async def _costs(
    settings: Settings, store: SqlStore, since: datetime, by: str
) -> tuple[tuple[CostLine, ...], Shadow | None]:
    lines = await store.cloud.spent(since, by)
    said = await store.lengths_since(since)
    first: Provider = settings.cloud.first_for_chinese
    if first == "lan":
        return lines, None
    model = getattr(settings.cloud, first).model
    return lines, shadow(said, read_prices(price_file(settings.cloud)), first, model)


def _cost_row(line: CostLine) -> list[str]:
    usage = line.usage
    counts = (line.calls, usage.hit, usage.miss, usage.output, usage.reasoning)
    return [line.of, *map(str, counts), f"{line.cost_micro / MICRO:.4f}"]


def status(settings: Settings, *, as_json: bool) -> int:
    """Print how each provider stands, and what is left of each cap.

    Of a provider: on or off, key, circuit, and what a server was measured to do.
    """
    with main.reading_store(settings) as store:
        rows, caps = asyncio.run(_status(settings, store))
    if as_json:
        cloud = settings.cloud
        click.echo(_json({"enabled": cloud.enabled, "share": cloud.share, "routes": rows, "caps": caps}))
        return 0
    if not settings.cloud.enabled:
        click.echo("Nothing outside is asked: cloud.enabled is false.")
    names = ("provider", "enabled", "model", "key", "circuit", "schema", "address")
    _print(names, [[str(row[name]) for name in names] for row in rows])
    for cap in caps:
        click.echo(f"{cap['cap']}: ¥{cap['spent_cny']:.4f} of ¥{cap['cny']:g}, ¥{cap['left_cny']:.4f} left")
    return 0


async def _status(settings: Settings, store: SqlStore) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    return await _routes(settings, store), await _caps(settings, store)


async def _caps(settings: Settings, store: SqlStore) -> list[dict[str, Any]]:
    """What is spent of each cap and set aside for calls under way; of people the one who spent most."""
    cloud, day = settings.cloud, _plant_day(settings)
    today = [line.cost_micro for line in await store.cloud.spent(day, "person")]
    month = [line.cost_micro for line in await store.cloud.spent(day.replace(day=1), "person")]
    return [
        _cap("day", cloud.day_cny, sum(today)),
        _cap("month", cloud.month_cny, sum(month)),
        _cap("person with the most today", cloud.person_day_cny, max(today, default=0)),
    ]


def _cap(name: str, most_cny: float, spent_micro: int) -> dict[str, Any]:
    spent_cny = spent_micro / MICRO
    return {"cap": name, "cny": most_cny, "spent_cny": spent_cny, "left_cny": max(0.0, most_cny - spent_cny)}


async def _routes(settings: Settings, store: SqlStore) -> list[dict[str, Any]]:
    breakers, rows = await store.cloud.breakers(), []
    for provider in PROVIDERS:
        route = getattr(settings.cloud, provider)
        mine = [each for each in breakers if (each.provider, each.model) == (provider, route.model)]
        circuit = ", ".join(f"open ({b.reason}), probe {b.probe_at:%H:%M:%S}Z" for b in mine) or "closed"
        found = await store.cloud.capability(route.base_url, route.model)
        schema = f"{found.form}, {found.measured_at:%Y-%m-%d}" if found else "not measured"
        key = "none set" if route.key_file is None else (
            "readable" if key_of(settings.cloud, provider) else "NOT READABLE"
        )  # fmt: skip
        rows.append({"provider": provider, "enabled": route.enabled, "model": route.model, "key": key,
                     "circuit": circuit, "schema": schema, "address": route.base_url})  # fmt: skip
    return rows


def probe(settings: Settings, provider: Provider, *, as_json: bool) -> int:
    """Measure whether a server holds its answers to a schema, and keep the result for the service."""
    with main.reading_store(settings) as store:
        found = asyncio.run(_probe(settings, store, provider))
    if as_json:
        click.echo(_json(asdict(found)))
    else:
        held = found.form != "none"
        click.echo(
            f"{provider} ({found.model}, {found.build or 'build unknown'}): "
            + (f"holds to a schema sent as {found.form}." if held else "does not hold to a schema.")
        )
    return 0


async def _probe(settings: Settings, store: SqlStore, provider: Provider) -> Capability:
    target = target_of(settings.cloud, provider)
    if target is None:
        raise OwnFault(f"the key of {provider} cannot be read; set cloud.{provider}.key_file")
    wire = build_wire(settings.cloud, store.ledger, utc_now)
    try:
        found = await measure(wire, target, utc_now())
    finally:
        await wire.close()
    await store.cloud.set_capability(found)
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _print(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def _plant_day(settings: Settings) -> datetime:
    """When the plant's day began."""
    there = utc_now().astimezone(ZoneInfo(settings.plant.time_zone))
    return there.replace(hour=0, minute=0, second=0, microsecond=0)
