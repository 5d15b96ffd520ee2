"""What waits for a person: approved once, refused, lapsed, taken back, or overtaken by the facts."""

import asyncio
from datetime import timedelta

from app.records.action import action_hash


async def test_approved_twice_at_once_is_done_once(plant):
    async with plant() as here:
        held = await here.held()
        before, digest = await here.stock(), action_hash(held.hold.action)
        replies = await asyncio.gather(
            *(here.desk.approve(held.id, "ho.chi-keung", digest) for _ in range(8))
        )
        assert [reply.code for reply in replies].count("") == 1
        assert {reply.code for reply in replies} == {"", "not_waiting"}
        assert await here.stock() == before - 800
        assert [kind for ticket, kind in here.seen if ticket == held.id].count("acted") == 1


async def test_a_key_and_a_message_at_once_do_it_once(plant):
    async with plant() as here:
        held = await here.held()
        before, digest = await here.stock(), action_hash(held.hold.action)
        reply, said = await asyncio.gather(
            here.desk.approve(held.id, "ho.chi-keung", digest), here.ask("ho.chi-keung", f"批准 {held.id}")
        )
        assert (reply.ok, said.stage) in {(True, "refused"), (True, "failed"), (False, "done")}
        assert await here.stock() == before - 800


async def test_an_approval_of_something_else_than_was_shown_is_turned_down(plant):
    async with plant() as here:
        held = await here.held()
        reply = await here.desk.approve(held.id, "ho.chi-keung", "0" * 64)
        assert (reply.ok, reply.code) == (False, "changed")
        assert (await here.decision(held.id)).stage == "held"


async def test_the_right_of_each_person_is_checked(plant):
    async with plant() as here:
        held = await here.held()
        digest = action_hash(held.hold.action)
        codes = {
            who: (await here.desk.approve(held.id, who, digest)).code
            for who in ("chen.jing", "wong.ka-yan", "thomas.okoye", "chow.audit", "nobody", "chargehand")
        }
        assert codes == {
            "chen.jing": "own_request",
            "wong.ka-yan": "wrong_facility",
            "thomas.okoye": "wrong_role",
            "chow.audit": "wrong_role",
            "nobody": "not_waiting",
            "chargehand": "not_waiting",
        }
        assert (await here.desk.refuse(held.id, "wong.ka-yan", "no")).code == "wrong_facility"
        assert (await here.decision(held.id)).stage == "held"


async def test_facts_that_changed_since_stop_an_approved_action(plant):
    async with plant() as here:
        held = await here.held(3000)
        other = await here.held(2000)
        digest = action_hash(other.hold.action)
        assert (await here.desk.approve(other.id, "ho.chi-keung", digest)).ok
        before = await here.stock()
        reply = await here.desk.approve(held.id, "ho.chi-keung", action_hash(held.hold.action))
        assert (reply.ok, reply.code) == (False, "facts_changed")
        after = await here.decision(held.id)
        assert after.stage == "failed"
        assert await here.stock() == before
        assert any("没有入账" in text for text in await here.said(held.id))


async def test_an_approver_in_chat_is_not_told_yes_when_nothing_was_done(plant):
    async with plant() as here:
        held, other = await here.held(3000), await here.held(2000)
        await here.desk.approve(other.id, "ho.chi-keung", action_hash(other.hold.action))
        yes = await here.ask("ho.chi-keung", f"批准 {held.id}")
        [answer] = await here.said(yes.id)
        assert "冇做到" in answer


async def test_an_approval_that_nobody_gave_lapses_and_the_asker_is_told(plant):
    async with plant() as here:
        held = await here.held()
        await here.said(held.id)
        here.clock.now = held.hold.until - timedelta(seconds=1)
        await here.desk.expire()
        assert (await here.decision(held.id)).stage == "held"
        here.clock.on(seconds=1)
        await here.desk.expire()
        after = await here.decision(held.id)
        assert (after.stage, after.steps[-1].code) == ("refused", "expired")
        [told] = await here.said(held.id)
        assert told.startswith("chen.jing: 逾时")
        assert (await here.desk.approve(held.id, "ho.chi-keung", action_hash(held.hold.action))).code == (
            "not_waiting"
        )


async def test_a_choice_that_nobody_made_lapses_in_silence(plant):
    async with plant() as here:
        unsure = await here.ask("chan.siu-ming", "嗰部嘢又唔郁喇")
        assert (unsure.stage, unsure.hold.reason) == ("held", "unclear")
        await here.said(unsure.id)
        here.clock.on(seconds=601)
        await here.desk.expire()
        assert (await here.decision(unsure.id)).stage == "refused"
        assert await here.said(unsure.id) == []
        late = await here.ask("chan.siu-ming", "1")
        assert late.reading.layer != "person"


async def test_what_was_done_can_be_taken_back_once_by_who_may(plant):
    async with plant() as here:
        before = await here.stock()
        done = await here.ask("chen.jing", "领用黑色手柄100个到AS-01")
        assert await here.stock() == before - 100
        assert (await here.desk.undo(done.id, "thomas.okoye")).code == "wrong_role"
        assert (await here.desk.undo(done.id, "chen.jing")).ok
        assert await here.stock() == before
        assert (await here.desk.undo(done.id, "ho.chi-keung")).code == "not_done"
        assert await here.stock() == before
        assert (await here.decision(done.id)).stage == "undone"


async def test_what_has_no_reverse_says_so(plant):
    async with plant() as here:
        asked = await here.ask("chen.jing", "HD-POM 库存多少")
        assert (await here.desk.undo(asked.id, "chen.jing")).code == "no_reverse"
        assert (await here.desk.undo("D-99999", "chen.jing")).code == "not_done"


async def test_the_morning_review_is_planned_once_a_day_and_told_to_planners_only(plant):
    async with plant() as here:
        await here.desk.review_plan("plan_review:2026-11-23")
        await here.desk.review_plan("plan_review:2026-11-23")
        decision = await here.ended("D-00001")
        assert (decision.stage, decision.hold.action.kind) == ("held", "publish_plan")
        assert await here.decision("D-00002") is None
        told = {text.partition(":")[0] for text in await here.said("D-00001")}
        assert "ng.mei-ling" in told
        assert "chargehand" not in told
        assert (await here.desk.approve("D-00001", "ng.mei-ling", action_hash(decision.hold.action))).ok
        plan = await here.store.read(lambda facts: facts.plan())
        assert plan.id == decision.hold.action.plan
