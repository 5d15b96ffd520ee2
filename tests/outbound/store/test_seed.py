"""The demo plant as the rest of the house relies on it, and files that are wrong."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from app.outbound.store import SqlStore, open_store
from app.outbound.store.plant_file import read_plant
from app.outbound.store.seed import seed
from app.records.errors import FileWrong, OwnFault
from app.records.pin import verify_pin
from app.records.plant import MachineState, OperationState, Role
from app.settings import shipped

DEMO = shipped("config") / "demo_plant.toml"


async def test_the_plant_has_its_sites_people_and_machines(plant: SqlStore):
    facts = await plant.read(lambda f: (f.facilities(), f.people(), f.machines(), f.calendars()))
    facilities, people, machines, calendars = facts
    assert [f.code for f in facilities] == ["A", "B", "C"]
    assert Counter(p.role for p in people) == {
        Role.OPERATOR: 11, Role.SUPERVISOR: 3, Role.PLANNER: 1, Role.QUALITY: 1, Role.IT: 1, Role.AUDITOR: 1
    }  # fmt: skip
    assert Counter(m.facility for m in machines) == {"A": 7, "B": 8, "C": 9}
    assert [m.code for m in machines if not m.interruptible] == ["HT-01", "HT-02"]
    hours = {c.name: sum(end - start for _, start, end in c.windows) // 60 for c in calendars}
    assert {hours[m.calendar] for m in machines if m.code.startswith("HT")} == {7 * 24}
    assert {hours[m.calendar] for m in machines if not m.code.startswith("HT")} == {6 * 12}
    assert {year for c in calendars for year in {day[:4] for day in c.days_off}} == {"2026", "2027"}


async def test_people_are_found_by_role_and_facility(plant: SqlStore):
    leads = await plant.read(lambda f: f.people(Role.SUPERVISOR))
    assert {p.userid: p.facility for p in leads} == {
        "lee.wai-man": "A",
        "wong.ka-yan": "B",
        "ho.chi-keung": "C",
    }
    assert {p.facility for p in await plant.read(lambda f: f.people(facility="B"))} == {"B"}
    assert await plant.read(lambda f: f.people(Role.PLANNER, "C")) == ()
    person = await plant.read(lambda f: f.person("chan.siu-ming"))
    assert person is not None
    assert (person.facility, person.role, person.language) == ("A", Role.OPERATOR, "yue")
    assert await plant.read(lambda f: f.person("Chan.Siu-Ming")) is None


async def test_pins_open_for_those_who_lead(plant: SqlStore):
    for userid in ("lee.wai-man", "wong.ka-yan", "ho.chi-keung", "ng.mei-ling", "lam.suk-fan"):
        stored = await plant.pin_hash(userid)
        assert stored is not None
        assert "2468" not in stored
        assert verify_pin("2468", stored)
        assert not verify_pin("2469", stored)
    assert await plant.pin_hash("nobody") is None


async def test_items_have_names_in_every_script_and_stock(plant: SqlStore):
    items = await plant.read(lambda f: f.items())
    assert len(items) == 22
    assert all(i.name.en and i.name.hans and i.name.hant and len(i.aliases) >= 2 for i in items)
    lines = {i.code: await plant.read(lambda f, c=i.code: f.stock(c)) for i in items}
    assert all(lines.values())
    assert all(line.bin and line.quantity >= line.on_hold for found in lines.values() for line in found)
    assert [line.facility for line in lines["KN-STEAK"]] == sorted(
        line.facility for line in lines["KN-STEAK"]
    )
    chef = await plant.read(lambda f: f.item("KN-CHEF-8"))
    assert chef is not None
    assert chef.unit == "pcs"
    assert await plant.read(lambda f: (f.item("kn-chef-8"), f.stock("NO"), f.machine("ZZ"))) == (
        None,
        (),
        None,
    )


async def test_orders_are_current_on_the_day_of_loading(plant: SqlStore, ticker):
    orders = await plant.read(lambda f: f.orders())
    assert len(orders) == 25
    assert [o.due for o in orders] == sorted(o.due for o in orders)
    assert all(3 <= len(o.operations) <= 6 for o in orders)
    assert all([op.position for op in o.operations] == list(range(len(o.operations))) for o in orders)
    assert orders[-1].due > ticker.now + timedelta(days=5)
    assert min(o.due for o in orders) > ticker.now - timedelta(days=3)
    states = Counter(op.state for o in orders for op in o.operations)
    assert min(states[state] for state in OperationState) >= 5
    chef = await plant.read(lambda f: f.order("SO-1042"))
    assert chef is not None
    assert (chef.quantity, chef.item, chef.on_hold) == (600, "KN-CHEF-8", False)
    assert await plant.read(lambda f: f.order("SO-9999")) is None


async def test_what_runs_runs_on_one_machine_that_can_do_it(plant: SqlStore):
    orders, machines = await plant.read(lambda f: (f.orders(), {m.code: m for m in f.machines()}))
    running = [op for o in orders for op in o.operations if op.state is OperationState.RUNNING]
    assert all(op.machine and machines[op.machine].type == op.machine_type for op in running)
    assert max(Counter(op.machine for op in running).values()) == 1
    assert all(machines[op.machine].state is not MachineState.DOWN for op in running if op.machine)
    for order in orders:
        states = [op.state for op in order.operations]
        assert states == sorted(states, key=["done", "running", "waiting"].index)


async def test_one_request_waits_and_one_case_is_open(plant: SqlStore):
    (request,) = await plant.read(lambda f: f.requests())
    lead = await plant.read(lambda f: f.person(request.lead))
    assert lead is not None
    assert (request.number, lead.facility, lead.role) == ("R-0001", request.to_facility, Role.SUPERVISOR)
    (case,) = await plant.read(lambda f: f.cases())
    assert case.number == "Q-0001"
    assert await plant.read(lambda f: (f.case("Q-0001"), f.request("R-0001"))) == (case, request)
    assert await plant.read(lambda f: (f.case("Q-1"), f.request("X-0001"), f.case("Q-0002"))) == (
        None,
        None,
        None,
    )
    held = [line.on_hold for line in await plant.read(lambda f: f.stock(case.item or ""))]
    assert case.held == sum(held)


async def test_names_change_with_the_tables_and_not_with_stock(store: SqlStore, make):
    assert store.names().version == 0
    store.seed(DEMO)
    names = store.names()
    assert (names.version, len(names.orders), len(names.machines)) == (1, 25, 24)
    assert names.orders[0] == "SO-1031"
    await make.begun(store)
    assert await store.read(lambda f: (f.names_version(), f.names())) == (1, names)


def test_a_plant_that_is_there_is_not_loaded_over(plant: SqlStore):
    before = plant.names()
    assert not plant.seed(DEMO)
    assert plant.names() == before


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ('time_zone = "Asia/Hong_Kong"', 'time_zone = "Asia/Kowloon_Bay"', "time_zone"),
    ('role = "supervisor"', 'role = "boss"', r"person\.\d+\.role"),
    ('role = "supervisor"', 'role = "supervisor"\nnickname = "x"', r"person\.\d+\.nickname"),
    ("due_days = 4", "due_days = 4.5", r"order\.\d+\.due_days"),
    ("[[calendar]]", "[[calendar", "not TOML"),
    ('start = "08:00"', 'start = "8 am"', r"calendar\.0\.windows"),
    ('start = "08:00"', 'start = "20:00"', r"calendar\.0\.windows\.0: .*ends after it starts"),
    ('"2026-12-31"', '"2026-13-01"', r"calendar\.0\.days_off\.0"),
    ('"2026-12-31"', '"20261231"', r"calendar\.0\.days_off\.0"),
    ('calendar = "day"', 'calendar = "night"', r"facility\.0\.calendar: there is no calendar 'night'"),
    ('facility = "A"', 'facility = "Z"', r"person\.0\.facility: there is no facility 'Z'"),
    ('facility = "A", quantity = 620', 'facility = "Z", quantity = 620', r"item\.\d+\.stock\.0\.facility:"),
    ('facility = "A", quantity = 620', 'facility = "C", quantity = 620', r"item\.\d+\.stock\.2: 'C' is t"),
    ("quantity = 620", "quantity = 620, on_hold = 621", r"item\.\d+\.stock\.0: .*more is on hold"),
    ("quantity = 620", "quantity = inf", r"item\.\d+\.stock\.0\.quantity"),
    ('userid = "wong.ka-yan"', 'userid = "lee.wai-man"', r"person\.1: 'lee.wai-man' is there twice"),
    ('item = "KN-CHEF-8"', 'item = "KN-CHEF-9"', r"order\.\d+\.item: there is no item 'KN-CHEF-9'"),
    ('items = ["', 'items = ["NO", "', r"route\.0\.items\.0: there is no item 'NO'"),
    ('asked_by = "', 'asked_by = "no', r"request\.0\.asked_by: there is no person"),
    ("due_days = 4", "due_days = 4000000", r"order\.\d+\.due_days"),
])  # fmt: skip
def test_a_file_that_is_wrong_is_named_with_its_key(store: SqlStore, tmp_path: Path, was, becomes, said):
    file = tmp_path / "plant.toml"
    text = DEMO.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(FileWrong, match=rf"plant\.toml: .*{said}"):
        store.seed(file)
    assert store.names().version == 0


def test_a_file_that_is_not_there_is_named(store: SqlStore, tmp_path: Path):
    with pytest.raises(FileWrong, match="nowhere"):
        store.seed(tmp_path / "nowhere.toml")


def test_a_plant_that_the_tables_refuse_leaves_the_store_empty(url: str):
    plant = read_plant(DEMO)
    wrong = plant.model_copy(update={"order": (*plant.order, plant.order[0])})
    store = open_store(url)
    with pytest.raises(OwnFault):
        store._writer.submit(lambda book: seed(book, wrong, store._clock())).result(10)
    assert store.names().items == ()
    assert store.seed(DEMO)
    store.close()
