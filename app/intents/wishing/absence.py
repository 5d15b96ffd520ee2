"""Ways to say that a machine, a shift or people are not to be reckoned with."""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.intents.wishing.crews import short_of
from app.intents.wishing.grammar import NOT, Context
from app.intents.wishing.marks import FACILITY, MACHINE, ORDER, PERSON, WHEN
from app.intents.wishing.overtime import OVERTIME, capped
from app.intents.wishing.times import length_of, shift_named, shifts_ahead, window_of
from app.records import saying
from app.records.wish import Avoid, PlainWish, Unavailable, Window

_IDLE = re.compile(
    rf"{NOT}\s?(?:再|去|喺|在|on |the |plan |schedule |put |anything |any |jobs? |work |be |"
    rf"to )*\s?(?:{MACHINE}|"
    rf"{WHEN}|夜|晚|日|白|night|day)?[^,。;!]{{0,12}}"
    r"(?:用|开|排|做|生产|行|动|安排|run|use|schedul|plan|work|put|load)|"
    rf"(?:不|唔)(?:排|开|用)(?![得到])|唞[吓下]?|休息|停手|收工|空[住着置出]|留空|闲置|避开{MACHINE}|"
    r"(?<![a-z])(?:nothing (?:on|for|at)|no (?:work|jobs?|production|orders)(?: (?:on|for|at))?|"
    r"stop using|idle|"
    r"keep free|leave free)(?![a-z])|"
    rf"{NOT} (?:let )?{ORDER}[^,。;]{{0,16}} (?:run|go|be)(?![a-z])|"
    rf"{NOT}\s?(?:用|开|排|行|run|use|using|running|load|schedule|plan)"
)
_OUT = re.compile(
    r"停|保养|维修|检修|大修|维护|唔用得|用唔到|开唔到|行唔到|不能用|不可用|冇得用|没得用|唔开得|"
    r"坏|死[咗机]|故障|卡[住咗了死]|整紧|修紧|整机|抢修|"
    r"(?<![a-z])(?:down|dead|out(?! of (?!service|order|action))|broke|jammed|lose|losing|failed|"
    r"repair|unavailable|not available|"
    r"out of (?:service|order|action)|maintenance|stopp?(?:ed|"
    r"s)?|off ?line|"
    r"under repair|being (?:repaired|serviced)|broken|service|servicing|offline)(?![a-z])"
)
_AWAY = re.compile(
    r"(?:不能|未能|不来|没来|唔嚟|唔来|上不了|唔返得|唔可以|不可以)(?:上|返)?[班工]?|"
    r"冇返|唔返|没来|没上班|不来|不上班|唔嚟|唔来|[请拎攞告放休](?:咗|了)?(?:[病事年大例婚产]|"
    r"半[日天])?假|[病事年补例]假|调休|病咗|"
    r"病了|补休|轮休|"
    r"生病|缺勤|唔喺度|不在|休息|返唔到|来不了|上不了班|嚟唔到|"
    r"(?<![a-z])(?:absent|off|on leave|leave|sick|unwell|mc|al|not (?:coming|in|here|working)|out|"
    r"away|won'?t be (?:in|"
    r"here)|day off|called in sick|cannot come|can'?t come)(?![a-z])"
)
_NOT_AWAY = re.compile(
    r"(?:冇|没有?|唔|不|未|(?<![a-z])not|n't)\s?(?:系|是|会|使|用|需要|on |taking |off |have )*"
    r"(?:[请拎攞告放休病](?!咗)|(?:leave|sick|off|mc|al)(?![a-z]))"
)
_BROKEN = re.compile(r"坏|故障|死[咗机]|(?<![a-z])(?:broke|broken|dead|failed)(?![a-z])")
_STUCK = re.compile(
    r"唔郁|(?:仲|还)?(?:未|没有?|冇)(?:整|修)[好返]|"
    r"(?<![a-z])(?:(?:not|stopped) working|won'?t (?:start|run))(?![a-z])"
)
_UNSURE = re.compile(
    rf"{NOT}|[不唔没冇未]|n't|好像|好似|似乎|[快怕]|差点|差啲|[吗?]|"
    r"(?<![a-z])(?:if|might|may|would|could|about|almost|nearly|looks?|seems?|when|while)(?![a-z])"
)
_MENDING = re.compile(
    rf"^[^{WHEN[1:-1]}班]*(?:修|师傅|零件|repair|technician|mechanic|fitter|spare)[^{WHEN[1:-1]}班]*$"
)
"""A clause that adds nothing to a machine that is out."""
_LASTED = re.compile(
    rf"[停坏死修][了咗](?:有|成|足|左右)?\s?{WHEN}|{WHEN}了(?=$|[,。])|(?<![a-z])since(?![a-z])"
)
_EVERY = re.compile(r"逢|每|(?<![a-z])every(?![a-z])")
_SEVERAL = re.compile(r"[和同与及跟、,&]|(?<![a-z])and(?![a-z])")
_UNTIL = re.compile(r"(?<![唔不])到|至|(?<![a-z])(?:until|till|by|before)(?![a-z])|前")
Found = tuple[tuple[int, int], tuple[PlainWish, ...] | None]
"""The part of the text that is used up, and its wishes: None where they cannot be told for certain."""
_CLAUSE = re.compile(r"[^,。;!?]+")
_BACK = re.compile(
    r"修[好妥复]|整[好返]|搞[掂好]|恢复|复[机工]|先?[用开行]得|[可能]以?好|[修整][得返][好返]|"
    r"(?<![冇唔没不能])(?:先?(?:返|好|ok)(?=$|[,。;!])|返工|上班)|"
    r"(?<![a-z])(?:fixed|back|repaired|ready|up|running|ok|returns?)(?![a-z])"
)
"""From then on it or they are there again."""
_PAUSE = re.compile(r"暂停|停一停|停手|停工|停做|(?<![a-z])(?:pause|rest)(?![a-z])")


