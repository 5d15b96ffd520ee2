"""Pictures through real sockets: asked for in four scripts, uploaded whole, shown to who decides."""

import struct

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANNER, APPROVER, OPERATOR = "ng.mei-ling", "lee.wai-man", "raj.kumar"


def pictures(floor, who: str) -> list:
    """What a conversation was sent as pictures, as files that came whole."""
    seen = floor.gateway.seen
    return [seen.media[push.media_id] for push in seen.pushes.get(who, []) if push.msgtype == "image"]


async def pictured(floor, who: str, number: int):
    """The latest picture of a conversation, once there are so many."""
    await floor.gateway.wait_for(lambda _: len(pictures(floor, who)) >= number, timeout=30)
    return pictures(floor, who)[-1]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert png.endswith(b"IEND\xaeB`\x82"), "the last bytes came as well"
    return struct.unpack(">II", png[16:24])


async def publish(floor) -> str:
    asked = await floor.ask(PLANNER, "重新排產")
    await floor.ask(APPROVER, f"approve {asked['decision_id']}")
    return (await floor.look(lambda facts: facts.plan())).id


async def test_without_a_plan_there_is_nothing_to_draw(floor):
    row = await floor.ask(OPERATOR, "gantt")
    assert (row["stage"], row["layer"]) == ("refused", "rule")
    assert "No plan is published" in row["reply"]


async def test_who_may_approve_a_plan_gets_it_as_a_picture_once(floor):
    asked = await floor.ask(PLANNER, "重新排產")
    drawn = await pictured(floor, APPROVER, 1)
    assert size(drawn.content)[0] == 1080
    words = await floor.told(APPROVER, asked["decision_id"])
    assert words
    await floor.ask(APPROVER, f"approve {asked['decision_id']}")
    assert len(pictures(floor, APPROVER)) == 1
    uploads = floor.gateway.seen.media
    assert len({file.content for file in uploads.values()}) == len(uploads), "each file was uploaded once"


@pytest.mark.parametrize("words", ["發張排程圖嚟", "排程图发我", "生產計劃圖", "send me the plan picture"])
async def test_the_plan_is_drawn_for_whoever_asks(floor, words):
    plan = await floor.look(lambda facts: facts.plan())
    had = len(pictures(floor, OPERATOR))
    row = await floor.ask(OPERATOR, words)
    assert (row["stage"], row["layer"], row["intent"]) == ("done", "rule", "production_schedule")
    assert plan.id in row["reply"]
    drawn = await pictured(floor, OPERATOR, had + 1)
    assert (drawn.kind, drawn.name) == ("image", f"plan-{plan.id}.png")
    assert size(drawn.content)[0] == 1080


@pytest.mark.parametrize("words", ["交更報告", "交班报告", "今日報表", "shift report"])
async def test_a_shift_report_comes_in_words_and_as_a_picture(floor, words):
    had = len(pictures(floor, OPERATOR))
    row = await floor.ask(OPERATOR, words)
    assert (row["stage"], row["layer"], row["intent"]) == ("done", "rule", "order_status")
    assert "A " in row["reply"]
    assert "屯門" not in row["reply"], "the asker's own facility alone"
    drawn = await pictured(floor, OPERATOR, had + 1)
    assert drawn.name.startswith("shift-")
    assert size(drawn.content)[0] == 1080


async def test_another_facility_may_be_named_and_a_group_gets_it_too(floor):
    row = await floor.ask(OPERATOR, "@Chargehand 屯門廠交更報告", chat="wrPictures")
    assert "屯門廠" in row["reply"]
    assert (await pictured(floor, "wrPictures", 1)).name.startswith("shift-")


async def test_everything_that_was_uploaded_is_listed_by_hash(floor):
    entries = await floor.store.ledger.since(0) if hasattr(floor.store.ledger, "since") else ()
    pieces = [each.entry for each in entries if each.entry.purpose == "upload"]
    assert all(each.data_class == "media" for each in pieces)
