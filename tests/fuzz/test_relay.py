"""Whatever the relay or the appliance sends the other: a frame, or ValueError and nothing else."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from app.records import relay
from tests.fuzz.memory import growth
from tests.fuzz.mutation import json_inputs
from tests.fuzz.planted import RESPONSE_CODE, TOKEN, URL, USER, WORDS, Ears, listening

Read = Callable[[bytes], Any]


def _record(n: int, query: str, body: bytes) -> dict[str, Any]:
    source, at_ms = "203.0.113.7", 1795305600000
    hashed = relay.fingerprint(at_ms, source, query, body)
    return relay.Record(
        n=n, received_ms=at_ms, source=source, query=query, body=body, hash=hashed
    ).model_dump(mode="json")


_QUERY = f"msg_signature=s&timestamp=1&nonce={TOKEN}&x={USER}{RESPONSE_CODE}"
_BODY = f"<xml><Encrypt>{WORDS}{URL}</Encrypt></xml>".encode()
FRAMES: list[dict[str, Any]] = [
    {"kind": "hello", "v": 1, "queue": TOKEN, "after": 17},
    {"kind": "ack", "n": 17},
    {"kind": "window", "open_s": 600.0},
    {"kind": "answer", "id": 3, "text": WORDS},
    {"kind": "answer", "id": 3, "text": None},
    {"kind": "welcome", "v": 1, "queue": TOKEN},
    {"kind": "records", "records": []},
    {"kind": "records", "records": [_record(n, _QUERY, _BODY) for n in (1, 2, 3)]},
    {"kind": "echo", "id": 3, "query": _QUERY},
    {"kind": "bye", "reason": "superseded"},
    {"kind": "bye", "reason": "unreadable"},
]


class Relays:
    """Both ends' readers, and what came of each frame."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self.came: Counter[str] = Counter()

    async def run(self, first: int, count: int) -> None:
        for number, raw in enumerate(json_inputs(FRAMES, "relay", first, count), first):
            for read in (relay.read_from_appliance, relay.read_from_relay):
                try:
                    self._take(read, raw)
                except Exception as fault:
                    raise AssertionError(f"input {number}: {raw[:300]!r}") from fault
        assert self._ears.told() == set()

    def _take(self, read: Read, raw: bytes) -> None:
        try:
            frame = read(raw)
        except ValueError:
            self.came["refused"] += 1
            return
        self.came[frame.kind] += 1
        assert read(relay.write(frame).encode()) == frame
        for record in getattr(frame, "records", ()):
            self.came["whole" if record.whole else "rotten"] += 1


async def fuzz(count: int) -> Relays:
    with listening() as ears:
        fuzzed = Relays(ears)
        await fuzzed.run(0, count)
    kinds = {"hello", "ack", "window", "answer", "welcome", "records", "echo", "bye"}
    assert set(fuzzed.came) == kinds | {"refused", "whole", "rotten"}
    return fuzzed


async def test_twenty_thousand_frames_between_relay_and_appliance(
    capfd: pytest.CaptureFixture[str],
) -> None:
    await fuzz(20_000)
    assert Ears().told("".join(capfd.readouterr())) == set()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_frames_between_relay_and_appliance_leave_no_memory_behind() -> None:
    with listening() as ears:
        grown = await growth(Relays(ears).run, warm_up=5_000, count=20_000)
    print(f"relay: {grown}")  # noqa: T201 - shown by -rP
    assert grown.traced_bytes < 256 * 1024
    assert grown.resident_bytes < 32 * 1024**2


@pytest.mark.parametrize("read", [relay.read_from_appliance, relay.read_from_relay])
@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"kind":' * 50_000, "9" * 100_000, "\ud83d", '"\\ud83d"']
)
def test_text_that_no_frame_is(read: Read, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the promise names no narrower one
        read(text)
