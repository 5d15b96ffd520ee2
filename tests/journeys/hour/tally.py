"""What the gateway saw of each answer, held against what the store says was to be seen."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.hour.gateway import Heard
from tests.journeys.hour.plant import DOUBTFUL

NEVER_SPOKE = "errcode 846607"
_CUT = "a card that does not show all"

_ROWS = """SELECT o.decision, coalesce(i.msgid, ''), coalesce(i.sender, ''), o.recipient, o.in_group, o.text,
    o.state, o.doubtful, o.reason, o.task FROM outbox o LEFT JOIN inbox i ON o.reply_to = i.msgid AND o.final
    ORDER BY o.decision, o.n"""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that was to be said; a notice has no `msgid`. `number` is the ticket's, as messages came."""

    number: int
    msgid: str
    sender: str
    to: str
    group: bool
    text: str
    state: str
    doubtful: bool
    reason: str
    task: str

    @property
    def doubt(self) -> tuple[str, bool, str]:
        """Where and how it is told that this may not have arrived."""
        return self.to, self.group, f"{DOUBTFUL} D-{self.number:05d}"


def outgoing(file: Path) -> list[Row]:
    """All that the store has to say, in the order in which messages were taken."""
    with closing(sqlite3.connect(file)) as store:
        rows = store.execute(_ROWS).fetchall()
    return [Row(*row[:4], bool(row[4]), *row[5:7], bool(row[7]), *row[8:]) for row in rows]


@dataclass
class Tally:
    """How often, and when first, each answer was shown; how often each doubt, each notice, each card.

    `cut` are answers that a card shows in part: the whole is pushed as well.
    """

    shown: Counter[str]
    first: dict[str, float]
    doubts: Counter[tuple[str, bool, str]]
    notices: Counter[tuple[str, str]]
    cards: Counter[str]
    cut: set[str]


def tally(heard: Iterable[Heard], rows: list[Row]) -> Tally:
    """Count what was accepted: ends of bubbles, welcomes, cards that tell their answer, and pushes."""
    told = Tally(Counter(), {}, Counter(), Counter(), Counter(), set())
    places = set[tuple[str, str]]()
    pushes = {(each.to, each.group, each.text): each.msgid for each in rows if each.msgid}
    for each in heard:
        place = _place(each)
        if each.errcode or not place:
            continue
        if each.callback is None:
            _push(told, each, place, pushes)
        elif place == _CUT:
            told.cut.add(each.callback.msgid)
            told.first.setdefault(each.callback.msgid, each.at)
        elif (each.callback.msgid, place) not in places:
            places.add((each.callback.msgid, place))  # there again, it replaces itself on the phone
            _shown(told, each.callback.msgid, each.at)
    for to, text in {(each.to, each.text) for each in rows if not each.msgid and not each.task}:
        said = (each for each in heard if each.callback is None and not each.errcode)
        told.notices[to, text] = sum(_place(each).count(text) for each in said if _where(each)[0] == to)
    return told


def _push(told: Tally, each: Heard, words: str, answers: dict[tuple[str, bool, str], str]) -> None:
    told.cards[str(each.body.get("template_card", {}).get("task_id"))] += 1
    if words.startswith(DOUBTFUL):
        told.doubts[(*_where(each), words)] += 1
    elif msgid := answers.get((*_where(each), words)):
        _shown(told, msgid, each.at)


def _shown(told: Tally, msgid: str, at: float) -> None:
    told.shown[msgid] += 1
    told.first.setdefault(msgid, at)


def _where(push: Heard) -> tuple[str, bool]:
    """Whom a push is for, and whether that is a group."""
    return str(push.body.get("chatid")), push.body.get("chat_type") == 2


def _place(each: Heard) -> str:
    """What an end replaces when it comes again: its bubble or card; of a push its words; "" for no end."""
    body = each.body
    if each.callback is None:
        return body.get("markdown", {}).get("content", "") or "a card"
    if stream := body.get("stream"):
        return stream["id"] if stream["finish"] else ""
    card = body.get("template_card", {})
    if "button_list" in card:
        return ""
    return _CUT if str(card.get("sub_title_text", "")).endswith("…") else "in place"


def unordered(rows: list[Row], first: dict[str, float]) -> list[tuple[str, str]]:
    """Pairs of one sender's answers in one conversation that were shown in the wrong order."""
    last: dict[tuple[str, str], str] = {}
    wrong = []
    for each in rows:
        if each.msgid in first:
            before = last.get((each.sender, each.to))
            if before is not None and first[before] > first[each.msgid]:
                wrong.append((before, each.msgid))
            last[each.sender, each.to] = each.msgid
    return wrong
