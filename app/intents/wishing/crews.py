"""How people say that so many are missing of those who do a kind of work at a facility."""

import re
from collections.abc import Iterator

from app.intents.wishing.doubts import LEFT_DENIAL
from app.intents.wishing.grammar import Context, number
from app.intents.wishing.marks import FACILITY, PERSON
from app.intents.words import MACHINE_TYPES
from app.records.wish import PlainWish, Unavailable, Window

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]|one|two|three|four|five|six)"
_MAN = r"(?:人手|人|师傅|工人|伙计|员工|man|men|people|persons?|workers?|operators?|hands?|guys?)"
_SHORT = re.compile(
    rf"(?:少|缺|差|争|欠|短)(?:咗|了)?\s?(?P<n>{_N})\s?(?:个|名|位)?\s?{_MAN}|"
    rf"(?<![a-z])(?:short(?: of| by)?|missing|lacking|minus|without) (?P<m>{_N})(?![a-z0-9])|"
    rf"(?P<k>{_N}) (?:[a-z]+ ){{0,3}}(?:short|less|fewer|missing)(?![a-z])"
)
"""As long as nobody is asked for: who lends people is another matter."""


def short_of(words: str, context: Context, window: Window | None) -> tuple[PlainWish, ...] | None:
    """The crew that is smaller; none where the words say no such thing, None where it is not certain."""
    found = _SHORT.search(words)
    if found is None:
        return ()
    crews, people = tuple(_crews(words, context)), number(next(filter(None, found.groups())))
    if LEFT_DENIAL.search(words) or re.search(PERSON, words):
        return None
    if window is None or len(crews) != 1 or people < 1:
        return None
    return (Unavailable(window, crew=crews[0], people=people),)


def _crews(words: str, context: Context) -> Iterator[str]:
    """The crews of the work that is named, at the facility that is named or wherever there is one."""
    types = {kind for kind, pattern in MACHINE_TYPES if pattern.search(words)}
    sites = {context.marked.code(sign) for sign in re.findall(FACILITY, words)}
    floor = context.facts.floor() if types else None
    skills = {each.skill for each in floor.skills if each.machine_type in types} if floor else set()
    for site, skill in dict.fromkeys(
        (each.facility, each.skill) for each in (floor.staffing if floor else ())
    ):
        if skill in skills and (not sites or site in sites):
            yield f"{skill} {site}"
