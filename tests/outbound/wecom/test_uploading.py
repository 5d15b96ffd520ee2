"""Files go out in pieces: whole under every loss of an acknowledgement, and never of the wrong kind."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.doubles.wecom.uploads import OK, Uploads
from app.outbound.wecom.upload_frames import CHUNK, CHUNK_BYTES, FINISH, INIT, Outfile, chunk_body, init_body
from app.outbound.wecom.uploading import Uploader
from app.records.errors import LinkDown, MediaRefused, OutcomeUnknown, TurnedDown
from app.records.media import MediaKind

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(1_200_000)
GANTT = Outfile(MediaKind.IMAGE, "plan.png", PNG)


class Wire:
    """A command to the double; `faults` by number of the command: lost after it was taken, or refused."""

    def __init__(self, faults: Mapping[int, Any] | None = None, answer: Mapping[str, object] | None = None):
        self.uploads, self.faults, self.answer = Uploads(), dict(faults or {}), answer
        self.sent: list[str] = []
        self.pauses: list[float] = []

    async def __call__(self, cmd: str, body: Mapping[str, object]) -> Mapping[str, object]:
        number = len(self.sent)
        self.sent.append(cmd)
        await asyncio.sleep(0)
        fault = self.faults.get(number)
        if isinstance(fault, Exception) and not isinstance(fault, OutcomeUnknown):
            raise fault
        errcode, answer = self.uploads.judge(cmd, body)
        if fault is not None:
            raise fault
        if errcode != OK:
            raise TurnedDown("refused", errcode)
        return self.answer if self.answer and cmd == FINISH else answer

    async def pause(self, pause_s: float) -> None:
        self.pauses.append(pause_s)

    def uploader(self) -> Uploader:
        return Uploader(self, lambda: NOW, pause=self.pause)


def lost() -> OutcomeUnknown:
    return OutcomeUnknown("no acknowledgement")


async def test_a_picture_goes_out_in_three_pieces() -> None:
    wire = Wire()
    uploaded = await wire.uploader().upload(GANTT)
    assert wire.sent == [INIT, CHUNK, CHUNK, CHUNK, FINISH]
    [(media_id, seen)] = wire.uploads.files.items()
    assert (seen.kind, seen.name, seen.content) == ("image", "plan.png", PNG)
    assert (uploaded.media_id, uploaded.kind) == (media_id, MediaKind.IMAGE)
    assert uploaded.expires_at <= NOW + timedelta(days=3)
    assert wire.pauses == []
    assert "PNG" not in repr(GANTT)


@given(st.dictionaries(st.integers(0, 12), st.sampled_from(["lost", "busy", "many"]), max_size=5))
@settings(max_examples=150, deadline=None)
async def test_what_ends_is_whole_and_what_does_not_may_be_tried_again(plan: dict[int, str]) -> None:
    kinds: dict[str, Callable[[], Exception]] = {
        "lost": lost, "busy": lambda: TurnedDown("", -1), "many": lambda: TurnedDown("", 45033),
    }  # fmt: skip
    wire = Wire({number: kinds[kind]() for number, kind in plan.items()})
    try:
        uploaded = await wire.uploader().upload(GANTT)
    except OutcomeUnknown:
        assert "lost" in plan.values()
    except TurnedDown:
        assert len(plan) >= 3
    else:
        assert wire.uploads.files[uploaded.media_id].content == PNG


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_a_command_without_acknowledgement_is_repeated(number: int) -> None:
    wire = Wire({number: lost()})
    uploaded = await wire.uploader().upload(GANTT)
    assert wire.uploads.files[uploaded.media_id].content == PNG
    assert wire.sent[number] == wire.sent[number + 1]
    assert wire.pauses == [0.5]


async def test_an_end_without_acknowledgement_leaves_it_unknown() -> None:
    wire = Wire({4: lost()})
    with pytest.raises(OutcomeUnknown):
        await wire.uploader().upload(GANTT)
    assert wire.sent[4:] == [FINISH, FINISH]


async def test_patience_ends() -> None:
    wire = Wire(dict.fromkeys(range(9), TurnedDown("", -1)))
    with pytest.raises(TurnedDown):
        await wire.uploader().upload(GANTT)
    assert wire.sent == [INIT] * 3
    wire = Wire(dict.fromkeys(range(9), lost()))
    with pytest.raises(OutcomeUnknown):
        await wire.uploader().upload(GANTT)
    assert wire.sent == [INIT] * 3
    assert wire.pauses == [0.5, 2.0]


@pytest.mark.parametrize("fault", [LinkDown("down"), TurnedDown("", 40058), TurnedDown("", 45009)])
async def test_a_refusal_and_a_cut_are_the_callers(fault: Exception) -> None:
    wire = Wire({2: fault})
    with pytest.raises(type(fault)):
        await wire.uploader().upload(GANTT)
    assert wire.sent == [INIT, CHUNK, CHUNK]


@pytest.mark.parametrize(
    ("said", "from_then"),
    [
        ("1795305800", datetime.fromtimestamp(1795305800, UTC)),
        (1795305800, datetime.fromtimestamp(1795305800, UTC)),
        ("9999999999", NOW),
        ("99999999999999999999", NOW),
        ("soon", NOW),
        (None, NOW),
        ("²", NOW),
        (-5, NOW),
    ],
)
async def test_three_days_from_what_the_gateway_says(said: object, from_then: datetime) -> None:
    wire = Wire(answer={"media_id": "M1", "created_at": said})
    uploaded = await wire.uploader().upload(GANTT)
    assert uploaded.expires_at == min(from_then, NOW) + timedelta(days=3)


@pytest.mark.parametrize("answer", [{"media_id": ""}, {"media_id": 7}, {"type": "image"}])
async def test_an_answer_without_an_id_is_none(answer: dict[str, object]) -> None:
    with pytest.raises(TurnedDown, match="media_id"):
        await Wire(answer=answer).uploader().upload(GANTT)


MP4 = b"\x00\x00\x00\x18ftypmp42"


@pytest.mark.parametrize(
    ("kind", "content", "why"),
    [
        (MediaKind.FILE, b"1234", "type"),
        (MediaKind.FILE, b"", "type"),
        (MediaKind.FILE, bytes(20_000_001), "too_large"),
        (MediaKind.IMAGE, b"<svg></svg>", "type"),
        (MediaKind.IMAGE, PNG + bytes(800_000), "too_large"),
        (MediaKind.VIDEO, PNG, "type"),
        (MediaKind.VIDEO, MP4 + bytes(10_000_000), "too_large"),
        (MediaKind.VOICE, MP4, "type"),
        (MediaKind.VOICE, b"#!AMR" + bytes(2_000_000), "too_large"),
        (MediaKind.FILE, b"12345", ""),
        (MediaKind.FILE, bytes(20_000_000), ""),
        (MediaKind.VIDEO, MP4, ""),
        (MediaKind.VOICE, b"#!AMR\n", ""),
        (MediaKind.IMAGE, b"GIF89a", ""),
        (MediaKind.IMAGE, b"\xff\xd8\xff\xe0\x00", ""),
    ],
)
async def test_what_wecom_takes(kind: MediaKind, content: bytes, why: str) -> None:
    wire = Wire()
    if why:
        with pytest.raises(MediaRefused) as caught:
            await wire.uploader().upload(Outfile(kind, "x", content))
        assert caught.value.reason == why
        assert wire.sent == []
    else:
        await wire.uploader().upload(Outfile(kind, "x", content))
        assert len(wire.uploads.files) == 1


@pytest.mark.parametrize("size", [5, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
async def test_pieces_at_their_edges(size: int) -> None:
    wire, content = Wire(), os.urandom(size)
    await wire.uploader().upload(Outfile(MediaKind.FILE, "a.bin", content))
    assert [each.content for each in wire.uploads.files.values()] == [content]
    assert wire.sent.count(CHUNK) == -(-size // CHUNK_BYTES)


def test_the_frames() -> None:
    file = Outfile(MediaKind.FILE, "../班报" + "长" * 200 + ".pdf", b"x" * 700_000)
    body = init_body(file)
    name = str(body["filename"])
    assert name.startswith("班报")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 256
    assert (body["total_size"], body["total_chunks"]) == (700_000, 2)
    assert body["md5"] == hashlib.md5(file.content, usedforsecurity=False).hexdigest()
    assert chunk_body("U", file, 1)["chunk_index"] == 1
    assert init_body(Outfile(MediaKind.FILE, "..", b"12345"))["filename"] == "file"
