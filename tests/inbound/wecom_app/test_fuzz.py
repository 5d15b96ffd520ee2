"""Whatever bytes come: no crash, one refusal, nothing of them in the log, no growth of memory."""

import asyncio
import gc
import random
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from app.inbound.wecom_app.door import Outcome
from app.inbound.wecom_app.http import HEAD_MAX_BYTES, BadRequest, read_request
from tests.inbound.wecom_app.plant import SEAL, SEALER, STAMP, Plant, click, text

GOOD = [SEALER.seal(text("secret words"), STAMP), SEALER.seal(click("secret-key"), STAMP)]
XML = [SEAL.decrypt(post.encrypted).text.encode() for post in GOOD]
WORDS = [b"<", b">", b"</xml>", b"<![CDATA[", b"]]>", b"&#0;", b"&lt;", b"<!DOCTYPE a>", b"\0", b"\xff"]
SECRETS = ("secret words", "secret-key", SEAL.token, GOOD[0].encrypted[:20])


def spoilt(good: bytes, chance: random.Random) -> bytes:
    """Bytes turned, dropped, doubled, moved or mixed with what XML is made of."""
    data = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at:at] = chance.choice(WORDS)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 40)]
            case 3:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                data = data[at:] + data[:at]
    return bytes(data)


def inputs(count: int) -> Iterator[tuple[str, bytes]]:
    """A query and a body each: both spoilt, or sealed well around a spoilt message."""
    chance = random.Random(20261122)  # noqa: S311 - the same inputs each time
    for number in range(count):
        post = GOOD[number % 2]
        if number % 3:
            query, body = spoilt(post.query.encode(), chance).decode("latin-1"), spoilt(post.body, chance)
        else:
            words = spoilt(XML[number % 2], chance).decode(errors="replace")
            sealed = SEALER.sign(SEAL.encrypt(words, chance.randbytes(16)), STAMP)
            query, body = sealed.query, sealed.body
        yield query, body


async def fuzz(count: int) -> None:
    plant = Plant()
    plant.window.open()
    with capture_logs() as logs:
        for query, body in inputs(count):
            outcome = await plant.door.take(query, body, plant.now)
            assert outcome in {Outcome.KEPT, Outcome.KNOWN, Outcome.DROPPED, Outcome.REFUSED}
            assert plant.door.echo(query) is None
            plant.kept.clear()
            plant.fingerprints.clear()
            shown = str(logs)
            assert not [secret for secret in SECRETS if secret in shown]
            logs.clear()


async def test_two_thousand_inputs():
    await fuzz(2_000)


@pytest.mark.slow
async def test_a_hundred_thousand_inputs_leave_no_memory_behind():
    await fuzz(2_000)
    gc.collect()
    tracemalloc.start()
    await fuzz(50_000)
    gc.collect()
    half = tracemalloc.get_traced_memory()[0]
    await fuzz(50_000)
    gc.collect()
    whole = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert whole - half < 256 * 1024


@given(st.binary(max_size=400), st.text(max_size=100))
@settings(max_examples=2_000, deadline=None)
def test_anything_at_all_is_refused(body: bytes, query: str):
    plant = Plant()
    assert asyncio.run(plant.door.take(query, body, plant.now)) == Outcome.REFUSED
    assert plant.door.echo(query) is None


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_request_or_none(data: bytes):
    async def read(sent: bytes) -> None:
        reader = asyncio.StreamReader(limit=HEAD_MAX_BYTES)
        reader.feed_data(sent)
        reader.feed_eof()
        await read_request(reader, 1000)

    for sent in (data, b"POST /x HTTP/1.1\r\n" + data + b"\r\n\r\n"):
        try:
            asyncio.run(read(sent))
        except BadRequest:
            continue
