"""The rivals of a proposal in words: a line for each, which was chosen, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from app.records.answer import Say
from app.records.offer import Contender

_CLOUD = ("cloud_repaired", "cloud")
_LOCAL = ("solver", "present")

_REASONS = ("minutes_late", "late_orders", "moved", "changeovers", "overtime_minutes")
"""Why one is better than another; the first that holds is told."""

_RULES = {
    "closed": "hours", "duration": "hours", "interrupted": "hours",
    "precedence": "route", "transfer": "route", "before": "route",
    "overlap": "overlap", "busy_until": "overlap", "batch": "overlap",
    "before_start": "early", "release": "early", "earliest": "early",
    "eligibility": "machine", "unknown_machine": "machine",
    "missing": "missing", "duplicate": "missing", "unknown_operation": "missing",
    "setup": "setup", "one_facility": "facility", "fixed": "fixed", "crew": "crew", "material": "material",
}  # fmt: skip
"""The checker's rules as people tell them apart."""


def rivals_told(contenders: Sequence[Contender]) -> Iterator[Say]:
    """The rivals side by side; nothing where the cloud proposed nothing."""
    if not any(each.rival == "cloud" for each in contenders):
        return
    yield from (_line(each) for each in contenders)
    chosen = next((each for each in contenders if each.verdict == "chosen"), None)
    if chosen is not None:
        yield Say("planning.rivals.chosen", {"rival": _name(chosen), "why": _why(chosen, contenders)})


def _line(one: Contender) -> Say:
    if one.verdict == "broken" or one.figures is None:
        words = dict.fromkeys(_RULES[each] for each in one.broken)
        rules = tuple(Say(f"planning.broken.{word}") for word in words)
        return Say("planning.rivals.broken", {"rival": _name(one), "rules": rules})
    return Say("planning.rivals.line", {"rival": _name(one), **asdict(one.figures)})


def _name(one: Contender) -> Say:
    return Say(f"planning.rival.{one.rival}")


def _why(chosen: Contender, contenders: Sequence[Contender]) -> Say:
    """Against the other side: the plant's own plans for the cloud's, the cloud's for one of the plant's."""
    other_side = _LOCAL if chosen.rival in _CLOUD else _CLOUD
    legal = {each.rival: each for each in contenders if each.verdict == "legal"}
    against = next((legal[rival] for rival in other_side if rival in legal), None)
    if against is None or against.figures is None or chosen.figures is None:
        return Say("planning.rivals.why.legal")
    mine, other = asdict(chosen.figures), asdict(against.figures)
    better = [each for each in _REASONS if mine[each] < other[each]]
    if mine == other:
        better = ["alike"]
    return Say(f"planning.rivals.why.{(better or ['weights'])[0]}", {"rival": _name(against)})
