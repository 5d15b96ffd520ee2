"""For any arrivals the gateway's limits hold, the order is kept, and everything is said in the end."""

import asyncio
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbound.budget import KEPT_FOR_FINALS, Budget
from app.outbound.delivery import Delivery, Rests
from app.outbound.wecom import frames
from app.outbound.wecom.bubble import WecomBubble
from app.outbound.wecom.clicks import Clicks
from app.outbound.wecom.session import Ack
from app.outbound.wecom.streams import Streams
from app.outbound.wecom.way import BotWay
from app.ports import Outgoing
from app.records.answer import utc_now
from app.records.decision import Decision
from app.records.message import Channel, Message, MessageKind, stream_id

LEE, GROUP = ("lee.wai-man", False), ("wrGROUP", True)
START = utc_now()
MINUTE_MAX, HOUR_MAX = 30, 1000


class Time:
    """Seconds that pass when they are told to; a monotonic tick and a clock at once."""

    def __init__(self) -> None:
        self.s = 0.0

    def tick(self) -> float:
        return self.s

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.s)


def _most_in(times: list[float], window_s: float) -> int:
    """The most that any window of this length holds."""
    inside: deque[float] = deque()
    most = 0
    for at in sorted(times):
        inside.append(at)
        while inside[0] <= at - window_s:
            inside.popleft()
        most = max(most, len(inside))
    return most


def test_three_frames_of_each_minute_are_left_to_finals() -> None:
    time = Time()
    budget = Budget(time.tick)
    kept = MINUTE_MAX - KEPT_FOR_FINALS
    assert [budget.take(LEE, final=False) for _ in range(kept)] == [0.0] * kept
    assert budget.take(LEE, final=False) == 65
    assert [budget.take(LEE, final=True) for _ in range(3)] == [0.0] * 3
    assert budget.take(LEE, final=True) == 65
    assert budget.take(GROUP, final=False) == 0.0
    time.s = 65
    assert budget.take(LEE, final=False) == 0.0


def test_an_hour_holds_a_thousand() -> None:
    time = Time()
    budget = Budget(time.tick)
    for _ in range(HOUR_MAX):
        time.s += 3
        assert budget.take(LEE, final=True) == 0.0
    time.s += 3
    assert budget.take(LEE, final=True) == 3605 - HOUR_MAX * 3
    assert budget.take(LEE, final=False) == 3605 - HOUR_MAX * 3 + 9


def test_a_rest_stops_finals_too_and_what_was_not_written_is_given_back() -> None:
    time = Time()
    budget = Budget(time.tick)
    for _ in range(100):
        budget.take(LEE, final=False)
        budget.give_back(LEE)
    budget.rest(LEE, 90)
    budget.rest(LEE, 60)
    assert budget.take(LEE, final=True) == 90
    time.s = 90
    assert budget.take(LEE, final=True) == 0.0


def test_quiet_conversations_are_forgotten() -> None:
    time = Time()
    budget = Budget(time.tick)
    for n in range(100):
        budget.take((f"p{n}", False), final=True)
    budget.rest(GROUP, 10_000)
    time.s = 3606
    budget.take(LEE, final=True)
    assert set(budget._spent) == {LEE, GROUP}


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 20), st.booleans(), st.floats(0, 5)), max_size=400))
def test_no_window_ever_holds_too_many(asks: list[tuple[float, bool, float]]) -> None:
    time, arrived = Time(), list[float]()
    budget = Budget(time.tick)
    for gap_s, final, on_the_way_s in asks:
        time.s += gap_s / 10
        if not budget.take(LEE, final=final):
            arrived.append(time.s + on_the_way_s)
    assert _most_in(arrived, 60) <= MINUTE_MAX
    assert len(arrived) >= min(len(asks), MINUTE_MAX - KEPT_FOR_FINALS)


