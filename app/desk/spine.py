"""The spine: one message from top to bottom; approve, refuse, undo, expire.

Every change to the plant goes through `_carry_out`, inside one write of the store: the step, the
effect and the answer are on the disk together or not at all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar
from weakref import WeakValueDictionary

from app import policy
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.preset import act_on, preset, question_to
from app.desk.voice import SYSTEM, Voice, with_place
from app.intents import room_for
from app.planning.question import Proposal, Question, explain, pose, propose
from app.ports import Accepted, Facts, Names, Observation
from app.records.action import Action, LookUp, PublishPlan, Settle, action_hash, assignments_digest
from app.records.answer import Notice, Say
from app.records.decision import (
    OPEN_STAGES,
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
    Undone,
    act_key,
)
from app.records.errors import ChargehandError, OwnFault
from app.records.message import Language, Message, MessageKind
from app.records.plant import Person, Role
from app.records.reading import Intent, Layer, Reading
from app.records.socket import Reply
from app.records.verdict import Ask, Do, Hold, NeedPlan, Offer, Refuse, Verdict

T = TypeVar("T")


class Desk:
    """Takes messages and key presses; a sender always gets an end."""

    def __init__(self, parts: Parts, *, at_once: int = 32) -> None:
        self._parts = parts
        self._voice = Voice(parts.catalogue, parts.clock)
        self._queue: asyncio.Queue[Decision] = asyncio.Queue()
        self._slots = asyncio.Semaphore(at_once)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._names: Names | None = None
        self._stuck: list[Decision] = []
        self._starting, self._begun_with = True, set[str]()

    # The queue: the inbox table is the truth, this order book only says where to look.

    async def accept(self, message: Message) -> Accepted:
        """Keep the message before anything else; a msgid seen before changes nothing."""
        accepted = await self._parts.store.write(lambda book: book.accept(message))
        if accepted.fresh:
            self._put(Decision(accepted.decision_id, message))
        return accepted

    def _put(self, decision: Decision) -> None:
        """Once each: what arrives while the desk starts may be among the unfinished as well."""
        if decision.id not in self._begun_with:
            self._queue.put_nowait(decision)
        if self._starting:
            self._begun_with.add(decision.id)

    @property
    def waiting(self) -> int:
        """Messages accepted and not yet begun."""
        return self._queue.qsize()

    async def run(self) -> None:
        """Take up what a stop left unfinished, then everything new, for ever."""
        for decision in await self._parts.store.unfinished():
            self._put(decision)
        self._starting = False
        async with asyncio.TaskGroup() as group:
            while True:
                decision = await self._queue.get()
                await self._slots.acquire()
                group.create_task(self._take(decision))

    async def _take(self, decision: Decision) -> None:
        """Boundary: a message. One sender's are handled in their order; a plan keeps none waiting."""
        turn = self._turns.setdefault(decision.message.sender, asyncio.Lock())
        try:
            async with turn:
                decision = await self.handle(decision)
            if decision.stage is Stage.PLANNING:
                await self._plan(decision)
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            await self._give_up(decision, fault)
        finally:
            self._slots.release()

    # A message.

    async def handle(self, decision: Decision) -> Decision:
        """Bring one decision as far as it can go without a person or a plan."""
        if decision.stage is Stage.RECEIVED:
            message = decision.message
            names, person, chosen = await self._parts.store.read(lambda facts: self._look(facts, message))
            await self._open_bubble(decision, person)
            reading = await self._read(message, names, person, chosen)
            return await self._commit(lambda page: self._settle(page, decision, reading, chosen))
        return decision

    def _look(self, facts: Facts, message: Message) -> tuple[Names, Person | None, Decision | None]:
        if self._names is None or self._names.version != facts.names_version():
            self._names = facts.names()
        return self._names, self._person(facts, message.sender), question_to(facts, message)

    async def _open_bubble(self, decision: Decision, person: Person | None) -> None:
        if person is None or decision.message.kind in {MessageKind.FEEDBACK, MessageKind.ENTER}:
            return
        say = Say("desk.working", {"ticket": decision.id})
        await self._parts.bubble.open(decision, self._voice.render(say, person.language))

    async def _read(
        self, message: Message, names: Names, person: Person | None, chosen: Decision | None
    ) -> Reading:
        language = person.language if person else Language.HANT
        if chosen is not None and chosen.reading and chosen.hold:
            intent = chosen.hold.choices[int(message.text.strip()) - 1]
            return replace(chosen.reading, intent=intent, layer=Layer.PERSON, decided=True, confidence=1.0,
                           by=f"choice:{chosen.id}", choices=())  # fmt: skip
        known = preset(message, language)
        if known is not None:
            return known
        return await self._parts.reader.read(message.text, message.kind, names, language)

    def _settle(self, page: Page, decision: Decision, reading: Reading, chosen: Decision | None) -> Decision:
        now = self._parts.clock()
        understood = Understood(now, reading)
        person = self._person(page.book, decision.message.sender)
        if person is None:
            no = Refuse("unknown_sender", Say("desk.unknown_sender"))
            return self._refuse(page, decision, (understood,), no, "policy:people")
        if decision.message.kind is MessageKind.FEEDBACK:
            page.book.vote(decision.message.refers_to, person.userid, int(decision.message.text))
        if chosen is not None:
            page.append(chosen, (Refused(now, f"person:{person.userid}", "chosen", Say("desk.chosen")),))
        ask = self._ask(person, chosen.message if chosen else decision.message, reading)
        return self._follow(page, decision, (understood,), ask, self._judge(ask, page.book))

    def _judge(self, ask: Ask, facts: Facts) -> Verdict:
        if ask.message.kind is MessageKind.FEEDBACK:
            return Do(LookUp("feedback"), "feedback")
        if not ask.reading.decided:
            return Offer(tuple(choice.intent for choice in ask.reading.choices))
        return room_for(ask.reading.intent).judge(ask, facts, self._parts.limits)

    def _follow(
        self, page: Page, decision: Decision, before: tuple[Step, ...], ask: Ask, verdict: Verdict
    ) -> Decision:
        match verdict:
            case Do(action, because):
                return self._carry_out(page, decision, before, ask, action, f"policy:{because}")
            case Hold():
                held = Held(ask.now, verdict.until, "approval", verdict.why, verdict.proposal,
                            verdict.action, verdict.roles, verdict.facility)  # fmt: skip
                return self._hold(page, decision, (*before, held), held, ask)
            case NeedPlan(wish):
                return page.append(decision, (*before, PlanAsked(ask.now, wish.words)))
            case Refuse():
                return self._refuse(page, decision, before, verdict, "policy:facts")
            case Offer(intents):
                return self._offer(page, decision, before, intents, ask)

    # What ends a message.

    def _carry_out(
        self, page: Page, decision: Decision, before: tuple[Step, ...], ask: Ask, action: Action, by: str
    ) -> Decision:
        """Approve, check the facts again, do it once, say so: all in this one write."""
        approved = Approved(ask.now, by, action, action_hash(action))
        ready = decision
        for step in (*before, approved):
            ready = ready.then(step)
        outcome = act_on(ask, action, page.book)
        if isinstance(outcome, Refuse):
            failed = Failed(ask.now, outcome.code, outcome.say)
            after = page.append(decision, (*before, approved, failed))
            self._voice.tell(page.book, after, outcome.say, final=decision.hold is None)
            return after
        made = "" if isinstance(action, LookUp) else page.book.apply(action, act_key(ready))
        say = Say(outcome.say.key, {**outcome.say.values, "made": made}) if made else outcome.say
        if isinstance(action, Settle) and self._settle_other(page, action, ask.person).stage is Stage.FAILED:
            say = Say("desk.press.facts_changed", {"ticket": action.decision})
        after = page.append(decision, (*before, approved, Acted(ask.now, act_key(ready), say)))
        self._voice.tell(page.book, after, say, final=decision.hold is None)
        for notice in outcome.notices:
            self._voice.notify(page.book, after, with_place(notice, "made", made))
        return after

    def _settle_other(self, page: Page, settle: Settle, person: Person) -> Decision:
        """Approve or refuse what waits; every right is checked again here."""
        target = page.book.decision(settle.decision)
        hold = target.hold if target else None
        if target is None or hold is None or hold.action is None:
            raise OwnFault(f"{settle.decision} is not waiting")
        if policy.why_not_approve(person, hold, target.message.sender):
            raise OwnFault(f"{person.userid} may not settle {target.id}")
        if settle.digest != action_hash(hold.action):
            raise OwnFault(f"{target.id} is not what was shown")
        by = f"person:{person.userid}"
        if settle.approved:
            return self._carry_out(page, target, (), self._ask_again(page.book, target), hold.action, by)
        values = {"person": person.name, "reason": settle.reason or "–"}
        return self._refuse(page, target, (), Refuse("refused", Say("desk.refused", values)), by)

    def _hold(
        self, page: Page, decision: Decision, steps: tuple[Step, ...], held: Held, ask: Ask
    ) -> Decision:
        after = page.append(decision, steps)
        approvers = [p for p in page.book.people() if not policy.why_not_approve(p, held, ask.person.userid)]
        names = tuple(p.name for p in approvers) or ("–",)
        values = {"proposal": held.proposal, "why": held.why, "who": names, "until": held.until}
        self._voice.tell(page.book, after, Say("desk.held", values), final=True)
        please = {"ticket": after.id, "asker": ask.person.name, "proposal": held.proposal, "why": held.why}
        for approver in approvers:
            self._voice.notify(page.book, after, Notice(approver.userid, Say("desk.please_approve", please)))
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
        self._voice.tell(page.book, after, say, final=True)
        return after

    def _refuse(
        self, page: Page, decision: Decision, before: tuple[Step, ...], no: Refuse, by: str
    ) -> Decision:
        after = page.append(decision, (*before, Refused(self._parts.clock(), by, no.code, no.say)))
        self._voice.tell(page.book, after, no.say, final=decision.hold is None)
        return after

    async def _give_up(self, decision: Decision, fault: Exception) -> None:
        """End it with an apology; where the store itself is in trouble, leave it for `retry`."""
        self._parts.on_fault(decision.id, fault)
        code = fault.code if isinstance(fault, ChargehandError) else OwnFault.code
        try:
            await self._commit(lambda page: self._apologise(page, decision.id, code))
        except ChargehandError:
            self._stuck.append(decision)

    def _apologise(self, page: Page, decision_id: str, code: str) -> None:
        decision, say = page.book.decision(decision_id), Say("desk.failed", {"code": code})
        if decision is not None and decision.stage in OPEN_STAGES:
            after = page.append(decision, (Failed(self._parts.clock(), code, say),))
            self._voice.tell(page.book, after, say, final=True)

    def retry(self) -> None:
        """Take up again what the store could not end; the clock calls it."""
        stuck, self._stuck = self._stuck, []
        for decision in stuck:
            self._queue.put_nowait(decision)

    # A schedule request.

    async def _plan(self, decision: Decision) -> None:
        question = await self._parts.store.read(lambda facts: self._pose(facts, decision))
        proposal = await propose(question, self._parts.solver, self._parts.planning.solve_s)
        await self._commit(lambda page: self._hold_plan(page, decision, question, proposal))

    def _pose(self, facts: Facts, decision: Decision) -> Question:
        ask = self._ask_again(facts, decision)
        verdict = self._judge(ask, facts)
        if not isinstance(verdict, NeedPlan):
            raise OwnFault(f"{decision.id} no longer asks for a plan")
        return pose(facts, verdict.wish, ask.now, self._parts.planning, self._voice.zone)

    def _hold_plan(self, page: Page, decision: Decision, question: Question, proposal: Proposal) -> Decision:
        now, said = self._parts.clock(), explain(proposal, question)
        if proposal.plan is None:
            after = page.append(decision, (Failed(now, "no_plan", said),))
            self._voice.tell(page.book, after, said, final=True)
            return after
        page.book.keep_plan(proposal.plan)
        action = PublishPlan(proposal.plan.id, assignments_digest(proposal.plan.assignments))
        until = now + timedelta(seconds=self._parts.limits.approval_wait_s)
        held = Held(now, until, "approval", Say("desk.why.plan"), said, action,
                    (Role.PLANNER, Role.SUPERVISOR))  # fmt: skip
        made = PlanMade(now, proposal.plan.id, proposal.by, proposal.solve_ms, held)
        return self._hold(page, decision, (made,), held, self._ask_again(page.book, decision))

    # A key press.

    async def approve(self, decision_id: str, userid: str, digest: str) -> Reply:
        """Say yes to exactly the action with this hash, as this person."""
        return await self._press(Settle(decision_id, approved=True, digest=digest), userid)

    async def refuse(self, decision_id: str, userid: str, reason: str) -> Reply:
        """Say no, with a reason that the asker reads."""
        return await self._press(Settle(decision_id, approved=False, digest="", reason=reason), userid)

    async def undo(self, decision_id: str, userid: str) -> Reply:
        """Take a done action back, where it has a reverse."""
        return await self._commit(lambda page: self._undo(page, decision_id, userid))

    async def _press(self, settle: Settle, userid: str) -> Reply:
        return await self._commit(lambda page: self._settle_key(page, settle, userid))

    def _settle_key(self, page: Page, settle: Settle, userid: str) -> Reply:
        target, person = page.book.decision(settle.decision), page.book.person(userid)
        hold = target.hold if target else None
        if target is None or hold is None or hold.action is None or person is None:
            return self._voice.reply("not_waiting", person, settle.decision)
        no = policy.why_not_approve(person, hold, target.message.sender)
        if no:
            return self._voice.reply(no, person, target.id)
        digest = settle.digest or action_hash(hold.action)
        if digest != action_hash(hold.action):
            return self._voice.reply("changed", person, target.id)
        after = self._settle_other(page, replace(settle, digest=digest), person)
        return self._voice.reply(
            "" if after.stage in {Stage.DONE, Stage.REFUSED} else "facts_changed", person, after.id
        )

    def _undo(self, page: Page, decision_id: str, userid: str) -> Reply:
        target, person = page.book.decision(decision_id), page.book.person(userid)
        acted, approved = (target.last(Acted), target.last(Approved)) if target else (None, None)
        if target is None or person is None or target.stage is not Stage.DONE or not (acted and approved):
            return self._voice.reply("not_done", person, decision_id)
        if not policy.may_undo(person, target.message.sender):
            return self._voice.reply("wrong_role", person, target.id)
        if not page.book.reverse(approved.action, acted.key):
            return self._voice.reply("no_reverse", person, target.id)
        say = Say("desk.undone", {"person": person.name})
        after = page.append(target, (Undone(self._parts.clock(), f"person:{userid}", say),))
        self._voice.tell(page.book, after, say, final=False)
        return self._voice.reply("", person, after.id)

    # The clock.

    async def expire(self) -> None:
        """End what has waited too long; whoever asked for approval is told."""
        await self._commit(self._expire)

    def _expire(self, page: Page) -> None:
        now = self._parts.clock()
        for decision in page.book.held():
            hold = decision.hold
            if hold is None or hold.until > now:
                continue
            say = Say("desk.expired", {"proposal": hold.proposal})
            after = page.append(decision, (Refused(now, "policy:wait", "expired", say),))
            if hold.reason == "approval":
                self._voice.tell(page.book, after, say, final=False)

    async def review_plan(self, name: str) -> None:
        """Make the plan anew and hold it for a planner; once per `name`."""
        now = self._parts.clock()
        await self.accept(Message(f"job:{name}", SYSTEM.userid, None, MessageKind.TEXT, "", now))

    # Small things.

    def _person(self, facts: Facts, userid: str) -> Person | None:
        return SYSTEM if userid == SYSTEM.userid else facts.person(userid)

    def _ask(self, person: Person, message: Message, reading: Reading) -> Ask:
        return Ask(person, message, reading, self._parts.clock(), self._voice.zone)

    def _ask_again(self, facts: Facts, decision: Decision) -> Ask:
        """The ask of a decision that was understood before; for a choice, in the first words."""
        person, reading = self._person(facts, decision.message.sender), decision.reading
        if person is None or reading is None:
            raise OwnFault(f"{decision.id} has no asker or was never understood")
        first = (
            facts.decision(reading.by.removeprefix("choice:")) if reading.by.startswith("choice:") else None
        )
        return self._ask(person, first.message if first else decision.message, reading)

    async def _commit(self, change: Callable[[Page], T]) -> T:
        seen: list[Observation] = []
        result = await self._parts.store.write(lambda book: change(Page(book, seen)))
        for observation in seen:
            for observer in self._parts.observers:
                observer(observation)
        self._parts.wake()
        return result
