import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.lane.frames import MAGIC, BrokenFrame, Frame, read, receive

heads = st.dictionaries(st.text(), st.none() | st.integers() | st.text(st.characters()) | st.booleans())


@given(heads, st.binary())
def test_what_is_packed_is_read(head: dict[str, object], body: bytes) -> None:
    frame = Frame(head, body)
    assert read(io.BytesIO(frame.packed())) == frame


def test_lone_surrogates_survive() -> None:
    frame = Frame({"texts": ["\ud800 \udfff"]})
    assert read(io.BytesIO(frame.packed())) == frame


@given(st.binary(min_size=1))
def test_garbage_is_named_and_not_read(noise: bytes) -> None:
    if noise.startswith(MAGIC):
        return
    with pytest.raises(BrokenFrame):
        read(io.BytesIO(noise))


@pytest.mark.parametrize("cut", [1, 11, 13, 20])
def test_a_stream_that_ends_within_a_frame(cut: int) -> None:
    with pytest.raises(BrokenFrame):
        read(io.BytesIO(Frame({"a": 1}, b"12345678").packed()[:cut]))


def test_the_end_between_frames_is_an_end() -> None:
    assert read(io.BytesIO(b"")) is None


@pytest.mark.parametrize(
    "raw",
    [
        MAGIC + b"\xff\xff\xff\xff" + b"\xff\xff\xff\xff",
        MAGIC + b"\x02\0\0\0\0\0\0\0[]",
        MAGIC + b"\x02\0\0\0\0\0\0\0{]",
        b"",
    ],
)
async def test_the_parent_refuses_what_is_no_frame(raw: bytes) -> None:
    stream = asyncio.StreamReader()
    stream.feed_data(raw)
    stream.feed_eof()
    with pytest.raises(BrokenFrame):
        await receive(stream)
