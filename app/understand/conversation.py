"""One message as part of a conversation: the wishes in it, and what earlier words fill in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Protocol

from app.ports import Names
from app.records.message import Language, MessageKind
from app.records.reading import Earlier, Intent, Reading
from app.understand.clauses import Clause, Force, Part, clauses, parts, reads_only, words_of
from app.understand.context import as_understood, filled, follow_up, may_need, offering, spelled_out
from app.understand.draft import Draft

Recall = Callable[[], Awaitable[tuple[Earlier, ...]]]
"""Tells what the same sender said before in the same conversation, newest first."""


async def nothing() -> tuple[Earlier, ...]:
    """For a message that stands alone."""
    return ()


class Drafter(Protocol):
    """What reads by rules, and by the model where those leave a text open."""

    def draft(self, words: str, kind: MessageKind, names: Names, preferred: Language) -> Draft: ...
    async def finish(self, drafts: Sequence[Draft], *, priority: int = 0) -> list[Reading]: ...


class Conversation:
    """Hears one message; made anew for each."""

    def __init__(
        self, drafter: Drafter, names: Names, preferred: Language, recall: Recall, priority: int
    ) -> None:
        self._drafter, self._names, self._preferred = drafter, names, preferred
        self._recall, self._priority = recall, priority

    async def hear(self, words: str, kind: MessageKind) -> tuple[Reading, ...]:
        """One reading for every wish, in order; mostly one.

        Two or more only where each is decided on its own words and none of them gives the appliance
        orders.
        """
        began = perf_counter()
        draft = self._draft(words, kind)
        found = clauses(self._lined(words) if "\n" in words else draft.reading.text)
        readings: tuple[Reading, ...] = ()
        if len(found) == 1 or _vetoed(draft):
            [whole] = await self._finish([draft])
        else:
            whole, readings = await self._divided(draft, found)
        told = readings or (await self._in_context(whole, self._recall),)
        took_ms = (perf_counter() - began) * 1000
        return tuple(replace(each, elapsed_ms=took_ms) for each in told)

    def _draft(self, words: str, kind: MessageKind = MessageKind.TEXT) -> Draft:
        return self._drafter.draft(words, kind, self._names, self._preferred)

    def _lined(self, words: str) -> str:
        """Clean text in which a new line, which cleaning makes a space, ends a sentence."""
        lines = (line.strip() for line in words.split("\n"))
        return self._draft("; ".join(line for line in lines if line)).reading.text

    async def _finish(self, drafts: Sequence[Draft]) -> list[Reading]:
        return await self._drafter.finish(drafts, priority=self._priority)

    # Several wishes.

    async def _divided(self, draft: Draft, found: Sequence[Clause]) -> tuple[Reading, tuple[Reading, ...]]:
        """The reading of the whole, and those of its wishes where it is certain that there are several."""
        drafts = [self._draft(clause.words) for clause in found]
        whole, *alone = await self._finish_all(draft, found, drafts)
        self._inherit(alone)
        readings = [await self._as_wish(found, wish, alone) for wish in parts(found, alone)]
        wishes = [replace(each, language=whole.language) for each in readings if each]
        return whole, tuple(wishes) if len(wishes) == len(readings) else ()

    async def _finish_all(
        self, draft: Draft, found: Sequence[Clause], drafts: Sequence[Draft]
    ) -> list[Reading]:
        """The whole, then every clause by itself; all that the model is asked about in one go.

        It is asked only about clauses that may be wishes, and only if there could be two.
        """
        open_ones = [at for at in range(len(found)) if _may_be_wish(found, drafts, at)]
        decided = sum(each.reading.decided for each in drafts)
        asked = open_ones if len(open_ones) + decided > 1 else []
        whole, *told = await self._finish([draft, *(drafts[at] for at in asked)])
        known = dict(zip(asked, told, strict=True))
        return [whole, *(known.get(at, each.reading) for at, each in enumerate(drafts))]

    def _inherit(self, alone: list[Reading]) -> None:
        """Fill in what clauses leave out from those before them."""
        for at in range(1, len(alone)):
            alone[at] = self._with(alone[at], _before(alone, at))

    async def _as_wish(self, found: Sequence[Clause], wish: Part, alone: Sequence[Reading]) -> Reading | None:
        """The reading of a part with all its words; None when they make something else of it."""
        head = alone[wish.head]
        if wish.end - wish.start == 1:
            return head
        [reading] = await self._finish([self._draft(words_of(found, wish))])
        reading = self._with(reading, _before(alone, wish.start))
        return reading if reading.decided and reading.intent is head.intent else None

    # What was said before.

    async def _in_context(self, reading: Reading, recall: Recall) -> Reading:
        """The reading with what earlier messages fill in."""
        return self._with(reading, await recall()) if may_need(reading) else reading

    def _with(self, reading: Reading, earlier: tuple[Earlier, ...]) -> Reading:
        if not earlier or not may_need(reading):
            return reading
        return filled(reading if reading.decided else self._understood(reading, earlier), earlier)

    def _understood(self, reading: Reading, earlier: tuple[Earlier, ...]) -> Reading:
        """A question that is clear once what it leaves out is put in its place; else as it was.

        A change that becomes clear so is offered first among the choices, and never made unasked.
        """
        if followed := follow_up(reading, self._draft(reading.text).sighting.marked, earlier):
            return followed
        for text in spelled_out(reading, earlier):
            draft = self._draft(text)
            told = follow_up(draft.reading, draft.sighting.marked, earlier) or draft.reading
            if told.decided and told.intent is not Intent.OTHER:
                return as_understood(reading, told) if reads_only(told) else offering(reading, told)
        return reading


def _vetoed(draft: Draft) -> bool:
    """Whether a rule that overrules all others speaks: such a message stays whole."""
    return any(rule.overrules for rule in draft.guess.best)


def _may_be_wish(found: Sequence[Clause], drafts: Sequence[Draft], at: int) -> bool:
    """Left open by the rules, about something or a new matter, and with more than a pause beside it."""
    if drafts[at].reading.decided or not (drafts[at].sighting.kinds or found[at].force is Force.LINK):
        return False
    sides = [found[at].force] * (at > 0) + [clause.force for clause in found[at + 1 : at + 2]]
    return max(sides) > Force.COMMA


def _before(alone: Sequence[Reading], at: int) -> tuple[Earlier, ...]:
    """What the clauses before one named, as what was said earlier."""
    return tuple(Earlier("", each) for each in reversed(alone[:at]))
