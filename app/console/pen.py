"""Everything that writes: unlock, approve, refuse, undo, teach; one at a time, each after its window."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.console import dialogs
from app.console.client import Denied, NoService
from app.console.line import Line
from app.console.options import Choose
from app.console.plan import PlanWindow
from app.console.seen import Reader, Seen
from app.console.words import Words
from app.records.board import Card, CardDetail
from app.records.decision import Stage
from app.records.socket import Reply

TOUCH_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Desktop:
    """What the pen may do to the screen: open a window and wait, say a sentence, read all again."""

    ask: Callable[[Any], Awaitable[Any]]
    say: Callable[[str], None]
    read_again: Callable[[], None]


def plan_of(action: dict[str, Any] | None) -> str:
    """The plan that an action would publish, "" where it is another one."""
    return str(action.get("plan", "")) if action and action.get("kind") == "publish_plan" else ""


class Pen:
    """Writes through the line; while one write is under way a second key does nothing."""

    def __init__(
        self, line: Line, words: Words, seen: Seen, clock: Callable[[], datetime], desktop: Desktop
    ) -> None:
        self._line = line
        self._words = words
        self._seen = seen
        self._clock = clock
        self._desktop = desktop
        self._busy = False
        self._userid = ""
        self._touched_at = clock()

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        """True for the one who may go on, False while somebody else does."""
        free, self._busy = not self._busy, True
        try:
            yield free
        finally:
            if free:
                self._busy = False

    async def lock_or_unlock(self) -> None:
        """F9: open writing with a PIN, or close it."""
        async with self._alone() as free:
            if not free:
                return
            if self._seen.holder:
                await self._press(self._line.lock(), self._words("say.locked"))
                await self._learn_standing()
            else:
                await self._unlocked()

    async def approve(self, card: Card) -> None:
        """F2: show exactly what waits, then say yes to exactly that."""
        async with self._alone() as free:
            if not free or not self._waits(card) or not await self._unlocked():
                return
            detail = await self.fetch(card.decision)
            if detail is None:
                return
            if detail.action is None or detail.card.stage is not Stage.HELD:
                self._desktop.say(self._words("say.not_held", ticket=card.decision))
                return
            window = Choose(self._words, detail) if detail.choices else dialogs.Approve(
                self._words, detail, detail.action, self.draw_plan
            )  # fmt: skip
            digest = await self._desktop.ask(window)
            if digest is not None:
                said = self._words("say.approved", ticket=card.decision)
                await self._press(self._line.approve(card.decision, digest), said)

    async def refuse(self, card: Card) -> None:
        """F3: ask why, then say no."""
        async with self._alone() as free:
            if not free or not self._waits(card) or not await self._unlocked():
                return
            reason = await self._desktop.ask(dialogs.Refuse(self._words, card.decision))
            if reason is not None:
                said = self._words("say.refused", ticket=card.decision)
                await self._press(self._line.refuse(card.decision, reason), said)

    async def undo(self, card: Card) -> None:
        """F8: take a done action back."""
        async with self._alone() as free:
            if not free:
                return
            if not card.undoable:
                self._desktop.say(self._words("say.not_undoable", ticket=card.decision))
                return
            detail = await self.fetch(card.decision) if await self._unlocked() else None
            if detail is not None and await self._desktop.ask(dialogs.Undo(self._words, detail)):
                said = self._words("say.undone", ticket=card.decision)
                await self._press(self._line.undo(card.decision), said)

    async def teach(self, ticket: str) -> None:
        """F4: say what the words had meant, or what a word in them is called."""
        async with self._alone() as free:
            if not free:
                return
            detail = await self.fetch(ticket) if await self._unlocked() else None
            if detail is None:
                return
            lesson = await self._desktop.ask(dialogs.Teach(self._words, detail.card))
            if lesson is not None:
                await self._press(self._line.teach(lesson), self._words("say.taught", ticket=ticket))

    async def draw(self, card: Card) -> None:
        """F6: the plan that a decision proposes."""
        detail = await self.fetch(card.decision)
        plan_id = plan_of(detail.action) if detail else ""
        if plan_id:
            await self.draw_plan(plan_id)
        elif detail is not None:
            self._desktop.say(self._words("say.no_plan", ticket=card.decision))

    async def draw_plan(self, plan_id: str) -> None:
        """A plan in a window; why not is shown."""
        try:
            chart = await self._line.chart(plan_id)
        except NoService:
            self._desktop.say(self._words("code.no_service"))
        except Denied as no:
            self._desktop.say(self._said(Reply(ok=False, code=no.code, text=str(no))))
        else:
            await self._desktop.ask(PlanWindow(Reader(self._words, self._clock(), self._seen), chart))

    async def touch(self) -> None:
        """A key was pressed: tell the service, at most every five seconds."""
        if self._seen.holder and self._clock() - self._touched_at > TOUCH_EVERY:
            self._touched_at = self._clock()
            await self._reply(self._line.touch())

    async def fetch(self, ticket: str) -> CardDetail | None:
        """A decision as it is now; None when the service says no, which is shown."""
        try:
            return await self._line.decision(ticket)
        except NoService:
            self._desktop.say(self._words("code.no_service"))
        except Denied as no:
            self._desktop.say(self._said(Reply(ok=False, code=no.code, text=str(no))))
        return None

    def _waits(self, card: Card) -> bool:
        waits = card.stage is Stage.HELD and card.reason == "approval"
        if not waits:
            self._desktop.say(self._words("say.not_held", ticket=card.decision))
        return waits

    async def _unlocked(self) -> bool:
        """Whether writing is open, after asking for a PIN where it is not."""
        complaint = ""
        while not self._seen.holder:
            given = await self._desktop.ask(dialogs.Unlock(self._words, self._userid, complaint))
            if given is None:
                return False
            self._userid = given[0]
            reply = await self._reply(self._line.unlock(*given))
            complaint = self._said(reply)
            if reply.code in {"no_service", "unsure"}:
                self._desktop.say(complaint)
                return False
            if reply.ok:
                await self._opened()
        return True

    async def _opened(self) -> None:
        self._touched_at = self._clock()
        await self._learn_standing()
        name = self._seen.standing.holder_name if self._seen.standing else ""
        self._desktop.say(self._words("say.unlocked", name=name))

    async def _learn_standing(self) -> None:
        with suppress(NoService, Denied):
            self._seen.standing, self._seen.standing_at = await self._line.standing(), self._clock()

    async def _press(self, asking: Awaitable[Reply], done: str) -> None:
        """A write, and what is said of it."""
        reply = await self._reply(asking)
        self._desktop.say((" ".join(reply.text.split()) or done) if reply.ok else self._said(reply))
        self._desktop.read_again()

    async def _reply(self, asking: Awaitable[Reply]) -> Reply:
        try:
            return await asking
        except NoService as gone:
            return Reply(ok=False, code="unsure" if gone.asked else "no_service", text="")

    def _said(self, reply: Reply) -> str:
        """A code in the reader's words; the service's own sentence where there are none."""
        key = f"code.{reply.code}"
        return self._words(key) if self._words.has(key) else (reply.text or reply.code)
