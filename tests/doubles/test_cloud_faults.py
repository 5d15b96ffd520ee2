"""Every fault of the cloud's double does on the wire what its sentence says."""

import asyncio
import gzip
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from app.doubles.cloud import FAULTS, VARIANTS, CloudDouble, Pace, every
from app.doubles.cloud.faults import DOOR
from app.doubles.cloud.mishaps import MISHAPS
from app.doubles.cloud.refusing import REFUSALS
from app.doubles.cloud.spoiling import BESIDE, DOCUMENT, TEXT
from tests.doubles.cloud_asking import EXAMPLE, MODEL, QUESTION, Heard, body, flaws, hear, question

QUICK = Pace(blanks=5, blank_s=0.001, drip_s=0.001, late_s=0.05, generate_s=0.001, bomb_bytes=8 * 1024**2)


def test_the_table_has_every_fault_and_each_is_played_somewhere() -> None:
    numbers = [*range(1, 36), *range(40, 62)]
    assert sorted(FAULTS) == [f"F-{n:02}" for n in numbers]
    assert VARIANTS.keys() <= FAULTS.keys()
    played = {*REFUSALS, *MISHAPS, *DOCUMENT, *TEXT, *BESIDE, "F-18a", "F-60b"}
    assert {name for name in every() if name[:4] not in DOOR} == played


def parses(heard: Heard) -> bool:
    """Whether the answer is whole and its content JSON."""
    try:
        return isinstance(heard.answer, dict)
    except ValueError:
        return False


def whole(heard: Heard) -> bool:
    return (heard.status, heard.ended, heard.finish) == (200, "", "stop") and parses(heard)


def refused(status: int, word: str = "") -> Callable[[Heard], bool]:
    return lambda heard: heard.status == status and word in heard.doc["error"]["message"]


def page(status: int) -> Callable[[Heard], bool]:
    return lambda h: (
        h.status == status and h.raw.startswith(b"<!DOCTYPE html>") and "html" in h.headers["content-type"]
    )


def retry_after(heard: Heard) -> str | None:
    return heard.headers.get("retry-after")


def streams(heard: Heard) -> bool:
    return "event-stream" in heard.headers["content-type"]


def in_part(heard: Heard) -> bool:
    """Whether content has begun and its JSON has not come to an end."""
    if streams(heard):
        return bool(heard.content) and not parses(heard) and heard.finish is None
    return heard.raw.startswith(b'{"id"') and b'"usage"' not in heard.raw


def says(heard: Heard, *words: str) -> bool:
    return all(word in (heard.content or "") for word in words)


def wishes(heard: Heard) -> Any:
    return heard.answer["answers"][0]["wishes"]


def late_jobs(places: list[list[Any]]) -> int:
    return max(place[4] for place in places)


def blanks(heard: Heard) -> bool:
    return heard.raw.startswith((b"\n\n\n", b": keep-alive\n\n: keep-alive\n\n"))


