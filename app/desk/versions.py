"""Plans brought back: an earlier version, made legal under the facts of now, waits for a second yes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app import policy
from app.desk.ends import Ends
from app.desk.keys import Keys
from app.desk.offers import publications_of
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.voice import SYSTEM, Voice
from app.desk.watch import is_automatic
from app.planning.question import Option, Proposal, Question, Restored, pose, restore, tell
from app.ports import Facts
from app.records.action import PublishPlan, Settle, action_hash, assignments_digest
from app.records.answer import Say
from app.records.decision import Decision, Failed, Held, PlanAsked, PlanMade, Understood
from app.records.message import Message, MessageKind
from app.records.plant import Person, Plan, Role
from app.records.reading import Intent, Layer, Reading
from app.records.socket import Reply
from app.records.verdict import Ask, Wish
from app.records.versions import BY_VERSION, Origin, Version

_MOMENT = timedelta(microseconds=1)


class Commit(Protocol):
    """One write of the store, told to observers when it is on the disk."""

    def __call__(self, change: Callable[[Page], Reply]) -> Awaitable[Reply]: ...


@dataclass(frozen=True, slots=True)
class _Request:
    """Who asks for which version, as the plant was at that moment."""

    person: Person
    version: Version
    question: Question
    in_force: Plan | None
    now: datetime


class Versions:
    """Publishes and brings back plans by a key press; a no is a reply with its code."""

    def __init__(self, parts: Parts, ends: Ends, keys: Keys, voice: Voice, commit: Commit) -> None:
        self._parts, self._ends, self._keys, self._voice = parts, ends, keys, voice
        self._commit = commit

    async def publish(self, plan_id: str, userid: str) -> Reply:
        """Yes to the decision that holds this plan; a plan that nothing holds is brought back instead."""
        waiting = await self._parts.store.read(lambda facts: _waiting(facts, plan_id))
        if waiting is None:
            return await self.bring_back(plan_id, userid)
        return await self._commit(lambda page: self._keys.settle(page, waiting, userid))

    async def bring_back(self, plan_id: str, userid: str) -> Reply:
        """Hold an earlier plan for approval, as it was or repaired; "" is the one before that in force.

        The plan that is held is a new one, checked against the facts of now: what was done or has
        begun since stays, and a plan that cannot be made legal is refused.
        """
        found = await self._parts.store.read(lambda facts: self._look(facts, plan_id, userid))
        if isinstance(found, Reply):
            return found
        restored = await asyncio.to_thread(restore, found.question, found.in_force)
        return await self._commit(lambda page: self._take(page, found, restored))

    def _look(self, facts: Facts, plan_id: str, userid: str) -> _Request | Reply:
        now, person, in_force = self._parts.clock(), facts.person(userid), facts.plan()
        if person is None or not policy.may_ask_for_version(person):
            return self._voice.reply("wrong_role", person, plan_id)
        wanted = plan_id or _before(facts, now)
        version, plan = facts.version(wanted), facts.plan_named(wanted)
        if version is None or plan is None:
            return self._voice.reply("unknown_plan" if plan_id else "no_plan_before", person, plan_id)
        if in_force is not None and in_force.id == plan.id:
            return self._voice.reply("plan_in_force", person, plan.id)
        question = pose(facts, Wish(""), now, self._parts.planning, self._voice.zone, plan=plan)
        return _Request(person, version, question, in_force, now)

    def _take(self, page: Page, asked: _Request, restored: Restored) -> Reply:
        plan, person = asked.version.plan, asked.person
        by, text = f"{BY_VERSION}{plan}", f"plan revert {plan}"
        if any(one.reading and one.reading.by == by for one in page.book.held()):
            return self._voice.reply("version_waits", person, plan)
        msgid = f"{by}:{person.userid}:{asked.now.isoformat()}"
        message = Message(msgid, person.userid, None, MessageKind.CLICK, text, asked.now, refers_to=plan)
        decision = Decision(page.book.accept(message).decision_id, message)
        reading = Reading(Intent.PRODUCTION_SCHEDULE, 1.0, Layer.PERSON, decided=True,
                          language=person.language, by=by, text=text)  # fmt: skip
        steps = (Understood(asked.now, reading), PlanAsked(asked.now, text))
        said = tell(restored, asked.question, asked.version.number)
        if restored.proposal.plan is None:
            page.append(decision, (*steps, Failed(asked.now, "no_plan", said)))
            return self._voice.reply("version_lost", person, plan)
        held = self._held(page, decision, asked, restored.proposal, restored.proposal.plan, said)
        made = PlanMade(asked.now, restored.proposal.plan.id, by, restored.proposal.solve_ms, held)
        ask = Ask(person, message, reading, asked.now, self._voice.zone)
        after = self._ends.hold(page, decision, (*steps, made), held, ask)
        values = {"ticket": after.id, "number": asked.version.number}
        text = self._voice.render(Say("desk.press.version_held", values), person.language)
        return Reply(ok=True, code="", text=text)

    def _held(
        self, page: Page, decision: Decision, asked: _Request, proposal: Proposal, plan: Plan, said: Say
    ) -> Held:
        parent = asked.version.plan
        origin = Origin(
            f"{BY_VERSION}{parent}", decision.id, decision.message.text, parent, proposal.solve_ms
        )
        page.book.keep_plan(plan, origin)
        until = asked.now + timedelta(seconds=self._parts.limits.approval_wait_s)
        action = PublishPlan(plan.id, assignments_digest(plan.assignments))
        return Held(asked.now, until, "approval", Say("desk.why.version"), said, action,
                    (Role.PLANNER, Role.SUPERVISOR))  # fmt: skip


def origin_of(decision: Decision, question: Question, option: Option, solve_ms: float) -> Origin:
    """How a plan that was asked for came about; `solve_ms` is what it took with all of its options.

    The words of the clock are the name of its job, those of the watch what has happened.
    """
    parent = question.published.id if question.published else None
    return Origin(option.by, decision.id, _words(decision, question), parent, solve_ms, option.proved)


def _words(decision: Decision, question: Question) -> str:
    if is_automatic(decision):
        return decision.message.text
    by_clock = decision.message.sender == SYSTEM.userid
    return decision.message.msgid.removeprefix("job:") if by_clock else question.wish.words


def _waiting(facts: Facts, plan_id: str) -> Settle | None:
    """The yes to what holds this plan, alone or among others; None when nothing does."""
    for one in facts.held():
        for action in publications_of(one.hold) if one.hold else ():
            if action.plan == plan_id:
                return Settle(one.id, approved=True, digest=action_hash(action))
    return None


def _before(facts: Facts, now: datetime) -> str:
    """The plan that the one in force took the place of, "" when there is none."""
    times = facts.in_force(now, now + _MOMENT)
    return times[-1].before.id if times and times[-1].before else ""
