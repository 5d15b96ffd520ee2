"""The faults of the gateway double, each seen from the client's side of the socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.doubles.wecom import GatewayDouble
from app.doubles.wecom.faults import CODES, FAULTS, JUNK
from app.records.errors import OwnFault
from tests.doubles.gateway_asking import NOTICE, Client, client, push, push_card, stream, update

LEE = "lee.wai-man"
SEND = "aibot_send_msg"


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with GatewayDouble(known=[LEE], known_groups=["wrG"]) as double:
        yield double


@pytest.fixture
async def one(gateway: GatewayDouble) -> AsyncIterator[Client]:
    async with client(gateway) as subscribed:
        yield subscribed


@pytest.mark.parametrize("name", sorted(CODES))
async def test_a_code_refuses_every_command_undone(gateway: GatewayDouble, one: Client, name: str) -> None:
    gateway.switch(name)
    assert await one.ask(SEND, push(LEE)) == CODES[name]
    assert await one.ask("aibot_upload_media_init", {}) == CODES[name]
    assert await one.ask("ping") == (846609 if name == "zombie" else 0)
    assert not gateway.seen.pushes
    assert str(CODES[name]) in FAULTS[name]
    gateway.switch(name, on=False)
    assert await one.ask(SEND, push(LEE)) == 0


async def test_orders_are_obeyed_in_turn(gateway: GatewayDouble, one: Client) -> None:
    gateway.refuse(45009, times=2)
    gateway.refuse(-1, cmd="aibot_respond_msg")
    gateway.refuse(846609, cmd="ping")
    assert await one.ask("ping") == 846609
    assert [await one.ask(SEND, push(LEE)) for _ in range(3)] == [45009, 45009, 0]
    await gateway.say(LEE, "hello")
    req_id = (await one.hear())["headers"]["req_id"]
    assert await one.ask("aibot_respond_msg", stream("x"), req_id) == -1
    assert await one.ask("aibot_respond_msg", stream("x"), req_id) == 0
    gateway.refuse(93006, times=None)
    assert {await one.ask(SEND, push(LEE)) for _ in range(9)} == {93006}
    gateway.relent()
    assert await one.ask(SEND, push(LEE)) == 0


async def test_a_subscribe_is_refused_by_order_or_not_answered(gateway: GatewayDouble) -> None:
    credentials = {"bot_id": gateway.bot_id, "secret": gateway.secret}
    async with client(gateway, subscribed=False) as one:
        gateway.refuse(853000, cmd="aibot_subscribe")
        assert await one.ask("aibot_subscribe", credentials) == 853000
        gateway.switch("refuse_bot")
        assert await one.ask("aibot_subscribe", credentials) == 93019
        gateway.switch("refuse_bot", on=False)
        gateway.switch("no_subscribe_ack")
        await one.tell("aibot_subscribe", credentials)
        assert await one.ask(SEND, push(LEE)) == 846609
        assert not gateway.connected


async def test_an_id_in_another_case_is_no_id(one: Client) -> None:
    assert await one.ask(SEND, push("LEE.WAI-MAN")) == 93006
    assert await one.ask(SEND, push("wrg", kind=2)) == 93006


@pytest.mark.parametrize(("name", "code"), [("clean_close", 1000), ("going_away", 1001), ("abort", 1006)])
async def test_a_connection_ends_as_it_is_named(
    gateway: GatewayDouble, one: Client, name: str, code: int
) -> None:
    await gateway.play(name)
    with pytest.raises(ConnectionClosed):
        await one.hear()
    assert one.wire.close_code == code
    assert not gateway.connected


async def test_a_half_open_connection_says_nothing_more(gateway: GatewayDouble, one: Client) -> None:
    await gateway.play("half_open")
    await one.tell("ping")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(one.wire.recv(), 0.05)
    async with client(gateway) as other:
        await gateway.say(LEE, "hello")
        assert (await other.hear())["body"]["text"]["content"] == "hello"


async def test_a_superseded_socket_may_linger_and_answer_pings_alone(
    gateway: GatewayDouble, one: Client
) -> None:
    await gateway.play("supersede_lingers")
    assert (await one.hear())["body"]["event"]["eventtype"] == "disconnected_event"
    await gateway.say(LEE, "who has it?")
    assert await one.ask("ping") == 0
    assert await one.ask(SEND, push(LEE)) == 846609


async def test_a_superseded_socket_is_closed(gateway: GatewayDouble, one: Client) -> None:
    await gateway.play("supersede")
    assert (await one.hear())["body"]["event"]["eventtype"] == "disconnected_event"
    with pytest.raises(ConnectionClosed):
        await one.hear()


async def test_connections_are_refused_for_a_while(gateway: GatewayDouble, one: Client) -> None:
    await gateway.refuse_connections()
    assert await one.ask("ping") == 0
    with pytest.raises(ConnectionRefusedError):
        await connect(gateway.url, proxy=None)
    await gateway.accept_connections()
    async with client(gateway) as other:
        assert await other.ask("ping") == 0
    await gateway.refuse_connections(0.01)
    async with client(gateway) as other:
        assert await other.ask("ping") == 0


async def test_an_unavailable_gateway_opens_no_websocket(gateway: GatewayDouble) -> None:
    gateway.switch("unavailable")
    with pytest.raises(InvalidStatus, match="503"):
        await connect(gateway.url, proxy=None)


async def test_messages_come_twice_or_out_of_order(gateway: GatewayDouble, one: Client) -> None:
    gateway.switch("reorder")
    for text in ("first", "second", "third"):
        await gateway.say(LEE, text)
    assert [(await one.hear())["body"]["text"]["content"] for _ in range(2)] == ["second", "first"]
    await gateway.release()
    assert (await one.hear())["body"]["text"]["content"] == "third"
    gateway.switch("reorder", on=False)
    gateway.switch("redeliver")
    await gateway.say(LEE, "twice")
    twice = [await one.hear() for _ in range(2)]
    assert twice[0]["body"] == twice[1]["body"]
    assert twice[0]["headers"] != twice[1]["headers"]


async def test_a_message_is_bent_and_says_the_same(gateway: GatewayDouble, one: Client) -> None:
    gateway.switch("raw_controls")
    gateway.switch("as_binary")
    await gateway.say(LEE, "3号线")
    raw = await one.wire.recv()
    assert isinstance(raw, bytes)
    with pytest.raises(json.JSONDecodeError):
        json.loads(raw)
    assert json.loads(raw, strict=False)["body"]["text"]["content"] == "3号线"


@pytest.mark.parametrize("name", JUNK)
async def test_an_odd_frame_comes_before_the_message(gateway: GatewayDouble, name: str) -> None:
    gateway.switch(name)
    async with client(gateway) as one:
        await gateway.say(LEE, "hello")
        odd = await one.wire.recv()
        assert (await one.hear())["body"]["text"]["content"] == "hello"
        if name in {"no_msgid", "from_sys", "nowhere", "unknown_event"}:
            assert json.loads(odd)["body"]["aibotid"] == gateway.bot_id
        gateway.switch(name, on=False)
        await gateway.play(name)
        assert await one.wire.recv() == odd


async def test_only_cuts_and_frames_can_be_played(gateway: GatewayDouble) -> None:
    with pytest.raises(OwnFault, match="'no_ack' cannot be played"):
        await gateway.play("no_ack")


async def test_an_acknowledgement_without_an_errcode(gateway: GatewayDouble, one: Client) -> None:
    gateway.switch("no_errcode")
    await one.tell(SEND, push(LEE), "r")
    assert await one.hear() == {"headers": {"req_id": "r"}}
    assert len(gateway.seen.pushes[LEE]) == 1


async def test_every_frame_of_a_conversation_counts(gateway: GatewayDouble, one: Client) -> None:
    await gateway.say(LEE, "hello")
    req_id = (await one.hear())["headers"]["req_id"]
    await gateway.event(LEE, "enter_chat")
    entered = (await one.hear())["headers"]["req_id"]
    await gateway.click(LEE, "D-00001", "approve")
    clicked = (await one.hear())["headers"]["req_id"]
    gateway.switch("rate_limit")
    for n in range(13):
        assert await one.ask("aibot_respond_msg", stream(f"{n}", finish=False), req_id) == 0
    for n in range(15):
        assert await one.ask(SEND, push_card(LEE, NOTICE | {"task_id": f"T-{n}"})) == 0
    greeting = {"msgtype": "text", "text": {"content": "hello"}}
    assert await one.ask("aibot_respond_welcome_msg", greeting, entered) == 0
    assert await one.ask("aibot_respond_update_msg", update(NOTICE), clicked) == 0
    assert await one.ask("aibot_respond_msg", stream("end"), req_id) == 45009
    assert await one.ask(SEND, push(LEE)) == 45009
    assert await one.ask("aibot_respond_update_msg", update(NOTICE), clicked) == 45009
    assert await one.ask(SEND, push("wrG", kind=2)) == 0
    assert gateway.seen.per_minute_max(LEE) == 33
    assert gateway.seen.per_minute_max("wrG") == gateway.seen.per_hour_max("wrG") == 1
    assert gateway.seen.per_minute_max("nobody") == 0


async def test_frames_are_counted_while_the_limit_is_off(gateway: GatewayDouble, one: Client) -> None:
    now = [0.0]
    gateway.rules.now = lambda: now[0]
    for _ in range(40):
        assert await one.ask(SEND, push(LEE)) == 0
    now[0] = 61.0
    assert await one.ask(SEND, push(LEE)) == 0
    assert (gateway.seen.per_minute_max(LEE), gateway.seen.per_hour_max(LEE)) == (40, 41)


async def test_an_answer_comes_within_a_day_and_a_welcome_within_five_seconds(
    gateway: GatewayDouble, one: Client
) -> None:
    await gateway.say(LEE, "hello")
    said = (await one.hear())["headers"]["req_id"]
    await gateway.event(LEE, "enter_chat")
    entered = (await one.hear())["headers"]["req_id"]
    greeting = {"msgtype": "text", "text": {"content": "hello"}}
    gateway.rules.now = lambda: time.monotonic() + 5.1
    assert await one.ask("aibot_respond_welcome_msg", greeting, entered) == 846605
    gateway.rules.now = lambda: time.monotonic() + 24 * 3600 + 1
    assert await one.ask("aibot_respond_msg", stream("x"), said) == 846605
