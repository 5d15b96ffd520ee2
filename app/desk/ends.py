"""What ends a message, or sends it on its way: done, held, asked back, refused; all in the caller's write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from app import policy
from app.desk.cards import approval_card, cause_card, choice_card, request_card
from app.desk.meant import Meant, close, first_of
from app.desk.media import WORDLESS, brought, goes_to
from app.desk.offers import drop_plans, published
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.preset import act_on
from app.desk.voice import SYSTEM, MakeCard, Voice, with_place
from app.intents import room_for
from app.planning.question import Proposal
from app.ports import Facts
from app.records.action import (
    WITHOUT_EFFECT,
    Action,
    AskCloud,
    LookUp,
    PlanWith,
    Settle,
    action_hash,
)
from app.records.answer import Notice, Say
from app.records.decision import (
    AWAIT_SOLVER,
    Acted,
    Approved,
    Decision,
    Failed,
    Held,
    PlanAsked,
    PlanMade,
    Refused,
    Stage,
    Step,
    Understood,
    act_key,
)
from app.records.errors import OwnFault
from app.records.media import BY_MEDIA
from app.records.message import Message, MessageKind
from app.records.plant import Person
from app.records.reading import Entities, Intent, Layer, Reading
from app.records.verdict import Ask, AskPlan, Do, Draw, Hold, NeedPlan, Offer, Refuse, Verdict


class Ends:
    """Judges what was understood and brings it to its end; every change to the plant goes through here."""

    def __init__(self, parts: Parts, voice: Voice) -> None:
        self._parts, self._voice = parts, voice

    # A message.

    def settle_each(
        self, page: Page, decision: Decision, readings: Sequence[Reading], meant: Meant | None
    ) -> tuple[Decision, ...]:
        """A decision for every wish, in order; the first is the message's own. One answer tells them all."""
        person = self.person(page.book, decision.message.sender)
        if person is None:
            return (self.settle(page, decision, readings[0], meant),)
        page.gathering = decision
        settled = [self.settle(page, decision, readings[0], meant if len(readings) == 1 else None)]
        for part, reading in enumerate(readings[1:], 1):
            after = self.settle(page, page.book.divide(decision, part), reading, None)
            if after.stage in AWAIT_SOLVER:
                self._voice.tell(page, after, Say("desk.planning"), final=False)
            settled.append(after)
        self._bring_media(page, settled, person)
        page.tell_together(settled[0])
        return tuple(settled)

    def _bring_media(self, page: Page, settled: Sequence[Decision], person: Person) -> None:
        """Add what was attached to what was just said, as a decision of its own."""
        first = settled[0]
        found = brought(page.book, settled, person, self._parts.context_since(first.message))
        if found is None or first.reading is None:
            return
        reading = Reading(
            Intent.OTHER, 1.0, Layer.RULE, decided=True, language=first.reading.language,
            by=f"{BY_MEDIA}{first.id}", text="", entities=Entities(),
        )  # fmt: skip
        ask = self._ask(person, first.message, reading)
        verdict = found if isinstance(found, Refuse) else Do(found, "context")
        self.follow(page, page.book.further(first), (Understood(ask.now, reading),), ask, verdict)

    def settle(self, page: Page, decision: Decision, reading: Reading, meant: Meant | None) -> Decision:
        now = self._parts.clock()
        understood = Understood(now, reading)
        person = self.person(page.book, decision.message.sender)
        if person is None:
            page.book.stranger(decision)
            no = Refuse("unknown_sender", Say("desk.unknown_sender"))
            return self.refuse(page, decision, (understood,), no, "policy:people")
        if person is not SYSTEM:
            page.book.wrote(person.userid, decision.message)
        besides = close(page, meant, person, now) if meant else None
        ask = self._ask(person, meant.message if meant else decision.message, reading)
        after = self.follow(page, decision, (understood,), ask, self._verdict(page.book, decision, ask))
        if besides is not None:
            page.answer(after, self._voice.render(besides, reading.language), final=False)
        return after

    def _verdict(self, facts: Facts, decision: Decision, ask: Ask) -> Verdict:
        """What is attached to a message that says nothing goes to what was said before."""
        wordless = ask.message.kind in WORDLESS and not any(map(str.isalnum, ask.reading.text))
        since = self._parts.context_since(ask.message)
        found = goes_to(facts, decision, ask.person, since) if wordless else None
        return found or self.judge(ask, facts)

    def judge(self, ask: Ask, facts: Facts) -> Verdict:
        if ask.message.kind is MessageKind.FEEDBACK:
            return Do(LookUp("feedback"), "feedback")
        if not ask.reading.decided:
            return Offer(tuple(choice.intent for choice in ask.reading.choices))
        return room_for(ask.reading.intent).judge(ask, facts, self._parts.limits)

    def follow(
        self, page: Page, decision: Decision, before: tuple[Step, ...], ask: Ask, verdict: Verdict
    ) -> Decision:
        """What a verdict leads to; questions for the solver and pictures stay understood till then."""
        match verdict:
            case Do(action, because):
                return self.carry_out(page, decision, before, ask, action, f"policy:{because}")
            case Hold():
                held = Held(ask.now, verdict.until, "approval", verdict.why, verdict.proposal,
                            verdict.action, verdict.roles, verdict.facility)  # fmt: skip
                return self.hold(page, decision, (*before, held), held, ask)
            case NeedPlan(wish):
                return page.append(decision, (*before, PlanAsked(ask.now, wish.words)))
            case AskPlan() | Draw():
                return page.append(decision, before) if before else decision
            case Refuse():
                return self.refuse(page, decision, before, verdict, "policy:facts")
            case Offer(intents):
                return self._offer(page, decision, before, intents, ask)

    # What ends a message.

    def carry_out(
        self, page: Page, decision: Decision, before: tuple[Step, ...], ask: Ask, action: Action, by: str
    ) -> Decision:
        """Approve, check the facts again, do it once, say so: all in this one write."""
        approved = Approved(ask.now, by, action, action_hash(action))
        ready = decision
        for step in (*before, approved):
            ready = ready.then(step)
        outcome = act_on(ask, action, page.book, self._parts.new_names)
        if isinstance(outcome, Refuse):
            failed = Failed(ask.now, outcome.code, outcome.say)
            after = page.append(decision, (*before, approved, failed))
            self._voice.tell(page, after, outcome.say, final=decision.hold is None)
            return after
        made = "" if isinstance(action, WITHOUT_EFFECT) else page.book.apply(action, act_key(ready))
        say = Say(outcome.say.key, {**outcome.say.values, "made": made}) if made else outcome.say
        if isinstance(action, Settle) and self.settle_other(page, action, ask.person).stage is Stage.FAILED:
            say = Say("desk.press.facts_changed", {"ticket": action.decision})
        after = page.append(decision, (*before, approved, Acted(ask.now, act_key(ready), say)))
        self._voice.tell(page, after, say, final=decision.hold is None)
        for notice in outcome.notices:
            self._voice.notify(
                page.book, after, with_place(notice, "made", made), _card_of(after, notice, made)
            )
        if isinstance(action, PlanWith | AskCloud):
            self._plan_on(page, after, action)
        return after

    def _plan_on(self, page: Page, decision: Decision, action: PlanWith | AskCloud) -> None:
        """Begin the decision that plans with what was confirmed, or asks the cloud with what may leave."""
        reading = decision.reading
        if reading is None:
            raise OwnFault(f"{decision.id} was never understood")
        now, words = self._parts.clock(), decision.message.text
        if isinstance(action, PlanWith):
            asked = PlanAsked(now, words, confirmed=action)
            reading = replace(reading, layer=Layer.CLOUD, by=f"cloud:{action.call}")
        else:
            asked = PlanAsked(now, words, allowed=action)
        further = page.book.further(decision)
        page.begun.append(page.append(further, (Understood(now, reading), asked)))

    def answer(self, page: Page, decision: Decision, say: Say) -> Decision:
        """End with an answer alone that took the solver to find."""
        now, action = self._parts.clock(), LookUp("plan")
        approved = Approved(now, "policy:read_only", action, action_hash(action))
        acted = Acted(now, act_key(decision.then(approved)), say)
        after = page.append(decision, (approved, acted))
        self._voice.tell(page, after, say, final=True)
        return after

    def settle_other(self, page: Page, settle: Settle, person: Person) -> Decision:
        """Approve or refuse what waits; every right is checked again here."""
        target = page.book.decision(settle.decision)
        hold = target.hold if target else None
        if target is None or hold is None or hold.action is None:
            raise OwnFault(f"{settle.decision} is not waiting")
        if policy.why_not_approve(person, hold, page.book.userid(target.message.sender)):
            raise OwnFault(f"{person.userid} may not settle {target.id}")
        action = hold.that_may_run(settle.digest)
        if action is None:
            raise OwnFault(f"{target.id} is not what was shown")
        by = f"person:{person.userid}"
        if settle.approved:
            after = self.carry_out(page, target, (), self.ask_again(page.book, target), action, by)
            if after.stage is Stage.DONE:
                published(page, self._voice, hold, action, self._parts.clock())
            return after
        drop_plans(page.book, hold)
        values = {"person": person.name, "reason": settle.reason or "–"}
        return self.refuse(page, target, (), Refuse("refused", Say("desk.refused", values)), by)

    def hold(self, page: Page, decision: Decision, steps: tuple[Step, ...], held: Held, ask: Ask) -> Decision:
        """Wait for a person; the sender is told for whom, and who may approve is asked."""
        after = page.append(decision, steps)
        approvers = self.approvers(page.book, held, ask)
        names = tuple(p.name for p in approvers) or ("–",)
        values = {"proposal": held.proposal, "why": held.why, "who": names, "until": held.until}
        self._voice.tell(page, after, Say("desk.held", values), final=True)
        self.ask_approvers(page, after, held, ask)
        return after

    def ask_approvers(self, page: Page, decision: Decision, held: Held, ask: Ask) -> None:
        """Ask everybody who may say yes to what is held."""
        please = {
            "ticket": decision.id, "asker": ask.person.name, "proposal": held.proposal, "why": held.why
        }  # fmt: skip
        say = Say("desk.please_choose", {**please, **_numbers(held)}) if held.offered else Say(
            "desk.please_approve", please
        )  # fmt: skip
        for approver in self.approvers(page.book, held, ask):
            card = partial(approval_card, decision, held, ask.person, approver.userid)
            self._voice.notify(page.book, decision, Notice(approver.userid, say), card)

    @staticmethod
    def approvers(facts: Facts, held: Held, ask: Ask) -> list[Person]:
        """Everybody who may say yes to what is held."""
        return [p for p in facts.people() if not policy.why_not_approve(p, held, ask.person.userid)]

    def confirm(self, page: Page, decision: Decision, steps: tuple[Step, ...], held: Held) -> Decision:
        """Ask the sender whether this is what was meant; nothing else waits for it."""
        after = page.append(decision, (*steps, held))
        self._voice.tell(page, after, held.proposal, final=True)
        return after

    def only_tell(self, page: Page, decision: Decision, proposal: Proposal, said: Say) -> Decision:
        """What a what-if would come to: nothing waits for a person, and the plan is not kept."""
        now, action = self._parts.clock(), LookUp("plan")
        name = proposal.plan.id if proposal.plan else ""
        held = Held(now, now, "approval", Say("desk.why.plan"), said, action)
        made = PlanMade(now, name, proposal.by, proposal.solve_ms, held)
        approved = Approved(now, "policy:what_if", action, action_hash(action))
        key = act_key(decision.then(made).then(approved))
        after = page.append(decision, (made, approved, Acted(now, key, said)))
        self._voice.tell(page, after, said, final=True)
        return after

    def _offer(
        self, page: Page, decision: Decision, before: tuple[Step, ...], intents: tuple[Intent, ...], ask: Ask
    ) -> Decision:
        until = ask.now + timedelta(seconds=self._parts.limits.choice_wait_s)
        rows = [
            Say("desk.choice", {"n": n, "what": Say(f"words.intent.{i}")}) for n, i in enumerate(intents, 1)
        ]
        say = Say("desk.unsure", {"choices": tuple(rows)})
        held = Held(ask.now, until, "unclear", Say("desk.why.unclear"), say, choices=intents)
        after = page.append(decision, (*before, held))
        self._voice.tell(page, after, say, final=True)
        if ask.message.chat is None:
            card = choice_card(after, held, ask.message.text, self._voice.reading(ask.reading.language))
            self._voice.ask(page.book, after, ask.person, self._voice.render(say, ask.reading.language), card)
        return after

    def refuse(
        self, page: Page, decision: Decision, before: tuple[Step, ...], no: Refuse, by: str
    ) -> Decision:
        after = page.append(decision, (*before, Refused(self._parts.clock(), by, no.code, no.say)))
        self._voice.tell(page, after, no.say, final=decision.hold is None)
        return after

    # Who asks.

    def person(self, facts: Facts, userid: str) -> Person | None:
        """Who this is; the clock has no entry among the people."""
        return SYSTEM if userid == SYSTEM.userid else facts.person(userid)

    def _ask(self, person: Person, message: Message, reading: Reading) -> Ask:
        return Ask(person, message, reading, self._parts.clock(), self._voice.zone)

    def ask_again(self, facts: Facts, decision: Decision) -> Ask:
        """The ask of a decision that was understood before; of a choice or correction, in the first words."""
        person, reading = self.person(facts, decision.message.sender), decision.reading
        if person is None or reading is None:
            raise OwnFault(f"{decision.id} has no asker or was never understood")
        return self._ask(person, first_of(facts, decision).message, reading)


def _card_of(decision: Decision, notice: Notice, made: str) -> MakeCard:
    """The card of a notice that asks something: to answer the request that was made, or for a cause."""
    values = notice.say.values
    if notice.asks == "request" and made:
        return partial(request_card, decision, made, str(values.get("words", "")), notice.to)
    if notice.asks == "cause":
        return partial(cause_card, decision, str(values.get("code", "")), notice.to)
    return lambda _render: None


def _numbers(held: Held) -> dict[str, object]:
    """The numbers that may be chosen, and the one that a plain yes takes."""
    taken = next(n for n, each in enumerate(held.offered, 1) if each.action == held.action)
    return {"numbers": "/".join(str(n) for n in range(1, len(held.offered) + 1)), "taken": taken}