def find(text: str, context: Context) -> Iterator[Found]:
    """What clauses without an order say of machines, people and overtime."""
    for start, end in _clauses(text):
        words = text[start:end]
        made: tuple[PlainWish, ...] | None = ()
        if OVERTIME.search(words):
            made = capped(words, context)
        elif re.search(PERSON, words) and _AWAY.search(words) and not re.search(f"{ORDER}|{MACHINE}", words):
            made = _people(words, context)
        elif re.search(MACHINE, words) and not re.search(ORDER, words):
            made = _machines(words, context)
        elif _resting(words):
            made = _rest(words, context)
        elif not re.search(f"{ORDER}|{MACHINE}", words):
            made = short_of(
                words, context, _window(words, context) if re.search(WHEN, words) else _today(context)
            )
        if made != ():
            yield (start, end), made


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    """From where to where every clause goes; who or what is out and until when are one."""
    spans = [clause.span() for clause in _CLAUSE.finditer(text)]
    while spans:
        start, end = spans.pop(0)
        if spans and _goes_on(text[start:end], text[slice(*spans[0])]):
            end = spans.pop(0)[1]
        yield start, end


def _goes_on(one: str, other: str) -> bool:
    """Whether the second clause only says when of what the first says is out."""
    named = re.search(f"{PERSON}|{MACHINE}", one) and not re.search(f"{ORDER}|{WHEN}", one)
    if not named or not (_AWAY.search(one) or _OUT.search(one)):
        return False
    only = re.search(WHEN, other) and not re.search(f"{ORDER}|{MACHINE}|{PERSON}|{FACILITY}", other)
    ends = _BACK.search(other) or _AWAY.search(other) or _OUT.search(other) or _UNTIL.search(other)
    return bool(only and ends)


def _people(words: str, context: Context) -> tuple[PlainWish, ...] | None:
    window = _window(words, context) or (None if re.search(WHEN, words) else _today(context))
    if window is None or _NOT_AWAY.search(words):
        return None
    signs = dict.fromkeys(re.findall(PERSON, words))
    return tuple(Unavailable(window, person=context.marked.code(sign)) for sign in signs)


def _today(context: Context) -> Window | None:
    """The rest of the day, where no time is said."""
    day = window_of("今日", context.now, context.zone)
    return Window(context.now, day.end) if day else None


