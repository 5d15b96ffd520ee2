"""One console's connection: each request answered in order, writes only while a PIN holds it open."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.inbound.console.backend import Backend
from app.inbound.console.feed import Feed
from app.inbound.console.lines import Lines
from app.inbound.console.locks import Hold, PinDesk
from app.records.board import Standing
from app.records.correction import Lesson
from app.records.errors import ChargehandError
from app.records.message import Language
from app.records.socket import (
    PROTOCOL,
    Answer,
    Approve,
    AskChart,
    AskDecision,
    AskDecisions,
    AskFigures,
    AskMessages,
    AskOverview,
    AskSatisfaction,
    AskStatus,
    AskTranscript,
    AskWindow,
    Hello,
    LineWrong,
    Lock,
    OpenWindow,
    PublishVersion,
    Refuse,
    Reply,
    Request,
    RevertPlan,
    Subscribe,
    Teach,
    Touch,
    Undo,
    Unlock,
    read_request,
)

Write = Approve | Refuse | Undo | Teach | PublishVersion | RevertPlan
Look = (
    AskStatus
    | AskOverview
    | AskDecisions
    | AskDecision
    | AskMessages
    | AskChart
    | AskTranscript
    | AskFigures
    | AskWindow
    | AskSatisfaction
)


@dataclass(frozen=True, slots=True)
class Rooms:
    """What every session shares. `on_fault` hears of surprises; they never end a session."""

    backend: Backend
    feed: Feed
    pins: PinDesk
    on_fault: Callable[[Exception], None]


class Session:
    """Serves one connection until it ends. Sentences are English until `hello` says otherwise.

    `own` is whether the other end runs as the service does, or as root.
    """

    def __init__(self, lines: Lines, rooms: Rooms, hold: Hold, *, own: bool = False) -> None:
        self._lines = lines
        self._rooms = rooms
        self._hold = hold
        self._own = own
        self._language = Language.EN
        self._listening = asyncio.Event()

    async def run(self) -> None:
        """Answer until the client hangs up or stops reading."""
        async with asyncio.TaskGroup() as group:
            pushing = group.create_task(self._push())
            async for line in self._lines.incoming():
                await self._lines.say(await self._answer(line))
            pushing.cancel()

    async def _push(self) -> None:
        await self._listening.wait()
        with self._rooms.feed.listen() as listener:
            while True:
                await self._lines.say(await listener.next())

    async def _answer(self, line: bytes | LineWrong) -> Answer:
        """Boundary: a console request."""
        try:
            request = _read(line)
        except LineWrong as wrong:
            return Answer(wrong.request_id, ok=False, code=wrong.code, text=str(wrong))
        try:
            return await self._do(request)
        except ChargehandError as fault:
            self._rooms.on_fault(fault)
            return Answer(request.id, ok=False, code=fault.code, text=str(fault))
        except Exception as fault:  # noqa: BLE001 - one of the four boundaries
            self._rooms.on_fault(fault)
            return Answer(
                request.id, ok=False, code="CH-100", text="the service could not answer; see its log"
            )

    async def _do(self, request: Request) -> Answer:
        match request:
            case Approve() | Refuse() | Undo() | Teach() | PublishVersion() | RevertPlan():
                return await self._write(request)
            case OpenWindow():
                return await self._open_window(request)
            case Hello() | Unlock() | Lock() | Touch() | Subscribe():
                return await self._stand(request)
            case _:
                return await self._look(request)

    async def _look(self, request: Look) -> Answer:
        backend, language = self._rooms.backend, self._language
        match request:
            case AskStatus():
                return _found(request, await self._standing())
            case AskOverview():
                return _found(request, await backend.overview(language))
            case AskDecisions():
                return _found(request, await backend.decisions(language))
            case AskDecision(decision=decision):
                return _found(request, await backend.decision(decision, language), "unknown_decision")
            case AskMessages(limit=limit):
                return _found(request, await backend.messages(limit, language))
            case AskChart(plan=plan):
                return _found(request, await backend.chart(plan, language), "unknown_plan")
            case AskTranscript(msgid=msgid):
                return _found(request, await backend.transcript(msgid), "unknown_message")
            case AskWindow():
                return _found(request, backend.window())
            case AskFigures() | AskSatisfaction():
                return await self._count(request)

    async def _count(self, request: AskFigures | AskSatisfaction) -> Answer:
        backend = self._rooms.backend
        if isinstance(request, AskSatisfaction):
            return _found(request, await backend.satisfaction())
        return _found(request, await backend.figures(self._language))

    async def _stand(self, request: Hello | Unlock | Lock | Touch | Subscribe) -> Answer:
        """What concerns this connection alone."""
        match request:
            case Hello(version=version, language=language):
                self._language = language
                fits = version == PROTOCOL
                text = "" if fits else f"this service speaks protocol {PROTOCOL}"
                return Answer(request.id, ok=fits, code="" if fits else "version", text=text, result=PROTOCOL)
            case Unlock():
                return await self._unlock(request)
            case Lock():
                self._hold.close()
            case Touch():
                self._hold.touch()
            case Subscribe():
                self._listening.set()
        return Answer(request.id, ok=True)

    async def _standing(self) -> Standing:
        status, holder = await self._rooms.backend.status(), self._hold.holder
        if holder is None:
            return Standing(status)
        return Standing(status, holder.userid, holder.name, self._hold.locks_in_s)

    async def _unlock(self, request: Unlock) -> Answer:
        self._hold.close()
        holder = await self._rooms.backend.key_holder(request.userid)
        fits, wait_s = await self._rooms.pins.check(request.userid, holder, request.pin)
        if fits and holder is not None:
            self._hold.open(holder)
            return Answer(request.id, ok=True, result={"name": holder.name})
        if wait_s:
            text = f"too many wrong PINs; try again in {wait_s:.0f} s"
            return Answer(request.id, ok=False, code="locked_out", text=text, result={"wait_s": wait_s})
        return Answer(request.id, ok=False, code="wrong_pin", text="this userid and PIN do not fit")

    async def _open_window(self, request: OpenWindow) -> Answer:
        """The service's own account could read the keys anyway; whoever else is let in needs a PIN."""
        holder = self._hold.holder
        if holder is None and not self._own:
            return _locked(request)
        self._hold.touch()
        userid = holder.userid if holder else ""
        reply = await self._rooms.backend.open_window(request.seconds, userid)
        return Answer(request.id, ok=reply.ok, code=reply.code, text=reply.text)

    async def _write(self, request: Write) -> Answer:
        holder = self._hold.holder
        if holder is None:
            return _locked(request)
        self._hold.touch()
        reply = await self._settle(request, holder.userid)
        return Answer(request.id, ok=reply.ok, code=reply.code, text=reply.text)

    async def _settle(self, request: Write, userid: str) -> Reply:
        backend = self._rooms.backend
        match request:
            case Approve(decision=decision, digest=digest):
                return await backend.approve(decision, userid, digest)
            case Refuse(decision=decision, reason=reason):
                return await backend.refuse(decision, userid, reason)
            case Undo(decision=decision):
                return await backend.undo(decision, userid)
            case Teach(decision=decision, intent=intent, word=word, code=code):
                return await backend.teach(Lesson(decision, intent, word, code), userid)
            case PublishVersion(plan=plan):
                return await backend.publish_plan(plan, userid)
            case RevertPlan(plan=plan):
                return await backend.revert_plan(plan, userid)


def _locked(request: Request) -> Answer:
    return Answer(request.id, ok=False, code="locked", text="read-only: unlock with your PIN first")


def _read(line: bytes | LineWrong) -> Request:
    if isinstance(line, LineWrong):
        raise line
    return read_request(line)


def _found(request: Request, result: object, missing: str = "unknown") -> Answer:
    if result is None:
        return Answer(request.id, ok=False, code=missing, text="there is no such thing here")
    return Answer(request.id, ok=True, result=result)
