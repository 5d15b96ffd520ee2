"""A flood through the real gateway: kept and refused, told once, over by itself, and nobody else's."""

import asyncio
import json
import re
import urllib.request
from contextlib import asynccontextmanager

import pytest

from app.outbound.store import open_store
from app.settings import load
from app.verbs.demo import staged
from app.verbs.service import Line
from tests.journeys.conftest import WAIT_S, Floor

ASK = "how much SS-304 do we have?"
TAKE = "issue 40 kg SS-304 to ST-02"
CLICKS = 6


@pytest.fixture
def tight(unwatched, monkeypatch):
    """Three words of a person and five of a group at once, and hardly any after that."""

    def limits(**changed: int) -> None:
        given = {"sender_per_minute": 1, "sender_burst": 3, "group_per_minute": 1, "group_burst": 5,
                 "clicks_per_minute": CLICKS, **changed}  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(f"CHARGEHAND_WECOM__FLOOD__{name.upper()}", str(value))

    limits()
    return limits


@asynccontextmanager
async def plant(folder):
    async with staged(folder, model=False) as stage:
        store = await asyncio.to_thread(open_store, load(stage.config)[0].store_url)
        floor = Floor(stage, store, await Line.open(stage.service.socket), asyncio.Lock())
        try:
            yield floor
        finally:
            await floor.line.close()
            await asyncio.to_thread(store.close)
        assert stage.gateway.seen.breaches == []


async def again(floor) -> None:
    """The power fails, and the service comes back."""
    await floor.line.close()
    await floor.stage.service.kill()
    await floor.stage.service.start()
    await floor.stage.service.ready(model=False, timeout_s=60)
    floor.line = await Line.open(floor.stage.service.socket)


async def listed(floor, msgid: str) -> dict:
    """The message as the console lists it."""
    rows = (await floor.line.ask("messages", limit=500))["result"]["rows"]
    return next(row for row in rows if row["msgid"] == msgid)


def shown(floor, *msgids: str) -> list:
    """Everything that phones show below these messages."""
    seen = floor.gateway.seen
    return [seen.bubbles.get(msgid, []) + list(seen.welcomes.get(msgid, "")) for msgid in msgids]


async def excess(floor, kind: str) -> float:
    """How many messages were beyond a limit since the last start, as monitoring reads it."""
    started = [json.loads(line) for line in floor.log().splitlines() if '"metrics_port"' in line]
    url = f"http://127.0.0.1:{started[-1]['metrics_port']}/metrics"
    page = await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=10).read().decode())
    found = re.search(rf'chargehand_excess_total{{kind="{kind}"}} ([0-9.e+]+)', page)
    return float(found[1]) if found else 0.0


async def flooded(floor, sender: str, **where) -> tuple[str, list[str]]:
    """The message that is told and those that are silent, each with its end."""
    first = await floor.gateway.say(sender, TAKE, **where)
    said = await floor.gateway.wait_for_answer(first, timeout=WAIT_S)
    row = await floor.row(first)
    assert (row["stage"], row["reply"]) == ("refused", said)
    assert row["decision_id"] in said
    assert "in a minute" in said
    more = [await floor.gateway.say(sender, TAKE, **where) for _ in range(4)]
    for msgid in more:
        row = await floor.row(msgid, answered=False)
        assert (row["stage"], row["reply"]) == ("refused", "")
        assert (await listed(floor, msgid))["code"] == "too_often"
    [[bubble]] = shown(floor, first)
    assert [frame.finish for frame in bubble.frames] == [True], "no loading bubble went before it"
    return first, more


