"""The gateway double keeps the protocol's rules against a client that is written by hand."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.doubles.wecom import BOT_ID, SECRET, Enclosed, GatewayDouble, play, serve
from app.doubles.wecom.faults import FAULTS
from app.records.errors import OwnFault
from tests.doubles.gateway_asking import NOTICE, Client, client, push, stream, update


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with GatewayDouble(known=["lee.wai-man"], known_groups=["wrG"]) as double:
        yield double


async def test_credentials_are_checked(gateway: GatewayDouble) -> None:
    async with client(gateway, subscribed=False) as one:
        assert await one.ask("aibot_send_msg", push("lee.wai-man")) == 846609
        assert await one.ask("ping") == 846609
        assert await one.ask("aibot_subscribe", {"bot_id": gateway.bot_id, "secret": "wrong"}) == 853000
        assert await one.ask("aibot_subscribe", {"bot_id": "aibX", "secret": gateway.secret}) == 93019
        assert await one.ask("aibot_subscribe", {"bot_id": gateway.bot_id, "secret": gateway.secret}) == 0
        assert await one.ask("ping") == 0
    assert gateway.seen.refused_subscribes == 2


async def test_a_callback_has_one_legal_answer_command(gateway: GatewayDouble) -> None:
    async with client(gateway) as one:
        msgid = await gateway.say("chan.siu-ming", "hello")
        req_id = (await one.hear())["headers"]["req_id"]
        assert await one.ask("aibot_respond_welcome_msg", {"msgtype": "text"}, req_id) == 846605
        assert (
            await one.ask("aibot_respond_msg", {"msgtype": "text", "text": {"content": "x"}}, req_id) == 40058
        )
        assert await one.ask("aibot_respond_msg", stream("hi"), "never-given") == 846605
        assert await one.ask("aibot_respond_msg", stream("hi"), req_id) == 0
    assert await gateway.wait_for_answer(msgid) == "hi"


async def test_contents_have_their_limits(gateway: GatewayDouble) -> None:
    async with client(gateway) as one:
        msgid = await gateway.say("chan.siu-ming", "hello")
        req_id = (await one.hear())["headers"]["req_id"]
        assert await one.ask("aibot_respond_msg", stream("线" * 6827), req_id) == 40058
        assert await one.ask("aibot_respond_msg", stream("working", finish=False), req_id) == 0
        assert await one.ask("aibot_respond_msg", stream("  "), req_id) == 0
        assert gateway.seen.answer(msgid) is None
        assert "blank" in gateway.seen.breaches[0]
        assert await one.ask("aibot_respond_msg", stream("done"), req_id) == 0
        assert await one.ask("aibot_respond_msg", stream("done"), req_id) == 0
        assert await one.ask("aibot_respond_msg", stream("other"), req_id) == 846608
        assert await one.ask("aibot_send_msg", push("lee.wai-man", " ")) == 93017


async def test_a_bubble_ends_in_its_window(gateway: GatewayDouble) -> None:
    gateway.rules.window_s = -1
    async with client(gateway) as one:
        await gateway.say("chan.siu-ming", "hello")
        req_id = (await one.hear())["headers"]["req_id"]
        assert await one.ask("aibot_respond_msg", stream("working", finish=False), req_id) == 0
        assert await one.ask("aibot_respond_msg", stream("done"), req_id) == 846608


async def test_only_those_who_spoke_can_be_told(gateway: GatewayDouble) -> None:
    async with client(gateway) as one:
        assert await one.ask("aibot_send_msg", push("ng.mei-ling")) == 846607
        assert await one.ask("aibot_send_msg", push("wrG", kind=1)) == 846607
        assert await one.ask("aibot_send_msg", push("wrG", kind=2)) == 0
        assert await one.ask("aibot_send_msg", push("lee.wai-man", kind=0)) == 0
        assert gateway.seen.breaches == ["a push without chat_type"]
        await gateway.say("ng.mei-ling", "hello")
        await one.hear()
        assert await one.ask("aibot_send_msg", push("ng.mei-ling")) == 0


async def test_the_rate_limit(gateway: GatewayDouble) -> None:
    gateway.switch("rate_limit")
    async with client(gateway) as one:
        codes = [await one.ask("aibot_send_msg", push("lee.wai-man")) for _ in range(31)]
        assert codes == [0] * 30 + [45009]
        assert await one.ask("aibot_send_msg", push("wrG", kind=2)) == 0


async def test_the_newest_subscribe_wins_and_old_req_ids_die(gateway: GatewayDouble) -> None:
    async with client(gateway) as old:
        await gateway.say("chan.siu-ming", "hello")
        req_id = (await old.hear())["headers"]["req_id"]
        async with client(gateway) as new:
            assert (await old.hear())["body"]["event"]["eventtype"] == "disconnected_event"
            with pytest.raises(ConnectionClosed):
                await old.hear()
            assert await new.ask("aibot_respond_msg", stream("x"), req_id) == 846605
            assert gateway.connected


async def test_what_is_said_while_nobody_listens_waits_or_is_lost(gateway: GatewayDouble) -> None:
    await gateway.say("chan.siu-ming", "waits")
    gateway.queues = False
    await gateway.say("chan.siu-ming", "is lost")
    async with client(gateway) as one:
        await gateway.say("chan.siu-ming", "now", kind="voice", chat="wrG", quote="before")
        heard = [(await one.hear())["body"] for _ in range(2)]
    assert heard[0]["text"]["content"] == "waits"
    assert heard[1]["voice"]["content"] == "now"
    assert heard[1]["quote"]["text"]["content"] == "before"
    assert heard[1]["chatid"] == "wrG"


async def test_welcome_and_card_are_answered_once_and_rightly(gateway: GatewayDouble) -> None:
    async with client(gateway) as one:
        await gateway.event("chan.siu-ming", "enter_chat")
        entered = await one.hear()
        assert "chattype" not in entered["body"]
        greeting = {"msgtype": "text", "text": {"content": "hello"}}
        req_id = entered["headers"]["req_id"]
        assert await one.ask("aibot_respond_welcome_msg", greeting, req_id) == 0
        assert await one.ask("aibot_respond_welcome_msg", greeting, req_id) == 846605
        await gateway.event("chan.siu-ming", "template_card_event", task_id="D-1", event_key="approve")
        req_id = (await one.hear())["headers"]["req_id"]
        another, same = update(NOTICE | {"task_id": "D-2"}), update(NOTICE | {"task_id": "D-1"})
        assert await one.ask("aibot_respond_update_msg", another, req_id) == 40058
        assert await one.ask("aibot_respond_update_msg", same, req_id) == 0
        assert await one.ask("aibot_respond_update_msg", same, req_id) == 846605


async def test_breaches_are_noted(gateway: GatewayDouble) -> None:
    gateway.switch("slow_ack")
    gateway.slow_s = 0.05
    async with client(gateway) as one:
        await one.ask("ping", {})
        await one.ask("aibot_subscribe", {"bot_id": gateway.bot_id, "secret": gateway.secret})
        await one.tell("aibot_send_msg", push("lee.wai-man"), "same")
        await one.tell("aibot_send_msg", push("lee.wai-man"), "same")
        await one.hear()
        await one.hear()
    assert gateway.seen.breaches == [
        "a ping with a body",
        "subscribe repeated on a live socket",
        "same: a second frame in flight",
    ]


def test_an_unknown_fault_is_refused_with_the_names() -> None:
    with pytest.raises(OwnFault, match="clean_close"):
        GatewayDouble(faults=["clean_clsoe"])


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"unavailable", "no_subscribe_ack"}))
async def test_every_fault_can_be_switched_on_and_the_double_lives(
    gateway: GatewayDouble, fault: str
) -> None:
    gateway.switch(fault)
    gateway.queues, gateway.refused_s = False, 0.01
    async with connect(gateway.url, proxy=None, max_size=None, max_queue=None) as wire:
        await Client(wire).tell("aibot_subscribe", {"bot_id": gateway.bot_id, "secret": gateway.secret})
        await wire.recv()
        for n in range(10):
            await gateway.say("chan.siu-ming", f"{n}")
            if fault == "big_frame":
                break
    gateway.switch(fault, on=False)
    async with client(gateway) as one:
        assert await one.ask("ping") == 0


@dataclass(frozen=True)
class Press:
    decision: str
    key: str


@dataclass(frozen=True)
class Step:
    at_s: float
    sender: str
    chat: str | None = None
    text: str | None = None
    click: Press | None = None
    event: str | None = None
    feedback: int | None = None
    msgid: str | None = None


async def test_a_script_is_played_at_its_times(gateway: GatewayDouble) -> None:
    naps = list[float]()

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    async with client(gateway) as one:
        await gateway.say("lee.wai-man", "first")
        req_id = (await one.hear())["headers"]["req_id"]
        await one.ask("aibot_respond_msg", stream("held as D-00007, please"), req_id)
        lines = [
            Step(0.0, "lee.wai-man", event="enter_chat"),
            Step(1.5, "lee.wai-man", text="two", msgid="given"),
            Step(2.0, "lee.wai-man", click=Press("latest", "approve")),
            Step(2.0, "lee.wai-man", feedback=1),
        ]
        msgids = await play(gateway, lines, sleep=nap)
        heard = [(await one.hear())["body"] for _ in lines]
    assert naps == [1.5, 0.5]
    assert [body["msgid"] for body in heard] == list(msgids)
    assert msgids[1] == "given"
    assert heard[2]["event"]["template_card_event"]["task_id"] == "D-00007"
    assert heard[3]["event"]["feedback_event"] == {"id": "D-00007", "type": 1}


async def test_alone_it_tells_its_address_and_plays_its_lines() -> None:
    told = list[str]()
    listening = asyncio.Event()

    def tell(line: str) -> None:
        told.append(line)
        listening.set()

    async with asyncio.TaskGroup() as group:
        lines = [Step(0.0, "lee.wai-man", text="hello")]
        serving = group.create_task(serve(0, ["garbage"], lines=lines, tell=tell))
        await listening.wait()
        url, secret = told[0].split()[3].rstrip(","), told[0].split()[-1]
        async with connect(url, proxy=None) as wire:
            one = Client(wire)
            assert await one.ask("aibot_subscribe", {"bot_id": "aibDEMO0001", "secret": secret}) == 0
            assert await wire.recv() == "{not json"
            assert (await one.hear())["body"]["text"]["content"] == "hello"
        serving.cancel()


async def test_alone_it_serves_what_was_attached_and_spoils_it_when_told() -> None:
    told = list[str]()
    listening = asyncio.Event()

    def tell(line: str) -> None:
        told.append(line)
        if "media host" in line:
            listening.set()

    async with asyncio.TaskGroup() as group:
        attached = [Enclosed(b"photo", "a.png")]
        serving = group.create_task(serve(0, ["media.expired"], attached=attached, tell=tell))
        await listening.wait()
        async with connect(told[0].split()[3].rstrip(","), proxy=None) as wire:
            one = Client(wire)
            assert await one.ask("aibot_subscribe", {"bot_id": BOT_ID, "secret": SECRET}) == 0
            body = (await one.hear())["body"]
            assert (body["from"]["userid"], body["msgtype"]) == ("dry.run", "image")
            trusted = ssl.create_default_context(cafile=told[1].split()[-1])
            async with httpx.AsyncClient(trust_env=False, verify=trusted) as http:
                assert (await http.get(body["image"]["url"])).status_code == 403
        serving.cancel()
    assert body["image"]["url"].startswith(told[1].split()[4].rstrip(","))
    with pytest.raises(OwnFault, match="no fault 'sunspots'"):
        await serve(0, ["media.sunspots"])
