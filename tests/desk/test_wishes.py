"""Several wishes in one message: several decisions in one write, told in one answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.desk.page import Page
from app.records.action import action_hash
from app.records.message import Message, MessageKind
from tests.desk.test_messages import FullDisk, Never

TWO = "领用黑色手柄100个到AS-01。另外SS-304仲有幾多？"
BOOKED_AND_HELD = "收到20个BX-24。另外领用黑色手柄800个到AS-01"


async def parts_of(here, first: str) -> list:
    """The decisions of a message, by their part."""
    number = int(first[2:])
    found = [await here.decision(f"D-{n:05d}") for n in range(number, number + 5)]
    msgid = found[0].message.msgid
    return [each for each in found if each is not None and each.message.msgid == msgid]


async def heard(here) -> list:
    """Everything that waits to be said, in the order in which it goes out; then it is sent."""
    found = []
    while rows := await here.store.outbox.due(500):
        found += rows
        for row in rows:
            await here.store.outbox.sent(row.id, here.clock())
    return sorted(found, key=lambda row: row.id)


async def test_each_wish_is_a_decision_and_one_answer_tells_them_in_order(plant):
    async with plant() as here:
        before = await here.stock()
        first = await here.ask("chen.jing", TWO)
        one, two = await parts_of(here, first.id)
        assert [(d.part, d.stage, d.reading.intent) for d in (one, two)] == [
            (0, "done", "inventory_movement"),
            (1, "done", "inventory_check"),
        ]
        assert await here.stock() == before - 100
        [answer] = await heard(here)
        assert (answer.decision_id, answer.stream) == (one.id, f"s-{one.id}")
        booked, stock = answer.text.split("\n\n")
        assert one.id in booked
        assert two.id in stock
        assert "SS-304" in stock
        assert here.bubbles.opened == [one.id]
        assert here.store.audit_verify().ok


async def test_every_part_shows_the_answer_it_was_told_in(plant):
    async with plant() as here:
        first = await here.ask("chen.jing", TWO)
        _, two = await parts_of(here, first.id)
        await here.said(first.id)
        whole, part = await here.store.by_ticket(first.id), await here.store.by_ticket(two.id)
        assert part.reply == whole.reply != ""
        assert part.sent_at is not None
        assert (await here.store.by_msgid(first.message.msgid)).decision.id == first.id


async def test_a_part_can_be_undone_and_explained_by_its_own_ticket(plant):
    async with plant() as here:
        first = await here.ask("chen.jing", "SS-304仲有幾多？另外领用黑色手柄100个到AS-01")
        _, booked = await parts_of(here, first.id)
        before = await here.stock()
        await heard(here)
        why = await here.ask("chen.jing", booked.id)
        [told] = await heard(here)
        assert (told.decision_id, f"**{booked.id}**" in told.text) == (why.id, True)
        assert (await here.desk.undo(booked.id, "chen.jing")).ok
        assert await here.stock() == before + 100
        assert (await here.decision(first.id)).stage == "done"
        assert [(row.decision_id, row.to, row.stream) for row in await heard(here)] == [
            (booked.id, "chen.jing", "")
        ]


async def test_a_part_that_is_held_says_so_and_its_end_is_pushed(plant):
    async with plant() as here:
        first = await here.ask("chen.jing", BOOKED_AND_HELD)
        one, two = await parts_of(here, first.id)
        assert (one.stage, two.stage) == ("done", "held")
        before, (answer, please) = await here.stock(), await heard(here)
        assert sorted(row.decision_id for row in (answer, please)) == [one.id, two.id]
        answer, please = sorted((answer, please), key=lambda row: row.decision_id)
        assert (answer.to, please.to) == ("chen.jing", "ho.chi-keung")
        assert two.id in answer.text
        reply = await here.desk.approve(two.id, "ho.chi-keung", action_hash(two.hold.action))
        assert reply.ok
        assert await here.stock() == before - 800
        pushed = [row for row in await heard(here) if row.to == "chen.jing"]
        assert [(row.decision_id, row.stream, row.req_id) for row in pushed] == [(two.id, "", "")]


async def test_approving_by_words_works_for_a_part(plant):
    async with plant() as here:
        _, two = await parts_of(here, (await here.ask("chen.jing", BOOKED_AND_HELD)).id)
        await heard(here)
        settled = await here.ask("ho.chi-keung", f"批准 {two.id}。另外SS-304仲有幾多？")
        assert settled.stage == "done"
        assert (await here.decision(two.id)).stage == "done"
        rows = await heard(here)
        [told] = [row.text for row in rows if row.to == "ho.chi-keung"]
        assert told.count("〔") == 2
        assert [row.decision_id for row in rows if row.to == "chen.jing"] == [two.id]


async def test_a_plan_in_a_later_part_follows_by_push(plant):
    async with plant() as here:
        first = await here.ask("ng.mei-ling", "SS-420 庫存？另外SO-1042提前到星期五")
        one, two = await parts_of(here, first.id)
        held = await here.ended(two.id)
        assert (one.stage, held.stage) == ("done", "held")
        answer, later = [row for row in await heard(here) if row.to == "ng.mei-ling"]
        assert (answer.decision_id, answer.stream) == (one.id, f"s-{one.id}")
        assert two.id in answer.text
        assert (later.decision_id, later.stream) == (two.id, "")


async def test_while_the_first_part_is_planned_the_others_are_told_at_once(plant):
    async with plant(solver=Never()) as here:
        first = await here.say("ng.mei-ling", "SO-1042提前到星期五。另外SS-420 庫存？")
        later = await here.ask("ng.mei-ling", "BX-24 庫存")
        one, two = await parts_of(here, first)
        assert (one.stage, two.stage) == ("planning", "done")
        rows = await heard(here)
        assert [(row.decision_id, row.stream) for row in rows] == [(two.id, ""), (later.id, f"s-{later.id}")]
    async with plant() as here:
        assert (await here.ended(one.id)).stage == "held"
        [answer] = [row for row in await heard(here) if row.to == "ng.mei-ling"]
        assert (answer.decision_id, answer.stream) == (one.id, f"s-{one.id}")
        assert two.id not in answer.text


async def test_a_stop_while_a_later_part_is_planned_takes_only_that_up_again(plant):
    never = Never()
    async with plant(solver=never) as here:
        first = await here.say("ng.mei-ling", "收到20个BX-24。另外SO-1042提前到星期五")
        await never.asked.wait()
        one, two = await parts_of(here, first)
        assert (one.stage, two.stage) == ("done", "planning")
    async with plant() as here:
        assert (await here.ended(two.id)).stage == "held"
        assert (await here.decision(one.id)).steps == one.steps
        assert len(await parts_of(here, first)) == 2
        assert here.store.audit_verify().ok


class Torn:
    """A store that fails in the middle of a write, once, when the first step of a second part is added."""

    def __init__(self, store) -> None:
        self.store, self.torn = store, 0

    def __getattr__(self, name):
        return getattr(self.store, name)

    async def write(self, change):
        return await self.store.write(lambda book: change(TornBook(book, self)))


class TornBook:
    def __init__(self, book, store) -> None:
        self.book, self.store = book, store

    def __getattr__(self, name):
        return getattr(self.book, name)

    def append(self, decision, steps):
        if decision.part == 1:
            self.store.torn += 1
            raise RuntimeError("torn")
        return self.book.append(decision, steps)


async def test_a_fault_in_one_part_leaves_none_of_them_and_the_sender_gets_an_end(plant, monkeypatch):
    async with plant() as here:
        before = await here.stock()
        torn = Torn(here.store)
        monkeypatch.setattr(type(here.desk), "_commit", commit_through(torn))
        failed = await here.ask("chen.jing", TWO)
        assert (failed.stage, failed.steps[-1].code, torn.torn) == ("failed", "CH-100", 1)
        assert len(await parts_of(here, failed.id)) == 1
        assert await here.stock() == before
        [answer] = await heard(here)
        assert "CH-100" in answer.text
        assert here.store.audit_verify().ok


def commit_through(store):
    """The desk's own commit, on another store."""

    async def commit(desk, change):
        return await store.write(lambda book: change(Page(book)))

    return commit


