"""Questions about the plant's own plan, answered in words: why late, what can be promised, can you do it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.asked import Question
from app.planning.calendars import stop_of
from app.planning.check import check
from app.planning.dispatch import in_order, keep
from app.planning.hours import Window
from app.planning.posing import pose
from app.planning.shop import open_shop
from app.planning.why.capable import capable, without_last
from app.planning.why.chain import Chain
from app.planning.why.freeing import free
from app.planning.why.imagining import IMAGINED, imagined, like_of
from app.planning.why.measure import Measure
from app.planning.why.promise import promise_of
from app.planning.why.promising import told_capable, told_promise
from app.planning.why.scene import Scene
from app.planning.why.telling import told_freeing, told_late
from app.planning.why.trials import Search
from app.planning.why.walk import chain_of, late_orders
from app.ports import Facts
from app.records.answer import Say
from app.records.inquiry import CanDo, Inquiry, Promised, WhyLate
from app.records.scheduling import Problem, Slot
from app.records.verdict import Wish
from app.settings import Planning

_SHOWN = 3
"""So many late orders are explained in one answer; the rest is named."""

_NAMED = 8


def reckon(facts: Facts, inquiry: Inquiry, now: datetime, planning: Planning, zone: ZoneInfo) -> Search[Say]:
    """The answer to a question, for a solver to drive; what it needs of the facts is read at once."""
    if isinstance(inquiry, CanDo):
        return _can_do(facts, inquiry, now, planning, zone)
    question = pose(facts, Wish(""), now, planning, zone)
    view = _View(question, _stops(facts, question))
    if isinstance(inquiry, Promised):
        return view.promise(inquiry.order)
    return view.why(inquiry)


class _View:
    """The published plan as it would go on from now."""

    def __init__(self, question: Question, stops: Mapping[int, list[Window]]) -> None:
        self._question, self._stops = question, stops
        self._measure = Measure(question.problem, question.origin)

    def why(self, inquiry: WhyLate) -> Search[Say]:
        """Each order's chain; of the first that is late also what would free it."""
        scene = yield from self._scene()
        if scene is None:
            return Say("why.not_planned", {"order": inquiry.orders or "–"})
        if not inquiry.orders:
            return (yield from self._worst(scene))
        says: list[Say] = []
        for number in inquiry.orders[:_SHOWN]:
            says.append((yield from self._order(scene, number, with_change=not says)))
        return _lines(says)

    def promise(self, number: str) -> Search[Say]:
        """The date by the published plan, and what it rests on."""
        scene = yield from self._scene()
        head = self._head(number)
        if scene is None or self._question.published is None:
            return Say("why.not_planned", {"order": number})
        if head is None:
            return self._left_out(number)
        plan = Say("why.rests.plan", {"plan": self._question.published.id})
        return told_promise(promise_of(scene, head), self._measure, plan)

    def _scene(self) -> Search[Scene | None]:
        """None where there is no published plan. One that cannot go on at all is solved anew."""
        if self._question.published is None:
            return None
        slots = going_on(self._question.problem)
        if slots is None:
            made = yield self._question.problem
            slots = made.slots if made and not check(self._question.problem, made.slots) else None
        return None if slots is None else Scene(self._question.problem, slots, self._stops)

    def _left_out(self, number: str) -> Say:
        lacks = dict(self._question.short).get(number)
        if lacks is not None:
            return Say("why.no_material", {"order": number, "material": lacks})
        return Say("why.no_order", {"order": number})

    def _head(self, number: str) -> int | None:
        orders = self._question.orders
        return next((job for job, order in enumerate(orders) if order.number == number), None)

    def _order(self, scene: Scene, number: str, *, with_change: bool) -> Search[Say]:
        head = self._head(number)
        chain = None if head is None else chain_of(scene, head)
        if chain is None:
            return self._left_out(number)
        if chain.late <= 0:
            values = {"at": self._measure.at(chain.finish), "span": self._measure.span(-chain.late)}
            return Say("why.not_late", {"order": number, **values})
        return (yield from self._told(scene, chain, with_change=with_change))

    def _worst(self, scene: Scene) -> Search[Say]:
        late = late_orders(scene)
        if not late:
            return Say("why.none_late")
        says: list[Say] = []
        for chain in late[:_SHOWN]:
            says.append((yield from self._told(scene, chain, with_change=not says)))
        if more := late[_SHOWN:]:
            names = self._measure.orders([chain.head for chain in more], _NAMED)
            says.append(Say("why.further", {"n": len(more), "orders": names}))
        return _lines(says)

    def _told(self, scene: Scene, chain: Chain, *, with_change: bool) -> Search[Say]:
        said = told_late(chain, self._measure)
        if not with_change:
            return said
        freeing = yield from free(scene, chain)
        return _lines([said, told_freeing(freeing, self._measure)])


def going_on(problem: Problem) -> tuple[Slot, ...] | None:
    """The plan in force moved right as far as it must be; None where it cannot go on like that."""
    board = keep(open_shop(problem))
    slots = None if board is None else in_order(board)
    return slots if slots is not None and not check(problem, slots) else None


def _stops(facts: Facts, question: Question) -> dict[int, list[Window]]:
    """When machines stand still, now or as planned, on the question's grid."""
    stops = [(machine.code, stop_of(machine, question.now)) for machine in facts.machines()]
    planned = [(each.machine, (each.start, each.end)) for each in facts.floor().downtimes]
    found: dict[int, list[Window]] = {}
    for code, stop in (*stops, *planned):
        if stop and code in question.machines:
            low, high = ((at - question.origin) // question.slot for at in stop)
            found.setdefault(question.machines.index(code), []).append((max(0, low), high + 1))
    return found


def _can_do(facts: Facts, asked: CanDo, now: datetime, planning: Planning, zone: ZoneInfo) -> Search[Say]:
    """The imagined order is posed with all others, and the solver looks for room."""
    like = like_of(facts, asked.item)
    if like is None:
        return _said(Say("why.can.no_routing", {"what": asked.what}))
    order = imagined(like, asked, now + timedelta(days=planning.horizon_days), now, facts.machines())
    question = pose(facts, Wish(""), now, planning, zone, imagined=(order,))
    return _capable(question, asked, like.number)


def _capable(question: Question, asked: CanDo, like: str) -> Search[Say]:
    lacks = dict(question.short).get(IMAGINED)
    if lacks is not None:
        return Say("why.can.no_material", {"what": asked.what, "material": lacks})
    if not question.orders or question.orders[-1].number != IMAGINED:
        return Say("why.can.no_machine")
    problem = question.problem
    present = going_on(without_last(problem)) if question.published else None
    by = None if asked.by is None else (asked.by - question.origin) // question.slot
    found = yield from capable(problem, by, present or ())
    measure = Measure(problem, question.origin)
    return _lines([told_capable(found, asked.what, measure), Say("why.can.like", {"order": like})])


def _said(say: Say) -> Search[Say]:
    """An answer that needs no solver."""
    yield from ()
    return say


def _lines(says: list[Say]) -> Say:
    head, *rest = says
    return Say("why.lines", {"first": head, "rest": _lines(rest)}) if rest else head
