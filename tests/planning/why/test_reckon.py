"""Questions about a small plant's own plan: what is left out, what stands still, what is lacking."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.outbound.shipped import read_catalogue
from app.planning.dispatch import dispatch
from app.planning.why.reckon import reckon
from app.planning.why.trials import Budget, drive
from app.records.answer import Say
from app.records.floor import BillLine, Downtime, Floor
from app.records.inquiry import CanDo, Promised, WhyLate
from app.records.message import Language
from app.records.plant import (
    Assignment,
    Facility,
    Item,
    Machine,
    MachineState,
    Name,
    Operation,
    OperationState,
    Order,
    Plan,
    PlanState,
    StockLine,
)
from app.settings import Planning

WORDS = read_catalogue("Asia/Hong_Kong")
ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in the plant
NAME = Name("x", "x", "x")
PLANNING = Planning(frozen_hours=0)
BILL = (BillLine("KN", 0, "STL", 1.0),)
WHAT = Say("words.intent.order_status")


def at(hours):
    return NOW + timedelta(hours=hours)


def order(number, quantity=100.0, *, due=4.0, minutes=120):
    made = Operation(number, 0, NAME, "grind", minutes, OperationState.WAITING)
    return Order(number, "c", "KN", quantity, "A", at(-9), at(due), 1, on_hold=False, operations=(made,))


class Facts:
    """One grinder that is always open, and the orders' plan: one after another from now on."""

    def __init__(self, *orders, floor=None, starts=(0, 2)):
        self._orders, self._floor = orders, floor or Floor()
        made = tuple(
            Assignment(o.number, 0, "GR-01", at(start), at(start + 2))
            for o, start in zip(orders, starts, strict=False)
        )
        self._plan = Plan("P-1", "solver", at(-1), PlanState.PUBLISHED, made)

    def facilities(self):
        return (Facility("A", NAME, (), ""),)

    def calendars(self):
        return ()

    def people(self, _role=None, _facility=None):
        return ()

    def items(self):
        return (Item("KN", NAME, "pcs", ()),)

    def machines(self):
        return (Machine("GR-01", NAME, "grind", "A", (), "", MachineState.RUNNING, at(-9)),)

    def orders(self):
        return self._orders

    def plan(self):
        return self._plan

    def floor(self):
        return self._floor


def tell(facts, inquiry):
    search = reckon(facts, inquiry, NOW, PLANNING, ZONE)
    say = drive(search, lambda problem, _limit_s: dispatch(problem), Budget())
    return WORDS.render(say, Language.EN, NOW)


def stock(quantity):
    return Floor(bill=BILL, stock=(StockLine("STL", "A", quantity, 0.0, "", NOW),))


def test_an_order_without_material_says_which_it_lacks():
    facts = Facts(order("SO-1"), order("SO-2"), floor=stock(150.0))
    lacks = "SO-2 is left out of the plan: there is not enough STL in stock or expected."
    assert tell(facts, WhyLate(("SO-2",))) == lacks
    assert tell(facts, Promised("SO-2")) == lacks
    assert "can be promised" in tell(facts, Promised("SO-1"))


def test_what_orders_need_is_not_there_for_one_that_is_asked_about():
    facts = Facts(order("SO-1"), floor=stock(150.0))
    assert "there is not enough STL" in tell(facts, CanDo("KN", 51.0, WHAT))
    assert "can be ready at" in tell(facts, CanDo("KN", 50.0, WHAT))


def test_a_stop_that_was_planned_is_told_as_a_stop():
    stop = Downtime("GR-01", at(1), at(6), "oil")
    said = tell(Facts(order("SO-1"), floor=Floor(downtimes=(stop,))), WhyLate(("SO-1",)))
    assert said.startswith("SO-1 is 3 h late: its own work takes 2 h, then GR-01 stands still for 5 h.")
    assert "On time if GR-01 runs again by 11:55 instead of 15:00" in said
