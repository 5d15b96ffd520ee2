"""Where a message speaks of a time or a duration; what the words come to, `records.when` says."""

import re

from app.understand.numerals import CHINESE

_N = rf"(?:(?<![\d.])\d{{1,3}}(?:\.\d)?|(?<!{CHINESE})(?<!第){CHINESE}{{1,4}})"
_WEEKLY = "周|星期|礼拜"
_SHIFT = "夜班|晚班|早班|中班|白班|日班|夜更|早更|日更|夜晚更"
_AHEAD = (
    "大后天|后天|后日|听日|听朝|听晚|听夜|明天|明日|明早|明朝|明晚|明午|今日|今天|今晚|今夜|即日|本日|当天|"
    "当日|翌日"
)
_WEEKDAY = rf"(?:(?<![看查问睇排试等])下下个?|下个?|今个?|这个?|本|呢个?)?(?:{_WEEKLY})[一二三四五六日天末]"
_PERIOD = (
    r"(?:今个?|这个?|本|下个?|呢个?)?(?:月底|月尾|月末|月中|月头|月初)"
    rf"|(?:下个?|今个?|这个?|本|呢个?)(?:{_WEEKLY}|week|月)(?:内|底|尾|初|中)?|年底|年尾"
)
_DATE_CN = (
    rf"(?:\d{{1,2}}|{CHINESE}{{1,3}})月(?:\d{{1,2}}|{CHINESE}{{1,3}})(?:日|号)?|(?<![\d\-])\d{{1,2}}日"
    r"|(?<![\dA-Za-z\-第])(?:[12]\d|3[01]|(?:二|三)?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?)号"
    r"(?![机线炉库仓位门架床台楼更车桶柜箱])"
    r"|(?<![\dA-Za-z\-第])[1-9一二三四五六七八九]号(?=之?前)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_NTH = r"(?:[12]?\d|3[01])(?:st|nd|rd|th)(?![a-z])"
_DATE_EN = (
    r"(?:(?:(?:next|this|coming) )?(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?![a-z])"
    r"|(?:the )?day after tomm?orr?ow|tomm?orr?ow|tmrw?|today|toni(?:ght|te)(?: night shift)?"
    r"|(?:by )?end of (?:the |this |next )?(?:day|week|month|shift|year)|month[ -]end|eod|eow"
    r"|(?:(?:rest|all) of )?(?:next|this|the) (?:weekend|week|wk|month)|weekend|week after"
    rf"|{_MONTH} {_NTH}|{_MONTH} \d{{1,2}}(?![\d:])|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|the {_NTH}"
    r"|week \d{1,2}(?!\d)|christmas|chinese new year|cny|new year"
    r"|\d{4}-\d{1,2}-\d{1,2}|(?<![\d/])\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/]))"
)
_PART = "上午|下午|上昼|下昼|朝早|早上|早晨|晏昼|夜晚|晚上|夜里|中午|凌晨|傍晚|晚黑|正午|午后"
_PART_EN = (
    r"(?:noon|midday|midnight|(?:this )?(?:morning|afternoon|evening)|night)(?![a-z]| shift"
    r"| van| truck)"
)
_NOT_A_LITTLE = (
    r"(?!零点[一二三四五六七八九\d])(?<!有)(?!(?<![午昼上晨晏到至改])一点(?!钟|半|正|前|之前|后|[一三]刻|\d))"
)
_HOUR = rf"(?:(?<![\d.])[012]?\d|(?<!{CHINESE})(?<!第)[〇零一二两三四五六七八九十]{{1,3}})"
_MINUTES = rf"(?:半|三刻|一刻|正|钟|\d{{1,2}}分?|{CHINESE}{{1,3}}分?)"
_AM = r"(?:a\.m\.|p\.m\.|[ap]\.?m(?![a-z]))"
_SAID_HOUR = rf"{_NOT_A_LITTLE}{_HOUR}(?:\s?点{_MINUTES}?|时(?![候间不常]){_MINUTES}?)"
_CLOCK = (
    rf"(?:(?:(?:{_PART})\s?)?{_SAID_HOUR}(?:\s?[至到\-~]\s?{_SAID_HOUR})?"
    rf"|(?<![\d:.])\d{{1,2}}:\d{{2}}(?!\d)(?:\s?{_AM})?"
    rf"|(?<![\d:.\-])\d{{1,2}}(?:\.\d{{2}})?\s?{_AM}"
    r"|(?<![\d:.\-])(?:1[0-2]|[1-9])\s?o'?\s?clock|(?<![\d:.\-])(?:1[0-2]|[1-9]) sharp"
    rf"|{_PART}|(?<![a-z]){_PART_EN})"
)
_UNIT_EN = r"(?:more )?(?:hours?|hrs?|minutes?|mins?|days?|weeks?)(?![a-z])"
_COUNT_EN = r"(?:\d{1,3}(?:\.\d)?|half an?|an?(?= h)|one|two|three|four|five|six|seven|eight|ten|twelve)"
_SPAN = (
    rf"(?:[这呢])?{_N}\s?(?:个半(?:小时|钟头?)|个小时|个半月?|[个粒]钟头?|粒半钟|小时|钟头|分钟|天|"
    rf"日(?![一二三四五六七八九十\d]{{1,3}}次|打|转|停)|个?(?:星期|礼拜)(?![一二三四五六日天])"
    rf"|周(?![一二三四五六日天末]))半?"
    r"(?:之?后|以后|之?内|以内)?"
    r"|[这呢]几[天日]|半[个粒]?(?:钟头?|小时|日|天|晚)(?:之?后|之?内)?|[个粒]半(?:钟头?|小时)(?:之?后|内)?"
    rf"|(?<![a-z])(?:in |within )?(?<![\d.]){_COUNT_EN}[ \-]?{_UNIT_EN}"
    rf"|(?<![a-z\d.])(?:in )?\d{{1,2}}\s?h(?![a-z])"
)
_DAY = rf"(?:{_DATE_CN}|{_WEEKDAY}|周末|{_AHEAD}|{_PERIOD}|(?<![a-z]){_DATE_EN})"
_EVENT = (
    r"(?:食饭|吃饭|午饭|埋数|收工|放工|下班|开工|开炉|天光|天黑|过年|新年|圣诞|国庆|交更|换班)之?前"
    r"|(?<![a-z])(?:after|before|till|until|by) (?:lunch|tea(?: break)?|break|dinner|shift end)(?![a-z])"
)
_OF_DAY = rf"(?:的|嘅)?\s?(?:{_SHIFT}|整天|全天|成日|收工|放工|下班)"
_LINK = r"(?:\s?(?:的|之?前|at |@ ?|by |before )?\s?|, )"
_BARE_HOUR = r"(?:1[0-2]|[1-9]|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?![a-z]))"
_AFTER_HOUR = (
    r"(?=\s?$|\s?[,.;!?](?!\d)|\s(?:only|sharp|or|and|if|for|to|in|on|we|i|so|then|today|tonight|tomorrow|"
    r"tmrw?|wont|will|pls|please|again|the|with|from|but|any|which|someone|now)(?![a-z]))"
)
_AT = (
    rf"(?<![a-z])from {_BARE_HOUR} to {_BARE_HOUR}(?!\d|\s?%)(?={_AFTER_HOUR[3:]}"
    rf"|(?<![a-z])(?:at|before|until|till|around) {_BARE_HOUR}(?![\d:.%]\d?|[a-z]){_AFTER_HOUR}"
    rf"|(?<![a-z])(?<!behind )(?<!short )(?<!down )(?<!late )(?<!up )(?<!cut )by {_BARE_HOUR}(?![\d:.%]"
    rf"|[a-z])"
    rf"{_AFTER_HOUR}"
)
_BY = r"(?<![a-z])(?:by|before|until|till) (?:the )?"
_TILL = r"(?<![延改推调提])至"
_FIRST = (
    r"(?=(?<![a-z])[abcdefhijlmnorstuw]"
    rf"|[\d这呢下今本周星礼月年大后听明即当翌半个粒至上朝早晏夜晚中凌傍正午食吃埋收放开天过新圣国交换廿卅日]"
    rf"|{CHINESE})"
)
_WHEN = re.compile(
    rf"{_FIRST}(?:{_AT}|{_EVENT}"
    rf"|(?:{_BY}|{_TILL})?(?:{_DAY}(?:{_OF_DAY})?(?:{_LINK}(?:{_CLOCK}))?(?:{_DAY})?|{_CLOCK}(?:{_LINK}{_DAY})?)"
    rf"(?:\s?(?:之?前|以前|以后|之后|内|之内))?|{_SPAN})"
)
_PAST_BEFORE = re.compile(
    r"(?:(?<![不得赶跟])上个?|昨天|昨晚|昨日|寻晚|寻日|琴晚|琴日|前天|last |since |yesterday )\s?$|(?:找"
    r"|搵|揾)了?$"
)
_AGO = re.compile(r"\s?(?:ago(?![a-z])|早就)")
_MORNING = re.compile(
    r"(?:今天|今日)?(?:早上|朝早|早晨|上午|上昼|凌晨|夜里)|this morning|morning|night|lunch|noon|一时"
)
_NEEDED = re.compile(r"(?:只?要|改|改到|于|by|in the|at|before)\s?$")
_HAPPENED = re.compile(r"(?![就会要可])[^,。!?;]{0,10}(?:[了咗过]|才接)(?!解)")
_GONE_PART = re.compile(r"(?:下午|下昼|夜晚|晚上|中午)")
_SHORT_DAY = re.compile(r"(?:mon|sat|sun|wed|may \d{1,2})")
_LEADS = re.compile(r"(?:on|by|before|next|this|till|until|and|or|of) $")


def when_spans(matching: str, text: str = "") -> list[tuple[int, int]]:
    """Where the matching form speaks of a time or a duration, in order, without overlaps.

    `text` is the same with its capitals, as far as they tell a day from a word (Sun, Sat). What
    is past (昨晚, 20 mins ago, 今朝) is no time that matters.
    """
    found = (match for match in _WHEN.finditer(matching))
    return [match.span() for match in found if _matters(match, text or matching)]


def _matters(found: re.Match[str], text: str) -> bool:
    said, start, end = found[0], found.start(), found.end()
    before, after = found.string[max(0, start - 8) : start], found.string[end : end + 14]
    if _PAST_BEFORE.search(before) or _AGO.match(after):
        return False
    if _SHORT_DAY.fullmatch(said):
        return not text[start : start + 1].islower() or bool(_LEADS.search(before))
    if _MORNING.fullmatch(said):
        return bool(_NEEDED.search(before))
    return not (_GONE_PART.fullmatch(said) and _HAPPENED.match(after))
