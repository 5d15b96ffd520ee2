"""Machines as people name them: GR-03, gr3, 抛光机4号, 3号磨床, polisher 4, the laser of site C."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.ports import Names
from app.records.plant import Machine
from app.understand.codes import NOT_COUNTED, digits_of, hit, letters_of
from app.understand.found import BLOT, EDGE, END, Found
from app.understand.numerals import CHINESE, value

_NUMBER = rf"(?:\d{{1,2}}(?!\d)|[一二两三四五六七八九十]{{1,2}}(?!{CHINESE}))"
_NUMBER_BEHIND = r"(?:\d{1,2}(?!\d)|[一二两三四五六七八九十]{1,2}(?=号|$|[\s,。!?;]))"
_NUMBER_EN = r"(?:one|two|three|four|five|six)(?![a-z])"
_ENGLISH_WORDS = frozenset({"as", "is", "in", "on", "at", "to", "no", "or", "so", "an", "st"})
_WORDS = {
    "grinding": "磨床|打磨机|研磨机|磨机|磨刀机|打磨|grinders?|grinding(?: machine)?",
    "polishing": "抛光机|抛光|打光机|polishers?|polishing(?: machine)?",
    "stamping": "冲床|冲压机|冲压|压机|啤机|stamping(?: press| machine)?|stampers?|press(?:es)?",
    "heat_treatment": "热处理炉|淬火炉|热处理|回火炉|炉子?|furnaces?|ovens?|heat treatment",
    "laser": "激光刻字机|激光机|激光|镭射机|镭射|打标机|刻字机|lasers?(?: engraver)?|engravers?",
    "assembly": "装配线|组装线|装配|组装|assembly(?: line| bench)?|bench(?:es)?",
    "packing": "包装线|包装机|打包线|包装|packing(?: line| machine)?|packers?",
}
_SHORT = {"grinding": "磨(?!石|头|轮|刀|损|具|好|完|到|了|咗)", "stamping": "啤(?!酒)", "polishing": "抛"}
"""What a type is called only behind its number: 4号磨."""
"""How people call a machine of a type, in the matching form."""

_KIN = re.compile(
    rf"(?<![第\da-z\-])({_NUMBER})号(?!码|楼|库|仓|门|位|前|之前|交|嘅?货|[机炉台])"
    rf"|(?<![第\da-z\-])(\d{{1,2}})线"
    r"|(?<![a-z])(?:line|number|no\.?) ([1-9])(?=$|[\s.,;!?](?!\d))"
    r"|(?<![a-z])(?:to|on|onto) ([1-9])(?=$|[.,;!?](?!\d)|\s(?:instead|ok|pls|please|and|then|for"
    r"|with)(?![a-z]))"
)
_ANY_OF_KIND = re.compile(
    rf"(?<![第\da-z\-])({_NUMBER})号[机炉台]|(?<![a-z])machine (\d)(?=$|[\s.,;!?](?!\d))"
)
_ONE_MACHINE = re.compile(r"(?:[机床炉线]|er|press|laser|furnace|oven|line|machine)$")


@dataclass(frozen=True, slots=True)
class MachineShapes:
    """The ways to name the plant's machines, compiled once per version of its tables."""

    machines: tuple[Machine, ...]
    by_number: Mapping[tuple[str, int], str]  # prefix, number → code
    codes: tuple[tuple[str, re.Pattern[str]], ...]  # prefix, shape
    numbered: tuple[tuple[str, re.Pattern[str]], ...]  # type, type with a number
    alone: tuple[tuple[str, re.Pattern[str]], ...]  # type, its word
    any_word: re.Pattern[str]

    def find_kin(self, text: str, named: Iterable[str]) -> list[Found]:
        """Machines by number alone, of the one type that the machines `named` or else the words have."""
        codes = set(named)
        kinds = {m.type for m in self.machines if m.code in codes}
        kinds = kinds or {kind for kind, word in self.alone if word.search(text)}
        if len(kinds) != 1:
            return []
        [kind] = kinds
        shapes = (_ANY_OF_KIND, _KIN) if codes else (_ANY_OF_KIND,)
        return [self._of_type(match, kind, ()) for shape in shapes for match in shape.finditer(text)]

    def find_codes(self, text: str) -> Iterator[Found]:
        """Machines by code, unknown ones with their nearest."""
        for prefix, shape in self.codes:
            for found in shape.finditer(text):
                number = int(next(group for group in found.groups() if group))
                code = self.by_number.get((prefix, number))
                yield hit("machine", found, code, f"{prefix.upper()}-{number:02d}", self.by_number.values())

    def find_spoken(self, text: str, sites: tuple[str, ...]) -> list[Found]:
        """Machines by type and number, or by type alone where the one site named has a single one.

        `sites` are the facilities that the message names; they settle a number that several share.
        """
        if not self.any_word.search(text):
            return []
        numbered = [
            self._of_type(m, kind, sites) for kind, shape in self.numbered for m in shape.finditer(text)
        ]
        if numbered or len(sites) != 1:
            return numbered
        return [
            each
            for kind, word in self.alone
            for found in word.finditer(text)
            for each in self._only_one(found, kind, sites)
        ]

    def _of_type(self, found: re.Match[str], kind: str, sites: tuple[str, ...]) -> Found:
        number = value(next(group for group in found.groups() if group))
        kin = [m for m in self.machines if m.type == kind]
        same = [m for m in kin if int(digits_of(m.code) or 0) == number]
        here = [m for m in same if m.facility in sites] or same
        if len(here) == 1:
            return Found("machine", here[0].code, found.start(), found.end())
        nearest = tuple(m.code for m in (here or kin))[:3]
        return Found("unknown", "machine", found.start(), found.end(), nearest=nearest)

    def _only_one(self, found: re.Match[str], kind: str, sites: tuple[str, ...]) -> list[Found]:
        here = [m.code for m in self.machines if m.type == kind and m.facility in sites]
        beside = (
            BLOT in found.string[max(0, found.start() - 3) : found.start()]
        )  # the site stands just before
        if not beside or len(here) != 1 or not _ONE_MACHINE.search(found[0]):
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
        numbered=tuple((kind, _with_number(_WORDS[kind], _SHORT.get(kind, "(?!)"))) for kind in kinds),
        any_word=re.compile(
            "|".join([_WORDS[kind] for kind in kinds] + [_SHORT[k] for k in kinds if k in _SHORT]) or "(?!)"
        ),
        alone=tuple((kind, re.compile(rf"{EDGE}(?:{_WORDS[kind]}){END}")) for kind in kinds),
    )


