"""Machines as people name them: GR-03, gr3, 抛光机4号, 3号磨床, polisher 4, the laser of site C."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.ports import Names
from app.records.plant import Machine
from app.understand.codes import NOT_COUNTED, digits_of, hit, letters_of
from app.understand.found import EDGE, END, Found
from app.understand.numerals import CHINESE, value

_NUMBER = rf"(?:\d{{1,2}}|{CHINESE}{{1,2}})"
_ENGLISH_WORDS = frozenset({"as", "is", "in", "on", "at", "to", "no", "or", "so", "an", "st"})
_WORDS = {
    "grinding": "磨床|打磨机|研磨机|磨机|磨刀机|打磨|grinders?|grinding(?: machine)?",
    "polishing": "抛光机|抛光|打光机|polishers?|polishing(?: machine)?",
    "stamping": "冲床|冲压机|冲压|压机|啤机|stamping(?: press| machine)?|stampers?|press(?:es)?",
    "heat_treatment": "热处理炉|淬火炉|热处理|回火炉|炉|furnaces?|ovens?|heat treatment",
    "laser": "激光机|激光|镭射机|镭射|打标机|lasers?",
    "assembly": "装配线|组装线|装配|组装|assembly(?: line)?",
    "packing": "包装线|包装机|打包线|包装|packing(?: line| machine)?|packers?",
}
"""How people call a machine of a type, in the matching form."""

_ONE_MACHINE = re.compile(r"(?:[机床炉线]|er|press|laser|furnace|oven|line|machine)$")


@dataclass(frozen=True, slots=True)
class MachineShapes:
    """The ways to name the plant's machines, compiled once per version of its tables."""

    machines: tuple[Machine, ...]
    by_number: Mapping[tuple[str, int], str]  # prefix, number → code
    codes: tuple[tuple[str, re.Pattern[str]], ...]  # prefix, shape
    numbered: tuple[tuple[str, re.Pattern[str]], ...]  # type, type with a number
    alone: tuple[tuple[str, re.Pattern[str]], ...]  # type, its word

    def find_codes(self, text: str) -> Iterator[Found]:
        """Machines by code, unknown ones with their nearest."""
        for prefix, shape in self.codes:
            for found in shape.finditer(text):
                number = int(found[1])
                code = self.by_number.get((prefix, number))
                yield hit("machine", found, code, f"{prefix.upper()}-{number:02d}", self.by_number.values())

    def find_spoken(self, text: str, sites: tuple[str, ...]) -> list[Found]:
        """Machines by type and number, or by type alone where the one site named has a single one.

        `sites` are the facilities that the message names; they settle a number that several share.
        """
        numbered = [
            self._of_type(m, kind, sites) for kind, shape in self.numbered for m in shape.finditer(text)
        ]
        if numbered or len(sites) != 1:
            return numbered
        return [hit for kind, word in self.alone for hit in self._only_one(word.search(text), kind, sites)]

    def _of_type(self, found: re.Match[str], kind: str, sites: tuple[str, ...]) -> Found:
        number = value(found[1] or found[2])
        kin = [m for m in self.machines if m.type == kind]
        same = [m for m in kin if int(digits_of(m.code) or 0) == number]
        here = [m for m in same if m.facility in sites] or same
        if len(here) == 1:
            return Found("machine", here[0].code, found.start(), found.end())
        nearest = tuple(m.code for m in (here or kin))[:3]
        return Found("unknown", "machine", found.start(), found.end(), nearest=nearest)

    def _only_one(self, found: re.Match[str] | None, kind: str, sites: tuple[str, ...]) -> list[Found]:
        here = [m.code for m in self.machines if m.type == kind and m.facility in sites]
        if found is None or len(here) != 1 or not _ONE_MACHINE.search(found[0]):
            return []
        return [Found("machine", here[0], found.start(), found.end())]


def build_machines(names: Names) -> MachineShapes:
    """The ways to name the machines in `names`."""
    by_number = {(letters_of(m.code), int(digits_of(m.code) or 0)): m.code for m in names.machines}
    kinds = sorted({m.type for m in names.machines} & set(_WORDS))
    return MachineShapes(
        machines=names.machines,
        by_number=by_number,
        codes=tuple(
            (prefix, _code(prefix)) for prefix in sorted({letters for letters, _ in by_number} - {""})
        ),
        numbered=tuple((kind, _with_number(_WORDS[kind])) for kind in kinds),
        alone=tuple((kind, re.compile(rf"{EDGE}(?:{_WORDS[kind]}){END}")) for kind in kinds),
    )


def _code(prefix: str) -> re.Pattern[str]:
    joint = r"(?:\s?[-#_]\s?|)" if prefix in _ENGLISH_WORDS else r"\s?[-#_]?\s?"
    return re.compile(rf"{EDGE}{prefix}{joint}(?:0{{0,2}})(\d{{1,3}}){END}{NOT_COUNTED}")


def _with_number(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"{EDGE}(?:{words})\s?(?:no\.?|number|#|-|第)?\s?(?:0?({_NUMBER})){END}\s?(?:号(?:机|炉|线)?|#)?"
        r"(?!\s?[件把个只支套箱天点月小分公.:%])"
        rf"|(?:第|no\.?\s?|#\s?)?(?<![\d.])0?({_NUMBER})\s?(?:号|#|线)\s?(?:的|嗰部|台|部|条)?\s?"
        rf"(?:{words})(?:机|线|炉)?{END}"
    )
