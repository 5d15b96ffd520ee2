"""Ways to say that something waits for a day, or stays as it is planned; and that an order is a rush."""

import re

from app.intents.wishing.grammar import LIST, MUST, NOT, RUN, TIME, Built, Context, Pattern, ways
from app.intents.wishing.marks import ORDER
from app.intents.wishing.times import begin_of, length_of, moment, window_of
from app.records import saying
from app.records.wish import Freeze, Pin, Postpone

_L = rf"(?P<a>{LIST})"
_AFTER = re.compile(r"之?后$|以后$|\bafter\b")
_DELAY = (
    r"(?:推迟|延迟|延后|延期|押后|推后|顺延|改迟|拖后|放后|排后|推延|[往向]后(?:推|延|挪|移|排|"
    r"放)|后移|挪后|延|推|拖|缓|"
    r"postpone|delay|defer|put off|push back|"
    r"push out|push|hold off|hold back|hold|move back|put back)"
)
_NO_RUSH = (
    r"(?:(?:唔|不|冇|没)(?:使|用|算|太)?(?:咁|那么|这么)?(?:急|赶|早|忙|催)|可缓|缓一?缓|"
    r"慢慢[嚟来]|迟[啲点些]|押后|推迟|"
    r"(?:is )?(?:no|not) (?:rush|hurry|urgent|in a rush))(?:住|先|下)?"
)
_TO = r"(?:到|至|去|落|until|till|to|for)"


def _waits(match: re.Match[str], context: Context) -> Built:
    words = context.marked.code(match["t"])
    after = bool(_AFTER.search(saying.folded(words))) or bool(match.groupdict().get("after"))
    at = begin_of(words, context.now, context.zone, after=after)
    if at is None or at <= context.now:
        return None
    return tuple(Postpone(order, at) for order in context.codes(match["a"]))


def _waits_until_then(match: re.Match[str], context: Context) -> Built:
    """Not to be done *before* a time; without that word it is another wish: not to be done in it."""
    said = saying.folded(context.marked.code(match["t"])) + match[0]
    return _waits(match, context) if re.search(r"前|before|until|till", said) else ()


def _waits_in_cantonese(match: re.Match[str], context: Context) -> Built:
    """聽日先做 is "not until tomorrow"; in Mandarin 明天先做 is "first thing tomorrow"."""
    plainly = re.search(
        "[唔嘅喺啲咗嗰冇俾啦嚟]|听[日朝晚]|后日", context.marked.text + context.marked.code(match["t"])
    )
    heard = re.search("听[日朝晚]|后日", saying.folded(context.marked.code(match["t"])))
    return _waits(match, context) if plainly or heard or context.cantonese else None


