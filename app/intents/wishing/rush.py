"""Orders that are said to be urgent, or to be ready by a time."""

import re

from app.intents.wishing.grammar import IMPORTANCE, USED, Context, Step
from app.intents.wishing.marks import MACHINE, ORDER, WHEN
from app.intents.words import URGENT
from app.records.when import resolve_due
from app.records.wish import Expedite, PlainWish

_URGENT = re.compile(
    rf"{URGENT.pattern}|排先|先做|做先|行先|走先|先出|先安排|先搞|先整|先排|排头|排前|推前|摆前|"
    rf"拉前|较前|插前|"
    r"往前|向前|前移|插个?队|打尖|第一|首位|最先|最前|抓紧|马上|立即|立刻|即刻|调前|移前|挪前|"
    r"搏命|下一?[个张單单]?[请要]?[做整搞]|"
    r"追得?紧|等[住着紧]|快[啲点些]|快快?手|尽快|尽早|盡快|趁早|"
    r"早[啲点些](?:做|出|交)|搞掂[^,]{0,3}先|咗[^,]{0,3}先|优先|"
    r"(?<![a-z])(?:top of the (?:queue|list)|jump the queue|speed (?:it |this )?up|"
    r"(?:bring|pull|move|push|bump)[^,]{0,6} (?:forward|up|in|ahead)|bump up|to the (?:front|top)|"
    r"is hot|hot (?:order|job)|sooner|faster|quicker|hurry|right (?:away|now)|immediately|"
    r"straight away|at once|overdue|number one|be next|(?:goes|is) next|"
    r"fast[- ]?track|jumps? the (?:queue|line)|next up|no\.? ?1|top(?= (?:priority|urgent|job|"
    r"one))|asap|rush|urgent|earlier|expedite|prioriti[sz]e|"
    r"next in line)(?![a-z])"
)
_OUT = r"(?:完成|做完|整完|做好|搞掂|交货?|出货?|走货?|发货?|出街|到手|起货|好|完工?|[收攞拿提]到?货|货|ok)"
_MUST = r"(?>必须|实|必需|一定要|务必|须要?|需要?|要|得|请|麻烦)"
_DUE = re.compile(
    rf"{WHEN}\s?(?:之?前|以前|之?内|以内)?\s?(?:就|都)?(?:{_MUST}+\s?{_OUT}|要(?=\s*(?:$|[,。;!])))|"
    rf"{_MUST}\s?(?:[于喺在到]\s?)?{WHEN}\s?(?:之?前|以前|之?内)?\s?{_OUT}|"
    rf"{WHEN}\s?(?:之?前|以前)\s?{_OUT}|交期[系是为:]?\s?{WHEN}[,。]|"
    rf"(?<![a-z])(?:needs?|needed|must|ha(?:s|ve) to|wants?|get|to be (?:ready|done|completed|"
    rf"finished|shipped)|finish|complete|ship|deliver)(?![a-z])(?>\s?(?:{ORDER}|it|this|that|out|off|"
    rf"done|finished|ready|completed|shipped|delivered|to|go|before|be|by|at|on|the|latest))*\s?{WHEN}"
)
_BY = re.compile(r"前$|\b(?:by|before)\b")
_NOT_DUE = re.compile(
    rf"{WHEN}\s?(?:之后|以后|后)?\s?(?:先|再|才|后|开|起|上机|做(?!完|好))|"
    r"(?<![a-z])(?:start|begin|wait|hold|move|shift|from|after)(?![a-z])"
)
_NO_URGENCY = re.compile(
    rf"[赶来](?:唔切|不及|不上|唔及|唔掂)|{IMPORTANCE}(?=太|低|高(?!级)|唔|不|of| of)|"
    r"(?<![a-z])first (?:article|piece|part|batch|lot|off|come|time|pass|two|three|few|half|[0-9]|"
    r"sample)[a-z]*(?: first served)?(?![a-z])|首[件批]"
)
_ASKED = re.compile(
    r"\?|[0-9]|(?<![a-z])(?:will|may|might)(?![a-z])|[吗嘛]|能不能|可[不唔]可以|得唔得|可否|能否|(.)[唔不]\1|"
    r"^(?:can|could|will|would)(?![a-z])"
)
_COMPARED = re.compile(rf"(?:过|比|than)\s?{ORDER}")
_IN_LOTS = re.compile(r"拆|[分切斩劈][^,。;]{0,4}[批份]|(?<![a-z])(?:split|divide)")
"""Where only one of the lots may be the urgent one."""
_GRADED = re.compile(rf"{IMPORTANCE}[^,]*\d")


def rushed(text: str, context: Context) -> Step:
    """The orders that are left and said to be urgent; uncertain where only some of them are."""
    clauses = [part for part in re.split(rf"[,。;!?]|{USED}+", text) if re.search(ORDER, part)]
    if not clauses or not _hurries(text, context):
        return text, []
    all_urgent = len(clauses) == 1 or all(_hurries(part, context) for part in clauses)
    if not all_urgent or _COMPARED.search(text) or _GRADED.search(text) or _IN_LOTS.search(text):
        return None
    if re.search(MACHINE, text) or (re.search(WHEN, text) and _NOT_DUE.search(text)):
        return None
    times = " ".join(context.marked.code(sign) for sign in re.findall(WHEN, text))
    by = resolve_due(times, context.now, context.zone) if times else None
    signs = dict.fromkeys(re.findall(ORDER, text))
    found: list[tuple[int, PlainWish]] = [
        (text.index(sign), Expedite(context.marked.code(sign), by)) for sign in signs
    ]
    return re.sub(f"{ORDER}|{WHEN}", USED, text), found


def _hurries(text: str, context: Context) -> bool:
    text = _NO_URGENCY.sub("", text)
    if _URGENT.search(text):
        return True
    if _ASKED.search(text):
        return False
    spelled = re.sub(WHEN, lambda sign: _marked_by(sign[0], context), text)
    return _DUE.search(spelled) is not None


def _marked_by(sign: str, context: Context) -> str:
    """The sign of a time with 前 behind it, where its words say that it is the last."""
    return f"{sign}前" if _BY.search(context.marked.code(sign)) else sign
