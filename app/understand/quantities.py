"""How many of what: 350 kg, 两卷, 二十箱, 2打 (24 pieces), 5k, -50."""

import re
from dataclasses import dataclass

from app.understand.found import Found
from app.understand.numerals import ARABIC, ENGLISH, NUMBER, value


@dataclass(frozen=True, slots=True)
class _Unit:
    name: str
    words: str
    factor: float = 1.0


_UNITS = (
    _Unit(
        "people",
        r"个人(?:手)?|个(?:师傅|工人|操作工|同事|伙计|焊工)|人(?!民)|位|名|people|persons?|guys|"
        r"workers|operators|hands|men|helpers",
    ),
    _Unit("pcs", r"dozens?|doz|dz|打(?![磨印光包开])", 12.0),
    _Unit("kg", r"公斤|千克|kgs?|kilos?|kilograms?"),
    _Unit("kg", r"吨|tonnes?|tons?|mt", 1000.0),
    _Unit("kg", r"克|grams?|g", 0.001),
    _Unit("catty", r"斤"),
    _Unit("lb", r"磅|lbs?|pounds?"),
    _Unit("L", r"公升|升|l|lit(?:re|er)s?|ltrs?"),
    _Unit("L", r"毫升|ml", 0.001),
    _Unit("set", r"套|sets?"),
    _Unit("roll", r"卷|rolls?|coils?"),
    _Unit("carton", r"箱|cartons?|ctns?"),
    _Unit("box", r"盒|box(?:es)?"),
    _Unit("bag", r"袋|包(?!装)|bags?"),
    _Unit("drum", r"桶|drums?|barrels?"),
    _Unit("pallet", r"卡板|托盘?|板|pallets?"),
    _Unit("m", r"米|met(?:re|er)s?|m"),
    _Unit("pcs", r"件(?!套)|把|个|只|支|片|块|条|根|粒|颗|枝|嚿|pcs?|pieces?|pce|ea|each|units?|nos"),
    _Unit("vehicle", r"(?:部|架|辆|台)(?:货车|叉车|车)|trucks?|lorr(?:y|ies)|vans?|forklifts?"),
    _Unit("unit", r"台|部|架"),
)
"""Names are ours; the first that fits counts, so a longer word stands before its beginning."""

_ANY_UNIT = "|".join(f"(?P<u{n}>{unit.words})" for n, unit in enumerate(_UNITS))
_NOT_A_COUNT = (
    r"(?!\s?(?:号|#|楼|班|线|组|期|月|日|点|年|度|岁|成|%|‰|mm|毫米|厘米|cm|寸|目|工序|道|次|天|小时|"
    r"分钟|秒|钟|hrc|°|℃|am|pm|hz|v(?![a-z])|kw|rpm|inch|grit|(?:st|nd|rd|th)(?![a-z])|张单|张订单|批次"
    r"|种|款|类|元|蚊|块钱|个(?:厂|问题|月|星期|礼拜|钟|订单|单|会|办法|位|客)))"
)
_SIGN = r"(?P<sign>(?:(?<![\w\-])|(?<=[\u4e00-\u9fff]))[-−–]\s?|负\s?|minus\s|negative\s)?"
_QUANTITY = re.compile(
    rf"(?<![a-z0-9./:])(?<!\d,){_SIGN}(?P<number>{NUMBER}|"
    rf"(?<![a-z])(?:{ENGLISH})(?= ))(?![0-9])(?P<more>多|"
    rf"几)?(?:\s?[x×*]\s?)?(?:\s?-?)(?:{_ANY_UNIT})(?P<half2>半)?(?![a-z0-9])"
)
_HALF_OF = re.compile(
    rf"(?<!个)半\s?(?:{_ANY_UNIT})(?![a-z0-9])|"
    rf"half (?:an? )?(?:{_ANY_UNIT.replace('?P<u', '?P<h')})(?![a-z0-9])"
)
_BARE = re.compile(
    rf"(?<![a-z0-9./:\-#])(?<!\d,){_SIGN}(?P<number>(?:{ARABIC})(?:\s?k(?![a-z])|"
    rf"[千百万](?![件把个只]))?)(?![a-z0-9/:]|[.,]\d|-\d){_NOT_A_COUNT}"
)
_ONE_OF_TALK = re.compile(r"一\s?(?:个|件|条|片|块|位|部|台)(?!.{0,2}(?:都?(?:冇|没)))")


def quantities(text: str) -> list[Found]:
    """The quantities in the matching form, in order, `value` a number with its sign, `unit` "" if unsaid.

    Dozens come as pieces, tonnes and grams as kg, millilitres as L. The text must have everything
    else that holds numbers blotted out.
    """
    found = [_measured(m) for m in _QUANTITY.finditer(text) if not _idle(m)]
    taken = [(f.start, f.end) for f in found]
    halves = [_half(m) for m in _HALF_OF.finditer(text) if not _touches(m.span(), taken)]
    taken += [(f.start, f.end) for f in halves]
    bare = [_bare(m) for m in _BARE.finditer(text) if not _touches(m.span(), taken)]
    return sorted([*found, *halves, *bare], key=lambda each: each.start)


def _idle(found: re.Match[str]) -> bool:
    """Whether it only sounds like a count: 一个问题, 有一件事."""
    return bool(_ONE_OF_TALK.fullmatch(found[0])) or bool(
        re.match(r"\s?(?:厂|问题|月|星期|礼拜|钟|订单|单|会|办法|批次)", found.string[found.end() :][:4])
    )


def _measured(found: re.Match[str]) -> Found:
    unit = _unit_of(found)
    count = (value(found["number"]) or 0.0) + (0.5 if found["half2"] else 0.0)
    return _signed(found, count * unit.factor, unit.name)


def _half(found: re.Match[str]) -> Found:
    unit = _unit_of(found)
    return Found("quantity", 0.5 * unit.factor, found.start(), found.end(), unit=unit.name)


def _bare(found: re.Match[str]) -> Found:
    return _signed(found, value(found["number"].replace(" ", "")) or 0.0, "")


def _signed(found: re.Match[str], count: float, unit: str) -> Found:
    return Found(
        "quantity", round(-count if found["sign"] else count, 6), found.start(), found.end(), unit=unit
    )


def _unit_of(found: re.Match[str]) -> _Unit:
    name = next(k for k, v in found.groupdict().items() if v and re.fullmatch(r"[uh]\d+", k))
    return _UNITS[int(name[1:])]


def _touches(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
