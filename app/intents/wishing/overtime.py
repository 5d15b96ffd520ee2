"""Ways to say how much overtime may be."""

import re

from app.intents.wishing.grammar import Context
from app.intents.wishing.marks import FACILITY, ORDER, WHEN
from app.intents.wishing.times import length_of
from app.records.wish import CapOvertime, PlainWish

OVERTIME = re.compile(r"加班|超时工作|(?<![a-z])(?:ot|o\.t\.|overtime|over time)(?![a-z])")
_NONE = re.compile(
    r"(?:唔好|不要|别|唔准|不准|不许|不可以|不能|不得|唔可以|唔使|不用|不|唔|冇|没有?|无|零|取消|免|"
    r"禁止|停止|勿|"
    r"避免)\s?(?:再|要|开|搞|做|安排|有|任何|所有|全部|晒|一切)*\s?(?:加班|"
    r"超时工作|ot(?![a-z])(?!开)|overtime)|"
    r"(?<![a-z])(?:no|zero|nobody|no ?one|without|avoid|cancel|don'?t|do not|not|never|skip|"
    r"stop)(?: (?:any|have|do|use|works?|does|"
    r"allow|schedule|plan|more|the|all|run|want))* (?:overtime|ot)(?![a-z])|"
    r"(?:加班|ot|overtime)\s?(?:一律|全部|都)?(?:取消|免|停|唔好|不要|not allowed|is not allowed)"
)
_AT_MOST = re.compile(
    r"最多|顶多|至多|(?:不|唔|别|勿)(?:要|好|可以|可|能|得|准)?(?:超过|多过|多于|长过|超|过)|上限|封顶|"
    r"为限|限制|限|"
    r"控制在|以内|之内|"
    r"(?<![a-z])(?:at most|max(?:imum)?|up to|no more than|not more than|limit(?:ed)?|capp?(?:ed)?|"
    r"at the most|only)(?![a-z])"
)
_HOURS = re.compile(
    r"(?:\d{1,2}(?:\.5)?|[一二两三四五六七八半])\s?(?:个半?|粒)?\s?(?:小时|钟头|钟|分钟)|"
    r"\d{1,3}(?:\.5)? ?(?:hours?|"
    r"hrs?|h|minutes?|"
    r"mins?)(?![a-z])|(?:half an|an|one|two|three|four) hours?"
)


def capped(words: str, context: Context) -> tuple[PlainWish, ...] | None:
    """The caps of a clause that names overtime; None where they cannot be told for certain."""
    signs = dict.fromkeys(re.findall(FACILITY, words))
    sites: list[str | None] = [context.marked.code(sign) for sign in signs] or [None]
    times = [context.marked.code(sign) for sign in re.findall(WHEN, words)]
    lengths = [length_of(each) for each in times] or [length_of(m[0]) for m in _HOURS.finditer(words)]
    if _AT_MOST.search(words) and len(lengths) == 1 and lengths[0] is not None and lengths[0] <= 1440:
        return tuple(CapOvertime(lengths[0], site) for site in sites)
    if _NONE.search(words) and not times and not re.search(ORDER, words):
        return tuple(CapOvertime(0, site) for site in sites)
    return None
