"""A WeCom gateway on loopback: a real websocket server that keeps the protocol's rules.

Nothing here ran against Tencent. What the documents leave open is decided so: what people say while
no client is subscribed waits for the next one (`queues=False` drops it), a superseded client is told
and then closed (`lingers=True` does not), a finished bubble takes the same words again but no others,
and a card that is sent again under its task_id is refused.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Literal

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from app.doubles.wecom import callbacks
from app.doubles.wecom.callbacks import Callback, Press, Shape
from app.doubles.wecom.caller import Caller
from app.doubles.wecom.faults import CUTS, FAULTS, JUNK, bent, junk
from app.doubles.wecom.hearing import Hearing
from app.doubles.wecom.media_host import Enclosed, MediaHostDouble
from app.doubles.wecom.port import Port
from app.doubles.wecom.rules import Rules
from app.doubles.wecom.seen import CardSeen, CardUpdate, Seen
from app.records.errors import OwnFault

BOT_ID = "aibDEMO0001"
SECRET = "demo-secret-of-the-double"  # noqa: S105 - opens nothing but this double

_EVERY = 10  # messages between two cuts of a fault that is switched on


class GatewayDouble:
    """The gateway. `seen` is what it received; `faults` may be changed while it runs.

    `known` are conversations that spoke to the bot before: userids, and group ids in `known_groups`.
    `media` is the host of what people attach; it is entered and left by whoever made it.
    `now` is monotonic, in seconds; all windows are counted by it.
    """

    late_s: float = 6.0
    slow_s: float = 0.5
    refused_s: float = 2.0
    queues: bool = True
    lingers: bool = False

    def __init__(
        self,
        *,
        bot_id: str = BOT_ID,
        secret: str = SECRET,
        faults: Iterable[str] = (),
        known: Iterable[str] = (),
        known_groups: Iterable[str] = (),
        media: MediaHostDouble | None = None,
        tell: Callable[[str], None] = lambda _line: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bot_id, self.secret = bot_id, secret
        self.faults: set[str] = set()
        self.seen = Seen()
        self.rules = Rules(self.seen, self.faults, singles=set(known), groups=set(known_groups), now=now)
        self.media, self.url, self._tell = media, "", tell
        self._hearing = Hearing(bot_id, secret, self.rules, self._let_in, self._delay_s, tell)
        self._port = Port(self._serve, lambda: "unavailable" not in self.faults)
        self._current: Caller | None = None
        self._waiting: list[Callback] = []
        self._held: Callback | None = None
        self._said: dict[str, Callback] = {}
        self._numbers, self._callers, self._req_ids, self._delivered = count(1), count(1), count(1), 0
        for name in faults:
            self.switch(name)

    # Its life.

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `url` is set when this returns."""
        self.url = await self._port.open(host, port)

    async def stop(self) -> None:
        """Close every connection and stop listening; may be called twice."""
        await self._port.close()

    async def __aenter__(self) -> "GatewayDouble":
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def connected(self) -> bool:
        """Whether a client is subscribed now."""
        return self._current is not None

    # What people do.

    async def say(
        self,
        sender: str,
        text: str,
        *,
        chat: str | None = None,
        msgid: str | None = None,
        kind: Literal["text", "voice"] = "text",
        quote: str | None = None,
    ) -> str:
        """A person writes or speaks to the bot, alone or in a group; returns the msgid."""
        given = msgid or f"m-{next(self._numbers):06d}"
        said = callbacks.message(self.bot_id, given, sender, text, chat=chat, kind=kind, quote=quote)
        await self._happen(said)
        return given

    async def event(
        self,
        sender: str,
        kind: str,
        *,
        chat: str | None = None,
        msgid: str | None = None,
        fields: Mapping[str, object] | None = None,
        flat: bool = False,
        **more: object,
    ) -> str:
        """A person opens the chat, clicks or votes; `fields` and `more` are the event's details."""
        given = msgid or f"ev-{next(self._numbers):06d}"
        details = {**(fields or {}), **more}
        await self._happen(callbacks.event(self.bot_id, given, sender, kind, details, chat, flat=flat))
        return given

    async def click(
        self,
        sender: str,
        task_id: str,
        key: str,
        *,
        chosen: Mapping[str, Sequence[str]] | None = None,
        shape: Shape = "nested",
        chat: str | None = None,
        msgid: str | None = None,
    ) -> str:
        """A person presses a button of a card, sent or not; `chosen` are the options by question.

        Returns the msgid of the event.
        """
        given = msgid or f"ev-{next(self._numbers):06d}"
        dealt = self.seen.cards.get(task_id)
        now = dealt.shown_to(sender) if dealt else {}
        press = Press(task_id, key, str(now.get("card_type", "button_interaction")), chosen)
        await self._happen(callbacks.clicked(self.bot_id, given, sender, press, shape=shape, chat=chat))
        return given

    async def vote(
        self,
        sender: str,
        feedback_id: str,
        kind: int,
        *,
        content: str = "",
        reasons: Sequence[int] = (),
        chat: str | None = None,
        msgid: str | None = None,
    ) -> str:
        """A person's thumb: 1 up, 2 down with words and reasons, 3 withdrawn; returns the event's msgid."""
        given = msgid or f"ev-{next(self._numbers):06d}"
        vote = {"id": feedback_id, "type": kind, "content": content, "inaccurate_reason_list": list(reasons)}
        await self._happen(callbacks.voted(self.bot_id, given, sender, vote, chat=chat))
        return given

    async def attach(
        self,
        sender: str,
        items: Sequence[Enclosed],
        *,
        words: str = "",
        chat: str | None = None,
        msgid: str | None = None,
    ) -> str:
        """A person sends photos, files or videos, alone or with words; returns the msgid.

        Raises OwnFault without a media host.
        """
        if self.media is None:
            raise OwnFault("attachments need a media host: GatewayDouble(media=…)")
        kept = [(each.kind, *self.media.keep(each.content, each.name)) for each in items]
        given = msgid or f"m-{next(self._numbers):06d}"
        await self._happen(callbacks.attached(self.bot_id, given, sender, kept, words=words, chat=chat))
        return given

    async def redeliver(self, msgid: str) -> None:
        """Deliver a message again, with the same msgid."""
        await self._deliver(self._said[msgid])

    def told(self, conversation: str) -> list[str]:
        """All that a conversation was told, oldest first: tickets named as feedback, then words."""
        return self.seen.told(conversation)

    # What goes wrong.

    def switch(self, name: str, *, on: bool = True) -> None:
        """Switch a lasting fault; raises OwnFault for a name that does not exist."""
        if name not in FAULTS:
            raise OwnFault(f"there is no fault '{name}'; there are {', '.join(FAULTS)}")
        (self.faults.add if on else self.faults.discard)(name)

    async def play(self, name: str) -> None:
        """Play an odd frame or a cut once, now."""
        if name in CUTS:
            await self._cut(name)
        elif name in JUNK:
            await self.send_raw(junk(name, self.bot_id))
        else:
            raise OwnFault(f"'{name}' cannot be played once; there are {', '.join([*sorted(CUTS), *JUNK])}")

    def refuse(self, errcode: int, *, times: int | None = 1, cmd: str = "") -> None:
        """Refuse the next commands with an errcode, undone; times None means until `relent`.

        `cmd` is which, "" any but "ping" and "aibot_subscribe". Several orders are obeyed in turn.
        """
        self._hearing.refusals.order(errcode, times, cmd)

    def relent(self) -> None:
        """Refuse nothing more of what `refuse` ordered."""
        self._hearing.refusals.relent()

    async def refuse_connections(self, for_s: float | None = None) -> None:
        """Shut the port; open connections stay. Returns when it is open again, at once for None."""
        self._port.shut()
        if for_s is not None:
            await asyncio.sleep(for_s)
            await self.accept_connections()

    async def accept_connections(self) -> None:
        """Open the port again that was shut."""
        await self._port.open_again()

    def forget_req_ids(self) -> None:
        """Every callback that was delivered can no longer be answered: 846605."""
        if self._current is not None:
            self._current.live.clear()

    async def send_raw(self, data: str | bytes) -> None:
        """Send a frame as it is to the subscribed client, if there is one."""
        if self._current is not None:
            await self._current.send(data)

    async def drop(self, mode: Literal["clean", "abort", "silent"] = "clean", code: int = 1000) -> None:
        """End the connection: politely, by a cut, or by falling silent with the socket open."""
        caller, self._current = self._current, None
        if caller is None:
            return
        caller.mute = mode == "silent"
        if mode == "clean":
            await caller.close(code)
        elif mode == "abort":
            caller.wire.transport.abort()

    async def supersede(self, *, lingers: bool | None = None) -> None:
        """Another client has subscribed: the present one is told, and closed unless it lingers."""
        caller, self._current = self._current, None
        if caller is not None:
            await self._kick(caller, lingers=self.lingers if lingers is None else lingers)

    # What is awaited.

    async def wait_for(self, true: Callable[[Seen], bool], timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Return when it is true of what was seen; raises TimeoutError."""
        await self.seen.wait_for(true, timeout)

    async def wait_for_answer(self, msgid: str, timeout: float = 10.0) -> str:  # noqa: ASYNC109
        """The finished answer below a message; raises TimeoutError. A push is not below a message."""
        await self.wait_for(lambda seen: seen.answer(msgid) is not None, timeout)
        return self.seen.answer(msgid) or ""

    async def wait_for_pushes(self, to: str, number: int = 1, timeout: float = 10.0) -> list[str]:  # noqa: ASYNC109
        """The words of all pushes to a conversation, once there are so many; raises TimeoutError."""
        await self.wait_for(lambda seen: len(seen.pushes.get(to, [])) >= number, timeout)
        return [push.content for push in self.seen.pushes[to]]

    async def wait_for_subscribes(self, number: int = 1, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Return when so many subscribes have succeeded; raises TimeoutError."""
        await self.wait_for(lambda seen: seen.subscribes >= number, timeout)

    async def wait_for_card(self, to: str, number: int = 1, timeout: float = 10.0) -> CardSeen:  # noqa: ASYNC109
        """The latest card of a conversation, once there are so many; raises TimeoutError."""
        await self.wait_for(lambda seen: len(seen.cards_to(to)) >= number, timeout)
        return self.seen.cards_to(to)[-1]

    async def wait_for_update(self, msgid: str, timeout: float = 10.0) -> CardUpdate:  # noqa: ASYNC109
        """What a click made of a card that was sent; raises TimeoutError."""
        await self.wait_for(lambda seen: msgid in seen.replaced, timeout)
        return self.seen.replaced[msgid]

    # Delivering.

    async def release(self) -> None:
        """Deliver what the fault `reorder` still holds back."""
        held, self._held = self._held, None
        if held is not None:
            await self._pass_on(held)

    async def _happen(self, callback: Callback) -> None:
        self._said[callback.msgid] = callback
        self.rules.meet(callback)
        if "reorder" in self.faults and self._held is None:
            self._held = callback
            return
        await self._pass_on(callback)
        await self.release()

    async def _pass_on(self, callback: Callback) -> None:
        if not await self._deliver(callback) and self.queues:
            self._waiting.append(callback)

    async def _deliver(self, callback: Callback) -> bool:
        caller = self._current
        if caller is None:
            return False
        for name in JUNK:
            if name in self.faults:
                await caller.send(junk(name, self.bot_id))
        sent = True
        for _ in range(2 if "redeliver" in self.faults else 1):
            sent = await self._hand(caller, callback) and sent
        self._delivered += 1
        if self._delivered % _EVERY == 0:
            for name in sorted(CUTS & self.faults):
                await self._cut(name)
        return sent

    async def _hand(self, caller: Caller, callback: Callback) -> bool:
        req_id = f"r-{caller.number}-{next(self._req_ids)}"
        again = replace(callback, delivered=self.rules.now())
        caller.live[req_id] = again
        self._tell(f"→ {callback.kind} {callback.msgid} from {callback.sender}")
        return await caller.send(bent(again.frame(req_id), self.faults))

    async def _cut(self, name: str) -> None:
        match name:
            case "clean_close":
                await self.drop("clean")
            case "going_away":
                await self.drop("clean", 1001)
            case "abort":
                await self.drop("abort")
            case "half_open":
                await self.drop("silent")
            case "refuse_connections":
                await self.drop("abort")
                await self.refuse_connections(self.refused_s)
            case "supersede_lingers":
                await self.supersede(lingers=True)
            case _:
                await self.supersede()

    async def _kick(self, caller: Caller, *, lingers: bool) -> None:
        caller.subscribed, caller.lingers = False, lingers
        await caller.send(callbacks.disconnected(self.bot_id))
        if not lingers:
            await caller.close()

    # Hearing.

    async def _serve(self, wire: ServerConnection) -> None:
        async with asyncio.TaskGroup() as group:
            caller = Caller(wire, group, next(self._callers))
            await self._listen(caller)
            caller.forget()
        if self._current is caller:
            self._current = None
        await self.seen.notify()

    async def _listen(self, caller: Caller) -> None:
        while True:
            try:
                raw = await caller.wire.recv()
            except ConnectionClosed:
                return
            if not caller.mute:
                await self._hearing.hear(caller, json.loads(raw))
                await self.seen.notify()

    async def _let_in(self, caller: Caller) -> None:
        """A client has subscribed: the one before it goes, and what waited is delivered."""
        old, self._current = self._current, caller
        if old is not None:
            await self._kick(old, lingers=self.lingers or "supersede_lingers" in self.faults)
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            await self._pass_on(callback)

    def _delay_s(self) -> float:
        late_s = self.late_s if "late_ack" in self.faults else 0.0
        return late_s + (self.slow_s if "slow_ack" in self.faults else 0.0)
