"""A message with one sign for each thing that it names, so that patterns see their order and nothing else."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.intents.words import MACHINE_TYPES, folded
from app.ports import Facts
from app.records.plant import Facility, Item, Machine
from app.records.quoted import own_words
from app.records.reading import Entities

_TRADITIONAL = (
    "亂內別夠寧將對幾廠張後應於時晝暫條淨爲牀狀獨產當盡禮級細綫線緩纔聽與舊萬號裏裡訂計許變負責辦這遲"
    "鍾鎖順須願爭夥傳務嚇尋戶搶據斬煩編較長閒聞頂説間係隨餘購價採"
)
_SIMPLIFIED = (
    "乱内别够宁将对几厂张后应于时昼暂条净为床状独产当尽礼级细线线缓才听与旧万号里里订计许变负责办这迟"
    "钟锁顺须愿争伙传务吓寻户抢据斩烦编较长闲闻顶说间系随余购价采"
)
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

_BASES = {
    "order": 0xE000,
    "machine": 0xE100,
    "facility": 0xE200,
    "family": 0xE300,
    "due": 0xE400,
    "person": 0xE500,
}
"""The first of the signs that stand for things of a kind; cleaning leaves none of them in a message."""

ORDER = "[\ue000-\ue0ff]"
MACHINE = "[\ue100-\ue1ff]"
FACILITY = "[\ue200-\ue2ff]"
FAMILY = "[\ue300-\ue3ff]"
WHEN = "[\ue400-\ue4ff]"
PERSON = "[\ue500-\ue5ff]"
THING = "[\ue000-\ue5ff]"

_HAN_DIGITS = ("0零〇", "1一", "2二", "3三", "4四", "5五", "6六", "7七", "8八", "9九")
_AROUND_ORDER = re.compile(
    rf"(?:(?<![a-z])(?:the )?(?:order|job|po)(?: no\.?| number)?\s|(?:订单|工单|单号|张单|单)\s?)(?={ORDER})"
    rf"|(?<={ORDER})\s?(?:号|#)?\s?(?:嗰|那|呢|这)?(?:张|批|个|条)?(?:订单|工单|单(?!独)|柯打|(?:orders?|"
    rf"jobs?)(?![a-z]))"
)
_AROUND_MACHINE = re.compile(
    rf"(?:(?<![a-z])(?:the )?machine\s|机器\s?)(?={MACHINE})|(?<={MACHINE})\s?(?:嗰|那|呢|这)?(?:部|"
    rf"台)?机(?:器|"
    rf"床)?(?!会)"
)

ITS_ORDER = (
    r"(?:\s?(?:嘅|的)?\s?(?:嗰|那|呢|这)?一?(?:张|批|条)?(?:订单|工单|单(?![独价号位])|柯打)|"
    r"(?:'s)? (?:order|job|po)(?![a-z]))"
)
"""Behind an item's name: its order is meant."""

_TO_AN_HOUR = r"(?:\s?[-–~]\s?\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m(?![a-z])|点)?)?"
_MORE_TIMES = (
    re.compile(
        r"(?<![a-z])(?:(?:by|before|b4|until|till?|on) )?(?:mon|wed|sat|sun)(?:day)?(?![a-z])"
        r"(?:,? (?:night|morning|afternoon|evening|noon)(?![a-z]))?"
        r"(?: (?:at )?\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m(?![a-z]))?"
    ),
    re.compile(r"(?<![a-z])(?:half )?an? (?:day|week)(?![a-z])"),
)
"""Times that only the words of a wish are sure to mean."""


@dataclass(frozen=True, slots=True)
class Marked:
    """`text` is folded, with one sign for each thing; `things` are their codes, a time's its words."""

    text: str
    things: dict[str, str]

    def code(self, sign: str) -> str:
        """What a sign stands for."""
        return self.things[sign]

    def all_of(self, kind: str) -> tuple[str, ...]:
        """Every code of a kind, in the order of the text."""
        return tuple(self.things[s] for s in re.findall(kind, self.text))


def fold(text: str) -> str:
    """The text as the patterns are written: lower case, Simplified."""
    return folded(text).translate(_FOLD)


def mark(text: str, named: Entities, facts: Facts, *, bare: bool = False) -> Marked:
    """The sender's own words with signs; a thing whose words are not found has none.

    The order of an item is the only open one; `bare`: the item's name alone is its order as well.
    """
    line, things = " ".join(fold(own_words(text)).split()), dict[str, str]()
    for kind, code, spelling in (*_of_items(named, facts, bare=bare), *_spellings(named, facts)):
        sign = next((s for s, c in things.items() if c == code and _kind(s) == kind), "")
        sign = sign or chr(_BASES[kind] + sum(_kind(s) == kind for s in things))
        said = spelling.search(line)
        if said is not None:
            line, things[sign] = spelling.sub(sign, line), _apart(said[0]) if kind == "due" else code
    line = _AROUND_MACHINE.sub("", _AROUND_ORDER.sub("", line))
    return Marked(" ".join(line.split()), things)


def _apart(words: str) -> str:
    """Words of time as others spell them: til, b4; with a space between the scripts: fri 早上."""
    words = re.sub(r"\btil\b", "until", re.sub(r"\bb4\b", "before", words))
    return re.sub(r"(?<=[a-z])(?=[一-鿿])|(?<=[一-鿿])(?=[a-z])", " ", words)


def _kind(sign: str) -> str:
    return next(kind for kind, base in _BASES.items() if base <= ord(sign) < base + 0x100)


