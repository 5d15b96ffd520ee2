"""What people teach: the meaning of a misread message, in chat and by key, and names for things."""

from datetime import timedelta

import pytest

from app.records.action import TeachName, action_hash
from app.records.correction import Lesson
from app.records.decision import Corrected
from app.records.message import MessageKind
from app.records.reading import Intent, Layer

STOCK, ORDER, MACHINE = Intent.INVENTORY_CHECK, Intent.ORDER_STATUS, Intent.MACHINE_STATUS


def labels(decision) -> list[tuple[str, Intent, str]]:
    return [(s.by, s.intent, s.source) for s in decision.steps if isinstance(s, Corrected)]


async def misread(here, sender="raj.kumar", text="SS-304 库存多少", **how):
    found = await here.ask(sender, text, **how)
    assert found.reading.intent is STOCK
    return found


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("不是这个意思，我是要报修", MACHINE),
        ("唔係，我係想問張單", ORDER),
        ("no, i meant order status", ORDER),
    ],
)
async def test_a_correction_in_chat_is_kept_and_the_words_are_read_anew(plant, text, intent):
    async with plant() as here:
        first = await misread(here)
        said = await here.ask("raj.kumar", text)
        assert (said.reading.intent, said.reading.layer) == (intent, Layer.PERSON)
        assert said.reading.by == f"correction:{first.id}"
        assert said.reading.entities.item == ("SS-304",), "the first message's things"
        after = await here.decision(first.id)
        assert labels(after) == [("person:raj.kumar", intent, "chat")]
        assert after.stage == first.stage, "what was done stays"
        assert len(await here.said(said.id)) == 1


async def test_words_that_only_look_like_a_correction_are_read_as_they_are(plant):
    async with plant() as here:
        first = await misread(here)
        for text in ("no stock", "不是库存", "唔係300，係330", "no, the machine is broken"):
            said = await here.ask("raj.kumar", text)
            assert said.reading.layer is not Layer.PERSON, text
        assert labels(await here.decision(first.id)) == []


@pytest.mark.parametrize("case", ["late", "other sender", "other chat", "same meaning", "nothing before"])
async def test_only_the_sender_soon_after_and_there_corrects_a_reading(plant, case):
    async with plant() as here:
        first = await misread(here) if case != "nothing before" else None
        sender = "zhang.wei" if case == "other sender" else "raj.kumar"
        if case == "late":
            here.clock.on(minutes=10, seconds=1)
        text = "no, i meant stock" if case == "same meaning" else "no, i meant order status"
        said = await here.ask(sender, text, chat="wrShift" if case == "other chat" else None)
        assert said.reading.layer is not Layer.PERSON
        assert first is None or labels(await here.decision(first.id)) == []


async def test_one_wish_of_several_is_not_corrected_by_a_guess(plant):
    async with plant() as here:
        first = await here.ask("raj.kumar", "收到20个BX-24。另外SS-304仲有幾多？")
        said = await here.ask("raj.kumar", "no, i meant machine status")
        assert said.reading.layer is not Layer.PERSON
        assert int(said.id[2:]) - int(first.id[2:]) == 2, "there were two wishes"


async def test_a_quoted_answer_must_be_the_last_one(plant):
    async with plant() as here:
        other = await misread(here)
        first = await misread(here, text="SS-420 库存多少")
        said = await here.ask("raj.kumar", "no, i meant order status", quote=f"… 〔{other.id} · 规则〕")
        assert said.reading.layer is not Layer.PERSON
        last = await misread(here, text="SS-420 库存多少")
        said = await here.ask("raj.kumar", "no, i meant order status", quote=f"… 〔{last.id} · 规则〕")
        assert said.reading.by == f"correction:{last.id}"
        assert labels(await here.decision(first.id)) == []


