"""Files by the bot: uploaded once for everybody, sent once, and in words where they cannot be sent."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.doubles.wecom.uploads import Uploads
from app.outbound.budget import Budget
from app.outbound.store import open_store
from app.outbound.wecom import frames
from app.outbound.wecom.clicks import Clicks
from app.outbound.wecom.files import MARGIN, BotFiles
from app.outbound.wecom.session import Ack
from app.outbound.wecom.spool import Spool
from app.outbound.wecom.streams import Streams
from app.outbound.wecom.upload_frames import CHUNK, FINISH, INIT
from app.outbound.wecom.uploading import LASTS, Uploader
from app.outbound.wecom.way import BotWay
from app.ports import Later, Outgoing, Sent
from app.records.answer import utc_now
from app.records.errors import LinkDown, OutcomeUnknown, TurnedDown
from app.records.media import MediaKind, Sending

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000  # two pieces
ROW = Outgoing(
    1, "D-00042", "lee.wai-man", False, "the picture cannot be sent", "", "", "", 1, doubtful=False
)


class Wire:
    """The link as the way and the uploads see it: the uploads' double behind it, faults by command."""

    late_s, is_ready = 0.0, True

    def __init__(self) -> None:
        self.uploads, self.budget = Uploads(), Budget()
        self.pushes: list[Mapping[str, Any]] = []
        self.sent: list[str] = []
        self.req_ids: set[str] = set()
        self.faults: dict[str, list[Exception]] = {}

    def is_live(self, _req_id: str) -> bool:
        return False

    def answer_command(self, _req_id: str) -> str:
        return ""

    async def command(self, cmd: str, req_id: str, body: Mapping[str, object], *, decision: str = "") -> Ack:
        assert req_id not in self.req_ids, "each command has a req_id of its own"
        self.req_ids.add(req_id)
        self.sent.append(cmd)
        await asyncio.sleep(0)
        if fault := next(iter(self.faults.get(cmd, [])), None):
            self.faults[cmd].pop(0)
            raise fault
        if cmd == frames.SEND:
            assert decision == "D-00042"
            self.pushes.append(body)
            return Ack(utc_now(), {})
        errcode, answer = self.uploads.judge(cmd, body)
        if errcode:
            raise TurnedDown(cmd, errcode)
        return Ack(utc_now(), answer)


class Rig:
    """A way with files, on a real store and a real folder; `clock` may be moved."""

    def __init__(self, folder) -> None:
        self.wire, self.folder, self.now = Wire(), folder, utc_now()
        self.store = open_store(f"sqlite:///{folder / 'store.sqlite'}", clock=lambda: self.now)
        self.spool = Spool(folder / "media")
        self.start()

    def clock(self) -> datetime:
        return self.now

    def start(self) -> None:
        """As after a restart: nothing is remembered but what is on the disk."""

        async def command(cmd, body):
            return (await self.wire.command(cmd, frames.new_id(cmd), body)).body

        async def pause(_s: float) -> None:
            await asyncio.sleep(0)

        uploader = Uploader(command, self.clock, pause=pause)
        self.files = BotFiles(uploader, self.spool, self.store.uploads, self.clock)
        self.way = BotWay(
            self.wire, Streams(), Clicks(self.wire), doubtful_text=lambda row: f"{row.decision_id}?",
            files=self.files, chance=lambda: 0.0,
        )  # fmt: skip

    def keep(self, content: bytes = PNG, kind: MediaKind = MediaKind.IMAGE) -> Sending:
        with self.spool.part() as part:
            part.write(content)
            return Sending(part.keep(), "plan.png", kind)

    @property
    def said(self) -> list[object]:
        return [
            each.get("markdown", {}).get("content") or each["image"]["media_id"] for each in self.wire.pushes
        ]


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path)
    yield made
    made.store.close()


async def test_a_picture_is_uploaded_in_pieces_and_pushed_by_its_id(rig):
    row = replace(ROW, file=rig.keep())
    assert isinstance(await rig.way.send(row), Sent)
    assert rig.wire.sent == [INIT, CHUNK, CHUNK, FINISH, frames.SEND]
    [(media_id, file)] = rig.wire.uploads.files.items()
    assert hashlib.sha256(file.content).hexdigest() == row.file.sha256
    assert rig.wire.pushes == [
        {"chatid": "lee.wai-man", "chat_type": 1, "msgtype": "image", "image": {"media_id": media_id}}
    ]
    assert rig.way.ways == {"file": 1}


async def test_several_receivers_and_a_restart_need_one_upload(rig):
    file = rig.keep()
    rows = [replace(ROW, id=n, to=f"person.{n}", file=file) for n in range(5)]
    await asyncio.gather(*(rig.way.send(row) for row in rows))
    rig.start()
    await rig.way.send(replace(ROW, id=9, group=True, to="wrGroup", file=file))
    assert rig.wire.sent.count(INIT) == 1
    assert len(rig.wire.pushes) == 6
    assert rig.wire.pushes[-1]["chat_type"] == 2


