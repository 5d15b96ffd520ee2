"""How many of what: 350 kg, 两卷, 二十箱, 2打 (24 pieces), 5k, 六百二, 300到350件, -50."""

import re
from collections.abc import Iterator

from app.understand.found import BLOT, Found
from app.understand.numerals import ARABIC, CHINESE, ENGLISH, NUMBER, WORD, value
from app.understand.units import UNITS, Unit

_LATIN_UNIT = "(?![a-z])(?!(?<=[a-z])[0-9])"
_ANY_UNIT = "|".join(f"(?P<u{n}>{unit.words})" for n, unit in enumerate(UNITS))
_NOT_A_COUNT = (
    r"(?!\s?(?:号|#|楼|层|班|线|组|期|月|日|点|时|年|度|岁|成|%|‰|mm|毫米|厘米|公厘|公釐|cm|寸|目|工序|道|次|趟|"
    r"天|小时|分钟|分(?![两成开批])|秒|钟|倍|hrc|°|℃|am|pm|hz|v(?![a-z])|kw|rpm|inch|grit|ft(?![a-z])|(?:st|nd|rd|th)(?![a-z])|张|批"
    r"|种|款|类|元|蚊|块钱|份|下|间|家|句|轮|周|星期|礼拜|percent|dollars?|bucks|hkd|times|degrees?|o'?clock|"
    r"shifts?(?![a-z])|weeks?|hours?|hrs?|days?|mins?|minutes?|years?|strokes?|cavity|sharp"
    r"|jobs?(?![a-z])|orders?|more min))"
)
_NO_GOODS = (
    r"(?:厂|问题|月|星期|礼拜|钟|小时|半(?:小时|钟)|订单|单(?!头)|会(?!计|开|抛|修)|办法|批次|客|方案|方法|提议|建议|电话|圈|表|"
    r"日期|晚上|上午|下午|早上|夜班|夜更|班|部门|地方|位置|卡位|case|线|拉|字|意见|条件|理由|阶段|步骤|工序|鬼|屁|"
    r"礼拜|通知|说法|数(?![过了])|缺口|样|规格|仓|头两个大|讲法|号码|红包|星)"
)
_SIGN = r"(?P<sign>(?:(?<![\w\-])|(?<=[\u4e00-\u9fff]))[-−–]\s?|负\s?|minus\s|negative\s)?"
_ANY_NUMBER = re.compile(rf"[\d半]|{CHINESE}|(?<![a-z])(?:half|{WORD}|doz)")
_START = r"(?<![a-z0-9./])(?<!\d[:,])"
_COUNT = (
    rf"(?:{ARABIC})(?:\s?[kw](?![a-z])|[百千万亿])?|(?<!{CHINESE})(?<!几){CHINESE}{{1,12}}"
    rf"|(?<![a-z])(?:{ENGLISH}|(?<!half )a(?= (?:dozen|doz)(?![a-z])))(?=[ \-])"
)
_QUANTITY = re.compile(
    rf"{_START}{_SIGN}(?P<number>{_COUNT})(?![0-9])(?P<range>\s?(?:[-~至到]|to|or)\s?(?P<upto>{NUMBER}))?"
    rf"(?P<more>多|几|来)?(?:\s?[x×*]\s?)?(?:\s?-?(?:more )?)(?:{_ANY_UNIT}){_LATIN_UNIT}"
    rf"(?:(?P<half2>半)(?!制|成)|(?P<tail>(?<=吨){CHINESE})(?=[\s,。!?;]|$))?"
)
_HALF_OF = re.compile(
    rf"(?<![个{CHINESE[1:-1]}\d天月箱卷桶钟时])半\s?(?:{_ANY_UNIT}){_LATIN_UNIT}|"
    rf"(?<![a-z])half (?:an? )?(?:{_ANY_UNIT.replace('?P<u', '?P<h')}){_LATIN_UNIT}"
)
_BARE_END = rf"(?![a-z0-9/:]|[.,]\d|-[\da-z])(?!\s?%){_NOT_A_COUNT}"
_BARE = re.compile(
    rf"(?<![a-z0-9./\-#_±])(?<!\d[:,])(?:x(?=\d))?{_SIGN}(?P<number>(?:{ARABIC})(?:\s?[kw](?![a-z])|"
    rf"[千百万](?![件把个只]))?)(?P<range>\s?(?:[-~至到]|to)\s?(?P<upto>{ARABIC}))?{_BARE_END}"
)
_CHINESE_BARE = re.compile(
    rf"(?<!{CHINESE})(?<![第几初两.\d年])(?<!(?<![改写变做减])成)(?<!(?<![实点总件份])数)(?P<number>(?!千万(?!把)|万一|百分|十分|百般|千祈)"
    rf"(?:[一二两三四五六七八九]?[百千万廿]|[一二两三四五六七八九]十|十[一二三四五六七八九]){CHINESE}{{0,9}})(?![几多来余码平\d]|{CHINESE}){_NOT_A_COUNT}"
)
_ENGLISH_BARE = re.compile(
    rf"(?<![a-z])(?P<number>(?!one(?![ ]?(?:hundred|thousand)))(?:{ENGLISH}))(?![a-z])"
    rf"(?= (?:more |new |old |bent |finished |good |spare |extra |polished )?{BLOT}"
    r"| (?:went|left|ok|good|bad|ng|short|missing|scrap(?:ped)?)(?![a-z]))"
)
_VAGUE = re.compile(r"(?:[一二两三四五六七八九]{2,4}|[一二三四五六七八]?十[一二三四五六七八九]{2}|[百千万])")
_UNSURE_LEAD = re.compile(r"(?:几|(?<![实点总件个])数(?=[十百千])|每|上(?=[百千])|好几|每隔|唔止)\s?$")
_BOOKED = re.compile(
    r"(?:领|攞|拎|拿|送|调|退|还返|还|返|收|入|给|畀|俾|出|剩|剩返|得|报废|转|上|用|开|匀|爆|烂|ship|扣|净系得|只剩|[拿拎领攞搬取][走掉]|出来|落低)[了咗]?\s?$"
)
_HANDLED = frozenset({"kg", "roll", "carton", "box", "bag", "drum", "pallet", "set", "L", "pcs"})
_NAMED = re.compile(
    r"(?<![a-z])(?:lot|batch|error|err|alarm|rack|bay|dock|gate|room|line|bench|week|no\.?|number|shelf|bin|step|station|"
    r"page|level|floor|route|dn|spec|temp|seat|size|尾号|号码|压力|room|typhoon|rev|ver|version|test(?:ing)?|"
    r"测试|at|till|until|machine|door|zone|row|cell|phase|ext|from \d{1,2} to|option|plan|每隔|op"
    r"|forklift|truck|van|lorry|±|[a-z]{3,6}day)\s?#?\s?$"
)
_HARDNESS = re.compile(r"硬度|hrc|hardness|spec(?![a-z])|回火.{0,6}度")
_HEAT = re.compile(r"温度|炉温|油温|temp(?![a-z])|temperature|setpoint|设定")
_SIZE = re.compile(
    r"(?:尺寸|厚度?|公差|超差|长度|直径|角度|angle|thick(?:ness)?|tolerance|大咗|短[了咗]?|电压|压力|气压|pressure|电流|转速)[^,。;]{0,10}$"
)
_TOOL = re.compile(r"的(?:内六角|扳手|螺母|套筒|六角|钻)?(?=$|[\s,。]|内六角|扳手|都)")


