"""The real client on a real socket: two at once, reconnecting, and dying without a trace."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.console import run_async
from app.console.app import ConsoleApp
from app.console.client import Client, Connected, Denied, Heard, Lost, NoService
from app.console.words import Words
from app.inbound.console.backend import KeyHolder
from app.inbound.console.feed import Feed
from app.inbound.console.server import ConsoleServer, Door
from app.records.board import CardDetail, Cards, Messages, Overview, Status, Transcript
from app.records.chart import Chart
from app.records.decision import Stage
from app.records.message import Language
from app.records.pin import hash_pin
from app.records.socket import Reply, StepLine

NOW = datetime(2026, 11, 23, 1, 12, 7, tzinfo=UTC)


@dataclass
class House:
    """The line's data behind a real socket."""

    line: Any
    writes: list[tuple[str, ...]] = field(default_factory=list)

    async def status(self) -> Status:
        return self.line.standing_now.status

    async def overview(self, language: Language) -> Overview:
        return self.line.overview_now

    async def decisions(self, language: Language) -> Cards:
        return self.line.cards_now

    async def decision(self, decision_id: str, language: Language) -> CardDetail | None:
        return None if decision_id == "D-99999" else await self.line.decision(decision_id)

    async def messages(self, limit: int, language: Language) -> Messages:
        return self.line.messages_now

    async def chart(self, plan_id: str, language: Language) -> Chart | None:
        return None if plan_id else self.line.chart_now

    async def transcript(self, msgid: str) -> Transcript | None:
        return None

    async def key_holder(self, userid: str) -> KeyHolder | None:
        return KeyHolder(userid, "李偉文", hash_pin("2468", bytes(16))) if userid == "lee.wai-man" else None

    async def approve(self, decision_id: str, person_userid: str, digest: str) -> Reply:
        self.writes.append(("approve", decision_id, person_userid, digest))
        return Reply(ok=True, code="", text="")

    async def refuse(self, decision_id: str, person_userid: str, reason: str) -> Reply:
        return Reply(ok=False, code="wrong_role", text="你不可以")

    async def undo(self, decision_id: str, person_userid: str) -> Reply:
        return Reply(ok=True, code="", text="")


