"""Questions for the solver: understood in every script, and nothing else taken for one."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.intents import order_status, production_schedule
from app.outbound.lane.heads import load_ngrams
from app.outbound.shipped import read_rules
from app.records.inquiry import CanDo, Promised, WhyLate
from app.records.message import Language, MessageKind
from app.records.reading import Intent, Layer, Unknown
from app.records.verdict import Ask, AskPlan, Do, NeedPlan, Refuse
from app.settings import Model, Understanding, shipped
from app.understand.reader import Reader

TABLE = [
    json.loads(line) for line in (Path(__file__).parent / "inquiries.jsonl").read_text("utf-8").splitlines()
]
WHY = (
    "why is SO-1042 late?", "Why is SO-1042 delayed", "what is holding up SO-1042?",
    "how come SO-1042 is behind?",
    "why will SO-1042 miss the date? is it held", "點解SO-1042會遲？", "點解SO-1042咁遲",
    "SO-1042卡喺邊？",
    "SO-1042做乜拖咁耐", "為什麼SO-1042會延誤？", "SO-1042 為何仍然遲？", "SO-1042 为什么延误",
    "SO-1042 怎么会晚？",
    "SO-1042 迟了，什么原因", "SO-1042卡在哪里",
)  # fmt: skip
PROMISES = (
    "what date can we promise for SO-1042?", "what day can we tell the customer for SO-1042?",
    "SO-1042 可以應承個客幾時？",
    "SO-1042 報幾號交期畀個客？", "SO-1042 能答应客户哪天交？", "SO-1042 可以答應客戶什麼時候交？",
)  # fmt: skip
OTHERS = (
    "can you send 500 KN-CHEF-8 to Fo Tan by Friday?", "500個KN-CHEF-8做好咗", "仓库还有500个KN-CHEF-8吗",
    "received 500 KN-CHEF-8", "KN-CHEF-8 够唔够做500套？", "领用300个KN-STEAK", "500把牛扒刀有裂紋",
    "if we work overtime, can we do 500 KN-CHEF-8 by Friday?", "如果加班，星期五前做唔做到500把牛扒刀？",
    "could you count 200 KN-STEAK for me", "幾時驗完嗰500把牛扒刀？",
    "could you lend us 100 KN-STEAK by Friday?",
)  # fmt: skip


@pytest.fixture(scope="module", params=["rules", "rules and n-grams"])
def reader(request) -> Reader:
    ngrams = None if request.param == "rules" else load_ngrams(shipped("models"), Model().head)
    return Reader(read_rules(), None, None, Understanding(), 1.0, "Chargehand", ngrams=ngrams)


@pytest.fixture
def heard(reader, plant, ask):
    """What a message of an operator is understood as, and how it is judged."""

    async def hear(text: str) -> Ask:
        reading = await reader.read(text, MessageKind.TEXT, plant.names(), Language.HANT)
        return replace(ask("zhang.wei", Intent.OTHER, text), reading=reading)

    return hear


def test_the_table_is_long_enough_and_in_every_script():
    assert len(TABLE) >= 40
    text = "".join(row["text"] for row in TABLE)
    assert all(sign in text for sign in ("嗎", "吗", "唔", "by Friday", "before can"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["text"])
async def test_can_you_do_so_many_by_then(row, heard, plant, limits):
    asked = await heard(row["text"])
    assert (asked.reading.intent, asked.reading.layer) == (Intent.PRODUCTION_SCHEDULE, Layer.RULE)
    assert asked.reading.decided
    assert asked.reading.question
    verdict = production_schedule.judge(asked, plant, limits)
    assert isinstance(verdict, AskPlan)
    assert isinstance(verdict.inquiry, CanDo)
    assert (verdict.inquiry.item, verdict.inquiry.quantity) == (row["item"], row["quantity"])
    assert (verdict.inquiry.by is not None) is row["by"]
    assert verdict.inquiry.by is None or verdict.inquiry.by > asked.now


@pytest.mark.parametrize("text", OTHERS)
async def test_what_only_looks_like_it(text, heard, plant, limits):
    asked = await heard(text)
    assert not asked.reading.by.endswith("can_do")
    verdict = production_schedule.judge(asked, plant, limits)
    assert not isinstance(verdict, AskPlan)


@pytest.mark.parametrize("text", WHY)
async def test_why_is_it_late(text, heard, plant, limits):
    asked = await heard(text)
    assert (asked.reading.intent, asked.reading.decided) == (Intent.ORDER_STATUS, True)
    assert order_status.judge(asked, plant, limits) == AskPlan(WhyLate(("SO-1042",)))


@pytest.mark.parametrize("text", PROMISES)
async def test_what_can_be_promised(text, heard, plant, limits):
    asked = await heard(text)
    assert (asked.reading.intent, asked.reading.decided) == (Intent.ORDER_STATUS, True)
    assert order_status.judge(asked, plant, limits) == AskPlan(Promised("SO-1042"))


async def test_where_it_is_and_whether_it_is_late_are_looked_up(heard, plant, limits):
    for text in ("where is SO-1042?", "SO-1042 会不会延误？", "SO-1042幾時做好？"):
        assert isinstance(order_status.judge(await heard(text), plant, limits), Do)


def test_which_are_late_and_why(ask, plant, limits):
    asked = ask("zhang.wei", Intent.ORDER_STATUS, "which orders are late and why?", question=True)
    assert order_status.judge(asked, plant, limits) == AskPlan(WhyLate())


def test_what_no_plan_holds_is_looked_up(ask, plant, limits):
    """No published plan, an order on hold, or one that is not planned: the solver would know no more."""
    asked = ask("zhang.wei", Intent.ORDER_STATUS, "why is it late?", order=["SO-1042"])
    assert isinstance(order_status.judge(asked, replace(plant, plans=()), limits), Do)
    held = ask("zhang.wei", Intent.ORDER_STATUS, "why is it late?", order=["SO-1043"])
    assert isinstance(order_status.judge(held, plant, limits), Do)


def test_whoever_only_reads_may_ask_what_could_be_done(ask, plant, limits):
    said = {"item": ["KN-STEAK"], "quantity": [50.0], "unit": ["pcs"], "due": ["by Friday"]}
    asked = ask("chow.audit", Intent.PRODUCTION_SCHEDULE, "can we make 50 steak knives by Friday?", **said)
    assert isinstance(production_schedule.judge(asked, plant, limits), AskPlan)


def test_the_place_and_how_it_is_called_are_handed_on(ask, plant, limits, catalogue):
    said = {"item": ["SET-24"], "quantity": [5.0], "unit": ["套"], "facility": ["C"]}
    asked = ask("zhang.wei", Intent.PRODUCTION_SCHEDULE, "火炭能做5套24件套吗", **said)
    inquiry = production_schedule.judge(asked, plant, limits).inquiry
    assert (inquiry.facility, inquiry.by) == ("C", None)
    assert catalogue.render(inquiry.what, Language.HANS, asked.now) == "24件套（SET-24） 5 套"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"quantity": [50.0], "unit": ["pcs"]}, "incomplete"),
        ({"item": ["KN-STEAK"]}, "incomplete"),
        ({"item": ["KN-STEAK", "SET-24"], "quantity": [5.0], "unit": ["pcs"]}, "incomplete"),
        ({"item": ["KN-STEAK"], "quantity": [2.0], "unit": ["days"]}, "incomplete"),
        ({"quantity": [5.0], "unit": ["pcs"], "unknown": (Unknown("item", "spork"),)}, "unknown_thing"),
        ({"item": ["KN-NONE"], "quantity": [5.0], "unit": ["pcs"]}, "unknown_thing"),
        ({"item": ["KN-STEAK"], "quantity": [5.0], "unit": ["kg"]}, "wrong_unit"),
        ({"item": ["KN-STEAK"], "quantity": [0.0], "unit": ["pcs"]}, "bad_quantity"),
        ({"item": ["KN-STEAK"], "quantity": [5.0], "unit": ["pcs"], "due": ["by 8am today"]}, "past_time"),
    ],
)
def test_what_cannot_be_meant_is_refused(ask, plant, limits, told, said, code):
    asked = ask("zhang.wei", Intent.PRODUCTION_SCHEDULE, "can we make them by then?", **said)
    verdict = production_schedule.judge(asked, plant, limits)
    assert isinstance(verdict, Refuse)
    assert verdict.code == code
    for language in Language:
        assert told(verdict.say, language)


def test_a_wish_is_still_a_wish(ask, plant, limits):
    asked = ask("zhang.wei", Intent.PRODUCTION_SCHEDULE, "expedite SO-1042, can we do it by Friday?",
                order=["SO-1042"], due=["by Friday"])  # fmt: skip
    assert isinstance(production_schedule.judge(asked, plant, limits), NeedPlan)
    assert asked.now + timedelta(days=5) > production_schedule.judge(asked, plant, limits).wish.by
