"""Whose a sender's id is: strangers are refused and listed, a mapped id is the person and nobody else."""

from datetime import timedelta

import pytest

from app.desk.identities import map_sender, take_from_wecom, unmap_sender
from app.records.action import MapSender

CIPHER = "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"


async def mapped(here, sender=CIPHER, userid="chen.jing", source="it") -> str:
    mapping = MapSender(sender, userid, source)
    return await here.store.write(lambda book: map_sender(book, mapping, "server:root", here.clock()))


async def test_a_stranger_is_refused_each_time_and_listed_once(plant):
    async with plant() as here:
        first = await here.ask("Stranger.One", "库存")
        assert len(await here.said(first.id)) == 1
        here.clock.on(hours=3)
        second = await here.ask("Stranger.One", "库存?", chat="wrGROUP")
        for refused in (first, second):
            assert (refused.stage, refused.steps[-1].code) == ("refused", "unknown_sender")
        assert len(await here.said(second.id)) == 1
        [listed] = here.store.look(lambda facts: facts.strangers())
        assert (listed.sender, listed.channel, listed.messages) == ("Stranger.One", "bot", 2)
        assert (listed.decision, listed.last_at - listed.first_at) == (second.id, timedelta(hours=3))
        assert await here.store.unknown_senders() == 1


async def test_people_are_no_strangers(plant):
    async with plant() as here:
        await here.ask("chen.jing", "库存")
        await here.desk.review_plan("plan_review:1")
        assert here.store.look(lambda facts: facts.strangers()) == ()


async def test_a_mapped_sender_is_the_person_and_is_answered_where_they_wrote(plant):
    async with plant() as here:
        await here.ask(CIPHER, "库存")
        assert await mapped(here) == ""
        assert here.store.look(lambda facts: facts.strangers()) == ()
        done = await here.ask(CIPHER, "黑色手柄库存还有多少")
        assert done.stage == "done"
        [said] = await here.said(done.id)
        assert said.startswith(f"{CIPHER}: ")
        assert here.store.look(lambda facts: facts.userid(CIPHER)) == "chen.jing"
        assert here.store.look(lambda facts: facts.person(CIPHER.lower())) is None


async def test_notices_go_to_the_id_under_which_a_person_last_wrote(plant):
    async with plant() as here:
        await mapped(here, CIPHER, "ho.chi-keung")
        held = await here.held()
        assert any(each.startswith("ho.chi-keung: ") for each in await here.said(held.id))
        await here.ask(CIPHER, "等我批嘅有邊啲")
        held = await here.held(900)
        assert any(each.startswith(f"{CIPHER}: ") for each in await here.said(held.id))
        await here.ask("ho.chi-keung", "等我批嘅有邊啲")
        held = await here.held(950)
        assert any(each.startswith("ho.chi-keung: ") for each in await here.said(held.id))


async def test_nobody_approves_their_own_request_under_another_id(plant):
    async with plant() as here:
        await mapped(here, CIPHER, "ho.chi-keung")
        asked = await here.ask(CIPHER, "领用黑色手柄800个到AS-01")
        assert asked.stage == "held"
        digest = ""
        reply = await here.desk.approve(asked.id, "ho.chi-keung", digest)
        assert (reply.ok, reply.code) == (False, "own_request")
        tried = await here.ask("ho.chi-keung", f"批准 {asked.id}")
        assert (tried.stage, tried.steps[-1].code) == ("refused", "own_request")
        tried = await here.ask("ho.chi-keung", "批准")
        assert tried.stage == "done", "the plant's own request is all that waits for them"
        assert (await here.decision(asked.id)).stage == "held"
        assert here.faults == []


async def test_a_userid_goes_before_what_an_id_stands_for(plant):
    async with plant(running=False) as here:
        mapping = MapSender("raj.kumar", "ho.chi-keung", "it")
        await here.store.write(lambda book: book.apply(mapping, "D-00001:a"))
        assert here.store.look(lambda facts: facts.userid("raj.kumar")) == "raj.kumar"


async def test_a_mapped_person_approves_as_themselves_from_the_chat(plant):
    async with plant() as here:
        await mapped(here, CIPHER, "ho.chi-keung")
        held = await here.held()
        await here.ask(CIPHER, f"批准 {held.id}")
        after = await here.decision(held.id)
        assert after.stage == "done"
        assert after.steps[-2].by == "person:ho.chi-keung"


@pytest.mark.parametrize(
    ("sender", "userid", "code"),
    [
        ("raj.kumar", "chen.jing", "own_userid"),
        (CIPHER, "Chen.Jing", "no_person"),
        ("", "chen.jing", "no_id"),
        ("a\nb", "chen.jing", "no_id"),
        ("x" * 257, "chen.jing", "no_id"),
        ("sys", "chen.jing", "no_id"),
    ],
)
async def test_what_may_not_be_mapped_changes_nothing(plant, sender, userid, code):
    async with plant(running=False) as here:
        before = here.store.audit_head()
        assert await mapped(here, sender, userid) == code
        assert here.store.look(lambda facts: facts.identities()) == ()
        assert here.store.audit_head() == before


async def test_an_id_is_mapped_once_and_to_no_id(plant):
    async with plant(running=False) as here:
        assert await mapped(here) == ""
        assert await mapped(here, userid="raj.kumar") == "mapped"
        assert await mapped(here, "wmOther", CIPHER) == "no_person"


async def test_a_mapping_is_a_sealed_decision_and_is_taken_back_once(plant):
    async with plant() as here:
        await mapped(here)
        identity = here.store.look(lambda facts: facts.identity(CIPHER))
        made = await here.decision(identity.decision)
        assert [step.kind for step in made.steps] == ["understood", "approved", "acted"]
        assert made.steps[1].by == "server:root"
        assert here.store.audit_verify().ok

        def unmap(book) -> bool:
            return unmap_sender(book, CIPHER, "server:root", here.clock())

        assert await here.store.write(unmap)
        assert not await here.store.write(unmap)
        assert (await here.decision(identity.decision)).stage == "undone"
        assert (await here.ask(CIPHER, "库存")).stage == "refused"
        here.clock.on(seconds=1)
        assert await mapped(here, userid="raj.kumar") == ""
        assert here.store.audit_verify().ok


async def test_wecom_may_name_somebody_who_is_nobody_here(plant):
    async with plant() as here:
        await here.ask(CIPHER, "库存")
        assert await mapped(here, userid="new.comer", source="wecom") == ""
        assert (await here.ask(CIPHER, "库存")).stage == "refused"
        [listed] = here.store.look(lambda facts: facts.strangers())
        assert (listed.userid, listed.messages) == ("new.comer", 2)


async def test_an_id_that_becomes_known_while_its_message_waits_is_answered(plant):
    asked = []

    async def identify(sender: str) -> bool:
        asked.append(sender)
        found = {CIPHER: "chen.jing"} if sender == CIPHER else {}
        await here.store.write(lambda book: take_from_wecom(book, found, here.clock()))
        return bool(found)

    async with plant(identify=identify) as here:
        for sender, stage in ((CIPHER, "done"), ("stranger", "refused"), ("chen.jing", "done")):
            assert (await here.ask(sender, "黑色手柄库存还有多少")).stage == stage
        assert asked == [CIPHER, "stranger"]
        [identity] = here.store.look(lambda facts: facts.identities())
        made = here.store.decision(identity.decision)
        assert (identity.source, made.steps[1].by) == ("wecom", "policy:wecom")
