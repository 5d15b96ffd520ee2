"""A proposal in words: what moves, who is late, when the rush order is ready, who made it."""

from collections.abc import Iterator
from datetime import timedelta

from app.planning.asked import Proposal, Question
from app.planning.proposal import lateness
from app.records.answer import Say
from app.records.plant import Plan

_NAMED = 6
"""So many orders are named; the rest is counted."""


def explain(proposal: Proposal, question: Question) -> Say:
    """What the person who decides reads, the most important first."""
    if not question.orders:
        left_out = list(_left_out(question))
        return _lines([Say("planning.nothing"), *left_out])
    if proposal.plan is None:
        return Say("planning.none")
    parts = [_head(proposal.plan), _late(proposal.plan, question)]
    parts += [*_rush(proposal.plan, question), *_left_out(question), _made(proposal)]
    return _lines(parts)


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


def _made(proposal: Proposal) -> Say:
    seconds = round(proposal.solve_ms / 1000, 1)
    rule = proposal.by.partition(":")[2]
    if rule:
        return Say("planning.plan.by_rule", {"rule": rule, "seconds": seconds})
    return Say("planning.plan.by_solver", {"seconds": seconds})


def _span(minutes: int) -> Say:
    if minutes < 120:
        return Say("planning.minutes", {"n": minutes})
    return Say("planning.hours", {"n": round(minutes / 60, 1)})
