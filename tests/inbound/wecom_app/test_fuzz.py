"""Whatever bytes come: no crash and one refusal."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from app.inbound.wecom_app.door import Outcome
from app.inbound.wecom_app.http import HEAD_MAX_BYTES, BadRequest, read_request
from tests.inbound.wecom_app.plant import Plant


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
