"""Answers end in their bubble, or as a push, or as a notice; none is sent twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.doubles.wecom import GatewayDouble
from app.outbound.delivery import Delivery, Rests
from app.ports import Later, Outgoing, Sent
from app.records.answer import utc_now
from app.records.errors import NotWaiting, OutcomeUnknown
from app.records.message import Channel

Rigs = Callable[..., Any]
SENDER = "chan.siu-ming"
_HASTY = Rests(idle_s=0.02, down_s=0.02, doubtful_s=0.02, doubtful_max=3)


def _notice(row: int, to: str, text: str = "please approve", **changes: Any) -> Outgoing:
    row_ = Outgoing(
        row,
        "D-00007",
        to,
        group=False,
        text=text,
        reply_to="",
        req_id="",
        stream="",
        attempts=0,
        doubtful=False,
    )
    return replace(row_, **changes)


async def _asked(r: Any, gateway: GatewayDouble, text: str = "SO-1042 到哪了", **how: Any) -> str:
    """A message that has arrived."""
    arrived = len(r.frames)
    msgid = await gateway.say(SENDER, text, **how)
    await r.hears(arrived + 1)
    return msgid


async def test_an_answer_finishes_the_bubble_that_was_opened(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        decision = r.decision()
        await r.bubble.open(decision, "working on D-00042")
        before = utc_now()
        r.answer(decision, "done")
        assert await gateway.wait_for_answer(msgid) == "done"
        await r.settled()
    [bubble] = gateway.seen.bubbles[msgid]
    assert bubble.stream == "s-D-00042"
    assert [(s.content, s.finish, s.feedback) for s in bubble.frames] == [
        ("working on D-00042", False, "D-00042"),
        ("done", True, ""),
    ]
    assert r.box.log == [("claim", 1), ("sent", 1)]
    assert before <= r.box.sent_at[1] <= utc_now()
    assert gateway.seen.pushes == {}
    assert gateway.seen.breaches == []


async def test_without_a_bubble_the_answer_carries_the_feedback_id(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "done")
        await r.settled()
    assert gateway.seen.bubbles[msgid][0].frames[0].feedback == "D-00042"


async def test_the_claim_is_durable_before_the_wire(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    gate = asyncio.Event()
    claim = r.box.claim

    async def slow(outgoing_id: int) -> None:
        r.arrived.notice()
        await gate.wait()
        await claim(outgoing_id)

    r.box.claim = slow
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "done")
        await gateway.say(SENDER, "another")
        await r.hears(2)
        assert gateway.seen.answer(msgid) is None
        gate.set()
        await r.settled()
    assert gateway.seen.answer(msgid) == "done"


async def test_a_row_that_somebody_else_says_is_left_to_them(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    gateway.rules.singles |= {"lee.wai-man", "ng.mei-ling"}
    claim = r.box.claim

    async def contended(outgoing_id: int) -> None:
        if outgoing_id == 1:
            r.box.state[1] = "claimed"
            raise NotWaiting
        await claim(outgoing_id)

    r.box.claim = contended
    async with r.running(delivery=True):
        await r.ready()
        r.box.add(_notice(1, "lee.wai-man", "said by another"))
        r.box.add(_notice(2, "ng.mei-ling", "ours"))
        r.delivery.wake()
        await r.settled(2)
        r.box.state[1] = "sent"
        r.box.add(_notice(3, "lee.wai-man", "the next"))
        r.delivery.wake()
        await r.settled(3)
    assert [push.content for push in gateway.seen.pushes["lee.wai-man"]] == ["the next"]
    assert r.box.log == [("claim", 2), ("sent", 2), ("claim", 3), ("sent", 3)]


async def test_after_a_reconnect_the_answer_is_pushed(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        decision = r.decision()
        await r.bubble.open(decision, "working")
        await gateway.drop("abort")
        await r.ready(2)
        r.answer(decision, "done")
        assert await gateway.wait_for_pushes(SENDER) == ["done"]
        await r.settled()
    assert gateway.seen.answer(msgid) is None
    [push] = gateway.seen.pushes[SENDER]
    assert (push.chat_type, push.msgtype, push.feedback) == (1, "markdown", "D-00042")


async def test_an_answer_queued_while_down_waits_and_costs_no_claim(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig()
    async with r.running(delivery=True):
        await _asked(r, gateway)
        decision = r.decision()
        r.naps.gate.clear()
        await gateway.drop("clean")
        await r.naps.until(lambda: len(r.naps.pauses) == 1)
        r.answer(decision, "done")
        await asyncio.sleep(0)
        assert r.box.log == []
        r.naps.gate.set()
        await gateway.wait_for_pushes(SENDER)
        await r.settled()


async def test_a_group_gets_its_push_as_a_group(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        await _asked(r, gateway, chat="wrGROUP1")
        r.answer(r.decision(), "done", req_id="")
        await gateway.wait_for_pushes("wrGROUP1")
        await r.settled()
    assert gateway.seen.pushes["wrGROUP1"][0].chat_type == 2


@pytest.mark.parametrize("errcode", [846605, 846608])
async def test_a_refused_reply_becomes_a_push(gateway: GatewayDouble, rig: Rigs, errcode: int) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        decision = r.decision()
        await r.bubble.open(decision, "working")
        if errcode == 846608:
            gateway.switch("expired_stream")
        else:
            await gateway.wait_for(lambda seen: msgid in seen.bubbles)
            gateway.forget_req_ids()
        r.answer(decision, "done")
        assert await gateway.wait_for_pushes(SENDER) == ["done"]
        await r.settled()
    assert gateway.seen.answer(msgid) is None
    assert [turned.errcode for turned in gateway.seen.turned_down] == [errcode]
    assert r.box.log == [("claim", 1), ("sent", 1)]


async def test_a_second_answer_to_one_message_is_a_push(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "waits for a planner")
        await r.settled()
        r.answer(r.decision(), "approved and done", row=2)
        await r.settled(2)
    assert gateway.seen.answer(msgid) == "waits for a planner"
    assert [push.content for push in gateway.seen.pushes[SENDER]] == ["approved and done"]
    assert gateway.seen.turned_down == []


async def test_an_unacknowledged_answer_is_finished_again_in_place(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("no_ack")
    r = rig(ack_timeout_s=0.1)
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "done")
        await r.box.until(lambda: ("put_off_doubtful", 1) in r.box.log)
        gateway.switch("no_ack", on=False)
        await r.settled()
    [bubble] = gateway.seen.bubbles[msgid]
    assert {shown.content for shown in bubble.frames} == {"done"}
    assert gateway.seen.pushes == {}


async def test_late_acknowledgements_do_not_double_an_answer(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("late_ack")
    gateway.late_s = 0.25
    r = rig(ack_timeout_s=0.1)
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "done")
        await r.box.until(lambda: ("put_off_doubtful", 1) in r.box.log)
        gateway.switch("late_ack", on=False)
        await r.settled()
    assert {shown.content for shown in gateway.seen.bubbles[msgid][0].frames} == {"done"}
    assert gateway.seen.pushes == {}


async def test_waiting_counts_for_nothing_when_an_answer_is_in_doubt(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig()
    gateway.switch("no_ack")
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "once", attempts=50)
        await r.box.until(lambda: ("put_off_doubtful", 1) in r.box.log)
        gateway.switch("no_ack", on=False)
        await r.settled()
    assert gateway.seen.answer(msgid) == "once"


class _Mute:
    """A way without outcomes; after the second try its connection is lost for a moment."""

    def __init__(self) -> None:
        self.tries = self.looks_lost = 0

    @property
    def is_ready(self) -> bool:
        self.looks_lost += self.tries == 2
        return not (self.tries == 2 and self.looks_lost == 1)

    def settles_s(self, row: Outgoing) -> float:
        return 0.0

    async def send(self, row: Outgoing) -> Sent | Later:
        self.tries += 1
        raise OutcomeUnknown


async def test_what_a_lost_connection_left_open_does_not_count_on_the_next(rig: Rigs) -> None:
    r, way = rig(), _Mute()
    r.delivery = Delivery({Channel.BOT: way}, r.box, clock=utc_now, rests=_HASTY)
    r.box.add(_notice(1, SENDER))
    async with r.running(delivery=True):
        await r.settled(state="given_up")
    assert way.tries == 2 + 3


async def test_a_gateway_that_never_acknowledges_ends_the_tries(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig(ack_timeout_s=0.02)
    r.delivery = Delivery({Channel.BOT: r.way}, r.box, clock=utc_now, rests=_HASTY)
    gateway.switch("no_ack")
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "once")
        await r.settled(state="given_up")
    assert r.box.reasons == {1: "never acknowledged"}
    assert r.box.log.count(("claim", 1)) == 3
    assert [b.content for b in gateway.seen.bubbles[msgid]] == ["once"]


async def test_a_doubtful_answer_on_a_new_connection_is_a_notice(gateway: GatewayDouble, rig: Rigs) -> None:
    gateway.switch("no_ack")
    r = rig(ack_timeout_s=30)
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), "the answer")
        await gateway.wait_for_answer(msgid)
        gateway.switch("no_ack", on=False)
        await gateway.drop("abort")
        pushes = await gateway.wait_for_pushes(SENDER)
        await r.settled()
    assert pushes == ["D-00042 may not have arrived"]
    assert r.box.log == [("claim", 1), ("put_off_doubtful", 1), ("claim", 1), ("sent", 1)]


async def test_a_row_that_a_crash_left_claimed_is_a_notice(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        await _asked(r, gateway)
        r.answer(r.decision(), "the answer", req_id="r-of-another-life", doubtful=True, attempts=1)
        await r.settled()
    assert [push.content for push in gateway.seen.pushes[SENDER]] == ["D-00042 may not have arrived"]


async def test_who_never_wrote_cannot_be_told(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        r.box.add(_notice(1, "never.wrote"))
        await r.settled(1, "given_up")
    assert r.box.reasons == {1: "errcode 846607"}
    assert r.box.log == [("claim", 1), ("given_up", 1)]


async def test_what_the_budget_has_no_room_for_waits_for_a_later_minute(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    gateway.switch("rate_limit")
    gateway.rules.singles |= {"lee.wai-man", "ho.chi-keung"}
    r = rig()
    async with r.running(delivery=True):
        for row in range(1, 33):
            r.box.add(_notice(row, "lee.wai-man", f"notice {row}"))
        await r.box.until(lambda: any(what == "put_off" for what, _ in r.box.log))
        r.box.add(_notice(40, "ho.chi-keung"))
        r.delivery.wake()
        await r.settled(40)
    assert 55 < (r.box.until_at[28] - utc_now()).total_seconds() <= 66
    assert [push.content for push in gateway.seen.pushes["lee.wai-man"]] == [
        f"notice {n}" for n in range(1, 28)
    ]
    assert r.box.state[29] == "waiting"
    assert ("claim", 29) not in r.box.log
    assert gateway.seen.turned_down == []
    assert gateway.rules.rates.most_a_minute == {"lee.wai-man": 27, "ho.chi-keung": 1}


async def test_questions_in_a_hurry_never_get_more_frames_than_a_minute_takes(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    gateway.switch("rate_limit")
    r = rig()
    async with r.running(delivery=True):
        for n in range(40):
            await _asked(r, gateway, f"question {n}")
            await r.bubble.open(r.decision(n), "working")
            r.answer(r.decision(n), f"answer {n}", row=n)
        await r.box.until(lambda: any(what == "put_off" for what, _ in r.box.log))
    assert gateway.rules.rates.most_a_minute == {SENDER: 30}
    assert gateway.seen.turned_down == []
    waiting = [row for row, state in r.box.state.items() if state == "waiting"]
    assert waiting == list(range(waiting[0], 40))


async def test_the_end_of_an_answer_fits_when_a_notice_would_not(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        for row in range(1, 28):
            r.box.add(_notice(row, SENDER, f"notice {row}"))
        r.delivery.wake()
        await r.settled(27)
        await r.bubble.open(r.decision(), "no room for this")
        r.answer(r.decision(), "done", row=28)
        await r.settled(28)
    assert [shown.content for shown in gateway.seen.bubbles[msgid][0].frames] == ["done"]


async def test_a_limit_that_the_gateway_counts_otherwise_rests_the_whole_conversation(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        gateway.switch("rate_limit")
        for _ in range(30):
            gateway.rules.rates.spend(SENDER)
        r.box.add(_notice(1, SENDER))
        r.delivery.wake()
        await r.box.until(lambda: ("put_off", 1) in r.box.log)
        await r.bubble.open(r.decision(), "not now")
    assert 59 < (r.box.until_at[1] - utc_now()).total_seconds() <= 60
    assert [turned.errcode for turned in gateway.seen.turned_down] == [45009]
    assert msgid not in gateway.seen.bubbles


async def test_an_answer_that_took_five_minutes_is_pushed(gateway: GatewayDouble, rig: Rigs) -> None:
    r, passed = rig(), [0.0]
    r.streams._tick = lambda: passed[0]
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        await r.bubble.open(r.decision(), "working")
        await gateway.wait_for(lambda seen: msgid in seen.bubbles)
        passed[0] = 301.0
        r.answer(r.decision(), "done")
        await r.settled()
    assert [push.content for push in gateway.seen.pushes[SENDER]] == ["done"]
    assert gateway.seen.turned_down == []


async def test_a_bubble_that_was_refused_is_not_tried_again(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        await r.bubble.open(r.decision(), "working")
        await gateway.wait_for(lambda seen: msgid in seen.bubbles)
        gateway.switch("expired_stream")
        for _ in range(28):
            r.link.budget.take((SENDER, False), final=True)
        r.answer(r.decision(), "done")
        await r.box.until(lambda: ("put_off", 1) in r.box.log)
        assert [turned.errcode for turned in gateway.seen.turned_down] == [846608]
        assert not r.streams.free_for("s-D-00042", 1)


async def test_conversations_run_beside_each_other_and_each_keeps_its_order(
    gateway: GatewayDouble, rig: Rigs
) -> None:
    gateway.switch("slow_ack")
    gateway.slow_s = 0.1
    people = [f"p{n}" for n in range(8)]
    gateway.rules.singles |= set(people)
    r = rig(ack_timeout_s=5)
    async with r.running(delivery=True):
        for row in range(32):
            r.box.add(_notice(row, people[row % 8], f"{row // 8}"))
        await r.box.until(lambda: set(r.box.state.values()) == {"sent"})
    assert all([p.content for p in gateway.seen.pushes[who]] == ["0", "1", "2", "3"] for who in people)
    first = [what for what, _ in r.box.log].index("sent")
    assert first == 8


@pytest.mark.parametrize("text", ["", "   \n", "\u200b\ufeff", "\x01"])
async def test_a_blank_answer_still_ends_the_bubble(gateway: GatewayDouble, rig: Rigs, text: str) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        decision = r.decision()
        await r.bubble.open(decision, text)
        r.answer(decision, text)
        assert await gateway.wait_for_answer(msgid) == "…"
    assert gateway.seen.breaches == []


@pytest.mark.parametrize("text", ["热处理炉" * 10_000, "\ud83d lone", "x\0y"])
async def test_any_text_arrives_within_the_limit(gateway: GatewayDouble, rig: Rigs, text: str) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await _asked(r, gateway)
        r.answer(r.decision(), text)
        r.answer(r.decision(), text, row=2, stream="", req_id="")
        answer = await gateway.wait_for_answer(msgid)
        await r.settled(2)
    assert len(answer.encode()) <= 20_480
    assert gateway.seen.pushes[SENDER][0].content == answer
    assert gateway.seen.turned_down == []


async def test_a_greeting_answers_its_event(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        msgid = await gateway.event(SENDER, "enter_chat")
        await r.hears()
        await r.bubble.open(r.decision(), "working")
        r.answer(r.decision(), "good morning")
        await r.settled()
    assert gateway.seen.welcomes == {msgid: "good morning"}
    assert gateway.seen.turned_down == []


async def test_an_answer_to_a_click_or_a_vote_is_pushed(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running(delivery=True):
        await _asked(r, gateway)
        await gateway.event(SENDER, "feedback_event", id="D-00042", type=1)
        await r.hears(2)
        r.answer(r.decision(), "thanks")
        await r.settled()
    assert [push.content for push in gateway.seen.pushes[SENDER]] == ["thanks"]
    assert gateway.seen.turned_down == []


async def test_an_opening_frame_without_acknowledgement_does_not_block_the_answer(
    gateway: GatewayDouble, rig: Rigs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.outbound.wecom.session._INTERIM_WAIT_S", 0.05)
    gateway.switch("no_interim_ack")
    r = rig(ack_timeout_s=0.1)
    async with r.running(delivery=True):
        for n in range(1, 6):
            msgid = await _asked(r, gateway)
            decision = r.decision(n)
            await r.bubble.open(decision, "working")
            r.answer(decision, "done", row=n)
            assert await gateway.wait_for_answer(msgid) == "done"
            await r.settled(n)
    claims = [row for what, row in r.box.log if what == "claim"]
    assert claims.count(4) == claims.count(5) == 1
    assert gateway.seen.pushes == {}


async def test_a_restless_gateway_gets_every_answer_out_once(gateway: GatewayDouble, rig: Rigs) -> None:
    for fault in (
        "abort",
        "clean_close",
        "garbage",
        "array",
        "null_headers",
        "binary",
        "redeliver",
        "wrong_bot",
    ):
        gateway.switch(fault)
    r = rig(messages_per_minute=1000)
    async with r.running(delivery=True):
        seen = set[str]()
        for n in range(40):
            msgid = await gateway.say(SENDER, f"question {n}")
            await r.arrived.until(lambda m=msgid: any(f["body"]["msgid"] == m for f in r.frames))
            frame = next(i for i, f in enumerate(r.frames) if f["body"]["msgid"] == msgid)
            decision = r.decision(n, frame)
            await r.bubble.open(decision, "working")
            r.answer(decision, f"answer {n}", row=n)
            seen.add(msgid)
        await r.box.until(lambda: set(r.box.state.values()) == {"sent"})
    told = [gateway.seen.answer(msgid) for msgid in seen if gateway.seen.answer(msgid)]
    pushed = [push.content for push in gateway.seen.pushes.get(SENDER, [])]
    answers = [text for text in told + pushed if text.startswith("answer")]
    notices = [text for text in pushed if "may not" in text]
    assert len(answers) == len(set(answers))
    assert len(answers) + len(notices) >= 40
    assert gateway.seen.breaches == []


async def test_stopping_and_starting_the_delivery_again(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    for row in (1, 2):
        async with r.running(delivery=True):
            await r.ready(row)
            await _asked(r, gateway)
            r.answer(r.decision(row), "done", row=row)
            await r.settled(row)