def _spellings(named: Entities, facts: Facts) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Ways to write each thing, those first that could be part of no other."""
    for number in named.order:
        yield "order", number, _order(number)
    for machine in filter(None, map(facts.machine, named.machine)):
        yield "machine", machine.code, _machine(machine)
    for words in sorted(named.due, key=len, reverse=True):
        yield "due", words, re.compile(re.escape(fold(words)) + _TO_AN_HOUR)
    yield from (("due", f"{n}", each) for n, each in enumerate(_MORE_TIMES))
    for site in facts.facilities():
        yield "facility", site.code, _facility(site)
    for family, pattern in _families(named, facts):
        yield "family", family, pattern
    for userid, pattern in _people(facts):
        yield "person", userid, pattern


def _order(number: str) -> re.Pattern[str]:
    found = re.fullmatch(r"([A-Za-z]*)\W*(\d+)", number)
    if found is None:
        return re.compile(re.escape(fold(number)))
    prefix = r"\.?\s?".join(found[1].lower())
    figures = "".join(f"[{_HAN_DIGITS[int(digit)]}]" for digit in found[2])
    return re.compile(
        rf"(?<![a-z0-9])(?:{prefix}\.?\s?(?:no\.?\s?)?[-#:_‐–]?\s?)?0*#?{figures}(?![0-9%]|[a-z](?![a-z])|"
        rf"[.:]\d)"
    )


def _machine(machine: Machine) -> re.Pattern[str]:
    """By code, by any of its names, by its type and number."""
    names = (machine.name.en, machine.name.hans, machine.name.hant, *machine.aliases)
    ways = [_word(fold(name)) for name in sorted(names, key=len, reverse=True) if name]
    if code := re.fullmatch(r"([A-Za-z]+)\W*0*(\d+)", machine.code):
        kind = next((p.pattern for value, p in MACHINE_TYPES if value == machine.type), "(?!)")
        number = f"0?(?:{code[2]}|{_HAN_DIGITS[int(code[2])][1]})" if len(code[2]) == 1 else code[2]
        word = rf"(?:{kind})(?:[a-z]{{0,8}}(?: machine| line| press)?|[一-鿿]{{0,3}}?)"
        ways += [
            rf"(?<![a-z0-9]){code[1].lower()}\s?[-#_]?\s?0*{code[2]}(?![0-9])",
            rf"(?<![0-9]){number}\s?(?:号|#)\s?(?:的|嘅)?{word}",
            rf"{word}\s?(?:no\.?|number|#|第)?\s?{number}(?![0-9.:点])\s?(?:号|#)?(?:机|炉|线)?",
        ]
    return re.compile("|".join(ways) or re.escape(fold(machine.code)))


def _facility(site: Facility) -> re.Pattern[str]:
    names = (site.name.en, site.name.hans, site.name.hant, *site.aliases)
    code = re.escape(fold(site.code))
    ways = [_word(fold(name)) + "厂?" for name in sorted(names, key=len, reverse=True) if name]
    ways += [
        rf"(?<![a-z]){code}\s?(?:厂|site|plant)",
        rf"(?<![a-z])(?:facility|site|plant|factory) {code}(?![a-z])",
    ]
    return re.compile("|".join(ways))


def _word(name: str) -> str:
    """A name as a pattern: a Latin one is no part of a longer word."""
    before = r"(?<![a-z0-9])" if name[:1].isascii() else ""
    return before + re.escape(name) + (r"(?![a-z0-9])" if name[-1:].isascii() else "")


def _families(named: Entities, facts: Facts) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The families of the items that are named, by the items' names."""
    for item in filter(None, map(facts.item, named.item)):
        if item.family:
            ways = (_word(fold(name)) for name in _item_names(item))
            yield item.family, re.compile("|".join(ways))


def _of_items(named: Entities, facts: Facts, *, bare: bool) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """The orders that are named by their items, of items that have one open order."""
    open_orders = facts.orders() if named.item else ()
    for item in filter(None, map(facts.item, named.item)):
        numbers = [order.number for order in open_orders if order.item == item.code]
        if len(numbers) == 1:
            name = "|".join(_word(fold(each)) for each in _item_names(item))
            phrase = rf"(?:(?<![a-z])(?:the|that|our) )?(?:{name}){ITS_ORDER}"
            of = rf"(?<![a-z])(?:the )?(?:order|job) (?:for|of) (?:the )?(?:{name})(?![a-z])"
            alone = rf"|(?:(?<![a-z])the )?(?:{name})" if bare else ""
            yield "order", numbers[0], re.compile(f"{phrase}|{of}{alone}")


def _item_names(item: Item) -> list[str]:
    names = (item.name.en, item.name.hans, item.name.hant, *item.aliases, item.code)
    return sorted(filter(None, names), key=len, reverse=True)


def _people(facts: Facts) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Everybody by the names that are theirs alone: in full, 小明, 阿明, Raj."""
    called: dict[str, set[str]] = {}
    for person in facts.people():
        for name in _called(fold(person.name)):
            called.setdefault(name, set()).add(person.userid)
    alone = {name: next(iter(ids)) for name, ids in called.items() if len(ids) == 1}
    for name in sorted(alone, key=len, reverse=True):
        yield alone[name], re.compile(_word(name))


def _called(name: str) -> Iterable[str]:
    if name.isascii():
        first = name.partition(" ")[0]
        return {name, first} if len(first) > 2 else {name} - {""}
    given = name[1:]
    return {name, f"阿{name[-1]}", *({given, f"阿{given}"} if len(given) > 1 else ())}
