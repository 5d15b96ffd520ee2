"""Steps are logged as fields and counted; the words of a message are in neither."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog

from app.observe.log import StepLog, open_log
from app.observe.meters import Meters
from app.ports import Observation
from app.records.action import LookUp, action_hash
from app.records.answer import Say
from app.records.decision import Acted, Approved, Corrected, Decision, Failed, Held, Refused, Understood
from app.records.kpi import PLANT, DayFigures, Figure, Kpi
from app.records.message import Language, Message, MessageKind
from app.records.reading import Intent, Layer, Reading
from app.records.satisfaction import DaySatisfaction, Satisfaction

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET = "陳師傅話SS-420唔夠"
READING = Reading(Intent.INVENTORY_CHECK, 0.9, Layer.RULE, True, Language.YUE, "stock-how-many", SECRET)
MESSAGE = Message("m1", "chan.siu-ming", None, MessageKind.TEXT, SECRET, NOW, raw=SECRET)
STEPS = (
    Understood(NOW, READING),
    Held(NOW, NOW, "approval", Say("k", {"words": SECRET}), Say("k")),
    Approved(NOW, "policy:read", LookUp(SECRET), action_hash(LookUp(SECRET))),
    Acted(NOW, "D-00001:x", Say("k", {"words": SECRET})),
    Refused(NOW, "policy:facts", "unknown_thing", Say("k", {"words": SECRET})),
    Failed(NOW, "CH-211", Say("k", {"words": SECRET})),
    Corrected(NOW, "person:chan.siu-ming", Intent.ORDER_STATUS, "chat"),
)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Other tests get structlog as they expect it."""
    yield
    structlog.reset_defaults()


def test_no_line_holds_the_words_of_a_message():
    out = io.StringIO()
    log = StepLog(open_log("info", out))
    for step in STEPS:
        log(Observation(Decision("D-00001", MESSAGE, steps=(STEPS[0],)), step, 12.34))
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [row["event"] for row in rows] == [step.kind for step in STEPS]
    assert all(row["decision"] == "D-00001" and row["took_ms"] == 12.3 for row in rows)
    assert SECRET not in out.getvalue()


def test_the_level_is_kept():
    out = io.StringIO()
    StepLog(open_log("error", out))(Observation(Decision("D-00001", MESSAGE), STEPS[0], 1.0))
    assert out.getvalue() == ""


def test_decisions_are_counted_by_intent_and_outcome():
    meters = Meters()
    for step in STEPS:
        meters(Observation(Decision("D-00001", MESSAGE, steps=(STEPS[0],)), step, 1.0))
    value = meters.registry.get_sample_value
    for outcome in ("acted", "refused", "held", "failed"):
        labels = {"intent": "inventory_check", "outcome": outcome}
        assert value("chargehand_decisions_total", labels) == 1
    assert value("chargehand_understood_total", {"intent": "inventory_check", "layer": "rule"}) == 1
    assert value("chargehand_corrected_total", {"intent": "inventory_check", "source": "chat"}) == 1
    assert value("chargehand_errors_total", {"code": "CH-211"}) == 1


def test_gauges_are_read_when_asked():
    meters, depth = Meters(), [1]
    meters.gauge("queue_depth", "Messages waiting.", lambda: depth[0])
    depth[0] = 7
    assert meters.registry.get_sample_value("chargehand_queue_depth") == 7


def test_key_figures_of_today_are_shown_and_those_that_are_gone_are_not():
    meters, value = (
        Meters(),
        lambda site, kpi: meters.registry.get_sample_value("chargehand_kpi", {"facility": site, "kpi": kpi}),
    )
    figures = (Figure(Kpi.ON_TIME_ORDERS, 3, 4), Figure(Kpi.CHANGEOVERS, 0), Figure(Kpi.ADHERENCE, 0, 0))
    meters.measured([DayFigures(site, NOW.date(), NOW, figures) for site in ("A", PLANT)])
    assert value("A", "on_time_orders") == value("all", "on_time_orders") == 0.75
    assert value("A", "changeovers") == 0
    assert value("A", "adherence") is None
    meters.measured([DayFigures("A", NOW.date(), NOW, figures[1:])])
    assert value("A", "on_time_orders") is value("all", "changeovers") is None
    assert value("A", "changeovers") == 0


def test_votes_are_shown_as_they_stand_and_those_taken_back_are_gone() -> None:
    meters, day = Meters(), date(2026, 11, 23)

    def of(layer: Layer, up: int, down: int, n: int = 0) -> DaySatisfaction:
        at = day - timedelta(days=n)
        return DaySatisfaction(at, Intent.OTHER, layer, Satisfaction(9, up, down))

    def shown(layer: str, vote: str) -> float | None:
        labels = {"intent": "other", "layer": layer, "vote": vote}
        return meters.registry.get_sample_value("chargehand_feedback_votes", labels)

    meters.voted([of(Layer.RULE, 3, 1), of(Layer.RULE, 2, 0, 1), of(Layer.MODEL, 0, 1)])
    assert (shown("rule", "up"), shown("rule", "down"), shown("model", "down")) == (5, 1, 1)
    meters.voted([of(Layer.RULE, 1, 0)])
    assert (shown("rule", "up"), shown("rule", "down"), shown("model", "down")) == (1, 0, None)
