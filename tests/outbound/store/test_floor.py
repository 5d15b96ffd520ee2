"""What limits the work: from the file to the store and back, kept up to date, brought forward."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.outbound.store import SqlStore, open_store
from app.outbound.store.engine import migrate
from app.outbound.store.plant_file import read_plant
from app.outbound.store.plant_findings import findings
from app.records.action import MoveStock, ReportProgress
from app.records.errors import FileWrong
from app.records.floor import Changeover, Floor
from app.records.plant import Alternative, Assignment, MovementKind, OperationState, Plan, PlanState
from app.settings import shipped

DEMO = shipped("config") / "demo_plant.toml"
SMALL = Path(__file__).with_name("small_plant.toml")
PLANT = SMALL.read_text(encoding="utf-8")


def write(folder: Path, text: str = PLANT) -> Path:
    file = folder / "plant.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def small(store: SqlStore, tmp_path: Path) -> SqlStore:
    assert store.seed(write(tmp_path))
    return store


async def apply(store: SqlStore, action, key: str) -> None:
    await store.write(lambda book: book.apply(action, key))


async def test_all_of_it_comes_back_as_it_was_written(small: SqlStore, ticker):
    floor = await small.read(lambda f: f.floor())
    midnight = ticker.now - timedelta(hours=10)  # it is 10:00 in the plant
    assert {(c.before, c.after): c.minutes for c in floor.changeovers if c.minutes} == {
        ("420", "304"): 10, ("420", "18-10"): 20, ("304", "420"): 5, ("304", "18-10"): 15,
        ("18-10", "420"): 25, ("18-10", "304"): 20,
    }  # fmt: skip
    assert Changeover("press", "420", "420", 0) in floor.changeovers
    assert [(t.from_facility, t.to_facility, t.minutes) for t in floor.transfers] == [("A", "B", 45)]
    assert [(b.item, b.position, b.needs, b.per_piece) for b in floor.bill] == [("KNIFE", 0, "STEEL", 0.2)]
    assert [(s.item, s.facility, s.quantity) for s in floor.stock] == [("STEEL", "A", 10)]
    assert [(r.quantity, r.at - midnight) for r in floor.receipts] == [
        (20, timedelta(hours=18)), (30, timedelta(hours=32))
    ]  # fmt: skip
    assert [(s.machine_type, s.skill) for s in floor.skills] == [("press", "press")]
    assert [(s.facility, s.calendar, s.people) for s in floor.staffing] == [("A", "day", 2), ("B", "day", 1)]
    (absence,), (stop,) = floor.absences, floor.downtimes
    assert (absence.person, absence.start - midnight, absence.end - midnight) == (
        "lau", timedelta(hours=13), timedelta(days=2)
    )  # fmt: skip
    assert (stop.machine, stop.start - midnight, stop.end - stop.start, stop.note) == (
        "F1", timedelta(hours=32), timedelta(hours=2), "burner"
    )  # fmt: skip


async def test_people_machines_calendars_and_orders_keep_what_is_new(small: SqlStore):
    people, machines, calendars = await small.read(lambda f: (f.people(), f.machines(), f.calendars()))
    assert [(p.skills, p.shift) for p in people] == [((), ""), (("press", "grind"), "day")]
    assert [(m.code, m.speed, m.batch, m.mounted) for m in machines] == [
        ("F1", 1.0, 4, None), ("P1", 1.5, 1, "420"), ("P2", 1.0, 1, None)
    ]  # fmt: skip
    assert [(c.breaks, c.overtime) for c in calendars] == [(((0, 720, 780),), ((0, 1020, 1140),))]
    order = await small.read(lambda f: f.order("SO-1"))
    assert (order.lots_max, order.lot_min) == (2, 100)
    press, heat = order.operations
    assert (press.minutes, press.alternatives) == (75, (Alternative("P1", 75), Alternative("P2", 200)))
    assert (press.interruptible, press.load) == (True, 1)
    assert (heat.minutes, heat.interruptible, heat.load, heat.alternatives) == (240, False, 3, ())


async def test_an_empty_store_limits_nothing(store: SqlStore):
    assert await store.read(lambda f: f.floor()) == Floor()


async def test_a_plan_keeps_its_lots(small: SqlStore, ticker):
    rows = tuple(Assignment("SO-1", 0, "P1", ticker.now, ticker.now, lot) for lot in (0, 1))
    plan = Plan("P-1", "solver", ticker.now, PlanState.PROPOSED, rows)
    await small.write(lambda book: book.keep_plan(plan))
    assert (await small.read(lambda f: f.plan_named("P-1"))).assignments == rows


# Kept up to date.


def expected(store: SqlStore):
    return store.read(lambda f: [r.quantity for r in f.floor().receipts])


async def test_what_comes_is_expected_no_more_and_again_when_it_is_taken_back(small: SqlStore):
    come = MoveStock("STEEL", "A", MovementKind.RECEIPT, 35)
    await apply(small, come, "k")
    assert await expected(small) == [15]
    assert await small.write(lambda book: book.reverse(come, "k"))
    assert await expected(small) == [20, 30]


async def test_more_than_was_expected_leaves_nothing_to_expect(small: SqlStore):
    await apply(small, MoveStock("STEEL", "A", MovementKind.RECEIPT, 99), "k")
    assert await expected(small) == []


@pytest.mark.parametrize(
    "move",
    [
        MoveStock("STEEL", "B", MovementKind.RECEIPT, 35),
        MoveStock("KNIFE", "A", MovementKind.RECEIPT, 35),
        MoveStock("STEEL", "A", MovementKind.COUNT, 35),
        MoveStock("STEEL", "A", MovementKind.ISSUE, 5),
    ],
)
async def test_nothing_else_changes_what_is_expected(small: SqlStore, move: MoveStock):
    await apply(small, move, "k")
    assert await expected(small) == [20, 30]


async def mounted(store: SqlStore) -> list[str | None]:
    return [m.mounted for m in await store.read(lambda f: f.machines())]


async def test_a_machine_is_set_up_for_what_starts_on_it(small: SqlStore):
    await apply(small, ReportProgress("SO-1", 0, "started", machine="P2"), "one")
    assert await mounted(small) == [None, "420", "420"]
    await apply(small, ReportProgress("SO-1", 1, "finished", machine="F1"), "two")
    assert await mounted(small) == ["420", "420", "420"]


async def test_a_report_on_what_is_done_sets_no_machine_up(small: SqlStore, sql: Callable[..., list]):
    await apply(small, ReportProgress("SO-1", 0, "finished", machine="P2"), "one")
    sql("UPDATE machines SET mounted = '304'")
    await apply(small, ReportProgress("SO-1", 0, "progress", 5.0, "P2"), "two")
    assert await mounted(small) == ["304"] * 3


# Brought forward.

OLD = """
INSERT INTO calendars VALUES ('day', '[[0,480,1020]]', '["2026-12-25"]');
INSERT INTO facilities VALUES ('A', 'A', 'A', 'A', '[]', 'day');
INSERT INTO people VALUES ('lau', 'Lau', 'A', 'operator', 'yue', NULL);
INSERT INTO machines VALUES ('P1', 'P', 'P', 'P', 'press', 'A', '[]', 'day', 'running',
    '2026-01-01T00:00:00+00:00', NULL, '', true);
