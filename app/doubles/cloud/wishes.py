"""What the double of the models outside reads out of words: keywords in three scripts, aliases for names.

Far simpler than a model and than this product's own grammar; enough that a wish said plainly comes
back as one, and that several in one text come back as several.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.doubles.cloud.asked import Question
from app.intents.wishing.times import begin_of, length_of, moment, shift_named, shifts_ahead, window_of
from app.records.saying import count
from app.records.when import resolve_due
from app.records.wish import LOTS_MAX, Window

Form = dict[str, Any]

_FOLD = str.maketrans(
    "別對調換將後優緊趕隊遲壓凍結鎖動點開關產機壞維護員請沒來拆兩單個盡間準過級讓寧檔幾給轉並時從爲為",
    "别对调换将后优紧赶队迟压冻结锁动点开关产机坏维护员请没来拆两单个尽间准过级让宁档几给转并时从为为",
)
_CODE = re.compile(r"(?<![A-Za-z0-9])([JMSFKHPCY])(\d{1,4})(?![0-9])", re.IGNORECASE)
_PIECE = re.compile(r"[，,。；;！!？?\n]|\.(?=\s|$)|另外|同时|然后|以及|\bthen also\b|\band also\b|\bplus\b")
_IF = re.compile(r"如果|假如|假设|若果|\bwhat[ -]?if\b|\bif we\b|\bsuppose\b|\bwhat would happen if\b")
_NOT = re.compile(
    r"唔好|不要|别|唔准|不准|不许|不能|不可|唔可以|避免|避开|勿|"
    r"\b(?:don'?t|do not|avoid|not|never|keep off|off|no)\b"
)
_ONLY = re.compile(r"只|一定|必须|全部|\b(?:only|must|has to)\b")
_NUMBER = re.compile(r"\d{1,4}|[一二两三四五六七八九十]{1,3}|\b(?:two|three|four|five|six|seven|eight)\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that holds one wish: its words folded, and the aliases in it by their letter."""

    words: str
    codes: dict[str, tuple[str, ...]]
    question: Question

    def of(self, letter: str) -> tuple[str, ...]:
        """The aliases with this letter, in order, once each."""
        return self.codes.get(letter, ())

    @property
    def plain(self) -> str:
        """The words without aliases, so that their digits are no times."""
        return _CODE.sub(" ", self.words)

    @property
    def now(self) -> datetime:
        """The origin stands for now."""
        return self.question.origin

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the origin's offset, in whole hours."""
        offset = self.now.utcoffset()
        hours = round(offset.total_seconds() / 3600) if offset else 0
        return ZoneInfo(f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT")

    def told(self, when: datetime | None) -> str | None:
        """A time as RFC 3339 with the origin's offset."""
        return when.astimezone(self.now.tzinfo).isoformat() if when else None

    def window(self) -> list[Form]:
        """The windows that the words name: of a day, a shift, hours; none where no time is said."""
        shift = shift_named(self.plain)
        named = window_of(self.plain, self.now, self.zone)
        spans = (named,) if named else shifts_ahead(shift, self.now, self.zone) if shift else ()
        return [self.form(span) for span in spans]

    def form(self, span: Window) -> Form:
        """A window as JSON."""
        return {"start": self.told(span.start), "end": self.told(span.end), "shift": span.shift}


def understand(text: str, question: Question) -> list[Form]:
    """The wishes in a text, in order; none where nothing is understood."""
    found = [form for piece in _pieces(text, question) for form in _wishes(piece)]
    if found and _IF.search(text.lower().translate(_FOLD)):
        return [{"kind": "what_if", "wishes": found}]
    return found


def _pieces(text: str, question: Question) -> list[Piece]:
    """Parts between marks; a part without a wish of its own belongs to the one before, else the next."""
    parts: list[str] = []
    carried = ""
    for part in _PIECE.split(text.lower().translate(_FOLD)):
        said = f"{carried} {part}".strip()
        if _wishes(_piece(said, question)):
            parts.append(said)
            carried = ""
        elif parts and _wishes(_piece(f"{parts[-1]} {said}", question)):
            parts[-1] = f"{parts[-1]} {said}"
        else:
            carried = said
    return [_piece(part, question) for part in parts]


def _piece(words: str, question: Question) -> Piece:
    codes: dict[str, list[str]] = {}
    for letter, number in _CODE.findall(words):
        code = f"{letter.upper()}{number}"
        if code not in codes.setdefault(letter.upper(), []):
            codes[letter.upper()].append(code)
    return Piece(words, {letter: tuple(each) for letter, each in codes.items()}, question)


def _wishes(piece: Piece) -> list[Form]:
    for shape, read in _RULES:
        if shape.search(piece.words) and (found := read(piece)):
            return found
    return []


def _swap(piece: Piece) -> list[Form]:
    match piece.of("J"):
        case (order, other):
            return [{"kind": "swap", "order": order, "other": other}]
    return []


def _before(piece: Piece) -> list[Form]:
    match piece.of("J"):
        case (one, then):
            if re.search(r"后面|之后|以后|\b(?:after|behind|follows)\b|等", piece.words):
                one, then = then, one
            return [{"kind": "before", "order": one, "then": then}]
    return []


def _split(piece: Piece) -> list[Form]:
    number = _NUMBER.search(piece.plain)
    lots = int(count(number[0])) if number else 2
    return [{"kind": "split", "order": each, "lots": lots} for each in piece.of("J") if 2 <= lots <= LOTS_MAX]


def _overtime(piece: Piece) -> list[Form]:
    minutes = length_of(piece.plain) or 0
    sites: tuple[str | None, ...] = piece.of("S") or (None,)
    return [{"kind": "cap_overtime", "minutes": min(minutes, 1440), "facility": site} for site in sites]


def _unavailable(piece: Piece) -> list[Form]:
    named = piece.window()[:1] or [piece.form(Window(piece.now, _tomorrow(piece)))]
    number = _NUMBER.search(piece.plain)
    forms: list[Form] = [
        {"kind": "unavailable", "window": named[0], what: code}
        for what, letter in (("machine", "M"), ("person", "H"), ("crew", "K"))
        for code in piece.of(letter)
    ]
    for form in forms:
        if "crew" in form and number:
            form["people"] = max(1, int(count(number[0])))
    return forms


def _tomorrow(piece: Piece) -> datetime:
    day = window_of("今日", piece.now, piece.zone)
    return day.end if day else piece.now


def _avoid(piece: Piece) -> list[Form]:
    orders, machines, windows = piece.of("J"), piece.of("M"), piece.window()
    if orders and machines:
        return [{"kind": "avoid", "order": order, "machine": m} for order in orders for m in machines]
    if windows:
        named = [("order", code) for code in orders] + [("machine", code) for code in machines]
        return [{"kind": "avoid", what: code, "windows": windows} for what, code in named]
    return []


def _postpone(piece: Piece) -> list[Form]:
    after = re.search(r"之后|以后|\bafter\b", piece.words) is not None
    begin = begin_of(piece.plain, piece.now, piece.zone, after=after)
    told = piece.told(begin)
    return [{"kind": "postpone", "order": each, "not_before": told} for each in piece.of("J")] if told else []


def _freeze(piece: Piece) -> list[Form]:
    if orders := piece.of("J"):
        return [{"kind": "freeze", "orders": list(orders)}]
    span = window_of(piece.plain, piece.now, piece.zone)
    at = moment(piece.plain, piece.now, piece.zone) or (span.end if span else None)
    return [{"kind": "freeze", "until": piece.told(at)}] if at else []


def _prefer(piece: Piece) -> list[Form]:
    only = _ONLY.search(piece.words) is not None
    named = [("order", code) for code in piece.of("J")] + [("family", code) for code in piece.of("F")]
    sites = piece.of("S")[:1]
    return [
        {"kind": "prefer", "facility": s, what: code, "only": only} for s in sites for what, code in named
    ]


def _pin(piece: Piece) -> list[Form]:
    machine = piece.of("M")[0] if len(piece.of("M")) == 1 else None
    at = moment(piece.plain, piece.now, piece.zone)
    forms = [{"kind": "pin", "order": each, "machine": machine} for each in piece.of("J")]
    return [form | ({"at": piece.told(at)} if at else {}) for form in forms] if machine else []


def _priority(piece: Piece) -> list[Form]:
    number = _NUMBER.search(piece.plain)
    weight = int(count(number[0])) if number else 0
    return [{"kind": "priority", "order": j, "weight": weight} for j in piece.of("J") if 1 <= weight <= 9]


def _expedite(piece: Piece) -> list[Form]:
    at = resolve_due(piece.plain, piece.now, piece.zone)
    by = piece.told(at if at and at > piece.now else None)
    return [{"kind": "expedite", "order": each} | ({"by": by} if by else {}) for each in piece.of("J")]


_RULES: tuple[tuple[re.Pattern[str], Callable[[Piece], list[Form]]], ...] = (
    (re.compile(r"对调|调转|调返转|互换|交换|换位|换一下|\b(?:swap|exchange|change places)"), _swap),
    (re.compile(r"前面|之前|先过|后面|之后|以后|等.*先|\b(?:before|ahead of|after|behind)\b|做完"), _before),
    (re.compile(r"拆|分成|分开|\b(?:split|lots|batches)\b"), _split),
    (re.compile(r"加班|\b(?:overtime|ot)\b"), _overtime),
    (
        re.compile(
            r"冇返|唔返|没来|不来|唔嚟|请假|病假|放假|坏|停机|保养|维修|检修|少.*人|"
            r"\b(?:absent|off sick|sick|on leave|away|down|broken|unavailable|maintenance|short)\b"
        ),
        _unavailable,
    ),
    (re.compile(r"冻结|锁|唔好郁|不要动|别动|\b(?:freeze|lock|don'?t (?:move|touch))\b"), _freeze),
    (_NOT, _avoid),
    (re.compile(r"优先级|权重|\b(?:priority|weight)\b"), _priority),
    (re.compile(r"(?<![a-z])s\d"), _prefer),
    (
        re.compile(r"推迟|延迟|延后|押后|延期|先至|才|\b(?:postpone|delay|defer|push|hold|not before)\b"),
        _postpone,
    ),
    (re.compile(r"(?<![a-z])m\d"), _pin),
    (
        re.compile(
            r"急|优先|赶|插队|排先|提前|提早|快|尽早|"
            r"\b(?:expedite|urgent|rush|first|asap|sooner|pull in|hurry|priority)\b"
        ),
        _expedite,
    ),
)
"""Which words make which wish; the first that fits and has what it needs is taken."""
