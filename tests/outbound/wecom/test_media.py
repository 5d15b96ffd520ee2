"""Attachments over real TLS sockets: taken whole once, or refused by name with nothing left behind."""

import asyncio
import hashlib
import json
import logging
import os
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.doubles.proxy import ProxyDouble
from app.doubles.wecom import callbacks
from app.doubles.wecom.certified import certified
from app.doubles.wecom.media_host import FAULTS, MediaHostDouble
from app.inbound.wecom_bot import read
from app.inbound.wecom_media import attachments
from app.outbound.wecom.media import MediaFetcher, resolve
from app.outbound.wecom.spool import Part, Spool
from app.records.errors import MediaDown, MediaRefused, OwnFault, SettingsWrong, StoreFull
from app.records.media import Attachment, MediaKind
from app.records.message import Message, MessageKind
from app.settings import WecomMedia
from tests.outbound.wecom.conftest import Noted

AT = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
VECTOR_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
VECTOR_BODY = bytes.fromhex("e345415aad651a5ca9d7c3fcdef312bfc0f2a2c80e82f96296f8ba55fa55ac7b")
VECTOR_PLAIN = bytes.fromhex("666163746f72792e74787420e58685e5aeb90a")
PHOTO = bytes(range(256)) * 700 + b"end"


class Scene:
    """A media host, a fetcher that trusts it, and the folder."""

    def __init__(self, host: MediaHostDouble, ca_file: Path, folder: Path) -> None:
        self.host, self.ca_file, self.folder = host, ca_file, folder
        self.asked: list[tuple[str, int]] = []
        self.ledger = Noted()

    def fetcher(
        self, found: Sequence[str] = ("127.0.0.1",), *, spool: Spool | None = None, **changes: Any
    ) -> MediaFetcher:
        settings = {
            "hosts": ("127.0.0.1", "media.example"), "extra_networks": ("127.0.0.0/8",),
            "ca_file": self.ca_file, "max_bytes": 1024**2, "idle_s": 5, "deadline_s": 10,
        }  # fmt: skip

        async def looked_up(host: str, port: int) -> Sequence[str]:
            self.asked.append((host, port))
            return found

        made = WecomMedia.model_validate(settings | changes)
        spool = spool or Spool(self.folder)
        return MediaFetcher(made, spool, lambda: AT, ledger=self.ledger, resolve=looked_up)

    def photo(self, name: str = "", **changes: Any) -> Attachment:
        url, key = self.host.keep(PHOTO, name, **changes)
        return Attachment(MediaKind.IMAGE, url, key)

    def files(self) -> list[str]:
        return sorted(each.name for each in self.folder.iterdir())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    tls, ca_file = certified(tmp_path, "media.example")
    async with MediaHostDouble(tls) as host:
        yield Scene(host, ca_file, tmp_path / "data" / "media")


async def refusal(scene: Scene, attachment: Attachment, fetcher: MediaFetcher) -> str:
    """Why it is not taken; nothing of it is left, and no word tells where it lay or how it opens."""
    with pytest.raises((MediaRefused, MediaDown)) as caught:
        await fetcher.fetch(attachment)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(attachment)
    for secret in (attachment.aes_key, attachment.url, "sign="):
        assert not secret or secret not in told
    assert caught.value.__context__ is None
    assert scene.files() == []
    return f"{'down' if isinstance(caught.value, MediaDown) else 'refused'}: {caught.value.reason}"


async def test_a_photo_is_taken_whole(scene: Scene) -> None:
    media = await scene.fetcher().fetch(scene.photo("三号线 照片.jpg"))
    assert media.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert (media.size_bytes, media.kind, media.name, media.at) == (
        len(PHOTO), MediaKind.IMAGE, "三号线 照片.jpg", AT,
    )  # fmt: skip
    [file] = scene.folder.iterdir()
    assert file == Spool(scene.folder).path(media.sha256)
    assert file.read_bytes() == PHOTO
    assert file.stat().st_mode & 0o777 == 0o600
    assert scene.folder.stat().st_mode & 0o777 == 0o700
    assert "accept-encoding: identity" in scene.host.requests[0].lower()