async def test_what_wecom_drops_soon_is_uploaded_again(rig):
    row = replace(ROW, file=rig.keep())
    await rig.way.send(row)
    rig.now += LASTS - MARGIN - timedelta(minutes=1)
    await rig.way.send(row)
    assert rig.wire.sent.count(INIT) == 1
    rig.now += timedelta(minutes=2)
    await rig.way.send(row)
    assert rig.wire.sent.count(INIT) == 2


async def test_a_stop_in_an_upload_begins_again_and_one_in_the_push_does_not(rig):
    """A row that was claimed at a stop is in doubt; only a finished upload can have been sent."""
    row = replace(ROW, file=rig.keep(), doubtful=True)
    assert isinstance(await rig.way.send(row), Sent)
    assert rig.said == ["MUP1"]
    rig.start()
    assert isinstance(await rig.way.send(row), Sent)
    assert rig.said == ["MUP1", "D-00042?"]
    rig.now += timedelta(days=4)
    rig.start()
    await rig.way.send(row)
    assert rig.said == ["MUP1", "D-00042?", "D-00042?"]


async def test_a_push_that_is_not_acknowledged_is_in_doubt(rig):
    rig.wire.faults = {frames.SEND: [OutcomeUnknown("no ack")]}
    row = replace(ROW, file=rig.keep())
    with pytest.raises(OutcomeUnknown):
        await rig.way.send(row)
    await rig.way.send(replace(row, doubtful=True, attempts=2))
    assert rig.said == ["D-00042?"]


async def test_an_upload_that_is_not_acknowledged_is_no_doubt_and_ends_in_words(rig):
    rig.wire.faults = {FINISH: [OutcomeUnknown("no ack") for _ in range(60)]}
    row = replace(ROW, file=rig.keep())
    for attempt in range(1, 5):
        with pytest.raises(LinkDown) as fault:
            await rig.way.send(replace(row, attempts=attempt))
        assert not isinstance(fault.value, OutcomeUnknown)
    assert isinstance(await rig.way.send(replace(row, attempts=5)), Sent)
    assert rig.said == [ROW.text]


async def test_a_dead_link_is_waited_for_however_often(rig):
    rig.wire.faults, rig.wire.is_ready = {INIT: [LinkDown("down")]}, False
    with pytest.raises(LinkDown):
        await rig.way.send(replace(ROW, attempts=50, file=rig.keep()))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(2_000_000), MediaKind.IMAGE),
        (b"no picture", MediaKind.IMAGE),
        (b"1", MediaKind.FILE),
    ],
    ids=["too large", "no picture", "too small"],
)
async def test_what_wecom_would_not_take_is_told_in_words(rig, content, kind):
    assert isinstance(await rig.way.send(replace(ROW, file=rig.keep(content, kind))), Sent)
    assert rig.said == [ROW.text]
    assert INIT not in rig.wire.sent


async def test_a_file_that_is_gone_is_told_in_words(rig):
    await rig.way.send(replace(ROW, file=Sending("0" * 64, "plan.png", MediaKind.IMAGE)))
    assert rig.said == [ROW.text]


async def test_a_busy_gateway_is_waited_for(rig):
    rig.wire.faults = {INIT: [TurnedDown("", 45009)]}
    row = replace(ROW, file=rig.keep())
    assert await rig.way.send(row) == Later(60.0, refused=True)
    assert rig.said == []


async def test_a_refused_upload_is_told_in_words(rig):
    rig.wire.faults = {INIT: [TurnedDown("", 40058)]}
    await rig.way.send(replace(ROW, file=rig.keep()))
    assert rig.said == [ROW.text]


async def test_an_id_that_wecom_has_dropped_is_asked_for_anew_once(rig):
    row = replace(ROW, file=rig.keep())
    rig.wire.faults = {frames.SEND: [TurnedDown("", 40007), TurnedDown("", 40007)]}
    assert isinstance(await rig.way.send(row), Later)
    await rig.way.send(replace(row, attempts=2))
    assert rig.wire.sent.count(INIT) == 2
    assert rig.said == [ROW.text]


async def test_uploads_keep_to_their_budget_and_pushes_to_the_conversations(rig):
    for n in range(30):
        await rig.files.ready(rig.keep(PNG + bytes([n])))
    later = await rig.way.send(replace(ROW, file=rig.keep()))
    assert isinstance(later, Later)
    assert 0 < later.pause_s <= 66
    assert rig.said == []
    for _ in range(27):
        rig.wire.budget.take(("lee.wai-man", False), final=False)
    row = replace(ROW, file=rig.keep(PNG + bytes([3])))
    assert isinstance(await rig.way.send(row), Later), "it is known, but the conversation is full"
    assert rig.said == []
