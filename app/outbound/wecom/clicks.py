"""Clicked cards: each is answered within five seconds, whatever the desk and the store are doing."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from app.outbound.wecom import frames, say
from app.outbound.wecom.link import Link
from app.records.card import TASK_ID, Card
from app.records.errors import LinkDown, TurnedDown
from app.records.message import Message

T = TypeVar("T")

_KEPT = 10_000
_OURS = -1


class Clicks:
    """Which clicks were answered, and the answer in the meantime for those that take too long.

    A click's own answer comes from the outbox; where it is not there within `patience_s`, the card
    says that it is being worked on and can be pressed again, and the answer is pushed when it comes.
    """

    def __init__(
        self,
        link: Link,
        *,
        patience_s: float = 2.5,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._link, self._patience_s, self._sleep = link, patience_s, sleep
        self._answered: OrderedDict[str, int] = OrderedDict()
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._queue: asyncio.Queue[Message] = asyncio.Queue()

    def shown(self, card: Card) -> None:
        """Remember a card that was sent."""
        _remember(self._cards, card.task_id, card)

    def clicked(self, message: Message) -> None:
        """Note that a click came, before anything else is done with it."""
        self._queue.put_nowait(message)

    def may_answer(self, req_id: str, row: int, task: str) -> bool:
        """Whether this outbox row may answer the click in its card: nobody has, or the same row did.

        Never under an id that no card of WeCom can have.
        """
        return self._answered.get(req_id, row) == row and TASK_ID.fullmatch(task) is not None

    def answer(self, req_id: str, row: int) -> None:
        """Note that an outbox row answers the click."""
        _remember(self._answered, req_id, row)

    async def run(self) -> None:
        """Watch over clicks, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._watch(await self._queue.get()))

    async def _watch(self, click: Message) -> None:
        await self._sleep(self._patience_s)
        if (
            not self.may_answer(click.req_id, _OURS, click.refers_to)
            or self._link.answer_command(click.req_id) != frames.UPDATE
        ):
            return
        if self._link.budget.take((click.conversation, click.chat is not None), final=True):
            return
        self.answer(click.req_id, _OURS)
        body = say.update_waiting(click.refers_to, self._cards.get(click.refers_to), (click.sender,))
        with suppress(LinkDown, TurnedDown):
            await self._link.command(frames.UPDATE, click.req_id, body)


def _remember(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        kept.popitem(last=False)