async def test_from_a_frame_in_a_group_to_the_folder(scene: Scene) -> None:
    items = [("image", *scene.host.keep(PHOTO, "a.jpg")), ("file", *scene.host.keep(b"report", "b.pdf"))]
    said = callbacks.attached("aib", "m1", "chan", items, words="@产线助手 看", chat="wrG")
    frame = json.loads(said.frame("r-1"))
    message = read(frame, said.frame("r-1"), AT, "aib")
    assert isinstance(message, Message)
    assert (message.kind, message.text, message.chat) == (MessageKind.TEXT, "@产线助手 看", "wrG")
    taken = [await scene.fetcher().fetch(each) for each in attachments(frame)]
    assert [(each.kind.value, each.name) for each in taken] == [("image", "a.jpg"), ("file", "b.pdf")]
    [alone] = attachments(json.loads(callbacks.attached("aib", "m2", "chan", items[:1]).frame("r-2")))
    assert await scene.fetcher().fetch(alone) == taken[0]


@pytest.mark.parametrize("key", [VECTOR_KEY, VECTOR_KEY + "="])
async def test_the_attachment_vector(scene: Scene, key: str) -> None:
    url = scene.host.keep_sealed(VECTOR_BODY)
    media = await scene.fetcher().fetch(Attachment(MediaKind.FILE, url, key))
    assert Spool(scene.folder).path(media.sha256).read_bytes() == VECTOR_PLAIN
    assert media.name == ""


async def test_the_same_photo_is_kept_once_whoever_sends_it(scene: Scene) -> None:
    fetcher = scene.fetcher()
    taken = await asyncio.gather(*(fetcher.fetch(scene.photo(f"{n}.jpg")) for n in range(6)))
    assert len(scene.host.requests) == 6
    assert {each.sha256 for each in taken} == set(scene.files())
    assert {each.name for each in taken} == {f"{n}.jpg" for n in range(6)}


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("truncated", "down: broken_off"),
        ("cut_quietly", "refused: seal"),
        ("cut_uneven", "refused: seal"),
        ("wrong_pad", "refused: seal"),
        ("huge", "refused: too_large"),
        ("huge_length", "refused: too_large"),
        ("no_length", "refused: encoding"),
        ("redirect", "refused: redirect"),
        ("expired", "refused: status"),
        ("busy", "down: busy"),
        ("packed", "refused: encoding"),
        ("silent", "down: too_slow"),
        ("drip", "down: too_slow"),
        ("garbage", "down: broken_off"),
    ],
)
async def test_a_broken_host_has_a_name(
    scene: Scene, fault: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scene.host.switch(fault)
    changes = {"silent": {"idle_s": 0.2}, "drip": {"deadline_s": 0.4}}.get(fault, {})
    attachment = scene.photo("p.jpg")
    assert await refusal(scene, attachment, scene.fetcher(**changes)) == why
    assert len(scene.host.requests) == 1
    assert "sign=" not in caplog.text
    assert attachment.aes_key not in caplog.text


async def test_every_fault_of_the_host_is_tried() -> None:
    tried = test_a_broken_host_has_a_name.pytestmark[0].args[1]
    assert {fault for fault, _ in tried} | {"flipped"} == set(FAULTS)
    with pytest.raises(OwnFault, match="truncated"):
        MediaHostDouble().switch("absent")


async def test_a_flipped_bit_is_refused_or_other_bytes(scene: Scene) -> None:
    scene.host.switch("flipped")
    media = await scene.fetcher().fetch(scene.photo())
    assert media.sha256 != hashlib.sha256(PHOTO).hexdigest()


async def test_a_body_without_end_is_not_read_further_than_the_limit(scene: Scene) -> None:
    scene.host.switch("huge")
    assert await refusal(scene, scene.photo(), scene.fetcher()) == "refused: too_large"
    assert scene.host.sent_bytes < 16 * 1024**2


@pytest.mark.parametrize(("spare", "taken"), [(0, True), (-1, False)])
async def test_the_limit_counts_plain_bytes(scene: Scene, spare: int, *, taken: bool) -> None:
    fetcher = scene.fetcher(max_bytes=len(PHOTO) + spare)
    if taken:
        assert (await fetcher.fetch(scene.photo())).size_bytes == len(PHOTO)
    else:
        assert await refusal(scene, scene.photo(), fetcher) == "refused: too_large"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/x?sign=1", "refused: address"),
        ("https://user:sign=@127.0.0.1/x", "refused: address"),
        ("https://127.0.0.1:99999/x", "refused: address"),
        ("file:///etc/passwd", "refused: address"),
        ("https:///x", "refused: address"),
        ("https://[::1", "refused: address"),
        ("", "refused: address"),
        ("https://elsewhere.example/x", "refused: host"),
        ("https://127.0.0.1.elsewhere.example/x", "refused: host"),
        ("https://media.example@elsewhere.example/x", "refused: address"),
        ("https://media.example./x", "refused: host"),
        ("https://2130706433/x", "refused: host"),
        ("https://localhost/x", "refused: host"),
    ],
)
async def test_an_address_that_is_not_ours_is_never_asked(scene: Scene, url: str, why: str) -> None:
    attachment = Attachment(MediaKind.FILE, url, VECTOR_KEY)
    assert await refusal(scene, attachment, scene.fetcher()) == why
    assert scene.asked == scene.host.requests == []


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["192.168.0.9"], ["172.20.0.1"], ["169.254.0.55"], ["100.64.0.1"],
        ["0.0.0.1"], ["224.0.0.1"], ["255.255.255.255"], ["::1"], ["::"], ["fe80::1%eth0"], ["fd00::1"],
        ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["43.1.2.3", "10.1.2.3"],
    ],
)  # fmt: skip
async def test_a_host_inside_is_never_asked(scene: Scene, found: list[str]) -> None:
    fetcher = scene.fetcher(found, extra_networks=())
    assert await refusal(scene, scene.photo(), fetcher) == "refused: network"
    assert scene.host.requests == []


