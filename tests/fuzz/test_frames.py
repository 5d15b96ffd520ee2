"""Whatever the gateway sends: a message or a counted drop, no fault, no word in the log, no memory kept."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from app.inbound.wecom_bot import Door, Dropped, read
from app.inbound.wecom_media import attachments
from app.outbound.wecom import frames
from app.outbound.wecom.frames import Frame, Odd
from app.records.message import Message
from tests.fuzz.frames import BOT, FRAMES, MESSAGES
from tests.fuzz.memory import growth
from tests.fuzz.mutation import json_inputs
from tests.fuzz.planted import PLANTED, Ears, listening

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LIMIT_BYTES = 4 * 1024**2
ODD = {"too_big", "not_utf8", "not_json", "not_an_object", "headers_not_an_object", "cmd_not_text"}
DROPPED = {
    "no_msgid", "wrong_types", "other_bot", "system", "group_without_chat", "unknown_event", "not_kept",
}  # fmt: skip


class Frames:
    """The way of a frame from the socket to the desk, and what came of each."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._door = Door(BOT, self._accept)
        self.came: Counter[str] = Counter()
        self.planted = 0
        self._messages: list[Message] = []

    async def _accept(self, message: Message) -> None:
        self._messages.append(message)  # checked outside, because the door takes any fault
        self.came[message.kind] += 1
        if message.kind == "voice":
            raise RuntimeError(message.raw)

    async def run(self, first: int, count: int) -> None:
        for number, raw in enumerate(json_inputs(FRAMES, "frames", first, count), first):
            try:
                await self._take(raw)
            except Exception as fault:
                raise AssertionError(f"input {number}: {raw[:300]!r}") from fault
            self.planted += any(secret.encode() in raw for secret in PLANTED.values())
            if number % 500 == 499:
                assert self._ears.told() == set(), f"before input {number}"
        assert self._ears.told() == set()

    async def _take(self, raw: bytes) -> None:
        frame = frames.read(raw, LIMIT_BYTES)
        if isinstance(frame, Odd):
            assert frame.reason in ODD
            self.came[frame.reason] += 1
            return
        check_frame(frame)
        for attached in attachments(frame.data):
            assert PLANTED["media key"] not in repr(attached)
        await self._door.take(frame.data, frame.raw, AT)
        while self._messages:
            check_message(self._messages.pop())
        assert set(self._door.dropped) <= DROPPED


def check_frame(frame: Frame) -> None:
    """What the link and the store do with a frame cannot fail on it."""
    assert frame.answer_command in {"", frames.RESPOND, frames.WELCOME, frames.UPDATE}
    assert len(frame.req_id) <= 256
    assert_storable(frame.cmd, frame.req_id, frame.raw)
    frames.error_code(frame.data)
    assert isinstance(frame.event_type, str)


def check_message(message: Message) -> None:
    assert_storable(
        message.msgid, message.sender, message.chat or "", message.text, message.quote, message.refers_to,
        message.req_id, message.raw,
    )  # fmt: skip
    assert 1 <= len(message.msgid) <= 256
    assert 1 <= len(message.sender) <= 256
    assert len(message.req_id) <= 256


def assert_storable(*texts: str) -> None:
    """No half character and no NUL, which no database takes."""
    for text in texts:
        text.encode()
        assert "\0" not in text


async def fuzz(count: int) -> Frames:
    with listening() as ears:
        fuzzed = Frames(ears)
        await fuzzed.run(0, count)
    assert ears.heard
    assert set(fuzzed.came) >= {"text", "voice", "enter", "click", "feedback", "other", *ODD} - {"too_big"}
    assert fuzzed.planted > count * 0.8
    return fuzzed


async def test_ten_thousand_frames(capfd: pytest.CaptureFixture[str]) -> None:
    await fuzz(10_000)
    assert Ears().told("".join(capfd.readouterr())) == set()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_a_hundred_thousand_frames_leave_no_memory_behind(capfd: pytest.CaptureFixture[str]) -> None:
    with listening() as ears:
        fuzzed = Frames(ears)
        grown = await growth(fuzzed.run, warm_up=10_000, count=100_000)
    assert Ears().told("".join(capfd.readouterr())) == set()
    print(f"frames: {grown}; {dict(fuzzed.came)}; {ears.heard} lines heard")  # noqa: T201 - shown by -s
    assert grown.traced_bytes < 256 * 1024
    assert grown.resident_bytes < 32 * 1024**2


@pytest.mark.parametrize("number", range(len(MESSAGES)))
def test_each_frame_is_valid_before_it_is_spoilt(number: int) -> None:
    assert not isinstance(read(MESSAGES[number], "raw", AT, BOT), Dropped)
