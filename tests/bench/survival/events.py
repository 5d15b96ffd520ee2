"""What happens to a client, event by event, and how the table tells what became of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

from tests.bench.survival.clients.ours import Bot
from tests.bench.survival.opponent import SPEAKER, Opponent
from tests.bench.survival.running import Heard, Start

SURVIVES, RECONNECTS, LOSES, DEAD = "survives", "reconnects", "loses that frame", "dead"
TWICE, ONCE, PEACEFUL, UNAWARE = "twice", "once", "does not fight", "does not notice"
NO_START, GONE = "did not start", "its process ended"

_START_S = 60.0
_PROBE_S = 0.25
_DEEP, _DIGITS = 100_000, 5_000
_BIG = '{"cmd":"note","headers":{"req_id":"n"},"body":"' + "x" * 10_000_000 + '"}'


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `watch_s` is how long a client is waited for before it counts as dead."""

    heartbeat_s: float = 0.5
    watch_s: float = 8.0
    rival_s: float = 60.0
    rival_takes_s: float = 0.5
    ack_timeout_s: float = 5.0
    late_s: float = 6.0
    superseded_retry_s: float = 120.0


@dataclass
class Scene:
    """A client on a gateway of its own."""

    gateway: Opponent
    heard: Heard
    pace: Pace

    def __post_init__(self) -> None:
        self._numbers = count(1)

    async def opened(self) -> None:
        """Return when the client subscribed and a message reached it; raises TimeoutError."""
        await self.gateway.wait_for_subscribes(1, _START_S)
        msgid = await self.say()
        if not await self.heard.until(lambda: msgid in self.heard.msgids, _START_S):
            raise TimeoutError

    async def say(self) -> str:
        msgid = f"m-{next(self._numbers)}"
        return await self.gateway.say(SPEAKER, "what is late?", msgid=msgid)

    async def probe(self, subscribes: int) -> str:
        """Say further messages until one arrives: SURVIVES, RECONNECTS or DEAD.

        `subscribes` is how often the client had subscribed before the event.
        """
        said: set[str] = set()
        try:
            async with asyncio.timeout(self.pace.watch_s):
                while True:
                    said.add(await self.say())
                    if await self.heard.until(lambda: bool(said & set(self.heard.msgids)), _PROBE_S):
                        return SURVIVES if self.gateway.seen.subscribes == subscribes else RECONNECTS
        except TimeoutError:
            return DEAD


