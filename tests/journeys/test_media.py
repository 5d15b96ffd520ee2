"""Photos through the whole service: fetched from a real host, kept once, and found at what they belong to."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from app.doubles.wecom import callbacks
from app.doubles.wecom.certified import certified
from app.doubles.wecom.media_host import MediaHostDouble
from app.main import verify_chain
from app.outbound.store import SqlStore, open_store
from app.records.media import MediaLink
from app.settings import load
from app.verbs.demo import Stage, staged
from app.verbs.service import Line
from tests.journeys.conftest import WAIT_S, Floor
from tests.journeys.test_plans import inline

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHAN, ZHANG, LI, HO = "chan.siu-ming", "zhang.wei", "liu.yang", "ho.chi-keung"
BROKEN = "KN-BREAD-9 刀刃有裂纹，30把，先扣起来"
PHOTO = bytes(range(256)) * 300 + "裂纹".encode()


@dataclass
class Desk:
    """A service that fetches from a host of ours."""

    floor: Floor
    host: MediaHostDouble
    numbers: count
    secrets: set[str]

    @property
    def folder(self) -> Path:
        return self.floor.stage.config.parent / "media"

    def photo(self, plain: bytes = PHOTO, name: str = "裂纹.jpg") -> tuple[str, str, str]:
        url, key = self.host.keep(plain, name)
        self.secrets |= {url.partition("?")[2], key}
        return "image", url, key

    async def send(self, sender: str, *items: tuple[str, str, str], words: str = "", msgid: str = "") -> dict:
        """Send it, see the bubble finished; the transcript of the same answer."""
        given = msgid or f"ph-{next(self.numbers)}"
        gateway = self.floor.gateway
        await gateway._happen(callbacks.attached(gateway.bot_id, given, sender, items, words=words))
        await gateway.wait_for_answer(given, timeout=WAIT_S)
        return await self.floor.row(given)

    async def settled(self, target: str) -> list[MediaLink]:
        return await settled(self.floor.store, target)


async def settled(store: SqlStore, target: str) -> list[MediaLink]:
    """What belongs to it, once nothing of that is still wanted."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await store.read(lambda facts: facts.media_of(target))
            if found and all(each.state != "wanted" for each in found):
                return list(found)
            await asyncio.sleep(0.02)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    made, ca_file = certified(tmp_path_factory.mktemp("tls"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARGEHAND_WECOM__MEDIA__HOSTS", "127.0.0.1")
        patch.setenv("CHARGEHAND_WECOM__MEDIA__EXTRA_NETWORKS", "127.0.0.0/8")
        patch.setenv("CHARGEHAND_WECOM__MEDIA__CA_FILE", str(ca_file))
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory, unwatched, tls) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("photos")
    async with MediaHostDouble(tls) as host, staged(folder, model=False) as stage:
        store = await asyncio.to_thread(open_store, load(stage.config)[0].store_url)
        line = await Line.open(stage.service.socket)
        try:
            yield Desk(Floor(stage, store, line, asyncio.Lock()), host, count(1), set())
        finally:
            await line.close()
            await asyncio.to_thread(store.close)
        assert stage.gateway.seen.breaches == []


async def case_of(desk: Desk, ticket: str) -> str:
    done = await desk.floor.look(lambda facts: facts.decision(ticket))
    return done.steps[-1].say.values["made"]


async def test_photos_beside_words_lie_in_the_case_that_the_words_opened(desk: Desk):
    row = await desk.send(
        CHAN, desk.photo(), desk.photo(b"report", "报告.pdf"), words="@Chargehand " + BROKEN
    )
    case = await case_of(desk, row["decision_id"])
    assert case in row["reply"]
    assert f"已加到 {case}" in row["reply"]
    found = await desk.settled(case)
    assert [(each.ticket, each.state, each.name, each.size_bytes) for each in found] == [
        (row["decision_id"], "kept", "裂纹.jpg", len(PHOTO)),
        (row["decision_id"], "kept", "报告.pdf", 6),
    ]
    assert found[0].sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert (desk.folder / found[0].sha256).read_bytes() == PHOTO


async def test_a_photo_alone_is_kept_and_the_case_named_next_takes_it(desk: Desk):
    case = (await desk.floor.look(lambda facts: facts.cases()))[-1].number
    alone = await desk.send(HO, desk.photo())
    assert "SO-1042" in alone["reply"], "it asks what the photo belongs to"
    [kept] = await desk.settled(alone["decision_id"])
    assert (kept.state, kept.target) == ("kept", "")
    named = await desk.floor.ask(HO, "SO-1045")
    assert "SO-1045" in named["reply"].splitlines()[-2]
    assert [each.ticket for each in await desk.settled("SO-1045")] == [alone["decision_id"]]
    assert case not in named["reply"]


async def test_words_first_then_a_photo_alone(desk: Desk):
    words = await desk.floor.ask(LI, BROKEN)
    case = await case_of(desk, words["decision_id"])
    shown = await desk.send(LI, desk.photo(b"another photo"))
    assert f"照片已加到 {case}" in shown["reply"]
    assert [each.ticket for each in await desk.settled(case)] == [shown["decision_id"]]


async def test_the_same_photo_from_two_people_is_one_file(desk: Desk):
    rows = [await desk.send(who, desk.photo(b"the very same")) for who in (CHAN, ZHANG)]
    found = [(await desk.settled(row["decision_id"]))[0] for row in rows]
    digest = hashlib.sha256(b"the very same").hexdigest()
    assert [each.sha256 for each in found] == [digest, digest]
    assert [each.name for each in desk.folder.iterdir()].count(digest) == 1


async def test_a_photo_that_comes_twice_is_one_message_and_fetched_once(desk: Desk):
    item = desk.photo(b"delivered twice")
    row = await desk.send(ZHANG, item, msgid="twice")
    await desk.settled(row["decision_id"])
    asked = len(desk.host.requests)
    await desk.floor.gateway.redeliver("twice")
    await desk.floor.ask(ZHANG, "SS-304 还有多少")
    assert len(await desk.settled(row["decision_id"])) == 1
    assert len(desk.host.requests) == asked


@pytest.mark.parametrize(("fault", "reason"), [("redirect", "redirect"), ("expired", "status")])
async def test_what_the_host_does_not_give_is_refused_and_asked_for_again(desk: Desk, fault, reason):
    item = desk.photo(fault.encode())
    desk.host.switch(fault)
    try:
        row = await desk.send(ZHANG, item)
        [found] = await desk.settled(row["decision_id"])
    finally:
        desk.host.switch(fault, on=False)
    assert (found.state, found.reason, found.sha256) == ("refused", reason, "")
    await desk.floor.told(ZHANG, row["decision_id"], "请再发一次")
    assert hashlib.sha256(fault.encode()).hexdigest() not in [each.name for each in desk.folder.iterdir()]


async def test_a_host_off_the_list_is_never_asked(desk: Desk):
    _, url, key = desk.photo()
    asked = len(desk.host.requests)
    row = await desk.send(ZHANG, ("image", url.replace("127.0.0.1", "localhost"), key))
    [found] = await desk.settled(row["decision_id"])
    assert (found.state, found.reason) == ("refused", "host")
    assert len(desk.host.requests) == asked


async def test_a_busy_host_is_asked_again(desk: Desk):
    item = desk.photo(b"at the second try")
    asked = len(desk.host.requests)
    desk.host.switch("busy")
    row = await desk.send(ZHANG, item)
    async with asyncio.timeout(WAIT_S):
        while len(desk.host.requests) == asked:  # noqa: ASYNC110 - the far side cannot set an event
            await asyncio.sleep(0.02)
    desk.host.switch("busy", on=False)
    [found] = await desk.settled(row["decision_id"])
    assert found.state == "kept"
    assert len(desk.host.requests) >= asked + 2


async def test_speech_without_words_is_asked_for_again(desk: Desk):
    said = await desk.floor.ask(ZHANG, "", kind="voice")
    assert "再说一遍" in said["reply"]


async def test_what_was_sent_is_seen_at_the_console_and_on_the_command_line(desk: Desk):
    row = await desk.send(HO, desk.photo(b"seen", "seen.jpg"))
    [found] = await desk.settled(row["decision_id"])
    async with desk.floor.asking:
        messages = await desk.floor.line.ask("messages", limit=5)
        detail = await desk.floor.line.ask("decision", decision=row["decision_id"])
    shown = next(each for each in messages["result"]["rows"] if each["decision"] == row["decision_id"])
    assert shown["media"] == detail["result"]["media"]
    assert (shown["media"][0]["name"], shown["media"][0]["sha256"]) == ("seen.jpg", found.sha256)
    config = ["--config", str(desk.floor.stage.config)]
    code, out, err = await asyncio.to_thread(inline, ["media", "path", row["decision_id"], *config], "")
    assert (code, err) == (0, "")
    assert Path(out.strip()).read_bytes() == b"seen"  # noqa: ASYNC240 - a few bytes of a test
    code, out, _ = await asyncio.to_thread(inline, ["media", "list", *config], "")
    assert code == 0
    assert all(word in out for word in (row["decision_id"], "seen.jpg", "refused redirect"))
    code, out, _ = await asyncio.to_thread(inline, ["egress", "list", "--channel", "wecom", *config], "")
    assert code == 0
    assert "127.0.0.1:" in out
    assert "localhost" not in out, "what was not asked did not leave"


async def test_no_address_and_no_key_stays_anywhere(desk: Desk):
    words = [desk.floor.log()]
    with sqlite3.connect(desk.floor.stage.config.parent / "chargehand.sqlite") as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        words += [repr(row) for name in tables for row in store.execute(f"SELECT * FROM {name}")]  # noqa: S608
    everything = "\n".join(words)
    assert len(desk.secrets) > 20
    assert not [each for each in desk.secrets if each in everything]
    assert verify_chain(load(desk.floor.stage.config)[0]).ok


async def photo_while_the_host_is_silent(stage: Stage, host: MediaHostDouble) -> None:
    """Accepted and being fetched when the service is killed."""
    url, key = host.keep(PHOTO, "late.jpg")
    host.switch("silent")
    gateway = stage.gateway
    await gateway._happen(callbacks.attached(gateway.bot_id, "late", CHAN, [("image", url, key)]))
    async with asyncio.timeout(WAIT_S):
        while not host.requests:  # noqa: ASYNC110 - the far side cannot set an event
            await asyncio.sleep(0.02)
    await stage.service.kill()
    host.switch("silent", on=False)


@pytest.mark.parametrize("down_min", [0, 6])
async def test_a_kill_between_keeping_and_fetching_loses_nothing_but_time(tmp_path, unwatched, tls, down_min):
    async with MediaHostDouble(tls) as host, staged(tmp_path, model=False) as stage:
        await photo_while_the_host_is_silent(stage, host)
        if down_min:
            with sqlite3.connect(tmp_path / "chargehand.sqlite") as raw:
                raw.execute("UPDATE inbox SET received_at = '2026-01-01T00:00:00.000000+00:00'")
        await stage.service.start()
        await stage.service.ready(model=False, timeout_s=60)
        store = await asyncio.to_thread(open_store, load(stage.config)[0].store_url)
        try:
            [found] = await settled(store, "D-00001")
        finally:
            await asyncio.to_thread(store.close)
        if down_min:
            assert (found.state, found.reason, len(host.requests)) == ("lost", "expired", 1)
            told = await stage.gateway.wait_for_pushes(CHAN, timeout=WAIT_S)
            assert any("D-00001" in each and "再傳一次" in each for each in told)
        else:
            assert found.state == "kept"
            assert (tmp_path / "media" / found.sha256).read_bytes() == PHOTO
        assert not list((tmp_path / "media").glob("*.part"))
