"""The socket: who gets in, who may write, and that no client can hurt the house."""

import asyncio
import json
import os
import socket
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.inbound.console.server import peer_uid
from app.records.decision import Stage
from app.records.errors import AlreadyRunning, SettingsWrong
from app.records.message import Language
from app.records.socket import REQUEST_MAX_BYTES, StepLine

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def step(number: int) -> StepLine:
    return StepLine(f"D-{number:05d}", "acted", Stage.DONE, NOW)


async def test_socket_and_its_folder_are_the_owners_alone(place: Any) -> None:
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.path.parent.stat().st_mode) == 0o700


async def test_reads_need_no_pin_and_no_hello(place: Any) -> None:
    client = await place.connect()
    reply = await client.ask("status")
    assert reply["ok"]
    assert reply["id"] == 7
    assert reply["result"]["status"]["link"] == "up"
    assert reply["result"]["holder"] == ""


async def test_hello_sets_the_language_and_refuses_another_protocol(place: Any) -> None:
    client = await place.connect()
    assert (await client.ask("hello", version=99, language="en"))["code"] == "version"
    assert (await client.ask("hello", version=1, language="zh-Hans"))["ok"]
    await client.ask("overview")
    assert place.house.languages == ["zh-Hans"]


async def test_transcript_has_the_contracts_fields(place: Any) -> None:
    client = await place.connect()
    row = (await client.ask("transcript", msgid="m1"))["result"]
    fields = "msgid sender chat text intent layer stage reply reply_ms decision_id"
    assert list(row) == fields.split()
    assert (await client.ask("transcript", msgid="m2"))["code"] == "unknown_message"


@pytest.mark.parametrize("verb", ["approve", "refuse", "undo", "teach"])
async def test_writing_needs_the_pin_of_this_connection(place: Any, verb: str) -> None:
    fields = {"decision": "D-00001", "digest": "ab", "reason": "no"}
    client, other = await place.connect(), await place.connect()
    assert (await other.unlock())["ok"]
    assert (await client.ask(verb, **fields))["code"] == "locked"
    assert place.house.writes == []
    assert (await client.unlock())["result"] == {"name": "李偉文"}
    reply = await client.ask(verb, **fields)
    assert (reply["ok"], reply["text"]) == (True, "做好了")
    assert place.house.writes[0][:3] == (verb, "D-00001", "lee.wai-man")
    await client.ask("lock")
    assert (await client.ask(verb, **fields))["code"] == "locked"


@pytest.mark.parametrize("verb", ["publish_plan", "revert_plan"])
async def test_plans_are_published_and_brought_back_behind_the_pin(place: Any, verb: str) -> None:
    client = await place.connect()
    assert (await client.ask(verb, plan="P-1"))["code"] == "locked"
    await client.unlock()
    assert (await client.ask(verb, plan="P-1"))["ok"]
    assert (await client.ask(verb, plan="P" * 41))["code"] == "bad_request"
    assert place.house.writes == [(verb, "P-1", "lee.wai-man")]


async def test_the_plan_before_needs_no_name_and_publishing_does(place: Any) -> None:
    client = await place.connect()
    await client.unlock()
    assert (await client.ask("revert_plan"))["ok"]
    assert (await client.ask("publish_plan", plan=""))["code"] == "bad_request"
    assert place.house.writes == [("revert_plan", "", "lee.wai-man")]


async def test_key_figures_are_read_without_a_pin_in_the_readers_language(place: Any) -> None:
    client = await place.connect()
    await client.ask("hello", version=1, language="zh-Hans")
    assert (await client.ask("figures"))["result"]["sites"] == []
    assert place.house.languages == ["zh-Hans"]


async def test_five_wrong_pins_lock_the_userid_out_on_every_console(place: Any) -> None:
    client, other = await place.connect(), await place.connect()
    for _ in range(4):
        assert (await client.ask("unlock", userid="lee.wai-man", pin="1"))["code"] == "wrong_pin"
    assert (await client.ask("unlock", userid="lee.wai-man", pin="1"))["code"] == "locked_out"
    assert (await other.unlock())["code"] == "locked_out"
    place.tick[0] += 31
    assert (await other.unlock())["ok"]


