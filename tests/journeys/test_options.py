"""A breakdown on the phone, options to the planner, one chosen by text, exactly that one published."""

import asyncio
import re
import sqlite3

import pytest
import pytest_asyncio

from app.doubles.wecom.gateway import GatewayDouble
from app.outbound.store import open_store
from app.records.plant import PlanState
from app.settings import load
from app.verbs.demo import Stage, staff, write_config
from app.verbs.service import Line, Service, running
from tests.journeys.conftest import Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANNING = "\n[planning]\nreplan_wait_s = 0\noptions_s = 3\n"
DUE = "update orders set due = strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now', '+2 days')"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def busy(tmp_path_factory):
    """A service that looks at the plan as soon as something happened, on a plant with too much to do."""
    data = tmp_path_factory.mktemp("busy")
    async with GatewayDouble(known=staff()) as gateway:
        config = write_config(data, gateway, model=False)
        config.write_text(config.read_text() + PLANNING)
        service = Service(config, load(config)[0].socket_path, data / "service.log")
        async with running(service):
            await service.ready(model=False, timeout_s=120.0)
            store = await asyncio.to_thread(open_store, load(config)[0].store_url)
            line = await Line.open(service.socket)
            await asyncio.to_thread(crowd, data / "chargehand.sqlite")
            yield Floor(Stage(gateway, service, config), store, line, asyncio.Lock())
            await line.close()
            await asyncio.to_thread(store.close)


def crowd(file) -> None:
    base = sqlite3.connect(file, timeout=20)
    base.execute(DUE)
    base.commit()
    base.close()


async def pushed(busy, to: str, pattern: str) -> re.Match:
    """The first push to a person that fits."""

    def found(seen):
        contents = [push.content for push in seen.pushes.get(to, [])]
        return next((match for text in contents if (match := re.search(pattern, text))), None)

    await busy.gateway.wait_for(found, timeout=120.0)
    return found(busy.gateway.seen)


async def test_a_breakdown_becomes_options_and_the_chosen_one_is_published(busy):
    first = await busy.ask("lee.wai-man", "重新排程")
    assert first["stage"] == "held", first["reply"]
    await busy.ask("ng.mei-ling", f"批准 {first['decision_id']}")
    before = await busy.look(lambda facts: facts.plan())
    assert before is not None

    stopped = await busy.ask("wong.ka-yan", "HT-01 壞咗，要修3日")
    assert stopped["stage"] == "done"
    assert stopped["reply_ms"] < 3_000, "the report is answered at once; the options follow"

    card = await pushed(busy, "ng.mei-ling", r"移動 \d+ 道[\s\S]*HT-01 停機[\s\S]*選 1/2\S* (D-\d+)")
    ticket = card[1]
    hold = (await busy.look(lambda facts: facts.decision(ticket))).hold
    wanted = hold.offered[1].action.plan

    chosen = await busy.ask("ng.mei-ling", f"選 2 {ticket}")
    assert (chosen["intent"], chosen["stage"]) == ("approval", "done")
    published = await busy.look(lambda facts: facts.plan())
    assert published.id == wanted
    kept = {each.action.plan: each for each in hold.offered}
    states = {plan: (await busy.look(lambda f, p=plan: f.plan_named(p))).state for plan in kept}
    assert states.pop(wanted) is PlanState.PUBLISHED
    assert set(states.values()) == {PlanState.DROPPED}
    assert (await busy.look(lambda f: f.plan_named(before.id))).state is PlanState.SUPERSEDED
    assert await busy.stage_of(ticket) == "done"
