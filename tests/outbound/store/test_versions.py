"""Plan versions and key figures in the store: numbers, what became of each plan, days set as a whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.outbound.store import SqlStore, open_store
from app.outbound.store.engine import migrate
from app.records.action import PublishPlan, action_hash, assignments_digest
from app.records.answer import Say
from app.records.decision import Acted, Approved, Undone, act_key
from app.records.kpi import PLANT, DayFigures, Figure, Kpi
from app.records.plant import Assignment, Plan, PlanState
from app.records.versions import Origin, PlanEvent
from tests.outbound.store.conftest import NOW

DAY = date(2026, 11, 23)
HOUR = timedelta(hours=1)


def plan(name: str, *, at: datetime = NOW) -> Plan:
    place = Assignment("SO-1042", 1, "GR-01", NOW + HOUR, NOW + 2 * HOUR)
    return Plan(name, "dispatch", at, PlanState.PROPOSED, (place,), ("SO-1042",), 30, 1, 2)


def publishing(of: Plan) -> PublishPlan:
    return PublishPlan(of.id, assignments_digest(of.assignments))


async def published(store: SqlStore, make, of: Plan, who: str = "tang.mei-ling") -> tuple[str, str]:
    """Through a decision of its own, as the desk does it: the ticket and the key of what was done."""
    action = publishing(of)
    decision = await make.with_steps(store, make.understood())

    def settle(book):
        approved = Approved(NOW, f"person:{who}", action, action_hash(action))
        key = act_key(decision.then(approved))
        book.apply(action, key)
        book.append(decision, (approved, Acted(NOW, key, Say("x"))))
        return key

    return decision.id, await store.write(settle)


async def test_every_plan_kept_has_a_number_and_keeps_how_it_came_about(plant: SqlStore, make):
    asked = await make.begun(plant)
    origin = Origin("solver", asked.id, "趕 SO-1042", "P-0", 1234.5, proved=True)
    await plant.write(lambda book: book.keep_plan(plan("P-1"), origin))
    await plant.write(lambda book: book.keep_plan(plan("P-2")))
    await plant.write(lambda book: book.keep_plan(plan("P-1"), Origin("other")))
    second, first = await plant.read(lambda facts: facts.versions())
    assert (first.number, first.plan, first.asked_by, first.origin) == (1, "P-1", "chan.siu-ming", origin)
    assert (first.late_orders, first.minutes_late, first.moved, first.compared) == (("SO-1042",), 30, 1, 2)
    assert (second.number, second.asked_by, second.origin) == (2, "", Origin("dispatch"))
    assert await plant.read(lambda facts: facts.version("P-9")) is None
    assert [v.plan for v in await plant.read(lambda facts: facts.versions(1))] == ["P-2"]


async def test_what_became_of_a_plan_is_told_with_who_did_it(plant: SqlStore, make, ticker):
    one, two = plan("P-1"), plan("P-2")
    await plant.write(lambda book: [book.keep_plan(p) for p in (one, two)])
    first, _ = await published(plant, make, one)
    ticker.now += HOUR
    second, key = await published(plant, make, two, "lee.wai-man")
    ticker.now += HOUR

    def undo(book):
        assert book.reverse(publishing(two), key)
        book.append(book.decision(second), (Undone(NOW, "person:ho.chi-keung", Say("x")),))

    await plant.write(undo)
    told = await plant.read(lambda facts: facts.version("P-1"))
    assert told is not None
    assert told.state is PlanState.PUBLISHED
    assert told.events == (
        PlanEvent(NOW, "published", first, "person:tang.mei-ling"),
        PlanEvent(NOW + HOUR, "superseded", second, "person:lee.wai-man"),
        PlanEvent(NOW + 2 * HOUR, "restored", second, "person:ho.chi-keung"),
    )
    [taken_back] = [v for v in await plant.read(lambda facts: facts.versions()) if v.plan == "P-2"]
    assert [(e.kind, e.by) for e in taken_back.events] == [
        ("published", "person:lee.wai-man"),
        ("reverted", "person:ho.chi-keung"),
    ]
    times = await plant.read(lambda facts: facts.in_force(NOW, NOW + timedelta(days=1)))
    assert [(t.plan.id, t.since, t.until, t.before and t.before.id) for t in times] == [
        ("P-1", NOW, NOW + HOUR, None),
        ("P-2", NOW + HOUR, NOW + 2 * HOUR, "P-1"),
        ("P-1", NOW + 2 * HOUR, None, "P-2"),
    ]
    later = await plant.read(lambda facts: facts.in_force(NOW + 2 * HOUR, NOW + 3 * HOUR))
    assert [t.plan.id for t in later] == ["P-1"]
    assert await plant.read(lambda facts: facts.in_force(NOW - 2 * HOUR, NOW)) == ()


async def test_orders_of_a_day_are_those_due_begun_or_ended_in_it(plant: SqlStore, sql):
    sql("UPDATE operations SET started_at = NULL, finished_at = NULL, state = 'waiting'")
    sql("UPDATE orders SET due = '2027-01-01T00:00:00.000000+00:00'")

    async def touched() -> list[str]:
        found = await plant.read(lambda facts: facts.orders_between(NOW, NOW + HOUR))
        assert all(order.operations for order in found)
        return [order.number for order in found]

    assert await touched() == []
    stamp = (NOW + HOUR / 2).isoformat(timespec="microseconds")
    before, after = ((NOW + n * HOUR).isoformat(timespec="microseconds") for n in (-3, 3))
    step = 'UPDATE operations SET {} WHERE "order" = :order AND position = 0'
    sql("UPDATE orders SET due = :at WHERE number = 'SO-1042'", at=stamp)
    assert await touched() == ["SO-1042"]
    sql("UPDATE orders SET due = :at WHERE number = 'SO-1042'", at=after)
    sql(step.format("started_at = :a"), order="SO-1035", a=before)
    assert await touched() == ["SO-1035"], "it runs through the hour"
    sql(step.format("finished_at = :a"), order="SO-1035", a=before)
    assert await touched() == [], "it had ended before"
    sql(step.format("finished_at = :a"), order="SO-1035", a=stamp)
    assert await touched() == ["SO-1035"]
    sql(step.format("started_at = NULL"), order="SO-1035")
    assert await touched() == ["SO-1035"], "only its end is known"
    sql(step.format("started_at = :a, finished_at = NULL"), order="SO-1035", a=after)
    assert await touched() == []


async def test_a_days_figures_are_set_as_a_whole_and_history_stays(plant: SqlStore):
    on_time, setups = Figure(Kpi.ON_TIME_ORDERS, 3, 4), Figure(Kpi.CHANGEOVERS, 7.0)
    yesterday = DayFigures("A", DAY - timedelta(days=1), NOW, (setups,))
    first = DayFigures("A", DAY, NOW, (on_time, setups))
    again = DayFigures("A", DAY, NOW + HOUR, (Figure(Kpi.ON_TIME_ORDERS, 4, 4),))
    whole = DayFigures(PLANT, DAY, NOW, (setups,))
    await plant.write(lambda book: book.keep_figures([yesterday, first, whole]))
    for _ in range(2):
        await plant.write(lambda book: book.keep_figures([again]))
    assert await plant.read(lambda facts: facts.figures(DAY)) == (whole, again)
    assert await plant.read(lambda facts: facts.figures(DAY - timedelta(days=9))) == (yesterday, whole, again)


async def test_a_kind_of_figure_that_is_no_longer_known_is_passed_over(plant: SqlStore, sql):
    await plant.write(
        lambda book: book.keep_figures([DayFigures("A", DAY, NOW, (Figure(Kpi.CHANGEOVERS, 1.0),))])
    )
    sql("INSERT INTO kpis SELECT day, facility, 'phase_of_the_moon', part, whole, at FROM kpis")
    [day] = await plant.read(lambda facts: facts.figures(DAY))
    assert day.figures == (Figure(Kpi.CHANGEOVERS, 1.0),)


@pytest.mark.parametrize("revision", ["0001", "0003"])
async def test_plans_of_an_older_store_get_numbers_and_what_is_known(url, ticker, revision: str):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    migrate(engine, revision)
    if revision == "0003":
        with engine.begin() as connection:
            for name, minute, state in (
                ("P-b", 1, "superseded"),
                ("P-a", 2, "published"),
                ("P-c", 3, "proposed"),
            ):
                connection.execute(
                    sa.text("INSERT INTO plans VALUES (:name, 'solver', :at, :state, '[]', 0, 0, 0)"),
                    {"name": name, "at": f"2026-11-20T02:0{minute}:00.000000+00:00", "state": state},
                )
            for key, hour, undone in (("D-00001:x", 3, None), ("D-00002:y", 4, None), ("D-00003:z", 5, "t")):
                connection.execute(
                    sa.text("INSERT INTO applied VALUES (:key, 'publish_plan', '', '{}', :at, :undone)"),
                    {"key": key, "at": f"2026-11-20T0{hour}:00:00.000000+00:00", "undone": undone},
                )
            connection.execute(sa.text(
                "INSERT INTO inbox (msgid, sender, kind, text, quote, refers_to, req_id, raw, received_at)"
                " VALUES ('m', 'x', 'text', '', '', '', '', '', '2026-01-01T00:00:00+00:00')"
            ))  # fmt: skip
            connection.execute(sa.text(
                "INSERT INTO decisions (n, inbox, part, stage, sender, steps, created_at, updated_at)"
                " VALUES (2, 1, 0, 'done', 'x', 0, '', '')"
            ))  # fmt: skip
    store = open_store(url, clock=ticker)
    try:
        found = await store.read(lambda facts: facts.versions())
        await store.write(lambda book: book.keep_plan(replace(plan("P-new"))))
        after = await store.read(lambda facts: facts.version("P-new"))
    finally:
        store.close()
    assert after is not None
    assert after.number == len(found) + 1
    if revision == "0003":
        assert [(v.number, v.plan, v.origin.maker) for v in found] == [
            (3, "P-c", "solver"),
            (2, "P-a", "solver"),
            (1, "P-b", "solver"),
        ]
        at = datetime(2026, 11, 20, 4, tzinfo=UTC)
        assert [v.events for v in found] == [(), (PlanEvent(at, "published", "D-00002"),), ()]
