"""Harder mentions, as people on the floor write them: one thing's, two things', and nobody's."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.records.when import duration_minutes, resolve_due
from app.understand.entities import Index, Sighting, find_entities
from app.understand.normalise import Scripts, matching_form

Sees = Callable[[str], Sighting]
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Hong_Kong")


@pytest.mark.parametrize(
    ("said", "codes"),
    [("S O 1042", ("SO-1042",)), ("SO-1O42", ("SO-1042",)), ("so1o42 幾時有", ("SO-1042",)),
     ("一零四二上咗船未", ("SO-1042",)),
     ("一〇四二還在磨嗎", ("SO-1042",)), ("把1043插到1042前面", ("SO-1043", "SO-1042")),
     ("餐叉1034排前", ("SO-1034",)),
     ("如果星期日開工，1036同1042得唔得", ("SO-1036", "SO-1042")), ("1044個客催緊", ("SO-1044",)),
     ("1042星期三交唔交到", ("SO-1042",)), ("唔係300，係330，1036熱處理完咗", ("SO-1036",)),
     ("1042: 140 done", ("SO-1042",)),
     ("temp 1042 too high", ()), ("收到1042個", ()), ("1042 pcs", ()), ("1042把", ())],
)  # fmt: skip
def test_bare_numbers_of_orders(sees: Sees, said: str, codes: tuple[str, ...]) -> None:
    assert sees(said).entities.order == codes


@pytest.mark.parametrize("said", ["1059第一道冲压开始", "1066那批", "1039 please, how far?"])
def test_a_number_near_the_orders_is_one_that_the_tables_lack(sees: Sees, said: str) -> None:
    [unknown] = sees(said).unknown
    assert unknown.what == "order"
    assert unknown.nearest
    assert sees(said).entities.quantity == ()


@pytest.mark.parametrize(
    ("said", "code"),
    [("领了50公斤420给冲床一号", "SS-420"), ("两卷304", "SS-304"), ("三卷四二零去沖床", "SS-420"),
     ("三零四仲有冇", "SS-304"),
     ("is the 304 in yet", "SS-304"), ("420卷聽朝到", "SS-420"), ("十寸嗰批燒咗未", "KN-CHEF-10"),
     ("ten inch chef", "KN-CHEF-10"),
     ("120 grit on the shelf", "BELT-120"), ("scrap 14 chef 8", "KN-CHEF-8"), ("teaspon order", "SP-TEA"),
     ("diner fork", "FK-DIN"), ("walnutt handle", "HD-WAL"), ("quenchng oil", "OIL-Q"),
     ("面包到仲爭幾多", "KN-BREAD-9"), ("沙带用完", "BELT-120")],
)  # fmt: skip
def test_an_item_by_grade_by_size_and_with_a_slip(sees: Sees, said: str, code: str) -> None:
    assert sees(said).entities.item == (code,)
    assert sees(said).unknown == ()


@pytest.mark.parametrize(
    "said",
    [
        "8寸的模具",
        "氣動螺絲批",
        "rivet gun",
        "420把",
        "made 420",
        "做咗304",
        "420 pcs ok",
        "polish was late",
        "parking",
        "the tables spin",
    ],
)
def test_what_only_looks_like_an_item(sees: Sees, said: str) -> None:
    assert sees(said).entities.item == ()


@pytest.mark.parametrize(
    ("said", "near"),
    [("chef knifs", {"KN-CHEF-8", "KN-CHEF-10"}), ("stainles coil", {"SS-420", "SS-304"}),
     ("chef knief", {"KN-CHEF-8", "KN-CHEF-10"})],
)  # fmt: skip
def test_a_slip_that_fits_two_things_is_a_proposal(sees: Sees, said: str, near: set[str]) -> None:
    sighting = sees(said)
    assert sighting.entities.item == ()
    assert {code for each in sighting.unknown for code in each.nearest} == near


def test_a_slip_with_a_size_is_one_things_own(sees: Sees) -> None:
    assert sees("8-inch chef knifs").entities.item == ("KN-CHEF-8",)


@pytest.mark.parametrize(
    ("said", "codes"),
    [("跑光機2號", ("PL-02",)), ("二浩爐又死火", ("HT-02",)), ("四號磨", ("GR-04",)), ("炉子一号",
     ("HT-01",)), ("furnace two", ("HT-02",)),
     ("grindr 5", ("GR-05",)), ("polsher 4", ("PL-04",)), ("gr5个wheel", ("GR-05",)), ("laser 機 2号",
     ("LS-02",)),
     ("磨床3号坏了，挪到4号去", ("GR-03", "GR-04")), ("GR-03改成四号", ("GR-03", "GR-04")),
     ("packing line 1 down, use line 2", ("PK-01", "PK-02")),
     ("冲压这边，三号机没坏", ("ST-03",)), ("要是两台炉子一起开", ()), ("抛光三百六十把", ()),
     ("屯門師傅支援磨床", ()),
     ("三号机坏了", ()), ("25号去", ())],
)  # fmt: skip
def test_machines_in_passing(sees: Sees, said: str, codes: tuple[str, ...]) -> None:
    assert sees(said).entities.machine == codes


@pytest.mark.parametrize(
    ("said", "counts"),
    [("300到350件", [(300, "pcs"), (350, "pcs")]), ("3-4卷", [(3, "roll"), (4, "roll")]),
     ("300-350 pcs", [(300, "pcs"), (350, "pcs")]),
     ("三吨二", [(3200, "kg")]), ("半噸304", [(500, "kg")]), ("半卷420", [(0.5, "roll")]),
     ("百五件", [(150, "pcs")]), ("廿箱", [(20, "carton")]),
     ("3k", [(3000, "")]), ("餐刀八百二", [(820, "")]), ("比單上少二十", [(20, "")]),
     ("改成四百", [(400, "")]), ("two dozen", [(24, "pcs")]),
     ("a dozen", [(12, "pcs")]), ("two extra guys", [(2, "people")]),
     ("借两个会抛光的师傅", [(2, "people")]), ("兩個電工", [(2, "people")]),
     ("十块卡板", [(10, "pallet")]), ("3 rolls of 420", [(3, "roll")]),
     ("took 3 coils 420", [(3, "roll")]), ("二十五公斤六箱", [(25, "kg"), (6, "carton")]),
     ("刚才领50公斤写错了，是五十五", [(55, "kg")]), ("不是发了300个，是330", [(330, "pcs")]),
     ("61 belts not 70", [(61, "")]), ("第三百把", [(300, "pcs")]),
     ("five thousand screws", [(5000, "")]), ("bread knife x6", [(6, "")]),
     ("六板半製品", [(6, "pallet")]), ("交數：32套，仲爭18套", [(32, "set"), (18, "set")])],
)  # fmt: skip
def test_counts(sees: Sees, said: str, counts: list[tuple[float, str]]) -> None:
    entities = sees(said).entities
    assert list(zip(entities.quantity, entities.unit, strict=True)) == counts


@pytest.mark.parametrize(
    "said",
    ["三百多支", "300多把", "两百来个", "几十把", "成百支", "两三个", "第二个方案", "四个电话",
     "硬度52到56", "hardness 51, spec 56", "炉温850",
     "厚度超差0.3", "lot 88", "rack 7", "error 7", "dock 2", "60 percent", "600 dollars", "9 degrees",
     "压力四公斤", "每隔十支", "最后一箱",
     "三十八度五", "二十平方米", "三百块，", "千万别停", "1个圈", "两条拉", "at 4, please", "17的扳手"],
)  # fmt: skip
def test_what_is_no_count(sees: Sees, said: str) -> None:
    assert sees(said).entities.quantity == ()


@pytest.mark.parametrize(
    ("said", "due"),
    [("后日朝早要", ("后日朝早",)), ("今晚夜班炉1烧乜", ("今晚夜班",)), ("周三整天", ("周三整天",)),
     ("這兩天太滿", ("這兩天",)), ("OT三粒鐘", ("三粒鐘",)),
     ("tmrw morning", ("tmrw morning",)), ("before the weekend", ("before the weekend",)),
     ("week 48 之前", ("week 48 之前",)),
     ("from 4 to 7, any", ("from 4 to 7",)), ("they said 10 o'clock", ("10 o'clock",)), ("下午四時接走",
     ("下午四時",)), ("食飯前搞掂", ("食飯前",)),
     ("今晚十點至十二點", ("今晚十點至十二點",)), ("都二十號了", ("二十號",)), ("下月初", ("下月初",)),
     ("truck at 4 only", ("at 4",)),
     ("周六，周日都得", ("周六", "周日")), ("如果 Sat 開 OT", ("Sat",)), ("帮我看下下周三",
     ("下周三",)), ("趕不上星期三的船", ("星期三",)), ("closes at 6pm.", ("6pm",))],
)  # fmt: skip
def test_times_in_their_whole_words(sees: Sees, said: str, due: tuple[str, ...]) -> None:
    found = sees(said).entities.due
    assert found == due
    assert all(resolve_due(words, NOW, ZONE) or duration_minutes(words) for words in found)


@pytest.mark.parametrize(
    "said",
    ["早上好", "早上卸的", "上周五到的", "上星期一話", "昨晚十一点", "20 mins ago", "last Friday",
     "还要几天", "成日壞", "浪漫一点", "收工",
     "第二天", "零點三", "個mon裂咗", "he sat down", "12 stroke a minute", "ask Ah Keung", "一時唔記得",
     "找半天了", "behind by 4"],
)  # fmt: skip
def test_what_is_past_or_no_time(sees: Sees, said: str) -> None:
    assert sees(said).entities.due == ()


def test_a_no_and_a_yes_answer_both_tickets(sees: Sees) -> None:
    assert sees("D-00022 no，D-00023 yes").entities.decision_id == ("D-00022", "D-00023")
    assert sees("has 00031 been approved").entities.decision_id == ("D-00031",)


def test_feet_are_no_facility(sees: Sees) -> None:
    assert sees("a 20ft container").entities.facility == ()


_PIECES = ["1", "一", "a ", "1 ", "十", "two ", "1,", "1-", "周", "1个", "\x00", "2 x ", "1到", "the ",
    "420", "so-", "磨床", "星期三的", "at ", "个师",
           "三百", "半", "下", "one-two ", "今晚 at ", "唔係1，", "ก", "😀", "א"]  # fmt: skip


@pytest.mark.parametrize("piece", _PIECES)
def test_hostile_length_takes_no_long_time(piece: str, index: Index, scripts: Scripts) -> None:
    text = (piece * 40_000)[:4_000]  # as long as what cleaning leaves
    form = matching_form(text, scripts.simplify)
    took = []
    for _ in range(3):
        began = perf_counter()
        find_entities(text, form, index)
        took.append(perf_counter() - began)
    assert min(took) < 1.0


@given(
    st.lists(
        st.sampled_from(
            [*_PIECES, "SO-1042", "公斤", "把", "个人", "下周三", "不是", "polsher", "号", "?", "。"]
        ),
        max_size=40,
    )
)
@settings(max_examples=200, deadline=None)
def test_any_heap_of_hard_pieces_is_read(sees: Sees, pieces: list[str]) -> None:
    sighting = sees("".join(pieces))
    entities = sighting.entities
    assert len(entities.quantity) == len(entities.unit)
    assert all(1 <= len(each.nearest) <= 3 or not each.nearest for each in sighting.unknown)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
@settings(max_examples=200, deadline=None)
def test_every_time_found_lies_in_the_text(sees: Sees, text: str) -> None:
    assert all(words in sees(text).marked or words.strip() for words in sees(text).entities.due)