def _code(prefix: str) -> re.Pattern[str]:
    spaced = "" if prefix in _ENGLISH_WORDS else rf"|{EDGE}{prefix}\s0{{0,2}}(\d{{1,2}}){END}{NOT_COUNTED}"
    return re.compile(rf"{EDGE}{prefix}(?:\s?[-#_]\s?|)0{{0,2}}(\d{{1,3}}){END}{spaced}")


def _with_number(words: str, short: str) -> re.Pattern[str]:
    return re.compile(
        rf"{EDGE}(?:{words})\s?(?:机|部|嗰部|那台)?\s?(?:no\.?|number|#|-|第)?\s?(?:0?({_NUMBER_BEHIND}|{_NUMBER_EN}))(?![a-z0-9])"
        r"\s?(?:号(?:机|炉|线)?|#)?"
        r"(?!\s?[件把个只支套箱板籃卷桶天月小分公时点.:%](?!拉))"
        rf"|(?:第|no\.?\s?|#\s?)?(?<![\d.])0?({_NUMBER})\s?(?:号|#|线)\s?(?:的|嗰部|台|部|条)?\s?"
        rf"(?:{words}|{short})(?:机|线|炉)?(?![a-z])"
        rf"|(?<![a-z])line (\d)(?= (?:{words})(?![a-z]))"
    )
