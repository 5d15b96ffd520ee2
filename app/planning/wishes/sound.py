"""Whether a question still has an answer at all, as far as its structure tells exactly."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from app.planning.asked import Question
from app.planning.check import check
from app.planning.shop import Shop, open_shop
from app.planning.wishes.places import no
from app.planning.wishes.search import can_be_reached
from app.records.answer import Say

Graph = dict[int, list[int]]


def flaw(question: Question) -> Say | None:
    """The first reason why no plan can exist; None where there is one, or the search gave up looking.

    Exact for machines, cycles, fixed places that overlap or ask for more people or material than there
    are, and times that machines alone forbid; what must be through before a fixed place is searched
    for up to a bound.
    """
    shop = open_shop(question.problem)
    before = predecessors(shop)
    for look in (_machineless, _cycle, _overlap, _short, _too_late):
        if (found := look(question, shop, before)) is not None:
            return found
    return None if can_be_reached(shop, before) is not False else _crowded(question, shop)


def predecessors(shop: Shop) -> Graph:
    """For every operation by number, those that must end before it starts."""
    before: Graph = defaultdict(list)
    for step in shop.steps:
        before[step.number] = [*([step.number - 1] if step.task else []), *shop.ahead[step.number]]
    return before


def _machineless(question: Question, shop: Shop, _before: Graph) -> Say | None:
    step = next((s for s in shop.steps if not s.modes), None)
    return no("no_machine", order=question.orders[step.job].number) if step else None


def _cycle(question: Question, shop: Shop, before: Graph) -> Say | None:
    if len(_in_order(shop, before)) == len(shop.steps):
        return None
    left = set(range(len(shop.steps))) - set(_in_order(shop, before))
    walk = [min(left)]
    while (back := next(n for n in before[walk[-1]] if n in left)) not in walk:
        walk.append(back)
    names = [question.orders[shop.steps[n].job].number for n in reversed(walk[walk.index(back) :])]
    return no("cycle", orders=tuple(dict.fromkeys(names)))


def _in_order(shop: Shop, before: Graph) -> list[int]:
    """Operations with all that come before them first; what lies on a cycle, or after one, is left out."""
    waits = {step.number: len(before[step.number]) for step in shop.steps}
    after: Graph = defaultdict(list)
    for number, others in before.items():
        for other in others:
            after[other].append(number)
    found = [n for n, count in waits.items() if not count]
    for number in found:  # grows while it is read
        for other in after[number]:
            waits[other] -= 1
            if not waits[other]:
                found.append(other)
    return found


def _overlap(question: Question, shop: Shop, _before: Graph) -> Say | None:
    lanes = defaultdict(list)
    for number, f in shop.fixed.items():
        lanes[f.machine].append((f.start, f.end, number))
    for machine, lane in lanes.items():
        if shop.problem.resources[machine].batch > 1:
            continue
        for (_, end, one), (start, _, other) in pairwise(sorted(lane)):
            if start < end + shop.setup(machine, one, other):
                names = tuple(question.orders[shop.steps[n].job].number for n in (one, other))
                return no("overlap", orders=names, machine=question.machines[machine], at=question.at(start))
    return None


def _short(question: Question, shop: Shop, _before: Graph) -> Say | None:
    """People and material that the fixed places alone ask more of than there is."""
    slots = tuple(shop.slot(number, f.machine, f.start, f.end) for number, f in sorted(shop.fixed.items()))
    for broken in check(question.problem, slots):
        if broken.constraint in {"crew", "material"}:
            return no(f"too_little_{broken.constraint}", what=broken.detail.partition(":")[0])
    return None


def _too_late(question: Question, shop: Shop, before: Graph) -> Say | None:
    """A fixed place that comes before its operation can be ready, or work that no open time holds."""
    horizon = max((high for r in shop.problem.resources for _, high in r.closed), default=0)
    ends: dict[int, int] = {}
    for number in _in_order(shop, before):
        step, order = shop.steps[number], question.orders[shop.steps[number].job].number
        ready = max([shop.released(number), *_arrivals(shop, number, before, ends)])
        place = shop.fixed.get(number)
        if place is None:
            ends[number] = min(shop.hours[m].place(max(ready, shop.problem.resources[m].busy_until), work)[1]
                               for m, work in step.modes)  # fmt: skip
            if 0 < horizon < ends[number]:
                return no("no_room", order=order)
        elif place.start < ready and number not in _free_to_be_late(shop, number):
            return no("not_ready", order=order, at=question.at(place.start), ready=question.at(ready))
        else:
            ends[number] = place.end
    return None


def _free_to_be_late(shop: Shop, number: int) -> Iterator[int]:
    """A running operation has begun, whatever its release says."""
    if shop.steps[number].task == 0 and shop.fixed[number].start <= 0:
        yield number


def _arrivals(shop: Shop, number: int, before: Graph, ends: dict[int, int]) -> Iterator[int]:
    """When each operation before it is through and brought, at the least."""
    for other in before[number]:
        same_job = shop.steps[other].job == shop.steps[number].job
        yield ends[other] + (_least_way(shop, other, number) if same_job else 0)


def _least_way(shop: Shop, one: int, other: int) -> int:
    pairs = ((a, b) for a in _machines(shop, one) for b in _machines(shop, other))
    return min((shop.transfer(a, b) for a, b in pairs), default=0)


def _machines(shop: Shop, number: int) -> Iterable[int]:
    place = shop.fixed.get(number)
    return [place.machine] if place else [machine for machine, _ in shop.steps[number].modes]


def _crowded(question: Question, shop: Shop) -> Say:
    """That what has to be through before fixed places does not fit; the orders of those are named."""
    names = dict.fromkeys(question.orders[shop.steps[n].job].number for n in sorted(shop.fixed))
    return no("crowded", orders=tuple(names)[:6])
