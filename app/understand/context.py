"""What earlier words of the same sender fill in: things pointed back at, and what a question leaves out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.records.reading import Carried, Choice, Earlier, Entities, Intent, Reading, Unknown
from app.understand.clauses import reads_only
from app.understand.plain import words_left

_WANTS: dict[Intent, tuple[str, ...]] = {
    Intent.PRODUCTION_SCHEDULE: ("order",),
    Intent.ORDER_STATUS: ("order",),
    Intent.INVENTORY_CHECK: ("item", "order"),
    Intent.INVENTORY_MOVEMENT: ("item",),
    Intent.QUALITY_ISSUE: ("order", "item", "machine"),
    Intent.MACHINE_STATUS: ("machine",),
    Intent.PROGRESS_REPORT: ("order", "item"),
    Intent.COORDINATION: ("item",),
    Intent.APPROVAL: ("decision_id",),
    Intent.OTHER: (),
}
"""What each intent is about, the likeliest first."""

_ASKED_ABOUT = ("order", "item", "machine")
"""What a question may be about, and what is asked back when it is not clear which."""

_THINGS = ("order", "item", "machine", "facility", "decision_id")
_OFFERED = 0.5  # confidence of a change that only earlier words make clear
_CHOICES = 3
_SHORT = 10  # words of English, or Chinese characters

_JUST_BEFORE = r"[\s,。!?;:、看查問问將将把咁俾批同比對对搵催追跟改移停請请想要喺在由從从]"
_BEFORE = rf"(?:^|(?<={_JUST_BEFORE})|(?<=[問问查睇看]下))"
"""A pointing word after any other character belongs to what stands there: 水果刀那單 points at nothing."""
_THAT = r"(?:嗰|那|呢|這|这|同一)一?"


def _pointer(kind: str, chinese: str, english: str) -> tuple[str, re.Pattern[str]]:
    pattern = rf"{_BEFORE}(?:{chinese})|(?<![a-z'])(?:{english})(?![a-z'])"
    return kind, re.compile(pattern, re.IGNORECASE)


_POINTERS = (
    _pointer(
        "order",
        rf"{_THAT}[張张](?![^,。?!]{{1,9}}(?:[單单]|order))(?:訂|订|工)?[單单]?|{_THAT}(?:訂|订|工)?[單单]",
        "(?:that|this|the same|same) (?:work )?(?:order|job)",
    ),
    _pointer(
        "machine",
        rf"{_THAT}(?:[部台臺](?:機器|机器|機|机|嘢)?|機器|机器)",
        "(?:that|this|the same|same) machine",
    ),
    _pointer(
        "item", rf"{_THAT}[只隻款種种](?:貨|货|料)?", "(?:that|this|the same|same) (?:item|part|material)"
    ),
    _pointer(
        "facility", rf"[嗰那][邊边]|{_THAT}[間间個个](?:廠|厂)", "(?:that|the same) (?:site|plant|factory)"
    ),
    _pointer(
        "decision_id",
        rf"{_THAT}[個个份](?:申請|申请|請求|请求)",
        "(?:that|the same) (?:ticket|request|decision)",
    ),
    _pointer(
        "",
        rf"它|{_THAT}[個个](?![人月鐘钟禮礼星日廠厂申請请])",
        "it|that one|this one|the same one|same one",
    ),
)
"""Words that point back, by the kind of thing they point at; "" for any kind."""

_QUOTES = re.compile(r"[「『“《」』”》]|(?<!\d)\"")
_IN_GENERAL = re.compile(
    r"[邊边][張张個个啲部度款單单]|哪|全部|所有|每|各|其他|最|咩|乜|什麼|什么|[幾几]多[張张部]|多少[張张部台]|"
    r"有(?:冇|沒有|没有|沒|没).{0,2}[機机單单部]|(?<![a-z])(?:which|what|all|any|every|each|other|others|list|"
    r"orders|machines)(?![a-z])",
    re.IGNORECASE,
)
_SETTLES = re.compile(
    r"[唔不]批|批(?![咗了]?[未沒没吗嗎])|同意|拒|(?<![a-z])(?:approve|reject|refuse|decline|agree|ok)(?![a-z])",
    re.IGNORECASE,
)
"""A yes or no is about what the sender was shown last, which only they know: nothing is filled in."""
_ASKING = re.compile(
    "[几幾](?:时|時|点|點|号|號|耐|多|個|个)|何[时時]|什[么麼]时候|什[么麼]時候|多(?:少|久)|"
    "[仲还還]有|[够夠]|剩|[库庫]?存[货貨]?|[货貨料数數]|未|完成?|做|好|搞[掂惦]|得|出|交|到|[边邊]度?|哪[里裡]?|"
    "[摆擺放]|[进進]度|[状狀][态態]|情[况況]|[点點]|怎[样樣么麼]{0,3}|[现現]在|而家|依家|最新|[修整返開开停行机機]|[会會]|"
    "[迟遲晚]|[吗嗎咩冇没沒]|如何|唔|不|走|起|"
    r"(?<![a-z])(?:when|what|how|many|much|where|which|why|status|ready|done|finish(?:ed)?|ship(?:ped|ping)?|late|"
    r"eta|stock|stored|kept|enough|more|still|running|fixed|repaired|working|yet|going|progress|news|update|"
    r"time|due|arrived?|made|delivered|about|long|it)(?![a-z])"
)
"""Words of a question that name nothing."""
_A_NAME = 0.9  # words; one Chinese sign is too little for a name
_FOLLOW_UP = re.compile(
    r"^(?:and|what about|how about|咁|噉|那么?|同埋|仲有|还有|另外|also|then)?[\s,]{0,2}(?:我哋|我们)?"
    r"[ⓄⒾⓂⒻ](?:厂|厂房|仓|边|那边|嗰边|呢|又|点|点样|怎样|怎么样|如何|嘅|的|咧){0,3}\s?[?!。]{0,3}$"
)


def refers(text: str) -> bool:
    """Whether clean text points back at something."""
    return any(pattern.search(text) for _, pattern in _POINTERS)


def may_need(reading: Reading) -> bool:
    """Whether earlier words could matter: the text points back, or is short and leaves a thing out."""
    if _QUOTES.search(reading.text) or not reading.text:
        return False
    if refers(reading.text):
        return True
    if not _short(reading.text):
        return False
    return not reading.decided or (reads_only(reading) and not _named(reading, _WANTS[reading.intent]))


def spoken_of(earlier: Sequence[Earlier], kind: str) -> dict[str, str]:
    """The things of one kind that earlier words named, with the newest ticket of each; newest first.

    What stands in quotation marks was somebody else's, and small talk is about nothing.
    """
    found: dict[str, str] = {}
    for each in earlier:
        if each.reading.intent is Intent.OTHER or _QUOTES.search(each.reading.text):
            continue
        for value in getattr(each.reading.entities, kind):
            found.setdefault(value, each.ticket)
    return found


def spelled_out(reading: Reading, earlier: Sequence[Earlier]) -> Iterator[str]:
    """The text with what it points at put in its place, or put before a short question that names nothing.

    One text for each kind of thing that a question may be about; to be read again, never to be shown.
    What is put before a question is the only thing of its kind that was spoken of.
    """
    pointed = [(kind, m) for kind, pattern in _POINTERS for m in pattern.finditer(reading.text)][:1]
    for kind in _ASKED_ABOUT:
        things = spoken_of(earlier, kind)
        if not things or _named(reading, (kind,)):
            continue
        thing = next(iter(things))
        for pointing, found in pointed:
            if pointing in {"", kind}:
                yield f"{reading.text[: found.start()]}{thing}{reading.text[found.end() :]}"
        if not pointed and len(things) == 1 and _stands_open(reading):
            yield f"{thing} {reading.text}"


def follow_up(reading: Reading, marked: str, earlier: Sequence[Earlier]) -> Reading | None:
    """The reading of a bare follow-up (屯門呢? and 1043?) as the question before, about the new thing.

    None when it is none, or when what came before it was no question about that kind of thing.
    `marked` is `Sighting.marked`.
    """
    before = earlier[0] if earlier else None
    if before is None or not _FOLLOW_UP.match(marked) or _QUOTES.search(before.reading.text):
        return None
    asked, named = before.reading, _kinds(reading.entities)
    if not asked.decided or not reads_only(asked) or asked.intent is Intent.OTHER:
        return None
    fitting = {*_WANTS[asked.intent], *_kinds(asked.entities)} | (
        {"facility"} if asked.intent is Intent.INVENTORY_CHECK else set()
    )
    if not named or not fitting.issuperset(named):
        return None
    kept = [
        kind
        for kind in ("item", "order", "facility", "machine")
        if kind not in named and _beside(kind, named)
    ]
    carried = tuple(
        Carried(kind, value, before.ticket) for kind in kept for value in getattr(asked.entities, kind)
    )
    return _with(
        replace(
            reading, intent=asked.intent, confidence=asked.confidence, layer=asked.layer, decided=True,
            by=f"follow:{before.ticket}", question=True, choices=(),
        ),
        carried,
    )  # fmt: skip


def as_understood(reading: Reading, told: Reading) -> Reading:
    """The reading with the meaning of its spelled-out text; words and things stay its own."""
    return replace(
        reading, intent=told.intent, confidence=told.confidence, layer=told.layer, decided=True, by=told.by,
        question=told.question, choices=(),
    )  # fmt: skip


def offering(reading: Reading, told: Reading) -> Reading:
    """The undecided reading with this meaning as the first of its choices."""
    first = Choice(told.intent, _OFFERED)
    rest = (choice for choice in reading.choices if choice.intent is not told.intent)
    return replace(reading, intent=told.intent, confidence=_OFFERED, choices=(first, *rest)[:_CHOICES])


def filled(reading: Reading, earlier: Sequence[Earlier]) -> Reading:
    """The reading with what the text leaves out: what it points at, and what a short question needs.

    Never replaces what the text names; where several things may be meant it asks which.
    """
    if not earlier or _QUOTES.search(reading.text):
        return reading
    wanted = _pointed(reading)
    if not wanted and reads_only(reading) and reading.decided and _stands_open(reading):
        kinds = _WANTS[reading.intent]
        wanted = [] if _named(reading, kinds) else [("", kinds)]
    for said, kinds in wanted:
        reading = _fill_one(reading, said, kinds, earlier)
    return reading


def _pointed(reading: Reading) -> list[tuple[str, tuple[str, ...]]]:
    """What the text points at: the words, and the kinds of thing they may mean, none of them named."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if reading.intent is Intent.APPROVAL and (not reading.question or _SETTLES.search(reading.text)):
        return found
    for kind, pattern in _POINTERS:
        pointer = pattern.search(reading.text)
        kinds = (kind,) if kind else _WANTS[reading.intent] if reading.decided else ()
        if pointer and not _named(reading, kinds):
            found.append((pointer[0], kinds))
    return found