class Heared:
    """What a client said, awaitable one by one."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Heard] = asyncio.Queue()

    async def next(self) -> Heard:
        async with asyncio.timeout(5):
            return await self.queue.get()


@pytest.fixture
async def group() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as tasks:
        yield tasks
        for task in list(tasks._tasks):
            task.cancel()


@pytest.fixture
def house(line: Any) -> House:
    return House(line)


async def start(group: asyncio.TaskGroup, path: Path, house: House) -> tuple[asyncio.Task[None], Feed]:
    feed = Feed()
    server = ConsoleServer(house, feed, Door(path))
    task = group.create_task(server.run())
    await server.ready.wait()
    return task, feed


def client(group: asyncio.TaskGroup, path: Path) -> tuple[Client, Heared, asyncio.Task[None]]:
    one, heard = Client(path, Language.HANT, pause_s=0.01), Heared()
    return one, heard, group.create_task(one.run(heard.queue.put_nowait))


async def test_every_view_survives_the_wire(
    group: asyncio.TaskGroup, tmp_path: Path, house: House, line: Any
) -> None:
    await start(group, tmp_path / "c.sock", house)
    one, heard, _ = client(group, tmp_path / "c.sock")
    assert await heard.next() == Connected()
    assert (await one.standing()).status == line.standing_now.status
    assert await one.overview() == line.overview_now
    assert await one.chart() == line.chart_now
    with pytest.raises(Denied, match="no such thing"):
        await one.chart("P-9")
    assert await one.decisions() == line.cards_now
    assert await one.messages() == line.messages_now
    assert await one.decision("D-00042") == await line.decision("D-00042")
    with pytest.raises(Denied) as no:
        await one.decision("D-99999")
    assert no.value.code == "unknown_decision"


async def test_two_consoles_hear_the_same_and_only_the_unlocked_one_writes(
    group: asyncio.TaskGroup, tmp_path: Path, house: House
) -> None:
    _, feed = await start(group, tmp_path / "c.sock", house)
    (one, heard_one, _), (two, heard_two, _) = (client(group, tmp_path / "c.sock") for _ in range(2))
    assert [await heard_one.next(), await heard_two.next()] == [Connected(), Connected()]
    assert (await one.unlock("lee.wai-man", "2468")).ok
    step = StepLine("D-00042", "held", Stage.HELD, NOW)
    feed.publish(step)
    assert [await heard_one.next(), await heard_two.next()] == [step, step]
    assert (await two.approve("D-00042", "ab")).code == "locked"
    assert (await one.approve("D-00042", "ab")).ok
    assert (await one.refuse("D-00042", "no")).text == "你不可以"
    assert house.writes == [("approve", "D-00042", "lee.wai-man", "ab")]


async def test_the_client_comes_back_by_itself_and_must_unlock_again(
    group: asyncio.TaskGroup, tmp_path: Path, house: House
) -> None:
    path = tmp_path / "c.sock"
    one, heard, _ = client(group, path)
    assert await heard.next() == Lost()
    with pytest.raises(NoService) as none:
        await one.standing()
    assert not none.value.asked
    task, _ = await start(group, path, house)
    while await heard.next() != Connected():
        pass
    assert (await one.unlock("lee.wai-man", "2468")).ok
    task.cancel()
    while await heard.next() != Lost():
        pass
    await asyncio.wait({task})
    await start(group, path, house)
    while await heard.next() != Connected():
        pass
    assert (await one.standing()).holder == ""


async def test_a_killed_client_changes_nothing_for_the_other(
    group: asyncio.TaskGroup, tmp_path: Path, house: House
) -> None:
    await start(group, tmp_path / "c.sock", house)
    (one, heard_one, running), (two, heard_two, _) = (client(group, tmp_path / "c.sock") for _ in range(2))
    assert [await heard_one.next(), await heard_two.next()] == [Connected(), Connected()]
    await one.unlock("lee.wai-man", "2468")
    running.cancel()
    await asyncio.wait({running})
    assert (await two.standing()).holder == ""
    assert house.writes == []


async def test_a_refused_uid_is_told_on_the_screen(
    group: asyncio.TaskGroup, tmp_path: Path, house: House
) -> None:
    server = ConsoleServer(house, Feed(), Door(tmp_path / "c.sock", peer=lambda _c: os.getuid() + 4242))
    group.create_task(server.run())
    await server.ready.wait()
    _, heard, _ = client(group, tmp_path / "c.sock")
    assert await heard.next() == Lost("not_allowed")


async def test_an_answer_that_never_comes_is_told_apart_from_no_service(
    group: asyncio.TaskGroup, tmp_path: Path
) -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    server = await asyncio.start_unix_server(deaf, tmp_path / "c.sock")
    async with server:
        one, heard, _ = client(group, tmp_path / "c.sock")
        while one._writer is None:  # noqa: ASYNC110 - the connection is being made
            await asyncio.sleep(0)
        with pytest.raises(NoService) as none:
            await one.standing()
        assert none.value.asked
        assert await heard.next() == Lost()


async def test_the_whole_way_from_key_to_house(
    group: asyncio.TaskGroup, tmp_path: Path, house: House, move_digest: str
) -> None:
    await start(group, tmp_path / "c.sock", house)
    app = ConsoleApp(Client(tmp_path / "c.sock", Language.EN), Words(Language.EN), lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app._seen.messages is not None)
        await pilot.press("3", "f2", *"lee", "full_stop", *"wai", "minus", *"man", "enter", *"2468", "enter")
        await until(pilot, lambda: type(app.screen).__name__ == "Approve")
        await pilot.press("f2")
        await until(pilot, lambda: bool(house.writes))
    assert house.writes == [("approve", "D-00042", "lee.wai-man", move_digest)]


async def until(pilot: Any, so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():
            await pilot.pause(0.01)


async def test_a_chinese_reader_on_a_bare_console_gets_english_and_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ConsoleApp] = []

    async def stop_at_once(app: ConsoleApp) -> int:
        made.append(app)
        return 0

    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setenv("LC_ALL", "zh_HK.UTF-8")
    monkeypatch.setattr(ConsoleApp, "run_async", stop_at_once)
    assert await run_async(tmp_path / "c.sock") == 0
    assert made[0]._words.language is Language.EN
    assert "cannot draw Chinese" in made[0]._notice[0]
