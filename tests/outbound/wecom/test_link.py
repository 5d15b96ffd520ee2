"""The long connection over a real socket: it survives whatever the gateway does."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.server import ServerConnection, serve

from app.doubles.wecom import GatewayDouble
from app.outbound.wecom import frames
from app.outbound.wecom.link import Link, LinkAlarm, LinkState
from app.records.answer import utc_now
from app.records.errors import LinkDown, OutcomeUnknown, TurnedDown

Rigs = Callable[..., Any]
_PUSH = {"chatid": "lee.wai-man", "chat_type": 1, "msgtype": "markdown", "markdown": {"content": "hello"}}


def _cut(gateway: GatewayDouble, how: str) -> Any:
    match how:
        case "clean 1000":
            return gateway.drop("clean", 1000)
        case "clean 1001":
            return gateway.drop("clean", 1001)
        case _:
            return gateway.drop("abort")


@pytest.mark.parametrize("how", ["clean 1000", "clean 1001", "abort"])
async def test_any_close_is_followed_by_a_new_connection(gateway: GatewayDouble, rig: Rigs, how: str) -> None:
    r = rig()
    async with r.running():
        await r.ready()
        for times in (2, 3):
            await _cut(gateway, how)
            await r.ready(times)
        await gateway.say("lee.wai-man", "still there?")
        await r.hears()
    assert gateway.seen.breaches == []
    assert r.naps.pauses == [1.0, 2.0]


@pytest.mark.parametrize("lasting", ["no_pong", "silent"])
async def test_two_unanswered_pings_end_the_connection(
    gateway: GatewayDouble, rig: Rigs, lasting: str
) -> None:
    r = rig(heartbeat_s=0.05)
    async with r.running():
        await r.ready()
        if lasting == "silent":
            await gateway.drop("silent")
        else:
            gateway.switch("no_pong")
        await r.moved.until(lambda: (LinkState.CONNECTING, gateway.url) in r.states[2:])
        gateway.switch("no_pong", on=False)
        await r.ready(2)
        await gateway.say("lee.wai-man", "x")
        await r.hears()
    assert any("two pings unanswered" in reason for _, reason in r.states)
    assert r.alarms == [LinkAlarm.SILENT]


async def test_a_connection_on_which_nothing_comes_is_left_however_seldom_we_ping(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig(heartbeat_s=30, silence_max_s=0.1)
    async with r.running():
        await r.ready(2)
    assert any("nothing came" in reason for _, reason in r.states)
    assert LinkAlarm.SILENT in r.alarms


async def test_any_frame_shows_that_the_connection_lives(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig(heartbeat_s=0.05, silence_max_s=1.0)
    async with r.running():
        await gateway.wait_for(lambda seen: seen.pings >= 30)
    assert gateway.seen.subscribes == 1
    assert r.alarms == []


async def test_answered_pings_keep_the_connection(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig(heartbeat_s=0.02)
    async with r.running():
        await r.ready()
        await gateway.wait_for(lambda seen: seen.pings >= 6)
        assert (
            r.link._session._wire.ping_interval is None
        )  # the gateway's pongs to those break the connection
    assert gateway.seen.subscribes == 1
    assert gateway.seen.breaches == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("garbage", "not_json"),
        ("array", "not_an_object"),
        ("null_headers", "headers_not_an_object"),
        ("binary", "not_utf8"),
        ("big_frame", "too_big"),
        ("control_bytes", "unknown_cmd"),
    ],
)
async def test_an_odd_frame_is_counted_and_the_connection_kept(
    gateway: GatewayDouble, rig: Rigs, fault: str, reason: str
) -> None:
    r = rig()
    async with r.running():
        await r.ready()
        await gateway.play(fault)
        await gateway.say("lee.wai-man", "after")
        await r.hears()
    assert r.frames[0]["body"]["text"]["content"] == "after"
    assert r.link.dropped == {reason: 1}
    assert gateway.seen.subscribes == 1


async def test_a_frame_beyond_every_limit_costs_the_connection_and_no_more(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig(frame_max_bytes=1000)
    async with r.running():
        await r.ready()
        await gateway.send_raw("x" * 17 * 1024**2)
        await r.ready(2)
        await gateway.say("lee.wai-man", "after")
        await r.hears()
    assert gateway.seen.subscribes == 2


async def test_a_text_as_a_binary_message_is_read(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await r.ready()
        await gateway.send_raw(
            '{"cmd":"aibot_msg_callback","headers":{"req_id":"r-1"},"body":{"t":"\x02線"}}'.encode()
        )
        await r.hears()
    assert r.frames[0]["body"] == {"t": "\x02線"}


async def test_the_same_message_twice_arrives_twice(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("redeliver")
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "once", msgid="m1")
        await r.hears(2)
    assert [frame["body"]["msgid"] for frame in r.frames] == ["m1", "m1"]
    assert r.frames[0]["headers"] != r.frames[1]["headers"]


async def test_refused_credentials_are_tried_five_times_and_parked(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("refuse_subscribe")
    r = rig()
    async with r.running():
        await r.moved.until(lambda: r.count(LinkState.REFUSED) == 1)
        assert gateway.seen.refused_subscribes == 5
        gateway.switch("refuse_subscribe", on=False)
        await r.ready()
    assert r.alarms == [LinkAlarm.REFUSED]
    assert r.naps.pauses[:4] == [1, 2, 4, 8]
    assert r.naps.pauses[4] >= 600


async def test_a_missing_secret_file_is_refused_credentials(rig: Rigs) -> None:
    r = rig()
    r.settings.secret_file.unlink()
    async with r.running():
        await r.moved.until(lambda: r.count(LinkState.REFUSED) == 1)
    assert "secret file" in r.states[-1][1]


async def test_a_missing_authority_file_is_said_and_tried_again(rig: Rigs, tmp_path: Path) -> None:
    r = rig(url="wss://127.0.0.1:9", ca_file=tmp_path / "absent.pem")
    async with r.running():
        await r.naps.until(lambda: len(r.naps.pauses) >= 2)
    assert any("FileNotFoundError" in reason for _, reason in r.states)


async def test_a_gateway_that_is_not_there_is_tried_again(gateway: GatewayDouble, rig: Rigs) -> None:
    await gateway.stop()
    r = rig()
    async with r.running():
        await r.naps.until(lambda: len(r.naps.pauses) >= 20)
    assert r.link.state is not LinkState.READY
    assert set(r.naps.pauses[6:]) == {30}


@pytest.mark.parametrize("lingers", [True, False])
async def test_a_second_client_parks_the_first_which_closes_its_socket(
    gateway: GatewayDouble, rig: Rigs, lingers: bool
) -> None:
    gateway.lingers = lingers
    first, second = rig(), rig()
    first.naps.gate.clear()
    async with first.running():
        await first.ready()
        async with second.running():
            await second.ready()
            await first.moved.until(lambda: first.link.state is LinkState.SUPERSEDED)
            await gateway.say("lee.wai-man", "who has it?")
            await second.hears()
            assert gateway.seen.subscribes == 2
        assert first.naps.pauses == [pytest.approx(132)]
        assert first.alarms == [LinkAlarm.SUPERSEDED]
        first.naps.gate.set()
        await first.ready(2)
    assert first.frames == []


async def test_a_zombie_socket_is_left(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await r.ready()
        gateway.switch("zombie")
        with pytest.raises(LinkDown) as down:
            await r.link.command(frames.SEND, "s-1", _PUSH)
        assert not isinstance(down.value, OutcomeUnknown)
        gateway.switch("zombie", on=False)
        await r.ready(2)


async def test_an_unanswered_subscribe_is_not_waited_for_long(rig: Rigs) -> None:
    heard = list[str]()

    async def mute(wire: ServerConnection) -> None:
        heard.extend([str(frame) async for frame in wire])

    async with serve(mute, "127.0.0.1", 0, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        r = rig(url=f"ws://127.0.0.1:{port}", ack_timeout_s=0.02)
        async with r.running():
            await r.moved.until(lambda: r.link.state is LinkState.AUTH)
            with pytest.raises(LinkDown):
                await r.link.command(frames.SEND, "s-1", _PUSH)
            await r.naps.until(lambda: len(r.naps.pauses) >= 3)
    assert all("aibot_subscribe" in frame for frame in heard)
    assert r.count(LinkState.READY) == 0
    assert any("subscribe unanswered" in reason for _, reason in r.states)


async def test_nothing_can_be_sent_before_ready(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    with pytest.raises(LinkDown):
        await r.link.command(frames.SEND, "s", _PUSH)
    gateway.switch("refuse_subscribe")
    r.naps.gate.clear()
    async with r.running():
        await r.moved.until(lambda: r.link.state is LinkState.BACKOFF)
        with pytest.raises(LinkDown):
            await r.link.post(frames.SEND, "s", _PUSH)
    assert gateway.seen.turned_down == []


async def test_a_command_ends_with_success_refusal_or_doubt(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await r.ready()
        with pytest.raises(TurnedDown) as no:
            await r.link.command(frames.SEND, "s-1", _PUSH)
        assert no.value.errcode == 846607
        await gateway.say("lee.wai-man", "hello")
        before = utc_now()
        ack = await r.link.command(frames.SEND, "s-2", _PUSH)
        assert before <= ack.written_at <= utc_now()
        gateway.switch("no_ack")
        with pytest.raises(OutcomeUnknown):
            await r.link.command(frames.SEND, "s-3", _PUSH)
    assert gateway.seen.breaches == []


async def test_a_connection_lost_before_the_acknowledgement_is_doubt(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    gateway.switch("no_ack")
    r = rig(ack_timeout_s=30)
    async with r.running():
        await r.ready()
        await gateway.say("lee.wai-man", "hello")

        async def send() -> None:
            with pytest.raises(OutcomeUnknown):
                await r.link.command(frames.SEND, "s-1", _PUSH)

        async with asyncio.TaskGroup() as group:
            group.create_task(send())
            await gateway.wait_for_pushes("lee.wai-man")
            await gateway.drop("abort")


async def test_one_frame_is_in_flight_per_req_id_and_many_beside_each_other(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    gateway.switch("slow_ack")
    gateway.slow_s = 0.05
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "hello")
        await r.hears()
        req_id = r.frames[0]["headers"]["req_id"]
        async with asyncio.TaskGroup() as group:
            for n in range(4):
                stream = {"id": "s", "finish": False, "content": f"{n}"}
                body = {"msgtype": "stream", "stream": stream}
                group.create_task(r.link.command(frames.RESPOND, req_id, body))
            for n in range(20):
                group.create_task(r.link.command(frames.SEND, f"p{n}", _PUSH))
    assert gateway.seen.breaches == []
    assert [shown.content for shown in gateway.seen.bubbles["m-000001"][0].frames] == ["0", "1", "2", "3"]
    assert len(gateway.seen.pushes["lee.wai-man"]) == 20


async def test_a_late_acknowledgement_is_not_the_next_frames(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("late_ack")
    gateway.late_s = 0.4
    r = rig(ack_timeout_s=0.3)
    async with r.running():
        await gateway.say("lee.wai-man", "hello")
        await r.hears()
        req_id = r.frames[0]["headers"]["req_id"]
        good = {"msgtype": "stream", "stream": {"id": "s", "finish": False, "content": "x"}}
        with pytest.raises(OutcomeUnknown):
            await r.link.command(frames.RESPOND, req_id, good)
        gateway.switch("late_ack", on=False)
        bad = {"msgtype": "text", "text": {"content": "not allowed here"}}
        with pytest.raises(TurnedDown) as no:
            await r.link.command(frames.RESPOND, req_id, bad)
        assert no.value.errcode == 40058


async def test_req_ids_die_with_their_connection(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "hello")
        await r.hears()
        req_id = r.frames[0]["headers"]["req_id"]
        assert r.link.is_live(req_id)
        await gateway.drop("abort")
        await r.ready(2)
        assert not r.link.is_live(req_id)
        stream = {"id": "s", "finish": True, "content": "x"}
        with pytest.raises(TurnedDown) as no:
            await r.link.command(frames.RESPOND, req_id, {"msgtype": "stream", "stream": stream})
        assert no.value.errcode == 846605


async def test_a_connection_that_is_ending_can_answer_nothing(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "hello")
        await r.hears()
        req_id = r.frames[0]["headers"]["req_id"]
        r.link._session._note(LinkState.BACKOFF, "about to be closed")
        assert not r.link.is_live(req_id)
        with pytest.raises(LinkDown) as down:
            await r.link.command(frames.SEND, "s-1", _PUSH)
        assert not isinstance(down.value, OutcomeUnknown)
    assert gateway.seen.pushes == {}


async def test_a_peer_that_reads_nothing_cannot_hold_a_write(rig: Rigs) -> None:
    """The gateway shakes hands and subscribes, then stops reading: the write is bounded in time."""

    async def deaf(wire: ServerConnection) -> None:
        subscribe = frames.read(str(await wire.recv()).encode(), 10_000)
        assert isinstance(subscribe, frames.Frame)
        await wire.send(f'{{"headers":{{"req_id":"{subscribe.req_id}"}},"errcode":0}}')
        wire.transport.pause_reading()
        await wire.wait_closed()

    async with serve(deaf, "127.0.0.1", 0, ping_interval=None, close_timeout=0.1) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        r = rig(url=f"ws://127.0.0.1:{port}", ack_timeout_s=0.2)
        async with r.running():
            await r.ready()
            r.naps.gate.clear()
            big = {"markdown": {"content": "x" * 30_000_000}}
            with pytest.raises(OutcomeUnknown):
                await r.link.command(frames.SEND, "s-1", big)
            await r.moved.until(lambda: r.link.state is LinkState.BACKOFF)


async def test_what_was_read_is_handed_over_although_the_connection_ended(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig()
    tried, kept = set[str](), list[str]()

    async def keep(frame: dict[str, Any], _raw: str, _at: object) -> None:
        msgid = frame["body"]["msgid"]
        if msgid not in tried:
            tried.add(msgid)
            r.arrived.notice()
            await asyncio.Event().wait()
        kept.append(msgid)

    link = Link(r.settings, keep, clock=utc_now, ledger=r.ledger, sleep=r.naps)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(link.run())
        sent = [await gateway.say("lee.wai-man", f"{n}") for n in range(3)]
        await r.arrived.until(lambda: tried == set(sent))
        await gateway.drop("abort")
        await gateway.wait_for_subscribes(2)
        assert kept == []
        running.cancel()
    assert kept == sent


async def test_stopping_twice_and_running_again(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    for times in (1, 2):
        async with asyncio.TaskGroup() as group:
            running = group.create_task(r.link.run())
            await r.ready(times)
            running.cancel()
            await asyncio.sleep(0)
            running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    await gateway.stop()
    await gateway.stop()
    assert gateway.seen.subscribes == 2


async def test_neither_the_secret_nor_any_words_are_logged(
    gateway: GatewayDouble, rig: Rigs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.switch("garbage")
    r = rig(heartbeat_s=0.02)
    with capture_logs() as said:
        async with r.running():
            await r.ready()
            await gateway.send_raw('{"cmd":"note","headers":{},"body":"the words"}')
            await gateway.say("lee.wai-man", "the words")
            await r.hears()
    client = [record.getMessage() for record in caplog.records if "server" not in record.name]
    everything = f"{said} {client} {r.states}"
    assert said
    assert gateway.secret not in everything
    assert "the words" not in everything
    assert "not json" not in everything