class Phone:
    """A link whose frames arrive up to five seconds after they were written, and what then shows."""

    late_s = 15.0

    def __init__(self, time: Time, delays_s: Iterator[float], refused: set[int]) -> None:
        self._time, self._delays_s, self._refused = time, delays_s, refused
        self.budget = Budget(time.tick)
        self.frames: list[tuple[float, tuple[str, bool], str, bool]] = []
        self._asked = 0

    is_ready = True

    def answer_command(self, req_id: str) -> str:
        return frames.RESPOND if req_id else ""

    def is_live(self, req_id: str) -> bool:
        return bool(req_id)

    async def command(self, _cmd: str, req_id: str, body: Mapping[str, Any], *, decision: str) -> Ack:
        assert decision
        written_at = self._time.clock()
        self._time.s += next(self._delays_s)
        self._show(self._time.s, req_id, body)
        return Ack(written_at, {})

    async def post(self, _cmd: str, req_id: str, body: Mapping[str, Any], *, decision: str) -> bool:
        assert decision
        self._asked += 1
        if self._asked in self._refused:
            return False
        self._show(self._time.s + next(self._delays_s), req_id, body)
        return True

    def _show(self, at: float, req_id: str, body: Mapping[str, Any]) -> None:
        if "stream" in body:
            who = (req_id.removeprefix("r-"), req_id.startswith("r-wr"))
            self.frames.append((at, who, body["stream"]["content"], body["stream"]["finish"]))
        else:
            who = (body["chatid"], body["chat_type"] == 2)
            self.frames.append((at, who, body["markdown"]["content"], True))

    def times(self, who: tuple[str, bool]) -> list[float]:
        return [at for at, whose, _, _ in self.frames if whose == who]