SEEN: dict[str, Callable[[Heard], bool]] = {
    "F-01": lambda h: blanks(h) and whole(h),
    "F-02": lambda h: h.status == 200 and blanks(h) and not h.text.replace(": keep-alive", "").strip(),
    "F-04a": lambda h: says(h, "```json\n{") and (h.content or "").endswith("\n```"),
    "F-04b": lambda h: (h.content or "").startswith("Sure") and says(h, '"tag"'),
    "F-05": lambda h: whole(h) and "```json" in h.answer["note"],
    "F-06": whole,
    "F-08": lambda h: h.ended == "ReadError" and in_part(h),
    "F-09a": lambda h: h.ended == "RemoteProtocolError" and in_part(h) and "content-length" in h.headers,
    "F-09b": lambda h: h.ended == "RemoteProtocolError" and in_part(h) and "content-length" not in h.headers,
    "F-10": lambda h: h.ended == "" and in_part(h) and h.headers["connection"] == "close",
    "F-11": lambda h: h.ended == "" and parses(h) and h.finish is None and "[DONE]" not in h.text,
    "F-12a": lambda h: h.status == 200 and "message" in h.doc["error"],
    "F-12b": lambda h: h.status == 200 and "message" in h.doc["choices"][0]["error"],
    "F-12c": lambda h: h.status == 200 and h.doc["choices"] is None,
    "F-12d": lambda h: h.status == 200 and "Code" in h.doc["Response"]["Error"],
    "F-13": lambda h: h.status == 200 and "error" in (h.events[-1] if streams(h) else h.doc),
    "F-14a": refused(401),
    "F-14b": refused(403),
    "F-15a": refused(402, "Insufficient Balance"),
    "F-15b": refused(402, "not enabled"),
    "F-16a": lambda h: h.status == 429 and retry_after(h) == "2",
    "F-16b": lambda h: h.status == 429 and parsedate_to_datetime(retry_after(h) or "").tzinfo is not None,
    "F-16c": lambda h: h.status == 429 and retry_after(h) == "86400",
    "F-16d": lambda h: h.status == 429 and retry_after(h) == "-5",
    "F-16e": lambda h: h.status == 429 and retry_after(h) is None,
    "F-17a": refused(429, "concurren"),
    "F-17b": refused(429, "rpm"),
    "F-17c": refused(429, "tpm"),
    "F-18a": lambda h: h.finish == "content_filter" and not h.content,
    "F-18b": refused(451),
    "F-18c": lambda h: h.finish == "content_filter" and not h.content,
    "F-19a": refused(500),
    "F-19b": refused(502),
    "F-19c": refused(503),
    "F-19d": refused(504),
    "F-20a": lambda h: h.ended == "" and in_part(h) and "[DONE]" not in h.text,
    "F-20b": lambda h: h.ended != "" and in_part(h),
    "F-22a": lambda h: 'data: {"choices":[{"delta":\n' in h.text and "[DONE]" in h.text,
    "F-22b": lambda h: b"\r\n\r\n" in h.raw and b"\n\n" not in h.raw and whole(h),
    "F-22c": lambda h: "先看每張單" in (h.reasoning or "") and whole(h),
    "F-22d": lambda h: b"data: " not in h.raw and whole(h),
    "F-23": lambda h: (
        h.headers["content-encoding"] == "gzip"
        and len(h.raw) < 100_000
        and len(gzip.decompress(h.raw)) == QUICK.bomb_bytes
    ),
    "F-24": lambda h: h.ended == "too much",
    "F-25a": page(200),
    "F-25b": page(407),
    "F-25c": page(403),
    "F-26a": lambda h: h.status == 302 and h.headers["location"] == "/login",
    "F-26b": lambda h: h.status == 307 and h.headers["location"] == "/login",
    "F-28": lambda h: (
        whole(h) and parsedate_to_datetime(h.headers["date"]) > datetime.now(UTC) + timedelta(days=399)
    ),
    "F-30a": whole,
    "F-30b": whole,
    "F-31": lambda h: whole(h) and MODEL["deepseek"] != (h.events[0] if streams(h) else h.doc)["model"],
    "F-32a": refused(400, "Not Exist"),
    "F-32b": refused(404, "retired"),
    "F-33a": whole,
    "F-35a": lambda h: whole(h) and h.usage is None,
    "F-35b": lambda h: whole(h) and h.usage is not None and not h.usage["total_tokens"],
    "F-35c": lambda h: (
        h.usage is not None
        and h.usage["prompt_cache_hit_tokens"] + h.usage["prompt_cache_miss_tokens"]
        != h.usage["prompt_tokens"]
    ),
    "F-35d": lambda h: (
        h.usage is not None
        and "prompt_cache_hit_tokens" not in h.usage
        and "cached_tokens" in h.usage["prompt_tokens_details"]
    ),
    "F-40a": lambda h: h.content == "" and h.finish == "stop",
    "F-40b": lambda h: not h.content and h.finish == "stop",
    "F-40c": lambda h: set(h.content or "") == {" "} and h.finish == "stop",
    "F-41": lambda h: not h.content and QUESTION["tag"] in (h.reasoning or "") and h.finish == "stop",
    "F-42": lambda h: h.finish == "length" and bool(h.content) and not parses(h),
    "F-43a": lambda h: h.finish == "insufficient_system_resource",
    "F-43b": lambda h: h.finish == "aborted",
    "F-43c": lambda h: h.finish == "moonrise",
    "F-44a": lambda h: says(h, ",}") and not parses(h),
    "F-44b": lambda h: says(h, "// ") and not parses(h),
    "F-44c": lambda h: says(h, "'tag'") and not parses(h),
    "F-44d": lambda h: says(h, "True", "None") and not parses(h),
    "F-45a": lambda h: h.places[0][4] != h.places[0][4],
    "F-45b": lambda h: says(h, "Infinity]") and h.places[0][4] == float("inf"),
    "F-45c": lambda h: says(h, "1e999]") and h.places[0][4] == float("inf"),
    "F-46a": lambda h: (h.content or "").count('"answers":') == 2 and parses(h),
    "F-46b": lambda h: (h.content or "").count('"tag":') == 2 and parses(h),
    "F-47a": lambda h: h.places[0][4] == "120",
    "F-47b": lambda h: h.places[0][4] == "1,200",
    "F-47c": lambda h: says(h, ",007]") and not parses(h),
    "F-47d": lambda h: h.places[0][1] is True,
    "F-48a": lambda h: says(h, "9" * 5000),
    "F-48b": lambda h: says(h, "[" * 100_000),
    "F-49a": lambda h: (h.content or "").startswith("\ufeff{"),
    "F-49b": lambda h: h.places[0][0].endswith("\ud800"),
    "F-49c": lambda h: "\u200b" in h.places[0][0],
    "F-49d": lambda h: h.places[0][0][1] in "１２３",
    "F-50a": lambda h: datetime.fromisoformat(wishes(h)[-1]["not_before"]).tzinfo is None,
    "F-50b": lambda h: isinstance(wishes(h)[-1]["not_before"], int),
    "F-50c": lambda h: "T24:00:00+08:00" in wishes(h)[-1]["not_before"],
    "F-50d": lambda h: wishes(h)[-1]["not_before"].startswith("12/11"),
    "F-51a": lambda h: h.places[0][0] == "J998",
    "F-51b": lambda h: h.places[0][3] == "M998",
    "F-51c": lambda h: wishes(h)[-1]["order"] == "J998",
    "F-52a": lambda h: flaws(QUESTION, h.places) == {"jobs"} and len(h.places) < 7,
    "F-52b": lambda h: "jobs" in flaws(QUESTION, h.places) and len(h.places) == 8,
    "F-53a": lambda h: "overlap" in flaws(QUESTION, h.places),
    "F-53b": lambda h: "order" in flaws(QUESTION, h.places),
    "F-53c": lambda h: "blocked" in flaws(QUESTION, h.places),
    "F-53d": lambda h: flaws(QUESTION, h.places) == {"options"},
    "F-54a": lambda h: late_jobs(h.places) < 60,
    "F-54b": lambda h: h.places[0][4] < 0,
    "F-54c": lambda h: h.places[-1][4] > QUESTION["horizon"],
    "F-55a": lambda h: h.answer["feasible"] is True and "objective" in h.answer,
    "F-55b": lambda h: not flaws(QUESTION, h.places) and late_jobs(h.places) > QUESTION["horizon"] / 2,
    "F-56a": lambda h: h.content == EXAMPLE,
    "F-56b": lambda h: wishes(h) == [] and ["J2", 1, 1, "M2", 3000] in h.places,
    "F-57a": lambda h: h.answer["commands"][0]["do"] == "publish",
    "F-57b": lambda h: {"kind": "cap_overtime", "minutes": 1440} in wishes(h),
    "F-58a": lambda h: h.answer.keys() == {"message"},
    "F-58b": lambda h: "抱歉" in h.answer["answers"][0]["status"],
    "F-59": lambda h: h.places[0][0] == "J998",
    "F-60a": lambda h: whole(h) and h.answer["tag"] != QUESTION["tag"],
    "F-61a": lambda h: "confidence" in h.answer["answers"][0],
    "F-61b": lambda h: h.places[0][3] is None and wishes(h) == [None],
}
"""What a client hears of each fault in each of its ways; the others have a test of their own."""

