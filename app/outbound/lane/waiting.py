"""The line before the lane: ordered by priority, bounded, emptied in batches."""

import asyncio
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

_ASCII_PER_TOKEN = 3  # measured: English words and codes take 3 to 4 characters a token, Chinese 1 to 2


@dataclass(order=True, slots=True)
class Item:
    """One text that waits; `attempts` counts evaluations that ended with the child's loss."""

    priority: int
    number: int
    text: str = field(compare=False)
    answer: "asyncio.Future[list[float]]" = field(compare=False)
    attempts: int = field(default=0, compare=False)

    def cost(self, token_limit: int) -> int:
        """About how many tokens it takes, rather too many than too few."""
        wide = sum(ord(char) > 127 for char in self.text[: 16 * token_limit])
        return min(token_limit, 2 + wide + (len(self.text) - wide) // _ASCII_PER_TOKEN)


class WaitingLine:
    """Items by priority (low numbers first), then by age."""

    def __init__(self, token_limit: int, batch_max: int, batch_tokens: int) -> None:
        self._limit, self._most, self._tokens = token_limit, batch_max, batch_tokens
        self._items: list[Item] = []
        self._number = 0
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def add(self, text: str, priority: int) -> Item:
        """Put a text in its place."""
        self._number += 1
        item = Item(priority, self._number, text, asyncio.get_running_loop().create_future())
        self.give_back([item])
        return item

    def give_back(self, items: Iterable[Item]) -> None:
        """Put items back in their old places, unless nobody waits for them any more."""
        for item in items:
            if not item.answer.done():
                insort(self._items, item)
                self._changed.set()

    def drop(self, items: Iterable[Item]) -> None:
        """Nobody waits for these any more: they leave the line, or their answer will be ignored."""
        for item in items:
            if item in self._items:
                self._items.remove(item)
            if not item.answer.done():
                item.answer.cancel()
            elif not item.answer.cancelled():
                item.answer.exception()  # seen, so that asyncio does not report it as lost

    async def take(self) -> list[Item]:
        """The next batch, waiting for one; an item that was tried before comes alone."""
        while not self._items:
            self._changed.clear()
            await self._changed.wait()
        batch = [self._items.pop(0)]
        tokens = batch[0].cost(self._limit)
        while self._items and self._fits(batch, tokens):
            tokens += self._items[0].cost(self._limit)
            batch.append(self._items.pop(0))
        return batch

    def _fits(self, batch: list[Item], tokens: int) -> bool:
        following = self._items[0]
        untried = not batch[0].attempts and not following.attempts
        roomy = len(batch) < self._most and tokens + following.cost(self._limit) <= self._tokens
        return untried and roomy

    def clear(self) -> list[Item]:
        """Everything that waits, in order; the line is empty afterwards."""
        items, self._items = self._items, []
        return items