async def test_the_pause_doubles_and_an_unknown_userid_counts_alike(place: Any) -> None:
    client = await place.connect()
    for userid in ("lee.wai-man", "nobody"):
        for _ in range(4):
            await client.ask("unlock", userid=userid, pin="1")
        waits = []
        for _ in range(3):
            waits.append((await client.ask("unlock", userid=userid, pin="1"))["result"]["wait_s"])
            place.tick[0] += waits[-1] + 0.1
        assert waits == [30, 60, 120]


async def test_a_wrong_pin_takes_the_right_to_write_away(place: Any) -> None:
    client = await place.connect()
    await client.unlock()
    await client.ask("unlock", userid="lee.wai-man", pin="0")
    assert (await client.ask("undo", decision="D-1"))["code"] == "locked"


async def test_idle_locks_and_a_key_keeps_it_open(place: Any) -> None:
    client = await place.connect()
    await client.unlock()
    place.tick[0] += 179
    assert (await client.ask("status"))["result"]["holder_name"] == "李偉文"
    await client.ask("touch")
    place.tick[0] += 179
    assert (await client.ask("undo", decision="D-1"))["ok"]
    place.tick[0] += 90
    await client.ask("status")
    place.tick[0] += 90
    assert (await client.ask("undo", decision="D-1"))["code"] == "locked"
    assert (await client.ask("touch"))["ok"]
    assert (await client.ask("status"))["result"]["holder"] == ""


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"not json\n", "bad_line"),
        (b"[1]\n", "bad_line"),
        (b"[" * 50_000 + b"\n", "bad_line"),
        (b"\xff\xfe\n", "bad_line"),
        (b"\n", "bad_line"),
        (b'{"id":3,"verb":"dance"}\n', "unknown_verb"),
        (b'{"id":3,"verb":"approve","decision":"D-1"}\n', "bad_request"),
        (b'{"id":3,"verb":"refuse","decision":"D-1","reason":""}\n', "bad_request"),
        (b'{"id":3,"verb":"messages","limit":100000}\n', "bad_request"),
        (b'{"id":3,"verb":"unlock","userid":"\\ud800","pin":"1"}\n', "bad_line"),
        (b"x" * (REQUEST_MAX_BYTES * 5) + b"\n", "line_too_long"),
    ],
    ids=[
        "text",
        "list",
        "deep",
        "bytes",
        "empty",
        "verb",
        "missing",
        "no-reason",
        "limit",
        "surrogate",
        "huge",
    ],
)
async def test_what_cannot_be_read_is_named_and_the_connection_kept(
    place: Any, raw: bytes, code: str
) -> None:
    client = await place.connect()
    reply = await client.send(raw)
    assert (reply["ok"], reply["code"]) == (False, code)
    assert reply["text"]
    assert (await client.ask("status"))["ok"]


async def test_a_surprise_in_the_house_is_told_and_ends_nothing(place: Any) -> None:
    place.house.broken = True
    client = await place.connect()
    reply = await client.ask("overview")
    assert reply["code"] == "CH-100"
    assert "surprise" not in reply["text"]
    assert isinstance(place.faults[0], ZeroDivisionError)
    assert (await client.ask("status"))["ok"]


async def test_another_uid_is_turned_away(tmp_path: Path, serve: Any, stranger: Any) -> None:
    if os.getuid() + 4242 == 0:
        pytest.skip("that uid is root")
    async with serve(tmp_path / "c.sock", peer=stranger) as place:
        client = await place.connect()
        assert (await client.hear())["code"] == "not_allowed"
        assert await client.reader.read() == b""
    async with serve(tmp_path / "c.sock", peer=stranger, allowed=(os.getuid() + 4242,)) as place:
        assert (await (await place.connect()).ask("status"))["ok"]


async def test_the_kernel_names_the_peer(place: Any) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert peer_uid(ours) == os.getuid()