async def test_within_ten_minutes_it_still_counts(plant):
    async with plant() as here:
        first = await misread(here)
        here.clock.on(minutes=9, seconds=59)
        await here.ask("raj.kumar", "no, i meant order status")
        assert len(labels(await here.decision(first.id))) == 1


async def test_a_second_correction_is_of_the_same_words_and_the_latest_counts(plant):
    async with plant() as here:
        first = await misread(here)
        await here.ask("raj.kumar", "no, i meant order status")
        again = await here.ask("raj.kumar", "no, i meant machine status")
        assert again.reading.by == f"correction:{first.id}"
        kept = [each for each in here.store.corrections() if each.decision == first.id]
        assert [(each.intent, each.taken_for, each.text) for each in kept] == [
            (MACHINE, STOCK, "SS-304 库存多少")
        ]


async def test_the_number_of_a_choice_is_kept_as_the_right_meaning(plant):
    async with plant() as here:
        asked = await here.ask("raj.kumar", "SS-304 嗰啲嘢點呀搞到")
        assert asked.stage == "held", asked.reading
        await here.ask("raj.kumar", "2")
        after = await here.decision(asked.id)
        assert labels(after) == [("person:raj.kumar", asked.hold.choices[1], "choice")]
        assert [each.source for each in here.store.corrections()] == ["choice"]


async def test_what_a_misread_message_did_stands_and_the_answer_says_how_to_undo_it(plant):
    async with plant() as here:
        before = await here.stock()
        booked = await here.ask("chen.jing", "领用黑色手柄20个到AS-01")
        assert booked.stage == "done"
        said = await here.ask("chen.jing", "不是这个意思，我是想问库存")
        assert said.reading.intent is STOCK
        assert await here.stock() == before - 20
        [told] = await here.said(said.id)
        assert booked.id in told
        assert "F8" in told
        assert (await here.desk.undo(booked.id, "ho.chi-keung")).ok
        assert await here.stock() == before


async def test_what_waits_because_it_was_misread_can_no_longer_be_approved(plant):
    async with plant() as here:
        held = await here.held()
        digest = action_hash(held.hold.action)
        await here.ask("chen.jing", "不是这个意思，我是想问库存")
        after = await here.decision(held.id)
        assert (after.stage, labels(after)) == ("refused", [("person:chen.jing", STOCK, "chat")])
        assert (await here.desk.approve(held.id, "ho.chi-keung", digest)).code == "not_waiting"


async def test_an_auditor_is_answered_but_teaches_nothing(plant):
    async with plant() as here:
        first = await misread(here, "chow.audit")
        said = await here.ask("chow.audit", "no, i meant order status")
        assert said.reading.intent is ORDER
        assert labels(await here.decision(first.id)) == []
        reply = await here.desk.teach(Lesson(first.id, ORDER), "chow.audit")
        assert (reply.ok, reply.code) == (False, "wrong_role")


# By key.


async def test_a_key_press_keeps_the_right_meaning(plant):
    async with plant() as here:
        first = await misread(here)
        reply = await here.desk.teach(Lesson(first.id, ORDER), "lee.wai-man")
        assert (reply.ok, first.id in reply.text) == (True, True)
        after = await here.decision(first.id)
        assert labels(after) == [("person:lee.wai-man", ORDER, "console")]
        again = await here.desk.teach(Lesson(first.id, ORDER), "lee.wai-man")
        assert (again.ok, again.code) == (False, "same_meaning")
        back = await here.desk.teach(Lesson(first.id, STOCK), "lee.wai-man")
        assert back.ok, "a slip can be put right"
        assert here.store.audit_verify().ok


