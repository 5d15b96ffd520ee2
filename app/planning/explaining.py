"""A proposal in words: what moves, who is late, when the rush order is ready, who made it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

from app.planning.asked import Proposal, Question
from app.planning.consulting.telling import rivals_told
from app.planning.proposal import differs, lateness
from app.planning.wishes import wished
from app.records.answer import Say
from app.records.offer import Course, Figures
from app.records.plant import Assignment, Plan

_NAMED = 6
"""So many orders are named; the rest is counted."""

_ROWS = ("late_orders", "minutes_late", "moved", "changeovers", "overtime")


def explain(proposal: Proposal, question: Question) -> Say:
    """What the person who decides reads, the most important first."""
    if not question.orders:
        left_out = list(_left_out(question))
        return _lines([Say("planning.nothing"), *left_out])
    asked = list(wished(question.wish))
    if proposal.plan is None:
        return _lines([Say("planning.none"), *asked, *rivals_told(proposal.contenders)])
    parts = [_head(proposal.plan), *because(question), *asked, *_table(proposal)]
    parts += [
        _late(proposal.plan, question),
        *_rush(proposal.plan, question),
        *_left_out(question),
        *_thawed(proposal, question),
        *rivals_told(proposal.contenders),
        _made(proposal),
    ]
    return _lines(parts)


def because(question: Question) -> Iterator[Say]:
    """Why a plan is proposed that nobody asked for."""
    for cause in question.causes[:_NAMED]:
        yield Say(f"planning.cause.{cause.kind}", {"thing": cause.thing, "touched": cause.touched})
    if len(question.causes) > _NAMED:
        yield Say("planning.cause.more", {"more": len(question.causes) - _NAMED})


def _table(proposal: Proposal) -> Iterator[Say]:
    """The options side by side, a line for each number; for a single one what no other line says."""
    if len(proposal.options) < 2:
        for option in proposal.options:
            yield Say("planning.options.one", _shown(option.figures))
        return
    heads = [
        Say("planning.options.head", {"n": n, "courses": tuple(course_say(c) for c in option.courses)})
        for n, option in enumerate(proposal.options, 1)
    ]
    yield Say("planning.options.courses", {"options": _beside(heads)})
    figures = [_shown(option.figures) for option in proposal.options]
    for row in _ROWS:
        yield Say(
            f"planning.options.{row}", {"options": _beside([Say(f"planning.cell.{row}", f) for f in figures])}
        )


def course_say(course: Course) -> Say:
    """What a plan puts first, in a word."""
    return Say(f"planning.course.{course}")


def _shown(figures: Figures) -> dict[str, object]:
    return dict(asdict(figures))


def _beside(cells: list[Say]) -> Say:
    """Two cells or three on one line."""
    return Say(f"planning.options.of{len(cells)}", dict(zip("abc", cells, strict=False)))


def _thawed(proposal: Proposal, question: Question) -> Iterator[Say]:
    """Operations of the frozen hours that move, each with its reason; a slight delay is no move."""
    after, before = _first_lots(proposal.plan), _first_lots(question.published)
    gone = [
        each
        for each in proposal.thawed
        if (place := before.get((each.order, each.position))) is None
        or differs(place, after.get((each.order, each.position)))
    ]
    for each in gone[:_NAMED]:
        values = {"order": each.order, "position": each.position + 1, "machine": each.machine,
                  "reason": Say(f"planning.thawed.{each.reason}")}  # fmt: skip
        yield Say("planning.thawed", values)
    if len(gone) > _NAMED:
        yield Say("planning.thawed.more", {"more": len(gone) - _NAMED})


def _first_lots(plan: Plan | None) -> dict[tuple[str, int], Assignment]:
    """By order and position; of an order in lots the first counts, as where it is frozen."""
    return {(a.order, a.position): a for a in (plan.assignments if plan else ()) if a.lot == 0}


def _lines(parts: list[Say]) -> Say:
    """One below the other."""
    if len(parts) == 1:
        return parts[0]
    return Say("planning.lines", {"first": parts[0], "rest": _lines(parts[1:])})


def _head(plan: Plan) -> Say:
    if plan.compared == 0:
        orders = len({a.order for a in plan.assignments})
        return Say(
            "planning.plan.first", {"plan": plan.id, "operations": len(plan.assignments), "orders": orders}
        )
    return Say("planning.plan.moves", {"plan": plan.id, "moved": plan.moved, "compared": plan.compared})


def _late(plan: Plan, question: Question) -> Say:
    late = [
        Say("planning.plan.late_order", {"order": order, "span": _span(minutes)})
        for order, minutes in lateness(question, plan.assignments).items()
    ]
    if not late:
        return Say("planning.plan.none_late")
    if len(late) <= _NAMED:
        return Say("planning.plan.late", {"orders": tuple(late)})
    return Say("planning.plan.late_more", {"orders": tuple(late[:_NAMED]), "more": len(late) - _NAMED})


def _rush(plan: Plan, question: Question) -> Iterator[Say]:
    by = question.wish.by
    for order in question.wish.expedite:
        ends = [a.end for a in plan.assignments if a.order == order]
        if not ends:
            yield Say("planning.plan.not_in_plan", {"order": order})
        elif by is not None and max(ends) > by:
            span = _span((max(ends) - by) // timedelta(minutes=1))
            yield Say("planning.plan.ready_late", {"order": order, "at": max(ends), "by": by, "span": span})
        else:
            yield Say("planning.plan.ready", {"order": order, "at": max(ends)})


def _left_out(question: Question) -> Iterator[Say]:
    if question.on_hold:
        yield Say("planning.plan.on_hold", {"orders": question.on_hold})
    if question.unplannable:
        yield Say("planning.plan.no_machine", {"orders": question.unplannable})
    if question.short:
        lacks = tuple(Say("planning.plan.lacks", {"order": o, "item": i}) for o, i in question.short)
        yield Say("planning.plan.short", {"orders": lacks})


def _made(proposal: Proposal) -> Say:
    seconds = round(proposal.solve_ms / 1000, 1)
    kind, _, rule = proposal.by.partition(":")
    if kind == "version":
        return Say("planning.version.made", {"plan": rule, "seconds": seconds})
    if kind == "repair":
        return Say("planning.plan.by_repair", {"seconds": seconds})
    if kind.startswith("cloud"):
        key = "by_cloud" if kind == "cloud" else "by_cloud_mended"
        return Say(f"planning.plan.{key}", {"seconds": seconds})
    if rule:
        return Say("planning.plan.by_rule", {"rule": rule, "seconds": seconds})
    return Say("planning.plan.by_solver", {"seconds": seconds})


def _span(minutes: int) -> Say:
    if minutes < 120:
        return Say("planning.minutes", {"n": minutes})
    return Say("planning.hours", {"n": round(minutes / 60, 1)})