def _machines(words: str, context: Context) -> tuple[PlainWish, ...] | None:
    codes = [context.marked.code(sign) for sign in dict.fromkeys(re.findall(MACHINE, words))]
    if _OUT.search(words) and not _IDLE.search(words):
        window = _window(words, context)
        if window is None or _LASTED.search(words) or (_BROKEN.search(words) and window.start > context.now):
            return None
        return tuple(Unavailable(window, machine=code) for code in codes)
    if not _IDLE.search(words):
        return ()
    windows = _windows(words, context)
    return tuple(Avoid(machine=code, windows=windows) for code in codes) if windows else None


def out_now(words: str, context: Context) -> tuple[PlainWish, ...] | None:
    """The machine at the head of `words` that is out: until a time, else for the rest of the day.

    None where that is not certain, none where the words do not say so.
    """
    first, *more = _CLAUSE.findall(words)
    if not (_OUT.search(first) or _STUCK.search(first)):
        return ()
    around = _STUCK.sub("", _OUT.sub("", words))
    if _UNSURE.search(around) or _LASTED.search(words) or _PAUSE.search(words):
        return None
    if not all(_goes_on(first, clause) or _MENDING.search(clause) for clause in more):
        return None
    window = _until_when(words, around, context)
    if window is None or (window.start > context.now and _BROKEN.search(words)):
        return None
    start = max(window.start, context.now)
    return (Unavailable(replace(window, start=start), machine=context.marked.code(words[0])),)


def _until_when(words: str, around: str, context: Context) -> Window | None:
    """For how long; a time beside what broke is no end, unless it is today or says that it is one."""
    today, ends = _today(context), _BACK.search(around) or _UNTIL.search(around)
    if not re.search(WHEN, words):
        return None if _BACK.search(around) else today
    window = _window(words, context)
    whole = window is not None and today is not None and window.end == today.end
    length = length_of(_between(words, context)) is not None
    return window if ends or length or whole or not _BROKEN.search(words) else None


def _resting(words: str) -> bool:
    """An order that is not to be worked on in a shift or in certain hours."""
    timed = re.search(WHEN, words) is not None or shift_named(words) is not None
    rests = _IDLE.search(words) or _PAUSE.search(words)
    return timed and re.search(ORDER, words) is not None and rests is not None


def _rest(words: str, context: Context) -> tuple[PlainWish, ...] | None:
    said = saying.folded(_between(words, context) + re.sub(WHEN, "", words))
    window = None if _UNTIL.search(said) else _window(words, context)
    orders = context.codes(words)
    return tuple(Avoid(order, windows=(window,)) for order in orders) if window else None


def _windows(words: str, context: Context) -> tuple[Window, ...]:
    """The one that is said, or every shift of a name."""
    if (window := _window(words, context)) is not None:
        return (window,)
    shift = None if re.search(WHEN, words) else shift_named(words)
    return shifts_ahead(shift, context.now, context.zone) if shift else ()


def _window(words: str, context: Context) -> Window | None:
    """The window of the time named, in the shift that stands beside it."""
    times = [context.marked.code(sign) for sign in re.findall(WHEN, words)]
    if not times or _EVERY.search(words):
        return None
    said = _between(words, context)
    if len(times) > 1 and _SEVERAL.search(said):
        return None
    if length_of(said) is None and (shift := shift_named(saying.folded(words))) is not None:
        said = f"{said} {'夜班' if shift == 'night' else '日班'}"
    around = _AWAY.sub("", re.sub(WHEN, "", words))
    until = _UNTIL.search(around) or _BACK.search(around) or _UNTIL.match(saying.folded(said))
    return window_of(said, context.now, context.zone, until=until is not None and len(times) == 1)


def _between(words: str, context: Context) -> str:
    """The words of time, with what stands between the first and the last of them."""
    signs = list(re.finditer(WHEN, words))
    part = words[signs[0].start() : signs[-1].end()] if signs else ""
    return re.sub(WHEN, lambda sign: context.marked.code(sign[0]), part)