def _fill_one(reading: Reading, said: str, kinds: tuple[str, ...], earlier: Sequence[Earlier]) -> Reading:
    for kind in kinds:
        things = spoken_of(earlier, kind)
        if len(things) == 1:
            [(value, ticket)] = things.items()
            return _with(reading, (Carried(kind, value, ticket),))
        if things and said and kind in _ASKED_ABOUT:
            which = Unknown(kind, "", tuple(things)[:3])
            return replace(reading, unknown=(*reading.unknown, which))
    return reading


def _with(reading: Reading, carried: tuple[Carried, ...]) -> Reading:
    entities = reading.entities
    for each in carried:
        entities = replace(entities, **{each.kind: (*getattr(entities, each.kind), each.value)})
    return replace(reading, entities=entities, carried=(*reading.carried, *carried))


def _named(reading: Reading, kinds: Sequence[str]) -> bool:
    """Whether the text names something of these kinds, known or not."""
    strangers = {stranger.what for stranger in reading.unknown}
    return any(getattr(reading.entities, kind) or kind in strangers for kind in kinds)


def _stands_open(reading: Reading) -> bool:
    """A short question about one thing that it does not name, not even by a word that is not known."""
    text = reading.text
    if not reading.question or reading.unknown or not _short(text) or _IN_GENERAL.search(text):
        return False
    return words_left(_ASKING.sub(" ", text.lower())) < _A_NAME


def _short(text: str) -> bool:
    return len(re.findall(r"[a-z0-9'\-]+|[^\W_a-z0-9]", text, re.IGNORECASE)) <= _SHORT


def _kinds(entities: Entities) -> set[str]:
    return {
        kind for kind in ("order", "item", "facility", "machine", "decision_id") if getattr(entities, kind)
    }


def _beside(kind: str, named: set[str]) -> bool:
    """Whether an earlier thing stays while another kind is new: an item at another place, and back."""
    return (kind == "facility") != ("facility" in named) and kind not in named
