"""Which of several offered actions a yes means: by number, by what it puts first, or the one proposed."""

import re

from app.intents.words import YES
from app.records.action import Action
from app.records.decision import Held
from app.records.offer import Course

_NUMBER = r"(?P<n>[1-9](?![0-9])|[一二三]|\b(?:one|two|three)\b)"
CHOOSES = re.compile(
    r"(?:选择?|選擇?|拣|揀|取|\bchoose|\bpick|\btake|\bgo with|\boption|\bplan|\bnumber|方案|#)"
    rf"[ ,第_]{{0,2}}(?:方案|the |option |number |no\.? ?|#)? ?{_NUMBER}"
    r"|第 ?(?P<nth>[1-9一二三]) ?[个個号號]?(?:方案|$|[ ,。!])"
    r"|\b(?P<ordinal>first|second|third|1st|2nd|3rd) (?:option|plan|one)\b"
)
"""A choice by number in folded text."""

_BARE = re.compile(rf"^[ ,，。.!()（）]*{_NUMBER}[ ,，。.!()（）]*$")
_NUMBERS = {"一": 1, "二": 2, "三": 3, "one": 1, "two": 2, "three": 3, "first": 1, "second": 2, "third": 3,
            "1st": 1, "2nd": 2, "3rd": 3}  # fmt: skip
_COURSES: tuple[tuple[Course, re.Pattern[str]], ...] = (
    ("steady", re.compile(r"\bsteady\b|少[变變]动|少[变變]動|少郁|\bfew(?:est|er)? moves\b")),
    ("balanced", re.compile(r"\bbalanced\b|均衡|平衡")),
    ("on_time", re.compile(r"\bon[- ]time\b|[准準][时時](?!间)")),
)


def option_in(text: str) -> int:
    """The number that a yes names, from 1; 0 when it names none. `text` is folded, without tickets."""
    found = CHOOSES.search(text) or _BARE.match(YES.sub(" ", text))
    if found is None:
        return 0
    said = next(filter(None, found.groupdict().values()))
    return _NUMBERS.get(said) or int(said)


def chosen(text: str, hold: Held) -> Action | None:
    """What a yes means among what is held; None when it names an option that there is not.

    A word of yes without a number means the action that is proposed. So it does where nothing else
    is offered; a choice alone says nothing there.
    """
    number = option_in(text)
    if not hold.offered:
        return hold.action if not number or YES.search(text) else None
    if number:
        return hold.offered[number - 1].action if number <= len(hold.offered) else None
    named = [course for course, pattern in _COURSES if pattern.search(text)]
    fitting = [each.action for each in hold.offered if set(named) & set(each.courses)]
    if not named:
        return hold.action
    return fitting[0] if len(fitting) == 1 else None
