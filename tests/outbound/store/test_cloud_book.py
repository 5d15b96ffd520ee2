"""Money of calls in the store: caps that hold under haste, shares that add up, answers that end."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.outbound.store import SqlStore, open_store
from app.outbound.store.cloud_money import split
from app.outbound.store.engine import migrate
from app.records.cloud import MICRO, Attempt, Breaker, Call, Capability, Caps, Payer, Usage
from app.records.errors import OwnFault
from app.records.reading import Intent
from tests.outbound.store.conftest import NOW, Ticker
from tests.outbound.store.test_writer import Gate

HK = ZoneInfo("Asia/Hong_Kong")
WIDE = Caps(100 * MICRO, 1000 * MICRO, 100 * MICRO, 1000)
DEAR = Usage(hit=100, miss=50, output=30, reasoning=7)


@pytest.fixture
def store(url: str, ticker: Ticker):
    opened = open_store(url, clock=ticker, zone=HK)
    yield opened
    opened.close()


def payer(**more: Any) -> Payer:
    given = {"decision": "D-00001", "person": "lee.wai-man", "intent": Intent.PRODUCTION_SCHEDULE,
             "facility": "A", "wish": "w" * 64}  # fmt: skip
    return Payer(**{**given, **more})


def call(ident: str = "c-1", reserved: int = MICRO, at: datetime = NOW) -> Call:
    return Call(ident, at, "digest", reserved_micro=reserved)


def tried(cost: int, usage: Usage = DEAR, **more: Any) -> Attempt:
    given = {"provider": "deepseek", "asked_model": "flash", "model": "flash-0731", "cost_micro": cost}
    return Attempt(**{**given, "usage": usage, **more})


async def cost(store: SqlStore, by: str = "person", since: datetime = NOW - timedelta(days=99)) -> dict:
    return {line.of: line.cost_micro for line in await store.cloud.spent(since, by)}


# Caps.


async def test_fifty_at_once_against_money_for_one_make_one(store: SqlStore):
    """All fifty share one batch, each in a savepoint of its own, behind a held writer."""
    caps, gate = replace(WIDE, day_micro=MICRO), Gate(store._writer)
    calls = [call(f"c-{n}") for n in range(50)]
    asking = asyncio.gather(*(store.cloud.reserve(each, (payer(),), caps) for each in calls))
    await asyncio.sleep(0)
    gate.release()
    found = await asyncio.wait_for(asking, 20)
    assert sorted(found, key=str) == [None] + ["day"] * 49
    assert await cost(store) == {"lee.wai-man": MICRO}


async def test_more_than_a_batch_at_once_beside_changes_that_fail(store: SqlStore, sql):
    """What a neighbour in the batch rolls back takes no reservation with it, and frees none."""

    def fails(_book):
        raise LookupError

    caps, gate = replace(WIDE, day_micro=3 * MICRO), Gate(store._writer)
    asking = [store.cloud.reserve(call(f"c-{n}"), (payer(),), caps) for n in range(150)]
    failing = [store.write(fails) for _ in range(20)]
    mixed = [each for pair in zip(asking, failing, strict=False) for each in pair] + asking[20:]
    found = asyncio.gather(*mixed, return_exceptions=True)
    await asyncio.sleep(0)
    gate.release()
    outcomes = await asyncio.wait_for(found, 20)
    assert outcomes.count(None) == 3
    assert outcomes.count("day") == 147
    assert sql("SELECT count(*), sum(reserved_micro) FROM cloud_calls") == [(3, 3 * MICRO)]


async def test_two_services_on_one_store_spend_one_budget(url: str):
    caps = replace(WIDE, day_micro=MICRO)
    stores = [open_store(url, zone=HK) for _ in range(2)]
    asking = [
        each.cloud.reserve(call(f"c-{n}-{m}"), (payer(),), caps)
        for n in range(10)
        for m, each in enumerate(stores)
    ]
    found = await asyncio.gather(*asking)
    assert found.count(None) == 1
    for each in stores:
        each.close()


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (WIDE, None),
        (replace(WIDE, day_micro=2 * MICRO), None),
        (replace(WIDE, day_micro=2 * MICRO - 1), "day"),
        (replace(WIDE, month_micro=2 * MICRO), None),
        (replace(WIDE, month_micro=2 * MICRO - 1), "month"),
        (replace(WIDE, person_day_micro=2 * MICRO), None),
        (replace(WIDE, person_day_micro=2 * MICRO - 1), "person"),
        (replace(WIDE, repeats=2), None),
        (replace(WIDE, repeats=1), "loop"),
    ],
)
async def test_a_cap_is_reached_exactly_and_never_passed(store: SqlStore, caps: Caps, why: str | None):
    assert await store.cloud.reserve(call(), (payer(),), WIDE) is None
    assert await store.cloud.reserve(call("c-2"), (payer(),), caps) == why
    assert await cost(store) == {"lee.wai-man": (2 if why is None else 1) * MICRO}


async def test_a_yuan_is_a_million_and_a_cap_is_not_a_percentage(store: SqlStore):
    caps = Caps(day_micro=MICRO, month_micro=MICRO, person_day_micro=MICRO, repeats=9)
    assert await store.cloud.reserve(call(reserved=1_000_001), (payer(),), caps) == "day"
    assert await store.cloud.reserve(call(reserved=999_999), (payer(),), caps) is None
    assert await store.cloud.reserve(call("c-2", reserved=2), (payer(),), caps) == "day"
    assert await store.cloud.reserve(call("c-2", reserved=1), (payer(),), caps) is None


async def test_what_costs_nothing_breaks_no_cap_of_money(store: SqlStore):
    nothing = Caps(0, 0, 0, 2)
    assert await store.cloud.reserve(call(reserved=0), (payer(),), nothing) is None
    assert await store.cloud.reserve(call("c-2", reserved=1), (payer(),), nothing) == "day"
    await store.cloud.settle(replace(call(reserved=0), attempts=(tried(5),)))
    assert await store.cloud.reserve(call("c-2", reserved=0), (payer(),), nothing) is None
    assert await store.cloud.reserve(call("c-3", reserved=0), (payer(),), nothing) == "loop"


async def test_every_payer_has_a_day_of_their_own(store: SqlStore):
    caps = replace(WIDE, person_day_micro=MICRO)
    two = (payer(person="a"), payer(person="b", decision="D-00002"))
    assert await store.cloud.reserve(call(reserved=2 * MICRO), two, caps) is None
    assert await store.cloud.reserve(call("c-2", 2), (payer(person="c"), payer(person="b")), caps) == "person"
    assert await store.cloud.reserve(call("c-2", 1), (payer(person="c"), payer(person="b")), caps) is None
    twice = (payer(person="d"), payer(person="d", decision="D-00003"))
    assert await store.cloud.reserve(call("c-4", MICRO + 1), twice, caps) == "person"
    assert await cost(store) == {"a": MICRO, "b": MICRO, "c": 1}


async def test_a_day_and_a_month_are_the_plants(store: SqlStore):
    """In Hong Kong the 1st of December begins at 16:00 UTC."""
    caps = replace(WIDE, day_micro=MICRO, month_micro=2 * MICRO, person_day_micro=2 * MICRO)
    last = datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
    asked = [(NOW, None), (NOW, "day"), (last, None), (last, "day"), (last + timedelta(seconds=1), None)]
    asked += [(last - timedelta(days=1), "month"), (datetime(2026, 10, 31, 15, tzinfo=UTC), None)]
    found = [
        await store.cloud.reserve(call(f"c-{n}", at=at), (payer(wish=f"{n}"),), caps)
        for n, (at, _) in enumerate(asked)
    ]
    assert found == [why for _, why in asked]


async def test_the_same_wish_may_be_asked_so_often_an_hour_by_anybody(store: SqlStore):
    caps, hour = replace(WIDE, repeats=2), timedelta(hours=1)
    both = (payer(wish="x", person="a"), payer(wish="x", person="b"))
    assert await store.cloud.reserve(call("c-1"), both, caps) is None, "one call asks it once"
    assert await store.cloud.reserve(call("c-2"), (payer(wish="x"),), caps) is None
    later = NOW + hour - timedelta(microseconds=1)
    assert (
        await store.cloud.reserve(call("c-3", at=later), (payer(wish="y"), payer(wish="x")), caps) == "loop"
    )
    assert await store.cloud.reserve(call("c-3", at=later), (payer(wish="y"),), caps) is None
    assert await store.cloud.reserve(call("c-4", at=NOW + hour), (payer(wish="x"),), caps) is None


async def test_what_is_refused_leaves_nothing(store: SqlStore, sql):
    assert await store.cloud.reserve(call(), (payer(),), replace(WIDE, day_micro=0)) == "day"
    assert sql("SELECT count(*) FROM cloud_calls") == [(0,)]
    assert sql("SELECT count(*) FROM cloud_shares") == [(0,)]
    with pytest.raises(OwnFault, match="no money set aside"):
        await store.cloud.settle(call())


@pytest.mark.parametrize(("reserved", "payers"), [(1, ()), (-1, (payer(),))])
async def test_money_that_nobody_pays_or_that_is_negative_is_refused(store: SqlStore, reserved, payers):
    with pytest.raises(OwnFault, match="somebody who pays"):
        await store.cloud.reserve(call(reserved=reserved), payers, WIDE)


async def test_one_call_is_reserved_once(store: SqlStore):
    await store.cloud.reserve(call(), (payer(),), WIDE)
    with pytest.raises(OwnFault):
        await store.cloud.reserve(call(), (payer(),), WIDE)
    assert await cost(store) == {"lee.wai-man": MICRO}


# Settling.


async def test_settling_puts_the_cost_in_place_of_the_reservation_once(store: SqlStore):
    await store.cloud.reserve(call(), (payer(),), WIDE)
    settled = replace(call(), attempts=(tried(400, fault="throttle"), tried(1_234)))
    await store.cloud.settle(settled)
    for again in (settled, call()):
        with pytest.raises(OwnFault, match="no money set aside"):
            await store.cloud.settle(again)
    (line,) = await store.cloud.spent(NOW, "decision")
    assert (line.of, line.calls, line.cost_micro, line.usage) == ("D-00001", 1, 1_634, DEAR + DEAR)
    assert await store.cloud.reserve(call("c-2", 366), (payer(),), replace(WIDE, day_micro=2_000)) is None


async def test_a_call_that_sent_nothing_gives_its_money_back(store: SqlStore):
    caps = replace(WIDE, day_micro=MICRO)
    await store.cloud.reserve(call(), (payer(),), caps)
    await store.cloud.settle(call())
    assert await cost(store) == {"lee.wai-man": 0}
    assert await store.cloud.reserve(call("c-2"), (payer(),), caps) is None


async def test_what_costs_more_than_was_set_aside_counts_in_full(store: SqlStore):
    await store.cloud.reserve(call(reserved=10), (payer(),), WIDE)
    await store.cloud.settle(replace(call(reserved=10), attempts=(tried(5_000_000_000),)))
    assert await cost(store, "model") == {"flash-0731": 5_000_000_000}, "more than 32 bits hold"
    assert await store.cloud.reserve(call("c-2", 1), (payer(),), WIDE) == "day"


async def test_money_left_set_aside_counts_until_and_after_it_is_given_up(url: str, ticker: Ticker):
    caps = replace(WIDE, month_micro=3 * MICRO - 1)
    for days in (0, 1, 2):
        store = open_store(url, clock=ticker, zone=HK)
        ticker.now = NOW + timedelta(days=days, seconds=min(days, 1))
        await store.recover()
        made = call(f"c-{days}", at=ticker.now)
        assert await store.cloud.reserve(made, (payer(),), caps) == ("month" if days == 2 else None)
        if days:
            with pytest.raises(OwnFault, match="no money set aside"):
                await store.cloud.settle(replace(call("c-0"), attempts=(tried(1),)))
            assert await cost(store) == {"lee.wai-man": 2 * MICRO}
            assert await cost(store, "model") == {"": 2 * MICRO}
            assert (await store.cloud.spent(NOW, "intent"))[0].usage.estimated
        store.close()


async def test_a_fresh_reservation_is_not_given_up(store: SqlStore, ticker: Ticker):
    await store.cloud.reserve(call(), (payer(),), WIDE)
    ticker.now = NOW + timedelta(days=1)
    await store.recover()
    await store.cloud.settle(replace(call(), attempts=(tried(1),)))
    assert await cost(store) == {"lee.wai-man": 1}


# Shares.


@given(st.integers(0, 10**15), st.integers(1, 300))
def test_parts_add_up_and_differ_by_one_at_most(whole: int, parts: int):
    found = split(whole, parts)
    assert (len(found), sum(found)) == (parts, whole)
    assert max(found) - min(found) <= 1
    assert found == sorted(found, reverse=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_shares_add_up_to_the_call_before_and_after_it_is_settled(
    store: SqlStore, sql: Callable[..., list[Any]], data: st.DataObject
):
    for table in ("cloud_attempts", "cloud_shares", "cloud_calls"):
        sql(f"DELETE FROM {table}")  # noqa: S608 - one of three words
    people = st.sampled_from("abc")
    who = data.draw(st.lists(people, min_size=1, max_size=7))
    payers = tuple(payer(person=p, decision=f"D-{n}", facility=p) for n, p in enumerate(who))
    reserved, many = data.draw(st.integers(0, MICRO)), Caps(10**12, 10**12, 10**12, 9)
    assert await store.cloud.reserve(call(reserved=reserved), payers, many) is None
    assert sql("SELECT sum(share_micro) FROM cloud_shares") == [(reserved,)]
    counts = st.integers(0, 10_000)
    usages = data.draw(st.lists(st.builds(Usage, counts, counts, counts, counts, st.booleans()), max_size=3))
    attempts = tuple(tried(data.draw(counts), usage) for usage in usages)
    made = replace(call(reserved=reserved), attempts=attempts)
    await store.cloud.settle(made)
    for by in ("decision", "intent", "facility", "person", "model"):
        lines = await store.cloud.spent(NOW, by)
        assert sum(line.cost_micro for line in lines) == made.cost_micro, by
        assert sum((line.usage for line in lines), Usage()) == made.usage, by


async def test_cost_is_told_by_what_it_was_for_since_a_time(store: SqlStore):
    two = (payer(), payer(decision="D-00002", person="b", intent=Intent.ORDER_STATUS, facility="B"))
    await store.cloud.reserve(call("old", at=NOW - timedelta(seconds=1)), two, WIDE)
    await store.cloud.reserve(call("c-1", 11), two, WIDE)
    await store.cloud.reserve(call("c-2", 100), (payer(),), WIDE)
    fell = (tried(3, fault="transient", model="", asked_model="pro"), tried(4))
    await store.cloud.settle(replace(call("c-2", 100), attempts=fell))
    assert await cost(store, "decision", NOW) == {"D-00001": 13, "D-00002": 5}
    assert await cost(store, "person", NOW) == {"lee.wai-man": 13, "b": 5}
    assert await cost(store, "facility", NOW) == {"A": 13, "B": 5}
    assert await cost(store, "intent", NOW) == {"production_schedule": 13, "order_status": 5}
    assert await cost(store, "model", NOW) == {"": 11, "flash-0731": 4, "pro": 3}
    assert [line.calls for line in await store.cloud.spent(NOW, "person")] == [2, 1]
    with pytest.raises(OwnFault, match="not by 'weather'"):
        await store.cloud.spent(NOW, "weather")


async def test_attempts_are_kept_as_they_went(store: SqlStore, sql):
    await store.cloud.reserve(call(), (payer(),), WIDE)
    first = tried(1, fault="account", fault_id="F-16", model="", provider="tencent", asked_model="hy4")
    second = tried(2, fingerprint="fp\x00\ud800", took_ms=12.5)
    await store.cloud.settle(replace(call(), attempts=(first, second), took_ms=99.0))
    assert sql(
        "SELECT n, provider, asked_model, fault, fault_id, cost_micro FROM cloud_attempts ORDER BY n"
    ) == [
        (1, "tencent", "hy4", "account", "F-16", 1),
        (2, "deepseek", "flash", None, "", 2),
    ]
    assert sql("SELECT provider, model, took_ms, reserved_micro, settled_micro FROM cloud_calls") == [
        ("deepseek", "flash-0731", 99.0, MICRO, 3)
    ]


# Answers, circuits, measurements.


async def test_a_kept_answer_ends_with_its_time(store: SqlStore):
    until = NOW + timedelta(minutes=5)
    await store.cloud.keep("k", '{"答": 1}', until)
    assert await store.cloud.recall("k", until - timedelta(microseconds=1)) == '{"答": 1}'
    assert await store.cloud.recall("k", until) is None
    assert await store.cloud.recall("other", NOW) is None
    await store.cloud.keep("k", "new", until)
    assert await store.cloud.recall("k", NOW) == "new"


async def test_answers_that_ended_go_a_few_at_a_time(store: SqlStore, ticker: Ticker, sql):
    for n in range(120):
        await store.cloud.keep(f"k-{n}", "x", NOW + timedelta(seconds=n + 1))
    ticker.now = NOW + timedelta(seconds=119)
    left = []
    for n in range(2):
        await store.cloud.keep(f"new-{n}", "y", NOW + timedelta(hours=1))
        left.append(sql("SELECT count(*) FROM cloud_answers")[0][0])
    assert left == [21, 3]
    assert await store.cloud.recall("k-119", ticker.now) == "x", "has not ended"


async def test_circuits_are_one_per_provider_model_and_reason(store: SqlStore, url: str):
    first = Breaker("deepseek", "flash", "account", NOW, NOW + timedelta(minutes=1))
    longer = replace(first, probe_at=NOW + timedelta(minutes=2), trips=2)
    others = [
        replace(first, reason="throttle"),
        replace(first, model="pro"),
        replace(first, provider="tencent"),
    ]
    for each in (first, *others, longer):
        await store.cloud.set_breaker(each)
    kept = {longer, *others}
    assert set(await store.cloud.breakers()) == kept
    again = open_store(url)
    assert set(await again.cloud.breakers()) == kept
    again.close()
    await store.cloud.close_breakers("deepseek", "flash")
    assert set(await store.cloud.breakers()) == set(others[1:])


async def test_the_last_measurement_of_an_endpoint_counts(store: SqlStore):
    first = Capability("http://127.0.0.1:8080", "qwen", "json_schema", "b1", NOW)
    assert await store.cloud.capability(first.base_url, first.model) is None
    await store.cloud.set_capability(first)
    second = replace(first, form="none", build="b2", measured_at=NOW + timedelta(days=1))
    await store.cloud.set_capability(second)
    assert await store.cloud.capability(first.base_url, first.model) == second
    assert await store.cloud.capability(first.base_url, "other") is None


async def test_a_store_of_the_revision_before_is_brought_forward(url: str, tmp_path: Path):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    migrate(engine, "0005")
    with engine.begin() as connection:
        assert "cloud_calls" not in sa.inspect(connection).get_table_names()
        connection.execute(sa.text("INSERT INTO meta VALUES ('names_version', '7')"))
    store = open_store(url)
    assert store.names().version == 7
    assert await store.cloud.reserve(call(), (payer(),), WIDE) is None
    assert list(store.ledger.entries(NOW)) == []
    store.close()