_POSTPONE = ways(
    _waits,
    rf"(?:move|push|put) {_L} back (?:to|until|till) (?P<after>after )?{TIME}",
    (
        rf"{_L}\s?{MUST}*\s?(?:嘅|的)?(?:交期|生产|排期)?\s?{_DELAY}\s?(?:返|一下|下|啲|"
        rf"些)?\s?{_TO}?\s?{TIME}\s?(?P<after>之?后|以后)?\s?(?:先至|先|才|再|至)*{RUN}?(?:始)?"
    ),
    rf"(?:put|push|hold|move) {_L} (?:off|out|over) ?(?:until|to|till)? ?(?P<after>after )?{TIME}",
    rf"{_L}\s?{MUST}*最[早快]\s?{TIME}\s?(?:先至|先|才)?\s?(?:开始|{RUN})(?:始)?",
    rf"{_DELAY} {_L}(?: back| out| off)? ?(?:until|till|to|into|for)? ?(?P<after>after )?{TIME}",
    rf"{_DELAY}\s?{_L}\s?{_TO}\s?{TIME}\s?(?P<after>之?后)?",
    (
        rf"{_L}\s?(?:{_NO_RUSH})?,?\s?{MUST}*\s?(?:等到|留到|留返到|摆到|放到|排到|等|待|留返|"
        rf"留)?\s?{TIME}\s?"
        rf"(?P<after>之?后|以后)?\s?(?:先至|先好|才|再){RUN}?(?:始|说|讲|算|安排)?"
    ),
    rf"{_L}\s?{_NO_RUSH},?\s?(?:等|留)?\s?{TIME}\s?先(?:{RUN}|算|讲)",
    rf"{_L}\s?{MUST}*(?:等到|留到|等)\s?{TIME}\s?先{RUN}",
    (
        rf"{_L}(?: {MUST})*(?: {_NO_RUSH}|,)?,? (?:can wait|do it|start it|make it|run it|"
        rf"wait) ?(?:until|on|for)? ?"
        rf"(?P<after>after )?{TIME}"
    ),
    (
        rf"{_L} {MUST}*\s?(?:not (?:be )?(?:start(?:ed)?|run|begin|done|made)? ?(?:before|until|till)?|"
        rf"(?:starts? )?no earlier than|not earlier than|only from|can wait (?:until|till|for)?|"
        rf"waits? (?:until|till|"
        rf"for)?|starts? only from|can (?:only )?(?:start|begin) (?:from|on|after)) ?(?P<after>after )?{TIME}"
    ),
) + ways(
    _waits_until_then,
    rf"{TIME}\s?(?:之?前|以前)?\s?请?{NOT}\s?(?:{RUN}|开始)\s?{_L}",
    (
        rf"{_L}\s?{MUST}*\s?{TIME}\s?(?:之?前|以前)?\s?(?:都|先|暂时|千祈|住)*{NOT}(?:住)?\s?(?:{RUN}|郁|掂|"
        rf"开始)(?:始|"
        rf"住)?(?=\s*(?:$|[,.。!;]|住|啦|呀|啊|喇))"
    ),
    rf"{TIME}\s?(?:之?前|以前)?\s?(?:都|先|暂时|千祈)?{NOT}(?:住)?\s?(?:{RUN}|郁|掂|开始)(?:始|住)?\s?{_L}",
    rf"{NOT}\s?(?:喺|在)\s?{TIME}\s?(?:之?前|以前)?\s?(?:{RUN}|开始)\s?{_L}",
    (
        rf"{NOT} (?:start|run|begin|do|make|schedule|touch) {_L} (?:before |until |till |"
        rf"earlier than )?(?P<after>after )?{TIME}"
    ),
) + ways(_waits_in_cantonese, rf"{_L}\s?{MUST}*\s?{TIME}\s?(?P<after>之?后)?\s?先{RUN}")  # fmt: skip


_FREEZE = (
    r"(?:冻结|锁定|锁死|锁住|锁实|锁咗|锁|冻住|"
    r"(?:唔好|唔准|唔可以|不要|别|不准|不能|不许|不得|不可)\s?再?(?:郁|动|改动|更改|变动|调动|改|"
    r"变|调|搞|掂|调整)|"
    r"(?:保持|维持)(?:不变|原状|原样|现状|不动|原[定来](?:嘅|的)?(?:安排|计划|排程|排期)?)|照旧|"
    r"(?<![改转])不变|唔变|"
    r"照(?:返)?原[定来](?:嘅|的)?(?:安排|计划|排程|排期)?|由得佢|就这样|就咁|"
    r"freeze|lock(?: in| down)?|(?:don'?t|do not|never) (?:move|touch|change|shift|reschedule|alter))"
)
_AGAIN = r"(?:(?:,|、)?\s?(?:唔好|不要|别)再?(?:郁|动|改))?"
_PLAN = (
    r"(?:(?:嘅|的|啲|个|张)*\s?(?:所有|全部)?(?:生产计划|计划|安排|排程|排期|排产|生产|单|嘢|期|"
    r"plan|schedule)?)"
)


def _stays(match: re.Match[str], context: Context) -> Built:
    return (Freeze(orders=context.codes(match["a"])),)


def _stays_until(match: re.Match[str], context: Context) -> Built:
    """Up to a moment that is said; to the end of a day, or to its beginning where it is "before" it."""
    words = context.marked.code(match["t"])
    text, whole = saying.folded(words), match[0]
    length = length_of(words)
    if length is not None:
        span = window_of(words, context.now, context.zone)
        return (Freeze(until=span.end),) if span else None
    before = re.search(r"前|到|至|before|until|till|\bby\b", text + whole)
    until = moment(words, context.now, context.zone)
    until = until or begin_of(words, context.now, context.zone, after=before is None)
    return (Freeze(until=until),) if until and until > context.now else None