async def test_what_the_store_could_not_end_is_settled_once_with_all_its_parts(plant):
    async with plant(running=False) as here:
        disk, before = FullDisk(here.store), await here.stock()
        here.desk._parts = replace(here.desk._parts, store=disk)
        ticket = await here.say("chen.jing", TWO)
        async with asyncio.TaskGroup() as group:
            disk.full = True
            running = group.create_task(here.desk.run())
            async with asyncio.timeout(20):
                while not here.desk._stuck:  # noqa: ASYNC110 - the desk sets no event for tests
                    await asyncio.sleep(0.01)
            disk.full = False
            here.desk.retry()
            assert (await here.ended(ticket)).stage == "done"
            running.cancel()
        assert [d.stage for d in await parts_of(here, ticket)] == ["done", "done"]
        assert await here.stock() == before - 100
        assert [row.decision_id for row in await heard(here)] == [ticket]


async def test_a_redelivered_message_changes_nothing(plant):
    async with plant() as here:
        first = await here.ask("chen.jing", TWO, msgid="same")
        stock = await here.stock()
        assert await here.say("chen.jing", TWO, msgid="same") == first.id
        after = await here.ask("chen.jing", "SS-304 庫存")
        assert len(await parts_of(here, first.id)) == 2
        assert await here.stock() == stock
        assert [row.decision_id for row in await heard(here)] == [first.id, after.id]


