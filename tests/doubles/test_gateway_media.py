"""Files on the gateway double: uploaded in pieces, sent by their ids, and attached to what people say."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.doubles.wecom import Enclosed, GatewayDouble, MediaHostDouble
from app.records.errors import OwnFault
from tests.doubles.gateway_asking import Client, client

LEE = "lee.wai-man"
SEND = "aibot_send_msg"
INIT = "aibot_upload_media_init"
CONTENT = b"%PDF-1.7 shift report" * 40_000


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with MediaHostDouble() as host, GatewayDouble(known=[LEE], media=host) as double:
        yield double


@pytest.fixture
async def one(gateway: GatewayDouble) -> AsyncIterator[Client]:
    async with client(gateway) as subscribed:
        yield subscribed


def _init(content: bytes = CONTENT, **changes: object) -> dict[str, Any]:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    body = {"type": "file", "filename": "班报.pdf", "total_size": len(content), "total_chunks": 2, "md5": md5}
    return body | changes


async def _upload(one: Client, content: bytes = CONTENT, **changes: object) -> str:
    await one.tell(INIT, _init(content, **changes))
    upload_id = (await one.hear())["body"]["upload_id"]
    for index, piece in ((1, content[500_000:]), (0, content[:500_000])):
        data = base64.b64encode(piece).decode()
        body = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
        assert await one.ask("aibot_upload_media_chunk", body) == 0
    await one.tell("aibot_upload_media_finish", {"upload_id": upload_id})
    ended = await one.hear()
    assert (ended["errcode"], ended["body"]["type"]) == (0, changes.get("type", "file"))
    return str(ended["body"]["media_id"])


def _sent(media_id: str, kind: str = "file") -> dict[str, Any]:
    return {"chatid": LEE, "chat_type": 1, "msgtype": kind, kind: {"media_id": media_id}}


async def test_what_was_uploaded_can_be_pushed_and_read(gateway: GatewayDouble, one: Client) -> None:
    media_id = await _upload(one)
    assert await one.ask(SEND, _sent(media_id)) == 0
    [push] = gateway.seen.pushes[LEE]
    assert (push.msgtype, push.media_id) == ("file", media_id)
    assert gateway.seen.media[media_id].content == CONTENT
    assert gateway.seen.media[media_id].name == "班报.pdf"


async def test_what_was_uploaded_can_answer(gateway: GatewayDouble, one: Client) -> None:
    media_id = await _upload(one, type="image")
    msgid = await gateway.say(LEE, "甘特图")
    req_id = (await one.hear())["headers"]["req_id"]
    body = {"msgtype": "image", "image": {"media_id": media_id}}
    assert await one.ask("aibot_respond_msg", body, req_id) == 0
    assert gateway.seen.bubbles[msgid][0].frames[0].media_id == media_id


@pytest.mark.parametrize("kind", ["file", "image", "voice", "video"])
async def test_an_unknown_id_and_one_of_another_kind_are_refused(one: Client, kind: str) -> None:
    media_id = await _upload(one, type="video" if kind == "image" else "image")
    assert await one.ask(SEND, _sent("never-given", kind)) == 40007
    assert await one.ask(SEND, _sent(media_id, kind)) == 40007


async def test_an_id_lasts_three_days_and_a_session_half_an_hour(gateway: GatewayDouble, one: Client) -> None:
    media_id = await _upload(one)
    await one.tell(INIT, _init())
    upload_id = (await one.hear())["body"]["upload_id"]
    gateway.rules.now = lambda: time.monotonic() + 30 * 60 + 1
    body = {"upload_id": upload_id, "chunk_index": 0, "base64_data": "AAAA"}
    assert await one.ask("aibot_upload_media_chunk", body) == 40058
    assert await one.ask(SEND, _sent(media_id)) == 0
    gateway.rules.now = lambda: time.monotonic() + 3 * 24 * 3600 + 1
    assert await one.ask(SEND, _sent(media_id)) == 40007
    assert media_id in gateway.seen.media


async def test_thirty_uploads_a_minute(gateway: GatewayDouble, one: Client) -> None:
    gateway.switch("rate_limit")
    codes = [await one.ask(INIT, _init()) for _ in range(31)]
    assert codes == [0] * 30 + [45009]
    assert await one.ask(SEND, _sent("never-given")) == 40007
    gateway.switch("rate_limit", on=False)
    assert await one.ask(INIT, _init()) == 0


async def test_a_thousand_uploads_an_hour(gateway: GatewayDouble, one: Client) -> None:
    gateway.switch("rate_limit")
    now = [0.0]
    gateway.rules.now = lambda: now[0]
    for _ in range(1000):
        now[0] += 3
        assert await one.ask(INIT, _init()) == 0
    assert await one.ask(INIT, _init()) == 45009


async def test_what_people_attach_lies_sealed_on_the_host(gateway: GatewayDouble, one: Client) -> None:
    await gateway.attach(LEE, [Enclosed(b"photo")])
    body = (await one.hear())["body"]
    assert body["msgtype"] == "image"
    items = [Enclosed(b"photo"), Enclosed(b"table", "库存.xlsx", "file")]
    msgid = await gateway.attach(LEE, items, words="看这个", chat="wrG")
    body = (await one.hear())["body"]
    assert (body["msgid"], body["msgtype"], body["chatid"]) == (msgid, "mixed", "wrG")
    said, photo, file = body["mixed"]["msg_item"]
    assert said["text"]["content"] == "看这个"
    assert (photo["msgtype"], file["msgtype"]) == ("image", "file")
    async with httpx.AsyncClient(trust_env=False) as http:
        got = await http.get(file["file"]["url"])
    assert "%E5%BA%93%E5%AD%98.xlsx" in got.headers["content-disposition"]
    assert len(got.content) == 32
    assert b"table" not in got.content
    assert len(file["file"]["aeskey"]) == 43


async def test_without_a_host_nothing_can_be_attached() -> None:
    with pytest.raises(OwnFault, match="media host"):
        await GatewayDouble().attach(LEE, [Enclosed(b"photo")])
