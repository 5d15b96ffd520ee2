"""The plant as it is becomes a scheduling problem."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.asked import Question
from app.planning.board import Board
from app.planning.calendars import Grid, grid_from, machine_hours
from app.planning.shop import Shop, open_shop
from app.ports import Facts
from app.records.plant import Facility, Machine, Operation, OperationState, Order, Plan
from app.records.scheduling import Fixed, Job, Problem, Resource, Task
from app.records.verdict import Wish
from app.settings import Planning

TRANSFER = timedelta(minutes=90)
"""Between two facilities."""

CHANGEOVER = timedelta(minutes=15)
"""Between two operations on a machine whose items are of different families."""

FROZEN = timedelta(hours=4)
"""Operations of the published plan that begin within this time stay where they are."""

RUSH = 10
"""An expedited order weighs this many times its weight."""


def pose(facts: Facts, wish: Wish, now: datetime, planning: Planning, zone: ZoneInfo) -> Question:
    """The question of what to run where and when, for every order that is not done or on hold.

    An operation may run on any machine of its type in any facility; the order's own facility is
    preferred where it costs no time. Operations before the last one that was begun count as done.
    Expedited orders are due at `wish.by`, at once where it names no time.
    """
    grid = grid_from(now, planning.slot_minutes, 2 * planning.horizon_days, zone)
    plant = _Plant(facts, grid, now)
    orders = [order for order in facts.orders() if _rest(order)]
    held = tuple(order.number for order in orders if order.on_hold)
    jobs = [(order, plant.job(order, wish)) for order in orders if not order.on_hold]
    planned = [(order, job) for order, job in jobs if all(task.modes for task in job.tasks)]
    question = Question(
        problem=plant.problem(tuple(job for _, job in planned)),
        now=now,
        origin=grid.origin,
        slot=grid.slot,
        orders=tuple(order for order, _ in planned),
        positions=tuple(tuple(o.position for o in _rest(order)) for order, _ in planned),
        machines=tuple(machine.code for machine in plant.machines),
        wish=wish,
        published=facts.plan(),
        begun=tuple(_begun(order for order, _ in planned)),
        on_hold=held,
        unplannable=tuple(order.number for order, job in jobs if not all(task.modes for task in job.tasks)),
        frozen=FROZEN,
    )
    return _with_places(question, grid)


def _rest(order: Order) -> tuple[Operation, ...]:
    """The operations still to do, from the last one that was begun."""
    operations = sorted(order.operations, key=lambda o: o.position)
    begun = [n for n, o in enumerate(operations) if o.state is not OperationState.WAITING]
    first = begun[-1] if begun else 0
    return tuple(o for o in operations[first:] if o.state is not OperationState.DONE)


def _begun(orders: Iterable[Order]) -> Iterable[tuple[str, int, datetime]]:
    for order in orders:
        for o in _rest(order):
            if o.state is OperationState.RUNNING and o.machine and o.started_at:
                yield order.number, o.position, o.started_at


class _Plant:
    """Facts and grid, as the parts of a problem."""

    def __init__(self, facts: Facts, grid: Grid, now: datetime) -> None:
        self._grid, self._now = grid, now
        self.machines = facts.machines()
        facilities = {f.code: f for f in facts.facilities()}
        self._places = {code: n for n, code in enumerate(facilities)}
        calendars = {c.name: c for c in facts.calendars()}
        self._closed = [
            machine_hours(m, calendars.get(m.calendar) or calendars.get(_calendar(m, facilities)), grid, now)
            for m in self.machines
        ]
        self._room = [_room(m, c, grid.slots) for m, c in zip(self.machines, self._closed, strict=True)]
        families = sorted({item.family for item in facts.items() if item.family})
        self._families = {item.code: families.index(item.family) for item in facts.items() if item.family}
        self._family_count = len(families)

    def problem(self, jobs: tuple[Job, ...]) -> Problem:
        """Everything but what is fixed."""
        setup = self._grid.work(CHANGEOVER / timedelta(minutes=1))
        size = range(self._family_count)
        matrix = tuple(tuple(0 if a == b else setup for b in size) for a in size)
        return Problem(
            name="plant",
            objective="total_weighted_tardiness",
            resources=tuple(self._resource(n) for n in range(len(self.machines))),
            jobs=jobs,
            unit_s=int(self._grid.slot.total_seconds()),
            transfer=self._grid.work(TRANSFER / timedelta(minutes=1)),
            family_setup={m.type: matrix for m in self.machines} if matrix else {},
        )

    def _resource(self, n: int) -> Resource:
        machine = self.machines[n]
        return Resource(
            name=machine.code,
            facility=self._place(machine.facility),
            type=machine.type,
            closed=self._closed[n],
            interruptible=machine.interruptible,
        )

    def _place(self, facility: str) -> int:
        return self._places.setdefault(facility, len(self._places))

    def job(self, order: Order, wish: Wish) -> Job:
        """An order; a task has no modes when no machine can do it."""
        rest, rush = _rest(order), order.number in wish.expedite
        due = self._grid.floor(order.due)
        if rush:
            due = self._grid.floor(wish.by) if wish.by else 0
        begun = rest[0].state is OperationState.RUNNING
        return Job(
            name=order.number,
            tasks=tuple(self._task(order, operation) for operation in rest),
            release=0 if begun else max(0, self._grid.ceil(order.release)),
            due=due,
            weight=order.weight * (RUSH if rush else 1),
            home=self._place(order.facility),
        )

    def _task(self, order: Order, operation: Operation) -> Task:
        work = self._grid.work(_left(order, operation, self._now))
        return Task(self._modes(order, operation, work), family=self._families.get(order.item))

    def _modes(self, order: Order, operation: Operation, work: int) -> tuple[tuple[int, int], ...]:
        """Where it runs now; else every machine of the type that is open for long enough, home first."""
        if operation.state is OperationState.RUNNING:
            here = [n for n, machine in enumerate(self.machines) if machine.code == operation.machine]
            if here:
                return ((here[0], work),)
        able = [n for n, m in enumerate(self.machines) if m.type == operation.machine_type]
        able = [n for n in able if work <= self._room[n]]
        able.sort(key=lambda n: self.machines[n].facility != order.facility)
        return tuple((n, work) for n in able)


def _room(machine: Machine, closed: Sequence[tuple[int, int]], slots: int) -> int:
    """Slots of work that fit: all open time, or the longest piece where work must not be cut."""
    edges = [0, *(edge for window in closed for edge in window), slots]
    pieces = [high - low for low, high in zip(edges[::2], edges[1::2], strict=True)]
    return sum(pieces) if machine.interruptible else max(pieces)


def _calendar(machine: Machine, facilities: dict[str, Facility]) -> str:
    facility = facilities.get(machine.facility)
    return facility.calendar if facility else ""


def _left(order: Order, operation: Operation, now: datetime) -> float:
    """Minutes of work left: by the quantity done where one was reported, else by the time it has run."""
    if operation.state is not OperationState.RUNNING:
        return operation.minutes
    if operation.quantity_done > 0 and order.quantity > 0:
        return operation.minutes * max(0.0, 1 - operation.quantity_done / order.quantity)
    ran = (now - operation.started_at) / timedelta(minutes=1) if operation.started_at else 0.0
    return operation.minutes - max(0.0, ran)


def _with_places(question: Question, grid: Grid) -> Question:
    """With running and frozen operations fixed, and the published plan's places beside."""
    shop = open_shop(question.problem)
    board = Board(shop)
    _place_running(shop, board, question)
    if question.published is not None:
        _place_frozen(shop, board, question, grid)
    fixed = tuple(Fixed(s.job, s.task, s.machine, s.start, s.end) for _, s in sorted(board.slots.items()))
    current = tuple(_current(question, grid, set(board.slots), shop)) if question.published else ()
    return replace(question, problem=replace(question.problem, fixed=fixed, current=current))


