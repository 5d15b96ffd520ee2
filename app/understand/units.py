"""The words for units of goods, people and machines, and what each of them counts."""

from dataclasses import dataclass

PERSON_CN = (
    r"人(?!民|家)|师傅|师父|工人|工友|工|员|学徒|徒弟|代表|兄弟|伙计|伙记|后生|同事|新人|老手|新手|熟手|技工|"
    r"司机|组长|大汉|帮手|识|新嚟|搬筐|大只"
)
PERSON_EN = (
    r"(?:people|persons?|guys?|workers?|operators?|hands|men|man|helpers?|packers?|drivers?|fitters?|"
    r"polishers|technicians?|electricians?|welders?|mechanics?|storemen|storeman|staff|polish boys)"
)
_ADJECTIVE_EN = r"(?:(?!and |of |for |to |with |in |at |on |or |from |the )[a-z]{2,12} ){0,2}"


@dataclass(frozen=True, slots=True)
class Unit:
    """`name` is the unit as we tell it, `factor` how many of them one of `words` stands for."""

    name: str
    words: str
    factor: float = 1.0


UNITS = (
    Unit(
        "people",
        rf"[个名位](?![圈月]|半(?!路))[^\d,。!?、\x00厂部组线点]{{0,6}}?(?:{PERSON_CN}|packers?|operators?|drivers?|guys)",
    ),
    Unit(
        "people",
        rf"人(?!民|家)|位(?!置|子)|名(?!字|单)|(?: ?more ){{0,1}}{_ADJECTIVE_EN}{PERSON_EN}(?![a-z])",
    ),
    Unit("pcs", r"dozens?|doz|dz|打(?![磨印光包开])", 12.0),
    Unit("kg", r"公斤|千克|kgs?|kilos?|kilograms?"),
    Unit("kg", r"吨|tonnes?|tons?|mt", 1000.0),
    Unit("kg", r"克|grams?|g", 0.001),
    Unit("catty", r"斤"),
    Unit("lb", r"磅|lbs?|pounds?"),
    Unit("L", r"公升|升|l|lit(?:re|er)s?|ltrs?"),
    Unit("L", r"毫升|ml", 0.001),
    Unit("set", r"套(?!装)|sets?"),
    Unit("roll", r"卷|rolls?|coils?"),
    Unit("carton", r"大?箱|cartons?|ctns?"),
    Unit("box", r"小?盒|box(?:es)?"),
    Unit("bag", r"[小大]?袋|[小大]?包(?!装)|bags?"),
    Unit("drum", r"[小大]?桶|drums?|barrels?"),
    Unit("pallet", r"[块个张]?(?:卡板|栈板|托盘?)|板(?!材|机)|pall?ets?(?! (?:jack|truck))"),
    Unit("m", r"米|met(?:re|er)s?|m"),
    Unit("vehicle", r"(?:部|架|辆|台)(?:货车|叉车|大车|车)|trucks?(?! load)|lorr(?:y|ies)|vans?|forklifts?"),
    Unit(
        "pcs",
        r"件(?!套)|[对双](?!面|边|方|手|班)|把|个|只|支|片|块|条|根|粒|颗|枝|嚿|pcs?|pieces?|pce|ea|each|units?|nos",
    ),
    Unit("", r"篮|筐|baskets?|crates?"),
    Unit("unit", r"台|部(?!门|分|长)|架(?!上|子|顶)|辆"),
)
"""Names are ours; the first that fits counts, so a longer word stands before its beginning."""