def quantities(text: str) -> list[Found]:
    """The quantities in the matching form, in order, `value` a number with its sign, `unit` "" if unsaid.

    Dozens come as pieces, tonnes and grams as kg, millilitres as L; of a range both ends. Vague
    counts (几十, 三百多), ordinals and measures (硬度52) are none. The text must have everything else
    that holds numbers blotted out.
    """
    if not _ANY_NUMBER.search(text):
        return []
    measured = list(_QUANTITY.finditer(text))
    taken = {at for m in measured for at in range(*m.span())}
    found = [each for m in measured if not _idle(m) for each in _measured(m)]
    for shape, told in ((_HALF_OF, _half), (_BARE, _bare), (_CHINESE_BARE, _bare), (_ENGLISH_BARE, _bare)):
        fresh = [m for m in shape.finditer(text) if taken.isdisjoint(range(*m.span()))]
        taken.update(at for m in fresh for at in range(*m.span()))
        found += [each for m in fresh for each in told(m)]
    return sorted(found, key=lambda each: (each.start, each.end))


def _idle(found: re.Match[str]) -> bool:
    """Whether it only sounds like a count: 一个问题, 三百多把, 两三个, 第二个."""
    number, text = found["number"], found.string
    before, after = text[max(0, found.start() - 14) : found.start()], text[found.end() : found.end() + 6]
    unit = _unit_of(found)
    if found["more"] or _UNSURE_LEAD.search(before) or _no_goods(found, after):
        return True
    if _VAGUE.fullmatch(number) or (number == "零" and unit.name == "pcs"):
        return True
    if before.endswith("第"):
        return (value(number) or 0) < 30
    if unit.name in ("L", "m") and number.isalpha() and number.isascii() and len(found[0].split()[-1]) == 1:
        return True
    if unit.name == "kg" and _SIZE.search(before):
        return True
    return number in ("一", "one") and not found["tail"] and not _one_counts(unit, number, before, after)


