"""One attempt over real sockets: what leaves, and what every way to fail is called."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.outbound.cloud.attempt import AttemptFailed, Raw, Target, Turn
from app.outbound.cloud.wire import Wire
from app.records.cloud import FaultClass, Usage
from app.records.errors import SettingsWrong, StoreFull
from app.settings.cloud import Cloud
from tests.outbound.cloud.loopback import (
    HERE,
    KEY,
    PLAIN,
    STREAM,
    USAGE,
    Loopback,
    SeenLedger,
    document,
    event,
    status,
    whole,
)

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
SECRET_WORDS = "工单 WO-77 please"
TURNS = (Turn("system", "rules, json"), Turn("user", SECRET_WORDS + " \ud83d"))
DONE = b"data: [DONE]\n\n"
SCHEMA = {"type": "object"}


@pytest.fixture(autouse=True)
def _no_proxy_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback().up() as loopback:
        yield loopback


@pytest.fixture
def ledger() -> SeenLedger:
    return SeenLedger()


async def ask(
    ledger: SeenLedger, target: Target, deadline_s: float = 20.0, schema: Any = None, **settings: Any
) -> Raw:
    wire = Wire(Cloud(**({"idle_s": 10.0, "progress_s": 10.0} | settings)), ledger, lambda: NOW)
    try:
        return await wire.ask_once(
            target,
            TURNS,
            deadline_s=deadline_s,
            data_class="schedule+words",
            decision="D-1",
            schema=schema,
        )
    finally:
        await wire.close()


async def fails(ledger: SeenLedger, target: Target, **more: Any) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as caught:
        await ask(ledger, target, **more)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(target)
    assert KEY not in shown
    assert "WO-77" not in str(caught.value)
    return caught.value


def seen(fault: AttemptFailed) -> tuple[FaultClass, str, bool]:
    return fault.fault, fault.fault_id, fault.sent


async def test_a_stream_is_put_together(server: Loopback, ledger: SeenLedger) -> None:
    raw = await ask(ledger, server.target())
    assert (raw.text, raw.model, raw.fingerprint) == ('{"fine":1}', "flash-1017", "fp_1")
    assert raw.usage == Usage(hit=60, miss=40, output=30, reasoning=10)


async def test_a_plain_document_is_read_between_blank_lines(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.says(PLAIN + b"\n\n\n", b"\r\n  ", document() + b"\n")
    raw = await ask(ledger, server.target())
    assert (raw.text, raw.model, raw.fingerprint) == ('{"fine":1}', "local-7b", "")


async def test_the_ledger_has_the_body_before_the_server_does(server: Loopback, ledger: SeenLedger) -> None:
    ledger.free.clear()
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask(ledger, server.target()))
        await ledger.asked.wait()
        await server.got_head.wait()
        assert server.bodies == []
        ledger.free.set()
        await asking
    (entry,) = ledger.entries
    assert [entry.body] == server.bodies
    assert (entry.destination, entry.channel) == (f"127.0.0.1:{server.port}", "cloud.deepseek")
    assert (entry.purpose, entry.data_class, entry.decision) == ("consult", "schedule+words", "D-1")
    assert entry.at == NOW


async def test_nothing_leaves_when_the_ledger_cannot_keep_it(server: Loopback, ledger: SeenLedger) -> None:
    ledger.fault = StoreFull()
    with pytest.raises(StoreFull):
        await ask(ledger, server.target())
    await server.left.wait()
    assert server.bodies == []


async def test_the_key_is_in_one_header_and_nothing_packed_is_wanted(
    server: Loopback, ledger: SeenLedger
) -> None:
    await ask(ledger, server.target())
    (head,) = server.heads
    assert head.startswith("POST /v1/chat/completions HTTP/1.1\r\n")
    assert head.count(KEY) == 1
    assert f"\r\nAuthorization: Bearer {KEY}\r\n" in head
    assert "\r\nAccept-Encoding: identity\r\n" in head
    assert KEY.encode() not in server.bodies[0]


@pytest.mark.parametrize("key", ["sk-\nx", "钥匙"])
async def test_a_key_that_is_none_is_not_sent(server: Loopback, ledger: SeenLedger, key: str) -> None:
    fault = await fails(ledger, server.target(key=key))
    assert seen(fault) == ("account", "F-14", False)
    assert server.heads == []


async def test_without_a_key_no_header_is_sent(server: Loopback, ledger: SeenLedger) -> None:
    await ask(ledger, server.target(provider="lan", key=""))
    assert "authorization" not in server.heads[0].lower()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"thinking": "off"}, {"thinking": {"type": "disabled"}, "temperature": 0}),
        ({"thinking": "low"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ({"thinking": "high"}, {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ({"provider": "tencent"}, {}),
        ({"provider": "lan"}, {}),
        (
            {"provider": "lan", "schema_form": "json_schema"},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
                }
            },
        ),
        (
            {"provider": "lan", "schema_form": "schema"},
            {"response_format": {"type": "json_object", "schema": SCHEMA}},
        ),
    ],
)
async def test_each_provider_gets_its_form(
    server: Loopback, ledger: SeenLedger, more: dict[str, Any], told: dict[str, Any]
) -> None:
    await ask(ledger, server.target(tokens_max=77, **more), schema=SCHEMA)
    assert json.loads(server.bodies[0]) == {
        "model": "flash",
        "messages": [
            {"role": "system", "content": "rules, json"},
            {"role": "user", "content": SECRET_WORDS + " ?"},
        ],
        "response_format": {"type": "json_object"},
        "max_tokens": 77,
        "stream": True,
        "stream_options": {"include_usage": True},
        **told,
    }
    assert SECRET_WORDS.encode() in server.bodies[0]


CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
ERROR = b'{"error":{"code":"500","message":"' + SECRET_WORDS.encode() + KEY.encode() + b'"}}'
THOUGHT = event().replace(b'"content": null', b'"reasoning_content": "hm"')
GZIP = "Content-Encoding: gzip"
BROKEN: list[tuple[str, FaultClass, bytes]] = [
    ("F-02", "transient", PLAIN + b"\n" * 50),
    ("F-02", "transient", STREAM),
    ("F-09", "transient", b""),
    ("F-09", "transient", CHUNKED + b"40\r\n" + event("x")),
    ("F-09", "transient", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
    ("F-10", "transient", PLAIN + document()[:-9]),
    ("F-11", "transient", STREAM + event('{"a":1}', finish="stop")),
    ("F-11", "transient", STREAM + event('{"a":1}') + DONE),
    ("F-12", "transient", PLAIN + ERROR),
    ("F-13", "transient", STREAM + event("{") + b"data: " + ERROR + b"\n\n" + DONE),
    ("F-14", "account", status("401 Unauthorized", ERROR)),
    ("F-14", "account", status("403 Forbidden", ERROR)),
    ("F-15", "account", status("402 Payment Required", ERROR)),
    ("F-16", "throttle", status("429 Too Many Requests", ERROR)),
    ("F-17", "throttle", status("429 Too Many Requests", b"the rpm limit")),
    ("F-18", "policy", status("451 Unavailable", ERROR)),
    ("F-18", "policy", STREAM + event("{", finish="content_filter") + DONE),
    ("F-19", "transient", status("503 Service Unavailable", ERROR)),
    ("F-20", "transient", STREAM + event('{"a":')),
    ("F-22", "transient", STREAM + event("{") + b'data: {"choices": [\n\n' + DONE),
    ("F-22", "transient", STREAM + b"data: \xff\xfe\n\n"),
    ("F-23", "content", status("200 OK", b"\x1f\x8b", GZIP)),
    ("F-25", "account", status("200 OK", b"<html>", "Content-Type: text/html")),
    ("F-25", "account", status("200 OK", b"<!doctype html>")),
    ("F-25", "account", status("407 Proxy Authentication Required", ERROR)),
    ("F-26", "account", status("302 Found", b"", "Location: /v1/login")),
    ("F-28", "account", status("401 Unauthorized", ERROR, "Date: Fri, 27 Nov 2026 02:06:00 GMT")),
    ("F-32", "account", status("404 Not Found", ERROR)),
    ("F-32", "account", status("400 Bad Request", b'{"error":{"message":"Model Not Exist"}}')),
    ("F-400", "content", status("422 Unprocessable Entity", ERROR)),
    ("F-40", "content", STREAM + event("   ", finish="stop") + DONE),
    ("F-41", "content", STREAM + THOUGHT + event(finish="stop") + DONE),
    ("F-42", "content", STREAM + event('{"a":', finish="length") + DONE),
    ("F-43", "transient", STREAM + event("{", finish="insufficient_system_resource") + DONE),
    ("F-43", "transient", STREAM + event("{", finish="aborted") + DONE),
]


@pytest.mark.parametrize(
    ("fault_id", "fault", "answer"), BROKEN, ids=[f"{each[0]}-{at}" for at, each in enumerate(BROKEN)]
)
async def test_an_answer_that_cannot_be_used_has_a_name(
    server: Loopback, ledger: SeenLedger, fault_id: str, fault: FaultClass, answer: bytes
) -> None:
    server.script = server.says(answer)
    assert seen(await fails(ledger, server.target())) == (fault, fault_id, True)
    assert len(server.heads) == 1


async def test_only_signs_of_life_until_the_deadline(server: Loopback, ledger: SeenLedger) -> None:
    for first, drop in ((PLAIN, b"\n"), (STREAM, b": keep-alive\n\n")):
        server.script = server.drips(first, drop)
        fault = await fails(ledger, server.target(), deadline_s=0.4)
        assert seen(fault) == ("deadline", "F-01", True)


async def test_silence_until_the_deadline(server: Loopback, ledger: SeenLedger) -> None:
    for first in (b"", STREAM, STREAM + event("{")):
        server.script = server.says(first, hold=True)
        fault = await fails(ledger, server.target(), deadline_s=0.3)
        assert seen(fault) == ("deadline", "F-07", True)


async def test_a_deadline_while_the_ledger_waits_sent_nothing(server: Loopback, ledger: SeenLedger) -> None:
    ledger.free.clear()
    fault = await fails(ledger, server.target(), deadline_s=0.3)
    assert seen(fault) == ("deadline", "F-07", False)


async def test_keep_alive_after_the_first_words_is_no_progress(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.drips(STREAM + event("{", usage=USAGE), b": keep-alive\n\n")
    fault = await fails(ledger, server.target(), progress_s=0.3)
    assert seen(fault) == ("transient", "F-06", True)
    assert fault.usage == Usage(hit=60, miss=40, output=30, reasoning=10)


async def test_a_slow_answer_that_goes_on_is_waited_for(server: Loopback, ledger: SeenLedger) -> None:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM)
        for letter in '{"slow":true}':
            writer.write(event(letter))
            await writer.drain()
            await asyncio.sleep(0.06)
        writer.write(event(finish="stop") + DONE)

    server.script = script
    raw = await ask(ledger, server.target(), progress_s=0.5, idle_s=0.5)
    assert raw.text == '{"slow":true}'


async def test_a_silent_connection(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.says(STREAM + event("{"), hold=True)
    fault = await fails(ledger, server.target(), idle_s=0.2)
    assert seen(fault) == ("transient", "F-21", True)


async def test_a_reset_connection(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.resets(STREAM + event("{"))
    assert seen(await fails(ledger, server.target())) == ("transient", "F-08", True)


@pytest.mark.parametrize("drop", [b"\n" * 500, b": keep-alive\n" * 50, event("x" * 500)])
async def test_an_endless_answer(server: Loopback, ledger: SeenLedger, drop: bytes) -> None:
    server.script = server.drips(STREAM, drop, every_s=0.0)
    fault = await fails(ledger, server.target(), answer_max_bytes=20_000)
    assert seen(fault) == ("content", "F-24", True)


async def test_an_endless_refusal_is_not_read_to_its_end(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.drips(b"HTTP/1.1 500 Oh\r\n\r\n", b"x" * 10_000, every_s=0.0)
    assert seen(await fails(ledger, server.target())) == ("transient", "F-19", True)


async def test_nobody_listens(ledger: SeenLedger) -> None:
    async with Loopback().up() as gone:
        target = gone.target()
    assert seen(await fails(ledger, target)) == ("transient", "F-29", False)
    assert ledger.entries == []


@pytest.mark.parametrize("base_url", ["ftp://127.0.0.1", "http://x:port", "nothing"])
async def test_an_address_that_is_none(ledger: SeenLedger, base_url: str) -> None:
    fault = await fails(ledger, Target("deepseek", base_url, "flash", KEY))
    assert seen(fault) == ("account", "F-32", False)


async def test_the_plants_authority_is_trusted(ledger: SeenLedger) -> None:
    async with Loopback().up("valid.pem") as server:
        raw = await ask(ledger, server.target(), ca_file=HERE / "valid.pem")
        assert raw.text == '{"fine":1}'


async def test_a_certificate_that_is_not_trusted(ledger: SeenLedger) -> None:
    async with Loopback().up("valid.pem") as server:
        assert seen(await fails(ledger, server.target())) == ("account", "F-27", False)
        assert server.heads == []


async def test_a_certificate_whose_time_is_over(ledger: SeenLedger) -> None:
    async with Loopback().up("expired.pem") as server:
        fault = await fails(ledger, server.target(), ca_file=HERE / "expired.pem")
        assert seen(fault) == ("account", "F-28", False)


@pytest.mark.parametrize("name", ["missing.pem", "empty.pem"])
def test_an_authority_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.pem").touch()
    with pytest.raises(SettingsWrong, match=name):
        Wire(Cloud(ca_file=tmp_path / name), SeenLedger(), lambda: NOW)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("407 Proxy Authentication Required", ("account", "F-25", False)),
        ("504 Gateway Timeout", ("transient", "F-29", False)),
    ],
)
async def test_a_proxy_that_does_not_let_through(
    server: Loopback, ledger: SeenLedger, line: str, expected: Any
) -> None:
    server.script = server.says(status(line))
    target = Target("deepseek", "https://provider.invalid/v1", "flash", KEY)
    fault = await fails(ledger, target, proxy=f"http://127.0.0.1:{server.port}")
    assert seen(fault) == expected
    assert server.heads[0].startswith("CONNECT provider.invalid:443 ")
    assert KEY not in server.heads[0]


async def test_the_environments_proxy_is_for_outside_only(
    server: Loopback, ledger: SeenLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Loopback().up() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        await ask(ledger, server.target(provider="lan"))
        assert (len(server.heads), len(proxy.heads)) == (1, 0)
        await ask(ledger, server.target())
        assert (len(server.heads), len(proxy.heads)) == (1, 1)
        await ask(ledger, server.target(), proxy=f"http://127.0.0.1:{server.port}")
        assert (len(server.heads), len(proxy.heads)) == (2, 1)


async def test_every_attempt_has_its_own_connection(server: Loopback, ledger: SeenLedger) -> None:
    body = whole().removeprefix(STREAM)
    open_answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(open_answer)
        assert await server.reader.read() == b""

    server.script = script
    wire = Wire(Cloud(), ledger, lambda: NOW)
    for _ in range(3):
        await wire.ask_once(server.target(), TURNS, deadline_s=20, data_class="schedule", decision="D-1")
    assert len(server.heads) == 3
    await wire.close()


async def test_who_leaves_closes_the_connection(server: Loopback, ledger: SeenLedger) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM + event("{"))
        begun.set()
        await server.reader.read()
        gone.set()

    server.script = script
    wire = Wire(Cloud(), ledger, lambda: NOW)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(
            wire.ask_once(server.target(), TURNS, deadline_s=20, data_class="schedule", decision="D-1")
        )
        await begun.wait()
        task.cancel()
        await gone.wait()
    assert task.cancelled()
    await wire.close()


async def test_a_refusal_says_how_long_to_wait(server: Loopback, ledger: SeenLedger) -> None:
    server.script = server.says(status("429 Too Many Requests", b"", "Retry-After: 7"))
    assert (await fails(ledger, server.target())).retry_after_s == 7


async def test_what_was_used_is_told_also_of_a_failure(server: Loopback, ledger: SeenLedger) -> None:
    used = Usage(hit=60, miss=40, output=30, reasoning=10)
    server.script = server.says(STREAM + event(" ", finish="stop", usage=USAGE) + DONE)
    assert (await fails(ledger, server.target())).usage == used
    server.script = server.says(PLAIN + document("{", "length"))
    assert (await fails(ledger, server.target())).usage == used
    server.script = server.says(STREAM + event('{"a":'))
    assert (await fails(ledger, server.target())).usage is None
