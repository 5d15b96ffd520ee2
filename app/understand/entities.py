"""What a message names, against the plant's own tables: the order of looking, and nothing of how."""

from dataclasses import dataclass, replace

from app.ports import Names
from app.records.quoted import own_words
from app.records.reading import Entities, Unknown
from app.understand.codes import Codes, build_codes, find_tickets
from app.understand.found import Found, blot, corrected
from app.understand.machines import MachineShapes, build_machines
from app.understand.names import NameIndex, build_index
from app.understand.normalise import Convert
from app.understand.orders import Orders, build_orders
from app.understand.quantities import quantities
from app.understand.sounds import mended
from app.understand.times import when_spans

MARKS = {"order": "Ⓞ", "item": "Ⓘ", "machine": "Ⓜ", "facility": "Ⓕ", "decision_id": "Ⓓ"}
"""What stands for a thing in the marked text; cleaning makes letters of these signs: nobody can send one."""

_KINDS = ("order", "item", "facility", "machine", "quantity", "due", "decision_id")


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was found in a message.

    `kinds` are the fields of Entities that it speaks of, unknown things included; `marked` is the
    matching form with one mark for each thing.
    """

    entities: Entities
    unknown: tuple[Unknown, ...]
    kinds: frozenset[str]
    marked: str

    @property
    def own(self) -> "Sighting":
        """The same with quotations covered, and without the kinds of things that only they name."""
        marked = own_words(self.marked)
        quoted = {kind for kind, mark in MARKS.items() if mark in self.marked and mark not in marked}
        return replace(self, marked=marked, kinds=self.kinds - quoted)


@dataclass(frozen=True, slots=True)
class Index:
    """All that is known of the plant's names at one version of its tables."""

    version: int
    names: NameIndex
    codes: Codes
    orders: Orders
    machines: MachineShapes


def index_names(names: Names, simplify: Convert) -> Index:
    """The index of the plant's tables; tens of milliseconds for 500 names, so keep it."""
    return Index(
        names.version,
        build_index(names, simplify),
        build_codes(names),
        build_orders(names),
        build_machines(names),
    )


def find_entities(text: str, matching: str, index: Index) -> Sighting:
    """The things that clean `text` names, and those shaped like ours that the tables lack.

    `matching` is its matching form. Each look sees only what earlier ones left, so that no number
    counts twice: codes, names, facilities, machines, numbers of orders, times, quantities.
    """
    meant = mended(matching)
    found = _named(text, meant, index)
    left = blot(meant, found)
    orders = index.orders.find_spoken(left)
    left = blot(left, orders)
    loose = index.names.find_loosely(left)
    left = blot(left, loose)
    times = [Found("due", text[a:b].strip(), a, b) for a, b in when_spans(left, text)]
    found = sorted([*found, *orders, *loose, *times, *quantities(blot(left, times))], key=lambda f: f.start)
    kinds = frozenset(str(f.value) if f.kind == "unknown" else f.kind for f in found)
    return Sighting(_told(meant, found), _strangers(text, found), kinds, _marked(matching, found))


def _marked(matching: str, found: list[Found]) -> str:
    pieces, at = [], 0
    for each in found:
        mark = MARKS.get(str(each.value) if each.kind == "unknown" else each.kind)
        if mark and each.start >= at:
            pieces += [matching[at : each.start], mark]
            at = each.end
    return "".join([*pieces, matching[at:]])


def _named(text: str, matching: str, index: Index) -> list[Found]:
    found = [
        *find_tickets(matching),
        *index.orders.find_written(matching),
        *index.machines.find_codes(matching),
    ]
    found += index.codes.find_items(blot(matching, found))
    found += index.names.find(blot(matching, found))
    found += index.codes.find_facilities(blot(matching, found), text)
    sites = tuple(str(f.value) for f in found if f.kind == "facility")
    found += index.machines.find_spoken(blot(matching, found), sites)
    named = [str(f.value) for f in found if f.kind == "machine"]
    return [*found, *index.machines.find_kin(blot(matching, found), named)]


def _told(matching: str, found: list[Found]) -> Entities:
    kinds = {kind: [f for f in found if f.kind == kind] for kind in _KINDS}
    kinds |= {kind: corrected(matching, kinds[kind]) for kind in _KINDS if len(kinds[kind]) > 1}
    codes = {k: tuple(dict.fromkeys(str(f.value) for f in v)) for k, v in kinds.items() if k != "quantity"}
    counts = kinds["quantity"]
    return Entities(
        order=codes["order"],
        item=codes["item"],
        facility=codes["facility"],
        machine=codes["machine"],
        quantity=tuple(float(f.value) for f in counts),
        unit=tuple(f.unit for f in counts),
        due=codes["due"],
        decision_id=codes["decision_id"],
    )


def _strangers(text: str, found: list[Found]) -> tuple[Unknown, ...]:
    """The unknown things; a name shared by several is none where one of them is named as well."""
    named = {f.value for f in found}
    strangers = [f for f in found if f.kind == "unknown" and (f.unit or named.isdisjoint(f.nearest))]
    told = [Unknown(str(f.value), f.unit or text[f.start : f.end].strip(), f.nearest) for f in strangers]
    return tuple(dict.fromkeys(told))
