"""What the patterns of wishes share: lists of orders, numbers, denials, and how a match becomes wishes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.intents.wishing.marks import MACHINE, ORDER, WHEN, Marked
from app.ports import Facts
from app.records.saying import ENGLISH, count
from app.records.wish import PlainWish

AND = r"(?:,|、|/|同埋|同|和|及|与|跟|还有|\band\b|&|\+)"
LIST = rf"{ORDER}(?:\s?{AND}\s?{ORDER})*"
TIME = rf"(?P<t>{WHEN})"
ON = rf"(?P<m>{MACHINE})"
NUMBER = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,2}|two|three|four|five|six|seven|eight)"
NOT = (
    r"(?:唔好|不要|别|勿|唔准|不准|不许|唔许|不可以|不可|不能|不得|唔可以|唔能够|唔使|不用|不必|"
    r"无需|不需要|避免|"
    r"避开|禁止|不宜|唔啱|唔好再|"
    r"(?<![a-z])(?:don'?t|do not|doesn'?t|does not|never|avoid|not|no|cannot|can'?t|must not|mustn'?t|"
    r"should not|"
    r"shouldn'?t)(?![a-z]))"
)
MUST = (
    r"(?>一定要|一定|务必|千祈|实要|必须|须要|须|应该|需要|可唔可以|可不可以|能不能|可以|可否|可|应|"
    r"想|请|要|得|都|均|就|全部|尽快|"
    r"(?<![a-z])(?:should|must|has to|have to|needs? to|to|can|could|be|is|are|will|shall|all|please|"
    r"pls)(?![a-z]))"
)
RUN = r"(?:做|生产|制造|制作|处理|负责|接手|整|搞|造|开工|开|排产|排|行|加工|赶)"
IMPORTANCE = (
    r"(?:优先级别?|优先度|优先权|优先等级|优先次序|优先顺序|权重|重要性|重要程度|priority|weight|importance)"
)
USED = "\ue7ff"
"""Stands for what a pattern has used up; it parts what stands on its two sides."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a match is read with."""

    marked: Marked
    facts: Facts
    now: datetime
    zone: ZoneInfo
    cantonese: bool = False
    """Whether the words are Cantonese, where 先 is "not until"."""

    def codes(self, said: str) -> tuple[str, ...]:
        """The orders of a matched list, once each."""
        return tuple(dict.fromkeys(self.marked.code(sign) for sign in re.findall(ORDER, said)))


Step = tuple[str, list[tuple[int, PlainWish]]] | None
"""The text without what was used up, and the wishes with their places; None: it is not certain."""

Built = tuple[PlainWish, ...] | None
"""Wishes; none where the words mean something else after all; None where it cannot be told for certain."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to say a wish."""

    shape: re.Pattern[str]
    build: Callable[[re.Match[str], Context], Built]


def ways(build: Callable[[re.Match[str], Context], Built], *shapes: str) -> tuple[Pattern, ...]:
    """Several ways to say the same."""
    return tuple(Pattern(re.compile(shape), build) for shape in shapes)


def number(said: str) -> int:
    """A small number in figures, Chinese or English."""
    return int(ENGLISH.get(said) or count(said))
