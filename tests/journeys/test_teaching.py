"""Misread, corrected, answered rightly, kept: through the gateway's double and the console's socket."""

import pytest

from app.records.action import TeachName
from app.records.decision import Corrected
from app.records.reading import Intent
from app.verbs.service import Line

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def labels(floor, ticket) -> list[tuple[str, Intent, str]]:
    found = await floor.look(lambda facts: facts.decision(ticket))
    return [(s.by, s.intent, s.source) for s in found.steps if isinstance(s, Corrected)]


async def test_a_misread_message_is_corrected_in_chat_and_answered_rightly(floor):
    first = await floor.ask("raj.kumar", "how much stock for SO-1042")
    assert first["intent"] == "inventory_check"
    right = await floor.ask("raj.kumar", "No, I meant order status")
    assert (right["intent"], right["layer"], right["stage"]) == ("order_status", "person", "done")
    assert "SO-1042" in right["reply"]
    assert await labels(floor, first["decision_id"]) == [("person:raj.kumar", Intent.ORDER_STATUS, "chat")]
    kept = next(c for c in floor.store.corrections() if c.decision == first["decision_id"])
    assert (kept.text, kept.by) == ("how much stock for SO-1042", "raj.kumar")
    assert await floor.stage_of(first["decision_id"]) == first["stage"]


async def test_somebody_else_s_no_in_the_group_corrects_nothing(floor):
    first = await floor.ask("zhang.wei", "@Chargehand SS-420 库存多少", chat="wrTeach")
    other = await floor.ask("raj.kumar", "@Chargehand no, i meant order status", chat="wrTeach")
    assert other["layer"] != "person"
    assert await labels(floor, first["decision_id"]) == []
    own = await floor.ask("zhang.wei", "@Chargehand 不是这个意思，我是问订单", chat="wrTeach")
    assert (own["intent"], own["layer"]) == ("order_status", "person")


async def test_f4_needs_the_pin_and_then_corrects_and_teaches_a_name(floor):
    asked = await floor.ask("zhang.wei", "大力仔 库存多少")
    assert asked["stage"] == "refused", asked
    ticket, lesson = asked["decision_id"], {"intent": "order_status", "word": "大力仔", "code": "ss-420"}
    line = await Line.open(floor.stage.service.socket)
    try:
        assert (await line.ask("teach", decision=ticket, **lesson))["code"] == "locked"
        assert await labels(floor, ticket) == []
        assert (await line.ask("unlock", userid="lee.wai-man", pin="2468"))["ok"]
        unknown = await line.ask("teach", decision="D-99999", **lesson)
        assert (unknown["ok"], unknown["code"]) == (False, "unknown_decision")
        assert (await line.ask("teach", decision=ticket, intent="weather"))["code"] == "bad_request"
        reply = await line.ask("teach", decision=ticket, **lesson)
        assert reply["ok"], reply
        assert ticket in reply["text"]
        detail = (await line.ask("decision", decision=ticket))["result"]
    finally:
        await line.close()
    assert detail["steps"][-1]["kind"] == "corrected"
    assert detail["steps"][-1]["intent"] == "order_status"
    assert await labels(floor, ticket) == [("person:lee.wai-man", Intent.ORDER_STATUS, "console")]
    held = await floor.look(lambda facts: [d for d in facts.held() if isinstance(d.hold.action, TeachName)])
    assert "大力仔" in await floor.told("ng.mei-ling", held[0].id)
    yes = await floor.ask("ng.mei-ling", f"批准 {held[0].id}")
    assert yes["stage"] == "done"
    again = await floor.ask("raj.kumar", "大力仔 库存多少")
    assert again["stage"] == "done"
    assert "SS-420" in again["reply"]
    assert floor.store.audit_verify().ok
