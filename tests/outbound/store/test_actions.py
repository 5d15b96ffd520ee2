"""What each action does to the plant, once per key, and how it is taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.outbound.store import SqlStore
from app.ports import Facts
from app.records.action import (
    Action,
    AnswerRequest,
    LookUp,
    MoveStock,
    OpenCase,
    OpenRequest,
    PublishPlan,
    ReportProgress,
    SetMachine,
    Settle,
    assignments_digest,
)
from app.records.errors import OwnFault
from app.records.plant import (
    Assignment,
    MachineState,
    MovementKind,
    OperationState,
    Plan,
    PlanState,
    RequestState,
    Severity,
    StockLine,
)

KNIFE = "KN-STEAK"


async def apply(store: SqlStore, action: Action, key: str = "k") -> str:
    return await store.write(lambda book: book.apply(action, key))


async def reverse(store: SqlStore, action: Action, key: str = "k") -> bool:
    return await store.write(lambda book: book.reverse(action, key))


def line(facts: Facts, facility: str, item: str = KNIFE) -> StockLine:
    return next(line for line in facts.stock(item) if line.facility == facility)


async def quantity(store: SqlStore, facility: str = "A") -> float:
    return (await store.read(lambda facts: line(facts, facility))).quantity


async def set_up(store: SqlStore, held: float = 0.0) -> None:
    """100 at A, of which `held` are on hold, and 10 at C."""
    for facility, amount in (("A", 100.0), ("C", 10.0)):
        await apply(store, MoveStock(KNIFE, facility, MovementKind.COUNT, amount), f"set-up-{facility}")
    if held:
        await apply(
            store, OpenCase("A", "x", Severity.MINOR, "lam.suk-fan", item=KNIFE, hold_quantity=held), "hold"
        )


@pytest.mark.parametrize(("kind", "amount", "after"), [
    (MovementKind.RECEIPT, 50, 150), (MovementKind.ISSUE, 30, 70), (MovementKind.SCRAP, 100, 0),
    (MovementKind.COUNT, 97, 97), (MovementKind.COUNT, 0, 0), (MovementKind.ISSUE, 0.1 + 0.2, 99.7),
])  # fmt: skip
async def test_a_movement_is_booked_and_can_be_taken_back(plant: SqlStore, ticker, sql, kind, amount, after):
    await set_up(plant)
    ticker.now += timedelta(hours=1)
    move = MoveStock(KNIFE, "A", kind, amount, note="班後")
    assert await apply(plant, move) == ""
    booked = await plant.read(lambda facts: line(facts, "A"))
    assert (booked.quantity, booked.at) == (after, ticker.now)
    rows = sql("SELECT facility, kind, change, before, after, note FROM movements WHERE key = 'k'")
    assert rows == [("A", kind.value, round(after - 100, 6), 100, after, "班後")]
    assert await reverse(plant, move)
    assert await quantity(plant) == 100
    assert sql("SELECT change FROM movements WHERE key = 'k:undo'") == [(round(100 - after, 6),)]


async def test_a_transfer_moves_between_facilities(plant: SqlStore):
    await set_up(plant)
    move = MoveStock(KNIFE, "A", MovementKind.TRANSFER, 40, to_facility="C")
    await apply(plant, move)
    assert (await quantity(plant, "A"), await quantity(plant, "C")) == (60, 50)
    assert await reverse(plant, move)
    assert (await quantity(plant, "A"), await quantity(plant, "C")) == (100, 10)


async def test_a_transfer_to_nowhere_moves_nothing(plant: SqlStore):
    await set_up(plant)
    with pytest.raises(OwnFault):
        await apply(plant, MoveStock(KNIFE, "A", MovementKind.TRANSFER, 40))
    assert await quantity(plant) == 100


async def test_stock_appears_where_there_was_none(plant: SqlStore):
    await apply(plant, MoveStock("KN-CHEF-8", "B", MovementKind.RECEIPT, 7))
    assert (await plant.read(lambda facts: line(facts, "B", "KN-CHEF-8"))).quantity >= 7


@pytest.mark.parametrize(
    ("kind", "amount"), [(MovementKind.ISSUE, 101), (MovementKind.SCRAP, 101), (MovementKind.TRANSFER, 100.5)]
)
async def test_stock_never_falls_below_zero(plant: SqlStore, kind, amount):
    await set_up(plant)
    with pytest.raises(OwnFault):
        await apply(plant, MoveStock(KNIFE, "A", kind, amount, to_facility="C"))
    assert (await quantity(plant, "A"), await quantity(plant, "C")) == (100, 10)


async def test_what_is_held_cannot_be_issued_but_can_be_scrapped(plant: SqlStore):
    await set_up(plant, held=80)
    with pytest.raises(OwnFault):
        await apply(plant, MoveStock(KNIFE, "A", MovementKind.ISSUE, 30))
    await apply(plant, MoveStock(KNIFE, "A", MovementKind.SCRAP, 80))
    kept = await plant.read(lambda facts: line(facts, "A"))
    assert (kept.quantity, kept.on_hold) == (20, 20)


@pytest.mark.parametrize(("kind", "amount"), [(MovementKind.COUNT, 4), (MovementKind.SCRAP, 90)])
async def test_taking_back_holds_again_what_came_free(plant: SqlStore, kind, amount):
    await set_up(plant, held=80)
    before = await plant.read(lambda facts: line(facts, "A"))
    move = MoveStock(KNIFE, "A", kind, amount)
    await apply(plant, move)
    assert (await plant.read(lambda facts: line(facts, "A"))).on_hold == await quantity(plant) < 80
    assert await reverse(plant, move)
    assert await plant.read(lambda facts: line(facts, "A")) == before


async def test_what_was_held_since_stays_held_when_a_count_is_taken_back(plant: SqlStore):
    await set_up(plant, held=10)
    count = MoveStock(KNIFE, "A", MovementKind.COUNT, 4)
    await apply(plant, count)
    await apply(plant, MoveStock(KNIFE, "A", MovementKind.RECEIPT, 20), "later")
    again = OpenCase("A", "x", Severity.MINOR, "lam.suk-fan", item=KNIFE, hold_quantity=7)
    await apply(plant, again, "again")
    assert await reverse(plant, count)
    kept = await plant.read(lambda facts: line(facts, "A"))
    assert (kept.quantity, kept.on_hold) == (120, 17)


async def test_a_transfer_to_the_same_site_changes_nothing_and_is_taken_back(plant: SqlStore):
    await set_up(plant, held=30)
    before = await plant.read(lambda facts: facts.stock(KNIFE))
    move = MoveStock(KNIFE, "A", MovementKind.TRANSFER, 40, to_facility="A")
    await apply(plant, move)
    assert await plant.read(lambda facts: facts.stock(KNIFE)) == before
    assert await reverse(plant, move)
    assert await plant.read(lambda facts: facts.stock(KNIFE)) == before


async def test_what_has_gone_on_cannot_be_taken_back(plant: SqlStore):
    await set_up(plant)
    receipt = MoveStock(KNIFE, "A", MovementKind.RECEIPT, 50)
    await apply(plant, receipt)
    await apply(plant, MoveStock(KNIFE, "A", MovementKind.ISSUE, 120), "later")
    assert not await reverse(plant, receipt)
    assert await quantity(plant) == 30


async def test_the_same_key_does_it_once_and_tells_the_same(plant: SqlStore):
    await set_up(plant)
    move, case = (
        MoveStock(KNIFE, "A", MovementKind.ISSUE, 1),
        OpenCase("A", "刮花", Severity.MINOR, "zhang.wei"),
    )
    for _ in range(3):
        await apply(plant, move)
    made = {await apply(plant, case, "case") for _ in range(3)}
    assert await quantity(plant) == 99
    assert len(made) == 1


async def test_taking_back_happens_once(plant: SqlStore):
    await set_up(plant)
    move = MoveStock(KNIFE, "A", MovementKind.ISSUE, 10)
    await apply(plant, move)
    assert [await reverse(plant, move) for _ in range(3)] == [True, True, True]
    assert await quantity(plant) == 100


async def test_what_never_ran_is_not_taken_back(plant: SqlStore):
    assert not await reverse(plant, MoveStock(KNIFE, "A", MovementKind.ISSUE, 10), "never")


async def test_a_case_holds_stock_and_stops_the_order(plant: SqlStore):
    await set_up(plant)
    case = OpenCase(
        "A", "刃口崩口", Severity.CRITICAL, "zhang.wei", "SO-1042", KNIFE, "GR-01", 60, stop_order=True
    )
    number = await apply(plant, case)
    found = await plant.read(lambda facts: facts.case(number))
    assert found is not None
    assert (found.held, found.words, found.severity, found.open) == (60, "刃口崩口", Severity.CRITICAL, True)
    order = await plant.read(lambda facts: facts.order("SO-1042"))
    assert order is not None
    assert order.on_hold
    assert (await plant.read(lambda facts: line(facts, "A"))).on_hold == 60
    assert found in await plant.read(lambda facts: facts.cases())
    assert not await reverse(plant, case)


async def test_a_case_holds_no_more_than_is_free(plant: SqlStore):
    await set_up(plant, held=80)
    number = await apply(plant, OpenCase("A", "x", Severity.MINOR, "zhang.wei", item=KNIFE, hold_quantity=50))
    found = await plant.read(lambda facts: facts.case(number))
    assert found is not None
    assert found.held == 20


def proposal(plan_id: str, now, *places: Assignment) -> Plan:
    assigned = places or (
        Assignment("SO-1042", 1, "GR-01", now, now + timedelta(hours=4)),
        Assignment("SO-1042", 2, "PL-01", now + timedelta(hours=5), now + timedelta(hours=8)),
    )
    return Plan(plan_id, "solver", now, PlanState.PROPOSED, assigned, ("SO-1042",), 30, 1, 2)


def publishing(plan: Plan) -> PublishPlan:
    return PublishPlan(plan.id, assignments_digest(plan.assignments))


async def test_a_plan_is_kept_published_superseded_and_brought_back(plant: SqlStore, ticker):
    first, second = proposal("P-1", ticker.now), proposal("P-2", ticker.now)
    await plant.write(
        lambda book: [book.keep_plan(p) for p in (first, second, replace(first, by="dispatch"))]
    )
    assert await plant.read(lambda facts: facts.plan()) is None
    assert await plant.read(lambda facts: facts.plan_named("P-1")) == first
    await apply(plant, publishing(first), "one")
    await apply(plant, publishing(second), "two")
    assert await plant.read(lambda facts: facts.plan()) == replace(second, state=PlanState.PUBLISHED)
    assert not await reverse(plant, publishing(first), "one"), "another was published since"
    assert await reverse(plant, publishing(second), "two")
    assert await plant.read(lambda facts: facts.plan()) == replace(first, state=PlanState.PUBLISHED)
    assert await reverse(plant, publishing(first), "one")
    assert await plant.read(lambda facts: facts.plan()) is None


async def test_a_proposal_that_nobody_chose_is_dropped_and_a_published_plan_is_not(plant: SqlStore, ticker):
    first, second = proposal("P-1", ticker.now), proposal("P-2", ticker.now)
    await plant.write(lambda book: [book.keep_plan(p) for p in (first, second)])
    await apply(plant, publishing(first), "one")
    await plant.write(lambda book: [book.drop_plan(p) for p in ("P-1", "P-2", "P-9")])
    states = [(await plant.read(lambda f, p=p: f.plan_named(p))).state for p in ("P-1", "P-2")]
    assert states == [PlanState.PUBLISHED, PlanState.DROPPED]


async def test_only_the_plan_that_was_approved_is_published(plant: SqlStore, ticker, sql):
    plan = proposal("P-1", ticker.now)
    await plant.write(lambda book: book.keep_plan(plan))
    sql("UPDATE assignments SET machine = 'GR-02' WHERE n = 0")
    with pytest.raises(OwnFault, match="not the one that was approved"):
        await apply(plant, publishing(plan))
    with pytest.raises(OwnFault):
        await apply(plant, PublishPlan("P-9", "0"))
    assert await plant.read(lambda facts: facts.plan()) is None


async def flags(store: SqlStore) -> set[tuple[str, int]]:
    orders = await store.read(lambda facts: facts.orders())
    return {(op.order, op.position) for order in orders for op in order.operations if op.flagged}


@pytest.mark.parametrize(("state", "hours", "flagged"), [
    (MachineState.DOWN, None, True), (MachineState.MAINTENANCE, 3, True), (MachineState.DOWN, 1, False),
    (MachineState.SLOW, None, False), (MachineState.RUNNING, None, False),
])  # fmt: skip
async def test_a_stop_flags_what_is_planned_within_it(plant: SqlStore, ticker, state, hours, flagged):
    start = ticker.now + timedelta(hours=2)
    plan = proposal("P-1", ticker.now, Assignment("SO-1042", 1, "GR-01", start, start + timedelta(hours=1)),
                    Assignment("SO-1042", 0, "ST-01", ticker.now, start))  # fmt: skip
    await plant.write(lambda book: book.keep_plan(plan))
    await apply(plant, publishing(plan), "plan")
    before = await flags(plant)
    until = ticker.now + timedelta(hours=hours) if hours else None
    stop = SetMachine("GR-01", state, until, "軸承")
    await apply(plant, stop)
    machine = await plant.read(lambda facts: facts.machine("GR-01"))
    assert machine is not None
    assert (machine.state, machine.until, machine.note) == (state, until, "軸承")
    assert (("SO-1042", 1) in await flags(plant)) == flagged
    assert await reverse(plant, stop)
    assert await flags(plant) == before


async def test_a_stop_flags_what_runs_there_now_and_a_new_plan_settles_it(plant: SqlStore, ticker):
    orders = await plant.read(lambda facts: facts.orders())
    running = next(op for o in orders for op in o.operations if op.state is OperationState.RUNNING)
    assert running.machine is not None
    await apply(plant, SetMachine(running.machine, MachineState.DOWN), "down")
    assert (running.order, running.position) in await flags(plant)
    later = ticker.now + timedelta(hours=5)
    plan = proposal("P-1", ticker.now, Assignment(running.order, running.position, "PK-02", later, later))
    await plant.write(lambda book: book.keep_plan(plan))
    await apply(plant, publishing(plan), "plan")
    assert (running.order, running.position) not in await flags(plant)
    assert await reverse(plant, publishing(plan), "plan")
    assert (running.order, running.position) in await flags(plant)


async def test_a_machine_keeps_the_time_since_when_its_state_stays(plant: SqlStore, ticker):
    begun = ticker.now
    await apply(plant, SetMachine("GR-01", MachineState.DOWN), "one")
    ticker.now += timedelta(hours=1)
    await apply(plant, SetMachine("GR-01", MachineState.DOWN, ticker.now + timedelta(hours=2)), "two")
    machine = await plant.read(lambda facts: facts.machine("GR-01"))
    assert machine is not None
    assert machine.since == begun


async def test_a_machine_that_was_reported_again_is_not_set_back(plant: SqlStore):
    stop = SetMachine("GR-01", MachineState.DOWN)
    await apply(plant, stop, "one")
    await apply(plant, SetMachine("GR-01", MachineState.RUNNING), "two")
    assert not await reverse(plant, stop, "one")


async def operation(store: SqlStore, number: str, position: int):
    order = await store.read(lambda facts: facts.order(number))
    assert order is not None
    return order.operations[position], order


async def test_progress_moves_an_operation_on(plant: SqlStore, ticker):
    found, order = await operation(plant, "SO-1042", 0)
    assert found.state is OperationState.WAITING
    await apply(plant, ReportProgress("SO-1042", 0, "started", machine="ST-01"), "1")
    await apply(plant, ReportProgress("SO-1042", 0, "quantity", 250), "2")
    ticker.now += timedelta(hours=2)
    await apply(plant, ReportProgress("SO-1042", 0, "quantity", 100), "3")
    going, _ = await operation(plant, "SO-1042", 0)
    assert (going.state, going.quantity_done, going.machine) == (OperationState.RUNNING, 350, "ST-01")
    assert going.started_at == ticker.now - timedelta(hours=2)
    await apply(plant, ReportProgress("SO-1042", 0, "finished"), "4")
    done, _ = await operation(plant, "SO-1042", 0)
    assert (done.state, done.quantity_done, done.finished_at) == (
        OperationState.DONE,
        order.quantity,
        ticker.now,
    )


async def test_a_quantity_given_at_the_end_is_what_counts(plant: SqlStore):
    await apply(plant, ReportProgress("SO-1042", 0, "finished", 590), "1")
    done, _ = await operation(plant, "SO-1042", 0)
    assert (done.state, done.quantity_done, done.started_at) == (OperationState.DONE, 590, None)
    await apply(plant, ReportProgress("SO-1042", 0, "quantity", 5), "2")
    assert (await operation(plant, "SO-1042", 0))[0].state is OperationState.DONE


async def test_an_order_whose_operations_are_all_done_is_no_longer_open(plant: SqlStore):
    order = await plant.read(lambda facts: facts.order("SO-1042"))
    assert order is not None
    for position in range(len(order.operations)):
        await apply(plant, ReportProgress("SO-1042", position, "finished"), str(position))
    assert "SO-1042" not in [o.number for o in await plant.read(lambda facts: facts.orders())]
    assert await plant.read(lambda facts: facts.order("SO-1042")) is not None


@pytest.mark.parametrize(
    ("accepted", "state"), [(True, RequestState.ACCEPTED), (False, RequestState.DECLINED)]
)
async def test_a_request_is_opened_and_answered(plant: SqlStore, ticker, accepted, state):
    number = await apply(
        plant, OpenRequest("truck", "借車", "A", "B", "chan.siu-ming", "wong.ka-yan"), "open"
    )
    assert number == "R-0002"
    assert number in [r.number for r in await plant.read(lambda facts: facts.requests())]
    await apply(plant, AnswerRequest(number, accepted, "明早"), "answer")
    found = await plant.read(lambda facts: facts.request(number))
    assert found is not None
    assert (found.state, found.answered_at, found.words) == (state, ticker.now, "借車")
    assert number not in [r.number for r in await plant.read(lambda facts: facts.requests())]
    with pytest.raises(OwnFault, match=f"no request {number} waits"):
        await apply(plant, AnswerRequest(number, not accepted, "no"), "again")
    assert await plant.read(lambda facts: facts.request(number)) == found
    assert await apply(plant, AnswerRequest(number, accepted, "明早"), "answer") == "", "the same key"


@pytest.mark.parametrize("action", [LookUp("stock"), Settle("D-00001", True, "0")], ids=lambda a: a.kind)
async def test_some_actions_change_nothing(plant: SqlStore, action):
    def look(facts):
        return facts.orders(), facts.machines(), facts.stock(KNIFE), facts.requests()

    before = await plant.read(look)
    assert await apply(plant, action) == ""
    assert await plant.read(look) == before
    assert not await reverse(plant, action)


@pytest.mark.parametrize("action", [
    SetMachine("ZZ-99", MachineState.DOWN), ReportProgress("SO-9999", 0, "started"),
    ReportProgress("SO-1042", 99, "started"), ReportProgress("SO-1042", -1, "started"),
    AnswerRequest("R-9999", True), MoveStock("NO-SUCH", "A", MovementKind.RECEIPT, 1),
])  # fmt: skip
async def test_what_is_not_there_cannot_be_acted_on(plant: SqlStore, action):
    with pytest.raises(OwnFault):
        await apply(plant, action)