@pytest.mark.parametrize(
    ("lesson", "code"),
    [
        (Lesson("D-99999", ORDER), "unknown_decision"),
        (Lesson("nonsense", ORDER), "unknown_decision"),
        (Lesson("{}", STOCK), "same_meaning"),
        (Lesson("{}"), "same_meaning"),
        (Lesson("{}", ORDER, "大力仔", ""), "name_halved"),
        (Lesson("{}", ORDER, "大力仔", "ZZ-99"), "name_no_thing"),
        (Lesson("{}", ORDER, "细力仔", "SS-420"), "name_not_said"),
        (Lesson("{}", ORDER, "库", "SS-420"), "name_short"),
        (Lesson("{}", ORDER, "库存", "SS-420"), "name_common"),
        (Lesson("{}", ORDER, "300", "SS-420"), "name_number"),
        (Lesson("{}", ORDER, "SS-304", "SS-420"), "name_taken"),
        (Lesson("{}", ORDER, "SS-304", "ss-304"), "name_known"),
    ],
)
async def test_a_lesson_that_cannot_be_taken_keeps_nothing(plant, lesson, code):
    async with plant() as here:
        first = await misread(here, text="大力仔同SS-304 300 库存多少")
        given = Lesson(lesson.decision.format(first.id), lesson.intent, lesson.word, lesson.code)
        reply = await here.desk.teach(given, "lee.wai-man")
        assert (reply.ok, reply.code) == (False, code)
        assert labels(await here.decision(first.id)) == []
        assert await here.store.read(lambda facts: facts.held()) == ()


async def test_a_waiting_decision_is_corrected_and_goes_on_waiting(plant):
    async with plant() as here:
        held = await here.held()
        reply = await here.desk.teach(Lesson(held.id, STOCK), "ho.chi-keung")
        assert reply.ok
        digest = action_hash(held.hold.action)
        assert (await here.decision(held.id)).stage == "held"
        assert (await here.desk.approve(held.id, "ho.chi-keung", digest)).ok


# Names.


async def taught(here, word="大力仔", code="SS-420", by="lee.wai-man"):
    """The proposal that a lesson makes."""
    first = await here.ask("raj.kumar", f"{word} 库存多少")
    reply = await here.desk.teach(Lesson(first.id, None, word, code), by)
    assert reply.ok, reply
    [held] = await here.store.read(lambda facts: facts.held())
    return held


async def test_a_taught_name_waits_for_a_supervisor_and_then_is_found(plant):
    async with plant() as here:
        held = await taught(here)
        assert held.hold.action == TeachName("大力仔", "item", "SS-420")
        told = await here.said(held.id)
        assert any(text.startswith("ng.mei-ling:") and "大力仔" in text for text in told)
        digest = action_hash(held.hold.action)
        assert (await here.desk.approve(held.id, "lee.wai-man", digest)).code == "own_request"
        assert (await here.desk.approve(held.id, "raj.kumar", digest)).code == "wrong_role"
        assert (await here.ask("raj.kumar", "大力仔 库存多少")).stage == "refused"
        assert (await here.desk.approve(held.id, "ng.mei-ling", digest)).ok
        asked = await here.ask("raj.kumar", "大力仔 库存多少")
        assert (asked.stage, asked.reading.entities.item) == ("done", ("SS-420",))
        assert here.store.audit_verify().ok


async def test_an_accepted_name_can_be_taken_back(plant):
    async with plant() as here:
        held = await taught(here)
        await here.desk.approve(held.id, "ng.mei-ling", action_hash(held.hold.action))
        assert (await here.desk.undo(held.id, "ng.mei-ling")).ok
        assert (await here.ask("raj.kumar", "大力仔 库存多少")).reading.entities.item == ()
        again = await taught(here)
        assert (await here.desk.approve(again.id, "ng.mei-ling", action_hash(again.hold.action))).ok


async def test_a_name_that_waits_is_not_proposed_again(plant):
    async with plant() as here:
        held = await taught(here)
        first = held.message.refers_to
        reply = await here.desk.teach(Lesson(first, None, "大力仔", "SS-304"), "lee.wai-man")
        assert (reply.ok, reply.code) == (False, "name_waits")


