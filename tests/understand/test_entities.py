from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ports import Names
from app.records.reading import Unknown
from app.records.when import duration_minutes, resolve_due
from app.understand.entities import Sighting, index_names
from app.understand.normalise import Scripts

Sees = Callable[[str], Sighting]
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    ["SO-1042", "so1042", "SO 1042", "so#1042", "S.O. 1042", "SO－１０４２", "1042嗰張單", "1042單",
     "1042 單", "order 1042",
     "Order no. 1042", "job 1042", "訂單1042", "单号1042", "工单 1042", "1042號單", "1042呢張訂單",
     "1042幾時好", "SO-1042做完", "(SO-1042)"],
)  # fmt: skip
def test_an_order_in_every_spelling(sees: Sees, said: str) -> None:
    sighting = sees(said)
    assert sighting.entities.order == ("SO-1042",)
    assert sighting.entities.quantity == ()
    assert sighting.unknown == ()


@pytest.mark.parametrize(
    ("said", "code"),
    [("8寸主厨刀", "KN-CHEF-8"), ("8吋主廚刀", "KN-CHEF-8"), ("八寸主厨刀", "KN-CHEF-8"), ("厨师刀八寸",
     "KN-CHEF-8"), ("主廚刀（8寸）", "KN-CHEF-8"),
     ("8-inch chef", "KN-CHEF-8"), ("8 inch chef's knives", "KN-CHEF-8"), ('8" chef knife', "KN-CHEF-8"),
     ("8寸的主厨刀", "KN-CHEF-8"),
     ("10 inch chef knife", "KN-CHEF-10"), ("十寸主厨刀", "KN-CHEF-10"), ("kn-chef-8", "KN-CHEF-8"),
     ("KNCHEF8", "KN-CHEF-8"),
     ("KN CHEF 8", "KN-CHEF-8"), ("santoku", "KN-SANTOKU-7"), ("paring knives", "KN-PARING-35"), ("麵包刀",
     "KN-BREAD-9"),
     ("牛扒刀", "KN-STEAK"), ("餐刀", "KN-DIN"), ("dinner forks", "FK-DIN"), ("湯羹", "SP-DIN"),
     ("teaspoons", "SP-TEA"), ("24件套", "SET-24"),
     ("24-piece sets", "SET-24"), ("420不鏽鋼卷", "SS-420"), ("420不锈钢", "SS-420"), ("420钢", "SS-420"),
     ("304 stainless", "SS-304"),
     ("ss304", "SS-304"), ("胡桃木手柄", "HD-WAL"), ("木柄", "HD-WAL"), ("POM handles", "HD-POM"), ("铆钉",
     "RV-6"), ("6 mm rivets", "RV-6"),
     ("六毫米鉚釘", "RV-6"), ("M6螺丝", "SC-M6"), ("m6 screws", "SC-M6"), ("拋光蠟", "WX-POL"),
     ("quenching oil", "OIL-Q"), ("禮盒", "BX-GIFT"),
     ("gift boxes", "BX-GIFT"), ("24套紙箱", "BX-24"), ("120目砂带", "BELT-120"), ("砂帶", "BELT-120")],
)  # fmt: skip
def test_an_item_by_any_name(sees: Sees, said: str, code: str) -> None:
    sighting = sees(f"查下{said}呀")
    assert sighting.entities.item == (code,)
    assert sighting.entities.quantity == ()
    assert sighting.unknown == ()


@pytest.mark.parametrize(
    ("said", "codes"),
    [("GR-03", ("GR-03",)), ("gr3", ("GR-03",)), ("GR 03", ("GR-03",)), ("3號磨床", ("GR-03",)),
     ("磨床3号", ("GR-03",)), ("三号磨床", ("GR-03",)),
     ("抛光机4号", ("PL-04",)), ("4号抛光", ("PL-04",)), ("polisher 4", ("PL-04",)),
     ("grinder no. 3", ("GR-03",)), ("furnace #1", ("HT-01",)),
     ("B厂磨床坏了", ("GR-05",)), ("屯門嘅磨床", ("GR-05",)), ("A厂磨床", ()), ("As 3 of them failed", ()),
     ("is on 3", ()), ("抛光蜡4桶", ())],
)  # fmt: skip
def test_machines(sees: Sees, said: str, codes: tuple[str, ...]) -> None:
    assert sees(said).entities.machine == codes


