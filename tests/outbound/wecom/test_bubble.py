"""The bubble is shown at once, waits for nothing and never raises."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.doubles.wecom import GatewayDouble
from app.outbound.budget import Budget
from app.outbound.wecom import frames
from app.outbound.wecom.bubble import WecomBubble
from app.outbound.wecom.streams import Streams
from app.records.answer import utc_now
from app.records.errors import OutcomeUnknown

Rigs = Callable[..., Any]


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _contents(gateway: GatewayDouble, msgid: str) -> list[str]:
    return [shown.content for bubble in gateway.seen.bubbles.get(msgid, []) for shown in bubble.frames]


async def test_refreshes_are_spaced_and_counted(gateway: GatewayDouble, rig: Rigs) -> None:
    r, clock = rig(), Hands()
    bubble = WecomBubble(r.link, r.streams, clock=clock)
    async with r.running():
        msgid = await gateway.say("lee.wai-man", "x")
        await r.hears()
        decision = r.decision()
        await bubble.refresh(decision, "before it was opened")
        await bubble.open(decision, "0")
        await bubble.open(decision, "again")
        await bubble.refresh(decision, "too soon")
        for n in range(1, 15):
            await gateway.wait_for(lambda _s, k=n: len(_contents(gateway, msgid)) >= min(k, 11))
            while r.link._session._acks.latest(decision.message.req_id) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0)
            clock.pass_s(3)
            await bubble.refresh(decision, f"{n}")
    assert _contents(gateway, msgid) == [f"{n}" for n in range(11)]


async def test_nothing_follows_the_end(gateway: GatewayDouble, rig: Rigs) -> None:
    r, clock = rig(), Hands()
    bubble = WecomBubble(r.link, r.streams, clock=clock)
    async with r.running(delivery=True):
        msgid = await gateway.say("lee.wai-man", "x")
        await r.hears()
        decision = r.decision()
        await bubble.open(decision, "working")
        r.answer(decision, "done")
        await r.settled()
        clock.pass_s(60)
        await bubble.refresh(decision, "late")
        await WecomBubble(r.link, r.streams, clock=clock).open(r.decision(), "late")
        await gateway.say("lee.wai-man", "y")
        await r.hears(2)
        await bubble.open(r.decision(43), "another")
        await gateway.wait_for(lambda seen: len(seen.bubbles) == 2)
    assert _contents(gateway, msgid) == ["working", "done"]
    assert gateway.seen.turned_down == []


async def test_it_never_raises(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "x")
        await r.hears()
        decision = r.decision()
        r.naps.gate.clear()
        await gateway.drop("abort")
        await r.bubble.open(decision, "the connection may still seem up")
        await r.naps.until(lambda: len(r.naps.pauses) == 1)
        await r.bubble.open(decision, "it is down")
    await r.bubble.open(decision, "it is stopped")
    assert gateway.seen.turned_down == []


class Torn:
    """A link that seems up and fails in the middle of a write."""

    def __init__(self) -> None:
        self.budget = Budget()

    def answer_command(self, _req_id: str) -> str:
        return frames.RESPOND

    async def post(self, *_: object, **__: object) -> bool:
        raise OutcomeUnknown


async def test_a_torn_write_is_nobodys_concern(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        await gateway.say("lee.wai-man", "x")
        await r.hears()
    await WecomBubble(Torn(), Streams(), clock=utc_now).open(r.decision(), "working")


class Occupied(Torn):
    """A link with a frame in flight, which is not written over."""

    async def post(self, *_: object, **__: object) -> bool:
        return False


async def test_what_was_not_written_costs_nothing(gateway: GatewayDouble, rig: Rigs) -> None:
    r, link = rig(), Occupied()
    async with r.running():
        await gateway.say("lee.wai-man", "x")
        await r.hears()
    for _ in range(30):
        await WecomBubble(link, r.streams, clock=utc_now).open(r.decision(), "working")
    assert link.budget.take(("lee.wai-man", False), final=False) == 0.0
