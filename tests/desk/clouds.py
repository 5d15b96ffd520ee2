"""The desk with the real client of the cloud before two doubles of providers, on the real store."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from app.doubles.cloud import CloudDouble
from app.outbound.cloud.client import CloudClient
from app.outbound.cloud.parts import Parts
from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.tokens import TokenCount
from app.outbound.cloud.wire import Wire
from app.records.answer import utc_now
from app.settings import Cloud, Planning, shipped

ZONE = ZoneInfo("Asia/Hong_Kong")
PRICES = read_prices(shipped("config") / "prices.toml")
TOKENS = TokenCount()
UNREADABLE = "重新排生產，SO-1042同SO-1045唔好撞埋一齊，急單SO-1048先做，除非B廠得閒"
"""Chinese words, so that Tencent is asked first; no grammar of ours reads them."""

CLOCKS = {"deadline_s": 10.0, "connect_s": 2.0, "idle_s": 1.5, "progress_s": 2.0, "answer_max_bytes": 300_000}
"""Long enough for a busy machine, short enough for faults that are silence."""


@dataclass
class Clouds:
    """A desk, the doubles it may ask, and the client between them."""

    here: Any
    tencent: CloudDouble
    deepseek: CloudDouble
    client: CloudClient


def settings_of(folder, *doubles: CloudDouble, **more) -> Cloud:
    """Both doubles as routes, with short clocks and nothing remembered."""
    routes: dict[str, Any] = {}
    for double in doubles:
        key = folder / f"{double.kind}.key"
        key.write_text(double.key)
        routes[double.kind] = {"enabled": True, "base_url": double.base_url, "key_file": key}
    routes["tencent"]["model"] = "hy4"
    return Cloud.model_validate({"enabled": True, "gather_s": 0, "cache_s": 0, **CLOCKS, **routes, **more})


@asynccontextmanager
async def opened(plant, folder, tencent: CloudDouble, deepseek: CloudDouble, **more):
    """A running desk whose complex wishes go to the doubles."""
    settings, made = settings_of(folder, tencent, deepseek, **more), []

    def client_on(store) -> CloudClient:
        wire = Wire(settings, store.ledger, utc_now)
        parts = Parts(store.cloud, wire, PRICES, TOKENS)
        made.append((CloudClient(settings, ZONE, parts, utc_now, pause=no_pause), wire))
        return made[0][0]

    quick = Planning(options_s=0.05, replan=False)
    async with plant(consulting=settings, planning=quick, cloud=client_on) as here:
        [(client, wire)] = made
        await client.load()
        try:
            yield Clouds(here, tencent, deepseek, client)
        finally:
            await wire.close()


async def no_pause(_seconds: float) -> None:
    """Retries do not wait here."""
