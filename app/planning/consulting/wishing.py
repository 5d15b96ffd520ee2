"""Wishes of a model outside: known keys and kinds only, times with an offset, codes from the closed sets."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from app.planning.consulting.aliases import restore_wish
from app.planning.consulting.asked import Envelope
from app.planning.consulting.names import alias_or_mark
from app.records import wish_form
from app.records.errors import AnswerWrong, FileWrong
from app.records.wish import AnyWish

_YEAR = timedelta(days=366)
_TIMES = frozenset({"by", "at", "until", "not_before", "start", "end"})
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_STRANGER = re.compile(r"(there is no \w+) '(.*)'", re.DOTALL)
_KEYS = frozenset(key for form in wish_form.FORMS for key in form.model_fields)


def wishes_of(given: Sequence[Mapping[str, object]], envelope: Envelope) -> tuple[AnyWish, ...]:
    """The wishes in the plant's names; raises AnswerWrong."""
    if faults := list(_faults(given, envelope.origin, "wishes")):
        raise AnswerWrong(*faults)
    try:
        wishes = wish_form.parse(json.dumps(given), _known(envelope))
    except FileWrong as fault:
        said = _STRANGER.sub(lambda found: f"{found[1]} {alias_or_mark(found[2])}", str(fault))
        raise AnswerWrong(said) from None
    return tuple(restore_wish(wish, envelope.aliases) for wish in wishes)


def _faults(given: object, origin: datetime, place: str) -> Iterator[str]:
    """Keys and kinds that no wish has, and times that could be read in two ways; inner ones too."""
    match given:
        case dict():
            for key, value in given.items():
                if key not in _KEYS:
                    yield f"{place}: an unknown key"
                elif key == "kind" and value not in wish_form.KINDS:
                    yield f"{place}: kind must be one of {', '.join(wish_form.KINDS)}"
                elif key in _TIMES and value is not None and not _is_time(value, origin):
                    yield f"{place}.{key}: must be a time such as {origin.isoformat()}, within a year of it"
                else:
                    yield from _faults(value, origin, f"{place}.{key}")
        case list():
            for n, each in enumerate(given):
                yield from _faults(each, origin, f"{place}[{n}]")


def _is_time(value: object, origin: datetime) -> bool:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        return False
    try:
        return abs(datetime.fromisoformat(value) - origin) <= _YEAR
    except (ValueError, OverflowError):
        return False


def _known(envelope: Envelope) -> wish_form.Known:
    """The aliases of what the question has: some stand for words of a sender that are no code of it."""
    question = envelope.askers[0].question
    real: dict[str, set[str]] = {
        "order": {order.number for order in question.orders} | {*question.on_hold, *question.unplannable},
        "machine": set(question.machines),
        "facility": set(question.facilities),
        "family": set(question.families),
        "crew": {crew.name for crew in question.problem.crews},
        "person": {member.userid for member in question.people},
    }

    def of(kind: str) -> frozenset[str]:
        same = (each for each in envelope.aliases if each.kind == kind)
        return frozenset(each.alias for each in same if each.real in real[kind])

    return wish_form.Known(of("order"), of("machine"), of("facility"), of("family"), of("crew"), of("person"))
