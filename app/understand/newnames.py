"""Whether a word may become a name for one of the plant's things."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from app.ports import Names
from app.records.plant import Facility, Item, Machine
from app.understand.entities import MARKS, find_entities, index_names
from app.understand.names import build_index
from app.understand.normalise import Convert, clean, matching_form
from app.understand.numerals import CHINESE
from app.understand.rules import RuleBook

What = Literal["item", "machine", "facility"]
Each = TypeVar("Each", Item, Machine, Facility)

LONGEST = 40
"""Characters of a name that people teach."""

_CONTEXT = 3  # characters around a name that must be the same in both tries
_NUMBER = re.compile(rf"(?:[\d.,/]|{CHINESE}|第|号|#|no|nr){{1,40}}")


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the plant's things: its kind and its code as the tables have it."""

    what: What
    code: str


@dataclass(frozen=True, slots=True)
class NewNames:
    """Judges new names; `spoken` is what the shipped rules know people to say, in the matching form."""

    spoken: str
    simplify: Convert

    def tidy(self, word: str) -> str:
        """The word as it is kept: clean, on one line."""
        return clean(word, "", LONGEST + 1)

    def thing(self, code: str, names: Names) -> Thing | None:
        """The item, machine or facility with this code, written in any case; None without one."""
        wanted = code.strip().casefold()
        return next((thing for thing, _ in _things(names) if thing.code.casefold() == wanted), None)

    def why_not(self, word: str, thing: Thing, names: Names) -> str:
        """The code of why a tidy word cannot name the thing, "" when it can.

        Codes: name_short (one character, or too long), name_number, name_known (it means that
        already), name_taken (something else is called so), name_common (people say it of anything).
        """
        key = self._key(word)
        if len(key) < 2 or len(word) > LONGEST:
            return "name_short"
        if key.isdigit() or _NUMBER.fullmatch(matching_form(word, self.simplify).replace(" ", "")):
            return "name_number"
        owners = [owner for owner, name in _spelled(names) if self._key(name) == key]
        if owners:
            return "name_known" if owners == [thing] * len(owners) else "name_taken"
        if self._is_shared(word, names) or not self._would_be_found(word, thing, names):
            return "name_taken"
        return "name_common" if self._is_common(word) else ""

    def is_in(self, word: str, text: str) -> bool:
        """Whether the word stands in a text, in either script and any case."""
        return bool(self._key(word)) and self._key(word) in self._key(text)

    def mined(self, before: str, after: str, names: Names) -> str:
        """What the words before call the one thing that the words after name, where nothing else differs.

        "" when they differ in more, or the words around it are too few to tell. Both are clean.
        """
        sighting = find_entities(
            after, matching_form(after, self.simplify), index_names(names, self.simplify)
        )
        parts = re.split(f"[{''.join(MARKS.values())}]", sighting.marked)
        form = matching_form(before, self.simplify)
        if len(parts) != 2 or len("".join(parts).replace(" ", "")) < _CONTEXT:
            return ""
        head, tail = (part.strip() for part in parts)
        if not (form.startswith(head) and form.endswith(tail)) or len(form) <= len(head) + len(tail):
            return ""
        return before[len(head) : len(before) - len(tail)].strip()

    def _key(self, word: str) -> str:
        return "".join(ch for ch in matching_form(clean(word, "", 200), self.simplify) if ch.isalnum())

    def _is_common(self, word: str) -> bool:
        form = matching_form(word, self.simplify)
        if form.isascii():
            return re.search(rf"\b{re.escape(form)}\b", self.spoken) is not None
        return form in self.spoken

    def _is_shared(self, word: str, names: Names) -> bool:
        """Whether things that come in sizes are called so, whichever of them is meant."""
        form = matching_form(word, self.simplify)
        found = build_index(names, self.simplify).find(form)
        return any((each.start, each.end) == (0, len(form)) for each in found)

    def _would_be_found(self, word: str, thing: Thing, names: Names) -> bool:
        """Whether readers would take it for this thing and nothing else, once it is taught."""
        index = index_names(with_name(names, word, thing), self.simplify)
        found = find_entities(word, matching_form(word, self.simplify), index).entities
        mine: tuple[str, ...] = getattr(found, thing.what)
        others = (*found.item, *found.machine, *found.facility, *found.order, *found.decision_id)
        return mine == (thing.code,) == others


def new_names(rules: RuleBook, simplify: Convert) -> NewNames:
    """Judges by the examples of the shipped rules: a word that stands in them is everybody's."""
    said = (matching_form(text, simplify) for rule in rules.rules for text in (*rule.examples, *rule.counter))
    return NewNames("\n".join(said), simplify)


def with_name(names: Names, word: str, thing: Thing) -> Names:
    """The plant's names with one more."""
    match thing.what:
        case "item":
            return replace(names, items=tuple(_called(each, word, thing) for each in names.items))
        case "machine":
            return replace(names, machines=tuple(_called(each, word, thing) for each in names.machines))
        case "facility":
            return replace(names, facilities=tuple(_called(each, word, thing) for each in names.facilities))


def _called(each: Each, word: str, thing: Thing) -> Each:
    return replace(each, aliases=(*each.aliases, word)) if each.code == thing.code else each


def _things(names: Names) -> Iterator[tuple[Thing, Item | Machine | Facility]]:
    yield from ((Thing("item", each.code), each) for each in names.items)
    yield from ((Thing("machine", each.code), each) for each in names.machines)
    yield from ((Thing("facility", each.code), each) for each in names.facilities)


def _spelled(names: Names) -> Iterable[tuple[Thing | None, str]]:
    for thing, each in _things(names):
        for name in (each.code, each.name.en, each.name.hans, each.name.hant, *each.aliases):
            yield thing, name
    yield from ((None, number) for number in names.orders)
