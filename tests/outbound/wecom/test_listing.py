"""Every frame that reaches the gateway is listed, once, in order, exactly as it crossed the wire."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from app.doubles.wecom import GatewayDouble
from app.outbound.wecom import frames, say
from app.outbound.wecom.listing import Listing
from app.outbound.wecom.upload_frames import CHUNK, FINISH, INIT
from app.records.answer import utc_now
from app.records.errors import LinkDown, OwnFault
from tests.outbound.wecom.conftest import Noted, Rig

Rigs = Callable[..., Rig]


@dataclass
class Tap:
    """Stands in the wire before the gateway, and keeps what crosses towards it."""

    url: str
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def tapped(gateway: GatewayDouble) -> AsyncIterator[Tap]:
    tap = Tap("")

    async def pump(source: Any, sink: Any, keep: Callable[[bytes], None]) -> None:
        with suppress(ConnectionClosed):
            async for said in source:
                keep(said.encode())
                await sink.send(said)
        await sink.close()

    async def relay(near: ServerConnection) -> None:
        async with connect(gateway.url, ping_interval=None) as far, asyncio.TaskGroup() as group:
            group.create_task(pump(near, far, tap.heard.append))
            group.create_task(pump(far, near, lambda _said: None))

    async with serve(relay, "127.0.0.1", 0, ping_interval=None) as server:
        tap.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield tap


async def test_every_frame_on_the_wire_is_listed_as_it_crossed_it(gateway: GatewayDouble, rig: Rigs) -> None:
    async with tapped(gateway) as tap:
        r = rig(url=tap.url, heartbeat_s=0.05)
        async with r.running(delivery=True):
            await gateway.say("lee.wai-man", "几时好?")
            await r.hears()
            decision = r.decision()
            await r.bubble.open(decision, "…")
            r.answer(decision, "三点 🏭")
            await r.settled()
            r.answer(decision, "also", row=2, stream="", req_id="", reply_to="")
            await r.settled(2)
            await gateway.event("lee.wai-man", "enter_chat")
            await r.hears(2)
            await say.welcome(r.link, r.frames[1]["headers"]["req_id"], "您好", decision="D-00043")
            card = {"card_type": "button_interaction", "task_id": "D-00042", "event_key": "approve"}
            await gateway.event("lee.wai-man", "template_card_event", **card)
            await r.hears(3)
            body = say.update("D-00042", None, "approved", userids=[])
            await r.link.command(frames.UPDATE, r.frames[2]["headers"]["req_id"], body)
            pings = gateway.seen.pings
            await gateway.wait_for(lambda seen: seen.pings > pings)
    entries = r.ledger.entries
    assert [e.sha256 for e in entries] == [hashlib.sha256(frame).hexdigest() for frame in tap.heard]
    assert [e.size_bytes for e in entries] == [len(frame) for frame in tap.heard]
    assert [e.body for e in entries[1:]] == tap.heard[1:]
    assert {(e.destination, e.channel) for e in entries} == {(tap.url.removeprefix("ws://"), "wecom.bot")}
    told = [(e.purpose, e.data_class, e.decision) for e in entries]
    assert [each for each in told if each[0] != "heartbeat"] == [
        ("subscribe", "secret", ""),
        ("bubble", "message", "D-00042"),
        ("answer", "message", "D-00042"),
        ("push", "message", "D-00042"),
        ("welcome", "message", "D-00043"),
        ("card", "message", ""),
    ]
    assert ("heartbeat", "none", "") in told


async def test_the_secret_of_the_bot_is_on_the_wire_and_not_on_the_list(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    async with tapped(gateway) as tap:
        r = rig(url=tap.url)
        async with r.running():
            await r.ready()
    assert gateway.secret.encode() in tap.heard[0]
    assert r.ledger.entries[0].body is None
    assert gateway.secret not in repr(r.ledger.entries)


async def test_what_cannot_be_listed_is_not_written(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()

    def refuses(_entry: object) -> None:
        raise OwnFault("the store is closed")

    async with r.running():
        await r.ready()
        r.ledger.note = refuses  # type: ignore[method-assign]
        with pytest.raises(OwnFault):
            await r.link.command(frames.SEND, "s-1", say.push("lee.wai-man", "x", group=False))
    assert gateway.seen.pushes == {}


async def test_what_is_not_written_is_not_listed(rig: Rigs) -> None:
    r = rig()
    with pytest.raises(LinkDown):
        await r.link.command(frames.SEND, "s-1", {})
    assert r.ledger.entries == []


@pytest.mark.parametrize(
    ("url", "destination"),
    [
        ("wss://openws.work.weixin.qq.com", "openws.work.weixin.qq.com:443"),
        ("wss://Gateway.Example:8443/path?x=1", "gateway.example:8443"),
        ("ws://127.0.0.1", "127.0.0.1:80"),
        ("ws://[::1]:9", "::1:9"),
    ],
)
def test_a_destination_is_a_host_and_a_port(url: str, destination: str) -> None:
    noted = Noted()
    Listing(noted, url, utc_now).note("new_cmd", "{}", "", interim=False)
    (entry,) = noted.entries
    assert (entry.destination, entry.purpose, entry.data_class) == (destination, "new_cmd", "message")


@pytest.mark.parametrize(("cmd", "kept"), [(INIT, True), (CHUNK, False), (FINISH, True)])
def test_a_files_pieces_are_listed_by_hash_alone(cmd: str, kept: bool) -> None:
    ledger = Noted()
    text = frames.write(cmd, "u-1", {"upload_id": "UP1", "base64_data": "cGljdHVyZQ=="})
    Listing(ledger, "wss://openws.work.weixin.qq.com", utc_now).note(cmd, text, "", interim=False)
    [entry] = ledger.entries
    assert (entry.purpose, entry.data_class, entry.size_bytes) == ("upload", "media", len(text))
    assert entry.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert entry.body == (text.encode() if kept else None)