async def test_one_person_is_told_once_loses_nothing_and_is_read_again_later(tmp_path, tight):
    async with plant(tmp_path) as floor:
        before = await floor.stock("SS-304", "A")
        good = [await floor.ask("raj.kumar", ASK) for _ in range(3)]
        first, more = await flooded(floor, "raj.kumar")
        for msgid in (good[0]["msgid"], first, *more):
            await floor.gateway.redeliver(msgid)
        other = await floor.ask("maria.santos", ASK)
        assert other["stage"] == "done", "nobody else is concerned"
        assert shown(floor, *more) == [[]] * 4
        assert len(floor.gateway.seen.bubbles[first]) == 1
        assert await floor.stock("SS-304", "A") == before
        assert await excess(floor, "sender") == 5.0
        assert floor.gateway.seen.pushes.get("raj.kumar", []) == []

        await again(floor)
        for msgid in (first, *more):
            await floor.gateway.redeliver(msgid)
        row = await floor.ask("raj.kumar", ASK)
        assert row["stage"] == "done"
        await floor.ask("raj.kumar", ASK)
        await floor.ask("raj.kumar", ASK)
        await flooded(floor, "raj.kumar")
        assert shown(floor, *more) == [[]] * 4
        assert len(floor.gateway.seen.bubbles[first]) == 1
        assert await floor.stock("SS-304", "A") == before
        assert await excess(floor, "sender") == 5.0
        messages = (await floor.line.ask("status"))["result"]["status"]["messages_today"]
        assert messages == 3 + 5 + 1 + 3 + 5
        assert await asyncio.to_thread(lambda: floor.store.audit_verify().ok)


async def test_a_groups_flood_is_that_groups_and_no_yes_is_lost(tmp_path, tight):
    async with plant(tmp_path) as floor:
        held = await floor.ask("chen.jing", "领用黑色手柄800个到AS-01")
        group = {"chat": "wrLOUD"}
        for sender in ("raj.kumar", "maria.santos", "raj.kumar", "maria.santos", "raj.kumar"):
            assert (await floor.ask(sender, ASK, **group))["stage"] == "done"
        first, more = await flooded(floor, "thomas.okoye", **group)
        silent = await floor.gateway.say("ho.chi-keung", f"批准 {held['decision_id']}", **group)
        assert (await floor.row(silent, answered=False))["stage"] == "refused"
        assert await floor.stage_of(held["decision_id"]) == "held"
        assert await excess(floor, "group") == 6.0
        assert await excess(floor, "sender") == 0.0

        yes = await floor.ask("ho.chi-keung", f"批准 {held['decision_id']}")
        assert yes["stage"] == "done", "his own chat is not the group's"
        assert await floor.stage_of(held["decision_id"]) == "done"
        for chat in ("wrQUIET", None):
            assert (await floor.ask("thomas.okoye", ASK, chat=chat))["stage"] == "done"
        assert shown(floor, *more, silent) == [[]] * 5

        await again(floor)
        assert (await floor.ask("thomas.okoye", ASK, **group))["stage"] == "done"
        assert len(floor.gateway.seen.bubbles[first]) == 1


async def test_a_stuck_client_that_clicks_is_told_on_its_card_and_may_still_write(tmp_path, tight):
    async with plant(tmp_path) as floor:
        held = await floor.ask("chen.jing", "领用黑色手柄800个到AS-01")
        click = {"task_id": "D-99999", "event_key": "approve"}
        for _ in range(CLICKS):
            msgid = await floor.gateway.event("ho.chi-keung", "template_card_event", fields=click)
            assert (await listed_end(floor, msgid))["code"] != "too_often"
        for _ in range(3):
            msgid = await floor.gateway.event("ho.chi-keung", "template_card_event", fields=click)
            assert (await listed_end(floor, msgid))["code"] == "too_often"
            await floor.gateway.wait_for(lambda seen, m=msgid: m in seen.updates, timeout=WAIT_S)
            assert "打字" in json.dumps(floor.gateway.seen.updates[msgid], ensure_ascii=False)
        assert await excess(floor, "clicks") == 3.0
        assert (await floor.ask("ho.chi-keung", f"批准 {held['decision_id']}"))["stage"] == "done"


async def listed_end(floor, msgid: str) -> dict:
    await floor.row(msgid, answered=False)
    return await listed(floor, msgid)


async def test_a_flood_is_over_by_itself(tmp_path, tight):
    tight(sender_per_minute=60, sender_burst=1)
    async with plant(tmp_path) as floor:
        stages = list[str]()
        async with asyncio.timeout(60):
            while stages.count("done") < 3 or "refused" not in stages:
                msgid = await floor.gateway.say("raj.kumar", ASK)
                stages.append((await floor.row(msgid, answered=False))["stage"])
        assert set(stages) == {"done", "refused"}
