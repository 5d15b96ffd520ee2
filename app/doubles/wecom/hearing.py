"""The gateway hears a client: subscribes, pings and commands, each judged and acknowledged."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from app.doubles.wecom.caller import Caller
from app.doubles.wecom.faults import CODES
from app.doubles.wecom.refusals import Refusals
from app.doubles.wecom.rules import Rules
from app.doubles.wecom.seen import Seen, Turned

NOT_SUBSCRIBED = 846609
WRONG_SECRET = 853000
WRONG_BOT = 93019
TOO_OFTEN = 45009

_UPLOAD = "aibot_upload_media_"

Body = Mapping[str, object]


@dataclass(slots=True)
class Hearing:
    """One bot's ear. `subscribed` is told of a client that was let in; `delay_s` is how late it answers."""

    bot_id: str
    secret: str
    rules: Rules
    subscribed: Callable[[Caller], Awaitable[None]]
    delay_s: Callable[[], float]
    tell: Callable[[str], None]
    refusals: Refusals = field(default_factory=Refusals)

    @property
    def seen(self) -> Seen:
        """What came."""
        return self.rules.seen

    @property
    def faults(self) -> set[str]:
        """Those that are switched on."""
        return self.rules.faults

    async def hear(self, caller: Caller, frame: Mapping[str, object]) -> None:
        """Take a frame and answer it."""
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

    async def _subscribe(self, caller: Caller, req_id: str, body: Body) -> None:
        if "no_subscribe_ack" in self.faults:
            return
        errcode = self._admit(caller, body)
        if errcode:
            self.seen.refused_subscribes += 1
            await caller.ack(req_id, errcode)
            return
        caller.subscribed = True
        self.seen.subscribes += 1
        await caller.ack(req_id)
        await self.subscribed(caller)

    def _admit(self, caller: Caller, body: Body) -> int:
        if caller.subscribed:
            self.seen.breaches.append("subscribe repeated on a live socket")
            return TOO_OFTEN
        ordered = self.refusals.strike("aibot_subscribe")
        if ordered:
            return ordered
        if body.get("bot_id") != self.bot_id or "refuse_bot" in self.faults:
            return WRONG_BOT
        wrong = body.get("secret") != self.secret or "refuse_subscribe" in self.faults
        return WRONG_SECRET if wrong else 0

    async def _ping(self, caller: Caller, req_id: str, has_body: bool) -> None:  # noqa: FBT001
        self.seen.pings += 1
        if has_body:
            self.seen.breaches.append("a ping with a body")
        if "no_pong" in self.faults:
            return
        alive = (caller.subscribed or caller.lingers) and "zombie" not in self.faults
        await caller.ack(req_id, self.refusals.strike("ping") or (0 if alive else NOT_SUBSCRIBED))

    async def _command(self, caller: Caller, cmd: str, req_id: str, body: Body) -> None:
        if caller.in_flight(req_id):
            self.seen.breaches.append(f"{req_id}: a second frame in flight")
        self.rules.arrive(caller.live, cmd, req_id, body)
        errcode, answer = self._judge(caller, cmd, req_id, body)
        if errcode:
            self.seen.turned_down.append(Turned(cmd, req_id, errcode))
        self.tell(f"← {cmd} {req_id} errcode {errcode}")
        if not self._is_silent(body):
            bare = "no_errcode" in self.faults
            await caller.ack(req_id, errcode, body=answer, bare=bare, delay_s=self.delay_s())

    def _judge(self, caller: Caller, cmd: str, req_id: str, body: Body) -> tuple[int, Body]:
        if not caller.subscribed:
            return NOT_SUBSCRIBED, {}
        lasting = next((code for name, code in CODES.items() if name in self.faults), 0)
        refused = lasting or self.refusals.strike(cmd)
        if refused:
            return refused, {}
        if cmd.startswith(_UPLOAD):
            return self.rules.upload(cmd, body)
        return self.rules.judge(caller.live, cmd, req_id, body), {}

    def _is_silent(self, body: Body) -> bool:
        stream = body.get("stream")
        interim = isinstance(stream, dict) and not stream.get("finish")
        return "no_ack" in self.faults or (interim and "no_interim_ack" in self.faults)
