"""The spine: one message from top to bottom; approve, refuse, undo, expire.

Every change to the plant goes through `Ends.carry_out`, inside one write of the store: the step, the
effect and the answer are on the disk together or not at all. Several wishes in one message share
that write as well.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from app.desk.ends import Ends
from app.desk.flood import turn_away
from app.desk.handover import Handover
from app.desk.keys import Keys
from app.desk.lessons import Lessons
from app.desk.meant import Meant, heard
from app.desk.offers import drop_plans
from app.desk.page import Page
from app.desk.parts import Parts
from app.desk.pictures import Pictures
from app.desk.plans import Plans
from app.desk.preset import preset
from app.desk.versions import Versions
from app.desk.voice import SYSTEM, Voice
from app.desk.votes import Votes
from app.desk.watch import Watch
from app.planning.question import Budget, Search, drive_with, reckon
from app.ports import Accepted, Book, Facts, Names, Observation
from app.records.action import Settle
from app.records.answer import Say
from app.records.correction import Lesson
from app.records.decision import AWAIT_SOLVER, OPEN_STAGES, Decision, Failed, Refused, Stage
from app.records.errors import ChargehandError, OwnFault
from app.records.message import Language, Message, MessageKind
from app.records.plant import Person
from app.records.reading import Earlier, Reading
from app.records.socket import Reply
from app.records.verdict import Ask, AskPlan, Draw, Verdict

T = TypeVar("T")
Mark = Callable[[Message], Message]


def _unmarked(message: Message) -> Message:
    return message


class Desk:
    """Takes messages and key presses; a sender always gets an end."""

    def __init__(self, parts: Parts, *, at_once: int = 32) -> None:
        self._parts = parts
        self._voice = Voice(parts.catalogue, parts.clock, parts.notices)
        self._ends = Ends(parts, self._voice)
        self._keys = Keys(self._ends, self._voice, parts.clock)
        self._lessons = Lessons(parts, self._ends, self._voice)
        self._votes = Votes(parts, self._voice)
        self._plans = Plans(parts, self._ends, self._voice)
        self._pictures = Pictures(parts, self._ends, self._voice)
        self._handover = Handover(self._voice.zone, parts.clock)
        self._watch = Watch(parts.planning, self._voice.zone, parts.clock)
        self._versions = Versions(parts, self._ends, self._keys, self._voice, self._commit)
        self._queue: asyncio.Queue[Decision] = asyncio.Queue()
        self._slots = asyncio.Semaphore(at_once)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._names: Names | None = None
        self._stuck: list[Decision] = []
        self._starting, self._begun_with = True, set[str]()

    # The queue: the inbox table is the truth, this order book only says where to look.

    async def accept(self, message: Message, mark: Mark = _unmarked) -> Accepted:
        """Keep the message before anything else; a msgid seen before changes nothing.

        A new one is kept as `mark` gives it back, which is called within the write, in the store's thread.
        """
        accepted, kept = await self._parts.store.write(lambda book: _keep(book, message, mark))
        if accepted.fresh:
            self._put(Decision(accepted.decision_id, kept))
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
            elif decision.stage is Stage.UNDERSTOOD:
                await self._reckon(decision)
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            await self._give_up(decision, fault)
        finally:
            self._slots.release()

    # A message.

    async def handle(self, decision: Decision) -> Decision:
        """Bring one decision as far as it can go without a person or a plan.

        Further wishes of its message go as far in the same write; those that need a plan queue for it.
        """
        if decision.stage is not Stage.RECEIVED:
            return decision
        if decision.message.excess:
            return await self._commit(lambda page: self._turn_away(page, decision))
        names, person, meant = await self._know(decision)
        await self._open_bubble(decision, person)
        readings = await self._read(decision, names, person, meant)
        first, *others = await self._commit(lambda page: self._settle(page, decision, readings, meant))
        for other in others:
            if other.stage in AWAIT_SOLVER:
                self._put(other)
        return first

    def _turn_away(self, page: Page, decision: Decision) -> Decision:
        return turn_away(page, decision, self._voice, self._parts.clock())

    def _settle(
        self, page: Page, decision: Decision, readings: tuple[Reading, ...], meant: Meant | None
    ) -> tuple[Decision, ...]:
        settled = self._ends.settle_each(page, decision, readings, meant)
        self._lessons.watch(page, settled[0])
        self._votes.take(page, settled[0])
        return settled

    async def _know(self, decision: Decision) -> tuple[Names, Person | None, Meant | None]:
        found = await self._parts.store.read(lambda facts: self._look(facts, decision))
        if found[1] is None and await self._parts.identify(decision.message.sender):
            found = await self._parts.store.read(lambda facts: self._look(facts, decision))
        return found

    def _look(self, facts: Facts, decision: Decision) -> tuple[Names, Person | None, Meant | None]:
        if self._names is None or self._names.version != facts.names_version():
            self._names = facts.names()
        person = self._ends.person(facts, decision.message.sender)
        return self._names, person, heard(facts, decision, self._parts.corrections)

    async def _open_bubble(self, decision: Decision, person: Person | None) -> None:
        if person is None or decision.message.kind in {MessageKind.FEEDBACK, MessageKind.ENTER}:
            return
        say = Say("desk.working", {"ticket": decision.id})
        await self._parts.bubble.open(decision, self._voice.render(say, person.language))

    async def _read(
        self, decision: Decision, names: Names, person: Person | None, meant: Meant | None
    ) -> tuple[Reading, ...]:
        message, language = decision.message, person.language if person else Language.HANT
        if meant is not None:
            return (meant.reading,)
        known = preset(message, language)
        if known is not None:
            return (known,)
        return await self._parts.reader.read_each(
            message.text, message.kind, names, language, recall=lambda: self._recall(decision)
        )

    async def _recall(self, decision: Decision) -> tuple[Earlier, ...]:
        """What the words may refer back to; a quoted message is what they refer to instead."""
        if decision.message.quote:
            return ()
        since = self._parts.context_since(decision.message)
        return await self._parts.store.read(lambda facts: facts.lately(decision, since))

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
            self._voice.tell(page, after, say, final=True)

    def retry(self) -> None:
        """Take up again what the store could not end; the clock calls it."""
        stuck, self._stuck = self._stuck, []
        for decision in stuck:
            self._queue.put_nowait(decision)

    # A question that the solver answers.

    async def _reckon(self, decision: Decision) -> None:
        """Answer what was asked; where the facts have gone on since, whatever is right now."""
        ask, verdict, search = await self._parts.store.read(lambda facts: self._inquire(facts, decision))
        if isinstance(verdict, Draw):
            await self._commit(await self._pictures.answer(decision, verdict.picture))
            return
        if search is None:
            await self._commit(lambda page: self._ends.follow(page, decision, (), ask, verdict))
            return
        solve_s = self._parts.planning.solve_s
        said = await drive_with(search, self._parts.solver, Budget(4 * solve_s, solve_s))
        await self._commit(lambda page: self._ends.answer(page, decision, said))

    def _inquire(self, facts: Facts, decision: Decision) -> tuple[Ask, Verdict, Search[Say] | None]:
        ask = self._ends.ask_again(facts, decision)
        verdict = self._ends.judge(ask, facts)
        if not isinstance(verdict, AskPlan):
            return ask, verdict, None
        parts = self._parts
        return ask, verdict, reckon(facts, verdict.inquiry, ask.now, parts.planning, self._voice.zone)

    # A schedule request.

    async def _plan(self, decision: Decision) -> None:
        posed = await self._parts.store.read(lambda facts: self._plans.pose(facts, decision))
        if isinstance(posed, Say):
            await self._commit(lambda page: self._plans.leave_unplanned(page, decision, "conflict", posed))
        elif self._plans.is_needless(decision, posed.question):
            await self._commit(lambda page: self._plans.leave(page, decision))
        else:
            made = await self._plans.make(posed)
            held = await self._commit(lambda page: self._plans.hold(page, decision, made))
            if show := await self._pictures.show_held(held):
                await self._commit(show)

    # A key press.

    async def approve(self, decision_id: str, userid: str, digest: str) -> Reply:
        """Say yes to exactly the action with this hash, as this person."""
        return await self._press(Settle(decision_id, approved=True, digest=digest), userid)

    async def refuse(self, decision_id: str, userid: str, reason: str) -> Reply:
        """Say no, with a reason that the asker reads."""
        return await self._press(Settle(decision_id, approved=False, digest="", reason=reason), userid)

    async def undo(self, decision_id: str, userid: str) -> Reply:
        """Take a done action back, where it has a reverse."""
        return await self._commit(lambda page: self._keys.undo(page, decision_id, userid))

    async def teach(self, lesson: Lesson, userid: str) -> Reply:
        """Keep what a decision's words had meant, and propose a name; nothing that was done changes."""
        return await self._commit(lambda page: self._lessons.take(page, lesson, userid))

    async def publish_plan(self, plan_id: str, userid: str) -> Reply:
        """Say yes to the decision that holds a plan; one that nothing holds is brought back."""
        return await self._versions.publish(plan_id, userid)

    async def revert_plan(self, plan_id: str, userid: str) -> Reply:
        """Propose an earlier plan again, made legal under the facts of now; "" is the one before."""
        return await self._versions.bring_back(plan_id, userid)

    async def _press(self, settle: Settle, userid: str) -> Reply:
        return await self._commit(lambda page: self._keys.settle(page, settle, userid))

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
            drop_plans(page.book, hold)
            after = page.append(decision, (Refused(now, "policy:wait", "expired", say),))
            if hold.reason != "unclear":
                self._voice.tell(page, after, say, final=False)

    async def review_plan(self, name: str) -> None:
        """Make the plan anew and hold it for a planner; once per `name`."""
        now = self._parts.clock()
        await self.accept(Message(f"job:{name}", SYSTEM.userid, None, MessageKind.TEXT, "", now))

    async def watch_plan(self) -> None:
        """Ask for a new plan where the plant has left the published one behind; the clock calls it often."""
        if self._watch.is_due():
            message = await self._parts.store.read(self._watch.look)
            if message is not None:
                await self.accept(message)

    async def report_shifts(self) -> None:
        """Hand over what has just ended; the clock calls it often."""
        for message in await self._parts.store.read(self._handover.look):
            await self.accept(message)

    async def _commit(self, change: Callable[[Page], T]) -> T:
        seen: list[Observation] = []
        begun: list[Decision] = []
        result = await self._parts.store.write(lambda book: change(Page(book, seen, begun)))
        for observation in seen:
            for observer in self._parts.observers:
                observer(observation)
        self._watch.hear(seen)
        for decision in begun:
            self._put(decision)
        self._parts.wake()
        return result


def _keep(book: Book, message: Message, mark: Mark) -> tuple[Accepted, Message]:
    kept = message if book.knows(message) else mark(message)
    return book.accept(kept), kept