INSERT INTO items VALUES ('KNIFE', 'K', 'K', 'K', 'pcs', '[]', '420');
INSERT INTO orders VALUES ('SO-1', 'c', 'KNIFE', 9, 'A', '2026-01-01T00:00:00+00:00',
    '2026-01-09T00:00:00+00:00', 1, false);
INSERT INTO operations VALUES ('SO-1', 0, 'P', 'P', 'P', 'press', 30, 'waiting', 0, NULL, NULL, NULL, false)
"""


async def test_a_plant_of_the_revision_before_is_brought_forward_unlimited(url: str):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    migrate(engine, "0003")
    with engine.begin() as connection:
        for statement in OLD.split(";\n"):
            connection.execute(sa.text(statement))
    store = open_store(url)
    look = await store.read(lambda f: (f.people(), f.calendars(), f.machines(), f.orders(), f.floor()))
    (person,), (calendar,), (machine,), (order,), floor = look
    assert (person.skills, person.shift) == ((), "")
    assert (calendar.windows, calendar.days_off) == (((0, 480, 1020),), ("2026-12-25",))
    assert (calendar.breaks, calendar.overtime, calendar.work_days, calendar.holidays) == ((), (), (), "")
    assert (machine.speed, machine.batch, machine.mounted, machine.interruptible) == (1.0, 1, None, True)
    assert (order.lots_max, order.lot_min) == (1, 0)
    (step,) = order.operations
    assert (step.interruptible, step.load, step.alternatives) == (True, 1, ())
    assert (step.state, floor) == (OperationState.WAITING, Floor())
    store.close()


# What is wrong, and what should be looked at.


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("[0, 10, 20], [5", "[0, 10], [5", r"changeover\.0: .*the row of '420' has 2 minutes, not 3"),
    ("[[0, 10, 20], [5, 0, 15], ", "[[0, 10, 20], ", r"3 families need 3 rows of minutes, not 2"),
    ('families = ["420", "304"', 'families = ["420", "420"', r"family '420' is there twice"),
    ("[[0, 10, 20]", "[[0, -10, 20]", r"changeover\.0\.minutes\.0\.1"),
    ('[[changeover]]\ntype = "press"', '[[changeover]]\ntype = "pres"', r"no machine of type 'pres'"),
    ('[[skill]]\ntype = "press"', '[[skill]]\ntype = "heat2"', r"skill\.0\.type: .*'heat2'"),
    ('to_facility = "B"\nminutes', 'to_facility = "Z"\nminutes', r"transfer\.0\.to_facility: .*'Z'"),
    ('to_facility = "B"\nminutes', 'to_facility = "A"\nminutes', r"transfer\.0: .*from one"),
    ('needs = "STEEL"', 'needs = "GOLD"', r"material\.0\.needs: there is no item 'GOLD'"),
    ("position = 0", "position = 2", r"material\.0\.position: the route of 'KNIFE' has no operation 2"),
    ("per_piece = 0.2", "per_piece = 0", r"material\.0\.per_piece"),
    ('item = "STEEL"\nfacility = "A"', 'item = "STEEL"\nfacility = "Z"', r"receipt\.0\.facility"),
    ("quantity = 30", "quantity = 0", r"receipt\.0\.quantity"),
    ('calendar = "day"\npeople = 2', 'calendar = "dya"\npeople = 2', r"staffing\.0\.calendar: .*'dya'"),
    ("people = 2", "people = -1", r"staffing\.0\.people"),
    ('facility = "B"\nskill = "press"', 'facility = "A"\nskill = "press"', r"staffing\.1: 'A press day' is"),
    ('person = "lau"', 'person = "low"', r"absence\.0\.person: there is no person 'low'"),
    ('from_at = "13:00"\nto_days = 1', 'from_at = "13:00"\nto_days = -1', r"absence\.0: .*ends after"),
    ('machine = "F1"', 'machine = "F2"', r"downtime\.0\.machine: there is no machine 'F2'"),
    ('machine = "P2"', 'machine = "P9"', r"route\.0\.steps\.0\.machines\.1\.machine: .*'P9'"),
    ('machine = "P2"', 'machine = "F1"', r"steps\.0\.machines: 'F1' is of type 'heat', not 'press'"),
    ("minutes_per_100 = 30, ", "minutes_per_100 = 30, minutes = 3, ", r"steps\.0: .*either minutes_per"),
    ("minutes = 240", "minutes_per_100 = 240", r"steps\.1: .*what goes in loads takes minutes"),
    ("lot_min = 100", "lot_min = 251", r"order\.0\.lot_min: a lot of 251 is more than the order"),
    ("lots_max = 2", "lots_max = 0", r"order\.0\.lots_max"),
    ('mounted = "420"', 'mounted = "copper"', r"machine\.0\.mounted: no item is of family 'copper'"),
    ("speed = 1.5", "speed = 0", r"machine\.0\.speed"),
    ("batch = 4", "batch = 0", r"machine\.2\.batch"),
    ('shift = "day"', 'shift = "dawn"', r"person\.0\.shift: there is no calendar 'dawn'"),
    ('name = "day"', 'name = "day"\nholidays = "atlantis"', r"no list 'atlantis'; there are hong-kong, main"),
])  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path: Path, was, becomes, said):
    assert was in PLANT
    with pytest.raises(FileWrong, match=rf"(?s)plant\.toml: .*{said}"):
        read_plant(write(tmp_path, PLANT.replace(was, becomes, 1)))


def found(folder: Path, was: str = "", becomes: str = "") -> tuple[str, ...]:
    assert was in PLANT
    return findings(read_plant(write(folder, PLANT.replace(was, becomes, 1))))


def test_a_plant_in_order_has_nothing_to_look_at(tmp_path: Path):
    assert found(tmp_path) == ()
    assert findings(read_plant(DEMO)) == ()


def test_a_changeover_that_is_quicker_by_a_third_family_is_named(tmp_path: Path):
    (said,) = found(tmp_path, "[0, 10, 20]", "[0, 10, 26]")
    assert said == "changeovers of 'press': from '420' to '18-10' takes 26 min, but by '304' only 25 min"
    assert found(tmp_path, "[0, 10, 20]", "[0, 10, 25]") == ()


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ('"304", "18-10"]', '"304", "gold"]', "changeovers of 'press': no item is of family 'gold'"),
    ('skill = "press"\ncalendar = "day"\npeople = 1', 'skill = "weld"\ncalendar = "day"\npeople = 1',
     "machines of type 'press' in B need 'press', but no staffing counts them there"),
    ('skill = "press"\ncalendar = "day"\npeople = 1', 'skill = "weld"\ncalendar = "day"\npeople = 1',
     "staffing counts 'weld' in B, which no machine type needs"),
    ('{ type = "heat"', '{ type = "oven"', "the route of KNIFE needs 'oven', and no machine is of it"),
    ("batch = 4 }", "batch = 1 }", "no machine of type 'heat' takes a batch"),
    ('item = "KNIFE"\nquantity', 'item = "FORK"\nquantity', "order SO-1: there is no route for FORK"),
    ("due_days = 3", "due_days = -1", "order SO-1 is due before it is released"),
])  # fmt: skip
def test_what_should_be_looked_at_is_said(tmp_path: Path, was, becomes, said):
    assert any(said in sentence for sentence in found(tmp_path, was, becomes))
