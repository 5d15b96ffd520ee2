"""An order that is only asked about is made like the latest of its item, as many as are asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.planning.why.imagining import IMAGINED, imagined
from app.records.answer import Say
from app.records.inquiry import CanDo
from app.records.plant import Alternative, Machine, MachineState, Name, Operation, OperationState, Order

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=28)
NAME = Name("n", "n", "n")


def machine(code, kind, batch=1):
    return Machine(code, NAME, kind, "A", (), "", MachineState.RUNNING, NOW, batch=batch)


MACHINES = (machine("GR-01", "grind"), machine("HT-01", "heat", batch=4), machine("HT-02", "heat"))


def operation(kind, minutes=60, **more):
    begun = {"machine": "GR-01", "started_at": NOW, "finished_at": NOW, "quantity_done": 5.0, "flagged": True}
    return Operation("SO-1", 0, NAME, kind, minutes, OperationState.DONE, **begun, **more)


def made(kind, quantity=250.0, **more):
    like = Order(
        "SO-1", "c", "KN", 100.0, "A", NOW - timedelta(days=9), NOW - timedelta(days=1), 7, on_hold=True,
        operations=(operation(kind, **more),),
    )  # fmt: skip
    return imagined(like, CanDo("KN", quantity, None, None, Say("x")), DUE, NOW, MACHINES)


def test_it_begins_now_with_nothing_done_and_nothing_of_its_models_haste():
    order = made("grind")
    assert (order.number, order.quantity, order.release, order.due) == (IMAGINED, 250.0, NOW, DUE)
    assert (order.weight, order.on_hold) == (1, False)
    (each,) = order.operations
    assert each == replace(
        operation("grind", 150), order=IMAGINED, state=OperationState.WAITING, quantity_done=0.0,
        machine=None, started_at=None, finished_at=None, flagged=False,
    )  # fmt: skip


def test_machines_with_times_of_their_own_take_as_many_times_as_long():
    (each,) = made("grind", alternatives=(Alternative("GR-01", 10), Alternative("HT-02", 21))).operations
    assert [way.minutes for way in each.alternatives] == [25, 52]


def test_a_batch_takes_as_long_as_ever_and_the_load_is_larger():
    (each,) = made("heat", load=2).operations
    assert (each.minutes, each.load) == (60, 5)
    (each,) = made("heat", quantity=10.0, load=2).operations
    assert (each.minutes, each.load) == (60, 1)


def test_an_operation_that_no_batch_machine_may_do_is_no_batch():
    (each,) = made("heat", load=2, alternatives=(Alternative("HT-02", 30),)).operations
    assert (each.load, each.alternatives[0].minutes) == (2, 75)
