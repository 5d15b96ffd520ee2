"""What is tried of the models outside: the key, the price, and whether their address can be reached."""

import asyncio
import stat
from datetime import timedelta
from urllib.parse import urlsplit

from app.outbound.cloud.building import price_file
from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.routes import key_of, route_of
from app.records.answer import utc_now
from app.records.cloud import PROVIDERS, Provider
from app.settings import Settings

_TRY_S = 5.0
_SOON = timedelta(days=30)


async def faults_of_cloud(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the routes that are switched on, each with what to do; nothing is asked of them.

    Raises FileWrong where the price file cannot be read.
    """
    if not settings.cloud.enabled:
        return ()
    on = [provider for provider in PROVIDERS if route_of(settings.cloud, provider).enabled]
    if not on:
        return ("cloud.enabled is true and no provider is: switch one on",)
    prices = await asyncio.to_thread(_prices, settings, on)
    keys = await asyncio.to_thread(lambda: [fault for each in on if (fault := _key(settings, each))])
    reach = [fault for each in on if (fault := await _reach(settings, each))]
    return (*prices, *keys, *reach)


def _prices(settings: Settings, on: list[Provider]) -> list[str]:
    file, now, found = price_file(settings.cloud), utc_now(), []
    known = read_prices(file)
    for provider in (each for each in on if each != "lan"):
        model = route_of(settings.cloud, provider).model
        price = known.valid(provider, model, now)
        if price is None:
            found.append(f"{model} has no valid price: nothing is asked of it; bring {file} up to date")
        elif price.valid_until - now < _SOON:
            found.append(
                f"the price of {model} ends on {price.valid_until:%Y-%m-%d}; bring {file} up to date"
            )
    return found


def _key(settings: Settings, provider: Provider) -> str:
    if key_of(settings.cloud, provider) is None:
        return f"the key of {provider} cannot be read: set cloud.{provider}.key_file, mode 0600"
    file = route_of(settings.cloud, provider).key_file
    open_to_others = file is not None and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    return f"{file} can be read by others: chmod 600" if open_to_others else ""


async def _reach(settings: Settings, provider: Provider) -> str:
    """Only a connection; behind a proxy nothing is tried."""
    if settings.cloud.proxy is not None:
        return ""
    address = urlsplit(route_of(settings.cloud, provider).base_url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_TRY_S):
            _, writer = await asyncio.open_connection(address.hostname, port)
    except (OSError, TimeoutError):
        return f"{address.hostname}:{port} cannot be reached: open the firewall for it, or set cloud.proxy"
    writer.close()
    return ""
