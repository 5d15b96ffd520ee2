"""Wishes that a model outside reads, through the whole service: asked, confirmed, planned; then a cut."""

import asyncio
import contextlib

import pytest
import pytest_asyncio

from app.outbound.store import open_store
from app.settings import load
from app.verbs.demo import staged
from app.verbs.service import Line
from tests.journeys.conftest import Floor
from tests.journeys.test_plans import inline

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLANNER, LEAD = "ng.mei-ling", "lee.wai-man"
UNREADABLE = "重新排生產，SO-1042同SO-1045唔好撞埋一齊，急單SO-1048先做，除非B廠得閒"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outside(tmp_path_factory, unwatched):
    """A service that may ask two doubles of models, with the local model beside it."""
    async with staged(tmp_path_factory.mktemp("outside"), model=True, cloud=True) as stage:
        store = await asyncio.to_thread(open_store, load(stage.config)[0].store_url)
        line = await Line.open(stage.service.socket)
        try:
            yield Floor(stage, store, line, asyncio.Lock())
        finally:
            await line.close()
            await asyncio.to_thread(store.close)


async def mode(floor) -> str:
    async with floor.asking:
        return (await floor.line.ask("status"))["result"]["status"]["mode"]


async def becomes(floor, wanted: str) -> None:
    async with asyncio.timeout(20):
        while await mode(floor) != wanted:  # noqa: ASYNC110 - the far side cannot set an event
            await asyncio.sleep(0.05)


async def test_a_wish_is_read_outside_confirmed_by_its_sender_planned_and_published(outside):
    await becomes(outside, "FULL")
    asked = await outside.ask(PLANNER, UNREADABLE)
    assert (asked["stage"], asked["layer"]) == ("held", "cloud"), asked["reply"]
    tencent, deepseek = outside.stage.clouds[1], outside.stage.clouds[0]
    assert (len(tencent.seen.asked), len(deepseek.seen.asked)) == (1, 0), "Chinese words go to Tencent first"
    assert not [name for name in ("1042", "1045", "ng.mei") if name in tencent.seen.asked[0].told]
    yes = await outside.ask(PLANNER, f"確認 {asked['decision_id']}")
    assert yes["stage"] == "done", yes["reply"]
    ticket = f"D-{int(yes['decision_id'][2:]) + 1:05d}"
    await outside.told(PLANNER, ticket, "SO-1042")
    approved = await outside.ask(LEAD, f"批准 {ticket}")
    assert approved["stage"] == "done", approved["reply"]
    assert await outside.look(lambda facts: facts.plan()) is not None


async def test_what_left_and_what_it_cost_can_be_seen_beside_the_running_service(outside):
    config = str(outside.stage.config)
    tencent = outside.stage.clouds[1]
    code, out, err = await asyncio.to_thread(inline, ["egress", "list", "--config", config], "")
    assert (code, err) == (0, "")
    assert "cloud.tencent: 1 entries" in out
    code, out, _ = await asyncio.to_thread(
        inline, ["cloud", "costs", "--config", config, "--by", "facility"], ""
    )
    assert code == 0
    assert "With all" in out
    for words in (["status"], ["prices"]):
        code, out, _ = await asyncio.to_thread(inline, ["cloud", *words, "--config", config], "")
        assert (code, "hy4-flash" in out) == (0, True)
    page = await asyncio.to_thread(outside._metrics)
    assert 'chargehand_cloud_attempts_total{fault="none",provider="tencent"} 1.0' in page
    assert 'chargehand_cloud_weighed_total{because="unread",outcome="answered"} 1.0' in page
    assert tencent.key not in page + outside.log()


async def test_cut_in_the_middle_of_a_call_the_plant_is_answered_and_nothing_more_is_sent(outside):
    doubles = outside.stage.clouds
    before = [len(double.seen.asked) for double in doubles]
    doubles[1].hold()
    async with asyncio.TaskGroup() as group:
        answered = group.create_task(outside.ask(PLANNER, f"{UNREADABLE}，快"))
        await doubles[1].wait_for(lambda seen: len(seen.asked) > before[1])
        for double in doubles:
            double.fault("F-29")
            double.drop()
        doubles[1].release()
        others = [group.create_task(outside.ask("chan.siu-ming", f"SS-420 庫存 {n}")) for n in range(10)]
    row = answered.result()
    assert row["stage"] == "held", row["reply"]
    await becomes(outside, "NO-CLOUD")
    assert all(each.result()["stage"] in {"done", "held"} for each in others)
    sent = [len(double.seen.asked) for double in doubles]
    again = await outside.ask(LEAD, f"{UNREADABLE}，今日")
    assert again["stage"] == "held"
    assert [len(double.seen.asked) for double in doubles] == sent == [before[0], before[1] + 1]
    decision = await outside.look(lambda facts: facts.decision(again["decision_id"]))
    [consulted] = [step for step in decision.steps if step.kind == "consulted"]
    assert (consulted.because, consulted.outcome) == ("open", "not_asked")
    for double in doubles:
        with contextlib.suppress(OSError):
            await double.reopen()
