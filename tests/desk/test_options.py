"""Plans offered side by side: one is chosen, exactly that is published, the others are dropped."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from app.planning.dispatch import EDD, dispatch
from app.records.message import Message, MessageKind
from app.records.plant import PlanState
from app.settings import Planning

DUE = "update orders set due = '2026-11-25T12:00:00.000000+00:00'"  # too much for two days
QUIET = Planning().replan_wait_s + 1


class Rules:
    """A first plan by one rule, later ones by the best of all: fast, and always the same."""

    async def solve(self, problem, *, limit_s, start=None):
        return await asyncio.to_thread(dispatch, problem, () if problem.current else (EDD,))


@pytest.fixture
def busy(plant, tmp_path):
    """A desk on a plant that has too much to do."""
    file = sqlite3.connect(tmp_path / "plant.sqlite")
    file.execute(DUE)
    file.commit()
    file.close()
    return lambda **more: plant(solver=Rules(), **more)


async def publish(here):
    """A plan in force."""
    await here.desk.review_plan("plan_review:1")
    first = await here.ended("D-00001")
    assert (await here.desk.approve(first.id, "ng.mei-ling", "")).ok
    return await here.store.read(lambda facts: facts.plan())


async def breaks(here, what="HT-01", words="壞咗，要修3日"):
    """A machine stops; what is proposed after some quiet, None for nothing."""
    stopped = await here.ask("wong.ka-yan", f"{what} {words}")
    assert stopped.stage == "done"
    return await after_quiet(here, stopped)


async def after_quiet(here, before):
    here.clock.on(seconds=QUIET)
    await here.desk.watch_plan()
    ticket = f"D-{int(before.id[2:]) + 1:05d}"
    return await here.ended(ticket) if await here.decision(ticket) else None


async def version(here, plan):
    return await here.store.read(lambda facts: facts.version(plan))


async def states(here, hold):
    plans = [each.action.plan for each in hold.offered]
    return [(await here.store.read(lambda f, p=p: f.plan_named(p))).state for p in plans]


async def test_a_breakdown_brings_options_and_the_one_that_is_chosen_is_published(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        hold = asked.hold
        assert len(hold.offered) == 2
        assert hold.action in [each.action for each in hold.offered]
        assert await states(here, hold) == [PlanState.PROPOSED] * 2
        other = next(n for n, each in enumerate(hold.offered, 1) if each.action != hold.action)
        told = await here.said(asked.id)
        assert any(text.startswith("ng.mei-ling: ") and f"選 1/2 {asked.id}" in text for text in told)
        assert all("48" in text.splitlines()[0] for text in told), "headed by what moves"
        yes = await here.ask("ng.mei-ling", f"選 {other} {asked.id}")
        assert yes.stage == "done"
        [answer] = await here.said(yes.id)
        assert f"方案 {other}" in answer
        published = await here.store.read(lambda facts: facts.plan())
        assert published.id == hold.offered[other - 1].action.plan
        assert await states(here, hold) == [
            PlanState.PUBLISHED if n == other else PlanState.DROPPED for n in (1, 2)
        ]
        assert (await here.decision(asked.id)).steps[-2].digest == hold.offered[other - 1].digest


async def test_the_console_approves_the_option_whose_hash_it_sends_and_no_other(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        assert (await here.desk.approve(asked.id, "ng.mei-ling", "0" * 64)).code == "changed"
        first = asked.hold.offered[0]
        assert (await here.desk.approve(asked.id, "ng.mei-ling", first.digest)).ok
        assert (await here.store.read(lambda facts: facts.plan())).id == first.action.plan


async def test_publishing_one_of_the_plans_offered_is_a_yes_to_just_that_one(busy):
    async with busy() as here:
        before = await publish(here)
        asked = await breaks(here)
        other = next(each.action for each in asked.hold.offered if each.action != asked.hold.action)
        assert (await here.desk.publish_plan(other.plan, "ng.mei-ling")).ok
        assert (await here.store.read(lambda facts: facts.plan())).id == other.plan
        assert (await here.decision(asked.id)).stage == "done"
        told = [await version(here, each.action.plan) for each in asked.hold.offered]
        assert [each.number for each in told] == [2, 3], "each that was offered is a version"
        assert {(each.origin.parent, each.origin.decision, each.asked_by) for each in told} == {
            (before.id, asked.id, "sys")
        }
        assert {each.origin.words.split(";")[0] for each in told} == {"stop HT-01"}
        assert all(each.origin.maker for each in told)


async def test_a_plan_that_was_offered_and_not_chosen_can_be_brought_back(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        other = next(each.action for each in asked.hold.offered if each.action != asked.hold.action)
        assert (await here.desk.approve(asked.id, "ng.mei-ling", "")).ok
        here.clock.on(minutes=1)
        reply = await here.desk.publish_plan(other.plan, "lee.wai-man")
        assert reply.ok, reply
        ticket = f"D-{int(asked.id[2:]) + 1:05d}"
        assert (await here.desk.approve(ticket, "ng.mei-ling", "")).ok
        published = await here.store.read(lambda facts: facts.plan())
        assert (await version(here, published.id)).origin.parent == other.plan


async def test_a_plain_yes_takes_the_proposed_one_and_a_number_that_is_not_there_takes_none(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        none = await here.ask("ng.mei-ling", f"選 3 {asked.id}")
        assert (none.stage, none.steps[-1].code) == ("refused", "no_such_option")
        assert (await here.decision(asked.id)).stage == "held"
        why = await here.ask("ng.mei-ling", f"點解揀方案 1 {asked.id}")
        assert (await here.decision(asked.id)).stage == "held", why
        yes = await here.ask("ng.mei-ling", f"批准 {asked.id}")
        assert yes.stage == "done"
        assert (await here.store.read(lambda facts: facts.plan())).id == asked.hold.action.plan


async def test_nobody_is_asked_twice_for_the_same_and_a_new_reason_replaces_the_proposal(busy):
    async with busy() as here:
        await publish(here)
        first = await breaks(here)
        here.clock.on(seconds=Planning().replan_every_s + 1)
        await here.desk.watch_plan()
        assert await here.decision("D-00004") is None
        second = await breaks(here, "HT-02")
        assert (await here.decision(first.id)).steps[-1].code == "overtaken"
        assert set(await states(here, first.hold)) == {PlanState.DROPPED}
        assert second.hold is not None
        assert (await here.desk.refuse(second.id, "ng.mei-ling", "not now")).ok
        here.clock.on(seconds=Planning().replan_every_s + 1)
        await here.desk.watch_plan()
        assert await here.decision("D-00006") is None, "what was refused is not asked again"


async def test_a_no_and_a_lapse_drop_every_option(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        assert (await here.desk.refuse(asked.id, "ng.mei-ling", "no")).ok
        assert set(await states(here, asked.hold)) == {PlanState.DROPPED}
        again = await breaks(here, "HT-02")
        here.clock.now = again.hold.until + timedelta(seconds=1)
        await here.desk.expire()
        assert set(await states(here, again.hold) or [PlanState.DROPPED]) == {PlanState.DROPPED}


async def test_a_published_plan_withdraws_what_waits_beside_it(busy):
    async with busy() as here:
        await publish(here)
        asked = await breaks(here)
        wished = await here.ask("chan.siu-ming", "排程")
        assert (wished.stage, wished.hold.action.kind) == ("held", "publish_plan")
        assert (await here.desk.approve(asked.id, "ng.mei-ling", "")).ok
        assert (await here.decision(wished.id)).steps[-1].code == "overtaken"
        assert any(
            text.startswith("chan.siu-ming: ") and "過咗時" in text for text in await here.said(wished.id)
        )


async def test_the_watch_waits_for_quiet_and_can_be_switched_off(busy):
    async with busy() as here:
        await publish(here)
        await here.ask("wong.ka-yan", "HT-01 壞咗，要修3日")
        here.clock.on(seconds=QUIET - 2)
        await here.desk.watch_plan()
        assert await here.decision("D-00003") is None
    async with busy(planning=Planning(replan=False)) as here:
        here.clock.on(hours=2)
        await here.desk.watch_plan()
        assert await here.decision("D-00003") is None


async def test_reports_that_never_cease_do_not_keep_the_plan_from_being_looked_at(busy):
    async with busy() as here:
        await publish(here)
        here.clock.on(seconds=Planning().replan_every_s)
        await here.ask("wong.ka-yan", "HT-01 壞咗，要修3日")
        await here.desk.watch_plan()
        assert (await here.ended("D-00003")).hold is not None


async def test_what_has_passed_before_it_is_planned_ends_in_silence(busy):
    async with busy() as here:
        await publish(here)
        sent = Message(
            "replan:x", "sys", None, MessageKind.TEXT, "stop HT-01", here.clock(), raw="stop HT-01"
        )
        gone = await here.ended((await here.desk.accept(sent)).decision_id)
        assert (gone.stage, gone.steps[-1].code) == ("failed", "needless")
        assert await here.said(gone.id) == []


async def test_without_a_plan_in_force_nothing_is_proposed(busy):
    async with busy() as here:
        assert await breaks(here) is None
