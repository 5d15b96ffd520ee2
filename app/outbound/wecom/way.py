"""The AI bot as a way out: an answer in its bubble or its clicked card, anything else as a push."""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from app.outbound.budget import Conversation
from app.outbound.cards import body_of, fits
from app.outbound.wecom import frames, say
from app.outbound.wecom.clicks import Clicks
from app.outbound.wecom.files import BotFiles
from app.outbound.wecom.link import Link
from app.outbound.wecom.session import Ack
from app.outbound.wecom.streams import Streams
from app.ports import Later, Outgoing, Sent
from app.records.card import Card
from app.records.errors import LinkDown, MediaRefused, TurnedDown
from app.records.media import Sending, Uploaded

_BUSY = frozenset({-1, 45009, 45033})  # system busy, rate limit, concurrency limit
_CONTENT = frozenset({40058, 40201, 93017})  # the words themselves were refused: no other way helps
_BAD_MEDIA = 40007  # the web API's code for an id that is none; this channel's is not documented
_AGAIN_S = 1.0
_UPLOADS_MAX = 5  # times that an upload is begun before its words are said in its place
_BUSY_S = 60.0  # up to half as much again


class BotWay:
    """Implements the port `Way` on the long connection.

    `doubtful_text` is the notice for a row in doubt: which ticket, and how to see its answer.
    `files` None is that files are told of in words alone. `ways` counts attempts: in_place, push,
    welcome, updated, card, file, notice.
    """

    def __init__(
        self,
        link: Link,
        streams: Streams,
        clicks: Clicks,
        *,
        doubtful_text: Callable[[Outgoing], str],
        files: BotFiles | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._link, self._streams, self._clicks = link, streams, clicks
        self._doubtful_text, self._chance, self._files = doubtful_text, chance, files
        self.ways: Counter[str] = Counter()

    @property
    def is_ready(self) -> bool:
        """Whether anything can be written now."""
        return self._link.is_ready

    def settles_s(self, row: Outgoing) -> float:
        """As long as an acknowledgement may still come, where its answer can be replaced in place."""
        return self._link.late_s if self._link.is_live(row.req_id) else 0.0

    async def send(self, row: Outgoing) -> Sent | Later:
        """The first way that is open; what its callback refuses is pushed."""
        try:
            outcome = await self._say(row)
        except TurnedDown as no:
            if no.errcode not in _BUSY:
                raise
            pause_s = _BUSY_S * (1 + self._chance() / 2)
            self._link.budget.rest(_who(row), pause_s)
            return Later(pause_s, refused=True)
        return Sent(outcome.written_at) if isinstance(outcome, Ack) else outcome

    async def _say(self, row: Outgoing) -> Ack | Later:
        try:
            if answered := await self._in_place(row):
                return answered
        except TurnedDown as no:
            if no.errcode in _BUSY or (no.errcode in _CONTENT and not row.task):
                raise
            self._streams.lose(row.stream)
        if row.card is not None and not row.reply_to and not row.doubtful:
            return await self._show(row, row.card)
        if row.file is not None and self._files is not None:
            return await self._send_file(row, row.file, self._files)
        return await self._push(row)

    async def _in_place(self, row: Outgoing) -> Ack | Later | None:
        """Where it was asked; None when nothing can be said there."""
        legal = self._link.answer_command(row.req_id) if row.req_id else ""
        if legal == frames.RESPOND and row.stream and self._streams.free_for(row.stream, row.id):
            return await self._finish(row)
        if legal == frames.WELCOME and row.stream and not row.doubtful:
            return self._no_room(row) or await self._welcome(row)
        if legal == frames.UPDATE and self._clicks.may_answer(row.req_id, row.id, row.task):
            return self._no_room(row) or await self._update(row)
        return None

    def _no_room(self, row: Outgoing) -> Later | None:
        """None when a frame was taken from the budget."""
        wait_s = self._link.budget.take(_who(row), final=bool(row.reply_to))
        return Later(math.ceil(wait_s)) if wait_s else None

    async def _welcome(self, row: Outgoing) -> Ack:
        self.ways["welcome"] += 1
        return await say.welcome(self._link, row.req_id, row.text, decision=row.decision_id)

    async def _finish(self, row: Outgoing) -> Ack | Later:
        """The bubble is closed to refreshes even while its end must wait for room."""
        self._streams.finish(row.stream, row.id)
        if later := self._no_room(row):
            return later
        self.ways["in_place"] += 1
        feedback = row.decision_id if self._streams.begin(row.stream) else ""
        body = say.stream(row.stream, row.text, finish=True, feedback=feedback)
        return await self._link.command(frames.RESPOND, row.req_id, body, decision=row.decision_id)

    async def _update(self, row: Outgoing) -> Ack | Later:
        """The clicked card says what came of it, and a push what it cannot show.

        In doubt it is said once more, which replaces it.
        """
        self._clicks.answer(row.req_id, row.id)
        self.ways["updated"] += 1
        body = say.update(row.task, row.card, row.text, userids=(row.to,), feedback=row.decision_id)
        ack = await self._link.command(frames.UPDATE, row.req_id, body, decision=row.decision_id)
        if fits(row.text):
            return ack
        try:
            return await self._push(row)
        except TurnedDown as no:
            if no.errcode in _BUSY:
                raise
            return ack

    async def _show(self, row: Outgoing, card: Card) -> Ack | Later:
        """A card, or its words where WeCom does not take it."""
        if later := self._no_room(row):
            return later
        self.ways["card"] += 1
        self._clicks.shown(card)
        try:
            return await self._send(row, say.push_card(row.to, body_of(card), group=row.group))
        except TurnedDown as no:
            if no.errcode in _BUSY:
                raise
            return await self._push(row)

    async def _send_file(self, row: Outgoing, file: Sending, files: BotFiles) -> Ack | Later:
        """The file, or its words where it cannot be sent.

        A push is written only after its upload was kept: in doubt and without one, nothing was said.
        """
        if row.doubtful and await files.was_uploaded(file):
            return await self._push(row)
        try:
            uploaded = await files.ready(file)
        except (MediaRefused, TurnedDown) as no:
            if isinstance(no, TurnedDown) and no.errcode in _BUSY:
                raise
            return await self._push(replace(row, doubtful=False))
        except LinkDown:
            if row.attempts < _UPLOADS_MAX or not self._link.is_ready:
                raise
            return await self._push(replace(row, doubtful=False))
        return uploaded if isinstance(uploaded, Later) else await self._push_file(row, file, uploaded, files)

    async def _push_file(
        self, row: Outgoing, file: Sending, uploaded: Uploaded, files: BotFiles
    ) -> Ack | Later:
        """Once it is uploaded; an id that WeCom has dropped is asked for anew, once."""
        if later := self._no_room(row):
            return later
        self.ways["file"] += 1
        try:
            return await self._send(row, say.push_file(row.to, uploaded, group=row.group))
        except TurnedDown as no:
            if no.errcode in _BUSY:
                raise
            await files.forget(file)
            if no.errcode == _BAD_MEDIA and row.attempts <= 1:
                return Later(_AGAIN_S)
            return await self._push(replace(row, doubtful=False))

    async def _push(self, row: Outgoing) -> Ack | Later:
        if later := self._no_room(row):
            return later
        self.ways["notice" if row.doubtful else "push"] += 1
        text = self._doubtful_text(row) if row.doubtful else row.text
        feedback = row.decision_id if row.reply_to and not row.doubtful else ""
        return await self._send(row, say.push(row.to, text, group=row.group, feedback=feedback))

    async def _send(self, row: Outgoing, body: say.Body) -> Ack:
        return await self._link.command(
            frames.SEND, frames.new_id(frames.SEND), body, decision=row.decision_id
        )


def _who(row: Outgoing) -> Conversation:
    return row.to, row.group