ALONE = {"F-03", "F-07", "F-21", "F-27", "F-29a", "F-29b", "F-33b", "F-34", "F-60b"}
OF_STREAMS = {"F-22a", "F-22b", "F-22c", "F-22d"}


def test_every_fault_has_a_witness() -> None:
    assert SEEN.keys() | ALONE == set(every())
    assert not SEEN.keys() & ALONE


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@pytest.mark.parametrize("name", SEEN)
async def test_a_fault_does_what_its_sentence_says(name: str, stream: bool) -> None:
    if name in OF_STREAMS and not stream:
        pytest.skip("it is one of streams")
    async with CloudDouble() as double:
        double.pace = QUICK
        double.fault(name, times=1)
        assert SEEN[name](await hear(double, body(stream=stream)))
        assert whole(await hear(double, body(stream=stream))), "it is over after one request"
        assert [bool(asked.faults) for asked in double.seen.asked] == [True, False]


@pytest.mark.parametrize("name", ["F-03", "F-07", "F-21"])
async def test_what_never_ends_ends_when_the_client_leaves(name: str) -> None:
    async with CloudDouble() as double:
        double.pace = QUICK
        double.fault(name, times=1)
        client = httpx.AsyncClient(trust_env=False)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(hear(double, client=client))
            await double.wait_for(lambda seen: seen.generated == 1)
            assert double.seen.open == 1
            asking.cancel()
        await client.aclose()
        await double.wait_for(lambda seen: seen.asked[0].outcome == "left")
        assert double.seen.completed == 0


