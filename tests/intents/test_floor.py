"""Machines, progress, quality and order status, against the demo plant."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.intents import machine_status, order_status, progress_report, quality_issue
from app.records.action import LookUp, OpenCase, ReportProgress, SetMachine
from app.records.plant import MachineState, OperationState, Role, Severity
from app.records.reading import Intent, Unknown
from app.records.verdict import Do, Hold, Refuse

STATUS, MACHINE = Intent.ORDER_STATUS, Intent.MACHINE_STATUS
PROGRESS, QUALITY = Intent.PROGRESS_REPORT, Intent.QUALITY_ISSUE
H = timedelta(hours=1)


# Orders.


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        (
            {"order": ["SO-1042"]},
            ["1 of 3 operations done", "grinding on GR-03", "200 pcs made", "2 h late", "due 11-24 16:20"],
        ),
        (
            {"order": ["SO-1043"]},
            ["waiting for stamping", "Not in the published plan", "On hold for quality"],
        ),
        ({"order": ["SO-1050"]}, ["400 sets", "on time", "to spare"]),
        ({"order": ["SO-1055"]}, ["Overdue by 3 h"]),
        ({"order": ["SO-1031"]}, ["All 1 operations are done, the last at 09:20"]),
        ({"order": ["SO-1042", "SO-1050"]}, ["SO-1042", "SO-1050"]),
        ({}, ["2 of 4 open orders will be late", "SO-1055"]),
        ({"item": ["KN-CHEF-8"]}, ["1 of 1 open", "SO-1042"]),
        ({"facility": ["C"]}, ["0 of 1 open", "SO-1050"]),
        ({"item": ["OIL-Q"]}, ["no open order"]),
    ],
)
def test_an_order_is_told_as_it_stands(ask, plant, limits, told, entities, said):
    request = ask("maria.santos", STATUS, "where", **entities)
    verdict = order_status.judge(request, plant, limits)
    assert isinstance(verdict, Do)
    shown = told(order_status.act(request, verdict.action, plant))
    assert [part for part in said if part not in shown] == [], shown


def test_stopped_orders_come_first_then_the_latest(ask, plant, told):
    shown = told(order_status.act(ask("maria.santos", STATUS, "?"), LookUp("order"), plant)).splitlines()
    assert [line[2:9] for line in shown[1:]] == ["SO-1043", "SO-1055", "SO-1042", "SO-1050"]


def test_without_a_plan_nothing_is_promised(ask, plant, told):
    bare = replace(plant, plans=())
    outcome = order_status.act(ask("maria.santos", STATUS, "?", order=["SO-1042"]), LookUp("order"), bare)
    assert "Not in the published plan" in told(outcome)


def test_a_planned_end_that_has_passed_counts_as_now(ask, plant):
    order = plant.order("SO-1042")
    late = ask("maria.santos", STATUS, "?").now + 40 * H
    assert order_status.planned_end(order, plant.plan(), late) == late


@pytest.mark.parametrize(
    ("entities", "near"),
    [
        ({"order": ["SO-1049"]}, "SO-1042"),
        ({"unknown": (Unknown("order", "SO-1O42", ("SO-1042",)),)}, "SO-1042"),
    ],
)
def test_an_unknown_order_gets_the_nearest(ask, plant, limits, told, entities, near):
    verdict = order_status.judge(ask("maria.santos", STATUS, "?", **entities), plant, limits)
    assert isinstance(verdict, Refuse)
    assert verdict.code == "unknown_thing"
    assert near in told(verdict)


# Machines.


@pytest.mark.parametrize(
    "case",
    [
        ("zhang.wei", "GR-03 主轴异响，先停机了", {}, MachineState.DOWN, None),
        ("chan.siu-ming", "GR-03壞咗，停兩個鐘", {}, MachineState.DOWN, 2),
        ("zhang.wei", "GR-03 down 2 h", {}, MachineState.DOWN, 2),
        ("zhang.wei", "GR-03 停了两个小时了", {}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 no marking for 20 minutes already, stopped", {}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 down until 2pm", {"due": ["until 2pm"]}, MachineState.DOWN, 3.66),
        ("zhang.wei", "GR-03 修好了，试了十件没问题，可以开", {}, MachineState.RUNNING, None),
        ("zhang.wei", "GR-03 is back up", {}, MachineState.RUNNING, None),
        ("zhang.wei", "GR-03 仲未修好", {}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 is not running", {}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 running slow", {}, MachineState.SLOW, None),
        ("zhang.wei", "GR-03 慢咗好多", {}, MachineState.SLOW, None),
        ("zhang.wei", "GR-03 停机保养半小时", {}, MachineState.MAINTENANCE, 0.5),
        ("ng.mei-ling", "GR-03 down", {}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 9点停机", {"due": ["9点"]}, MachineState.DOWN, None),
        ("zhang.wei", "GR-03 坏了，大概停到下午三点", {"due": ["下午三点"]}, MachineState.DOWN, 4.66),
    ],
)
def test_a_report_sets_the_state(ask, plant, limits, told, case):
    sender, text, more, state, hours = case
    request = ask(sender, MACHINE, text, machine=["GR-03"], **more)
    verdict = machine_status.judge(request, plant, limits)
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, SetMachine)
    assert (verdict.action.machine, verdict.action.state) == ("GR-03", state)
    if hours is None:
        assert verdict.action.until is None
    else:
        assert abs((verdict.action.until - request.now) / H - hours) < 0.01
    assert told(machine_status.act(request, verdict.action, plant))


def test_a_machine_of_another_facility_waits_for_its_lead(ask, plant, limits, told):
    request = ask("zhang.wei", MACHINE, "HT-01 坏了", machine=["HT-01"])
    verdict = machine_status.judge(request, plant, limits)
    assert isinstance(verdict, Hold)
    assert (verdict.facility, verdict.roles) == ("B", (Role.SUPERVISOR,))
    assert "Tuen Mun" in told(verdict)


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("down", {}, "incomplete"),
        ("两台都坏了", {"machine": ["GR-03", "ST-01"]}, "incomplete"),
        ("坏了", {"unknown": (Unknown("machine", "PL-09", ("PL-01",)),)}, "unknown_thing"),
        ("坏了", {"machine": ["GR-O3"]}, "unknown_thing"),
        ("GR-03 down 300 days", {"machine": ["GR-03"]}, "absurd_time"),
        ("GR-03 down, until today 9am", {"machine": ["GR-03"], "due": ["today 9am"]}, "absurd_time"),
    ],
)
def test_a_report_that_cannot_be_right_is_refused(ask, plant, limits, told, text, more, code):
    verdict = machine_status.judge(ask("zhang.wei", MACHINE, text, **more), plant, limits)
    assert isinstance(verdict, Refuse), verdict
    assert verdict.code == code
    assert told(verdict)


@pytest.mark.parametrize(
    ("machine", "until", "touched"),
    [("GR-03", None, 1), ("PL-01", None, 1), ("PL-01", 2, 0), ("ST-01", None, 0), ("ST-01", 27, 1)],
)
def test_touched_operations_are_counted_from_the_plan(ask, plant, machine, until, touched):
    now = ask("zhang.wei", MACHINE, "x").now
    end = now + until * H if until else None
    assert machine_status.touched_operations(machine, now, end, plant) == touched


def test_a_done_operation_is_not_touched(ask, plant):
    order = plant.order("SO-1050")
    done = replace(order, operations=tuple(replace(o, state=OperationState.DONE) for o in order.operations))
    other = replace(order, number="SO-1099")
    slots = replace(
        plant.plan(),
        assignments=tuple(replace(a, order="SO-1042", position=0) for a in plant.plan().assignments),
    )
    world = replace(plant, every_order=(*plant.every_order, done, other), plans=(slots,))
    assert machine_status.touched_operations("GR-03", ask("zhang.wei", MACHINE, "x").now, None, world) == 0


def test_a_breakdown_is_told_to_the_lead_but_not_to_its_reporter(ask, plant, told):
    broken = SetMachine("GR-03", MachineState.DOWN)
    outcome = machine_status.act(ask("zhang.wei", MACHINE, "GR-03 [坏了](http://x)"), broken, plant)
    assert [notice.to for notice in outcome.notices if not notice.asks] == ["lee.wai-man"]
    assert [(notice.to, notice.asks) for notice in outcome.notices[1:]] == [("zhang.wei", "cause")]
    known = machine_status.act(ask("zhang.wei", MACHINE, "GR-03 停机，缺料"), broken, plant)
    assert [notice.asks for notice in known.notices] == [""]
    assert "Planned operations touched: 1" in told(outcome)
    assert "](" not in str(outcome.notices[0].say.values["words"])
    assert machine_status.act(ask("lee.wai-man", MACHINE, "x broken"), broken, plant).notices == ()
    back = machine_status.act(
        ask("zhang.wei", MACHINE, "x"), SetMachine("GR-03", MachineState.RUNNING), plant
    )
    assert "is noted as running again" in told(back)
    slow = machine_status.act(ask("zhang.wei", MACHINE, "x"), replace(broken, state=MachineState.SLOW), plant)
    assert slow.notices == ()


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("GR-03 现在正常吗", {"machine": ["GR-03"]}, ["GR-03", "running, since 05:20", "SO-1042, grinding"]),
        ("is LS-02 ok?", {"machine": ["LS-02"]}, ["down", "until about 11:20", "No operation"]),
        ("GR-03 坏了吗", {"machine": ["GR-03"]}, ["running"]),
        ("any machine down?", {}, ["1 of 6", "LS-02"]),
        ("any machine down?", {"facility": ["A"]}, ["All 2 machines run"]),
    ],
)
def test_a_question_is_looked_up_by_anybody(ask, plant, limits, told, text, more, said):
    request = ask("chow.audit", MACHINE, text, question=True, **more)
    verdict = machine_status.judge(request, plant, limits)
    assert verdict == Do(LookUp("machine"), "read_only")
    shown = told(machine_status.act(request, verdict.action, plant))
    assert [part for part in said if part not in shown] == [], shown


def test_an_auditor_reports_no_machine(ask, plant, limits):
    verdict = machine_status.judge(ask("chow.audit", MACHINE, "LS-02 坏了", machine=["LS-02"]), plant, limits)
    assert isinstance(verdict, Refuse)
    assert verdict.code == "no_right"


# Progress.


def _progress(order, position, event, quantity, machine):
    return ReportProgress(order, position, event, quantity, machine)


@pytest.mark.parametrize(
    ("text", "more", "action"),
    [
        (
            "SO-1042 做咗 100",
            {"order": ["SO-1042"], "quantity": [100]},
            ("SO-1042", 1, "quantity", 100, "GR-03"),
        ),
        ("SO-1042 打磨完成", {"order": ["SO-1042"]}, ("SO-1042", 1, "finished", 0, "GR-03")),
        (
            "SO-1042 打磨完成 400",
            {"order": ["SO-1042"], "quantity": [400]},
            ("SO-1042", 1, "finished", 400, "GR-03"),
        ),
        (
            "SO-1042 打磨完成 300",
            {"order": ["SO-1042"], "quantity": [300]},
            ("SO-1042", 1, "quantity", 300, "GR-03"),
        ),
        ("SO-1042 抛光开始", {"order": ["SO-1042"]}, ("SO-1042", 2, "started", 0, None)),
        (
            "SO-1042 started polishing",
            {"order": ["SO-1042"], "machine": ["PL-01"]},
            ("SO-1042", 2, "started", 0, "PL-01"),
        ),
        ("SO-1055 done", {"order": ["SO-1055"]}, ("SO-1055", 0, "finished", 50, None)),
        ("SO-1043 做咗5", {"order": ["SO-1043"], "quantity": [5]}, ("SO-1043", 0, "quantity", 5, None)),
        (
            "packed 30 sets",
            {"item": ["SET-24"], "quantity": [30], "unit": ["set"]},
            ("SO-1050", 0, "quantity", 30, "PK-01"),
        ),
        ("PK-01 做咗 12", {"machine": ["PK-01"], "quantity": [12]}, ("SO-1050", 0, "quantity", 12, "PK-01")),
        ("SO-1050 包裝緊", {"order": ["SO-1050"]}, ("SO-1050", 0, "started", 0, "PK-01")),
        (
            "SO-1050 完成 330",
            {"order": ["SO-1050"], "quantity": [330]},
            ("SO-1050", 0, "finished", 330, "PK-01"),
        ),
        (
            "SO-1050 完成 370",
            {"order": ["SO-1050"], "quantity": [370]},
            ("SO-1050", 0, "finished", 370, "PK-01"),
        ),
    ],
)
def test_progress_goes_to_the_right_operation(ask, plant, limits, told, text, more, action):
    request = ask("zhang.wei", PROGRESS, text, **more)
    verdict = progress_report.judge(request, plant, limits)
    assert isinstance(verdict, Do), verdict
    assert verdict.action == _progress(*action)
    assert told(progress_report.act(request, verdict.action, plant))


def test_the_machine_tells_the_operation_and_an_item_that_is_gone_does_not_stop_a_report(ask, plant, limits):
    on_line = ask("liu.yang", PROGRESS, "SO-1042 started", order=["SO-1042"], machine=["PL-01"])
    assert progress_report.judge(on_line, plant, limits).action.position == 2
    bare = replace(plant, every_item=())
    counted = ask("liu.yang", PROGRESS, "SO-1042 +5", order=["SO-1042"], quantity=[5])
    assert progress_report.judge(counted, bare, limits).action.quantity == 5
    wrong = ask("liu.yang", PROGRESS, "SO-1042 +5", order=["SO-1042"], quantity=[-5])
    assert progress_report.judge(wrong, bare, limits).code == "bad_quantity"


def test_more_than_the_order_and_a_little_is_held(ask, plant, limits, told):
    request = ask("yip.ho-yin", PROGRESS, "SO-1050 +371", order=["SO-1050"], quantity=[371])
    verdict = progress_report.judge(request, plant, limits)
    assert isinstance(verdict, Hold)
    assert (verdict.facility, verdict.roles) == ("C", (Role.SUPERVISOR,))
    assert "441 sets of 400 sets" in told(verdict)


@pytest.mark.parametrize(
    ("text", "more", "code", "said"),
    [
        ("done", {}, "incomplete", "Which order?"),
        ("刀做咗 5", {"item": ["KN-STEAK"], "quantity": [5]}, "incomplete", "SO-1055, SO-1043"),
        ("SO-1042 ok", {"order": ["SO-1042"]}, "incomplete", "started, finished"),
        ("SO-1042 未完成", {"order": ["SO-1042"]}, "incomplete", "started, finished"),
        ("x", {"order": ["SO-1042", "SO-1050"], "quantity": [5]}, "several_things", "One order"),
        ("做完", {"order": ["SO-9999"]}, "unknown_thing", "SO-9999"),
        ("做完", {"unknown": (Unknown("order", "SO-1O42", ("SO-1042",)),)}, "unknown_thing", "SO-1042?"),
        ("+ -5", {"order": ["SO-1042"], "quantity": [-5]}, "bad_quantity", "-5 pcs"),
        ("+0", {"order": ["SO-1042"], "quantity": [0]}, "bad_quantity", "0 pcs"),
        ("+2000000", {"order": ["SO-1042"], "quantity": [2_000_000]}, "absurd_quantity", "2000000 pcs"),
        ("冲压完成", {"order": ["SO-1042"]}, "already_done", "stamping of SO-1042"),
        ("包装完成", {"order": ["SO-1042"]}, "no_such_operation", "stamping, grinding, polishing"),
        ("做完", {"order": ["SO-1031"]}, "already_done", "already finished"),
        ("开始冲压", {"order": ["SO-1043"]}, "on_hold", "stopped for quality"),
    ],
)
def test_progress_that_does_not_fit_is_refused(ask, plant, limits, told, text, more, code, said):
    verdict = progress_report.judge(ask("zhang.wei", PROGRESS, text, **more), plant, limits)
    assert isinstance(verdict, Refuse), verdict
    assert verdict.code == code
    assert said in told(verdict)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (
            ("SO-1042", 2, "started", 0.0, None),
            "Please check: grinding before it is not reported as finished",
        ),
        (("SO-1043", 0, "quantity", 5.0, None), "stopped for quality"),
        (("SO-1042", 1, "quantity", 50.0, None), "+50 pcs, now 250 pcs of 600 pcs"),
    ],
)
def test_contradictions_are_named_politely(ask, plant, told, action, said):
    assert said in told(progress_report.act(ask("zhang.wei", PROGRESS, "x"), _progress(*action), plant))


def test_more_than_the_operation_before_gave_is_named(ask, plant, told):
    order = plant.order("SO-1042")
    first, second, third = order.operations
    short = replace(order, operations=(replace(first, quantity_done=220.0), second, third))
    world = replace(plant, every_order=(short,))
    outcome = progress_report.act(
        ask("zhang.wei", PROGRESS, "x"), _progress("SO-1042", 1, "quantity", 50.0, None), world
    )
    assert "only 220 pcs were reported from stamping" in told(outcome)


def test_progress_is_checked_again_when_it_is_booked(ask, plant):
    request = ask("zhang.wei", PROGRESS, "x")
    for action in (("SO-1042", 0, "finished", 0.0, None), ("SO-1043", 0, "started", 0.0, None),
                   ("SO-1042", 9, "quantity", 1.0, None), ("SO-1", 0, "quantity", 1.0, None)):  # fmt: skip
        outcome = progress_report.act(request, _progress(*action), plant)
        assert isinstance(outcome, Refuse)
        assert outcome.code == "facts_changed"


def test_an_auditor_reports_no_progress(ask, plant, limits):
    verdict = progress_report.judge(ask("chow.audit", PROGRESS, "做完", order=["SO-1042"]), plant, limits)
    assert verdict.code == "no_right"


# Quality.


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("刀柄有裂痕", Severity.CRITICAL),
        ("blade cracked", Severity.CRITICAL),
        ("邊位爆口", Severity.CRITICAL),
        ("割傷手", Severity.CRITICAL),
        ("客人要召回", Severity.CRITICAL),
        ("硬度偏低，只有52HRC", Severity.MAJOR),
        ("out of tolerance", Severity.MAJOR),
        ("客户投诉", Severity.MAJOR),
        ("刮花咗", Severity.MINOR),
        ("劃痕", Severity.MINOR),
        ("scratches on the side", Severity.MINOR),
        ("no cracks, only scratches", Severity.MINOR),
        ("冇裂，刮花", Severity.MINOR),
        ("不良品 20", Severity.MAJOR),
    ],
)
def test_severity_follows_the_words(text, severity):
    assert quality_issue.severity_of(text) is severity


@pytest.mark.parametrize(
    ("sender", "text", "more", "expected"),
    [
        (
            "zhang.wei",
            "裂",
            {"order": ["SO-1042"]},
            {
                "order": "SO-1042",
                "item": "KN-CHEF-8",
                "hold_quantity": 120.0,
                "stop_order": True,
                "facility": "A",
            },
        ),
        (
            "zhang.wei",
            "裂",
            {"item": ["KN-CHEF-8"], "facility": ["C"]},
            {"order": None, "hold_quantity": 260.0, "stop_order": False, "facility": "C"},
        ),
        (
            "zhang.wei",
            "刮花 20 件",
            {"item": ["KN-CHEF-8"], "quantity": [20], "unit": ["pcs"]},
            {"hold_quantity": 20.0, "severity": Severity.MINOR},
        ),
        (
            "zhang.wei",
            "刮花 500 件",
            {"item": ["KN-CHEF-8"], "quantity": [500], "unit": ["pcs"]},
            {"hold_quantity": 120.0},
        ),
        ("zhang.wei", "硬度偏低", {"order": ["SO-1042"]}, {"hold_quantity": 0.0, "stop_order": False}),
        (
            "zhang.wei",
            "12盒有黑點",
            {"item": ["KN-CHEF-8"], "quantity": [12], "unit": ["box"]},
            {"hold_quantity": 0.0},
        ),
        ("zhang.wei", "崩咗", {"machine": ["PK-01"]}, {"machine": "PK-01", "facility": "C", "item": None}),
        ("zhang.wei", "有嘢裂咗", {}, {"item": None, "order": None, "hold_quantity": 0.0, "facility": "A"}),
    ],
)
def test_a_defect_opens_a_case_and_holds_the_lot(ask, plant, limits, told, sender, text, more, expected):
    request = ask(sender, QUALITY, text, **more)
    verdict = quality_issue.judge(request, plant, limits)
    assert isinstance(verdict, Do), verdict
    assert isinstance(verdict.action, OpenCase)
    assert verdict.because == "quality_hold"
    assert {key: getattr(verdict.action, key) for key in expected} == expected
    outcome = quality_issue.act(request, verdict.action, plant)
    assert "X-0001" in told(outcome)


def test_quality_people_and_the_lead_are_told(ask, plant, told):
    action = OpenCase("A", "裂", Severity.CRITICAL, "zhang.wei", "SO-1042", "KN-CHEF-8", None, 120.0, True)
    outcome = quality_issue.act(ask("zhang.wei", QUALITY, "x"), action, plant)
    assert [notice.to for notice in outcome.notices] == ["lam.suk-fan", "lee.wai-man"]
    shown = told(outcome)
    assert "120 pcs of 8-inch chef's knife (KN-CHEF-8) are on hold. Order SO-1042 is stopped." in shown


def test_a_hold_beyond_what_is_left_is_not_made(ask, plant):
    action = OpenCase("A", "裂", Severity.CRITICAL, "zhang.wei", None, "KN-CHEF-8", None, 121.0)
    assert quality_issue.act(ask("zhang.wei", QUALITY, "x"), action, plant).code == "facts_changed"


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("裂", {"order": ["SO-9999"]}, "unknown_thing"),
        ("裂", {"unknown": (Unknown("order", "SO-1"),)}, "unknown_thing"),
        ("刮花 -3", {"item": ["KN-CHEF-8"], "quantity": [-3]}, "bad_quantity"),
        ("刮花", {"item": ["KN-CHEF-8"], "quantity": [9e9]}, "absurd_quantity"),
        ("Q-0007 放行", {}, "not_offered"),
        ("Q-0999 点样", {}, "unknown_thing"),
    ],
)
def test_a_case_that_cannot_be_is_refused(ask, plant, limits, told, text, more, code):
    verdict = quality_issue.judge(ask("zhang.wei", QUALITY, text, **more), plant, limits)
    assert isinstance(verdict, Refuse), verdict
    assert verdict.code == code
    assert told(verdict)


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("Q-0007 點樣", {}, ["Q-0007", "critical", "40 pcs on hold", "SO-1042, KN-CHEF-8"]),
        ("q-8?", {"question": True}, ["Q-0008", "is closed"]),
        ("有咩品質問題未搞掂", {"question": True}, ["1 open cases", "Q-0007"]),
        ("open cases at C?", {"question": True, "facility": ["C"]}, ["No open quality case"]),
    ],
)
def test_questions_about_cases_are_answered_for_anybody(ask, plant, limits, told, text, more, said):
    request = ask("chow.audit", QUALITY, text, **more)
    verdict = quality_issue.judge(request, plant, limits)
    assert isinstance(verdict, Do), verdict
    shown = told(quality_issue.act(request, verdict.action, plant))
    assert [part for part in said if part not in shown] == [], shown


def test_an_auditor_opens_no_case(ask, plant, limits):
    assert quality_issue.judge(ask("chow.audit", QUALITY, "裂"), plant, limits).code == "no_right"
