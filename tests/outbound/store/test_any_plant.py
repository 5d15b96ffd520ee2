"""Any plant that can be loaded becomes a problem that a dispatch rule answers and the checker accepts."""

import tempfile
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.outbound.store import open_store
from app.outbound.store.facts import SqlFacts
from app.outbound.store.line import Line
from app.outbound.store.plant_findings import findings
from app.outbound.store.plant_forms import PlantForm
from app.outbound.store.seed import seed
from app.planning.check import check
from app.planning.dispatch import dispatch
from app.planning.question import Question, pose
from app.records.verdict import Wish
from app.settings import Planning

NOW = datetime(2026, 12, 23, 2, 10, tzinfo=UTC)  # Wednesday before Christmas, 10:10 in the plant
ZONE = ZoneInfo("Asia/Hong_Kong")
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
FAMILIES = ["304", "420", ""]
ITEMS = ["KNIFE", "FORK", "SPOON"]
SITES = ["A", "B"]
TYPES = ["press", "heat"]
HOLIDAYS = ["", "hong-kong", "mainland-china"]


def named(code: str) -> dict[str, Any]:
    return {"code": code, "en": code, "hans": code, "hant": code}


@st.composite
def calendars(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for name in ("one", "two"):
        start = draw(st.sampled_from(["00:00", "07:50", "13:00"]))
        open_days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True))
        extra = [{"days": ["Mon", "Wed"], "start": "20:00", "end": "22:10"}] if draw(st.booleans()) else []
        lunch = [{"days": open_days, "start": "14:01", "end": "15:00"}] if draw(st.booleans()) else []
        week = [{"days": open_days, "start": start, "end": draw(st.sampled_from(["18:00", "24:00"]))}]
        made.append({"name": name, "windows": week, "breaks": lunch, "overtime": extra,
                     "holidays": draw(st.sampled_from(HOLIDAYS))})  # fmt: skip
    return made


@st.composite
def machines(draw: st.DrawFn) -> list[dict[str, Any]]:
    made = []
    for n in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(TYPES))
        made.append({
            **named(f"M{n}"), "type": kind, "facility": draw(st.sampled_from(SITES)),
            "calendar": draw(st.sampled_from(["one", "two"])), "interruptible": draw(st.booleans()),
            "state": draw(st.sampled_from(["running", "down"])),
            "speed": draw(st.sampled_from([0.5, 1.0, 1.7])),
            "batch": draw(st.sampled_from([1, 3])) if kind == "heat" else 1,
            "mounted": draw(st.sampled_from([None, "304", "420"])),
        })  # fmt: skip
    return made


@st.composite
def routes(draw: st.DrawFn, codes: dict[str, str]) -> list[dict[str, Any]]:
    made = []
    for item in ITEMS:
        steps = []
        for kind in draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=3)):
            own = [code for code, of in codes.items() if of == kind and draw(st.booleans())]
            step = {
                "en": kind,
                "hans": kind,
                "hant": kind,
                "type": kind,
                "interruptible": draw(st.booleans()),
            }
            step |= {"machines": [{"machine": code, "minutes": draw(st.integers(1, 600))} for code in own]}
            loads = {"minutes": draw(st.integers(5, 500)), "pieces_per_load": 40}
            steps.append(step | (loads if kind == "heat" else {"minutes_per_100": draw(st.integers(1, 400))}))
        made.append({"items": [item], "steps": steps})
    return made


@st.composite
def orders(draw: st.DrawFn, made: list[dict[str, Any]], types: dict[str, str]) -> list[dict[str, Any]]:
    """Up to seven; what runs, runs alone on a machine of its type."""
    free, found = dict(types), []
    for n in range(draw(st.integers(1, 7))):
        steps = next(route["steps"] for route in made if route["items"] == [(item := ITEMS[n % 3])])
        done = draw(st.integers(0, len(steps)))
        able = [code for code, kind in free.items() if done < len(steps) and kind == steps[done]["type"]]
        on = draw(st.sampled_from([None, *able]))
        free.pop(on or "", None)
        found.append({
            "number": f"SO-{n}", "customer": "c", "item": item, "quantity": draw(st.integers(1, 400)),
            "facility": draw(st.sampled_from(SITES)), "release_days": draw(st.integers(-3, 3)),
            "due_days": draw(st.integers(-3, 5)), "weight": draw(st.integers(1, 9)), "done": done,
            "running_on": on, "made": draw(st.integers(0, 500)),
        })  # fmt: skip
    return found


