"""A link, a bubble and a delivery on the gateway double, with an outbox in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.doubles.wecom import GatewayDouble
from app.outbound.delivery import Delivery, Rests
from app.outbound.wecom.bubble import WecomBubble
from app.outbound.wecom.clicks import Clicks
from app.outbound.wecom.link import Link, LinkAlarm, LinkState, Told
from app.outbound.wecom.streams import Streams
from app.outbound.wecom.way import BotWay
from app.ports import Outgoing
from app.records.answer import utc_now
from app.records.decision import Decision
from app.records.egress import Leaving
from app.records.message import Channel, Message, MessageKind, stream_id
from app.settings import WecomBot


class Watch:
    """Waits for something to become true; whoever changes it calls `notice`."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notice(self) -> None:
        self._changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not true():
                self._changed.clear()
                await self._changed.wait()


class Naps(Watch):
    """The pauses between attempts: noted, and over at once unless the gate is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.notice()
        await self.gate.wait()
        await asyncio.sleep(0)


class Box(Watch):
    """Port Outbox in memory; `log` has every call in order."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[int, Outgoing] = {}
        self.state: dict[int, str] = {}
        self.until_at: dict[int, datetime] = {}
        self.sent_at: dict[int, datetime] = {}
        self.reasons: dict[int, str] = {}
        self.log: list[tuple[str, int]] = []

    def add(self, row: Outgoing) -> None:
        self.rows[row.id], self.state[row.id] = row, "waiting"

    async def behind(self, row: Outgoing, limit: int) -> tuple[Outgoing, ...]:
        waiting = [
            each
            for n, each in sorted(self.rows.items())
            if n > row.id and self.state[n] == "waiting" and (each.to, each.group) == (row.to, row.group)
        ]
        return tuple(waiting)[:limit]

    async def due(self, limit: int, channels: Collection[Channel]) -> tuple[Outgoing, ...]:
        assert Channel.BOT in channels
        now, chosen = utc_now(), dict[str, Outgoing]()
        for row_id, row in sorted(self.rows.items()):
            if self.state[row_id] == "waiting" and self.until_at.get(row_id, now) <= now:
                chosen.setdefault(row.to, row)
        return tuple(chosen.values())[:limit]

    async def claim(self, outgoing_id: int) -> None:
        row = self.rows[outgoing_id]
        self.rows[outgoing_id] = replace(row, attempts=row.attempts + 1)
        self._note("claim", outgoing_id)

    async def sent(self, outgoing_id: int, at: datetime) -> None:
        self.state[outgoing_id], self.sent_at[outgoing_id] = "sent", at
        self._note("sent", outgoing_id)

    async def put_off(self, outgoing_id: int, until: datetime, *, doubtful: bool) -> None:
        self.until_at[outgoing_id] = until
        self.rows[outgoing_id] = replace(self.rows[outgoing_id], doubtful=doubtful)
        self._note("put_off_doubtful" if doubtful else "put_off", outgoing_id)

    async def given_up(self, outgoing_id: int, reason: str) -> None:
        self.state[outgoing_id], self.reasons[outgoing_id] = "given_up", reason
        self._note("given_up", outgoing_id)

    def _note(self, what: str, outgoing_id: int) -> None:
        self.log.append((what, outgoing_id))
        self.notice()


class Noted:
    """Port Ledger in memory."""

    def __init__(self) -> None:
        self.entries: list[Leaving] = []

    async def leaves(self, entry: Leaving) -> None:
        self.note(entry)

    def note(self, entry: Leaving) -> None:
        self.entries.append(entry)


