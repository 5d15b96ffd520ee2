"""Votes counted by meaning, layer and day of the plant; the latest of each person, and none taken back."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.dialects import sqlite

from app.outbound.store import open_store
from app.outbound.store.satisfaction import ANSWERED
from app.records.decision import Consulted, PlanAsked
from app.records.message import MessageKind
from app.records.reading import Intent, Layer
from app.records.satisfaction import DaySatisfaction, Satisfaction, rows_of

ZONE = ZoneInfo("Asia/Hong_Kong")
MONDAY = date(2026, 11, 23)
STOCK, ORDER = Intent.INVENTORY_CHECK, Intent.ORDER_STATUS
LATE = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # a minute before midnight in Hong Kong


@pytest.fixture
def store(url, ticker):
    opened = open_store(url, clock=ticker, zone=ZONE)
    yield opened
    opened.close()


async def answered(store, make, *, at, deliver=True, **reading):
    """A message of a time, answered."""
    how = {"kind": reading.pop("kind", MessageKind.TEXT)}
    decision = await make.begun(store, received_at=at, **how)
    steps = (make.understood(**reading), make.refused())
    after = await store.write(lambda book: book.append(decision, steps))
    await store.write(lambda book: book.answer(after, "so many"))
    if deliver:
        [row] = await store.outbox.due(10)
        await store.outbox.claim(row.id)
        await store.outbox.sent(row.id, at)
    return after.id


async def vote(store, ticket, userid, kind, **why):
    await store.write(lambda book: book.vote(ticket, userid, kind, **why))


def found(*rows) -> tuple[DaySatisfaction, ...]:
    return tuple(DaySatisfaction(day, intent, layer, Satisfaction(*of)) for day, intent, layer, of in rows)


async def test_each_answer_counts_on_its_own_day_of_the_plant(store, make, ticker):
    one = await answered(store, make, at=LATE)
    two = await answered(store, make, at=LATE + timedelta(minutes=1), intent=ORDER, layer=Layer.MODEL)
    ticker.now = LATE + timedelta(days=1, hours=1)
    for ticket, userid, kind in ((one, "a", 1), (one, "b", 2), (one, "a", 2), (two, "a", 1), (two, "b", 3)):
        await vote(store, ticket, userid, kind)
    tuesday = MONDAY + timedelta(days=1)
    assert await store.satisfaction.between(MONDAY, tuesday) == found(
        (MONDAY, STOCK, Layer.RULE, (1, 0, 2)), (tuesday, ORDER, Layer.MODEL, (1, 1, 0))
    )
    assert await store.satisfaction.between(tuesday, tuesday) == found(
        (tuesday, ORDER, Layer.MODEL, (1, 1, 0))
    )
    await vote(store, two, "a", 3)
    assert await store.satisfaction.votes(MONDAY, tuesday) == found((MONDAY, STOCK, Layer.RULE, (0, 0, 2)))


async def test_only_delivered_answers_that_can_be_voted_on_are_counted(store, make):
    await answered(store, make, at=LATE, kind=MessageKind.ENTER)
    await make.with_steps(store, make.understood(), make.refused(), received_at=LATE)
    await answered(store, make, at=LATE, deliver=False)
    assert await store.satisfaction.between(MONDAY, MONDAY) == ()


async def test_what_the_cloud_read_counts_as_its(store, make):
    ticket = await answered(store, make, at=LATE, layer=Layer.UNSURE)
    asked = await make.with_steps(
        store, make.understood(), PlanAsked(LATE, "x"), Consulted(LATE, "unread", "answered", "c-1"),
        received_at=LATE,
    )  # fmt: skip
    other = await make.with_steps(
        store, make.understood(), PlanAsked(LATE, "x"), Consulted(LATE, "answered", "not_asked"),
        received_at=LATE,
    )  # fmt: skip
    for each in (ticket, asked.id, other.id):
        await vote(store, each, "a", 1)
    assert {(each.layer, each.of.up) for each in await store.satisfaction.votes(MONDAY, MONDAY)} == {
        (Layer.UNSURE, 1), (Layer.CLOUD, 1), (Layer.RULE, 1)
    }  # fmt: skip


async def test_days_that_are_over_are_counted_once_and_their_votes_always(store, make, ticker):
    ticket = await answered(store, make, at=LATE)
    ticker.now = LATE + timedelta(days=3)
    for kind, of in ((1, (1, 1, 0)), (2, (1, 0, 1))):
        await vote(store, ticket, "a", kind)
        assert await store.satisfaction.between(MONDAY, MONDAY) == found((MONDAY, STOCK, Layer.RULE, of))
    await answered(store, make, at=LATE)
    [day] = await store.satisfaction.between(MONDAY, MONDAY)
    assert day.of.answered == 1, "nothing is delivered days later"


async def test_the_latest_objections_come_first_with_their_reasons(plant, make, ticker):
    for n, userid in enumerate(("chan.siu-ming", "gone.person", "raj.kumar")):
        decision = await make.with_steps(plant, make.understood(), make.refused(), text=f"第{n}句")
        ticker.now += timedelta(seconds=1)
        await vote(plant, decision.id, userid, 2, reasons=(2, n + 1), words="少" * n)
    await vote(plant, "D-00001", "zhang.wei", 1)
    told = await plant.satisfaction.objections(ticker.now - timedelta(days=1), 2)
    assert [(o.decision, o.name, o.reasons, o.words, o.said, o.intent) for o in told] == [
        ("D-00003", "Raj Kumar", (2, 3), "少少", "第2句", STOCK),
        ("D-00002", "gone.person", (2, 2), "少", "第1句", STOCK),
    ]
    assert await plant.satisfaction.objections(ticker.now + timedelta(seconds=1), 2) == ()


async def test_votes_are_told_by_answer(store, make, ticker):
    decision = await make.begun(store)
    for userid, kind in (("a", 1), ("b", 1), ("c", 2)):
        await vote(store, decision.id, userid, kind)
    assert await store.satisfaction.by_answer(ticker.now) == {decision.id: (2, 1)}
    assert await store.satisfaction.by_answer(ticker.now + timedelta(seconds=1)) == {}


def test_rows_begin_with_all_together_and_leave_out_what_never_came():
    days = (MONDAY, MONDAY + timedelta(days=1))
    given = found(
        (MONDAY, STOCK, Layer.RULE, (9, 3, 1)), (MONDAY, STOCK, Layer.MODEL, (1, 0, 1)),
        (days[1], ORDER, Layer.RULE, (4, 0, 0)), (MONDAY - timedelta(days=1), ORDER, Layer.RULE, (5, 5, 5)),
    )  # fmt: skip
    rows = rows_of(given, days, lambda each: each.intent.value)
    assert [row.name for row in rows] == ["", "inventory_check", "order_status"]
    assert rows[0].total == Satisfaction(14, 3, 2)
    assert rows[0].days == (Satisfaction(10, 3, 2), Satisfaction(4, 0, 0))
    assert (rows[0].total.share, rows[2].total.share) == (0.6, None)


def test_each_answer_is_looked_up_by_its_decision(store, sql, url):
    """Not by its state: nearly everything that was ever said has been sent."""
    if not url.startswith("sqlite"):
        pytest.skip("the other database keeps statistics of its own")
    text = ANSWERED.params(low="2026-11-23", high="2026-11-24").compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    plan = "\n".join(row[3] for row in sql(f"EXPLAIN QUERY PLAN {text}"))
    assert "SEARCH outbox USING INDEX ix_outbox_decision" in plan
    assert "SEARCH decisions USING INDEX ix_decisions_created_at" in plan
