"""Small plants whose problem is computed by hand, one for each thing that limits the work."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.planning.question import apply, pose
from app.records.floor import (
    Absence,
    BillLine,
    Changeover,
    Downtime,
    Floor,
    Receipt,
    Skill,
    Staffing,
    Transfer,
)
from app.records.message import Language
from app.records.plant import (
    Alternative,
    Assignment,
    Calendar,
    Facility,
    Item,
    Machine,
    MachineState,
    Name,
    Operation,
    OperationState,
    Order,
    Person,
    Plan,
    PlanState,
    Role,
    StockLine,
)
from app.records.scheduling import Fixed, Material, Weights
from app.records.verdict import Wish
from app.records.wish import Expedite
from app.settings import Planning, PlanWeights

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in the plant
DAY = Calendar("day", tuple((weekday, 8 * 60, 20 * 60) for weekday in range(6)))
ALWAYS = Calendar("always", tuple((weekday, 0, 1440) for weekday in range(7)))
HOUR = 12  # slots of 5 minutes
NOTHING = Floor()


def hours(n):
    return NOW + timedelta(hours=n)


def name(text):
    return Name(text, text, text)


def machine(code, kind, facility, **changes):
    fields = {"calendar": "always", "state": MachineState.RUNNING, "since": hours(-99)}
    return Machine(code, name(code), kind, facility, (), **{**fields, **changes})


def order(number, *operations, **changes):
    fields = {
        "customer": "c", "item": "KNIFE", "quantity": 100.0, "facility": "A", "release": hours(-24),
        "due": hours(72), "weight": 1, "on_hold": False,
    }  # fmt: skip
    made = tuple(
        Operation(number, n, name(kind), kind, minutes, OperationState.WAITING)
        for n, (kind, minutes) in enumerate(operations)
    )
    return Order(number, operations=made, **{**fields, **changes})


def changed(order, position=0, **changes):
    operations = tuple(replace(o, **changes) if o.position == position else o for o in order.operations)
    return replace(order, operations=operations)


def running(order, on, quantity=50.0):
    return changed(
        order, state=OperationState.RUNNING, machine=on, quantity_done=quantity, started_at=hours(-1)
    )


@dataclass
class Plant:
    """Two cutting machines in two facilities, a furnace; all that a test changes is a field."""

    all_orders: tuple = ()
    limits: Floor = NOTHING
    published: Plan | None = None
    all_machines: tuple = (
        machine("CU-1", "cut", "A"),
        machine("CU-2", "cut", "B"),
        machine("HT-1", "heat", "B", interruptible=False),
    )
    all_calendars: tuple = (ALWAYS, DAY)
    staff: tuple = ()
    planning: Planning = field(default_factory=Planning)

    def facilities(self):
        return (Facility("A", name("A"), (), "always"), Facility("B", name("B"), (), "always"))

    def calendars(self):
        return self.all_calendars

    def people(self, role=None, facility=None):
        return self.staff

    def items(self):
        kinds = (("KNIFE", "420"), ("FORK", "18-10"), ("SPOON", "304"), ("STEEL", ""), ("HANDLE", ""))
        return tuple(Item(code, name(code), "pcs", (), family) for code, family in kinds)

    def machines(self):
        return self.all_machines

    def orders(self):
        return self.all_orders

    def plan(self):
        return self.published

    def floor(self):
        return self.limits

    def asked(self, wish=Wish("plan"), now=NOW):
        return pose(self, wish, now, self.planning, ZONE)


def posed(*orders, **changes):
    return Plant(orders, **changes).asked()


def publish(*rows):
    return Plan("P-1", "solver", hours(-1), PlanState.PUBLISHED, tuple(Assignment(*row) for row in rows))


def modes(question, job=0, task=0):
    return {question.machines[m]: work for m, work in question.problem.jobs[job].tasks[task].modes}


# Machines.


def test_a_faster_machine_needs_less_time_and_a_slower_one_more():
    fast, slow = machine("CU-1", "cut", "A", speed=2.0), machine("CU-2", "cut", "B", speed=0.5)
    question = posed(order("SO-1", ("cut", 60)), all_machines=(fast, slow))
    assert modes(question) == {"CU-1": 6, "CU-2": 24}


def test_an_operation_that_names_its_machines_runs_on_those_alone_with_their_own_minutes():
    own = (Alternative("CU-2", 45), Alternative("GONE", 1))
    question = posed(changed(order("SO-1", ("cut", 60)), alternatives=own))
    assert modes(question) == {"CU-2": 9}
    none = posed(changed(order("SO-1", ("cut", 60)), alternatives=(Alternative("GONE", 1),)))
    assert none.unplannable == ("SO-1",)


def test_what_runs_on_a_machine_with_minutes_of_its_own_has_its_part_of_those_left():
    own = (Alternative("CU-1", 60), Alternative("CU-2", 120))
    half = running(changed(order("SO-1", ("cut", 60)), alternatives=own), "CU-2")
    assert modes(posed(half)) == {"CU-2": 12}


def test_an_operation_that_must_not_be_cut_needs_its_time_in_one_piece():
    long = order("SO-1", ("cut", 13 * 60))
    day = {"all_machines": (machine("CU-1", "cut", "A", calendar="day"),)}
    assert posed(long, **day).unplannable == ()
    assert posed(changed(long, interruptible=False), **day).unplannable == ("SO-1",)
    whole = posed(changed(order("SO-1", ("cut", 12 * 60)), interruptible=False), **day)
    assert not whole.problem.jobs[0].tasks[0].interruptible


def test_a_planned_stop_closes_its_machine_and_no_other():
    stop = Downtime("CU-1", hours(1), hours(2) + timedelta(minutes=2), "service")
    gone = Downtime("CU-2", hours(-3), hours(-2), "over")
    cut, other, _ = posed(order("SO-1", ("cut", 60)), limits=Floor(downtimes=(stop, gone))).problem.resources
    assert cut.closed == ((HOUR, 2 * HOUR + 1),)
    assert other.closed == ()


# Changeovers.


def test_changeovers_are_asymmetric_by_machine_type_and_elsewhere_the_plants_ordinary_time():
    given = (Changeover("cut", "420", "304", 40), Changeover("cut", "304", "420", 0))
    question = posed(order("SO-1", ("cut", 60)), limits=Floor(changeovers=given))
    assert question.families == ("18-10", "304", "420")
    assert question.problem.family_setup["cut"] == ((0, 3, 3), (3, 0, 0), (3, 8, 0))
    assert question.problem.family_setup["heat"] == ((0, 3, 3), (3, 0, 3), (3, 3, 0))


def test_a_changeover_within_a_family_can_take_time_too():
    given = (Changeover("cut", "420", "420", 10),)
    assert posed(limits=Floor(changeovers=given)).problem.family_setup["cut"][2][2] == 2


def test_a_machine_is_set_up_for_what_it_last_did_and_for_what_runs_on_it():
    machines = tuple(replace(m, mounted="18-10") for m in Plant().all_machines)
    question = posed(running(order("SO-1", ("cut", 60)), "CU-1"), all_machines=machines)
    assert [question.families[r.mounted] for r in question.problem.resources] == ["420", "18-10", "18-10"]
    unknown = posed(all_machines=(machine("CU-1", "cut", "A", mounted="copper"),))
    assert unknown.problem.resources[0].mounted is None


# Ways.


def test_ways_are_given_each_way_or_both_or_by_default():
    plant = Plant(
        (order("SO-1", ("cut", 60), facility="C"),),
        Floor(transfers=(Transfer("A", "B", 60), Transfer("C", "A", 30), Transfer("A", "C", 41))),
        planning=Planning(transfer_minutes=100),
    )
    question = plant.asked()
    assert question.facilities == ("A", "B", "C")
    assert question.problem.transfers == ((0, 12, 9), (12, 0, 20), (6, 20, 0))
    assert question.problem.jobs[0].home == 2


# Batches.


def furnace(batch, **changes):
    return (
        machine("HT-1", "heat", "B", batch=batch, **changes),
        machine("HT-2", "heat", "B", batch=batch // 2),
    )


def test_loads_go_where_they_fit_and_a_machine_says_how_many_it_takes():
    heated = changed(order("SO-1", ("heat", 240)), load=5)
    question = posed(heated, all_machines=furnace(8))
    assert [r.batch for r in question.problem.resources] == [8, 4]
    assert (modes(question), question.problem.jobs[0].tasks[0].load) == ({"HT-1": 48}, 5)
    small = posed(changed(order("SO-1", ("heat", 240)), load=4), all_machines=furnace(8))
    assert modes(small) == {"HT-1": 48, "HT-2": 48}


def test_more_than_any_machine_takes_runs_several_times():
    question = posed(changed(order("SO-1", ("heat", 240)), load=17), all_machines=furnace(8))
    assert (modes(question), question.problem.jobs[0].tasks[0].load) == ({"HT-1": 3 * 48}, 8)


def test_what_runs_together_in_a_furnace_ends_together():
    one = running(changed(order("SO-1", ("heat", 240)), load=3), "HT-1", 50.0)
    two = running(changed(order("SO-2", ("heat", 240)), load=4), "HT-1", 25.0)
    fork = running(changed(order("SO-3", ("heat", 120), item="FORK"), load=1), "HT-1", 50.0)
    fixed = {f.job: (f.start, f.end) for f in posed(one, two, all_machines=furnace(8)).problem.fixed}
    assert fixed == {0: (0, 36), 1: (0, 36)}
    apart = {f.job: (f.start, f.end) for f in posed(one, two, all_machines=furnace(6)).problem.fixed}
    assert apart == {0: (0, 24), 1: (24, 60)}  # 7 loads are more than 6
    other = {f.job: (f.start, f.end) for f in posed(one, fork, all_machines=furnace(8)).problem.fixed}
    assert other == {0: (0, 24), 1: (24 + 3, 24 + 3 + 12)}  # another family, after a changeover


def test_a_frozen_batch_stays_a_batch():
    plan = publish(*((f"SO-{n}", 0, "HT-1", hours(2), hours(6)) for n in (1, 2, 3)))
    orders = [changed(order(f"SO-{n}", ("heat", 240)), load=4) for n in (1, 2, 3)]
    question = posed(*orders, all_machines=furnace(8), published=plan)
    assert [(f.job, f.start, f.end) for f in question.problem.fixed] == [(0, 24, 72), (1, 24, 72)]
    assert [f.job for f in question.problem.current] == [2]


# People.

POLISH = (Skill("cut", "polish"),)
EARLY = Calendar("early", ((0, 480, 840), (1, 480, 840)))  # Monday and Tuesday, 08:00-14:00
LATE = Calendar("late", ((0, 840, 1200),))  # Monday, 14:00-20:00
SHIFTS = (Staffing("A", "polish", "early", 2), Staffing("A", "polish", "late", 1))


def test_people_are_counted_shift_by_shift_and_their_machine_is_closed_without_them():
    limits = Floor(skills=POLISH, staffing=SHIFTS)
    question = posed(order("SO-1", ("cut", 60)), limits=limits, all_calendars=(ALWAYS, DAY, EARLY, LATE))
    (crew,) = question.problem.crews
    week = 7 * 24 * HOUR
    first = ((0, 2), (4 * HOUR, 1), (10 * HOUR, 0), (22 * HOUR, 2), (28 * HOUR, 0), (week - 2 * HOUR, 2))
    assert crew.levels[:6] == first
    assert crew.levels[-1] == (56 * 24 * HOUR, 3)  # beyond the grid nobody is missing
    assert question.crews == (("A", "polish"),)
    cut, elsewhere, heat = question.problem.resources
    assert (cut.crew, elsewhere.crew, heat.crew) == (0, None, None)
    assert cut.closed[:2] == ((10 * HOUR, 22 * HOUR), (28 * HOUR, week - 2 * HOUR))
    assert elsewhere.closed == ()


def test_a_crew_of_nobody_runs_no_machine():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 0),))
    here = (machine("CU-1", "cut", "A"),)
    question = posed(order("SO-1", ("cut", 60)), limits=limits, all_machines=here)
    assert question.problem.resources[0].closed == ((0, 56 * 24 * HOUR),)
    assert question.unplannable == ("SO-1",)


def somebody(skills, shift="", facility="A"):
    return Person("lau", "Lau", facility, Role.OPERATOR, Language.YUE, skills, shift)


@pytest.mark.parametrize(
    ("person", "levels"),
    [
        (somebody(("polish",)), ((0, 2), (3 * HOUR, 1), (4 * HOUR, 0), (5 * HOUR, 1))),
        (somebody(("polish",), "early"), ((0, 2), (3 * HOUR, 1), (10 * HOUR, 0))),
        (somebody(("polish",), "late"), ((0, 2), (4 * HOUR, 0), (5 * HOUR, 1))),
        (somebody(("grind",)), ((0, 2), (4 * HOUR, 1), (10 * HOUR, 0))),
        (somebody(("polish",), facility="B"), ((0, 2), (4 * HOUR, 1), (10 * HOUR, 0))),
    ],
    ids=["any shift", "early", "late", "other skill", "other facility"],
)
def test_an_absence_lowers_the_crew_in_the_persons_shift(person, levels):
    away = Absence("lau", hours(3), hours(5))
    limits = Floor(skills=POLISH, staffing=SHIFTS, absences=(away,))
    question = posed(limits=limits, staff=(person,), all_calendars=(ALWAYS, DAY, EARLY, LATE))
    assert question.problem.crews[0].levels[: len(levels)] == levels


def test_who_runs_a_machine_now_is_there():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 1),))
    machines = (machine("CU-1", "cut", "A"), machine("CU-2", "cut", "A"))
    pair = [running(order(f"SO-{n}", ("cut", 120)), f"CU-{n}") for n in (1, 2)]
    question = posed(*pair, limits=limits, all_machines=machines)
    assert question.problem.crews[0].levels == ((0, 2), (HOUR, 1))


def test_what_is_frozen_must_find_its_people():
    limits = Floor(skills=POLISH, staffing=(Staffing("A", "polish", "always", 1),))
    machines = (machine("CU-1", "cut", "A"), machine("CU-2", "cut", "A"))
    plan = publish(*((f"SO-{n}", 0, f"CU-{n}", hours(n), hours(n) + timedelta(minutes=90)) for n in (1, 2)))
    pair = [order(f"SO-{n}", ("cut", 90)) for n in (1, 2)]
    question = posed(*pair, limits=limits, all_machines=machines, published=plan)
    assert question.problem.fixed == (Fixed(0, 0, 0, 12, 30),)
    enough = replace(limits, staffing=(Staffing("A", "polish", "always", 2),))
    assert len(posed(*pair, limits=enough, all_machines=machines, published=plan).problem.fixed) == 2


# Materials.


def stock(item, facility, quantity, on_hold=0.0):
    return StockLine(item, facility, quantity, on_hold, "", NOW)


STEEL = (BillLine("KNIFE", 0, "STEEL", 0.24),)


def test_free_stock_counts_now_where_it_is_used_and_after_the_way_elsewhere():
    limits = Floor(
        bill=STEEL,
        stock=(stock("STEEL", "A", 50, 20), stock("STEEL", "B", 7.5), stock("HANDLE", "A", 9)),
        receipts=(Receipt("STEEL", "A", 10, hours(5)), Receipt("STEEL", "B", 1, hours(5))),
        transfers=(Transfer("A", "B", 60),),
    )
    here = (machine("CU-1", "cut", "A"),)
    question = posed(order("SO-1", ("cut", 60)), limits=limits, all_machines=here)
    steel = Material("STEEL", 30_000, ((HOUR, 7_500), (5 * HOUR, 10_000), (6 * HOUR, 1_000)))
    assert question.problem.materials == (steel,)
    assert question.problem.jobs[0].tasks[0].needs == ((0, 24_000),)
    both = posed(order("SO-1", ("cut", 60)), limits=limits)
    assert both.problem.materials == (Material("STEEL", 37_500, ((5 * HOUR, 11_000),)),)


def test_a_receipt_that_is_overdue_is_taken_to_come_a_day_from_now():
    limits = Floor(bill=STEEL, receipts=(Receipt("STEEL", "A", 30, hours(-2)),))
    question = posed(order("SO-1", ("cut", 60)), limits=limits)
    assert question.problem.materials == (Material("STEEL", 0, ((24 * HOUR, 30_000),)),)


def test_what_has_begun_has_its_material():
    limits = Floor(bill=STEEL)
    question = posed(running(order("SO-1", ("cut", 60)), "CU-1"), limits=limits)
    assert (question.problem.materials, question.short) == ((), ())


def test_orders_that_no_supply_can_serve_are_left_out_the_last_due_first():
    limits = Floor(bill=STEEL, stock=(stock("STEEL", "A", 50),))
    orders = [order(f"SO-{n}", ("cut", 60), due=hours(20 + n)) for n in (1, 2, 3)]
    question = posed(*orders, limits=limits)
    assert [o.number for o in question.orders] == ["SO-1", "SO-2"]
    assert question.short == (("SO-3", "STEEL"),)
    rush = Plant(tuple(orders), limits).asked(Wish("SO-3 first", None, (Expedite("SO-3"),)))
    assert rush.short == (("SO-2", "STEEL"),)
    smaller = [*orders[:2], order("SO-3", ("cut", 60), quantity=8.0)]
    assert posed(*smaller, limits=limits).short == ()


def test_what_is_frozen_must_find_its_material():
    limits = Floor(
        bill=STEEL, stock=(stock("STEEL", "A", 24),), receipts=(Receipt("STEEL", "A", 24, hours(3)),)
    )
    early = publish(("SO-1", 0, "CU-1", hours(1), hours(2)), ("SO-2", 0, "CU-1", hours(2), hours(3)))
    late = publish(("SO-1", 0, "CU-1", hours(1), hours(2)), ("SO-2", 0, "CU-1", hours(3), hours(4)))
    pair = [order(f"SO-{n}", ("cut", 60)) for n in (1, 2)]
    assert [f.job for f in posed(*pair, limits=limits, published=early).problem.fixed] == [0]
    assert [f.job for f in posed(*pair, limits=limits, published=late).problem.fixed] == [0, 1]


# Hours.


def test_breaks_close_and_overtime_opens_at_a_price():
    calendar = replace(DAY, breaks=((0, 750, 795),), overtime=((0, 1170, 1290),))
    question = posed(all_machines=(machine("CU-1", "cut", "A", calendar="day"),), all_calendars=(calendar,))
    (cut,) = question.problem.resources
    assert cut.closed[:2] == ((30, 39), (138, 264))  # 12:30-13:15; 21:30 until Tuesday 08:00
    assert cut.overtime[0] == (120, 138)  # 20:00-21:30: what is open anyway costs nothing extra


def test_overtime_ends_where_a_machine_stands_still():
    calendar = replace(DAY, overtime=((0, 1200, 1320),))
    stop = Downtime("CU-1", hours(11), hours(14), "")
    question = posed(
        all_machines=(machine("CU-1", "cut", "A", calendar="day"),),
        all_calendars=(calendar,),
        limits=Floor(downtimes=(stop,)),
    )
    assert question.problem.resources[0].overtime[0] == (120, 132)


# What is near, what is frozen, what it costs.


def test_how_long_is_frozen_and_what_is_near_are_settings():
    plan = publish(("SO-1", 0, "CU-1", hours(5), hours(6)))
    waits = order("SO-1", ("cut", 60))
    assert posed(waits, published=plan).problem.fixed == ()
    longer = posed(waits, published=plan, planning=Planning(frozen_hours=5.5, near_hours=24))
    assert (longer.problem.fixed, longer.problem.near) == ((Fixed(0, 0, 0, 60, 72),), 24 * HOUR)
    assert posed(waits).problem.near == 48 * HOUR


def test_costs_of_a_minute_become_costs_of_a_slot():
    weights = PlanWeights(late=100, moved=50, setup=2, overtime=0, away=10, balance=1, makespan=0)
    fives = posed(planning=Planning(weights=weights)).problem.weights
    assert fives == Weights(objective=100, moved=10, setup=2, overtime=0, away=2, balance=1, makespan=0)
    tens = posed(planning=Planning(weights=weights, slot_minutes=10)).problem.weights
    assert tens == Weights(objective=100, moved=5, setup=2, overtime=0, away=1, balance=1, makespan=0)
    nothing = PlanWeights(late=0, moved=0, setup=0, overtime=0, away=0, balance=0, makespan=0)
    assert posed(planning=Planning(weights=nothing)).problem.weights == Weights(objective=0)


def test_by_default_the_costs_keep_the_order_of_the_objectives():
    w = posed().problem.weights
    late_slot, moved, slot_of_setup = w.objective, w.moved, w.setup
    assert late_slot > moved > slot_of_setup > w.balance > w.makespan > 0
    assert 0 < w.overtime < slot_of_setup


def test_a_rush_order_weighs_as_many_times_as_the_setting_says():
    plant = Plant((order("SO-1", ("cut", 60), weight=3),), planning=Planning(rush_factor=7))
    assert plant.asked().problem.jobs[0].weight == 3
    assert apply(plant.asked(), [Expedite("SO-1")]).problem.jobs[0].weight == 21


def test_an_order_due_before_it_is_released_is_late_and_planned():
    question = posed(order("SO-1", ("cut", 60), release=hours(10), due=hours(-5)))
    job = question.problem.jobs[0]
    assert (job.release, job.due) == (10 * HOUR, -5 * HOUR)