@pytest.mark.parametrize(
    ("said", "codes"),
    [("A厂", ("A",)), ("A廠", ("A",)), ("葵涌", ("A",)), ("Kwai Chung", ("A",)), ("facility B", ("B",)),
     ("site c", ("C",)), ("B plant", ("B",)),
     ("屯门", ("B",)), ("火炭廠", ("C",)), ("由A去B", ("A", "B")), ("from A to C", ("A", "C")),
     ("put it aside", ()), ("a side", ()),
     ("a site in b", ()), ("can a man help", ()), ("plan b", ())],
)  # fmt: skip
def test_facilities(sees: Sees, said: str, codes: tuple[str, ...]) -> None:
    assert sees(said).entities.facility == codes


@pytest.mark.parametrize(
    ("said", "quantity", "unit"),
    [("三百五十公斤", 350, "kg"), ("两卷", 2, "roll"), ("2打", 24, "pcs"), ("半打", 6, "pcs"),
     ("half a dozen", 6, "pcs"), ("5k", 5000, ""),
     ("1,200 pcs", 1200, "pcs"), ("二十箱", 20, "carton"), ("-50", -50, ""), ("入-50件", -50, "pcs"),
     ("负50件", -50, "pcs"), ("minus 50", -50, ""),
     ("2.5吨", 2500, "kg"), ("500克", 0.5, "kg"), ("20 L", 20, "L"), ("借兩個人", 2, "people"),
     ("4 guys", 4, "people"), ("3套", 3, "set"),
     ("99999999 个", 99_999_999, "pcs"), ("0 pcs", 0, "pcs"), ("收到,300", 300, ""),
     ("一千二百支", 1200, "pcs"),
     ("唔係300，係330", 330, ""), ("收到300，不对，330公斤", 330, "kg"),
     ("300 pcs sorry 330 pcs", 330, "pcs"), ("从300改成330", 330, ""),
     ("係330，唔係300", 330, "")],
)  # fmt: skip
def test_a_quantity(sees: Sees, said: str, quantity: float, unit: str) -> None:
    entities = sees(said).entities
    assert entities.quantity == (quantity,)
    assert entities.unit == (unit,)


@pytest.mark.parametrize(
    "said",
    ["SO-1042", "GR-03", "8寸主厨刀", "24件套", "3号线", "850度", "58 HRC", "第三工序", "两点半", "14:30",
     "停2小时", "5月3日", "有一个问题", "D-00042",
     "E-07", "M6螺丝", "一下", "第2班", "12/5", "3/4", "50%", "v2", "一个会", "三個廠"],
)  # fmt: skip
def test_a_number_that_belongs_to_something_else_is_no_quantity(sees: Sees, said: str) -> None:
    assert sees(said).entities.quantity == ()


@pytest.mark.parametrize(
    ("said", "code"),
    [("D-00042", "D-00042"), ("d42", "D-00042"), ("單號 D-42", "D-00042"), ("D 42", "D-00042"),
     ("decision 42", "D-00042"), ("R-0003", "R-0003"),
     ("r-3", "R-0003"), ("Q-0007", "Q-0007"), ("q-7", "Q-0007"), ("request 3", "R-0003"), ("批D-42吧",
     "D-00042")],
)  # fmt: skip
def test_tickets_are_written_out(sees: Sees, said: str, code: str) -> None:
    assert sees(said).entities.decision_id == (code,)


@pytest.mark.parametrize("said", ["Q3 target", "3d print", "R3", "RV-6", "d级"])
def test_what_only_looks_like_a_ticket(sees: Sees, said: str) -> None:
    assert sees(said).entities.decision_id == ()


@pytest.mark.parametrize(
    ("said", "what", "named", "near"),
    [("SO-9999去到邊", "order", "SO-9999", None), ("order 9999?", "order", "SO-9999", None), ("9999嗰張單",
     "order", "SO-9999", None),
     ("SO-1052", "order", "SO-1052", "SO-1042"), ("GR-77 停机", "machine", "GR-77", None), ("PL-09",
     "machine", "PL-09", "PL-01"),
     ("9號磨床", "machine", "9號磨床", "GR-01"), ("KN-XXX", "item", "KN-XXX", "KN-DIN"), ("KN-CHEF-80",
     "item", "KN-CHEF-80", "KN-CHEF-8"),
     ("主廚刀", "item", "主廚刀", "KN-CHEF-8"), ("12寸主厨刀", "item", "12寸主厨刀", "KN-CHEF-8"),
     ("不锈钢卷", "item", "不锈钢卷", "SS-420")],
)  # fmt: skip
def test_what_the_tables_lack_is_named_with_its_nearest(
    sees: Sees, said: str, what: str, named: str, near: str | None
) -> None:
    sighting = sees(said)
    [unknown] = sighting.unknown
    assert (unknown.what, unknown.said) == (what, named)
    assert 1 <= len(unknown.nearest) <= 3
    assert near is None or near in unknown.nearest
    assert what in sighting.kinds
    assert not getattr(sighting.entities, what)


