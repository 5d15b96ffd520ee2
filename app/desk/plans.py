"""A schedule request on the desk: the question is posed, plans are proposed, a person is asked."""

from dataclasses import replace
from datetime import timedelta

from app.desk.ends import Ends
from app.desk.offers import withdraw
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.versions import origin_of
from app.desk.voice import Voice
from app.desk.watch import is_automatic
from app.planning.question import (
    Conflict,
    Option,
    Proposal,
    Question,
    apply,
    causes_of,
    explain,
    pose,
    propose,
    refused,
)
from app.ports import Facts
from app.records.action import PublishPlan, assignments_digest
from app.records.answer import Say
from app.records.decision import Decision, Failed, Held, PlanMade
from app.records.errors import OwnFault
from app.records.offer import Offered
from app.records.plant import Plan, Role
from app.records.verdict import NeedPlan


class Plans:
    """Makes plans for decisions that ask for one; every plan is held."""

    def __init__(self, parts: Parts, ends: Ends, voice: Voice) -> None:
        self._parts, self._ends, self._voice = parts, ends, voice

    def pose(self, facts: Facts, decision: Decision) -> Question | Say:
        """The question that a decision asks, as the plant is now, or why its wishes cannot all be had.

        Raises OwnFault when it asks for no plan.
        """
        ask = self._ends.ask_again(facts, decision)
        verdict = self._ends.judge(ask, facts)
        if not isinstance(verdict, NeedPlan):
            raise OwnFault(f"{decision.id} no longer asks for a plan")
        planning = self._parts.planning
        question = apply(pose(facts, verdict.wish, ask.now, planning, self._voice.zone), verdict.wish.wishes)
        if isinstance(question, Conflict):
            return refused(question, verdict.wish)
        if not is_automatic(decision):
            return question
        threshold = timedelta(minutes=planning.replan_minutes)
        return replace(question, causes=causes_of(question, facts.machines(), threshold))

    def is_needless(self, decision: Decision, question: Question) -> bool:
        """Whether the watch asked and what it asked for has passed since."""
        return is_automatic(decision) and not question.causes

    def leave(self, page: Page, decision: Decision) -> Decision:
        """End a decision that needs no plan any more; nobody waits for it."""
        say = Say("desk.needless")
        return page.append(decision, (Failed(self._parts.clock(), "needless", say),))

    def leave_unplanned(self, page: Page, decision: Decision, code: str, said: Say) -> Decision:
        """End a decision without a plan; its asker is told why."""
        after = page.append(decision, (Failed(self._parts.clock(), code, said),))
        self._voice.tell(page, after, said, final=True)
        return after

    async def propose(self, question: Question) -> Proposal:
        """Checked plans to choose from."""
        return await propose(question, self._parts.solver, self._parts.planning.options_s)

    def hold(self, page: Page, decision: Decision, question: Question, proposal: Proposal) -> Decision:
        """Keep the plans and ask who may publish one; only told for a what-if, an apology without a plan."""
        now, said = self._parts.clock(), explain(proposal, question)
        if proposal.plan is None:
            return self.leave_unplanned(page, decision, "no_plan", said)
        if question.wish.what_if:
            return self._ends.only_tell(page, decision, proposal, said)
        for option in proposal.options:
            page.book.keep_plan(option.plan, origin_of(decision, question, option, proposal.solve_ms))
        if is_automatic(decision):
            self._replace_waiting(page)
        until = now + timedelta(seconds=self._parts.limits.approval_wait_s)
        held = Held(now, until, "approval", Say("desk.why.plan"), said, _publish(proposal.plan),
                    (Role.PLANNER, Role.SUPERVISOR), offered=_offered(proposal))  # fmt: skip
        made = PlanMade(now, proposal.plan.id, proposal.by, proposal.solve_ms, held)
        return self._ends.hold(page, decision, (made,), held, self._ends.ask_again(page.book, decision))

    def _replace_waiting(self, page: Page) -> None:
        """At most one proposal that nobody asked for waits: the latest, which knows most."""
        for waiting in page.book.held():
            if is_automatic(waiting):
                withdraw(page, self._voice, waiting, self._parts.clock())


def _publish(plan: Plan) -> PublishPlan:
    return PublishPlan(plan.id, assignments_digest(plan.assignments))


def _offered(proposal: Proposal) -> tuple[Offered, ...]:
    """The options with what each would run; empty where there is nothing to choose."""
    if len(proposal.options) < 2:
        return ()
    return tuple(_offer(option) for option in proposal.options)


def _offer(option: Option) -> Offered:
    return Offered(option.courses, _publish(option.plan), option.figures)
