"""Stock asked for and stock moved, against the demo plant."""

from dataclasses import replace

import pytest

from app.intents import inventory_check, inventory_movement
from app.records.action import LookUp, MoveStock
from app.records.message import Language
from app.records.plant import MovementKind, Role
from app.records.reading import Intent, Unknown
from app.records.verdict import Act, Do, Hold, Refuse
from app.settings import Limits

CHECK, MOVE = Intent.INVENTORY_CHECK, Intent.INVENTORY_MOVEMENT


@pytest.mark.parametrize(
    ("text", "entities", "said"),
    [
        ("chef stock", {"item": ["KN-CHEF-8"]}, ["380 pcs free", "40 pcs on hold", "C-07", "2 h ago"]),
        ("chef at C", {"item": ["KN-CHEF-8"], "facility": ["C"]}, ["260 pcs free", "Fo Tan"]),
        ("oil", {"item": ["OIL-Q"]}, ["36 L", "bin –", "just now"]),
        ("steel at C", {"item": ["SS-420"], "facility": ["C"]}, ["none on the books at Fo Tan"]),
        ("steak", {"item": ["KN-STEAK"]}, ["none on the books at any facility"]),
        ("two", {"item": ["SS-420", "OIL-Q"]}, ["5000 kg", "36 L"]),
        ("enough?", {"order": ["SO-1042"]}, ["No:", "600 pcs", "380 pcs are free", "220 pcs short"]),
        ("handles?", {"order": ["SO-1042"], "item": ["HD-POM"]}, ["Yes", "one for each piece", "2800 pcs"]),
        ("handles?", {"order": ["SO-1042"], "item": ["HD-POM"], "facility": ["A"]}, ["Yes", "800 pcs"]),
        ("steel?", {"order": ["SO-1042"], "item": ["SS-420"]}, ["not on my books", "5000 kg"]),
        ("set", {"order": ["SO-1050"]}, ["No:", "330 sets", "0 sets", "(–)"]),
    ],
)
def test_stock_is_told_as_it_is(ask, plant, limits, told, text, entities, said):
    request = ask("maria.santos", CHECK, text, **entities)
    verdict = inventory_check.judge(request, plant, limits)
    assert verdict == Do(LookUp("stock"), "read_only")
    shown = told(inventory_check.act(request, verdict.action, plant))
    assert [part for part in said if part not in shown] == [], shown


def test_what_is_not_known_is_told_beside_what_is(ask, plant, told):
    stranger = Unknown("item", "KN-CHEF-9", ("KN-CHEF-8",))
    request = ask("maria.santos", CHECK, "x", item=["OIL-Q"], unknown=(stranger,))
    shown = told(inventory_check.act(request, LookUp("stock"), plant))
    assert "36 L" in shown
    assert "Did you mean KN-CHEF-8?" in shown


def test_an_auditor_may_ask(ask, plant, limits):
    assert isinstance(inventory_check.judge(ask("chow.audit", CHECK, "x", item=["OIL-Q"]), plant, limits), Do)