async def test_a_stranger_gets_one_refusal_and_an_auditor_one_for_each_write(plant):
    async with plant() as here:
        stranger = await here.ask("stranger.one", TWO)
        assert (stranger.stage, len(await parts_of(here, stranger.id))) == ("refused", 1)
        auditor = await here.ask("chow.audit", TWO)
        assert [d.stage for d in await parts_of(here, auditor.id)] == ["refused", "done"]


async def test_a_second_part_sees_what_the_first_has_done(plant):
    async with plant() as here:
        first = await here.ask("chen.jing", "领用黑色手柄100个到AS-01，另外黑色手柄喺火炭仲有幾多？")
        assert len(await parts_of(here, first.id)) == 2
        assert f"{await here.stock():g}" in (await here.said(first.id))[0].split("\n\n")[1]


# What was said before.


async def test_a_follow_up_is_answered_and_says_where_its_order_comes_from(plant):
    async with plant() as here:
        asked = await here.ask("cheung.tai", "SO-1042去到邊？")
        then = await here.ask("cheung.tai", "嗰張幾時得？")
        assert (then.stage, then.reading.intent, then.reading.entities.order) == (
            "done",
            "order_status",
            ("SO-1042",),
        )
        [text] = await here.said(then.id)
        assert "SO-1042" in text
        assert asked.id in text
        assert (await here.decision(then.id)).reading.carried == then.reading.carried != ()


@pytest.mark.parametrize(
    ("minutes", "sender", "chat", "carried"),
    [(9, "cheung.tai", None, True), (11, "cheung.tai", None, False), (1, "raj.kumar", None, False),
     (1, "cheung.tai", "group", False)],
)  # fmt: skip
async def test_only_the_same_sender_in_the_same_conversation_lately(plant, minutes, sender, chat, carried):
    async with plant() as here:
        await here.ask("cheung.tai", "SO-1042去到邊？")
        here.clock.on(minutes=minutes)
        then = await here.ask(sender, "嗰張幾時得？", chat=chat)
        assert bool(then.reading.carried) is carried


async def test_what_is_quoted_is_meant_instead_of_what_was_said_before(plant):
    async with plant() as here:
        await here.ask("cheung.tai", "SO-1042去到邊？")
        quoting = Message("q1", "cheung.tai", None, MessageKind.TEXT, "嗰張幾時得？", here.clock(), "r",
                          quote="SO-1050 急")  # fmt: skip
        then = await here.ended((await here.desk.accept(quoting)).decision_id)
        assert then.reading.carried == ()


async def test_of_two_orders_the_room_asks_which(plant):
    async with plant() as here:
        await here.ask("cheung.tai", "SO-1042去到邊？")
        await here.ask("cheung.tai", "SO-1043去到邊？")
        then = await here.ask("cheung.tai", "嗰張幾時得？")
        assert (then.stage, then.steps[-1].code) == ("refused", "unknown_thing")
        [answer] = await here.said(then.id)
        assert "SO-1042" in answer
        assert "SO-1043" in answer


async def test_what_was_said_before_is_found_newest_first_and_never_what_came_after(plant):
    async with plant() as here:
        tickets = [await here.ask("raj.kumar", f"where is SO-{n}?") for n in (1042, 1043)]
        last = await here.ask("raj.kumar", "how much SS-304 do we have?")
        since = here.clock() - timedelta(minutes=10)
        said = await here.store.read(lambda facts: facts.lately(last, since))
        assert [each.ticket for each in said] == [tickets[1].id, tickets[0].id]
        assert said[0].reading == tickets[1].reading
        earlier = await here.store.read(lambda facts: facts.lately(tickets[1], since))
        assert [each.ticket for each in earlier] == [tickets[0].id]


async def test_a_choice_keeps_what_earlier_words_filled_in(plant):
    async with plant() as here:
        await here.ask("raj.kumar", "GR-03 整返好未？")
        unsure = await here.ask("raj.kumar", "嗰部又壞咗")
        assert (unsure.stage, unsure.hold.choices[0]) == ("held", "machine_status")
        chosen = await here.ask("raj.kumar", "1")
        assert (chosen.stage, chosen.reading.entities.machine) == ("done", ("GR-03",))