async def test_the_address_that_was_looked_at_is_the_one_that_is_asked(scene: Scene) -> None:
    media = await scene.fetcher(["2400:da00::1", "127.0.0.1"]).fetch(scene.photo(host="media.example"))
    assert media.size_bytes == len(PHOTO)
    assert scene.asked == [("media.example", scene.host.port)]
    assert f"host: media.example:{scene.host.port}\r\n" in scene.host.requests[0].lower()


async def test_what_is_asked_is_listed_before_by_its_hash_alone(scene: Scene) -> None:
    photo = scene.photo(host="media.example")
    await scene.fetcher().fetch(photo, decision="D-00007")
    [entry] = scene.ledger.entries
    assert entry.destination == f"media.example:{scene.host.port}"
    assert (entry.channel, entry.purpose, entry.data_class) == ("wecom", "media", "secret")
    assert (entry.decision, entry.body) == ("D-00007", None)
    assert entry.sha256 == hashlib.sha256(photo.url.encode()).hexdigest()


async def test_nothing_is_asked_that_the_ledger_cannot_keep(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_entry: object) -> None:
        raise StoreFull

    monkeypatch.setattr(scene.ledger, "leaves", full)
    with pytest.raises(StoreFull):
        await scene.fetcher().fetch(scene.photo())
    assert scene.host.requests == []


async def test_a_proxy_gets_the_name_and_sees_no_address(scene: Scene) -> None:
    async with ProxyDouble({"media.example": scene.host.port}) as proxy:
        photo = scene.photo(host="media.example")
        media = await scene.fetcher(["10.0.0.1"], extra_networks=(), proxy=proxy.url).fetch(photo)
    assert media.size_bytes == len(PHOTO)
    assert proxy.requests == [f"CONNECT media.example:{scene.host.port} HTTP/1.1"]
    assert scene.asked == [], "the proxy resolves the name"
    assert b"sign=" not in proxy.sent