@st.composite
def limits(draw: st.DrawFn, route: list[dict[str, Any]], codes: list[str]) -> dict[str, Any]:
    minutes = st.integers(0, 90)
    square = [[draw(minutes) for _ in range(2)] for _ in range(2)]
    wanted = [(r["items"][0], n) for r in route for n in range(len(r["steps"]))]
    return {
        "changeover": [{"type": "press", "families": ["304", "420"], "minutes": square}],
        "transfer": [{"from_facility": "A", "to_facility": "B", "minutes": draw(minutes)}],
        "material": [{"item": item, "position": n, "needs": "STEEL", "per_piece": 0.1} for item, n in wanted],
        "receipt": [{"item": "STEEL", "facility": "B", "quantity": 20, "due_days": draw(st.integers(-2, 9))}],
        "skill": [{"type": kind, "skill": "hand"} for kind in TYPES],
        "staffing": [
            {"facility": site, "skill": "hand", "calendar": draw(st.sampled_from(["one", "two"])),
             "people": draw(st.integers(0, 3))}
            for site in SITES if draw(st.booleans())
        ],
        "absence": [{"person": "lau", "from_days": 0, "to_days": draw(st.integers(0, 4))}],
        "downtime": [{"machine": codes[0], "from_days": draw(st.integers(-1, 2)), "to_days": 2}],
    }  # fmt: skip


@st.composite
def plants(draw: st.DrawFn) -> PlantForm:
    floor = draw(machines())
    types = {each["code"]: each["type"] for each in floor}
    route = draw(routes(types))
    rest = draw(limits(route, list(types)))
    for kind in ("changeover", "skill"):
        rest[kind] = [each for each in rest[kind] if each["type"] in types.values()]
    items = [{**named(code), "unit": "pcs", "family": FAMILIES[n]} for n, code in enumerate(ITEMS)]
    stock = [{"facility": site, "quantity": draw(st.integers(0, 100)), "bin": "1"} for site in SITES]
    return PlantForm.model_validate({
        "time_zone": "Asia/Hong_Kong", "calendar": draw(calendars()), "machine": floor, "route": route,
        "facility": [{**named(site), "calendar": "one"} for site in SITES],
        "person": [{"userid": "lau", "name": "Lau", "facility": "A", "role": "operator", "language": "yue",
                    "skills": ["hand"], "shift": draw(st.sampled_from([None, "one"]))}],
        "item": [*items, {**named("STEEL"), "unit": "kg", "stock": stock}],
        "order": draw(orders(route, types)), **rest,
    })  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(plants())
def test_what_is_posed_can_be_planned(plant: PlantForm):
    findings(plant)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'store.sqlite'}", clock=lambda: NOW)
        try:
            assert store._writer.submit(lambda book: seed(book, plant, NOW)).result(30)
            question = store._reader.submit(posed).result(30)
        finally:
            store.close()
    problem = question.problem
    schedule = dispatch(problem)
    event(f"{min(3, len(question.orders))} orders planned, {min(2, len(question.short))} short of material")
    assert schedule.status == "feasible"
    assert check(problem, schedule.slots) == ()
    numbers = [order.number for order in question.orders]
    left_out = {*question.unplannable, *(order for order, _ in question.short)}
    assert not left_out & set(numbers)
    for crew in problem.crews:
        assert crew.levels[0][0] == 0
        assert all(a[0] < b[0] and a[1] != b[1] for a, b in pairwise(crew.levels))
        assert all(count >= 0 for _, count in crew.levels)
    for material in problem.materials:
        assert all(0 < a[0] < b[0] for a, b in pairwise(material.receipts))


def posed(line: Line) -> Question:
    return pose(SqlFacts(line), Wish("plan"), NOW, Planning(horizon_days=14), ZONE)
