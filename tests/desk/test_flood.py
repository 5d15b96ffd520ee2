"""A message beyond what its sender may say: ended unread, told once, and nothing it says is done."""

import asyncio
from dataclasses import replace

import pytest

from app.records.action import action_hash
from app.records.correction import Lesson
from app.records.decision import Refused, Understood
from app.records.message import Message, MessageKind
from app.records.reading import Intent, Layer


class Unread:
    """A reader that nobody may ask."""

    def __init__(self, real) -> None:
        del real

    async def read_each(self, *rest, **more):
        raise AssertionError("it was read")


async def beyond(here, sender, text, excess, *, kind=MessageKind.TEXT, refers_to="", chat=None):
    """The end of a message that the door marked."""
    here.count += 1
    msgid = f"m{here.count}"
    message = Message(
        msgid, sender, chat, kind, text, here.clock(), f"r-{msgid}", refers_to=refers_to, excess=excess
    )
    return await here.ended((await here.desk.accept(message)).decision_id)


def codes(decision) -> list[str]:
    return [each.kind if isinstance(each, Understood) else each.code for each in decision.steps]


@pytest.mark.parametrize(
    ("sender", "words"),
    [("raj.kumar", "in a minute"), ("chen.jing", "过一分钟"), ("ng.mei-ling", "過一分鐘"),
     ("lau.man-kit", "睇唔切"), ("nobody.here", "過一分鐘")],
)  # fmt: skip
async def test_the_first_is_told_in_one_sentence_of_the_senders_language(plant, sender, words):
    async with plant(reader=Unread) as here:
        first = await beyond(here, sender, "how much SS-304 is left?", "first")
        assert (first.stage, codes(first)) == ("refused", ["understood", "too_often"])
        assert first.last(Refused).by == first.reading.by == "policy:flood"
        assert (first.reading.text, first.reading.layer) == ("", Layer.RULE)
        [told] = await here.said(first.id)
        assert told.startswith(f"{sender}: ")
        assert words in told
        assert first.id in told
        assert here.bubbles.opened == []
        assert here.faults == []


async def test_the_rest_is_ended_without_a_word(plant):
    async with plant(reader=Unread) as here:
        for sender in ("raj.kumar", "nobody.here"):
            more = await beyond(here, sender, "issue 50 kg SS-304 to ST-02", "more")
            assert codes(more) == ["understood", "too_often"]
            assert await here.said(more.id) == []
        assert here.bubbles.opened == []


async def test_what_was_kept_before_a_stop_is_ended_after_it_and_told_once(plant):
    async with plant(running=False) as here:
        for n, excess in enumerate(("first", "more", "more")):
            message = Message(f"f{n}", "raj.kumar", None, MessageKind.TEXT, "hello", here.clock(), "r",
                              excess=excess)  # fmt: skip
            await here.desk.accept(message)
    async with plant(reader=Unread) as here:
        ended = [await here.ended(f"D-{n:05d}") for n in (1, 2, 3)]
        assert [each.message.excess for each in ended] == ["first", "more", "more"]
        assert [codes(each) for each in ended] == [["understood", "too_often"]] * 3
        assert [len(await here.said(each.id)) for each in ended] == [1, 0, 0]


async def test_no_yes_no_choice_and_no_correction_is_heard_in_it(plant):
    async with plant() as here:
        held = await here.held()
        await beyond(here, "ho.chi-keung", f"批准 {held.id}", "more")
        assert (await here.decision(held.id)).stage == "held"
        unsure = await here.ask("raj.kumar", "SO-1042")
        assert unsure.hold is not None
        await beyond(here, "raj.kumar", "1", "first")
        assert (await here.decision(unsure.id)).stage == "held"
        await beyond(here, "chen.jing", "唔係，我係想查庫存", "first")
        assert (await here.decision(held.id)).stage == "held"
        assert (await here.ask("raj.kumar", "1")).reading.by == f"choice:{unsure.id}"
        assert (await here.ask("ho.chi-keung", f"批准 {held.id}")).stage == "done"


async def test_context_reaches_over_what_was_not_read(plant):
    async with plant() as here:
        before = await here.ask("cheung.tai", "請問SO-1042現在做到哪個工序？")
        for n in range(12):
            await beyond(here, "cheung.tai", f"SO-10{n + 43}呢？", "more")
        after = await here.ask("cheung.tai", "嗰張幾時得？")
        assert [each.ticket for each in after.reading.carried] == [before.id]
        assert after.reading.entities.order == ("SO-1042",)


async def test_an_excess_click_does_nothing_and_is_always_answered(plant):
    async with plant() as here:
        held = await here.held()
        await here.said(held.id)
        digest = action_hash(held.hold.action)
        for excess in ("first", "more", "more"):
            click = await beyond(here, "ho.chi-keung", f"approve:{digest}", excess,
                                 kind=MessageKind.CLICK, refers_to=held.id)  # fmt: skip
            [told] = await here.said(click.id)
            assert "打字" in told
        assert (await here.decision(held.id)).stage == "held"


@pytest.mark.parametrize("kind", [MessageKind.FEEDBACK, MessageKind.ENTER])
async def test_an_excess_vote_and_entering_are_silent(plant, kind):
    async with plant() as here:
        asked = await here.ask("raj.kumar", "how much SS-304 do we have?")
        vote = await beyond(here, "raj.kumar", "1", "first", kind=kind, refers_to=asked.id)
        assert codes(vote) == ["understood", "too_often"]
        assert await here.said(vote.id) == []


async def test_nothing_is_learnt_from_what_was_not_read(plant):
    async with plant() as here:
        more = await beyond(here, "raj.kumar", "how much SS-304 do we have?", "more")
        reply = await here.desk.teach(Lesson(more.id, Intent.INVENTORY_CHECK, "", ""), "ng.mei-ling")
        assert (reply.ok, reply.code) == (False, "not_read")


async def test_only_a_new_message_is_looked_at_and_kept_as_it_was_marked(plant):
    async with plant() as here:
        looked = []

        def mark(message):
            looked.append(message.msgid)
            return replace(message, excess="more")

        message = Message("once", "raj.kumar", None, MessageKind.TEXT, "hello", here.clock(), "r")
        told = await asyncio.gather(*(here.desk.accept(message, mark) for _ in range(5)))
        assert (looked, [each.fresh for each in told].count(True)) == (["once"], 1)
        assert codes(await here.ended("D-00001")) == ["understood", "too_often"]
        assert (await here.desk.accept(message, mark)).fresh is False
        assert looked == ["once"]


async def test_the_clocks_own_requests_are_never_marked(plant):
    async with plant() as here:
        await here.desk.review_plan("plan_review:today")
        assert (await here.ended("D-00001")).message.excess == ""