async def test_through_a_proxy_an_address_inside_is_refused_as_ever(scene: Scene) -> None:
    async with ProxyDouble() as proxy:
        fetcher = scene.fetcher(extra_networks=(), proxy=proxy.url)
        assert await refusal(scene, scene.photo(), fetcher) == "refused: network"
        elsewhere = Attachment(MediaKind.FILE, "https://elsewhere.example/x", VECTOR_KEY)
        assert await refusal(scene, elsewhere, scene.fetcher(proxy=proxy.url)) == "refused: host"
    assert proxy.requests == []


async def test_behind_a_proxy_the_certificate_must_be_of_the_name(scene: Scene) -> None:
    async with ProxyDouble({"other.example": scene.host.port}) as proxy:
        fetcher = scene.fetcher(hosts=("other.example",), proxy=proxy.url)
        assert await refusal(scene, scene.photo(host="other.example"), fetcher) == "down: no_connection"
    assert scene.host.requests == []


async def test_a_proxy_that_refuses_is_no_connection(scene: Scene) -> None:
    async with ProxyDouble(refuses="403 Forbidden") as proxy:
        fetcher = scene.fetcher(proxy=proxy.url)
        assert await refusal(scene, scene.photo(host="media.example"), fetcher) == "down: no_connection"


async def test_a_certificate_of_another_name_is_no_connection(scene: Scene) -> None:
    fetcher = scene.fetcher(hosts=("other.example",))
    assert await refusal(scene, scene.photo(host="other.example"), fetcher) == "down: no_connection"
    assert scene.host.requests == []


async def test_a_certificate_that_nobody_vouches_for_is_no_connection(scene: Scene) -> None:
    assert await refusal(scene, scene.photo(), scene.fetcher(ca_file=None)) == "down: no_connection"


async def test_a_host_without_address_is_no_connection(scene: Scene) -> None:
    assert await refusal(scene, scene.photo(), scene.fetcher([])) == "down: no_connection"
    with pytest.raises(OSError, match="-"):
        await resolve("absent.invalid", 443)
    assert "127.0.0.1" in await resolve("127.0.0.1", 443)


@pytest.mark.parametrize("key", ["", "short", VECTOR_KEY[:-1] + "!", VECTOR_KEY + "==", "密" * 43])
async def test_a_key_that_is_none_is_refused_before_anything_is_asked(scene: Scene, key: str) -> None:
    attachment = Attachment(MediaKind.FILE, scene.photo().url, key)
    assert await refusal(scene, attachment, scene.fetcher()) == "refused: seal"
    assert scene.host.requests == []


async def test_a_full_disk_keeps_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = scene.fetcher()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        await fetcher.fetch(scene.photo())
    assert scene.files() == []


async def test_a_fetch_that_is_stopped_leaves_nothing(scene: Scene) -> None:
    scene.host.switch("drip")
    begun, seen = asyncio.Event(), list[str]()

    class Watched(Spool):
        @contextmanager
        def part(self) -> Iterator[Part]:
            with super().part() as part:
                seen.extend(scene.files())
                begun.set()
                yield part

    fetcher = scene.fetcher(spool=Watched(scene.folder))
    async with asyncio.TaskGroup() as group:
        fetching = group.create_task(fetcher.fetch(scene.photo()))
        await begun.wait()
        fetching.cancel()
    assert fetching.cancelled()
    assert len(seen) == 1
    assert scene.files() == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / "tmpabc.part").write_bytes(b"half")
    (tmp_path / ("a" * 64)).write_bytes(b"whole")
    Spool(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["a" * 64]


def test_an_authority_that_cannot_be_read_is_a_wrong_setting(tmp_path: Path) -> None:
    settings = WecomMedia(ca_file=tmp_path / "absent.pem")
    with pytest.raises(SettingsWrong, match="absent"):
        MediaFetcher(settings, Spool(tmp_path), lambda: AT, ledger=Noted())