@pytest.mark.parametrize(
    ("entities", "code", "said"),
    [
        ({}, "incomplete", "Which item?"),
        ({"facility": ["A"]}, "incomplete", "Which item?"),
        ({"unknown": (Unknown("item", "SS-42O", ("SS-420",)),)}, "unknown_thing", "Did you mean SS-420?"),
        ({"unknown": (Unknown("item", "gold"),)}, "unknown_thing", "I know no item “gold”"),
        ({"order": ["SO-1049"]}, "unknown_thing", "SO-1042"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(ask, plant, limits, told, entities, code, said):
    verdict = inventory_check.judge(ask("maria.santos", CHECK, "x", **entities), plant, limits)
    assert isinstance(verdict, Refuse)
    assert verdict.code == code
    assert said in told(verdict)


K = MovementKind


@pytest.mark.parametrize(
    ("sender", "text", "entities", "action"),
    [
        (
            "zhang.wei",
            "SS-420 入库 200kg",
            {"item": ["SS-420"], "quantity": [200], "unit": ["kg"]},
            MoveStock("SS-420", "A", K.RECEIPT, 200),
        ),
        (
            "yip.ho-yin",
            "禮盒收咗60個",
            {"item": ["BX-GIFT"], "quantity": [60], "unit": ["pcs"]},
            MoveStock("BX-GIFT", "C", K.RECEIPT, 60),
        ),
        (
            "maria.santos",
            "received 20 at Fo Tan",
            {"item": ["BX-GIFT"], "quantity": [20], "unit": [""], "facility": ["C"]},
            MoveStock("BX-GIFT", "C", K.RECEIPT, 20),
        ),
        (
            "zhang.wei",
            "领用黑色手柄800个",
            {"item": ["HD-POM"], "quantity": [500], "unit": ["pcs"]},
            MoveStock("HD-POM", "A", K.ISSUE, 500),
        ),
        (
            "chan.siu-ming",
            "攞咗10公斤鋼",
            {"item": ["SS-420"], "quantity": [10], "unit": ["公斤"]},
            MoveStock("SS-420", "A", K.ISSUE, 10),
        ),
        (
            "zhang.wei",
            "issue half a tonne",
            {"item": ["SS-420"], "quantity": [0.5], "unit": ["吨"]},
            MoveStock("SS-420", "A", K.ISSUE, 500),
        ),
        (
            "zhang.wei",
            "issue 250 g",
            {"item": ["SS-420"], "quantity": [250], "unit": ["g"]},
            MoveStock("SS-420", "A", K.ISSUE, 0.25),
        ),
        (
            "zhang.wei",
            "入 2 打",
            {"item": ["KN-CHEF-8"], "quantity": [2], "unit": ["打"]},
            MoveStock("KN-CHEF-8", "A", K.RECEIPT, 24),
        ),
        (
            "thomas.okoye",
            "received 30 boxes",
            {"item": ["BX-GIFT"], "quantity": [30], "unit": ["box"]},
            MoveStock("BX-GIFT", "C", K.RECEIPT, 30),
        ),
        (
            "thomas.okoye",
            "scrapped 3 pcs at Fo Tan",
            {"item": ["KN-CHEF-8"], "quantity": [3], "unit": ["pcs"], "facility": ["C"]},
            MoveStock("KN-CHEF-8", "C", K.SCRAP, 3),
        ),
        (
            "zhang.wei",
            "scrap 36 at GR-03",
            {"item": ["KN-CHEF-8"], "quantity": [36], "unit": ["pcs"], "machine": ["GR-03"]},
            MoveStock("KN-CHEF-8", "A", K.SCRAP, 36),
        ),
        (
            "maria.santos",
            "scrap 1 at PK-01",
            {"item": ["KN-CHEF-8"], "quantity": [1], "unit": ["pcs"], "machine": ["PK-01"]},
            MoveStock("KN-CHEF-8", "C", K.SCRAP, 1),
        ),
        (
            "liu.yang",
            "盘点淬火油，实际只有35升",
            {"item": ["OIL-Q"], "quantity": [35], "unit": ["L"]},
            MoveStock("OIL-Q", "B", K.COUNT, 35),
        ),
        (
            "zhang.wei",
            "HD-POM 200 从葵涌调到火炭",
            {"item": ["HD-POM"], "quantity": [200], "unit": [""], "facility": ["A", "C"]},
            MoveStock("HD-POM", "A", K.TRANSFER, 200, "C"),
        ),
        (
            "zhang.wei",
            "transfer 200 to Fo Tan from Kwai Chung",
            {"item": ["HD-POM"], "quantity": [200], "unit": [""], "facility": ["C", "A"]},
            MoveStock("HD-POM", "A", K.TRANSFER, 200, "C"),
        ),
        (
            "yip.ho-yin",
            "由葵涌調咗300個過嚟",
            {"item": ["HD-POM"], "quantity": [300], "unit": ["pcs"], "facility": ["A"]},
            MoveStock("HD-POM", "A", K.TRANSFER, 300, "C"),
        ),
        (
            "zhang.wei",
            "调200个去火炭",
            {"item": ["HD-POM"], "quantity": [200], "unit": ["pcs"], "facility": ["C"]},
            MoveStock("HD-POM", "A", K.TRANSFER, 200, "C"),
        ),
        (
            "zhang.wei",
            "入库 20 人 30 件",
            {"item": ["HD-POM"], "quantity": [20, 30], "unit": ["people", "pcs"]},
            MoveStock("HD-POM", "A", K.RECEIPT, 30),
        ),
        (
            "zhang.wei",
            "入库 500",
            {"item": ["HD-POM"], "quantity": [500], "unit": [""]},
            MoveStock("HD-POM", "A", K.RECEIPT, 500),
        ),
    ],
)
def test_small_movements_are_booked_alone(ask, plant, limits, told, sender, text, entities, action):
    request = ask(sender, MOVE, text, **entities)
    verdict = inventory_movement.judge(request, plant, limits)
    assert isinstance(verdict, Do), told(verdict)
    assert verdict.action == action
    assert isinstance(inventory_movement.act(request, action, plant), Act)


@pytest.mark.parametrize(
    ("text", "entities", "code", "said"),
    [
        ("入库 -40", {"quantity": [-40]}, "bad_quantity", "-40 kg"),
        ("入库 0", {"quantity": [0]}, "bad_quantity", "0 kg"),
        ("入库 nan", {"quantity": [float("nan")]}, "bad_quantity", "above zero"),
        ("入库 inf", {"quantity": [float("inf")]}, "bad_quantity", "above zero"),
        ("入库 99999999", {"quantity": [99_999_999]}, "absurd_quantity", "99999999 kg"),
        ("入库 2000 吨", {"quantity": [2000], "unit": ["t"]}, "absurd_quantity", "2000000 kg"),
        ("入库 3 卷", {"quantity": [3], "unit": ["roll"]}, "wrong_unit", "rolls"),
        ("入库 3 件", {"quantity": [3], "unit": ["pcs"]}, "wrong_unit", "counted in kg"),
        ("入库 2.5", {"item": ["HD-POM"], "quantity": [2.5]}, "bad_quantity", "whole number"),
        ("出库 6000", {"quantity": [6000]}, "not_enough", "only 5000 kg"),
        ("报废 801", {"item": ["HD-POM"], "quantity": [801]}, "not_enough", "100 pcs on hold"),
        (
            "调 300 去火炭",
            {"item": ["KN-STEAK"], "quantity": [300], "facility": ["C"]},
            "not_enough",
            "0 pcs",
        ),
        ("入库", {}, "incomplete", "How many"),
        ("SS-420 200", {"quantity": [200]}, "incomplete", "receipt, issue, transfer"),
        ("调 200", {"quantity": [200]}, "incomplete", "From which facility"),
        ("调 200 到葵涌", {"quantity": [200], "facility": ["A"]}, "incomplete", "From which facility"),
        ("调 2", {"quantity": [2], "facility": ["A", "B", "C"]}, "incomplete", "From which facility"),
        ("入库 2", {"item": [], "quantity": [2]}, "incomplete", "Which item"),
        ("入库 2", {"item": ["HD-POM", "OIL-Q"], "quantity": [2]}, "several_things", "One item"),
        ("入库 2", {"item": ["HD-PM"], "quantity": [2]}, "unknown_thing", "HD-POM"),
        (
            "入库 2",
            {"item": [], "quantity": [2], "unknown": (Unknown("item", "XX-1"),)},
            "unknown_thing",
            "XX-1",
        ),
        ("盘点 -1", {"quantity": [-1]}, "bad_quantity", "-1 kg"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_the_figure(
    ask, plant, limits, told, text, entities, code, said
):
    entities = {"item": ["SS-420"], **entities}
    verdict = inventory_movement.judge(ask("zhang.wei", MOVE, text, **entities), plant, limits)
    assert isinstance(verdict, Refuse), verdict
    assert verdict.code == code
    assert said in told(verdict)


@pytest.mark.parametrize(
    "case",
    [
        ("zhang.wei", "出库 501", {"item": ["SS-420"], "quantity": [501]}, "A", (Role.SUPERVISOR,)),
        (
            "lee.wai-man",
            "出库 501",
            {"item": ["SS-420"], "quantity": [501]},
            "A",
            (Role.SUPERVISOR, Role.PLANNER),
        ),
        (
            "zhang.wei",
            "调 600 去火炭",
            {"item": ["HD-POM"], "quantity": [600], "facility": ["C"]},
            "C",
            (Role.SUPERVISOR,),
        ),
        ("liu.yang", "盘点 30", {"item": ["OIL-Q"], "quantity": [30]}, "B", (Role.SUPERVISOR,)),
        ("liu.yang", "盘点 0", {"item": ["OIL-Q"], "quantity": [0]}, "B", (Role.SUPERVISOR,)),
        ("liu.yang", "盘点 3", {"item": ["BX-GIFT"], "quantity": [3]}, "B", (Role.SUPERVISOR,)),
        ("zhang.wei", "点数 90", {"item": ["HD-POM"], "quantity": [90]}, "A", (Role.SUPERVISOR,)),
    ],
)
def test_large_movements_wait_for_the_right_supervisor(ask, plant, limits, told, case):
    sender, text, entities, place, roles = case
    request = ask(sender, MOVE, text, **entities)
    verdict = inventory_movement.judge(request, plant, limits)
    assert isinstance(verdict, Hold), verdict
    assert (verdict.facility, verdict.roles) == (place, roles)
    assert (verdict.until - request.now).total_seconds() == limits.approval_wait_s
    assert told(verdict)


def test_a_count_below_what_is_on_hold_is_not_booked_alone(ask, plant):
    loose = Limits(count_tolerance_percent=100)
    request = ask("zhang.wei", MOVE, "盘点 90", item=["HD-POM"], quantity=[90])
    assert isinstance(inventory_movement.judge(request, plant, loose), Hold)


def test_an_auditor_books_nothing(ask, plant, limits):
    verdict = inventory_movement.judge(
        ask("chow.audit", MOVE, "入库 2", item=["SS-420"], quantity=[2]), plant, limits
    )
    assert isinstance(verdict, Refuse)
    assert verdict.code == "no_right"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (MoveStock("SS-420", "A", K.RECEIPT, 200), "Now 5200 kg"),
        (MoveStock("SS-420", "B", K.RECEIPT, 200), "Now 200 kg"),
        (MoveStock("SS-420", "A", K.ISSUE, 200), "4800 kg left"),
        (MoveStock("SS-420", "A", K.SCRAP, 200), "4800 kg left"),
        (MoveStock("SS-420", "A", K.COUNT, 4990), "4990 kg on the books"),
        (MoveStock("HD-POM", "A", K.TRANSFER, 200, "C"), "700 pcs left at Kwai Chung"),
    ],
)
def test_the_answer_is_true_after_the_booking(ask, plant, told, action, said):
    outcome = inventory_movement.act(ask("zhang.wei", MOVE, "x"), action, plant)
    assert said in told(outcome)


def test_the_other_facility_s_lead_is_told(ask, plant, told):
    outcome = inventory_movement.act(
        ask("zhang.wei", MOVE, "x"), MoveStock("HD-POM", "A", K.TRANSFER, 200, "C"), plant
    )
    assert [notice.to for notice in outcome.notices] == ["ho.chi-keung"]
    own = inventory_movement.act(ask("zhang.wei", MOVE, "x"), MoveStock("HD-POM", "A", K.ISSUE, 2), plant)
    assert own.notices == ()


def test_stock_that_went_meanwhile_is_not_booked(ask, plant, told):
    action = MoveStock("SS-420", "A", K.ISSUE, 2000)
    gone = replace(plant, lines=tuple(replace(s, quantity=1999.0) for s in plant.lines))
    outcome = inventory_movement.act(ask("zhang.wei", MOVE, "x"), action, gone)
    assert isinstance(outcome, Refuse)
    assert outcome.code == "facts_changed"
    assert "1999 kg" in told(outcome)


def test_cantonese_is_cantonese(ask, plant, told):
    outcome = inventory_movement.act(
        ask("chan.siu-ming", MOVE, "x"), MoveStock("SS-420", "A", K.ISSUE, 5), plant
    )
    assert "已經入咗數" in told(outcome, Language.YUE)
    assert "仲有 4995 公斤" in told(outcome, Language.YUE)
