"""One message as part of a conversation: the wishes in it, and what earlier words fill in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Protocol

from app.ports import Names
from app.records.message import Language, MessageKind
from app.records.reading import Earlier, Reading
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
        """One reading for every wish; mostly one."""
        began = perf_counter()
        draft = self._drafter.draft(words, kind, self._names, self._preferred)
        [reading] = await self._drafter.finish([draft], priority=self._priority)
        return (replace(reading, elapsed_ms=(perf_counter() - began) * 1000),)
