"""Whatever calls the app's address: one of the outcomes, no fault, no word in the log, no memory kept."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from xml.sax.saxutils import unescape

import pytest

from app.doubles.wecom_app import AGENT_ID, CORP_ID
from app.inbound.wecom_app.door import AppDoor, Outcome
from app.inbound.wecom_app.echo import ECHO, EchoWindow
from app.inbound.wecom_app.fields import FIELDS_MAX, SIZE_MAX_BYTES
from app.inbound.wecom_app.http import HEAD_MAX_BYTES, BadRequest, Request, read_request
from app.inbound.wecom_app.reading import App, Arrived, read
from app.records.message import Message
from app.records.sealing_wecom import Opened
from tests.fuzz.callbacks import CALLBACKS, SEAL, STAMP, Call, call
from tests.fuzz.memory import growth
from tests.fuzz.planted import PLANTED, WORDS, Ears, listening

AT = datetime.fromtimestamp(STAMP, UTC)
APP = App(CORP_ID, str(AGENT_ID))
DROPPED = {
    "not_genuine", "wrong_types", "other_app", "system", "unknown_event", "too_old", "known",
    "not_kept", "no_echo",
}  # fmt: skip


class Callbacks:
    """The way of a callback from the socket to the desk, and what came of each."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        window = EchoWindow(lambda: AT)
        window.open()
        self._door = AppDoor(APP, SEAL, window, self._accept, self._seen)
        self.came: Counter[str] = Counter()
        self._messages: list[Message] = []

    async def _accept(self, message: Message) -> None:
        self._messages.append(message)  # checked outside, because the door takes any fault
        self.came[message.kind] += 1
        if message.kind == "voice":
            raise RuntimeError(message.raw)

    async def _seen(self, fingerprint: str) -> bool:
        return fingerprint.startswith("00")

    async def run(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            called = call(number)
            try:
                await self._take(called)
            except Exception as fault:
                raise AssertionError(f"input {number}: {called.raw[:300]!r}") from fault
            if number % 500 == 499:
                assert self._ears.told() == set(), f"before input {number}"
        assert self._ears.told() == set()

    async def _take(self, called: Call) -> None:
        try:
            request = await _read(called.raw)
        except BadRequest:
            self.came["bad_request"] += 1
            too_long = called.raw.startswith(b"GET") or len(called.raw) > SIZE_MAX_BYTES
            assert too_long or not called.sealed
            return
        if request.method == "GET":
            self._check_echo(self._door.echo(request.query))
            return
        outcome = await self._door.take(request.query, request.body, AT)
        self.came[outcome] += 1
        while self._messages:
            check_message(self._messages.pop())
        assert not called.forged or outcome is Outcome.REFUSED
        assert set(self._door.dropped) <= DROPPED

    def _check_echo(self, echo: str | None) -> None:
        self.came["echo" if echo else "no_echo"] += 1
        assert echo is None or ECHO.fullmatch(echo)


def check_message(message: Message) -> None:
    """Nothing that no database takes, no document type, no more fields than are read."""
    given = (message.msgid, message.sender, message.text, message.refers_to, message.response_code)
    for text in (*given, message.raw, message.fingerprint):
        text.encode()
        assert "\0" not in text
    assert not message.raw.startswith("<!DOCTYPE")
    assert message.raw.count("</") <= FIELDS_MAX
    assert 1 <= len(message.msgid) <= 256
    assert 1 <= len(message.sender) <= 256


async def _read(raw: bytes) -> Request:
    reader = asyncio.StreamReader(limit=HEAD_MAX_BYTES)
    reader.feed_data(raw)
    reader.feed_eof()
    return await read_request(reader, SIZE_MAX_BYTES)


async def fuzz(count: int) -> Callbacks:
    with listening() as ears:
        fuzzed = Callbacks(ears)
        await fuzzed.run(0, count)
    assert ears.heard
    kinds = {"text", "voice", "enter", "click", "other", "echo", "no_echo", "bad_request"}
    assert set(fuzzed.came) >= kinds | set(Outcome)
    return fuzzed


async def test_ten_thousand_callbacks(capfd: pytest.CaptureFixture[str]) -> None:
    await fuzz(10_000)
    assert Ears().told("".join(capfd.readouterr())) == set()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_a_hundred_thousand_callbacks_leave_no_memory_behind(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with listening() as ears:
        fuzzed = Callbacks(ears)
        grown = await growth(fuzzed.run, warm_up=10_000, count=100_000)
    assert Ears().told("".join(capfd.readouterr())) == set()
    print(f"callbacks: {grown}; {dict(fuzzed.came)}; {ears.heard} lines heard")  # noqa: T201 - shown by -s
    assert grown.traced_bytes < 256 * 1024
    assert grown.resident_bytes < 32 * 1024**2


@pytest.mark.parametrize("number", range(len(CALLBACKS) - 1))
def test_each_callback_is_valid_before_it_is_spoilt(number: int) -> None:
    arrived = read(Opened(CALLBACKS[number], "f"), AT, APP)
    assert isinstance(arrived, Arrived)
    text = unescape(CALLBACKS[number])
    assert [name for name, secret in PLANTED.items() if secret not in text] == []
    assert arrived.message.text == "" or WORDS in arrived.message.text
    assert arrived.created_s == STAMP
