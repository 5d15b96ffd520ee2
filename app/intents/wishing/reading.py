"""From a message to wishes: every pattern uses up its words; what is left over must not matter.

A wrong wish is worse than none: where something named, a denial or a condition is left that no
pattern accounts for, nothing is wished at all, and the words are said back.
"""

import re
from dataclasses import dataclass, replace

from app.intents.wishing import absence, breakdown, dates, orders, places
from app.intents.wishing.doubts import LEFT_DENIAL, doubtful, supposed
from app.intents.wishing.grammar import USED, Context, Step
from app.intents.wishing.marks import FACILITY, FAMILY, ITS_ORDER, MACHINE, ORDER, WHEN, Marked, mark
from app.intents.wishing.rush import rushed
from app.intents.wishing.spellings import usual
from app.ports import Facts
from app.records.message import Language
from app.records.plant import Name
from app.records.verdict import Ask
from app.records.wish import AnyWish, PlainWish, Prefer, WhatIf

_PATTERNS = (*breakdown.PATTERNS, *orders.PATTERNS, *places.PATTERNS, *dates.PATTERNS)
_LEFT_OVER = re.compile(rf"{ORDER}|{MACHINE}|{WHEN}|{FAMILY}{ITS_ORDER}|{LEFT_DENIAL.pattern}")
_WISHFUL = re.compile(
    r"之前|前面|后面|之后|对调|调换|互换|交换|调转|拆|分批|冻结|锁|加班|推迟|延|押后|推后|唔好|不要|别|避免|"
    r"提前|优先|急|插|搬|移|调|改|转|换|快|早|迟|批|唔做|不做|暂停|取消|出货|完成|[去喺在]|"
    r"如果|假如|假设|要是|万一|冇返|唔返|请假|停|"
    r"(?<![a-z])(?:before|after|ahead|swap|split|freeze|lock|overtime|ot|postpone|delay|don'?t|not|avoid|"
    r"move|shift|put|first|urgent|rush|expedite|priority|if|off|start|hold|instead|earlier|later|"
    r"sooner|stop|cancel|need|ship|leave|lots?|"
    r"batches|by|until|on|at|in)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """The wishes of a message. `unread`: its words wish something, and none could be told for certain."""

    wishes: tuple[AnyWish, ...] = ()
    unread: bool = False
    called: tuple[tuple[str, Name | str], ...] = ()


def hear(ask: Ask, facts: Facts) -> Heard:
    """What the sender's words wish of the plan; what is only supposed may name an order by its item alone."""
    heard = _heard(ask, facts, bare=False)
    named = ask.reading.entities
    if heard.wishes or not named.item or named.quantity:
        return heard
    supposing = _heard(ask, facts, bare=True)
    return supposing if any(isinstance(wish, WhatIf) for wish in supposing.wishes) else heard


def _heard(ask: Ask, facts: Facts, *, bare: bool) -> Heard:
    marked = mark(ask.reading.text, ask.reading.entities, facts, bare=bare)
    marked = replace(marked, text=usual(marked.text))
    context = Context(marked, facts, ask.now, ask.zone, ask.reading.language is Language.YUE)
    condition = supposed(marked.text)
    doubted = doubtful(marked.text, supposing=bool(condition))
    made = () if doubted else _read(condition or marked.text, context)
    if not made or not _all_found(marked, ask):
        plain = (
            made == ()
            and not doubted
            and not re.search(f"{ORDER}|{MACHINE}|{FAMILY}{ITS_ORDER}", marked.text)
        )
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


def _read(text: str, context: Context) -> tuple[PlainWish, ...] | None:
    """All that is wished, once each, in the order of the words; None where it is not certain."""
    found: list[tuple[int, PlainWish]] = []
    for look in (_by_patterns, _by_clauses, rushed):
        step = look(text, context)
        if step is None:
            return None
        text, more = step
        found += more
    if found and (_LEFT_OVER.search(text) or _another_place(found, text)):
        return None
    return tuple(dict.fromkeys(wish for _, wish in sorted(found, key=lambda each: each[0])))


def _another_place(found: list[tuple[int, PlainWish]], text: str) -> bool:
    """Whether a facility is left beside the one at which something is to be done."""
    return any(isinstance(wish, Prefer) for _, wish in found) and re.search(FACILITY, text) is not None


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
    return text[:start] + USED * (end - start) + text[end:]


def called(made: tuple[PlainWish, ...], facts: Facts) -> tuple[tuple[str, Name | str], ...]:
    """The names of the facilities and people in wishes."""
    codes = {getattr(wish, "facility", None) for wish in made} | {
        getattr(wish, "person", None) for wish in made
    }
    sites = [(site.code, site.name) for site in facts.facilities() if site.code in codes]
    return (*sites, *((p.userid, p.name) for p in facts.people() if p.userid in codes))
