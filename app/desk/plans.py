"""A schedule request on the desk: the question is posed, plans are proposed, a person is asked."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from app.desk.consulting import Consultation, Consulting, Weighed
from app.desk.ends import Ends
from app.desk.offers import withdraw
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.versions import origin_of
from app.desk.voice import Voice
from app.desk.watch import is_automatic
from app.intents.wishing import called
from app.planning.question import (
    Conflict,
    Heeded,
    Option,
    Proposal,
    Question,
    apply,
    causes_of,
    explain,
    pose,
    propose,
    refused,
    said,
)
from app.ports import Facts
from app.records.action import AskCloud, PlanWith, PublishPlan, assignments_digest
from app.records.answer import Say
from app.records.decision import Decision, Failed, Held, PlanAsked, PlanMade, Understood
from app.records.errors import OwnFault
from app.records.offer import Offered
from app.records.plant import Placed, Plan, Role
from app.records.verdict import NeedPlan, Wish
from app.records.wish import WhatIf, plain


@dataclass(frozen=True, slots=True)
class Posed:
    """A question, and whether the cloud shall be asked about its wish; None: there is nothing to decide."""

    question: Question
    weighed: Weighed | None = None
    places: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What is proposed as an answer to a question, and what came of asking the cloud."""

    question: Question
    proposal: Proposal
    consultation: Consultation | None = None


class Plans:
    """Makes plans for decisions that ask for one; every plan is held."""

    def __init__(self, parts: Parts, ends: Ends, voice: Voice) -> None:
        self._parts, self._ends, self._voice = parts, ends, voice
        self._consulting = Consulting(parts)

    def pose(self, facts: Facts, decision: Decision) -> Posed | Say:
        """The question that a decision asks, as the plant is now, or why its wishes cannot all be had.

        Raises OwnFault when it asks for no plan.
        """
        ask = self._ends.ask_again(facts, decision)
        verdict = self._ends.judge(ask, facts)
        if not isinstance(verdict, NeedPlan):
            raise OwnFault(f"{decision.id} no longer asks for a plan")
        planning, asked = self._parts.planning, decision.last(PlanAsked)
        confirmed = asked.confirmed if asked else None
        wish = _confirmed(verdict.wish, confirmed, facts) if confirmed else verdict.wish
        question = apply(pose(facts, wish, ask.now, planning, self._voice.zone), wish.wishes)
        if isinstance(question, Conflict):
            return refused(question, wish)
        if is_automatic(decision):
            threshold = timedelta(minutes=planning.replan_minutes)
            return Posed(replace(question, causes=causes_of(question, facts.machines(), threshold)))
        weighed = self._consulting.weigh(facts, decision, question, ask.person)
        return Posed(question, weighed, confirmed.places if confirmed else ())

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

    async def make(self, posed: Posed) -> Made:
        """Checked plans to choose from: our own while the cloud thinks, and once more with its proposal."""
        if posed.weighed is None:
            return Made(posed.question, await self._propose(posed.question, posed.places))
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(self._consulting.consult(posed.weighed))
            own = group.create_task(self._propose(posed.question))
        consultation, proposal = asking.result(), own.result()
        heeded = consultation.heeded
        if heeded and heeded.places and not _reads_more(heeded, posed.question):
            proposal = await self._propose(posed.question, heeded.places)
        return Made(posed.question, proposal, consultation)

    async def _propose(self, question: Question, places: tuple[Placed, ...] = ()) -> Proposal:
        return await propose(question, self._parts.solver, self._parts.planning.options_s, places)

    def hold(self, page: Page, decision: Decision, made: Made) -> Decision:
        """Keep the plans and ask who may publish one; ask the sender first where the cloud read the wish."""
        question, proposal, consultation = made.question, made.proposal, made.consultation
        if consultation is not None:
            decision = page.append(decision, (consultation.step,))
            heeded = consultation.heeded
            if heeded is not None and _reads_more(heeded, question):
                return self._confirm(page, decision, heeded, consultation.step.call)
        after = self._hold_plan(page, decision, question, proposal)
        if consultation is not None and consultation.preview is not None:
            self._preview(page, decision, consultation.preview)
        return after

    def _hold_plan(self, page: Page, decision: Decision, question: Question, proposal: Proposal) -> Decision:
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
        made = PlanMade(now, proposal.plan.id, proposal.by, proposal.solve_ms, held, proposal.contenders)
        return self._ends.hold(page, decision, (made,), held, self._ends.ask_again(page.book, decision))

    def _confirm(self, page: Page, decision: Decision, heeded: Heeded, call: str) -> Decision:
        """Say the wishes back as the cloud read them; only their sender's yes lets them bind a plan."""
        now = self._parts.clock()
        names = dict(called(plain(heeded.wishes), page.book))
        told = tuple(said(each, names) for each in plain(heeded.wishes))
        key = "desk.confirm_if" if any(isinstance(w, WhatIf) for w in heeded.wishes) else "desk.confirm"
        until = now + timedelta(seconds=self._parts.limits.choice_wait_s)
        action = PlanWith(heeded.wishes, heeded.places, call)
        held = Held(now, until, "confirm", Say("desk.why.confirm"), Say(key, {"wishes": told}), action)
        return self._ends.confirm(page, decision, (), held)

    def _preview(self, page: Page, decision: Decision, action: AskCloud) -> None:
        """Another decision: what would leave waits, letter by letter, for a supervisor alone."""
        now, further = self._parts.clock(), page.book.further(decision)
        if decision.reading is None:
            raise OwnFault(f"{decision.id} was never understood")
        until = now + timedelta(seconds=self._parts.limits.approval_wait_s)
        shown = Say("desk.preview", {"hash": action.envelope[:12], "text": action.asked})
        held = Held(now, until, "approval", Say("desk.why.preview"), shown, action,
                    (Role.SUPERVISOR, Role.PLANNER))  # fmt: skip
        after = page.append(further, (Understood(now, decision.reading), held))
        self._ends.ask_approvers(page, after, held, self._ends.ask_again(page.book, decision))

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


def _reads_more(heeded: Heeded, question: Question) -> bool:
    """Whether the cloud read wishes that were not read here."""
    return bool(heeded.wishes) and set(plain(heeded.wishes)) != set(plain(question.wish.wishes))


def _confirmed(wish: Wish, confirmed: PlanWith, facts: Facts) -> Wish:
    """The wish as its sender confirmed it."""
    names = called(plain(confirmed.wishes), facts)
    return replace(wish, wishes=confirmed.wishes, unread=False, called=names)