def _no_goods(found: re.Match[str], after: str) -> bool:
    """Whether what follows is nothing that is stored or made, or the unit is one of money."""
    last = found[0][-1]
    if last == "块" and (value(found["number"]) or 0) >= 20 and re.match(r"$|[\s,。!?钱]", after):
        return True
    return last in "个件条位块份支部台" and re.match(_NO_GOODS, after.lstrip()) is not None


def _one_counts(unit: Unit, number: str, before: str, after: str) -> bool:
    if number == "one":
        return unit.name not in ("pcs", "unit")
    if unit.name in ("kg", "L", "catty", "lb"):
        return True
    return (
        unit.name in _HANDLED - {"pcs"}
        and bool(_BOOKED.search(before))
        and not after.startswith(("底", "都"))
    )


def _measured(found: re.Match[str]) -> Iterator[Found]:
    unit = _unit_of(found)
    count = (1.0 if found["number"] == "a" else value(found["number"]) or 0.0) + (
        0.5 if found["half2"] else 0.0
    )
    if found["tail"]:
        count += (value(found["tail"]) or 0.0) / 10
    yield _signed(found, count * unit.factor, unit.name)
    if found["upto"]:
        yield _signed(found, (value(found["upto"]) or 0.0) * unit.factor, unit.name)


def _half(found: re.Match[str]) -> Iterator[Found]:
    unit = _unit_of(found)
    yield Found("quantity", 0.5 * unit.factor, found.start(), found.end(), unit=unit.name)


def _measure(found: re.Match[str]) -> bool:
    """Whether a bare number is a name, a size, a hardness, a heat: what is not counted."""
    text, count = found.string, value(found["number"]) or 0.0
    before, after = text[max(0, found.start() - 20) : found.start()], text[found.end() : found.end() + 10]
    if (
        _NAMED.search(before)
        or _SIZE.search(before)
        or _TOOL.match(after)
        or ("." in found["number"].strip("k").rstrip("w") and count < 100)
    ):
        return True
    if found["number"] in ("一", "十", "百", "千", "万"):
        return True
    if 30 <= count <= 70 and _HARDNESS.search(text):
        return True
    return count >= 100 and _HEAT.search(before) is not None


def _bare(found: re.Match[str]) -> Iterator[Found]:
    if _measure(found):
        return
    yield _signed(found, value(found["number"]) or 0.0, "")
    if upto := found.groupdict().get("upto"):
        yield _signed(found, value(upto) or 0.0, "")


def _signed(found: re.Match[str], count: float, unit: str) -> Found:
    minus = found.groupdict().get("sign")
    return Found("quantity", round(-count if minus else count, 6), found.start(), found.end(), unit=unit)


def _unit_of(found: re.Match[str]) -> Unit:
    name = next(k for k, v in found.groupdict().items() if v is not None and re.fullmatch(r"[uh]\d+", k))
    return UNITS[int(name[1:])]
