"""What the plant calls its things, and what stands for each of them outside; there and back again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from app.planning.consulting.asked import Alias, Envelope
from app.ports import Facts
from app.records.errors import AnswerWrong
from app.records.plant import Name, Person
from app.records.wish import AnyWish, WhatIf

Kind = Literal["order", "machine", "item", "family", "facility", "crew", "person", "customer", "amount"]

LETTERS: Mapping[Kind, str] = {
    "order": "J", "machine": "M", "item": "P", "family": "F", "facility": "S",
    "crew": "K", "person": "H", "customer": "C", "amount": "Y",
}  # fmt: skip
"""What the aliases of each kind begin with; a number from 1 follows."""

FIELDS: Mapping[str, Kind] = {
    "order": "order", "then": "order", "other": "order", "orders": "order", "machine": "machine",
    "facility": "facility", "family": "family", "crew": "crew", "person": "person",
}  # fmt: skip
"""Which fields of a wish name a thing, and of what kind."""

_SITE_WORDS = ("plant", "site", "facility", "factory", "fac", "workshop", "warehouse")
_SITE_SIGNS = ("厂", "仓", "座", "栋", "车间", "厂房", "线", "边")
_FIRM = ("股份有限公司", "有限公司", "公司", "集團", "集团", "貿易", "贸易")
_WORD_MIN = 3
"""Letters of a part of a person's or customer's name that is a name by itself."""


@dataclass(frozen=True, slots=True)
class Called:
    """A thing by its code, and everything that it is called, the code included where people say it."""

    kind: Kind
    real: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameBook:
    """All that the plant knows by name; `version` is that of its tables.

    Where several things share a name, the kind that comes first is meant.
    """

    version: int
    orders: tuple[Called, ...] = ()
    machines: tuple[Called, ...] = ()
    items: tuple[Called, ...] = ()
    facilities: tuple[Called, ...] = ()
    people: tuple[Called, ...] = ()
    customers: tuple[Called, ...] = ()
    families: tuple[Called, ...] = ()
    crews: tuple[Called, ...] = ()

    def __iter__(self) -> Iterator[Called]:
        for each in fields(self)[1:]:
            yield from getattr(self, each.name)


def name_book(facts: Facts) -> NameBook:
    """Every name in the plant's tables, those that people have taught it included; a few queries.

    Customers are those of all orders that the store still has, done ones too.
    """
    names, floor, items = facts.names(), facts.floor(), facts.items()
    always = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    orders = (*facts.orders(), *facts.orders_between(*always))
    skills = sorted({s.skill for s in floor.staffing} | {s.skill for s in floor.skills})
    return NameBook(
        version=names.version,
        orders=tuple(_order(number) for number in names.orders),
        machines=tuple(
            Called("machine", m.code, (m.code, *_said(m.name), *m.aliases)) for m in names.machines
        ),
        items=tuple(Called("item", i.code, (i.code, *_said(i.name), *i.aliases)) for i in names.items),
        facilities=tuple(
            Called("facility", f.code, (*_said(f.name), *f.aliases, *_site(f.code))) for f in names.facilities
        ),
        people=tuple(_person(person) for person in facts.people()),
        customers=tuple(_customer(each) for each in sorted({order.customer for order in orders} - {""})),
        families=tuple(Called("family", each, (each,)) for each in sorted({i.family for i in items} - {""})),
        crews=(
            *(Called("crew", each, (each,)) for each in skills),
            *(
                Called("crew", f"{s.skill} {s.facility}", (f"{s.skill} {s.facility}",))
                for s in floor.staffing
            ),
        ),
    )


def _said(name: Name) -> tuple[str, ...]:
    return name.en, name.hans, name.hant


def _order(number: str) -> Called:
    """An order is also called by its digits alone."""
    digits = "".join(char for char in number if char.isdigit())
    return Called("order", number, (number, digits) if len(digits) >= _WORD_MIN else (number,))


def _site(code: str) -> Iterator[str]:
    """A facility's code beside the words that make it one; a code of two signs or more by itself too."""
    if len(code) > 1:
        yield code
    for word in _SITE_WORDS:
        yield from (f"{word} {code}", f"{code} {word}")
    yield from (f"{code}{sign}" for sign in _SITE_SIGNS)


