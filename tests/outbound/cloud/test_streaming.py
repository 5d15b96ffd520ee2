"""Answers put together from their bytes, however these are cut."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.cloud.attempt import AttemptFailed
from app.outbound.cloud.streaming import Reading, usage_of
from app.records.cloud import Usage
from tests.outbound.cloud.loopback import USAGE, document, event

SSE = "text/event-stream"
DONE = b"data: [DONE]\n\n"
TEXT = '{"名":"七號機 🛠"}'
STREAM = b": keep-alive\n\n" + event(TEXT[:6]) + event(TEXT[6:]) + event(finish="stop", usage=USAGE) + DONE


def read(*chunks: bytes, content_type: str = SSE, max_bytes: int = 10**6) -> str:
    reading = Reading(content_type, max_bytes)
    for chunk in chunks:
        reading.feed(chunk)
    return reading.end()


def fails(*chunks: bytes, content_type: str = SSE) -> tuple[str, str]:
    with pytest.raises(AttemptFailed) as caught:
        read(*chunks, content_type=content_type)
    return caught.value.fault, caught.value.fault_id


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(each % len(data) for each in at), len(data)]
    return [data[low:high] for low, high in pairwise(edges)]


CUTS = st.lists(st.integers(0, 10_000), max_size=40)


@given(CUTS, st.sampled_from([STREAM, STREAM.replace(b"\n", b"\r\n"), STREAM.replace(b"data: ", b"data:")]))
def test_a_stream_may_be_cut_anywhere(at: list[int], stream: bytes) -> None:
    assert read(*cut(stream, at)) == TEXT


def test_a_stream_may_come_byte_by_byte() -> None:
    assert read(*(STREAM[at : at + 1] for at in range(len(STREAM)))) == TEXT


@given(CUTS, st.sampled_from([SSE, "application/json", ""]))
def test_a_document_may_be_cut_anywhere(at: list[int], content_type: str) -> None:
    whole = b"\xef\xbb\xbf\n\n \r\n" + document(TEXT) + b"\n"
    chunks = cut(whole, at)
    if content_type == "application/json":
        chunks[0] = chunks[0].removeprefix(b"\xef\xbb\xbf")
    assert read(*chunks, content_type=content_type) == TEXT


@given(st.integers(0, len(STREAM) - len(DONE) + len(b"data: [DONE]")))
def test_what_is_not_whole_is_never_an_answer(length: int) -> None:
    assert fails(STREAM[:length])[0] == "transient"


@given(st.binary(max_size=200), st.sampled_from([SSE, "application/json", ""]))
def test_any_bytes_are_a_failure_that_is_named(noise: bytes, content_type: str) -> None:
    fault, fault_id = fails(noise, content_type=content_type)
    assert fault in {"transient", "account"}
    assert fault_id.startswith("F-")


NAMES = st.sampled_from(
    ["choices", "delta", "message", "content", "usage", "error", "finish_reason", "model"]
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(NAMES, each, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_any_document_is_an_answer_or_a_failure(tree: Any) -> None:
    data = json.dumps(tree).encode()
    for chunks, kind in (((b"data: " + data + b"\n", DONE), SSE), ((data,), "application/json")):
        with suppress(AttemptFailed):
            assert read(*chunks, content_type=kind).strip()


@pytest.mark.parametrize(
    "line",
    [
        b"data: {broken\n",
        b"dat: {}\n",
        b"data: 7\n",
        b"data: " + b"[" * 100_000 + b"\n",
        b'data: {"n":' + b"9" * 5000 + b"}\n",
        b'data: {"choices":7}\n',
        b'data: {"choices":["x"]}\n',
        b'data: {"choices":[{"delta":"x"}]}\n',
        b'data: {"choices":[{"delta":{"content":5}}]}\n',
    ],
)
def test_one_malformed_line_fails_the_whole(line: bytes) -> None:
    assert fails(event("{}"), line, event(finish="stop"), DONE) == ("transient", "F-22")


def test_lines_that_tell_nothing_are_left_out() -> None:
    odd = b"event: message\nid: 4\nretry: 10\n\n: ping\ndata: {}\n" + b'data: {"choices":[]}\n'
    null = b'data: {"choices":[{"delta":{"content":null,"reasoning_content":""}}]}\n'
    assert read(odd, null, event("{}"), event(finish="stop"), odd, DONE, b"whatever\n") == "{}"


def test_what_brings_an_answer_forward() -> None:
    reading = Reading(SSE, 10**6)
    steps = (b"\n", b": ping\n", event(""), b"data: {", b'"choices":[]}\n', event("x"), b": ping\n", DONE)
    assert [reading.feed(each) for each in steps] == [False] * 5 + [True, False, True]
    assert reading.done


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (rb'"\ud83d\udee0"', "🛠"),
        (rb'"\ud83d"', "�"),
    ],
)
def test_half_a_character_does_not_get_in(told: bytes, text: str) -> None:
    line = b'data: {"model":' + told + b',"choices":[{"delta":{"content":' + told + b"}}]}\n"
    reading = Reading(SSE, 10**6)
    for chunk in (line, event(finish="stop").replace(b"flash-1017", b""), DONE):
        reading.feed(chunk)
    assert (reading.end(), reading.told.model) == (text, text)


def test_a_character_told_in_two_halves_is_one() -> None:
    first, second = (
        b'data: {"choices":[{"delta":{"content":"' + half + b'"}}]}\n' for half in (rb"\ud83d", rb"\udee0")
    )
    assert read(first, second, event(finish="stop"), DONE) == "🛠"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b'{"choices":null}', ("transient", "F-12")),
        (b'{"choices":[]}', ("transient", "F-12")),
        (b"{}", ("transient", "F-12")),
        (b'{"choices":[{"error":{"code":429}}]}', ("throttle", "F-12")),
        (b'{"Response":{"Error":{"Code":"AuthFailure"}}}', ("account", "F-12")),
        (b"null", ("transient", "F-10")),
        (b"", ("transient", "F-02")),
        (document(finish=""), ("transient", "F-43")),
        (document(finish="tool_calls"), ("transient", "F-43")),
        (document(finish="content_filter"), ("policy", "F-18")),
        (document(None), ("content", "F-40")),
        (document(" \n "), ("content", "F-40")),
        (document("　"), ("content", "F-40")),
    ],
)
def test_a_document_without_an_answer(answer: bytes, fault: tuple[str, str]) -> None:
    assert fails(answer, content_type="application/json") == fault


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (None, None),
        ([], None),
        ({}, None),
        ({"prompt_tokens": 10}, None),
        ({"completion_tokens": 10}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0}, None),
        ({"prompt_tokens": True, "completion_tokens": 5}, None),
        ({"prompt_tokens": -4, "completion_tokens": 5}, None),
        ({"prompt_tokens": 10**400, "completion_tokens": 5}, None),
        ({"prompt_tokens": 10, "completion_tokens": 0}, Usage(0, 10, 0)),
        (USAGE, Usage(60, 40, 30, 10)),
        (USAGE | {"prompt_tokens_details": {"cached_tokens": 3}}, Usage(60, 40, 30, 10)),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}},
            Usage(3, 7, 5),
        ),
        (
            {"prompt_cache_hit_tokens": 6, "prompt_cache_miss_tokens": 4, "completion_tokens": 5},
            Usage(6, 4, 5),
        ),
        (USAGE | {"prompt_cache_miss_tokens": 41}, Usage(60, 40, 30, 10, estimated=True)),
        (USAGE | {"prompt_cache_hit_tokens": 200}, Usage(100, 0, 30, 10, estimated=True)),
        (USAGE | {"completion_tokens": 4}, Usage(60, 40, 4, 4, estimated=True)),
        ({"prompt_tokens": 10, "completion_tokens": 5, "completion_tokens_details": 7}, Usage(0, 10, 5)),
    ],
)
def test_what_was_used(told: Any, usage: Usage | None) -> None:
    assert usage_of(told) == usage


@given(st.dictionaries(st.sampled_from(sorted(USAGE)), st.integers(-5, 300) | st.none(), max_size=5))
def test_the_parts_always_add_up(told: dict[str, Any]) -> None:
    usage = usage_of(told)
    if usage is not None:
        assert min(usage.hit, usage.miss, usage.output, usage.reasoning) >= 0
        assert usage.reasoning <= usage.output
        prompt = told.get("prompt_tokens") or 0
        assert prompt <= 0 or usage.hit + usage.miss == prompt


def test_a_long_stream_of_short_words_is_no_flood_and_an_endless_one_is():
    word = json.dumps({"choices": [{"delta": {"content": "abc"}}]}) + " " * 240
    event = f"data: {word}\n\n".encode()
    reading = Reading("text/event-stream", 4 * len(event))
    for _ in range(40):
        assert reading.feed(event)
    with pytest.raises(AttemptFailed, match="larger"):
        read(*[event] * 80, max_bytes=4 * len(event))
