"""What is held: who may say yes or no, what is told to whom, and that exactly that is done."""

import pytest

from app.records.action import digest_of
from app.verbs.service import Line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hold(floor, text="领用黑色手柄800个到AS-01", sender="chen.jing", **how):
    row = await floor.ask(sender, text, **how)
    assert row["stage"] == "held", row["reply"]
    return row["decision_id"]


async def test_held_told_approved_done_and_told_again(floor):
    before, _ = await floor.stock("HD-POM", "C")
    ticket = await hold(floor)
    asked = await floor.told("ho.chi-keung", ticket, "陈静")
    assert "批准" in asked
    assert await floor.stock("HD-POM", "C") == (before, 0.0)
    yes = await floor.ask("ho.chi-keung", f"批准 {ticket}")
    assert (yes["intent"], yes["stage"]) == ("approval", "done")
    result = await floor.told("chen.jing", ticket)
    assert "已入账" in result, "in the requester's own language and script"
    assert await floor.stock("HD-POM", "C") == (before - 800, 0.0)
    assert await floor.stage_of(ticket) == "done"
    again = await floor.ask("ho.chi-keung", f"批准 {ticket}")
    assert again["stage"] == "refused"
    assert await floor.stock("HD-POM", "C") == (before - 800, 0.0)


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("wong.ka-yan", "批准 {}"),
        ("ng.mei-ling", "批准 {}"),
        ("thomas.okoye", "approve {}"),
        ("chow.audit", "approve {}"),
        ("chen.jing", "批准 {}"),
        ("stranger.two", "批准 {}"),
    ],
)
async def test_the_wrong_person_is_refused_and_it_goes_on_waiting(floor, sender, text):
    held = [d for d in await floor.look(lambda f: f.held()) if d.message.sender == "chen.jing"]
    ticket = held[0].id if held else await hold(floor, "领用黑色手柄600个到AS-01")
    row = await floor.ask(sender, text.format(ticket))
    assert row["stage"] == "refused"
    assert await floor.stage_of(ticket) == "held"


async def test_a_supervisor_does_not_approve_what_they_asked_for(floor):
    ticket = await hold(floor, "OIL-Q 盤點，實際得35升", "wong.ka-yan")
    row = await floor.ask("wong.ka-yan", f"批准 {ticket}")
    assert row["stage"] == "refused"
    assert await floor.stage_of(ticket) == "held"
    await floor.told("ng.mei-ling", ticket)
    await floor.ask("ng.mei-ling", f"批准 {ticket}")
    assert await floor.stock("OIL-Q", "B") == (35.0, 0.0)


async def test_a_refusal_carries_its_reason_to_the_asker(floor):
    before = await floor.stock("SS-420", "A")
    ticket = await hold(floor, "issue 900 kg SS-420 to ST-01", "raj.kumar")
    row = await floor.ask("lee.wai-man", f"拒絕 {ticket} 數量唔啱")
    assert row["stage"] == "done"
    told = await floor.told("raj.kumar", ticket, "數量唔啱")
    assert "said no" in told
    assert await floor.stage_of(ticket) == "refused"
    assert await floor.stock("SS-420", "A") == before


async def test_a_click_on_the_card_approves(floor):
    before, _ = await floor.stock("SS-420", "A")
    ticket = await hold(floor, "issue 700 kg SS-420 to ST-01", "raj.kumar")
    msgid = await floor.press("lee.wai-man", ticket, "yes:")
    row = await floor.row(msgid)
    assert (row["intent"], row["stage"]) == ("approval", "done")
    await floor.told("raj.kumar", ticket, "Booked out")
    update = floor.gateway.seen.updates[msgid]
    assert update["userids"] == ["lee.wai-man"]
    assert ticket in str(update["template_card"])
    assert await floor.stock("SS-420", "A") == (before - 700, 0.0)


async def test_what_was_asked_in_a_group_is_answered_there(floor):
    ticket = await hold(floor, "@Chargehand issue 600 kg SS-304 to ST-02", "raj.kumar", chat="wrGroup")
    await floor.ask("lee.wai-man", f"批准 {ticket}")
    await floor.told("wrGroup", ticket, "Booked out")
    assert not any(ticket in p.content for p in floor.gateway.seen.pushes.get("raj.kumar", []))


async def test_facts_that_changed_stop_an_approved_action_and_both_are_told(floor):
    ticket = await hold(floor, "issue 2500 kg SS-420 to ST-01", "raj.kumar")
    counted = await hold(floor, "盘点 SS-420 葵涌实际只有1000公斤", "zhang.wei")
    await floor.ask("lee.wai-man", f"批准 {counted}")
    await floor.told("zhang.wei", counted)
    row = await floor.ask("lee.wai-man", f"批准 {ticket}")
    assert await floor.stage_of(ticket) == "failed"
    assert await floor.stock("SS-420", "A") == (1000.0, 0.0)
    await floor.told("raj.kumar", ticket, "Nothing was booked")
    assert "沒有執行" in row["reply"], "the approver must not think that it was booked"


async def test_the_console_approves_refuses_and_takes_back(floor):
    before = await floor.stock("SS-304", "A")
    ticket = await hold(floor, "issue 800 kg SS-304 to ST-02", "raj.kumar")
    line = await Line.open(floor.stage.service.socket)
    try:
        locked = await line.ask("approve", decision=ticket, digest="0" * 64)
        assert (locked["ok"], locked["code"]) == (False, "locked")
        assert (await line.ask("unlock", userid="lee.wai-man", pin="2468"))["ok"]
        stale = await line.ask("approve", decision=ticket, digest="0" * 64)
        assert (stale["ok"], stale["code"]) == (False, "changed")
        detail = (await line.ask("decision", decision=ticket))["result"]

        assert (await line.ask("approve", decision=ticket, digest=digest_of(detail["action"])))["ok"]
        assert await floor.stock("SS-304", "A") == (before[0] - 800, 0.0)
        assert (await line.ask("undo", decision=ticket))["ok"]
        assert await floor.stock("SS-304", "A") == before
        assert (await line.ask("undo", decision=ticket))["code"] == "not_done"
        assert await floor.stage_of(ticket) == "undone"
        refused = await hold(floor, "issue 900 kg SS-304 to ST-02", "raj.kumar")
        assert (await line.ask("refuse", decision=refused, reason="not today"))["ok"]
        await floor.told("raj.kumar", refused, "not today")
    finally:
        await line.close()