class Queue:
    """Port Outbox in memory; when nothing is due, time passes until something is."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._due: dict[int, float] = {}
        self._rows: dict[int, Outgoing] = {}
        self.tell: deque[tuple[float, Outgoing | tuple[Decision, str]]] = deque()
        self.bubble: WecomBubble
        self.over = asyncio.Event()
        self._flying = 0

    async def behind(self, row: Outgoing, limit: int) -> tuple[Outgoing, ...]:
        same = [each for each in self._rows.values() if (each.to, each.group) == (row.to, row.group)]
        return tuple(each for each in same if each.id > row.id)[:limit]

    async def due(self, _limit: int, _channels: Collection[Channel]) -> tuple[Outgoing, ...]:
        await self._happen()
        if not self._flying and (ahead := self._ahead()):
            self._time.s = max(self._time.s, min(ahead))
            await self._happen()
        first = dict[tuple[str, bool], Outgoing]()
        for row in self._rows.values():
            first.setdefault((row.to, row.group), row)
        if not self._rows and not self.tell:
            self.over.set()
        return tuple(row for row in first.values() if self._due[row.id] <= self._time.s)

    def _ahead(self) -> list[float]:
        heads = dict[tuple[str, bool], float]()
        for row in self._rows.values():
            heads.setdefault((row.to, row.group), self._due[row.id])
        return [*heads.values(), *([self.tell[0][0]] if self.tell else [])]

    async def _happen(self) -> None:
        while self.tell and self.tell[0][0] <= self._time.s:
            _, what = self.tell.popleft()
            if isinstance(what, Outgoing):
                self._rows[what.id], self._due[what.id] = what, 0.0
            else:
                await self.bubble.open(what[0], what[1])
                await self.bubble.refresh(what[0], what[1])

    async def claim(self, _outgoing_id: int) -> None:
        self._flying += 1

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        assert at.tzinfo is not None
        self._flying -= 1
        del self._rows[outgoing_id]

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        assert not doubtful
        self._flying -= 1
        self._due[outgoing_id] = (until - START).total_seconds()

    async def given_up(self, _outgoing_id: int, reason: str) -> None:
        pytest.fail(reason)


Arrival = tuple[int, float, bool, str]  # how many, how far apart in seconds, in the group, what


def _scene(arrivals: list[Arrival]) -> list[tuple[float, Outgoing | tuple[Decision, str]]]:
    """Rows and refreshes with the second they come at; "late" refreshes what a "final" has ended."""
    scene, at, number, asked = list[tuple[float, Outgoing | tuple[Decision, str]]](), 0.0, 0, 0
    for many, apart_s, group, kind in arrivals:
        for _ in range(many):
            at, number = at + apart_s, number + 1
            to = GROUP[0] if group else LEE[0]
            about = max(asked - 1, 0) if kind == "late" else asked
            message = Message(
                f"m{about}", LEE[0], to if group else None, MessageKind.TEXT, "?", START, req_id=f"r-{to}"
            )
            decision = Decision(f"D-{about:05d}", message)
            row = Outgoing(
                number, decision.id, to, group, f"{decision.id} {number}", "", "", "", 0, doubtful=False
            )
            match kind:
                case "notice":
                    scene.append((at, row))
                case "refresh" | "late":
                    scene.append((at, (decision, f"{decision.id} …")))
                case _:
                    ends = {"reply_to": "m", "req_id": f"r-{to}", "stream": stream_id(decision.id)}
                    scene.append((at, replace(row, **ends)))
                    asked += 1
    return scene


async def _play(arrivals: list[Arrival], delays_s: Iterator[float], refused: set[int]) -> Phone:
    time = Time()
    phone, streams = Phone(time, delays_s, refused), Streams(time.tick)
    queue = Queue(time)
    queue.bubble = WecomBubble(phone, streams, clock=time.clock)  # type: ignore[arg-type]
    queue.tell.extend(_scene(arrivals))
    clicks = Clicks(phone)  # type: ignore[arg-type]
    way = BotWay(phone, streams, clicks, doubtful_text=lambda _row: "")  # type: ignore[arg-type]
    delivery = Delivery({Channel.BOT: way}, queue, clock=time.clock, rests=Rests(idle_s=0))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(delivery.run())
        await queue.over.wait()
        running.cancel()
    return phone


KINDS = st.sampled_from(["notice", "refresh", "late", "final"])
ARRIVALS = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([0.0, 0.1, 1.0, 3.0, 20.0]), st.booleans(), KINDS),
    max_size=8,
)


def _check(arrivals: list[Arrival], phone: Phone) -> None:
    for who in (LEE, GROUP):
        assert _most_in(phone.times(who), 60) <= MINUTE_MAX
        assert _most_in(phone.times(who), 3600) <= HOUR_MAX
        rows = [w for _, w in _scene(arrivals) if isinstance(w, Outgoing) and (w.to, w.group) == who]
        told = [text for _, whose, text, ends in phone.frames if whose == who and ends]
        said = [each for text in told for each in text.split("\n\n")]
        assert said == [row.text for row in rows]
        for row in (row for row in rows if row.stream):
            mine = [text for _, whose, text, _ in phone.frames if whose == who and row.decision_id in text]
            assert not any("…" in text for text in mine[mine.index(row.text) :])


@settings(deadline=None, max_examples=60)
@given(ARRIVALS, st.lists(st.floats(0, 5), min_size=1, max_size=20), st.sets(st.integers(1, 50)))
def test_whatever_comes_the_limits_hold_and_everything_is_said_in_order(
    arrivals: list[Arrival], delays_s: list[float], refused: set[int]
) -> None:
    def turns() -> Iterator[float]:
        while True:
            yield from delays_s

    _check(arrivals, asyncio.run(_play(arrivals, turns(), refused)))


def test_a_flood_of_an_hour_meets_the_hours_limit() -> None:
    def at_once() -> Iterator[float]:
        while True:
            yield 0.0

    arrivals = [(1300, 2.3, True, "final")]
    phone = asyncio.run(_play(arrivals, at_once(), set()))
    _check(arrivals, phone)
    assert _most_in(phone.times(GROUP), 3600) == HOUR_MAX


def test_notices_that_must_wait_are_said_together() -> None:
    def at_once() -> Iterator[float]:
        while True:
            yield 0.0

    arrivals = [(1200, 1.0, True, "notice"), (3, 0.0, True, "final")]
    phone = asyncio.run(_play(arrivals, at_once(), set()))
    _check(arrivals, phone)
    assert len(phone.times(GROUP)) < 600
    assert any("\n\n" in text for _, _, text, _ in phone.frames)
