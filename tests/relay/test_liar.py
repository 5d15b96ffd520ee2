"""A relay that lies: the door gets what was sent, and the link goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from app.inbound.relay_link import RelayState
from app.records.relay import (
    Ack,
    Answer,
    Bye,
    Echo,
    Hello,
    Record,
    Records,
    Welcome,
    Window,
    fingerprint,
    read_from_appliance,
    read_from_relay,
    write,
)
from app.relay import Relay
from app.relay.held import Held
from tests.relay.scene import Appliance, envelope, get, link_settings, relay_settings, running, tell_of_acks

GENUINE = [envelope(number) for number in range(6)]


def record(n: int, body: bytes, hash_of: bytes | None = None) -> Record:
    told = fingerprint(1, "s", "q=1", body if hash_of is None else hash_of)
    return Record(n=n, received_ms=1, source="s", query="q=1", body=body, hash=told)


def flipped(body: bytes) -> bytes:
    at = body.index(b"A")
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


@asynccontextmanager
async def lying(
    say: Callable[[ServerConnection, int], Awaitable[None]],
    queue: Callable[[int], str] = lambda _call: "lies",
) -> AsyncIterator[tuple[Appliance, list[object]]]:
    """A relay that greets and then says what it likes, with the number of the connection."""
    heard: list[object] = []
    appliance = Appliance(genuine=lambda body: body in GENUINE)
    calls = 0

    async def answer(wire: ServerConnection) -> None:
        nonlocal calls
        calls += 1
        try:
            heard.append(read_from_appliance(await wire.recv()))
            await wire.send(write(Welcome(queue=queue(calls))))
            await say(wire, calls)
            while True:
                heard.append(read_from_appliance(await wire.recv()))
                appliance.notice()
        except ConnectionClosed:
            return

    async with serve(answer, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with running(link_settings(port), appliance):
            yield appliance, heard


async def send(wire: ServerConnection, *records: Record) -> None:
    await wire.send(write(Records(records=list(records))))


async def test_reordered_and_replayed_records_are_kept_once():
    async def say(wire: ServerConnection, _call: int) -> None:
        await send(wire, record(3, GENUINE[3]), record(1, GENUINE[1]), record(3, GENUINE[3]))
        await send(wire, record(2, GENUINE[2]), record(900, GENUINE[1]), record(0, GENUINE[0]))

    async with lying(say) as (appliance, heard):
        await appliance.until(lambda: Ack(n=900) in heard)
        assert sorted(appliance.kept) == GENUINE[:4]
        assert appliance.link.counts == {"kept": 4, "duplicate": 2}


async def test_a_flipped_bit_and_an_invention_are_junk_and_acknowledged():
    async def say(wire: ServerConnection, _call: int) -> None:
        await send(
            wire,
            record(1, flipped(GENUINE[0])),
            record(2, flipped(GENUINE[1]), hash_of=GENUINE[1]),
            record(3, b"invented"),
            record(4, GENUINE[4]),
        )

    async with lying(say) as (appliance, heard):
        await appliance.until(lambda: Ack(n=4) in heard)
        assert appliance.kept == [GENUINE[4]]
        assert appliance.asked == [flipped(GENUINE[0]), b"invented", GENUINE[4]], "what rotted is not asked"
        assert appliance.link.counts == {"junk": 3, "kept": 1}


async def test_a_relay_that_hears_no_acknowledgement_and_repeats_itself_for_ever_changes_nothing():
    async def say(wire: ServerConnection, call: int) -> None:
        await send(wire, *[record(n + 1, body) for n, body in enumerate(GENUINE)])
        if call < 4:
            await wire.close()

    async with lying(say) as (appliance, heard):
        await appliance.until(
            lambda: Ack(n=6) in heard and sum(isinstance(each, Hello) for each in heard) == 4
        )
        assert appliance.kept == GENUINE


async def test_only_what_was_taken_is_acknowledged():
    async def say(wire: ServerConnection, _call: int) -> None:
        await send(wire, *[record(n + 1, body) for n, body in enumerate(GENUINE)])

    async with lying(say) as (appliance, heard):
        appliance.later = {GENUINE[3]}
        await appliance.until(lambda: Ack(n=3) in heard)
        await appliance.until(lambda: appliance.states.count(RelayState.READY) >= 2)
        assert Hello(queue="lies", after=3) in heard
        assert not [each for each in heard if isinstance(each, Ack) and each.n > 3]


@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"kind":"records","records":[{"n":-1}]}',
        '{"kind":"records","records":[{"n":1e400}]}',
        write(Records(records=[record(1, b"x")])).replace('"eA=="', '"e"'),
        write(Welcome(queue="again")),
        '{"kind":"bye","reason":"because"}',
        "\x00",
        b"\xff\xfe",
    ],
)
async def test_a_frame_that_cannot_be_read_ends_the_connection_and_the_next_one_works(frame: str | bytes):
    async def say(wire: ServerConnection, call: int) -> None:
        await (wire.send(frame) if call == 1 else send(wire, record(1, GENUINE[0])))

    async with lying(say) as (appliance, heard):
        await appliance.until(lambda: Ack(n=1) in heard)
        assert appliance.kept == [GENUINE[0]]


async def test_a_time_that_no_clock_can_show_is_no_fault():
    async def say(wire: ServerConnection, _call: int) -> None:
        told = fingerprint(2**62, "s", "q", GENUINE[0])
        await send(wire, Record(n=1, received_ms=2**62, source="s", query="q", body=GENUINE[0], hash=told))

    async with lying(say) as (appliance, heard):
        await appliance.until(lambda: Ack(n=1) in heard)
        assert appliance.kept == [GENUINE[0]]


async def test_a_relay_that_asks_for_echoes_with_the_window_shut_gets_none():
    async def say(wire: ServerConnection, _call: int) -> None:
        await wire.send(write(Echo(id=7, query="echostr=x")))

    async with lying(say) as (appliance, heard):
        appliance.echoes = {"x": "123"}
        await appliance.until(lambda: any(getattr(each, "id", None) == 7 for each in heard))
        [answer] = [each for each in heard if getattr(each, "id", None) == 7]
        assert answer.text is None
        assert appliance.link.counts == {}


async def test_a_message_that_is_replayed_as_a_check_has_no_answer_even_in_the_window():
    async def say(wire: ServerConnection, _call: int) -> None:
        while True:
            frame = read_from_appliance(await wire.recv())
            if isinstance(frame, Window) and frame.open_s > 0:
                break
        await wire.send(write(Echo(id=7, query="echostr=message")))
        await wire.send(write(Echo(id=8, query="echostr=number")))

    async with lying(say) as (appliance, heard):
        appliance.echoes = {"message": "<xml>what was said</xml>", "number": "123"}
        await appliance.ready()
        await appliance.link.open_window(600)
        await appliance.until(lambda: Answer(id=8, text="123") in heard)
        assert Answer(id=7, text=None) in heard


async def test_with_a_new_queue_the_numbers_of_the_old_one_acknowledge_nothing():
    async def say(wire: ServerConnection, call: int) -> None:
        await send(wire, record(9, GENUINE[0]) if call == 1 else record(1, GENUINE[1]))
        if call == 1:
            await appliance.until(lambda: bool(appliance.kept))
            await wire.close()

    async with lying(say, lambda call: f"queue-{call}") as (appliance, heard):
        await appliance.until(lambda: Ack(n=1) in heard)
        assert heard[-1] == Ack(n=1)
        assert Hello(queue="queue-1", after=9) in heard


async def test_a_relay_that_never_greets_is_left_and_tried_again():
    async def silent(wire: ServerConnection) -> None:
        await wire.wait_closed()

    async with serve(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.inbound.relay_session._WELCOME_S", 0.05)
            async with running(link_settings(port)) as appliance:
                await appliance.until(lambda: len(appliance.pauses) == 2)
        assert RelayState.READY not in appliance.states


async def test_a_relay_that_hangs_up_at_once_does_not_end_the_outage():
    async def say(wire: ServerConnection, _call: int) -> None:
        await wire.send(write(Bye(reason="unreadable")))

    async with lying(say) as (appliance, _):
        await appliance.until(lambda: len(appliance.pauses) == 6)
        assert appliance.pauses == [1, 2, 4, 8, 16, 30]
        assert appliance.states.count(RelayState.READY) >= 5
        appliance.now = appliance.now.replace(year=appliance.now.year + 1)
        await appliance.until(lambda: len(appliance.alarms) == 1)


HELLO = write(Hello(queue="", after=0))


@pytest.mark.parametrize(
    "frames", [["{}"], [write(Ack(n=1))], [HELLO.replace('"v":1', '"v":2')], [HELLO, HELLO], [HELLO, "[]"]]
)
async def test_a_frame_of_the_appliance_that_cannot_be_read_is_answered_with_a_goodbye(
    tmp_path: Path, frames: list[str]
):
    async with (
        Relay.opened(relay_settings(tmp_path)) as relay,
        connect(f"ws://127.0.0.1:{relay.pull.port}") as wire,
    ):
        for frame in frames:
            await wire.send(frame)
        said: list[object] = []
        with suppress(ConnectionClosed):
            while True:
                said.append(read_from_relay(await wire.recv()))
        assert said[-1] == Bye(reason="unreadable")


@pytest.mark.parametrize("queue", ["", "ours"])
async def test_a_number_of_another_queue_or_one_never_given_skips_nothing(tmp_path: Path, queue: str):
    async with (
        Relay.opened(relay_settings(tmp_path)) as relay,
        connect(f"ws://127.0.0.1:{relay.pull.port}") as wire,
    ):
        for body in GENUINE[:2]:
            await relay.keeper.put("s", "q", body)
        after = 2**62 if queue else 2
        await wire.send(write(Hello(queue=relay.keeper.id if queue else "another", after=after)))
        assert read_from_relay(await wire.recv()) == Welcome(queue=relay.keeper.id)
        async with asyncio.timeout(10):
            frame = read_from_relay(await wire.recv())
        assert isinstance(frame, Records)
        assert [each.body for each in frame.records] == GENUINE[:2]


async def test_an_acknowledgement_of_what_was_not_sent_deletes_nothing(tmp_path: Path):
    appliance = Appliance()
    async with (
        Relay.opened(relay_settings(tmp_path, pull={"window": 1})) as relay,
        connect(f"ws://127.0.0.1:{relay.pull.port}") as wire,
    ):
        tell_of_acks(relay, appliance.notice)
        for body in GENUINE[:3]:
            await relay.keeper.put("s", "q", body)
        await wire.send(HELLO)
        assert isinstance(read_from_relay(await wire.recv()), Welcome)
        first = read_from_relay(await wire.recv())
        assert isinstance(first, Records)
        assert len(first.records) == 1, "the window is one record"
        await wire.send(write(Ack(n=1000)))
        await appliance.until(lambda: relay.keeper.length == 2)


async def test_the_relay_asks_no_appliance_that_did_not_open_the_window(tmp_path: Path):
    async with (
        Relay.opened(relay_settings(tmp_path)) as relay,
        connect(f"ws://127.0.0.1:{relay.pull.port}") as wire,
        asyncio.timeout(10),
    ):
        await wire.send(HELLO)
        assert isinstance(read_from_relay(await wire.recv()), Welcome)
        assert await get(relay.callback.port, "echostr=1") == (404, b"")
        await wire.send(write(Window(open_s=600)))
        assert await (await wire.ping()) >= 0
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(get(relay.callback.port, "echostr=2"))
            frame = read_from_relay(await wire.recv())
            assert isinstance(frame, Echo)
            assert frame.query == "echostr=2", "the first check was not passed on"
            await wire.send(write(Answer(id=frame.id + 1, text="other")))
            await wire.send(write(Answer(id=frame.id, text="123")))
        assert asking.result() == (200, b"123")


async def test_an_appliance_that_was_taken_over_from_gets_nothing_more_however_long_its_goodbye_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stuck = asyncio.Event()

    async def never(*_: object) -> None:
        stuck.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Held, "_hang_up", never)
    async with (
        Relay.opened(relay_settings(tmp_path)) as relay,
        connect(f"ws://127.0.0.1:{relay.pull.port}") as first,
    ):
        await first.send(HELLO)
        assert isinstance(read_from_relay(await first.recv()), Welcome)
        async with running(link_settings(relay.pull.port)) as second:
            tell_of_acks(relay, second.notice)
            await stuck.wait()
            for body in GENUINE:
                await relay.keeper.put("s", "q", body)
            await second.until(lambda: relay.keeper.length == 0)
            assert second.kept == GENUINE
        await first.close()
        assert [text async for text in first] == []