_STAY = ways(
    _stays,
    rf"{_FREEZE}\s?(?:住|咗|实)?\s?(?:the )?{_L}(?!\s?[同和与]| (?:parts?|stock|material|samples?)){_AGAIN}",
    rf"{_L}\s?{_PLAN}\s?{MUST}*(?:先|暂时)?,?\s?{_FREEZE}(?:住|实)?{_AGAIN}",
    rf"{_L}\s?(?:is |keep|留)\s?(?:fixed|frozen|final|住)?,? ?(?:so )?{_FREEZE}(?: it)?",
    rf"{_L} (?:stays?|remains?) (?:as (?:it is|is|planned|scheduled)|put|unchanged|where it is|in place)",
    (
        rf"(?:keep|leave) {_L} (?:as (?:it is|they are|is|planned|scheduled)|unchanged|fixed|frozen|alone|"
        rf"where (?:it is|they are)|in place|put)"
    ),
) + ways(
    _stays_until,
    rf"(?:plan|schedule|everything)\s?{_FREEZE}(?:住|实)?\s?(?:到|至|until)?\s?{TIME}",
    rf"(?:排期|排程|计划|排产|生产计划)\s?{MUST}*{_FREEZE}(?:住|实)?\s?(?:到|至)\s?{TIME}",
    rf"no (?:changes?|moves?)(?: to| in| of)?(?: the)? ?(?:plan|schedule)? ?(?:before|until|till)? ?{TIME}",
    rf"{TIME}(?:'?s)? (?:plan|schedule) (?:stays?|remains?)(?: as (?:it is|is|planned)| unchanged| put)",
    rf"nothing (?:moves?|changes?|gets moved) (?:before |until )?{TIME}",
    rf"{_FREEZE}\s?(?:住|咗|实)?\s?(?:喺|在)?\s?{TIME}\s?(?:之?前|以前|之?内|以内)?{_PLAN}",
    (
        rf"{TIME}\s?(?:之?前|以前|之?内|以内)?\s?{_PLAN}\s?(?:都|全部|就|要|先|请|一律)*\s?{_FREEZE}(?:住|"
        rf"实)?{_PLAN}{_AGAIN}"
    ),
    (
        rf"{_FREEZE}(?: the| everything| anything| all| current| whole)*(?: plans?| schedules?| orders|"
        rf" jobs)? ?(?:until|till|through|up to|for|before|to|of|in)?(?: the)? ?{TIME}(?:'s)?(?: plan|"
        rf" schedule)?"
    ),
    (
        rf"(?:keep|leave) (?:the |everything |all )*(?:plan|schedule)? ?(?:for |until |"
        rf"of )?{TIME}(?:'s (?:plan|schedule))? (?:as (?:it is|is|planned)|unchanged|fixed|frozen|alone)"
    ),
)  # fmt: skip


def _starts(match: re.Match[str], context: Context) -> Built:
    [order] = context.codes(match["a"])
    at = moment(context.marked.code(match["t"]), context.now, context.zone)
    return (Pin(order, at=at),) if at else None


_START = ways(
    _starts,
    (
        rf"(?P<a>{ORDER})\s?{MUST}*(?:定咗|定|喺|在|于|嘅|的)*\s?{TIME}\s?(?:准时|正|先)?(?:开始生产|开始做|"
        rf"开始|开工|开机|开波|开做|上机|起机|"
        rf"落机|动工|起做)(?![咗了的])"
    ),
    (
        rf"(?:start|begin|kick off|launch|pin|fix|schedule) (?P<a>{ORDER})(?: to start)? ?(?:at|from|on|"
        rf"for)? ?{TIME}(?: sharp)?"
    ),
    rf"(?P<a>{ORDER}) (?:{MUST} )*(?:starts?|begins?|kick off) ?(?:at|on|from)? ?{TIME}(?: sharp)?",
    rf"(?P<a>{ORDER})\s?开工(?:时间)?\s?{TIME}",
    rf"(?P<a>{ORDER}),? starts?(?: time)?:? {TIME}",
    rf"(?P<a>{ORDER}),? {TIME} start(?![a-z])",
)

PATTERNS: tuple[Pattern, ...] = (*_STAY, *_POSTPONE, *_START)
