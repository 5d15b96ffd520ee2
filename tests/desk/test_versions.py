"""Earlier plans: published by the decision that holds them, or brought back under the facts of now."""

from dataclasses import replace

import pytest

from app.planning.calendars import stop_of
from app.records.action import ReportProgress, SetMachine, action_hash
from app.records.decision import Failed, PlanMade
from app.records.plant import MachineState, OperationState, PlanState

PLANNER, LEAD, OTHER = "ng.mei-ling", "lee.wai-man", "wong.ka-yan"


async def planned(here, who=PLANNER):
    """A plan that waits for somebody else's yes."""
    held = await here.ask(who, "重新安排生產計劃")
    assert held.stage == "held", held
    return held


async def in_force(here):
    return await here.store.read(lambda facts: facts.plan())


async def two_plans(here):
    """The ids of a plan that was in force and of the one that took its place."""
    ids = []
    for _ in range(2):
        held = await planned(here)
        reply = await here.desk.publish_plan(held.hold.action.plan, LEAD)
        assert reply.ok, reply
        ids.append(held.hold.action.plan)
        here.clock.on(minutes=30)
    return ids


async def ticket_of(here, reply) -> str:
    assert reply.ok, reply
    ticket = reply.text.split(":")[0].split("：")[0]
    assert (await here.decision(ticket)).stage == "held"
    return ticket


async def approved(here, ticket: str, who=LEAD):
    held = await here.decision(ticket)
    return await here.desk.approve(ticket, who, action_hash(held.hold.action))


async def version(here, plan_id: str):
    found = await here.store.read(lambda facts: facts.version(plan_id))
    assert found is not None
    return found


async def test_publishing_a_plan_that_is_held_is_a_yes_to_its_decision(plant):
    async with plant() as here:
        held = await planned(here)
        plan = held.hold.action.plan
        assert (await here.desk.publish_plan(plan, PLANNER)).code == "own_request"
        assert (await here.desk.publish_plan(plan, "chow.audit")).code == "wrong_role"
        assert await in_force(here) is None
        assert (await here.desk.publish_plan(plan, LEAD)).ok
        assert (await in_force(here)).id == plan
        assert (await here.decision(held.id)).stage == "done"
        told = await version(here, plan)
        assert [(e.kind, e.decision, e.by) for e in told.events] == [("published", held.id, f"person:{LEAD}")]
        assert (told.number, told.asked_by, told.origin.decision) == (1, PLANNER, held.id)
        assert told.origin.words == "重新安排生產計劃"
        assert told.origin.proved is False
        assert (await here.desk.publish_plan(plan, LEAD)).code == "plan_in_force"


async def test_an_earlier_plan_waits_for_a_second_person_and_is_a_version_of_its_own(plant):
    async with plant() as here:
        first, second = await two_plans(here)
        reply = await here.desk.revert_plan("", PLANNER)
        ticket = await ticket_of(here, reply)
        held = await here.decision(ticket)
        made = held.last(PlanMade)
        assert made.by == f"version:{first}"
        assert (await in_force(here)).id == second, "nothing changes before the yes"
        assert (await approved(here, ticket, PLANNER)).code == "own_request"
        assert (await approved(here, ticket)).ok
        now = await in_force(here)
        assert now.id == made.plan
        assert now.id not in {first, second}
        told = await version(here, now.id)
        assert (told.number, told.origin.parent, told.origin.maker) == (3, first, f"version:{first}")
        assert [e.kind for e in (await version(here, second)).events] == ["published", "superseded"]
        assert here.store.audit_verify().ok
        said = await here.said(ticket)
        assert any(line.startswith(f"{PLANNER}: ") and first in line for line in said)
        assert any(line.startswith(f"{LEAD}: ") for line in said)
        assert here.faults == []


async def test_what_can_stay_stays_where_the_earlier_plan_had_it(plant):
    async with plant() as here:
        first, _ = await two_plans(here)
        ticket = await ticket_of(here, await here.desk.revert_plan(first, PLANNER))
        made = (await here.decision(ticket)).last(PlanMade)
        earlier = await here.store.read(lambda facts: facts.plan_named(first))
        again = await here.store.read(lambda facts: facts.plan_named(made.plan))
        had = {(a.order, a.position): (a.machine, a.start) for a in earlier.assignments}
        waits = [a for a in again.assignments if a.start >= here.clock.now]
        far = [a for a in waits if had[a.order, a.position][1] > here.clock.now]
        stayed = [a for a in far if (a.machine, a.start) == had[a.order, a.position]]
        assert len(stayed) > len(far) / 2
        assert all(a.start >= had[a.order, a.position][1] for a in waits), "never earlier than it said"


