"""The plant form: calendars, running jobs, mounted families, changeovers, transfers, weighted tardiness."""

from pydantic import Field

from app.planning.form_edge import Index, Published, Time, Weight, need, need_square, read
from app.planning.hours import merged
from app.records.scheduling import Job, Problem, Resource, Task


class _Machine(Published):
    id: Index
    name: str
    facility: str
    type: str
    closed: list[list[int]]
    busy_until: Time = 0
    family_mounted: Index | None = None
    interruptible: bool = True
    planned_downtime: list[int] | None = None


class _Mode(Published):
    machine: Index
    slots: Time


class _Operation(Published):
    type: str
    family: Index
    machines: list[_Mode] = Field(min_length=1)
    earliest: Time = 0


class _Order(Published):
    id: int | str
    weight: Weight
    release: Time
    due: int
    operations: list[_Operation] = Field(min_length=1)


class _Plant(Published):
    name: str = ""
    slot_minutes: int = Field(ge=1, le=1440)
    time_zero: str = ""
    horizon: Time = 0
    machines: list[_Machine] = Field(min_length=1)
    setup_slots: dict[str, list[list[Time]]] = Field(default_factory=dict)
    transfer_slots: dict[str, Time] = Field(default_factory=dict)
    orders: list[_Order] = Field(min_length=1)


def parse(document: object) -> Problem:
    """The problem, one unit being one slot; raises FileWrong naming the place that is wrong."""
    file = read(_Plant, document)
    places = sorted({machine.facility for machine in file.machines})
    resources = tuple(_resource(file, n, places) for n in range(len(file.machines)))
    return Problem(
        name=file.name,
        objective="total_weighted_tardiness",
        resources=resources,
        jobs=tuple(_job(file, n) for n in range(len(file.orders))),
        unit_s=file.slot_minutes * 60,
        family_setup=_setups(file),
        transfers=_transfers(file, places),
    )


def _resource(file: _Plant, n: int, places: list[str]) -> Resource:
    machine = file.machines[n]
    need(machine.id == n, f"machines[{n}].id: must be {n}, machines are numbered in order")
    for k, window in enumerate(machine.closed):
        fine = len(window) == 2 and 0 <= window[0] <= window[1]
        need(fine, f"machines[{n}].closed[{k}]: must be [from, to], from not after to")
    return Resource(
        name=machine.name,
        facility=places.index(machine.facility),
        type=machine.type,
        closed=merged((low, high) for low, high in machine.closed),
        interruptible=machine.interruptible,
        busy_until=machine.busy_until,
        mounted=machine.family_mounted,
    )


def _job(file: _Plant, n: int) -> Job:
    order = file.orders[n]
    tasks = tuple(_task(file, n, k) for k in range(len(order.operations)))
    return Job(str(order.id), tasks, release=order.release, due=order.due, weight=order.weight)


def _task(file: _Plant, n: int, k: int) -> Task:
    operation, where = file.orders[n].operations[k], f"orders[{n}].operations[{k}]"
    for mode in operation.machines:
        need(mode.machine < len(file.machines), f"{where}: there is no machine {mode.machine}")
    modes = tuple((mode.machine, mode.slots) for mode in operation.machines)
    return Task(modes, family=operation.family, earliest=operation.earliest)


def _setups(file: _Plant) -> dict[str, tuple[tuple[int, ...], ...]]:
    """Changeovers between different families; there is none inside a family."""
    used = [o.family for order in file.orders for o in order.operations]
    used += [m.family_mounted for m in file.machines if m.family_mounted is not None]
    setups: dict[str, tuple[tuple[int, ...], ...]] = {}
    for kind, matrix in file.setup_slots.items():
        need_square(matrix, len(matrix), f"setup_slots.{kind}")
        need(max(used) < len(matrix), f"setup_slots.{kind}: family {max(used)} has no row")
        setups[kind] = tuple(
            tuple(0 if a == b else time for b, time in enumerate(row)) for a, row in enumerate(matrix)
        )
    return setups


def _transfers(file: _Plant, places: list[str]) -> tuple[tuple[int, ...], ...]:
    for pair in file.transfer_slots:
        known = len(pair.split("-")) == 2 and set(pair.split("-")) <= set(places)
        need(known, f"transfer_slots.{pair}: must name two facilities of the machines, as 'A-B'")
    times = file.transfer_slots
    return tuple(tuple(times.get(f"{a}-{b}", times.get(f"{b}-{a}", 0)) for b in places) for a in places)
