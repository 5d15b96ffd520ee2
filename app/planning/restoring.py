"""An earlier plan taken up again under the facts of now: as it was where that is legal, else repaired."""

import time
from dataclasses import dataclass
from datetime import datetime

from app.planning.asked import Proposal, Question
from app.planning.dispatch import dispatch
from app.planning.explaining import explain
from app.planning.proposal import read_back
from app.planning.repair import repair
from app.planning.thawing import thaw
from app.records.answer import Say
from app.records.plant import Assignment, Plan
from app.records.scheduling import Problem, Schedule
from app.records.versions import BY_VERSION


@dataclass(frozen=True, slots=True)
class Restored:
    """A checked proposal, or one without a plan, and what had to change against the earlier plan.

    Of its `operations` that are still to be begun `shifted` have another machine or start; `added`
    are of orders that it did not know.
    """

    proposal: Proposal
    operations: int
    shifted: int
    added: int


def restore(question: Question, in_force: Plan | None) -> Restored:
    """The plan in `question.published` as far as it can still be kept, never earlier than it says.

    `in_force` is what the proposal's moves are counted against.
    """
    began = time.monotonic()
    schedule = _kept(thaw(question)[0].problem)
    took_ms = (time.monotonic() - began) * 1000
    if not schedule.slots:
        return Restored(Proposal(None, "none", solve_ms=took_ms), 0, 0, 0)
    plan = read_back(question, schedule, question.now, in_force)
    by = f"{BY_VERSION}{question.published.id}" if question.published else schedule.by
    return _compared(question, Proposal(plan, by, solve_ms=took_ms))


def _kept(problem: Problem) -> Schedule:
    """With fewest moves; what is new goes around what is fixed where nothing else is left of the plan."""
    if not problem.current:
        return dispatch(problem)
    repaired = repair(problem)
    return repaired[0][0] if repaired else Schedule("none", 0, (), "none")


def _compared(question: Question, proposal: Proposal) -> Restored:
    published = question.published.assignments if question.published else ()
    earlier = {_key(a): a for a in published}
    begun = {(order, position) for order, position, _ in question.begun}
    made = proposal.plan.assignments if proposal.plan else ()
    waiting = [a for a in made if (a.order, a.position) not in begun]
    known = [a for a in waiting if _key(a) in earlier]
    shifted = [a for a in known if _place(a) != _place(earlier[_key(a)])]
    return Restored(proposal, len(known), len(shifted), len(waiting) - len(known))


def _key(assignment: Assignment) -> tuple[str, int, int]:
    return assignment.order, assignment.position, assignment.lot


def _place(assignment: Assignment) -> tuple[str, datetime]:
    return assignment.machine, assignment.start


def tell(restored: Restored, question: Question, number: int) -> Say:
    """What the person who decides reads: what the earlier plan had to give up, then what is proposed."""
    plan = question.published.id if question.published else ""
    said = {"number": number, "plan": plan}
    if restored.proposal.plan is None:
        return Say("planning.version.none", said)
    counted = {**said, "operations": restored.operations, "shifted": restored.shifted}
    parts = [Say("planning.version.repaired" if restored.shifted else "planning.version.as_it_was", counted)]
    if restored.added:
        parts.append(Say("planning.version.added", {"added": restored.added}))
    rest = explain(restored.proposal, question)
    for part in reversed(parts):
        rest = Say("planning.lines", {"first": part, "rest": rest})
    return rest