async def test_too_many_consoles_are_told_so(tmp_path: Path, serve: Any) -> None:
    async with serve(tmp_path / "c.sock", at_once=1) as place:
        first = await place.connect()
        assert (await first.ask("status"))["ok"]
        assert (await (await place.connect()).hear())["code"] == "too_many"


async def test_a_stale_socket_is_taken_over_and_a_live_one_is_not(tmp_path: Path, serve: Any) -> None:
    path = tmp_path / "c.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with serve(path) as place:
        with pytest.raises(BaseExceptionGroup) as caught:
            async with serve(path):
                pass
        assert caught.group_contains(AlreadyRunning)
        assert (await (await place.connect()).ask("status"))["ok"]
    assert not path.exists()


async def test_a_file_in_the_way_is_left_alone(tmp_path: Path, serve: Any) -> None:
    path = tmp_path / "c.sock"
    path.write_text("mine")
    with pytest.raises(BaseExceptionGroup) as caught:
        async with serve(path):
            pass
    assert caught.group_contains(SettingsWrong)
    assert path.read_text() == "mine"


async def test_two_consoles_hear_every_step(place: Any) -> None:
    clients = [await place.connect(), await place.connect()]
    for client in clients:
        assert (await client.ask("subscribe"))["ok"]
    await asyncio.sleep(0)
    place.feed.publish(step(1))
    for client in clients:
        assert (await client.hear())["decision"] == "D-00001"


async def test_who_did_not_subscribe_hears_nothing(place: Any) -> None:
    client = await place.connect()
    await client.ask("status")
    place.feed.publish(step(1))
    assert (await client.ask("status"))["id"] == 7


async def test_killing_the_client_in_the_middle_of_a_line_changes_nothing(place: Any) -> None:
    client = await place.connect()
    await client.unlock()
    client.writer.write(json.dumps({"id": 1, "verb": "undo", "decision": "D-1"}).encode())
    await client.writer.drain()
    client.writer.transport.abort()
    assert (await (await place.connect()).ask("status"))["ok"]
    assert place.house.writes == []


async def test_a_write_begun_is_brought_to_its_end_when_the_client_dies(place: Any) -> None:
    place.house.gate = asyncio.Event()
    client = await place.connect()
    await client.ask("subscribe")
    await client.unlock()
    client.writer.write(json.dumps({"id": 1, "verb": "undo", "decision": "D-1"}).encode() + b"\n")
    await place.house.begun.wait()
    client.writer.transport.abort()
    for number in range(5):
        place.feed.publish(step(number))
        await asyncio.sleep(0.01)
    place.house.gate.set()
    assert (await (await place.connect()).ask("status"))["ok"]
    assert place.house.writes == [("undo", "D-1", "lee.wai-man")]


async def test_a_reader_that_stops_is_dropped_and_others_go_on(tmp_path: Path, serve: Any) -> None:
    async with serve(tmp_path / "c.sock", write_s=0.05) as place:
        lazy, brisk = await place.connect(), await place.connect()
        lazy.reader._transport.pause_reading()
        for number in range(4000):
            lazy.writer.write(json.dumps({"id": number, "verb": "status"}).encode() + b"\n")
        assert (await brisk.ask("status"))["ok"]
        async with asyncio.timeout(10):
            while place.server._open > 1:  # noqa: ASYNC110 - the server's own count is what is asked
                await asyncio.sleep(0.01)
        assert (await brisk.ask("status"))["ok"]


async def test_a_plan_is_drawn_by_its_id_and_the_published_one_without(place: Any) -> None:
    client = await place.connect()
    await client.ask("hello", version=1, language="zh-Hant")
    assert (await client.ask("chart"))["result"]["rows"] == []
    assert (await client.ask("chart", plan="P-1"))["result"]["name"] == "P-1"
    assert place.house.languages == [Language.HANT, Language.HANT]
    missing = await client.ask("chart", plan="P-9")
    assert (missing["ok"], missing["code"]) == (False, "unknown_plan")
    long = await client.ask("chart", plan="P" * 101)
    assert long["code"] == "bad_request"
