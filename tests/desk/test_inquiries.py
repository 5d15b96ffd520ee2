"""Questions that the solver answers: answered, nothing written, nothing held, also after a restart."""

import asyncio

from app.records.action import LookUp, PublishPlan, action_hash
from app.records.decision import Acted, Approved
from app.records.scheduling import Schedule

CAN = "can you do 50 KN-STEAK by next Friday?"


class Waiting:
    """A solver that answers nothing until it is let."""

    def __init__(self) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def solve(self, problem, *, limit_s, start=None) -> Schedule:
        self.asked.set()
        await self.go.wait()
        return Schedule("none", 0, (), "solver")


class Rules:
    """The dispatch rules in the solver's place: quick, and the same every time."""

    async def solve(self, problem, *, limit_s, start=None) -> Schedule:
        from app.planning.dispatch import dispatch  # noqa: PLC0415

        return await asyncio.to_thread(dispatch, problem)


async def kinds(here, ticket) -> list[str]:
    return [kind for at, kind in here.seen if at == ticket]


async def published(here):
    """A plan for everything, approved by a planner."""
    held = await here.ask("lee.wai-man", "make a new production plan")
    assert isinstance(held.hold.action, PublishPlan)
    assert (await here.desk.approve(held.id, "ng.mei-ling", action_hash(held.hold.action))).ok
    return await here.store.read(lambda facts: facts.plan())


async def test_can_you_do_it_is_answered_and_nothing_is_kept(plant):
    async with plant(solver=Rules()) as here:
        before = await here.store.read(lambda facts: (facts.orders(), facts.plan(), facts.names_version()))
        done = await here.ask("raj.kumar", CAN)
        assert done.stage == "done"
        assert await kinds(here, done.id) == ["understood", "approved", "acted"]
        assert isinstance(done.last(Approved).action, LookUp)
        assert done.last(Approved).by == "policy:read_only"
        assert (
            await here.store.read(lambda facts: (facts.orders(), facts.plan(), facts.names_version()))
            == before
        )
        assert await here.store.read(lambda facts: facts.held()) == ()
        (said,) = await here.said(done.id)
        assert "50 pcs of Steak knife (KN-STEAK) can be ready at" in said
        assert "Nothing was reserved." in said
        assert "Reckoned with the operations of SO-" in said
        assert not here.faults


async def test_it_is_said_in_the_senders_own_script(plant):
    async with plant(solver=Rules()) as here:
        said = {}
        for sender, text in (
            ("chan.siu-ming", "下星期五之前做唔做到50把牛扒刀？"),
            ("zhang.wei", "下周五前能做50把牛排刀吗？"),
            ("cheung.tai", "下星期五前可否完成50把牛扒刀？"),
        ):
            done = await here.ask(sender, text)
            assert done.stage == "done", text
            (said[sender],) = await here.said(done.id)
        assert "淨係計吓" in said["chan.siu-ming"]
        assert "没有预留" in said["zhang.wei"]
        assert "預留" in said["cheung.tai"]


async def test_the_sender_need_not_wait_for_it_with_the_next_message(plant):
    solver = Waiting()
    async with plant(solver=solver) as here:
        asked = await here.say("raj.kumar", CAN)
        async with asyncio.timeout(20):
            await solver.asked.wait()
        assert (await here.decision(asked)).stage == "understood"
        assert (await here.ask("raj.kumar", "how many KN-STEAK in stock?")).stage == "done"
        assert (await here.decision(asked)).stage == "understood"
        solver.go.set()
        assert (await here.ended(asked)).stage == "done"


async def test_a_stop_while_the_solver_works_is_made_good_at_the_next_start(plant):
    solver = Waiting()
    async with plant(solver=solver) as here:
        asked = await here.say("raj.kumar", CAN)
        async with asyncio.timeout(20):
            await solver.asked.wait()
    async with plant(solver=Rules()) as here:
        ended = await here.ended(asked)
        assert ended.stage == "done"
        assert "can be ready at" in (await here.said(asked))[-1]
        assert len([s for s in ended.steps if isinstance(s, Acted)]) == 1


async def test_why_an_order_is_late_and_what_is_promised_rest_on_the_published_plan(plant):
    async with plant(solver=Rules()) as here:
        plan = await published(here)
        on_time = [a for a in plan.assignments if a.order not in plan.late_orders]
        order, (late, *_) = max(on_time, key=lambda a: a.end).order, plan.late_orders

        async def answer(text):
            done = await here.ask("raj.kumar", text)
            assert done.stage == "done"
            return (await here.said(done.id))[-1]

        assert f"{order} is not late" in await answer(f"why is {order} late?")
        assert "for HD-WAL to arrive" in await answer(f"why is {late} late?")
        said = await answer(f"what date can we promise for {order}?")
        assert f"{order} can be promised for" in said
        assert f"plan {plan.id} being kept" in said
        here.clock.on(days=20)
        said = await answer(f"why is {order} late?")
        assert f"{order} is " in said
        assert " late: " in said
        assert "Even with the whole shop to itself" in said
        said = await answer("which orders are late and why?")
        assert sum(" days late: " in line for line in said.splitlines()) == 3
        assert "more orders are late: SO-" in said


async def test_several_wishes_of_one_message_are_all_answered(plant):
    async with plant(solver=Rules()) as here:
        one = await here.ask("raj.kumar", f"{CAN} How many KN-CHEF-8 are in stock?")
        said = "\n".join(await here.said(one.id))
        assert "can be ready at" in said
        assert one.stage == "done"


async def test_a_fact_that_changed_meanwhile_is_told_instead(plant):
    """The plan that was asked about is taken back while the service stands still: it is looked up."""
    solver = Waiting()
    async with plant(solver=Rules()) as here:
        plan = await published(here)
        order = max(plan.assignments, key=lambda a: a.end).order
    async with plant(solver=solver) as here:
        here.clock.on(days=20)
        asked = await here.say("raj.kumar", f"why is {order} late?", msgid="again")
        async with asyncio.timeout(20):
            await solver.asked.wait()
    async with plant(running=False) as here:
        assert (await here.desk.undo("D-00001", "ng.mei-ling")).ok
    async with plant(solver=Rules()) as here:
        assert (await here.ended(asked)).stage == "done"
        assert "Overdue" in (await here.said(asked))[-1]


async def test_an_item_that_nobody_ever_ordered_cannot_be_reckoned(plant):
    async with plant(solver=Rules()) as here:
        done = await here.ask("raj.kumar", "can you make 50 BX-GIFT by next Friday?")
        assert done.stage == "done"
        assert "there has been no order of it" in (await here.said(done.id))[-1]


async def test_a_solver_that_finds_nothing_is_not_a_yes(plant):
    async with plant() as here:
        done = await here.ask("raj.kumar", CAN)
        assert "I found no plan" in (await here.said(done.id))[-1]
