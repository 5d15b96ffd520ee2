"""The page, through real sockets: an empty 200 for what was kept, 503 for later, one 403 for the rest."""

import asyncio
import socket

import pytest
from structlog.testing import capture_logs

from app.doubles.wecom_app import CallbackSender, flipped
from app.inbound.wecom_app.fields import SIZE_MAX_BYTES
from app.inbound.wecom_app.http import BadRequest, read_request
from app.inbound.wecom_app.reading import Arrived
from app.inbound.wecom_app.server import CallbackServer, Gate
from app.records.errors import SettingsWrong
from tests.inbound.wecom_app.plant import PATH, SEAL, SEALER, STAMP, Plant, text

REFUSAL = b"HTTP/1.1 403 Forbidden\r\n"
LATER = b"HTTP/1.1 503 Service Unavailable\r\n"


async def raw(server: CallbackServer, request: bytes, *, end: bool = True) -> bytes:
    """What the page answers to these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    if end and writer.can_write_eof():
        writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def posting(body: bytes, query: str, *headers: str) -> bytes:
    lines = (f"POST {PATH}?{query} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def test_three_tries_are_one_message(plant: Plant):
    async with plant.called() as wecom:
        post = SEALER.seal(text(), STAMP)
        assert await wecom.deliver(post) == [200]
        assert [await wecom.post(post) for _ in range(2)] == [200, 200]
    assert [m.text for m in plant.messages] == ["3号线停机了"]


async def test_what_cannot_be_kept_is_tried_again(plant: Plant):
    plant.fault = OSError("disk full")
    async with plant.called() as wecom:
        post = SEALER.seal(text(), STAMP)
        assert await wecom.deliver(post) == [503, 503, 503]
        plant.fault = None
        assert await wecom.deliver(post) == [200]
    assert len(plant.kept) == 1


async def test_fifty_out_of_order_with_replays_are_fifty(plant: Plant):
    posts = [SEALER.seal(text(msgid=str(n)), STAMP) for n in range(50)]
    async with plant.called(Gate("127.0.0.1:0", PATH, at_once=200)) as wecom:
        statuses = await wecom.scatter(posts + posts)
        assert set(statuses) <= {200, 503}  # 503 where the same was being kept
        assert await wecom.scatter(posts) == [200] * 50
    assert sorted(plant.kept, key=int) == [str(n) for n in range(50)]


async def test_flipped_bits_are_refused(plant: Plant):
    post = SEALER.seal(text(), STAMP)
    async with plant.called() as wecom:
        assert {await wecom.post(flipped(post, bit)) for bit in range(0, 1000, 37)} == {403}
        assert await wecom.deliver(flipped(post, 7)) == [403, 403, 403]
    assert not plant.kept


async def test_the_kept_answer_is_empty(plant: Plant):
    post = SEALER.seal(text(), STAMP)
    async with plant.page() as server:
        answer = await raw(server, posting(post.body, post.query))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length: 0\r\n" in answer


async def test_the_echo_is_bare(plant: Plant):
    post = SEALER.sign(SEAL.encrypt("1616140317555161061", bytes(16)), STAMP)
    async with plant.called() as wecom:
        assert await wecom.verify(post) == (403, "")
        plant.window.open()
        assert await wecom.verify(post) == (200, "1616140317555161061")
        assert await wecom.verify(SEALER.seal(text(), STAMP)) == (403, "")


async def test_a_slow_desk_is_answered_before_wecom_gives_up(plant: Plant):
    async def never(_arrived: Arrived) -> None:
        await asyncio.Event().wait()

    plant.accept = never  # type: ignore[method-assign]
    plant.__post_init__()
    async with plant.called(Gate("127.0.0.1:0", PATH, within_s=0.2)) as wecom:
        assert await wecom.post(SEALER.seal(text(), STAMP)) == 503


BAD = {
    "nothing": b"",
    "no_http": b"hello\r\n\r\n",
    "tls_hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "put": f"PUT {PATH} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode(),
    "another_path": b"GET / HTTP/1.1\r\n\r\n",
    "long_head": b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
    "large_body": f"POST {PATH} HTTP/1.1\r\nContent-Length: {SIZE_MAX_BYTES + 1}\r\n\r\n".encode(),
    "endless_length": f"POST {PATH} HTTP/1.1\r\nContent-Length: {'9' * 5000}\r\n\r\n".encode(),
    "odd_length": f"POST {PATH} HTTP/1.1\r\nContent-Length: ²\r\n\r\n".encode("latin-1"),
    "two_lengths": f"POST {PATH} HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx".encode(),
    "chunked": f"POST {PATH} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
    "cut_short": f"POST {PATH} HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc".encode(),
    "no_body": f"POST {PATH} HTTP/1.1\r\n\r\n".encode(),
    "get_with_body": f"GET {PATH} HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc".encode(),
}


@pytest.mark.parametrize("request_bytes", BAD.values(), ids=BAD.keys())
async def test_whatever_else_comes_is_refused_alike(plant: Plant, request_bytes: bytes):
    async with plant.page() as server:
        answer = await raw(server, request_bytes)
        assert answer.startswith(REFUSAL)
        assert answer.endswith(b"\r\n\r\n")
        post = SEALER.seal(text(), STAMP)
        assert (await raw(server, posting(post.body, post.query))).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd",
        b"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
    ],
)
async def test_a_length_that_is_too_much_or_in_doubt(request_bytes: bytes):
    reader = asyncio.StreamReader()
    reader.feed_data(request_bytes)
    with pytest.raises(BadRequest):
        await read_request(reader, body_max_bytes=3)


async def test_who_sends_too_much_still_hears_the_answer(plant: Plant):
    def send_all_then_listen(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(posting(b"x" * 16 * SIZE_MAX_BYTES, ""))
            return connection.recv(100)

    async with plant.page() as server:
        assert (await asyncio.to_thread(send_all_then_listen, server.port)).startswith(REFUSAL)


async def test_another_path_takes_nothing(plant: Plant):
    post = SEALER.seal(text(), STAMP)
    async with plant.page(Gate("127.0.0.1:0", f"{PATH}/x")) as server:
        assert (await raw(server, posting(post.body, post.query))).startswith(REFUSAL)
    assert not plant.kept


async def test_who_sends_too_slowly_is_let_go(plant: Plant):
    async with plant.page(Gate("127.0.0.1:0", PATH, within_s=0.1)) as server:
        assert (await raw(server, b"POST /we", end=False)).startswith(LATER)


async def test_too_many_at_once_come_again_later(plant: Plant):
    async with plant.page(Gate("127.0.0.1:0", PATH, at_once=1)) as server:
        _, held = await asyncio.open_connection("127.0.0.1", server.port)
        held.write(b"GET ")
        await held.drain()
        post = SEALER.seal(text(), STAMP)
        assert (await raw(server, posting(post.body, post.query))).startswith(LATER)
        held.close()
        await held.wait_closed()


async def test_a_taken_address_is_named(plant: Plant):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        gate = Gate(f"127.0.0.1:{taken.getsockname()[1]}", PATH)
        with pytest.raises(SettingsWrong, match=r"wecom\.app\.listen"):
            await CallbackServer(plant.door, gate, plant.clock).run()


async def test_no_secret_is_logged(plant: Plant):
    post = SEALER.seal(text("secret words"), STAMP)
    plant.fault = ValueError("secret words")
    with capture_logs() as logs:
        async with plant.called() as wecom:
            for each in (post, flipped(post, 200)):
                await wecom.post(each)
    shown = str(logs)
    for secret in ("secret words", SEAL.token, post.signature, post.encrypted, "号线"):
        assert secret not in shown
    assert len(logs) == 3


async def test_the_page_is_gone_when_it_is_stopped(plant: Plant):
    async with plant.page() as server:
        port = server.port
    async with CallbackSender(f"http://127.0.0.1:{port}{PATH}") as wecom:
        assert await wecom.post(SEALER.seal(text(), STAMP)) == 0
