"""The demo plant's names, and what is built from them once."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.ports import Names
from app.records.plant import Facility, Item, Machine, MachineState, Name
from app.understand.entities import Index, Sighting, find_entities, index_names
from app.understand.normalise import Scripts, clean, matching_form, opencc_scripts
from app.understand.rules import RuleBook, parse_all

SINCE = datetime(2026, 11, 1, tzinfo=UTC)

FACILITIES = (
    Facility("A", Name("Kwai Chung", "葵涌厂", "葵涌廠"), ("葵涌",), "day"),
    Facility("B", Name("Tuen Mun", "屯门厂", "屯門廠"), ("屯門",), "always"),
    Facility("C", Name("Fo Tan", "火炭厂", "火炭廠"), ("火炭",), "day"),
)
_MACHINES = (
    ("ST", "stamping", "Stamping press", "冲压机", "衝壓機", "AAA"),
    ("GR", "grinding", "Grinder", "磨床", "磨床", "AAAAB"),
    ("HT", "heat_treatment", "Furnace", "热处理炉", "熱處理爐", "BB"),
    ("PL", "polishing", "Polisher", "抛光机", "拋光機", "BBBBC"),
    ("LS", "laser", "Laser", "激光机", "激光機", "CC"),
    ("AS", "assembly", "Assembly line", "装配线", "裝配線", "CCC"),
    ("PK", "packing", "Packing line", "包装线", "包裝線", "CC"),
)
MACHINES = tuple(
    Machine(
        f"{code}-{n:02d}", Name(f"{en} {n}", f"{n}号{hans}", f"{n}號{hant}"), kind, site, (), "day",
        MachineState.RUNNING, SINCE,
    )
    for code, kind, en, hans, hant, sites in _MACHINES
    for n, site in enumerate(sites, 1)
)  # fmt: skip
_ITEMS = (
    ("KN-CHEF-8", "8-inch chef's knife", "8寸主厨刀", "8吋主廚刀", "pcs", ("8寸厨师刀",)),
    ("KN-CHEF-10", "10-inch chef's knife", "10寸主厨刀", "10吋主廚刀", "pcs", ("10寸厨师刀",)),
    ("KN-SANTOKU-7", "santoku knife", "三德刀", "三德刀", "pcs", ("santoku",)),
    ("KN-PARING-35", "paring knife", "水果刀", "水果刀", "pcs", ()),
    ("KN-BREAD-9", "bread knife", "面包刀", "麵包刀", "pcs", ()),
    ("KN-STEAK", "steak knife", "牛排刀", "牛扒刀", "pcs", ()),
    ("KN-DIN", "dinner knife", "餐刀", "餐刀", "pcs", ()),
    ("FK-DIN", "dinner fork", "餐叉", "餐叉", "pcs", ()),
    ("SP-DIN", "table spoon", "汤匙", "湯匙", "pcs", ("汤羹",)),
    ("SP-TEA", "teaspoon", "茶匙", "茶匙", "pcs", ("tea spoon", "茶羹")),
    ("SET-24", "24-piece set", "24件套", "24件套", "set", ()),
    ("SS-420", "420 stainless coil", "420不锈钢卷", "420不鏽鋼卷", "kg", ("420钢", "420 steel")),
    ("SS-304", "304 stainless coil", "304不锈钢卷", "304不鏽鋼卷", "kg", ("304钢", "304 steel")),
    ("HD-POM", "black POM handle", "黑色手柄", "黑色手柄", "pcs", ("黑柄", "pom handle", "black handle")),
    ("HD-WAL", "walnut handle", "胡桃木手柄", "胡桃木手柄", "pcs", ("木柄",)),
    ("RV-6", "6 mm rivet", "6毫米铆钉", "6毫米鉚釘", "pcs", ("铆钉",)),
    ("SC-M6", "M6 screw", "M6螺丝", "M6螺絲", "pcs", ()),
    ("WX-POL", "polishing wax", "抛光蜡", "拋光蠟", "kg", ()),
    ("OIL-Q", "quenching oil", "淬火油", "淬火油", "L", ()),
    ("BX-GIFT", "gift box", "礼盒", "禮盒", "pcs", ()),
    ("BX-24", "carton", "24套纸箱", "24套紙箱", "pcs", ()),
    ("BELT-120", "120-grit belt", "120目砂带", "120目砂帶", "pcs", ()),
)
ITEMS = tuple(Item(code, Name(en, hans, hant), unit, alias) for code, en, hans, hant, unit, alias in _ITEMS)
ORDERS = tuple(f"SO-{n}" for n in (1031, 1034, 1036, 1038, 1040, 1041, 1042, 1043, 1044, 1050, 1055, 1060))

NAMES = Names(1, FACILITIES, MACHINES, ITEMS, ORDERS)

RULES = Path(__file__).resolve().parents[2] / "config" / "rules"
Sees = Callable[[str], Sighting]


@pytest.fixture(scope="session")
def names() -> Names:
    return NAMES


@pytest.fixture(scope="session")
def scripts() -> Scripts:
    return opencc_scripts()


@pytest.fixture(scope="session")
def index(scripts: Scripts) -> Index:
    return index_names(NAMES, scripts.simplify)


@pytest.fixture(scope="session")
def book() -> RuleBook:
    return parse_all({file.name: file.read_text(encoding="utf-8") for file in RULES.glob("*.toml")})


@pytest.fixture(scope="session")
def sees(scripts: Scripts, index: Index) -> Sees:
    """What is found in a message."""

    def see(words: str) -> Sighting:
        text = clean(words, "Chargehand", 4_000)
        return find_entities(text, matching_form(text, scripts.simplify), index)

    return see