async def test_a_name_that_was_given_away_meanwhile_is_not_learnt(plant):
    async with plant() as here:
        one = await taught(here, "铁牛", "SS-420")
        reply = await here.desk.teach(Lesson(one.message.refers_to, None, "鐵牛", "SS-304"), "lee.wai-man")
        assert reply.ok
        other = (await here.store.read(lambda facts: facts.held()))[-1]
        assert (await here.desk.approve(one.id, "ng.mei-ling", action_hash(one.hold.action))).ok
        reply = await here.desk.approve(other.id, "ng.mei-ling", action_hash(other.hold.action))
        assert (reply.ok, reply.code) == (False, "facts_changed")
        assert (await here.ask("raj.kumar", "鐵牛 库存多少")).reading.entities.item == ("SS-420",)


async def test_what_waits_is_not_proposed_by_itself_as_well(plant):
    async with plant() as here:
        await taught(here)
        await here.ask("zhang.wei", "大力仔库存多少")
        await here.ask("zhang.wei", "SS-304 库存多少")
        assert len(await here.store.read(lambda facts: facts.held())) == 1


async def test_an_approval_in_chat_accepts_a_name(plant):
    async with plant() as here:
        held = await taught(here)
        yes = await here.ask("ng.mei-ling", f"批准 {held.id}")
        assert yes.stage == "done"
        assert (await here.ask("raj.kumar", "大力仔 库存多少")).reading.entities.item == ("SS-420",)


async def test_a_second_try_that_differs_in_the_name_alone_proposes_it_once(plant):
    async with plant() as here:
        for _ in range(2):
            first = await here.ask("raj.kumar", "大力仔库存多少")
            assert first.stage == "refused"
            assert (await here.ask("raj.kumar", "SS-420 库存多少")).stage == "done"
            here.clock.on(minutes=11)
        [held] = await here.store.read(lambda facts: facts.held())
        assert held.hold.action == TeachName("大力仔", "item", "SS-420")
        assert held.message.sender == "sys"
        digest = action_hash(held.hold.action)
        assert (await here.desk.approve(held.id, "lee.wai-man", digest)).ok
        assert (await here.ask("raj.kumar", "大力仔库存多少")).stage == "done"


@pytest.mark.parametrize("second", ["SS-420 在哪里存了多少库存", "SS-420", "SS-420 SS-304 库存多少"])
async def test_a_second_try_that_differs_in_more_proposes_nothing(plant, second):
    async with plant() as here:
        await here.ask("raj.kumar", "大力仔库存多少")
        await here.ask("raj.kumar", second)
        found = await here.store.read(lambda facts: facts.held())
        assert not [d for d in found if isinstance(d.hold.action, TeachName)]


async def test_a_second_try_much_later_or_of_another_meaning_proposes_nothing(plant):
    async with plant() as here:
        await here.ask("raj.kumar", "大力仔库存多少")
        here.clock.on(minutes=11)
        await here.ask("raj.kumar", "SS-420 库存多少")
        await here.ask("raj.kumar", "大力仔库存多少")
        await here.ask("zhang.wei", "SS-420 库存多少")
        await here.ask("raj.kumar", "早晨")
        await here.ask("raj.kumar", "SS-420 库存多少")
        assert await here.store.read(lambda facts: facts.held()) == ()


async def test_a_name_lapses_after_a_week(plant):
    async with plant() as here:
        held = await taught(here)
        here.clock.now += timedelta(days=6, hours=23)
        await here.desk.expire()
        assert (await here.decision(held.id)).stage == "held"
        here.clock.now += timedelta(hours=2)
        await here.desk.expire()
        assert (await here.decision(held.id)).stage == "refused"


async def test_a_thumb_down_alone_corrects_nothing(plant):
    async with plant() as here:
        first = await misread(here)
        await here.ask("raj.kumar", "2", kind=MessageKind.FEEDBACK, refers_to=first.id)
        assert here.store.corrections() == ()