async def test_a_machine_that_is_down_and_work_that_is_done_are_not_brought_back(plant):
    async with plant() as here:
        first, _ = await two_plans(here)
        earlier = await here.store.read(lambda facts: facts.plan_named(first))
        waiting = {
            (o.order, o.position)
            for order in await here.store.read(lambda facts: facts.orders())
            for o in order.operations
            if o.state is OperationState.WAITING
        }
        places = [a for a in earlier.assignments if (a.order, a.position) in waiting]
        done = next(a for a in places if a.position == 0)
        down = next(a.machine for a in places if a.order != done.order and a.start > here.clock.now)

        def since(book):
            for event in ("started", "finished"):
                book.apply(ReportProgress(done.order, done.position, event, 10.0, done.machine), event)
            book.apply(SetMachine(down, MachineState.DOWN, here.clock.now.replace(hour=23)), "down")

        await here.store.write(since)
        ticket = await ticket_of(here, await here.desk.revert_plan(first, PLANNER))
        made = (await here.decision(ticket)).last(PlanMade)
        plan = await here.store.read(lambda facts: facts.plan_named(made.plan))
        machine = await here.store.read(lambda facts: facts.machine(down))
        low, high = stop_of(machine, here.clock.now)
        assert (done.order, done.position) not in {(a.order, a.position) for a in plan.assignments}
        begins = [a for a in plan.assignments if a.machine == down and low <= a.start < high]
        assert not [a for a in begins if (a.order, a.position) in waiting]
        proposal = made.hold.proposal
        assert proposal.values["first"].key == "planning.version.repaired"
        assert proposal.values["first"].values["shifted"] > 0


async def test_a_version_that_nothing_legal_can_be_made_of_is_refused_and_the_try_is_kept(plant):
    async with plant() as here:
        first, second = await two_plans(here)

        def gone(book):
            book.line.plain("UPDATE machines SET type = 'gone'")
            book.line.plain("UPDATE operations SET state = 'waiting' WHERE state = 'running'")

        await here.store.write(gone)
        reply = await here.desk.revert_plan(first, PLANNER)
        assert (reply.ok, reply.code) == (False, "version_lost")
        assert (await in_force(here)).id == second
        [tried] = [k.decision for k in await here.store.recent(50) if k.decision.message.refers_to == first]
        assert (tried.stage, tried.last(Failed).code) == ("failed", "no_plan")


async def test_who_may_ask_and_for_what(plant):
    async with plant() as here:
        assert (await here.desk.revert_plan("", PLANNER)).code == "no_plan_before"
        first, second = await two_plans(here)
        for who in ("chen.jing", "chow.audit", "nobody"):
            assert (await here.desk.revert_plan(first, who)).code == "wrong_role"
        assert (await here.desk.revert_plan("P-nothing", PLANNER)).code == "unknown_plan"
        assert (await here.desk.revert_plan(second, PLANNER)).code == "plan_in_force"
        await ticket_of(here, await here.desk.revert_plan(first, PLANNER))
        assert (await here.desk.revert_plan(first, LEAD)).code == "version_waits"
        assert (await here.desk.publish_plan(first, LEAD)).code == "version_waits"


async def test_undoing_a_publication_restores_the_plan_before_and_is_told(plant):
    async with plant() as here:
        first, second = await two_plans(here)
        by = (await version(here, second)).events[0].decision
        assert (await here.desk.undo(by, OTHER)).ok
        assert (await in_force(here)).id == first
        assert [(e.kind, e.by) for e in (await version(here, second)).events] == [
            ("published", f"person:{LEAD}"),
            ("reverted", f"person:{OTHER}"),
        ]
        assert (await version(here, first)).events[-1].kind == "restored"


async def test_a_plan_whose_decision_lapsed_is_brought_back_and_not_published_as_it_was(plant):
    async with plant() as here:
        held = await planned(here)
        here.clock.on(hours=5)
        await here.desk.expire()
        lapsed = await version(here, held.hold.action.plan)
        assert lapsed.state is PlanState.DROPPED
        ticket = await ticket_of(here, await here.desk.publish_plan(lapsed.plan, LEAD))
        assert (await approved(here, ticket, PLANNER)).ok
        assert (await in_force(here)).id != lapsed.plan


@pytest.mark.parametrize("changed", ["machine", "digest"])
async def test_what_is_approved_is_what_is_published(plant, changed):
    async with plant() as here:
        first, second = await two_plans(here)
        ticket = await ticket_of(here, await here.desk.revert_plan(first, PLANNER))
        held = await here.decision(ticket)
        action = replace(held.hold.action, digest="0" * 64)
        if changed == "digest":
            assert (await here.desk.approve(ticket, LEAD, action_hash(action))).code == "changed"
        else:
            tamper = "UPDATE assignments SET machine = 'GR-02' WHERE n = 0"
            await here.store.write(lambda book: book.line.plain(tamper))
            assert (await approved(here, ticket)).code == "facts_changed"
        assert (await in_force(here)).id == second
