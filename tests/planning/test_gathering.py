"""A day's facts as they are gathered from the plant: hours, overtime, stops, changeovers."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.kpi import gather
from app.records.floor import Changeover, Downtime, Floor
from app.records.plant import Calendar, Facility, Machine, MachineState, Name

ZONE = ZoneInfo("Asia/Hong_Kong")
DAY = date(2026, 11, 23)  # a Monday
LOW = datetime(2026, 11, 22, 16, tzinfo=UTC)
NAME = Name("n", "n", "n")
EVENING = (1080, 1200)


def at(hour):
    """An hour of the day in plant time."""
    return LOW + timedelta(hours=hour)


class Facts:
    """One facility of one machine, that works by day with a break and overtime in the evening."""

    def __init__(self, machine, *, floor=None, overtime=((0, *EVENING),)):
        self._machine, self._floor = machine, floor or Floor()
        self._day = Calendar("day", ((0, 480, 1080),), breaks=((0, 720, 780),), overtime=overtime)

    def facilities(self):
        return (Facility("A", NAME, (), "day"),)

    def calendars(self):
        return (self._day,)

    def machines(self):
        return (self._machine,)

    def floor(self):
        return self._floor

    def items(self):
        return ()

    def orders(self):
        return ()

    def in_force(self, _low, _high):
        return ()

    def orders_between(self, _low, _high):
        return ()


def grinder(state=MachineState.RUNNING, since=9, calendar=""):
    return Machine("GR-01", NAME, "grind", "A", (), calendar, state, at(since))


def gathered(facts, now=24.0):
    return gather(facts, DAY, at(now), ZONE, 15)


def only(facts, now=24.0):
    (machine,) = gathered(facts, now).machines
    return machine


def spans(*hours):
    return tuple((at(a), at(b)) for a, b in hours)


def test_open_hours_are_without_breaks_and_with_overtime_which_is_told_apart():
    found = only(Facts(grinder()))
    assert (found.open, found.overtime, found.down) == (spans((8, 12), (13, 20)), spans((18, 20)), ())


def test_where_no_overtime_is_ever_worked_none_is_known_of():
    assert only(Facts(grinder(), overtime=())).overtime is None
    assert only(Facts(grinder(), overtime=((1, *EVENING),))).overtime == (), "on other days it is"


def test_hours_end_now():
    assert only(Facts(grinder()), now=10).open == spans((8, 10))


def test_planned_stops_are_no_open_time_and_sudden_ones_are():
    stops = (Downtime("GR-01", at(14), at(15), "oil"), Downtime("GR-02", at(16), at(17), "oil"))
    found = only(Facts(grinder(), floor=Floor(downtimes=stops)))
    assert found.open == spans((8, 12), (13, 14), (15, 20))
    found = only(Facts(grinder(MachineState.MAINTENANCE)), now=15)
    assert (found.open, found.down) == (spans((8, 9)), ())
    found = only(Facts(grinder(MachineState.DOWN)), now=15)
    assert (found.open, found.down) == (spans((8, 12), (13, 15)), spans((9, 15)))


def test_changeovers_take_what_the_plant_says_and_else_its_ordinary_time():
    floor = Floor(changeovers=(Changeover("grind", "304", "420", 40),))
    minutes = gathered(Facts(grinder(), floor=floor)).changeover_min
    assert (minutes("grind", "304", "420"), minutes("grind", "420", "304")) == (40, 15)
    assert (minutes("press", "304", "420"), minutes("grind", "304", "304")) == (15, 0)
