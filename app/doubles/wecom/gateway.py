"""A WeCom gateway on loopback: a real websocket server that keeps the protocol's rules.

Nothing here ran against Tencent. What the documents leave open is decided so: what people say while
no client is subscribed waits for the next one (`queues=False` drops it), a client that is superseded
is told and then closed (`lingers=True` leaves its socket open), and a finished bubble takes the same
words again but no others.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Literal

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from app.doubles.wecom import callbacks
from app.doubles.wecom.callbacks import Callback
from app.doubles.wecom.caller import Caller
from app.doubles.wecom.faults import CUTS, FAULTS, JUNK, junk
from app.doubles.wecom.rules import Rules
from app.doubles.wecom.seen import Seen, Turned
from app.records.errors import OwnFault

BOT_ID = "aibDEMO0001"
SECRET = "demo-secret-of-the-double"  # noqa: S105 - opens nothing but this double

_NOT_SUBSCRIBED = 846609
_WRONG_SECRET = 853000
_WRONG_BOT = 93019
_TOO_OFTEN = 45009
_READ_MAX = 64 * 1024**2
_EVERY = 10  # messages between two cuts of a fault that is switched on


class GatewayDouble:
    """The gateway. `seen` is what it received; `faults` may be changed while it runs.

    `known` are conversations that spoke to the bot before: userids, and group ids in `known_groups`.
    """

    late_s: float = 6.0
    slow_s: float = 0.5
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
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.bot_id = bot_id
        self.secret = secret
        self.faults: set[str] = set()
        self.seen = Seen()
        self.rules = Rules(self.seen, self.faults, singles=set(known), groups=set(known_groups))
        self.url = ""
        self._tell = tell
        self._server: Server | None = None
        self._current: Caller | None = None
        self._waiting: list[Callback] = []
        self._said: dict[str, Callback] = {}
        self._numbers = count(1)
        self._callers = count(1)
        self._req_ids = count(1)
        self._delivered = 0
        for name in faults:
            self.switch(name)

    # Its life.

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; `url` is set when this returns."""
        self._server = await serve(
            self._serve, host, port, ping_interval=None, max_size=_READ_MAX, close_timeout=1, compression=None
        )
        bound = next(iter(self._server.sockets)).getsockname()[1]
        self.url = f"ws://{host}:{bound}"

    async def stop(self) -> None:
        """Close every connection and stop listening; may be called twice."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

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

    async def redeliver(self, msgid: str) -> None:
        """Deliver a message again, with the same msgid."""
        await self._deliver(self._said[msgid])

    def told(self, conversation: str) -> list[str]:
        """All that a conversation was told, oldest first: tickets named as feedback, then words."""
        told = [
            (shown.at, f"{shown.feedback} {shown.content}")
            for msgid, bubbles in self.seen.bubbles.items()
            if msgid in self._said and self._said[msgid].conversation == conversation
            for bubble in bubbles
            for shown in bubble.frames
        ]
        told += [(p.at, f"{p.feedback} {p.content}") for p in self.seen.pushes.get(conversation, [])]
        return [words for _, words in sorted(told)]

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
        else:
            await self.send_raw(junk(name))

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

    async def supersede(self) -> None:
        """Another client has subscribed: the present one is told, and closed unless `lingers`."""
        caller, self._current = self._current, None
        if caller is not None:
            await self._kick(caller)

    # What is awaited.

    async def wait_for(self, true: Callable[[Seen], bool], timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Return when it is true of what was seen; raises TimeoutError."""
        async with asyncio.timeout(timeout), self.seen.changed:
            await self.seen.changed.wait_for(lambda: true(self.seen))

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

    # Delivering.

    async def _happen(self, callback: Callback) -> None:
        self._said[callback.msgid] = callback
        self.rules.meet(callback)
        if self._current is None or not await self._deliver(callback):
            self._keep(callback)

    def _keep(self, callback: Callback) -> None:
        if self.queues:
            self._waiting.append(callback)

    async def _deliver(self, callback: Callback) -> bool:
        caller = self._current
        if caller is None:
            return False
        for name in JUNK:
            if name in self.faults:
                await caller.send(junk(name))
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
        again = Callback(callback.msgid, callback.kind, callback.sender, callback.chat, callback.body)
        caller.live[req_id] = again
        self._tell(f"→ {callback.kind} {callback.msgid} from {callback.sender}")
        return await caller.send(again.frame(req_id))

    async def _cut(self, name: str) -> None:
        match name:
            case "clean_close":
                await self.drop("clean")
            case "abort":
                await self.drop("abort")
            case _:
                await self.supersede()

    async def _kick(self, caller: Caller) -> None:
        caller.subscribed = False
        await caller.send(callbacks.disconnected(self.bot_id))
        if not self.lingers:
            await caller.close()

    # Hearing.

    async def _serve(self, wire: ServerConnection) -> None:
        async with asyncio.TaskGroup() as group:
            caller = Caller(wire, group, next(self._callers))
            await self._listen(caller)
            caller.forget()
        if self._current is caller:
            self._current = None
        await self._changed()

    async def _listen(self, caller: Caller) -> None:
        while True:
            try:
                raw = await caller.wire.recv()
            except ConnectionClosed:
                return
            if not caller.mute:
                await self._hear(caller, json.loads(raw))
                await self._changed()

    async def _hear(self, caller: Caller, frame: Mapping[str, object]) -> None:
        cmd, headers, body = str(frame.get("cmd")), frame.get("headers"), frame.get("body")
        req_id = str(headers.get("req_id")) if isinstance(headers, dict) else ""
        inner = body if isinstance(body, dict) else {}
        match cmd:
            case "aibot_subscribe":
                await self._subscribe(caller, req_id, inner)
            case "ping":
                await self._ping(caller, req_id, "body" in frame)
            case _:
                await self._command(caller, cmd, req_id, inner)

    async def _subscribe(self, caller: Caller, req_id: str, body: Mapping[str, object]) -> None:
        errcode = self._admit(caller, body)
        if errcode:
            self.seen.refused_subscribes += 1
            await caller.ack(req_id, errcode)
            return
        old, self._current = self._current, caller
        caller.subscribed = True
        self.seen.subscribes += 1
        await caller.ack(req_id)
        if old is not None:
            await self._kick(old)
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            if not await self._deliver(callback):
                self._keep(callback)

    def _admit(self, caller: Caller, body: Mapping[str, object]) -> int:
        if caller.subscribed:
            self.seen.breaches.append("subscribe repeated on a live socket")
            return _TOO_OFTEN
        if body.get("bot_id") != self.bot_id:
            return _WRONG_BOT
        wrong = body.get("secret") != self.secret or "refuse_subscribe" in self.faults
        return _WRONG_SECRET if wrong else 0

    async def _ping(self, caller: Caller, req_id: str, has_body: bool) -> None:  # noqa: FBT001
        self.seen.pings += 1
        if has_body:
            self.seen.breaches.append("a ping with a body")
        if "no_pong" not in self.faults:
            await caller.ack(req_id, 0 if self._hears(caller) else _NOT_SUBSCRIBED)

    async def _command(self, caller: Caller, cmd: str, req_id: str, body: Mapping[str, object]) -> None:
        if caller.in_flight(req_id):
            self.seen.breaches.append(f"{req_id}: a second frame in flight")
        if not self._hears(caller):
            errcode = _NOT_SUBSCRIBED
        else:
            errcode = self.rules.judge(caller.live, cmd, req_id, body)
        if errcode:
            self.seen.turned_down.append(Turned(cmd, req_id, errcode))
        self._tell(f"← {cmd} {req_id} errcode {errcode}")
        await self._acknowledge(caller, req_id, errcode, body)

    def _hears(self, caller: Caller) -> bool:
        return caller.subscribed and "zombie" not in self.faults

    async def _acknowledge(
        self, caller: Caller, req_id: str, errcode: int, body: Mapping[str, object]
    ) -> None:
        stream = body.get("stream")
        interim = isinstance(stream, dict) and not stream.get("finish")
        if "no_ack" in self.faults or (interim and "no_interim_ack" in self.faults):
            return
        late_s = self.late_s if "late_ack" in self.faults else 0.0
        await caller.ack(
            req_id, errcode, delay_s=late_s + (self.slow_s if "slow_ack" in self.faults else 0.0)
        )

    async def _changed(self) -> None:
        async with self.seen.changed:
            self.seen.changed.notify_all()
