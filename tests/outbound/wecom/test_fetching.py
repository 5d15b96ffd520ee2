"""The queue of attachments is drained: again after a fault, at most so many at once, never after its time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.outbound.shipped import read_catalogue
from app.outbound.wecom.fetching import Fetching, MediaRests
from app.records.errors import Down, MediaDown, MediaRefused, StoreFull
from app.records.media import Attachment, Media, MediaKind, MediaState, Wanted
from app.records.message import Language, Message, MessageKind

AT = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
URL, KEY = "https://host/x?sign=SECRET", "K" * 43


def wanted(n: int, *, lives_s: float = 300) -> Wanted:
    photo = Attachment(MediaKind.IMAGE, URL, KEY)
    return Wanted(f"D-{n:05d}", 1, "chan", photo, AT + timedelta(seconds=lives_s))


@dataclass
class Scene:
    """A queue in memory, and a fetcher that does what it is told; time goes on with each attempt."""

    queue: list[Wanted]
    outcomes: list[Exception] = field(default_factory=list)
    now: datetime = AT
    step_s: float = 0.0
    tries: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    gate: asyncio.Event | None = None
    ended: list[tuple[str, str, str]] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    broken: list[Exception] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def clock(self) -> datetime:
        return self.now

    async def fetch(self, attachment: Attachment, *, decision: str = "") -> Media:
        self.tries.append(decision)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.changed.set()
        try:
            if self.gate:
                await self.gate.wait()
            self.now += timedelta(seconds=self.step_s)
            if self.outcomes:
                raise self.outcomes.pop(0)
            return Media("ab" * 32, 3, attachment.kind, "x.jpg", self.now)
        finally:
            self.at_once -= 1

    async def wanted(self, limit: int) -> tuple[Wanted, ...]:
        return tuple(self.queue[:limit])

    async def kept(self, row: Wanted, media: Media) -> None:
        self._end(row, "kept", media.sha256)

    async def missed(
        self, row: Wanted, state: MediaState, reason: str, text: Callable[[Language], str]
    ) -> None:
        assert row.ticket in text(Language.HANS)
        self._end(row, state.value, reason)

    def _end(self, row: Wanted, state: str, what: str) -> None:
        if self.broken:
            raise self.broken.pop(0)
        self.queue.remove(row)
        self.ended.append((row.ticket, state, what))
        self.changed.set()

    def on_alarm(self, fault) -> None:
        self.alarms.append(fault.code)

    def fetching(self, at_once: int = 2) -> Fetching:
        rests = MediaRests(idle_s=0.01, again_s=(0.0,))
        return Fetching(
            self, self, self.clock, at_once, read_catalogue("Asia/Hong_Kong"), self.on_alarm, rests=rests
        )

    async def until(self, true: Callable[[], bool], fetching: Fetching | None = None) -> None:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            running = group.create_task((fetching or self.fetching()).run())
            while not true():
                self.changed.clear()
                await self.changed.wait()
            running.cancel()


async def test_what_is_wanted_is_fetched_and_kept() -> None:
    scene = Scene([wanted(1), wanted(2)])
    await scene.until(lambda: len(scene.ended) == 2)
    assert sorted(scene.ended) == [("D-00001", "kept", "ab" * 32), ("D-00002", "kept", "ab" * 32)]
    assert sorted(scene.tries) == ["D-00001", "D-00002"]


async def test_a_fault_is_tried_again() -> None:
    scene = Scene([wanted(1)], [MediaDown("busy"), MediaDown("too_slow")])
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended[0][1], len(scene.tries)) == ("kept", 3)


async def test_a_refusal_is_not() -> None:
    scene = Scene([wanted(1)], [MediaRefused("host")])
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended, len(scene.tries)) == ([("D-00001", "refused", "host")], 1)


async def test_when_its_address_is_dead_it_is_lost() -> None:
    scene = Scene([wanted(1)], [MediaDown("busy")] * 99, step_s=70)
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended, len(scene.tries)) == ([("D-00001", "lost", "busy")], 5)


async def test_what_died_while_nothing_ran_is_lost_unasked() -> None:
    scene = Scene([wanted(1, lives_s=0)])
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended, scene.tries) == ([("D-00001", "lost", "expired")], [])


async def test_no_more_than_so_many_at_once_and_none_that_died_in_line() -> None:
    scene = Scene([wanted(n, lives_s=300 if n < 4 else 10) for n in range(1, 6)], gate=asyncio.Event())
    fetching = scene.fetching(at_once=3)
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(fetching.run())
        while len(scene.tries) < 3:
            scene.changed.clear()
            await scene.changed.wait()
        scene.now += timedelta(seconds=20)
        scene.gate.set()
        while len(scene.ended) < 5:
            scene.changed.clear()
            await scene.changed.wait()
        running.cancel()
    assert scene.most_at_once == 3
    assert sorted(scene.ended)[3:] == [("D-00004", "lost", "expired"), ("D-00005", "lost", "expired")]


async def test_a_full_disk_keeps_it_wanted_and_alarms_once() -> None:
    scene = Scene([wanted(1)], [StoreFull(), StoreFull()])
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended[0][1], scene.alarms) == ("kept", ["CH-124"])
    full = Scene([wanted(1)], [StoreFull()] * 99, step_s=100)
    await full.until(lambda: bool(full.ended))
    assert full.ended == [("D-00001", "lost", "disk_full")]


@pytest.mark.parametrize("fault", [Down("busy"), StoreFull()])
async def test_an_end_that_cannot_be_kept_is_brought_again(fault: Exception) -> None:
    scene = Scene([wanted(1)], broken=[fault])
    await scene.until(lambda: bool(scene.ended))
    assert (scene.ended[0][1], len(scene.tries), len(scene.alarms)) == ("kept", 2, 1)


async def test_a_message_with_a_photo_wakes_it() -> None:
    scene = Scene([])
    fetching = Fetching(
        scene, scene, scene.clock, 1, read_catalogue("Asia/Hong_Kong"), rests=MediaRests(idle_s=3600)
    )
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(fetching.run())
        await asyncio.sleep(0)
        scene.queue.append(wanted(1))
        photo = wanted(1).attachment
        fetching.hear(Message("m", "chan", None, MessageKind.OTHER, "", AT, attached=(photo,)))
        await scene.changed.wait()
        while not scene.ended:
            scene.changed.clear()
            await scene.changed.wait()
        running.cancel()


async def test_no_word_of_the_log_opens_anything() -> None:
    scene = Scene([wanted(1), wanted(2), wanted(3)], [MediaRefused("seal"), StoreFull(), MediaDown("busy")])
    with capture_logs() as logs:
        await scene.until(lambda: len(scene.ended) == 3)
    assert {line["event"] for line in logs} >= {"media_missed", "media_kept"}
    assert "SECRET" not in repr(logs)
    assert KEY not in repr(logs)
