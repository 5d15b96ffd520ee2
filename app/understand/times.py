"""Where a message speaks of a time or a duration; what the words come to, `records.when` says."""

import re

from app.understand.numerals import CHINESE

_N = rf"(?:\d{{1,3}}(?:\.\d)?|{CHINESE}{{1,3}})"
_DAYS_CN = "大后天|后天|后日|听日|听朝|听晚|听夜|明天|明日|明早|明晚|今日|今天|今晚|今早|今朝|今夜|即日"
_WEEKDAY = "(?:下下?个?|今个?|这个?|本|呢个?)?(?:周|星期|礼拜)[一二三四五六日天]"
_PERIOD = (
    "(?:今个?|这个?|本|下个?|呢个?)?(?:月底|月尾|月中|月头|月初)|(?:下个?|今个?|这个?|本)(?:星期|礼拜|"
    "周|月)(?:内|底|尾)?|年底"
)
_DATE_CN = rf"(?:\d{{1,2}}|{CHINESE}{{1,3}})月(?:\d{{1,2}}|{CHINESE}{{1,3}})(?:日|号)?|(?<![\d\-])\d{{1,2}}日"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_DATE_EN = (
    r"(?:(?:(?:next|this|coming) )?(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?(?![a-z])"
    r"|the day after tomorrow|day after tomorrow|tomorrow|tmrw?|today|tonight"
    r"|(?:end of|by end of) (?:the |this )?(?:day|week|month|shift)|month end|eod|eow|next (?:week|"
    r"month)|this week"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?![\d:])|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}"
    r"|\d{4}-\d{1,2}-\d{1,2}|(?<![\d/])\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/]))"
)
_PART = "上午|下午|上昼|下昼|朝早|早上|晏昼|夜晚|晚上|中午|凌晨|傍晚|晚黑|宵夜|正午"
_NOT_A_LITTLE = r"(?<!有)(?!一点(?!钟|半|正|前|之前|[一三]刻|\d|[\s,。!?]|$))"
_CLOCK = (
    rf"(?:(?:(?:{_PART})\s?)?{_NOT_A_LITTLE}{_N}点(?:半|三刻|一刻|正|钟|\d{{1,2}}分?|"
    rf"{CHINESE}{{1,3}}分?)?(?:前|之前)?"
    rf"|(?<![\d:.])\d{{1,2}}:\d{{2}}(?!\d)(?:\s?[ap]\.?m(?![a-z]))?|"
    rf"(?<![\d:.\-])\d{{1,2}}(?:\.\d{{2}})?\s?[ap]\.?m(?![a-z])\.?"
    rf"|{_PART}|(?<![a-z])(?:noon|midday|midnight|this (?:morning|afternoon|evening))(?![a-z])|"
    rf"收工前?|放工前?|下班前)"
)
_UNIT_EN = r"(?:hours?|hrs?|h|minutes?|mins?|days?|weeks?)(?![a-z])"
_SPAN = (
    rf"(?:{_N}|半|几)\s?(?:个半小时|个半钟头?|个小时|个半|个钟头?|小时|钟头|分钟|天|日|个?星期|"
    rf"个?礼拜|周(?![一二三四五六日天]))半?(?:后|之后|内|之内|以内)?"
    rf"|半个?(?:钟头?|小时|日|天)(?:后|之后|内)?|个半(?:钟头?|小时)(?:后|之后|内)?|成日"
    rf"|(?<![a-z])(?:in |within |for )?(?:about )?(?:\d{{1,3}}(?:\.\d)?|half an?|an?|one|two|three|four|five|"
    rf"six)[ \-]?{_UNIT_EN}"
)
_DAY = rf"(?:{_DATE_CN}|{_WEEKDAY}|{_DAYS_CN}|{_PERIOD}|(?<![a-z]){_DATE_EN})"
_LINK = r"\s?(?:的|之?前|at |@ ?|, ?|by |before )?\s?"
_WHEN = re.compile(
    rf"(?:(?<![a-z])(?:by|before|until|till) )?(?:{_DAY}(?:{_LINK}(?:{_CLOCK}|{_DAY}))?(?:之?前|内|"
    rf"之内)?|{_SPAN}|{_CLOCK}(?:{_LINK}{_DAY})?)"
)


def when_spans(matching: str) -> list[tuple[int, int]]:
    """Where the matching form speaks of a time or a duration, in order, without overlaps."""
    return [found.span() for found in _WHEN.finditer(matching)]