async def test_comments_go_on_without_an_answer() -> None:
    async with CloudDouble(faults=["F-03"]) as double:
        double.pace = QUICK
        heard = await hear(double, most=2000)
    assert heard.ended == "too much"
    assert not heard.text.replace(": keep-alive", "").strip()


async def test_a_stalled_answer_has_begun() -> None:
    async with CloudDouble(faults=["F-21"]) as double:
        heard = await hear(double, patience_s=0.3)
    assert heard.ended == "ReadTimeout"
    assert in_part(heard)


async def test_a_certificate_that_nobody_knows_is_shown_and_can_be_trusted() -> None:
    async with CloudDouble(faults=["F-27"]) as double:
        assert double.base_url.startswith("https://")
        assert (await hear(double)).ended == "ConnectError"
        trusting = ssl.create_default_context(cafile=str(double.certificate))
        async with httpx.AsyncClient(trust_env=False, verify=trusting) as client:
            assert whole(await hear(double, client=client))
        assert len(double.seen.requests) == 1
    assert double.certificate is not None
    assert not double.certificate.exists()


@pytest.mark.parametrize(("name", "ended"), [("F-29a", "ConnectError"), ("F-29b", "ConnectTimeout")])
async def test_nothing_listens_until_it_is_opened_again(name: str, ended: str) -> None:
    async with CloudDouble() as double, httpx.AsyncClient(trust_env=False) as client:
        assert whole(await hear(double, client=client))
        double.fault(name)
        await double.wait_for(lambda seen: seen.open_connections == 0)
        assert (await hear(double, client=client, patience_s=0.3)).ended == ended
        await double.reopen()
        assert whole(await hear(double, client=client))
    async with CloudDouble(faults=[name]) as double:
        assert (await hear(double, patience_s=0.3)).ended == ended


@pytest.mark.parametrize(("name", "sent"), [("F-30a", 2), ("F-30b", 1)])
async def test_a_kept_connection_is_closed(name: str, sent: int) -> None:
    content = json.dumps(body(stream=False)).encode()
    async with CloudDouble() as double:
        double.fault(name, times=1)
        head = f"POST /chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {double.key}\r\n"
        request = f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
        port = int(double.base_url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        assert b"close" not in answer.lower()
        if sent == 2:
            writer.write(request)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        assert [asked.outcome for asked in double.seen.asked] == ["done", "cut"][:sent]


async def test_an_answer_comes_twice() -> None:
    content = json.dumps(body(stream=False)).encode()
    async with CloudDouble() as double:
        double.fault("F-33b", times=1)
        head = (
            f"POST /chat/completions HTTP/1.1\r\nAuthorization: Bearer {double.key}\r\nConnection: close\r\n"
        )
        port = int(double.base_url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        replies = (await reader.read()).split(b"HTTP/1.1 200 OK\r\n")
        writer.close()
        await writer.wait_closed()
    assert len(replies) == 3
    assert replies[1].split(b"\r\n\r\n")[1] == replies[2].split(b"\r\n\r\n")[1]


async def test_a_late_answer_is_the_same_when_it_is_asked_again() -> None:
    async with CloudDouble() as double:
        double.fault("F-33a", times=1)
        double.pace = Pace(late_s=60)
        assert (await hear(double, patience_s=0.2)).ended == "ReadTimeout"
        again = await hear(double)
        other = await hear(double, body(asked=question("expedite J1")))
    assert double.seen.generated == 3
    assert double.seen.asked[0].answer == again.content
    assert again.events[0]["id"] != other.events[0]["id"]


async def test_a_long_generation_can_be_left() -> None:
    async with CloudDouble() as double:
        double.pace = QUICK
        double.fault("F-34", times=1)
        heard = await hear(double, most=3000)
        await double.wait_for(lambda seen: seen.asked[0].outcome == "left")
    assert heard.ended == "too much"
    assert heard.reasoning
    assert not heard.content


async def test_a_wrong_answer_comes_again_whatever_is_said_about_it() -> None:
    told = body()
    more = told | {"messages": [*told["messages"], {"role": "user", "content": "attempt 2: no job J998"}]}
    async with CloudDouble(faults=["F-59"]) as double:
        first, again = await hear(double, told), await hear(double, more)
        double.mend()
        mended = await hear(double, more)
    assert first.content == again.content
    assert first.events[0]["id"] == again.events[0]["id"]
    assert not flaws(QUESTION, mended.places)


async def test_an_answer_waits_until_its_plan_is_no_longer_in_force() -> None:
    async with CloudDouble() as double:
        double.fault("F-60b", times=1)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(hear(double))
            await double.wait_for(lambda seen: seen.generated == 1)
            assert not asking.done()
            double.release()
        assert whole(asking.result())
