"""Why an order is late and what would free it, in one sentence each; for every language alike."""

from collections.abc import Iterable

from app.planning.why.chain import Cause, Chain, Link
from app.planning.why.changes import (
    AlsoOn,
    BackBy,
    Behind,
    Change,
    DueTo,
    OneMore,
    OpenLonger,
    ReceiptBy,
    Replan,
    StartBy,
)
from app.planning.why.freeing import Freed, Freeing
from app.planning.why.measure import Measure
from app.records.answer import Say

_GIVEN = {Cause.WORK, Cause.RELEASE, Cause.TRANSFER}
"""What an order needs in any case; it is a reason only for one that nothing could save."""

_BY_MACHINE = {Cause.QUEUE, Cause.SETUP, Cause.CLOSED, Cause.DOWN, Cause.BUSY}
_BY_THING = {Cause.CREW, Cause.MATERIAL}


def told_late(chain: Chain, measure: Measure) -> Say:
    """How late an order is, and the head causes with who or what blocks it."""
    values = {
        "order": measure.order(chain.head),
        "span": measure.span(chain.late),
        "because": _because(chain, measure),
    }
    late = Say("why.late", values)
    if not chain.hopeless or chain.alone is None:
        return late
    return Say("why.lines", {"first": late, "rest": Say("why.hopeless", {"at": measure.at(chain.alone)})})


def _because(chain: Chain, measure: Measure) -> Say:
    """The two heaviest causes, in the order of time."""
    groups = sorted(_groups(chain), key=lambda group: -_sum(group))
    heavy = [g for g in groups[:2] if _sum(g) * 10 >= _sum(groups[0])]
    first, *then = [_cause(group, measure) for group in sorted(heavy, key=lambda g: g[0].start)]
    return Say("why.then", {"first": first, "then": then[0]}) if then else first


def _groups(chain: Chain) -> list[list[Link]]:
    """The links of its own time that say why it is late, those of one kind at one place together."""
    links = [link for link in chain.waits if chain.hopeless or link.cause not in _GIVEN]
    groups: dict[tuple[object, ...], list[Link]] = {}
    for link in links or chain.waits:
        place = link.machine if link.cause in _BY_MACHINE else link.thing if link.cause in _BY_THING else None
        groups.setdefault((link.cause, place), []).append(link)
    return list(groups.values())


def _sum(group: Iterable[Link]) -> int:
    return sum(link.length for link in group)


def _cause(group: list[Link], measure: Measure) -> Say:
    """What a group of links says."""
    link = group[0]
    heavy = sorted(group, key=lambda each: -each.length)
    values: dict[str, object] = {"span": measure.span(_sum(group))}
    match link.cause:
        case Cause.QUEUE | Cause.BATCH | Cause.BEFORE:
            others = measure.orders([each.job for each in heavy])
            values |= {"machine": measure.machine(link.machine), "orders": others}
        case Cause.SETUP | Cause.CLOSED | Cause.DOWN | Cause.BUSY:
            values |= {"machine": measure.machine(link.machine)}
        case Cause.CREW:
            values |= {"crew": measure.problem.crews[link.thing or 0].name}
        case Cause.MATERIAL:
            values |= {"material": measure.problem.materials[link.thing or 0].name}
    return Say(f"why.cause.{link.cause}", values)


def told_freeing(freeing: Freeing, measure: Measure) -> Say:
    """The proven changes, or that there is none and what date could be kept."""
    if freeing.freed:
        return _lines([_if(freed, measure) for freed in freeing.freed])
    none = Say("why.no_change" if freeing.complete else "why.no_change_yet")
    if freeing.date is None or not isinstance(freeing.date.change, DueTo):
        return none
    return _lines([none, Say("why.date", {"at": measure.at(freeing.date.change.at)})])


def _if(freed: Freed, measure: Measure) -> Say:
    said = Say("why.if", {"change": told_change(freed.change, measure)})
    if not freed.harm or not isinstance(freed.change, Behind):
        return said
    other = {"order": measure.order(freed.change.other), "span": measure.span(freed.harm)}
    return _lines([said, Say("why.harm", other)])


def told_change(change: Change, measure: Measure) -> Say:
    """A change as the condition of a sentence."""
    match change:
        case OpenLonger() | BackBy() | OneMore():
            return _hours(change, measure)
        case ReceiptBy() | StartBy():
            return _sooner(change, measure)
        case Replan():
            return Say("why.change.replan")
        case Behind(other, _, _, _, machine):
            values = {"order": measure.order(other), "machine": measure.machine(machine)}
            return Say("why.change.behind", values)
        case AlsoOn(_, task, machine, _):
            return Say("why.change.also_on", {"n": task + 1, "machine": measure.machine(machine)})
        case DueTo(_, at):
            return Say("why.change.due_to", {"at": measure.at(at)})


def _hours(change: OpenLonger | BackBy | OneMore, measure: Measure) -> Say:
    window = _window(change.low, change.high, measure)
    match change:
        case OpenLonger(machine):
            return Say("why.change.open_longer", {"machine": measure.machine(machine), **window})
        case OneMore(crew):
            return Say("why.change.one_more", {"crew": measure.problem.crews[crew].name, **window})
        case BackBy(machine, low, high):
            values = {"machine": measure.machine(machine), "at": measure.at(low), "was": measure.at(high)}
            return Say("why.change.back_by", values)


def _sooner(change: ReceiptBy | StartBy, measure: Measure) -> Say:
    values: dict[str, object] = {"at": measure.at(change.at), "was": measure.at(change.was)}
    if isinstance(change, ReceiptBy):
        name = measure.problem.materials[change.material].name
        return Say("why.change.receipt_by", {**values, "material": name})
    values["order"] = measure.order(change.job)
    if change.task is None:
        return Say("why.change.release_by", values)
    return Say("why.change.start_by", {**values, "n": change.task + 1})


def _window(low: int, high: int, measure: Measure) -> dict[str, object]:
    return {"from": measure.at(low), "until": measure.at(high), "span": measure.span(high - low)}


def _lines(says: list[Say]) -> Say:
    head, *rest = says
    return Say("why.lines", {"first": head, "rest": _lines(rest)}) if rest else head