@dataclass
class Rig:
    """The channel on a double. `frames` are the callbacks that arrived."""

    gateway: GatewayDouble
    folder: Path
    changes: dict[str, Any] = field(default_factory=dict)
    rests: Rests = field(default_factory=lambda: Rests(idle_s=0.05, down_s=0.05, doubtful_s=0.1))

    def __post_init__(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(self.gateway.secret + "\n")
        settings = {"url": self.gateway.url, "id": self.gateway.bot_id, "secret_file": secret}
        settings |= {"ack_timeout_s": 0.3, "heartbeat_s": 30.0} | self.changes
        self.settings = WecomBot.model_validate(settings)
        self.naps, self.box, self.arrived, self.moved = Naps(), Box(), Watch(), Watch()
        self.frames: list[dict[str, Any]] = []
        self.ledger = Noted()
        self.states: list[tuple[LinkState, str]] = []
        self.alarms: list[LinkAlarm] = []
        self.link = Link(
            self.settings,
            self._take,
            clock=utc_now,
            ledger=self.ledger,
            told=Told(on_state=self._on_state, on_alarm=self._on_alarm),
            sleep=self.naps,
            chance=lambda: 1.0,
        )
        self.streams = Streams()
        self.bubble = WecomBubble(self.link, self.streams, clock=utc_now)
        self.clicks = Clicks(self.link)
        self.way = BotWay(
            self.link,
            self.streams,
            self.clicks,
            doubtful_text=lambda row: f"{row.decision_id} may not have arrived",
            chance=lambda: 0.0,
        )
        self.delivery = Delivery({Channel.BOT: self.way}, self.box, clock=utc_now, rests=self.rests)

    async def _take(self, frame: dict[str, object], raw: str, at: datetime) -> None:
        assert raw
        assert at.tzinfo is not None
        self.frames.append(frame)
        self.arrived.notice()

    def _on_alarm(self, alarm: LinkAlarm, reason: str) -> None:
        assert reason
        self.alarms.append(alarm)
        self.moved.notice()

    def _on_state(self, state: LinkState, reason: str) -> None:
        self.states.append((state, reason))
        self.moved.notice()
        if state is LinkState.READY:
            self.delivery.wake()

    @asynccontextmanager
    async def running(self, *, delivery: bool = False) -> AsyncIterator[None]:
        works = [self.link.run()] + ([self.delivery.run()] if delivery else [])
        async with together(*works):
            yield

    async def ready(self, times: int = 1) -> None:
        """Return when the link has become READY so many times and is so now."""
        await self.moved.until(
            lambda: self.link.state is LinkState.READY and self.count(LinkState.READY) >= times
        )

    def count(self, state: LinkState) -> int:
        return sum(each is state for each, _ in self.states)

    async def hears(self, number: int = 1) -> None:
        await self.arrived.until(lambda: len(self.frames) >= number)

    def message(self, number: int = -1) -> Message:
        """The callback as a message, for bubbles."""
        frame = self.frames[number]
        body = frame["body"]
        text = body.get("text", {}).get("content", "")
        return Message(
            body["msgid"], body["from"]["userid"], body.get("chatid"), MessageKind.TEXT, text, utc_now(),
            req_id=frame["headers"]["req_id"],
        )  # fmt: skip

    def decision(self, number: int = 42, frame: int = -1) -> Decision:
        return Decision(f"D-{number:05d}", self.message(frame))

    def answer(self, decision: Decision, text: str, *, row: int = 1, **changes: Any) -> None:
        """Queue the answer as the store would, and wake the delivery."""
        message = decision.message
        outgoing = Outgoing(
            row, decision.id, message.conversation, message.chat is not None, text, message.msgid,
            message.req_id, stream_id(decision.id), 0, doubtful=False,
        )  # fmt: skip
        self.box.add(replace(outgoing, **changes))
        self.delivery.wake()

    async def settled(self, row: int = 1, state: str = "sent") -> None:
        await self.box.until(lambda: self.box.state[row] == state)


@asynccontextmanager
async def together(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run them beside the test, and stop them after it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with GatewayDouble() as double:
        yield double


@pytest.fixture
def rig(gateway: GatewayDouble, tmp_path: Path) -> Callable[..., Rig]:
    """Builds a rig; keyword arguments change the link's settings."""
    return lambda **changes: Rig(gateway, tmp_path, changes)