def _place_running(shop: Shop, board: Board, question: Question) -> None:
    """Each goes on where it runs, as soon as the machine is open; two on one machine follow each other."""
    begun = [
        (o.started_at or question.now, shop.number(job, 0))
        for job, order in enumerate(question.orders)
        for o in _rest(order)[:1]
        if o.state is OperationState.RUNNING and o.machine in question.machines
    ]
    for _, number in sorted(begun):
        machine, work = shop.steps[number].modes[0]
        board.put(number, machine, *board.earliest(number, machine, work, 0))


def _place_frozen(shop: Shop, board: Board, question: Question, grid: Grid) -> None:
    """Operations of the published plan that begin soon stay, where that is still legal."""
    for number, machine, start, _ in _published(question, grid, shop):
        if number in board.slots or not 0 <= start < FROZEN // grid.slot:
            continue
        task, work = shop.steps[number].task, dict(shop.steps[number].modes).get(machine)
        if work is None or (task and number - 1 not in board.slots):
            continue
        ready = max(start, board.ready(number, machine))
        place = board.earliest(number, machine, work, ready)
        if place[0] == start:
            board.put(number, machine, *place)


def _published(question: Question, grid: Grid, shop: Shop) -> list[tuple[int, int, int, int]]:
    """Number, machine, start and end of the published plan's operations that are in the question."""
    numbers = {
        (order.number, position): shop.number(job, task)
        for job, order in enumerate(question.orders)
        for task, position in enumerate(question.positions[job])
    }
    machines = {code: n for n, code in enumerate(question.machines)}
    plan: Plan | None = question.published
    return [
        (numbers[a.order, a.position], machines[a.machine], grid.floor(a.start), grid.ceil(a.end))
        for a in sorted(plan.assignments if plan else (), key=lambda a: a.start)
        if (a.order, a.position) in numbers and a.machine in machines
    ]


def _current(question: Question, grid: Grid, fixed: set[int], shop: Shop) -> Iterable[Fixed]:
    for number, machine, start, end in _published(question, grid, shop):
        if number not in fixed:
            step = shop.steps[number]
            yield Fixed(step.job, step.task, machine, max(0, start), max(0, end))