def _person(person: Person) -> Called:
    """By userid and name, by the parts of both, by the given name, and as 阿 and its last sign."""
    parts = (part for whole in (person.userid.replace("@", "."), person.name) for part in _parts(whole))
    given = (person.name[1:], f"阿{person.name[-1:]}") if _is_chinese(person.name, 3) else ()
    nick = (f"阿{person.name[-1:]}",) if _is_chinese(person.name, 2) else ()
    return Called("person", person.userid, (person.userid, person.name, *given, *nick, *parts))


def _customer(name: str) -> Called:
    """By the whole name, without what every firm is called, and by each of its longer words."""
    stem = name
    for ending in _FIRM:
        stem = stem.removesuffix(ending)
    return Called("customer", name, (name, stem, *(part for part in _parts(name) if len(part) > _WORD_MIN)))


def _parts(name: str) -> Iterator[str]:
    words = name.replace(".", " ").replace("_", " ").split()
    return (word for word in words if len(word) >= _WORD_MIN or not word.isascii())


def _is_chinese(name: str, signs: int) -> bool:
    return len(name) == signs and not any(char.isascii() for char in name)


class Aliases:
    """Gives aliases in the order in which things are met; `known` tells names that must not be one."""

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known, self._given, self._last = known, dict[tuple[Kind, str], str](), dict[Kind, int]()

    def of(self, kind: Kind, real: str) -> str:
        """What stands for a thing; the same for the same thing."""
        if (kind, real) not in self._given:
            self._given[kind, real] = self._next(kind)
        return self._given[kind, real]

    def _next(self, kind: Kind) -> str:
        while True:
            self._last[kind] = self._last.get(kind, 0) + 1
            alias = f"{LETTERS[kind]}{self._last[kind]}"
            if not self._known(alias):
                return alias

    def reals(self, kind: Kind) -> tuple[str, ...]:
        """The things of a kind that were met so far."""
        return tuple(real for given, real in self._given if given == kind)

    def every(self) -> tuple[Alias, ...]:
        """All that were given, in order."""
        return tuple(Alias(kind, real, alias) for (kind, real), alias in self._given.items())

    def hide(self, wish: AnyWish) -> AnyWish:
        """The wish with aliases in the place of codes."""
        return _renamed(wish, self.of)


def real(envelope: Envelope, alias: str) -> str | None:
    """What an alias of an envelope stands for: a code, or the words that nothing is known by; else None."""
    return next((each.real for each in envelope.aliases if each.alias == alias), None)


def restore_wish(wish: AnyWish, aliases: Iterable[Alias]) -> AnyWish:
    """The wish with codes in the place of aliases; raises AnswerWrong for one that is not of its kind.

    Some aliases stand for words of a sender that are no code: what comes back must still be compared
    with the plant's closed sets.
    """
    known = {(each.kind, each.alias): each.real for each in aliases}

    def back(kind: Kind, alias: str) -> str:
        if (kind, alias) not in known:
            raise AnswerWrong(f"there is no {kind} '{alias}'")
        return known[kind, alias]

    return _renamed(wish, back)


def _renamed(wish: AnyWish, call: Callable[[Kind, str], str]) -> AnyWish:
    if isinstance(wish, WhatIf):
        inner: Any = tuple(_renamed(each, call) for each in wish.wishes)
        return replace(wish, wishes=inner)
    changed: dict[str, Any] = {}
    for name, kind in FIELDS.items():
        match getattr(wish, name, None):
            case str() as code:
                changed[name] = call(kind, code)
            case tuple() as codes:
                changed[name] = tuple(call(kind, code) for code in codes)
    return replace(wish, **changed)
