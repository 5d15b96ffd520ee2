"""From a message to wishes: every pattern uses up its words; what is left over must not matter.

A wrong wish is worse than none: where something named, a denial or a condition is left that no
pattern accounts for, nothing is wished at all, and the words are said back.
"""

import re
from dataclasses import dataclass

from app.intents.wishing import absence, dates, orders, places
from app.intents.wishing.grammar import NOT, Context
from app.intents.wishing.marks import MACHINE, ORDER, WHEN, Marked, mark
from app.intents.words import URGENT
from app.ports import Facts
from app.records.plant import Name
from app.records.verdict import Ask
from app.records.when import resolve_due
from app.records.wish import AnyWish, Expedite, PlainWish, WhatIf

_USED = "\ue7ff"
"""Stands for what a pattern has used up; it parts what stands on its two sides."""

Step = tuple[str, list[tuple[int, PlainWish]]] | None
"""The text without what was used up, and the wishes with their places; None: it is not certain."""

_PATTERNS = (*orders.PATTERNS, *places.PATTERNS, *dates.PATTERNS)
_IF = re.compile(
    r"如果|假如|假设|假使|要是|万一|倘若|若果|若是|(?<![a-z])(?:what if|what happens if|what would happen if|"
    r"suppose|supposing|"
    r"assuming|if)(?![a-z])(?: (?:we|i|you))?"
)
_ASKS = re.compile(
    r"会唔会|会不会|会点|会怎|点样|怎样|怎么样|几时|什么时候|何时|影响|会迟|会晚|会变|赶唔赶|赶得|来得及|"
    r"嚟得切|得唔得|好唔好|有咩|有什么|点算|会唔|"
    r"(?<![a-z])(?:will|would|can we|could we|when|how|what|is it|does|do we|which)(?![a-z])"
)
_LEFT_DENIAL = re.compile(
    rf"{NOT}|唔急|不急|不用急|唔使急|冇咁急|没那么急|或者|或(?!许)|还是|定系|除非|但系|但是|不过|"
    r"(?<![a-z])(?:or|unless|either|whether|but)(?![a-z])"
)
_LEFT_OVER = re.compile(rf"{ORDER}|{MACHINE}|{WHEN}|{_LEFT_DENIAL.pattern}")
_RUSH = re.compile(
    rf"{URGENT.pattern}|排先|先做|做先|行先|走先|先出|排头|排前|推前|摆前|拉前|快[啲点些](?:做|出)|"
    rf"早[啲点些](?:做|出|交)|尽快|"
    r"(?<![a-z])(?:top of the (?:queue|list)|jump the queue|speed (?:it |this )?up)(?![a-z])"
)
_WHY = re.compile(r"点解|为什么|为何|做咩|(?<![a-z])why(?![a-z])|咗喇?\?|(?<![a-z])(?:was|were|did)(?![a-z])")
_DOUBT = re.compile(
    r"边[张个部条]|哪[张个台条]|点算|怎么办|点好|会不会|会唔会|几时|什么时候|唔切|来不及|不一定|唔一定|"
    r"不确定|唔肯定|唔知|不知道|可能|也许|或许|是不是|系咪|"
    r"^(?:is|are|was|were|does|did|has|have|will|which|when|what|how|who|where)(?![a-z])|(?<![a-z])(?:maybe|"
    r"perhaps|not sure|do we|i wonder|wondering)(?![a-z])"
)
_WISHFUL = re.compile(
    r"之前|前面|后面|之后|对调|调换|互换|交换|调转|拆|分批|冻结|锁|加班|推迟|延|押后|推后|唔好|不要|别|避免|"
    r"提前|优先|急|插|搬|移|调|改|转|换|"
    r"如果|假如|假设|要是|万一|冇返|唔返|请假|停|"
    r"(?<![a-z])(?:before|after|ahead|swap|split|freeze|lock|overtime|ot|postpone|delay|don'?t|not|avoid|"
    r"move|shift|put|first|urgent|rush|expedite|priority|if|off|start|hold|instead|earlier|later)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """The wishes of a message. `unread`: its words wish something, and none could be told for certain."""

    wishes: tuple[AnyWish, ...] = ()
    unread: bool = False
    called: tuple[tuple[str, Name | str], ...] = ()


def hear(ask: Ask, facts: Facts) -> Heard:
    """What the sender's words wish of the plan."""
    marked = mark(ask.reading.text, ask.reading.entities, facts)
    context = Context(marked, facts, ask.now, ask.zone)
    condition = _condition(marked.text)
    doubted = _WHY.search(marked.text) or (not condition and _DOUBT.search(marked.text))
    made = () if doubted else _read(condition or marked.text, context)
    if not made or not _all_found(marked, ask):
        plain = made == () and not doubted and not re.search(f"{ORDER}|{MACHINE}", marked.text)
        return Heard(unread=made is None or (not plain and _seems_to_wish(marked)))
    wishes: tuple[AnyWish, ...] = (WhatIf(made),) if condition else made
    return Heard(wishes, called=called(made, facts))


def _seems_to_wish(marked: Marked) -> bool:
    """Whether words that no pattern reads are more than a request to plan: so one says, or names several."""
    named = {*marked.all_of(ORDER), *marked.all_of(MACHINE)}
    return len(named) > 1 or bool(_WISHFUL.search(marked.text))


def _all_found(marked: Marked, ask: Ask) -> bool:
    """Whether every order and machine that was understood has its place in the text."""
    seen = set(marked.things.values())
    return seen.issuperset((*ask.reading.entities.order, *ask.reading.entities.machine))


def _condition(text: str) -> str:
    """What a what-if supposes, without the question beside it; "" for no what-if."""
    found = _IF.search(text)
    if found is None or _DOUBT.search(text[: found.start()]):
        return ""
    said = text[found.end() :].strip(" ,")
    asked = _ASKS.search(said)
    if asked is None:
        return said.rstrip("?") or " "
    before = said[: asked.start()]
    if (cut := before.rfind(",")) < 0:
        subject = re.search(rf"{ORDER}\s?$", before)
        whole = subject is None or not re.search(f"{ORDER}|{MACHINE}", before[: subject.start()])
        cut = len(before) if subject is None or whole else subject.start()
    return said[:cut].strip() or " "


def _read(text: str, context: Context) -> tuple[PlainWish, ...] | None:
    """All that is wished, once each, in the order of the words; None where it is not certain."""
    found: list[tuple[int, PlainWish]] = []
    for look in (_by_patterns, _by_clauses, _by_urgency):
        step = look(text, context)
        if step is None:
            return None
        text, more = step
        found += more
    if found and _LEFT_OVER.search(text):
        return None
    return tuple(dict.fromkeys(wish for _, wish in sorted(found, key=lambda each: each[0])))


def _by_patterns(text: str, context: Context) -> Step:
    found: list[tuple[int, PlainWish]] = []
    for pattern in _PATTERNS:
        for match in pattern.shape.finditer(text):
            built = pattern.build(match, context)
            if built is None:
                return None
            if built:
                found += [(match.start(), wish) for wish in built]
                text = _without(text, *match.span())
    return text, found


def _by_clauses(text: str, context: Context) -> Step:
    found: list[tuple[int, PlainWish]] = []
    for span, made in tuple(absence.find(text, context)):
        if made is None:
            return None
        found += [(span[0], wish) for wish in made]
        text = _without(text, *span)
    return text, found


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + _USED * (end - start) + text[end:]


def _by_urgency(text: str, context: Context) -> Step:
    """The orders that are left and said to be urgent; uncertain where only some of them are."""
    clauses = [part for part in re.split(rf"[,。;!?]|{_USED}+", text) if re.search(ORDER, part)]
    if not clauses or not _RUSH.search(text):
        return text, []
    all_urgent = len(clauses) == 1 or all(_RUSH.search(part) for part in clauses)
    compared = re.search(rf"(?:过|比|than)\s?{ORDER}", text)
    if not all_urgent or compared or re.search(MACHINE, text) or _LEFT_DENIAL.search(text):
        return None
    times = " ".join(context.marked.code(sign) for sign in re.findall(WHEN, text))
    by = resolve_due(times, context.now, context.zone) if times else None
    signs = dict.fromkeys(re.findall(ORDER, text))
    found: list[tuple[int, PlainWish]] = [
        (text.index(sign), Expedite(context.marked.code(sign), by)) for sign in signs
    ]
    return re.sub(f"{ORDER}|{WHEN}", _USED, text), found


def called(made: tuple[PlainWish, ...], facts: Facts) -> tuple[tuple[str, Name | str], ...]:
    """The names of the facilities and people in wishes."""
    codes = {getattr(wish, "facility", None) for wish in made} | {
        getattr(wish, "person", None) for wish in made
    }
    sites = [(site.code, site.name) for site in facts.facilities() if site.code in codes]
    return (*sites, *((p.userid, p.name) for p in facts.people() if p.userid in codes))
