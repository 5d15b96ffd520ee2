"""How people say that a machine is out of use and its work should go to another: only the first is a wish.

Where the work goes, planning finds; the other machine needs no wish of its own.
"""

import re

from app.intents.wishing.absence import out_now
from app.intents.wishing.grammar import LIST, MUST, Built, Context, ways
from app.intents.wishing.marks import MACHINE, WHEN
from app.intents.wishing.times import window_of
from app.records.wish import Pin

_PLAIN = r"[^,。;!?\ue000-\ue5ff]"
_PLEASE = r"(?:将|把|请|麻烦|唔该|帮手|帮忙|帮我|咁|那就?|所以|就|先)*"
_JOBS = r"(?:单(?!价|号)|活|嘢|工作|任务|工序|工件|生产|全部|所有)"
_MOVE = r"(?:搬|移|调|转|挪|改|换|安排|排|放|派|摆)"
_INTO = r"(?:去|到|喺|在|返|落|用|上|给|俾|至|往)*"
_OTHERS = rf"(?P<to>{MACHINE}(?:\s?(?:,|、|/|或者?|同|和|or|and)\s?{MACHINE})*)"
_DO = r"(?:上面|上|度|嗰边|那边|那里)?(?:嚟|来|去)?(?:做|生产|行|加工|打|磨|赶)?(?:住?先)?"
_WELL = (
    r"(?:,?(?:[得行好掂][唔不][得行好掂]|可[不唔]?可?以[吗么]?|可否|[好行得][吗么])|"
    r",? (?:please|instead|now|ok))*"
)
_ENDS = rf"{_WELL}(?=\s?(?:$|[,。;!?]))"
_GOES = rf"\s?{MUST}*{_PLEASE}{_MOVE}[晒返埋]?\s?{_INTO}\s?"
_ALL_EN = (
    r"(?: (?:all|the|its|that|those|their|any|whole|other|rest|remaining|of|planned|today'?s|"
    rf"{WHEN}(?:'?s)?))*"
)
_JOBS_EN = r" (?:jobs?|work|orders?|load|queue|production|everything|it all)"
_MOVE_EN = (
    r"(?<![a-z])(?:(?:so|and|then|please|can|could|you|we|let'?s|need to|should|have to) )*"
    r"(?:move|shift|put|switch|transfer|run|reassign|send)(?: over)?"
)
_TO_EN = r"(?: over)? (?:to|onto|on) (?:the )?"
_OUT = rf"(?P<out>{MACHINE}[^。;!?\ue000-\ue3ff\ue500-\ue5ff]{{1,40}}?)(?:\s?[,。;]\s?|\s|(?=[把将请]))"
_SINCE = (
    r"\s?,?\s?(?:因为|因|because|as|cause)?\s?"
    rf"(?P<out>(?:{MACHINE}|佢|它|部机|it)[^。;!?,\ue000-\ue3ff\ue500-\ue5ff]{{1,30}})$"
)
_DENIED = re.compile(r"[不唔没冇未别勿]|(?<![a-z])(?:not|no|never)(?![a-z])|n't")
_OTHER_WORK = re.compile(r"维修|保养|采购|送货|工具")


def _relieved(match: re.Match[str], context: Context) -> Built:
    """The machine is out; for the rest of the day where no time is said."""
    said, jobs = match.groupdict(), match["jobs"]
    if _DENIED.search(jobs) or _OTHER_WORK.search(jobs) or not _of_today(jobs, context):
        return None
    own = said.get("m") or match["out"][0]
    if own in match["to"] or set(re.findall(MACHINE, match["out"])) - {own}:
        return None
    made = out_now(own + match["out"], context)
    orders = context.codes(said.get("a") or "")
    to = context.marked.code(match["to"][0])
    return made and (*made, *(Pin(order, machine=to) for order in orders))


def _of_today(jobs: str, context: Context) -> bool:
    """Whether the work that goes is all of it, or that of today."""
    today = window_of("今日", context.now, context.zone)
    times = [context.marked.code(sign) for sign in re.findall(WHEN, jobs)]
    return all(window_of(words, context.now, context.zone) == today for words in times)


PATTERNS = ways(
    _relieved,
    rf"{_OUT}{_PLEASE}(?P<jobs>(?:{_PLAIN}|{WHEN}){{0,16}}?{_JOBS}){_GOES}{_OTHERS}{_DO}{_ENDS}",
    rf"{_OUT}{_PLEASE}(?P<jobs>)(?P<a>{LIST}){_GOES}(?P<to>{MACHINE}){_DO}{_ENDS}",
    rf"{_OUT}(?P<jobs>)(?:由|让|叫|用|俾)?\s?{_OTHERS}\s?(?:嚟|来|去)?(?:顶上|顶住|顶替|顶|代替|接手){_ENDS}",
    (
        rf"{_OUT}{_MOVE_EN}(?P<jobs>{_ALL_EN}{_JOBS_EN}(?: (?:from|on|off) (?:it|there))?){_TO_EN}"
        rf"{_OTHERS}{_ENDS}"
    ),
    rf"{_OUT}{_MOVE_EN} (?P<jobs>)(?P<a>{LIST}){_TO_EN}(?P<to>{MACHINE}){_ENDS}",
    rf"{_OUT}(?P<jobs>)(?:so )?(?:please )?use (?:the )?{_OTHERS} instead{_ENDS}",
    (
        rf"{_PLEASE}(?P<m>{MACHINE})(?P<jobs>(?:{_PLAIN}|{WHEN}){{0,8}}?{_JOBS}){_GOES}{_OTHERS}{_DO}{_WELL}"
        rf"{_SINCE}"
    ),
    (
        rf"{_MOVE_EN}(?P<jobs>{_ALL_EN}{_JOBS_EN}) (?:from|on|off) (?:the )?(?P<m>{MACHINE}){_TO_EN}{_OTHERS}"
        rf"{_SINCE}"
    ),
    (
        rf"{_MOVE_EN}(?: the| all)* (?P<m>{MACHINE})(?:'?s)?(?P<jobs>{_ALL_EN}{_JOBS_EN}){_TO_EN}{_OTHERS}"
        rf"{_SINCE}"
    ),
)
