"""Votes: whose count, what is asked after a thumb down, and what becomes of the answer."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.desk.grievance import what_was_wrong
from app.desk.identities import map_sender
from app.records.action import MapSender
from app.records.correction import Lesson
from app.records.decision import Corrected, Refused
from app.records.message import Message, MessageKind
from app.records.reading import Intent, Layer

STOCK, ORDER = Intent.INVENTORY_CHECK, Intent.ORDER_STATUS
GROUP = "wrFloor"
VOTES = sa.text("SELECT answer, userid, vote, reasons, words FROM feedback")


async def vote(here, sender, ticket, kind=2, *, chat=None, chosen=()):
    """A thumb, to its end: 1 up, 2 down, 3 taken back."""
    here.count += 1
    message = Message(
        f"v{here.count}", sender, chat, MessageKind.FEEDBACK, str(kind), here.clock(), refers_to=ticket,
        chosen=chosen,
    )  # fmt: skip
    return await here.ended((await here.desk.accept(message)).decision_id)


async def votes(here) -> list[tuple]:
    """Who voted what on which answer, with reasons and words."""
    return await here.store.write(lambda book: book.line.all(VOTES))


async def questions(here) -> list:
    held = await here.store.read(lambda facts: facts.held())
    return [d for d in held if d.message.kind is MessageKind.FEEDBACK]


async def asked(here, sender="raj.kumar", text="how much SS-304 do we have?", **how):
    found = await here.ask(sender, text, **how)
    assert found.reading.intent is STOCK
    return found


def labels(decision) -> list[tuple]:
    return [(s.by, s.intent, s.source) for s in decision.steps if isinstance(s, Corrected)]


async def test_why_an_answer_was_wrong_is_kept_with_the_vote(plant):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id, chosen=(("reason", ("2", "4")), ("words", ("太少",))))
        assert await votes(here) == [(first.id, "raj.kumar", 2, "[2,4]", "太少")]
        await vote(here, "raj.kumar", first.id, 1)
        assert await votes(here) == [(first.id, "raj.kumar", 1, "[]", "")]
        await vote(here, "raj.kumar", first.id, 3)
        assert await votes(here) == []


@pytest.mark.parametrize(
    "case", ["unknown ticket", "no ticket", "other person", "unknown sender", "other group"]
)
async def test_a_vote_on_what_its_voter_cannot_see_changes_nothing(plant, case):
    async with plant() as here:
        chat = GROUP if case == "other group" else None
        first = await asked(here, chat=chat)
        ticket = {"unknown ticket": "D-99999", "no ticket": "'; drop table feedback"}.get(case, first.id)
        sender = {"other person": "zhang.wei", "unknown sender": "nobody"}.get(case, "raj.kumar")
        cast = await vote(here, sender, ticket, chat="wrOther" if case == "other group" else None)
        assert cast.stage in {"done", "refused"}
        assert (await votes(here), await questions(here), here.faults) == ([], [], [])


async def test_several_people_of_a_group_vote_on_one_answer(plant):
    async with plant() as here:
        first = await asked(here, chat=GROUP)
        await vote(here, "raj.kumar", first.id, 1, chat=GROUP)
        await vote(here, "zhang.wei", first.id, 2, chat=GROUP)
        await vote(here, "chen.jing", first.id, 2)
        assert sorted(row[:3] for row in await votes(here)) == [
            (first.id, "chen.jing", 2), (first.id, "raj.kumar", 1), (first.id, "zhang.wei", 2)
        ]  # fmt: skip
        tickets = {each.id for each in await questions(here)}
        told = [(r.to, r.group) for r in await here.store.outbox.due(50) if r.decision_id in tickets]
        assert sorted(told) == [("chen.jing", False), ("zhang.wei", False)], "never the group"


async def test_who_finds_it_wrong_is_asked_once(plant):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id)
        [question] = await questions(here)
        [told] = await here.said(question.id)
        assert told.startswith("raj.kumar: ")
        for words in (first.id, "how much SS-304", "1) ", "4) understood rightly"):
            assert words in told
        await vote(here, "raj.kumar", first.id)
        assert [q.id for q in await questions(here)] == [question.id]
        await vote(here, "raj.kumar", first.id, 3)
        assert await questions(here) == []
        await vote(here, "raj.kumar", first.id)
        assert await questions(here) == [], "not after a change of mind either"
        assert here.faults == []
        assert await here.said(question.id) == []


@pytest.mark.parametrize("kind", [1, 3])
async def test_nothing_is_asked_for_other_votes(plant, kind):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id, kind)
        assert await questions(here) == []


async def test_an_auditor_votes_and_is_not_asked(plant):
    async with plant() as here:
        first = await asked(here, chat=GROUP)
        await vote(here, "chow.audit", first.id, chat=GROUP)
        assert [row[:3] for row in await votes(here)] == [(first.id, "chow.audit", 2)]
        assert await questions(here) == []


async def test_an_answer_that_asks_back_is_not_asked_about(plant):
    async with plant() as here:
        unsure = await here.ask("raj.kumar", "SS-304")
        assert unsure.hold.reason == "unclear"
        await vote(here, "raj.kumar", unsure.id)
        assert await questions(here) == []
        assert len(await votes(here)) == 1


async def test_a_number_says_what_it_should_have_been_and_is_answered_anew(plant):
    async with plant() as here:
        first = await asked(here, text="how much stock for SO-1042")
        await vote(here, "raj.kumar", first.id)
        [question] = await questions(here)
        number = question.hold.choices.index(ORDER) + 1
        said = await here.ask("raj.kumar", str(number))
        assert (said.reading.intent, said.reading.layer) == (ORDER, Layer.PERSON)
        [answer] = await here.said(said.id)
        assert "SO-1042" in answer
        assert f"{first.id}: noted" in answer
        assert labels(await here.decision(first.id)) == [("person:raj.kumar", ORDER, "vote")]
        ended = await here.decision(question.id)
        assert (ended.stage, ended.last(Refused).code) == ("refused", "chosen")
        [lesson] = here.store.corrections()
        assert (lesson.decision, lesson.text, lesson.taken_for, lesson.intent, lesson.source) == (
            first.id, "how much stock for SO-1042", STOCK, ORDER, "vote"
        )  # fmt: skip


async def test_words_say_it_as_well(plant):
    async with plant() as here:
        first = await asked(here, text="how much stock for SO-1042")
        here.clock.on(seconds=5)
        await vote(here, "raj.kumar", first.id)
        said = await here.ask("raj.kumar", "no, I meant order status")
        assert (said.reading.intent, said.reading.by) == (ORDER, f"correction:{first.id}")
        assert labels(await here.decision(first.id)) == [("person:raj.kumar", ORDER, "vote")]
        assert await questions(here) == []


async def test_words_after_another_message_are_about_that_one(plant):
    async with plant() as here:
        first = await asked(here, text="how much stock for SO-1042")
        await vote(here, "raj.kumar", first.id)
        here.clock.on(seconds=5)
        other = await asked(here)
        await here.ask("raj.kumar", "no, I meant order status")
        assert labels(await here.decision(first.id)) == []
        assert labels(await here.decision(other.id)) == [("person:raj.kumar", ORDER, "chat")]


async def test_somebody_else_s_words_are_a_lesson_and_never_done_in_the_voter_s_name(plant):
    async with plant() as here:
        first = await asked(here, sender="chen.jing", text="SS-304 库存多少", chat=GROUP)
        await vote(here, "zhang.wei", first.id, chat=GROUP)
        [question] = await questions(here)
        movement = question.hold.choices.index(Intent.INVENTORY_MOVEMENT) + 1
        said = await here.ask("zhang.wei", str(movement))
        assert said.stage == "done"
        assert said.reading.by == f"vote:{first.id}"
        [answer] = await here.said(said.id)
        assert "多谢" in answer or "谢谢" in answer
        assert labels(await here.decision(first.id)) == [
            ("person:zhang.wei", Intent.INVENTORY_MOVEMENT, "vote")
        ]


async def test_a_late_vote_is_a_lesson_and_does_nothing_again(plant):
    async with plant() as here:
        first = await asked(here, text="how much stock for SO-1042")
        here.clock.on(minutes=30)
        await vote(here, "raj.kumar", first.id)
        [question] = await questions(here)
        said = await here.ask("raj.kumar", str(question.hold.choices.index(ORDER) + 1))
        assert said.reading.by == f"vote:{first.id}"
        assert labels(await here.decision(first.id)) == [("person:raj.kumar", ORDER, "vote")]


async def test_understood_rightly_teaches_nothing(plant):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id)
        [question] = await questions(here)
        assert question.hold.choices[3] is STOCK
        said = await here.ask("raj.kumar", "4")
        assert said.stage == "done"
        assert labels(await here.decision(first.id)) == []
        assert here.store.corrections() == ()
        assert await questions(here) == []


async def test_a_question_lapses_like_others_and_its_number_means_nothing_then(plant):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id)
        here.clock.now += timedelta(minutes=11)
        await here.desk.expire()
        assert await questions(here) == []
        said = await here.ask("raj.kumar", "1")
        assert said.reading.layer is not Layer.PERSON
        assert labels(await here.decision(first.id)) == []


async def test_what_was_done_stays_and_is_said(plant):
    async with plant() as here:
        before = await here.stock()
        done = await here.ask("chen.jing", "领用黑色手柄50个到AS-01")
        assert done.stage == "done"
        await vote(here, "chen.jing", done.id)
        said = await here.ask("chen.jing", "1")
        assert await here.stock() == before - 50
        assert any(done.id in line for line in await here.said(said.id))
        assert here.store.audit_verify().ok


async def test_f4_on_the_question_corrects_the_answer_itself(plant):
    async with plant() as here:
        first = await asked(here)
        await vote(here, "raj.kumar", first.id)
        [question] = await questions(here)
        assert (await here.desk.teach(Lesson(question.id, ORDER), "lee.wai-man")).ok
        assert labels(await here.decision(first.id)) == [("person:lee.wai-man", ORDER, "console")]


async def test_the_question_is_data_that_a_card_can_show(plant):
    async with plant() as here:
        first = await asked(here, text="how much stock for SO-1042")
        wrong = what_was_wrong(first, first)
        assert (wrong.ticket, wrong.words) == (first.id, "how much stock for SO-1042")
        assert len(wrong.options) == 4
        assert wrong.intents[3] is STOCK
        assert STOCK not in wrong.intents[:3]
        assert ORDER in wrong.intents[:3]


async def test_a_voter_is_the_person_behind_an_id(plant):
    cipher = "woCIPHER0001"
    async with plant() as here:
        mapping = MapSender(cipher, "raj.kumar", "it")
        await here.store.write(lambda book: map_sender(book, mapping, "server:root", here.clock()))
        first = await asked(here, text="how much stock for SO-1042")
        await vote(here, cipher, first.id)
        assert [row[1:3] for row in await votes(here)] == [("raj.kumar", 2)]
        [question] = await questions(here)
        number = question.hold.choices.index(ORDER) + 1
        said = await here.ask(cipher, str(number))
        assert said.reading.by == f"correction:{first.id}", "their own words, under another id"
        assert labels(await here.decision(first.id)) == [("person:raj.kumar", ORDER, "vote")]
