"""The CONNECT proxy's double tunnels to loopback alone, and counts where it was to go."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidProxyStatus

from app.doubles.proxy import ProxyDouble
from app.doubles.wecom import GatewayDouble
from tests.doubles.gateway_asking import Client


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with GatewayDouble() as double:
        yield double


async def test_a_tunnel_leads_to_where_a_name_is_routed(gateway: GatewayDouble) -> None:
    port = int(gateway.url.rpartition(":")[2])
    async with ProxyDouble({"openws.work.weixin.qq.com": port}) as proxy:
        for url in ("ws://openws.work.weixin.qq.com:443", gateway.url):
            async with connect(url, proxy=proxy.url) as wire:
                assert await Client(wire).ask("ping") == 846609
    assert proxy.asked == {"openws.work.weixin.qq.com:443": 1, f"127.0.0.1:{port}": 1}
    assert proxy.hosts == {"openws.work.weixin.qq.com": 1, "127.0.0.1": 1}
    assert b"Sec-WebSocket-Key" in proxy.sent


async def test_what_is_not_loopback_and_what_is_shut_is_refused(gateway: GatewayDouble) -> None:
    port = gateway.url.rpartition(":")[2]
    async with ProxyDouble() as proxy:
        for url in (f"ws://192.0.2.1:{port}", f"ws://example.invalid:{port}", "ws://127.0.0.1:9"):
            with pytest.raises(InvalidProxyStatus, match="502"):
                await connect(url, proxy=proxy.url)
        async with httpx.AsyncClient(proxy=proxy.url, trust_env=False) as http:
            assert (await http.get("http://127.0.0.1:9/")).status_code == 502
        proxy.refuses = "407 Proxy Authentication Required"
        with pytest.raises(InvalidProxyStatus, match="407"):
            await connect("ws://127.0.0.1:9", proxy=proxy.url)
    assert proxy.hosts["192.0.2.1"] == 1


async def test_leaving_cuts_open_tunnels(gateway: GatewayDouble) -> None:
    async with ProxyDouble() as proxy:
        wire = await connect(gateway.url, proxy=proxy.url)
    async with asyncio.timeout(5):
        await wire.wait_closed()
    assert wire.close_code == 1006
