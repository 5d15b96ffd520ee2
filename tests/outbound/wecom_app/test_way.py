"""The app as a way out: what waits, what is repeated, what is never said, and what an operator hears."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.outbound.budget import Budget
from app.outbound.delivery import Delivery, Rests
from app.outbound.wecom_app.alarms import GroupAlarms
from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.way import AppWay
from app.outbound.wecom_app.webhook import GroupWebhook
from app.ports import Later, Outgoing, Sent
from app.records.card import Button, Card
from app.records.errors import OutcomeUnknown, TurnedDown
from app.records.message import Channel
from app.settings import WecomWebhook
from tests.outbound.wecom.conftest import Box, together
from tests.outbound.wecom_app.rig import Rig

ROW = Outgoing(
    1, "D-00007", "zhangsan", group=False, text="3号线恢复", reply_to="m-1", req_id="", stream="",
    attempts=1, doubtful=False, channel=Channel.APP,
)  # fmt: skip
CARD = Card("D-00007@1", "批准?", "领用", (Button("批准", "yes:1"), Button("拒绝", "no:1")))


def seconds_of(rig: Rig) -> Callable[[], float]:
    """The rig's clock in seconds."""

    def seconds() -> float:
        return rig.now.timestamp()

    return seconds


class Way(AppWay):
    """With its alarms noted."""

    def __init__(self, rig: Rig) -> None:
        self.alarms: list[str] = []
        super().__init__(
            rig.client,
            Budget(seconds_of(rig)),
            doubtful_text=lambda row: f"{row.decision_id}?",
            clock=lambda: rig.now,
            on_alarm=self.alarms.append,
        )


def told(rig: Rig) -> list[object]:
    return [message.content for message in rig.double.seen.messages if message.people]


async def test_what_waited_long_for_an_operator_is_said_and_not_doubted(rig: Rig):
    way = Way(rig)
    rig.double.faults.add("wrong_address")
    for _ in range(3):
        outcome = await way.send(ROW)
        assert isinstance(outcome, Later)
        rig.pass_s(outcome.pause_s)
    assert len(way.alarms) == 1, "an operator hears of it once"
    rig.double.faults.clear()
    assert isinstance(await way.send(ROW), Sent)
    assert told(rig) == ["3号线恢复"]


async def test_in_doubt_the_same_is_repeated_while_wecom_knows_it_and_seen_once(rig: Rig):
    way = Way(rig)
    rig.double.rules.now = seconds_of(rig)
    await rig.tokens.get()
    rig.double.once.append("cut")
    with pytest.raises(OutcomeUnknown):
        await way.send(ROW)
    rig.pass_s(500)
    assert isinstance(await way.send(replace(ROW, doubtful=True)), Sent)
    assert told(rig) == ["3号线恢复"]
    rig.pass_s(100)
    await way.send(replace(ROW, doubtful=True))
    assert told(rig) == ["3号线恢复", "D-00007?"], "too late to be known as the same"


async def test_a_card_that_is_not_taken_becomes_its_words(rig: Rig):
    way = Way(rig)
    asked = replace(ROW, reply_to="", card=CARD, task=CARD.task_id)
    assert isinstance(await way.send(asked), Sent)
    assert rig.double.seen.messages[-1].msgtype == "template_card"
    rig.double.once.append("bad_parameter")
    assert isinstance(await way.send(replace(asked, id=2)), Sent)
    assert told(rig)[-1] == "3号线恢复"


async def test_who_cannot_be_reached_is_given_up_and_a_busy_api_is_not(rig: Rig):
    way = Way(rig)
    with pytest.raises(TurnedDown):
        await way.send(replace(ROW, to="nobody"))
    rig.double.faults.add("rate_limit")
    outcome = await way.send(ROW)
    assert outcome == Later(60.0, refused=True)
    assert isinstance(await way.send(replace(ROW, id=3)), Later), "the conversation rests"
    assert not way.alarms


async def test_thirty_a_minute_go_out_and_the_next_waits(rig: Rig):
    way = Way(rig)
    outcomes = [await way.send(replace(ROW, id=n, text=str(n))) for n in range(31)]
    assert all(isinstance(each, Sent) for each in outcomes[:30])
    assert isinstance(outcomes[30], Later)
    assert rig.double.seen.silent == 0


class Strange:
    """The bot, to whom this person never spoke."""

    is_ready = True

    async def send(self, _row: Outgoing) -> Sent:
        raise TurnedDown("never spoke", 846607)

    def settles_s(self, _row: Outgoing) -> float:
        return 0.0


@pytest.mark.parametrize(("group", "state"), [(False, "sent"), (True, "given_up")])
async def test_who_never_wrote_to_the_bot_is_told_by_the_app(rig: Rig, group: bool, state: str):
    box = Box()
    box.add(replace(ROW, channel=Channel.BOT, group=group))
    ways = {Channel.BOT: Strange(), Channel.APP: Way(rig)}
    delivery = Delivery(ways, box, clock=lambda: rig.now, rests=Rests(idle_s=0.01))
    async with together(delivery.run()):
        await box.until(lambda: box.state[1] == state)
    assert told(rig) == ([] if group else ["3号线恢复"])


async def test_alarms_wait_for_the_group_together_and_none_is_said_twice(rig: Rig, tmp_path):
    key = tmp_path / "key"
    key.write_text("00000000-0000-4000-8000-demo-webhook")
    api = Qyapi(WecomWebhook(url=rig.double.url, key_file=key))
    pauses, free = list[float](), asyncio.Event()

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await free.wait()

    group = GroupAlarms(GroupWebhook(WecomWebhook(url=rig.double.url, key_file=key), api), pause=pause)
    rig.double.once.append("busy")
    async with together(group.run()):
        group.tell("link_down")
        async with asyncio.timeout(10):
            while not pauses:  # noqa: ASYNC110 - the pause is a call
                await asyncio.sleep(0.01)
            group.tell("relay_down")
            free.set()
            while not rig.double.seen.alarms:  # noqa: ASYNC110 - the double runs in threads
                await asyncio.sleep(0.01)
    await api.aclose()
    assert pauses == [60.0]
    assert rig.double.seen.alarms == ["link_down\nrelay_down"]
