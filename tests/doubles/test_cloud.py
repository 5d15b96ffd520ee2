"""The cloud's double answers as its providers do, and by the form of the answer that is asked for."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from typing import Any, get_args

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.doubles.cloud import KEY, CloudDouble, Kind
from app.doubles.cloud.counting import PrefixCache
from app.records import wish_form
from app.records.errors import OwnFault
from tests.doubles.cloud_asking import (
    FIXED,
    KNOWN,
    MODEL,
    QUESTION,
    body,
    flaws,
    hear,
    question,
)

KINDS: tuple[Kind, ...] = get_args(Kind)


async def get(double: CloudDouble, path: str, key: str = KEY) -> httpx.Response:
    root = double.base_url.removesuffix("/v1")
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(root + path, headers={"Authorization": f"Bearer {key}"})


# What a provider does.


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_obeys_the_form_and_tells_its_usage(kind: Kind, stream: bool) -> None:
    async with CloudDouble(kind) as double:
        heard = await hear(double, body(kind, question("J2要加急", "swap J1 and J3"), stream=stream))
    assert (heard.status, heard.ended, heard.finish) == (200, "", "stop")
    assert heard.answer["tag"] == QUESTION["tag"]
    assert [each["wish"] for each in heard.answer["answers"]] == ["W1", "W2"]
    for each in heard.answer["answers"]:
        assert wish_form.parse(json.dumps(each["wishes"]), KNOWN)
        assert not flaws(QUESTION, each["places"])
    usage = heard.usage
    assert usage is not None
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert heard.text.rstrip().endswith("data: [DONE]") == stream
    doc = heard.events[0] if stream else heard.doc
    assert (doc["model"], doc["system_fingerprint"][:3]) == (MODEL[kind], "fp_")
    assert double.seen.completed == double.seen.generated == 1
    assert double.seen.asked[0].answer == heard.content


async def test_a_stream_tells_its_usage_only_when_asked() -> None:
    async with CloudDouble() as double:
        assert (await hear(double, body(stream_options=None))).usage is None


async def test_deepseek_thinks_unless_it_is_told_not_to() -> None:
    told = body(stream=True)
    del told["thinking"]
    async with CloudDouble() as double:
        heard = await hear(double, told)
        assert heard.reasoning
        assert heard.usage is not None
        assert heard.usage["completion_tokens_details"]["reasoning_tokens"] > 0
        first = heard.events[0]["choices"][0]["delta"]
        assert (first["content"], first["reasoning_content"]) == (None, "")
        assert (await hear(double, body(thinking={"type": "disabled"}))).reasoning is None
        assert (await hear(double, told | {"reasoning_effort": "none"})).reasoning is None
    async with CloudDouble("tencent") as double:
        assert (await hear(double, told | {"model": "hy4"})).reasoning is None


async def test_without_the_word_json_deepseek_writes_blanks_up_to_the_limit() -> None:
    turns = [{"role": "user", "content": json.dumps(QUESTION)}]
    async with CloudDouble() as double:
        heard = await hear(double, body(messages=turns, max_tokens=300))
    assert (heard.content or "x").isspace()
    assert heard.finish == "length"


async def test_an_answer_that_is_too_long_is_cut() -> None:
    async with CloudDouble() as double:
        heard = await hear(double, body(max_tokens=20))
    assert heard.finish == "length"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        _ = heard.answer


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"model": "deepseek-chat"}, 400),
        ({"messages": []}, 400),
        ({"max_tokens": 0}, 422),
        ({"messages": body(asked=question(jobs=[["J1", 1]]))["messages"]}, 422),
        ({"messages": ["json"]}, 400),
        ({"response_format": {"type": "json_schema"}}, 400),
    ],
)
async def test_a_wrong_request_is_refused(changed: dict[str, Any], status: int) -> None:
    async with CloudDouble() as double:
        heard = await hear(double, body(**changed))
    assert heard.status == status
    assert heard.doc["error"]["message"]
    assert double.seen.generated == 0


async def test_a_wrong_key_is_refused_in_the_shape_of_the_provider() -> None:
    async with CloudDouble("tencent") as double:
        reply = await get(double, "/v1/models", "sk-other")
    told = reply.json()["error"]
    assert reply.status_code == 401
    assert (told["type"], told["code"], told["source"]) == ("authentication_error", "401002", "client")
    assert {"upstream_code", "upstream_status", "request_id", "message"} <= told.keys()


@pytest.mark.parametrize("kind", KINDS)
async def test_probes_are_answered_and_meet_no_faults(kind: Kind) -> None:
    async with CloudDouble(kind, faults=["F-19"]) as double:
        models = (await get(double, "/models" if kind == "deepseek" else "/v1/models")).json()
        assert MODEL[kind] in [each["id"] for each in models["data"]]
        health = (await get(double, "/health")).status_code
        assert health == (200 if kind == "lan" else 404)
        double.loading = True
        assert (await get(double, "/health")).status_code == (503 if kind == "lan" else 404)


async def test_the_balance_is_told_in_decimal_strings_and_ends_with_the_fault() -> None:
    async with CloudDouble() as double:
        full = (await get(double, "/user/balance")).json()
        double.fault("F-15", times=1)
        empty = (await get(double, "/user/balance")).json()
        assert (await hear(double)).status == 402
        again = (await get(double, "/user/balance")).json()
    assert full == again == {"is_available": True, "balance_infos": full["balance_infos"]}
    assert full["balance_infos"][0]["total_balance"] == "110.00"
    assert (empty["is_available"], empty["balance_infos"][0]["total_balance"]) == (False, "0.00")


async def test_the_third_prompt_with_the_same_beginning_is_cheaper() -> None:
    hits = []
    async with CloudDouble() as double:
        for day in (24, 25, 26):
            asked = question(origin=f"2026-11-{day}T08:00:00+08:00", tag=f"{day:012d}")
            usage = (await hear(double, body(asked=asked))).usage or {}
            hits.append(usage["prompt_cache_hit_tokens"])
            assert usage["prompt_tokens"] == hits[-1] + usage["prompt_cache_miss_tokens"]
        usage = (await hear(double, body(asked=asked))).usage or {}
        assert usage["prompt_cache_miss_tokens"] <= 16
        other = (await hear(double, body(asked=asked, user_id="another"))).usage or {}
        assert other["prompt_cache_hit_tokens"] == 0
    assert hits[:2] == [0, 0]
    assert hits[2] >= double._speaker.count(FIXED) - 1


@given(st.lists(st.text("ab", max_size=8).map(lambda tail: "x" * 300 + tail), max_size=8))
def test_a_hit_is_always_a_beginning_that_was_read_before(prompts: list[str]) -> None:
    cache, earlier = PrefixCache(), []
    for prompt in prompts:
        hit = cache.look(prompt)
        assert prompt.startswith(hit)
        assert not hit or any(each.startswith(hit) for each in earlier)
        earlier.append(prompt)


@pytest.mark.parametrize(("form", "obeyed"), [("json_schema", True), ("schema", False), ("none", False)])
async def test_a_schema_is_obeyed_where_the_server_can(form: Any, obeyed: bool) -> None:
    schema = {
        "type": "object",
        "properties": {"mark": {"type": "string", "enum": ["zq-17", "zq-18"]}, "n": {"type": "integer"}},
        "required": ["mark", "n"],
    }
    asked = body(
        "lan",
        messages=[{"role": "user", "content": "json please"}],
        response_format={"type": "json_schema", "json_schema": {"name": "probe", "schema": schema}},
    )
    async with CloudDouble("lan", schema_form=form) as double:
        assert ((await hear(double, asked)).answer == {"mark": "zq-17", "n": 0}) == obeyed
        asked["response_format"] = {"type": "json_object", "schema": schema}
        assert ((await hear(double, asked)).answer == {"mark": "zq-17", "n": 0}) == (form == "schema")


async def test_too_many_requests_at_once_are_refused() -> None:
    async with CloudDouble() as double:
        double.at_once = 2
        double.hold()
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(hear(double)) for _ in range(2)]
            await double.wait_for(lambda seen: seen.open == 2)
            assert (await hear(double)).status == 429
            double.release()
        assert [task.result().status for task in asking] == [200, 200]


# What is seen.


async def test_every_byte_of_a_request_is_kept_and_no_key_is_shown() -> None:
    async with CloudDouble() as double:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(double.base_url.rsplit(":", 1)[1]))
        content = json.dumps(body(stream=False)).encode()
        sent = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
            "X-Mark:  two  words \r\nTransfer-Encoding: chunked\r\n\r\n"
        ).encode()
        sent += (
            b"5\r\n" + content[:5] + b"\r\n" + b"%x\r\n" % (len(content) - 5) + content[5:] + b"\r\n0\r\n\r\n"
        )
        writer.write(sent[:40])
        await writer.drain()
        writer.write(sent[40:])
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        await double.wait_for(lambda seen: seen.completed == 1)
        assert double.seen.open_connections == 1
        writer.close()
        await writer.wait_closed()
        await double.wait_for(lambda seen: seen.open_connections == 0)
    [asked] = double.seen.requests
    assert (asked.raw, asked.content) == (sent, content)
    assert asked.headers["x-mark"] == "two  words"
    assert asked.body["model"] == MODEL["deepseek"]
    assert "expedite J2" in asked.told
    assert KEY not in repr(asked)


@pytest.mark.parametrize(
    "sent", [b"HELO mail\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"a" * 70_000]
)
async def test_what_is_not_http_is_refused(sent: bytes) -> None:
    async with CloudDouble() as double:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(double.base_url.rsplit(":", 1)[1]))
        writer.write(sent)
        assert (await reader.readline()).startswith(b"HTTP/1.1 400")
        writer.close()
        await writer.wait_closed()


async def test_a_connection_is_kept_alive_and_a_client_that_leaves_is_noticed() -> None:
    async with CloudDouble() as double, httpx.AsyncClient(trust_env=False) as client:
        assert [(await hear(double, client=client)).status for _ in range(3)] == [200] * 3
        assert double.seen.connections == 1
        double.fault("F-07", times=1)
        assert (await hear(double, patience_s=0.2)).ended == "ReadTimeout"
        await double.wait_for(lambda seen: seen.asked[-1].outcome == "left")
        assert (double.seen.completed, double.seen.generated) == (3, 4)


# Its switches.


async def test_faults_are_played_in_the_order_in_which_they_were_switched_on() -> None:
    async with CloudDouble() as double:
        double.fault("F-19", times=2)
        double.fault("F-16", times=1)
        double.fault("F-14b")
        assert [(await hear(double)).status for _ in range(5)] == [500, 500, 429, 403, 403]
        double.fault("F-32", times=1)
        assert [(await hear(double)).status for _ in range(2)] == [400, 200]
        double.fault("F-19")
        double.mend()
        assert (await hear(double)).status == 200
    assert double.seen.asked[2].faults == ("F-16a",)


async def test_several_faults_meet_in_one_request() -> None:
    async with CloudDouble() as double:
        double.fault("F-31", "F-35b", "F-52b", "F-04", "F-22b", times=1)
        heard = await hear(double)
    assert heard.events[0]["model"] != MODEL["deepseek"]
    assert (heard.usage or {})["total_tokens"] == 0
    assert "\r\n" in heard.text
    assert (heard.content or "").startswith("```json\n")


async def test_of_faults_that_exclude_each_other_chance_takes_one() -> None:
    async with CloudDouble(faults=["F-14", "F-16", "F-31"]) as double:
        asked = [body(asked=question(tag=f"{n:012d}")) for n in range(12)]
        statuses = {(await hear(double, each)).status for each in asked}
    assert statuses == {401, 429}
    assert all(len(each.faults) == 2 and "F-31" in each.faults for each in double.seen.asked)


async def test_an_unknown_fault_is_refused() -> None:
    for name in ("F-36", "F-16z", "f-16", "sunspots"):
        with pytest.raises(OwnFault, match=f"no fault '{name}'"):
            CloudDouble(faults=[name])
    with pytest.raises(OwnFault, match="F-27 must be given"):
        CloudDouble().fault("F-27")


async def test_a_client_that_follows_a_redirect_is_caught() -> None:
    async with CloudDouble(faults=["F-26b"]) as double:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
            reply = await client.post(
                f"{double.base_url}/chat/completions",
                json=body(),
                headers={"Authorization": f"Bearer {double.key}"},
            )
        assert reply.status_code == 403
        assert double.seen.breaches == ["POST /login: a redirect was followed"]


async def test_tencent_blocks_content_with_a_status_and_names_the_quota() -> None:
    async with CloudDouble("tencent") as double:
        double.fault("F-18", times=1)
        double.fault("F-15", times=1)
        double.fault("F-15b", times=1)
        double.fault("F-17b", times=1)
        blocked, empty, closed, busy = [(await hear(double)).doc["error"] for _ in range(4)]
    assert (blocked["type"], blocked["code"]) == ("content_filter_error", "451001")
    assert (empty["code"], "FREE_QUOTA_EXHAUSTED" in empty["message"]) == ("403004", True)
    assert closed["code"] == "401008"
    assert (busy["code"], "rpm" in busy["message"]) == ("429001", True)


# Alone.


def test_alone_it_tells_its_address_and_key_and_stops_when_told() -> None:
    words = [sys.executable, "-m", "app.cli", "double", "cloud", "--kind", "tencent", "--mood", "mixed"]
    words += ["--fault", "F-16c", "--fault", "F-31"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as alone:
        assert alone.stdout is not None
        found = re.fullmatch(
            r"tencent double at (http://127\.0\.0\.1:\d+/v1), key (\S+)\n", alone.stdout.readline()
        )
        assert found is not None
        key = {"Authorization": f"Bearer {found[2]}"}
        reply = httpx.post(
            f"{found[1]}/chat/completions", json=body("tencent"), headers=key, trust_env=False, timeout=20
        )
        assert (reply.status_code, reply.headers["retry-after"]) == (429, "86400")
        alone.send_signal(signal.SIGTERM)
        out, err = alone.communicate(timeout=30)
    assert (alone.returncode, err) == (0, "")
    assert out == "POST /v1/chat/completions 429 done F-16c F-31\n"
