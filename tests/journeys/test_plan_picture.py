"""From a wish to the picture: asked for, drawn while it waits, approved, drawn as the plant's plan."""

import re

import pytest

from app.records.chart import Chart
from app.records.socket import shape

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def chart(floor, plan: str = "") -> Chart:
    async with floor.asking:
        reply = await floor.line.ask("chart", plan=plan)
    assert reply["ok"], reply
    return shape(reply["result"], Chart)


async def test_a_plan_is_drawn_while_it_waits_and_when_it_is_published(floor):
    before = await chart(floor)
    assert (before.name, before.operations) == ("", 0)
    assert len(before.rows) == len(await floor.look(lambda facts: facts.machines()))
    asked = await floor.ask("ng.mei-ling", "重新排產")
    waits = re.search(r"P-[0-9a-f]{8}", asked["reply"])[0]
    proposed = await chart(floor, waits)
    assert (proposed.name, proposed.state) == (waits, "proposed")
    await floor.ask("lee.wai-man", f"approve {asked['decision_id']}")
    drawn = await chart(floor)
    plan = await floor.look(lambda facts: facts.plan())
    assert (drawn.name, drawn.state, drawn.value) == (waits, "published", plan.minutes_late)
    assert drawn.operations == len(plan.assignments)
    assert {order.order for order in drawn.late} == set(plan.late_orders)
    assert {bar.kind for row in drawn.rows for bar in row.bars} >= {"running", "planned"}
    assert [row.facility[:1] for row in drawn.rows] == sorted(row.facility[:1] for row in drawn.rows)


async def test_a_plan_that_is_not_there_is_said_to_be_so(floor):
    async with floor.asking:
        reply = await floor.line.ask("chart", plan="P-00000000")
    assert (reply["ok"], reply["code"]) == (False, "unknown_plan")
