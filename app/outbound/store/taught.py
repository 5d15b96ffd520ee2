"""Names that people taught: kept beside the plant's own tables, which belong to whoever feeds them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa

from app.outbound.store.line import Line, adding
from app.outbound.store.plant_tables import TaughtNameRow
from app.outbound.store.tables import table
from app.records.action import TeachName
from app.records.plant import Facility, Item, Machine

Thing = TypeVar("Thing", Facility, Machine, Item)
Taught = Mapping[tuple[str, str], Sequence[str]]
"""(kind of thing, code) → words, in the order of the alphabet."""

_TAUGHT = table(TaughtNameRow)
_EVERY = sa.select(_TAUGHT.c.what, _TAUGHT.c.code, _TAUGHT.c.word).order_by(_TAUGHT.c.word)
_KEEP = adding(_TAUGHT)
_DROP = sa.delete(_TAUGHT).where(_TAUGHT.c.key == sa.bindparam("key"))


def keep(line: Line, lesson: TeachName, key: str, at: str) -> None:
    """Keep a word; one that is taught already breaks the table's key."""
    row = {"word": lesson.word, "what": lesson.what, "code": lesson.code, "key": key, "at": at}
    line.do(_KEEP, row)


def drop(line: Line, key: str) -> bool:
    """Forget what was taught under this key; False when nothing was."""
    return line.do(_DROP, {"key": key}) == 1


def every(line: Line) -> Taught:
    """Every word by the thing it means."""
    words: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for what, code, word in line.all(_EVERY):
        words[what, code].append(word)
    return words


def named(things: Sequence[Thing], what: str, taught: Taught) -> tuple[Thing, ...]:
    """The things with what people call them besides."""
    return tuple(_named(thing, taught.get((what, thing.code), ())) for thing in things)


def _named(thing: Thing, words: Sequence[str]) -> Thing:
    return replace(thing, aliases=(*thing.aliases, *words)) if words else thing