Play = Callable[[Scene], Awaitable[str]]
Act = Callable[[Opponent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Event:
    """One row. `faults` are on from the start; a pace of its own comes before the table's."""

    title: str
    play: Play
    faults: tuple[str, ...] = ()
    superseded_retry_s: float | None = None


async def trial(start: Start, event: Event, pace: Pace) -> str:
    """The word for one cell."""
    retry_s = event.superseded_retry_s or pace.superseded_retry_s
    async with Opponent(faults=event.faults) as gateway:
        bot = Bot(gateway.url, gateway.bot_id, gateway.secret, pace.heartbeat_s, pace.ack_timeout_s, retry_s)
        async with start(bot) as heard:
            scene = Scene(gateway, heard, pace)
            try:
                word = await event.play(scene)
            except TimeoutError:
                return NO_START
            return GONE if heard.ended else word


# What happens.


def _then(act: Act) -> Play:
    """Something happens to an open connection; does a message arrive again?"""

    async def play(scene: Scene) -> str:
        await scene.opened()
        subscribes = scene.gateway.seen.subscribes
        await act(scene.gateway)
        return await scene.probe(subscribes)

    return play


def _frame(raw: str | bytes) -> Play:
    return _then(lambda gateway: gateway.send_raw(raw))


def _message(text: str, change: Callable[[str], str | bytes]) -> Play:
    """A message comes in an odd frame; does it arrive, and does the next one?"""

    async def play(scene: Scene) -> str:
        await scene.opened()
        subscribes = scene.gateway.seen.subscribes
        await scene.gateway.say_changed("odd", text, change)
        after = await scene.probe(subscribes)
        if after == DEAD or "odd" in scene.heard.msgids:
            return after
        return LOSES if after == SURVIVES else f"{LOSES}, {after}"

    return play


async def _forgotten(gateway: Opponent) -> None:
    gateway.forget()


async def _unanswered(scene: Scene) -> str:
    """Nobody speaks while pings go unanswered: only the heartbeat can tell."""
    await scene.opened()
    seen = scene.gateway.seen
    subscribes = seen.subscribes
    scene.gateway.switch("no_pong")
    try:
        await scene.gateway.wait_for(lambda seen: seen.subscribes > subscribes, scene.pace.watch_s)
    except TimeoutError:
        scene.gateway.switch("no_pong", on=False)
        return UNAWARE if await scene.probe(subscribes) == SURVIVES else DEAD
    scene.gateway.switch("no_pong", on=False)
    return await scene.probe(subscribes)


async def _refused(scene: Scene) -> str:
    await scene.gateway.wait_for(lambda seen: seen.refused_subscribes > 0, _START_S)
    scene.gateway.switch("refuse_subscribe", on=False)
    return await scene.probe(0)


async def _late(scene: Scene) -> str:
    await scene.opened()
    scene.gateway.late_s = scene.pace.late_s
    subscribes = scene.gateway.seen.subscribes
    scene.gateway.switch("late_ack")
    msgid = await scene.say()
    await scene.gateway.wait_for(lambda seen: msgid in seen.bubbles, _START_S)
    await asyncio.sleep(scene.pace.late_s + _PROBE_S)  # a wait for what the client does about it
    scene.gateway.switch("late_ack", on=False)
    return await scene.probe(subscribes)


async def _again(scene: Scene) -> str:
    await scene.opened()
    msgid = await scene.say()
    await scene.gateway.redeliver(msgid)
    if await scene.probe(scene.gateway.seen.subscribes) == DEAD:
        return DEAD
    return TWICE if scene.heard.msgids.count(msgid) > 1 else ONCE


def _rival(take: Act) -> Play:
    """Another client takes the bot each time; how often does this one take it back?"""

    async def play(scene: Scene) -> str:
        await scene.opened()
        subscribes = scene.gateway.seen.subscribes
        try:
            async with asyncio.timeout(scene.pace.rival_s):
                while True:
                    if scene.gateway.connected:
                        await take(scene.gateway)
                    await asyncio.sleep(scene.pace.rival_takes_s)
        except TimeoutError:
            times = scene.gateway.seen.subscribes - subscribes
            return f"fights: {times} times" if times else PEACEFUL

    return play


def _headless(text: str) -> str:
    frame = json.loads(text)
    return json.dumps({**frame, "headers": None})


EVENTS = (
    Event("server closes cleanly, 1000", _then(lambda gateway: gateway.drop("clean", 1000))),
    Event("server closes cleanly, 1001", _then(lambda gateway: gateway.drop("clean", 1001))),
    Event("TCP abort", _then(lambda gateway: gateway.drop("abort"))),
    Event("pings never answered", _unanswered),
    Event("server falls silent, socket open", _then(lambda gateway: gateway.drop("silent"))),
    Event("zombie: 846609 to everything", _then(_forgotten)),
    Event("subscribe refused, later accepted", _refused, faults=("refuse_subscribe",)),
    Event("superseded, the other client leaves", _then(Opponent.supersede), superseded_retry_s=2.0),
    Event("superseded again and again, told and closed", _rival(Opponent.supersede)),
    Event("superseded again and again, told and cut", _rival(Opponent.tell_and_cut)),
    Event("not JSON", _frame("{not json")),
    Event("a JSON array", _frame('["aibot_msg_callback",1]')),
    Event("answer with `headers: null`", _frame('{"headers":null,"errcode":0,"errmsg":"ok"}')),
    Event("message with `headers: null`", _message("a", _headless)),
    Event("raw control byte in a string", _message("a\x01b", lambda text: text.replace("\\u0001", "\x01"))),
    Event("raw newline in a string", _message("a\nb", lambda text: text.replace("\\n", "\n"))),
    Event("message in a binary frame", _message("a", str.encode)),
    Event("binary frame, not UTF-8", _frame(b"\xff\xfe\x00\x81")),
    Event("frame of 10 MB", _frame(_BIG)),
    Event(f"JSON {_DEEP:,} levels deep", _frame('{"headers":{},"body":' + "[" * _DEEP + "]" * _DEEP + "}")),
    Event(f"number of {_DIGITS:,} digits", _frame('{"headers":{},"errcode":' + "9" * _DIGITS + "}")),
    Event("same msgid twice", _again),
    Event("acknowledgement after the client's time-out", _late),
)
"""The rows, in their order."""
