"""A provider of models on loopback: a real HTTP/1.1 server that answers questions of schedules.

It behaves as the providers' own pages say they do; nothing here ran against one. It is written on
plain bytes, so that every fault of the wire can be had. A seed and what was sent decide everything
that is left to chance: the same body gets the same words.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.doubles.cloud import certificate
from app.doubles.cloud.asked import Mood
from app.doubles.cloud.counting import tokens
from app.doubles.cloud.http_in import Left, NotHttp, Wire
from app.doubles.cloud.listening import Door
from app.doubles.cloud.mishaps import CUTS, MISHAPS, Delivery, Pace, plainly
from app.doubles.cloud.probing import probe
from app.doubles.cloud.refusing import REFUSALS, error
from app.doubles.cloud.replying import Answer, Refusal, head
from app.doubles.cloud.seen import Asked, Seen
from app.doubles.cloud.speaking import Kind, SchemaForm, Speaker
from app.doubles.cloud.switching import Switches, full_names
from app.records.errors import OwnFault

KEY = "sk-of-the-double"


class CloudDouble:
    """One provider. `seen` is what it was sent; `mood`, `key` and `pace` may be changed while it runs.

    An empty `key` asks nobody for one. `at_once` is how many requests may be open. `loading` is that
    a LAN server's health is not good yet.
    """

    def __init__(
        self,
        kind: Kind = "deepseek",
        *,
        faults: Iterable[str] = (),
        mood: Mood = "good",
        seed: int = 0,
        schema_form: SchemaForm = "json_schema",
        count: Callable[[str], int] = tokens,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.kind: Kind = kind
        self.key = KEY
        self.mood: Mood = mood
        self.pace = Pace()
        self.at_once = 2500
        self.loading = False
        self.seen = Seen()
        self.certificate: Path | None = None
        """With F-27: the certificate's file, for a client that is to trust it."""
        self._speaker = Speaker(kind, seed, schema_form, count)
        self._tell = tell
        self._switches = Switches()
        self._door = Door(self._serve)
        self._wires: set[Wire] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Event()
        self._gate.set()
        names = full_names(tuple(faults))
        self._tls = "F-27" in names
        self._shut_at_first = tuple(name for name in names if name[:4] == "F-29")
        self._folder: TemporaryDirectory[str] | None = None
        self._switches.add(names, None)

    # Its life.

    @property
    def base_url(self) -> str:
        """What is put before /chat/completions."""
        path = "" if self.kind == "deepseek" else "/v1"
        return f"{'https' if self._tls else 'http'}://{self._door.host}:{self._door.port}{path}"

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 takes a free one. Raises OSError when it is taken."""
        self._speaker.count("")  # loads the vocabulary before anybody waits for it
        await self._open(port)
        if self._shut_at_first:
            self.fault(*self._shut_at_first)

    async def _open(self, port: int | None) -> None:
        context = None
        if self._tls:
            self._folder = self._folder or TemporaryDirectory(prefix="chargehand-double-")
            context, self.certificate = await certificate.serve_with(Path(self._folder.name))
        await self._door.open(port, context)

    async def reopen(self) -> None:
        """Listen again on the same port after F-29."""
        await self._open(None)

    async def stop(self) -> None:
        """Cut every connection and stop listening; may be called twice."""
        self._door.shut()
        self.drop()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def __aenter__(self) -> "CloudDouble":
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    # What goes wrong.

    def fault(self, *names: str, times: int | None = None) -> None:
        """Switch faults on for the next `times` requests for an answer, None for all that follow.

        Requests that earlier calls have spoken for come first; one without an end is over. F-29
        takes effect at once and lasts until `reopen`. Raises OwnFault for a name that does not
        exist, and for F-27 in a double that was not made with it.
        """
        full = full_names(names)
        if "F-27" in full and not self._tls:
            raise OwnFault("F-27 must be given when the double is made")
        self._switches.add(full, times)
        for name in (each for each in full if each[:4] == "F-29"):
            self._door.shut(hanging=name == "F-29b")
            self.drop()

    def mend(self) -> None:
        """No faults from the next request on, but for the door's own."""
        self._switches.clear()

    def drop(self) -> None:
        """Cut every open connection now."""
        for wire in tuple(self._wires):
            wire.abort()

    def hold(self) -> None:
        """Keep answers back until `release`."""
        self._gate.clear()

    def release(self) -> None:
        """Let go what was kept back."""
        self._gate.set()

    # What is awaited.

    async def wait_for(self, true: Callable[[Seen], bool], timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Return when it is true of what was seen; raises TimeoutError."""
        async with asyncio.timeout(timeout), self.seen.changed:
            await self.seen.changed.wait_for(lambda: true(self.seen))

    # What arrives.

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.connections += 1
        wire = Wire(reader, writer, self.seen.connections)
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._wires.add(wire)
        await self._changed()
        try:
            await self._converse(wire)
        finally:
            self._wires.discard(wire)
            await wire.close()
            await self._changed()

    async def _converse(self, wire: Wire) -> None:
        with suppress(Left):
            try:
                while not wire.closing:
                    await self._one(wire)
            except NotHttp:
                await wire.send(head(400, datetime.now(UTC), {"Content-Length": "0", "Connection": "close"}))

    async def _changed(self) -> None:
        self.seen.open_connections = len(self._wires)
        async with self.seen.changed:
            self.seen.changed.notify_all()

    async def _one(self, wire: Wire) -> None:
        came = await wire.request()
        asked = Asked(
            datetime.now(UTC), came.method, came.path, came.headers, came.content, came.raw, wire.number
        )
        self.seen.requests.append(asked)
        await self._changed()
        try:
            await self._reply(asked, wire)
        except Left:
            asked.outcome = "left"
            raise
        finally:
            wire.closing = wire.closing or came.headers.get("connection", "").lower() == "close"
            self._tell(f"{asked.method} {asked.path} {asked.status} {asked.outcome} {' '.join(asked.faults)}")
            await self._changed()

    async def _reply(self, asked: Asked, wire: Wire) -> None:
        if wire.stale:
            wire.closing, asked.outcome = True, "cut"
            return
        said = self._decided(asked)
        asked.status = said.status if isinstance(said, Refusal) else 200
        if isinstance(said, Refusal):
            told = {"Content-Type": said.content_type, "Content-Length": str(len(said.body))}
            now = datetime.now(UTC)
            await wire.send(head(said.status, now, told | dict(said.headers)) + said.body)
        else:
            await self._deliver(asked, said, wire)
        asked.outcome = "cut" if CUTS & set(asked.faults) else "done"

    def _decided(self, asked: Asked) -> Answer | Refusal:
        """What is said to a request; only one for an answer meets faults."""
        if asked.path == "/login":
            self.seen.breaches.append(f"{asked.method} /login: a redirect was followed")
            return error(self.kind, 403, "a page for people")
        open_to_all = asked.path.endswith("/health")
        if not open_to_all and self.key and asked.headers.get("authorization") != f"Bearer {self.key}":
            return error(self.kind, 401, "Authentication Fails: the api key is invalid")
        if not asked.wants_answer:
            return probe(self.kind, asked, empty=self._switches.active("F-15"), loading=self.loading)
        return self._said(asked)

    def _said(self, asked: Asked) -> Answer | Refusal:
        if self.seen.open > self.at_once:
            return REFUSALS["F-17a"](self.kind, asked.at)
        body = asked.body
        asked.faults = self._switches.take(self.kind, self._speaker.dice(asked.content.hex()))
        refusal = next((REFUSALS[name] for name in asked.faults if name in REFUSALS), None)
        if refusal is not None:
            return refusal(self.kind, asked.at)
        if (wrong := self._speaker.wrong(body)) is not None:
            return wrong
        self.seen.generated += 1
        answer = self._speaker.answer(body, self.mood, asked.faults, int(asked.at.timestamp()))
        asked.answer = answer.content
        return answer

    async def _deliver(self, asked: Asked, answer: Answer, wire: Wire) -> None:
        if "F-60b" in asked.faults:
            self.hold()
        await wire.wait_for(self._gate)
        body = asked.body
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        now = datetime.now(UTC)
        delivery = Delivery(wire, answer, bool(body.get("stream")), usage, now, self.pace)
        way = next((MISHAPS[name] for name in asked.faults if name in MISHAPS), plainly)
        await way(delivery)