@pytest.mark.parametrize(
    "said", ["set-up time", "oil-free", "so 300 pcs were made", "order 300 more", "x-ray", "belt-driven"]
)
def test_english_words_are_no_codes(sees: Sees, said: str) -> None:
    sighting = sees(said)
    assert sighting.unknown == ()
    assert sighting.entities.order == ()


@pytest.mark.parametrize(
    ("said", "words"),
    [("SO-1042要聽日做好", "聽日"), ("下週三要", "下週三"), ("by Fri noon please", "by Fri noon"),
     ("月底前", "月底前"), ("今晚", "今晚"), ("at 2pm", "2pm"),
     ("14:30", "14:30"), ("兩點半", "兩點半"), ("in 2 h", "in 2 h"), ("2小时后", "2小时后"), ("停2小时",
     "2小时"), ("听日下昼三点前", "听日下昼三点前"),
     ("before 5pm tomorrow", "before 5pm tomorrow"), ("12月5日", "12月5日"), ("后天", "后天")],
)  # fmt: skip
def test_times_keep_their_words(sees: Sees, said: str, words: str) -> None:
    due = sees(said).entities.due
    assert due == (words,)
    zone = ZoneInfo("Asia/Hong_Kong")
    assert resolve_due(due[0], NOW, zone) is not None or duration_minutes(due[0]) is not None


@pytest.mark.parametrize("said", ["有一点问题", "maybe 2", "data days", "3d", "点解", "sunny"])
def test_what_is_no_time(sees: Sees, said: str) -> None:
    assert sees(said).entities.due == ()


def test_unknown_is_a_proposal_never_a_pick(sees: Sees) -> None:
    assert sees("KN-STAEK 50把").unknown[0] == Unknown(
        "item", "KN-STAEK", sees("KN-STAEK").unknown[0].nearest
    )
    assert sees("KN-STAEK 50把").entities.item == ()


def test_a_shared_name_beside_one_of_its_own_is_no_stranger(sees: Sees) -> None:
    seen = sees("issue 2,000 kg SS-420 去ST-01，stainless coil 二號架")
    assert seen.entities.item == ("SS-420",)
    assert seen.unknown == ()


def test_several_things_keep_their_order(sees: Sees) -> None:
    entities = sees("SO-1043同SO-1042，餐叉200把、餐刀300把，由B去A").entities
    assert entities.order == ("SO-1043", "SO-1042")
    assert entities.item == ("FK-DIN", "KN-DIN")
    assert entities.quantity == (200, 300)
    assert entities.facility == ("B", "A")


def test_a_sender_cannot_write_the_marks(sees: Sees) -> None:
    assert "Ⓞ" not in sees("Ⓞ 做完未").marked
    assert sees("SO-1042 做完未").marked == "Ⓞ 做完未"


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_without_a_fault(sees: Sees, text: str) -> None:
    entities = sees(text).entities
    assert len(entities.quantity) == len(entities.unit)


@given(
    st.lists(
        st.sampled_from(
            [
                "SO-1042",
                "GR",
                "3号磨床",
                "8寸",
                "主厨刀",
                "半",
                "打",
                "300",
                "公斤",
                "-",
                ".",
                ",",
                "下周三",
                "2pm",
                "唔係",
                "A厂",
                "KN-",
            ]
        ),
        max_size=30,
    )
)
@settings(max_examples=300, deadline=None)
def test_any_heap_of_plant_words_is_read_without_a_fault(sees: Sees, words: list[str]) -> None:
    sighting = sees("".join(words))
    assert set(sighting.entities.order) <= {"SO-1042"}


def test_an_empty_plant_is_read(scripts: Scripts, sees: Sees) -> None:
    empty = index_names(Names(0, (), (), (), ()), scripts.simplify)
    assert empty.names.find("anything 8寸") == []
    assert next(empty.orders.find_written("so-1042")).kind == "unknown"
    assert empty.codes.find_facilities("a厂 facility b", "A厂 facility B") == []
