"""The cloud's client from its settings, with everything it stands on."""

from pathlib import Path
from zoneinfo import ZoneInfo

from app.outbound.cloud.client import CloudClient
from app.outbound.cloud.parts import Parts, Schema, Watching
from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.tokens import TokenCount
from app.outbound.cloud.wire import Wire
from app.ports import Clock, CloudBook, Ledger
from app.settings import Cloud, shipped


def price_file(settings: Cloud) -> Path:
    """Where the prices are read from."""
    return settings.price_file or shipped("config") / "prices.toml"


def build_wire(settings: Cloud, ledger: Ledger, clock: Clock) -> Wire:
    """The wire alone, as a measurement needs it; raises SettingsWrong."""
    return Wire(settings, ledger, clock)


def build_client(
    settings: Cloud,
    zone: ZoneInfo,
    book: CloudBook,
    ledger: Ledger,
    watching: Watching,
    clock: Clock,
    *,
    schema: Schema | None = None,
) -> CloudClient | None:
    """The client, None where nothing outside may be asked; raises SettingsWrong and FileWrong."""
    if not settings.enabled:
        return None
    wire = build_wire(settings, ledger, clock)
    parts = Parts(book, wire, read_prices(price_file(settings)), TokenCount(), watching)
    return CloudClient(settings, zone, parts, clock, schema=schema)
