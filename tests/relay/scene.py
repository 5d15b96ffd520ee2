"""A relay with real sockets and certificates, an appliance on it, and a caller."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from app.inbound.relay_link import RelayLink, RelayState, RelayTold, Taken
from app.relay import Relay
from app.settings import (
    CallbackSettings,
    PullSettings,
    QueueSettings,
    RelayLinkSettings,
    RelaySettings,
)

PATH = "/wecom"


@dataclass(frozen=True)
class Papers:
    """The authorities and what they signed; `stranger` is signed by nobody whom the relay knows."""

    authority: Path
    relay: tuple[Path, Path]
    appliance: tuple[Path, Path]
    stranger: tuple[Path, Path]
    stranger_authority: Path


def relay_settings(folder: Path, papers: Papers | None = None, **nodes: dict[str, object]) -> RelaySettings:
    tls: dict[str, object] = {}
    if papers is not None:
        tls = {
            "cert_file": papers.relay[0],
            "key_file": papers.relay[1],
            "client_ca_file": papers.authority,
        }
    return RelaySettings(
        callback=CallbackSettings(**({"listen": "127.0.0.1:0"} | nodes.get("callback", {}))),
        pull=PullSettings(**({"listen": "127.0.0.1:0"} | tls | nodes.get("pull", {}))),
        queue=QueueSettings(**({"file": folder / "queue.sqlite"} | nodes.get("queue", {}))),
        metrics_listen="127.0.0.1:0",
    )


def link_settings(port: int, papers: Papers | None = None, **more: object) -> RelayLinkSettings:
    if papers is None:
        return RelayLinkSettings(url=f"ws://127.0.0.1:{port}", **more)
    files = {"ca_file": papers.authority, "cert_file": papers.appliance[0], "key_file": papers.appliance[1]}
    return RelayLinkSettings(url=f"wss://127.0.0.1:{port}", **(files | more))


def envelope(number: int, *, filler: int = 16) -> bytes:
    """A body as WeCom sends it; the filler is no real ciphertext."""
    text = f"{number:08d}" + "A" * filler
    return (
        f"<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>".encode()
    )


async def http(port: int, raw: bytes) -> tuple[int, bytes]:
    """The status and body that a raw request is answered with."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(raw)
        with suppress(ConnectionError):
            await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ")[1]), await reader.read()
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def post_bytes(body: bytes, query: str = "msg_signature=s&timestamp=1&nonce=n", *headers: str) -> bytes:
    lines = [f"POST {PATH}?{query} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def post(port: int, body: bytes, *headers: str) -> int:
    return (await http(port, post_bytes(body, "msg_signature=s&timestamp=1&nonce=n", *headers)))[0]


async def get(port: int, query: str) -> tuple[int, bytes]:
    return await http(port, f"GET {PATH}?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())


class Watch:
    """Waits for something to become true; whoever changes it calls `notice`."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notice(self) -> None:
        self._changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                self._changed.clear()
                await self._changed.wait()


@dataclass
class Appliance(Watch):
    """The appliance's door in memory: `kept` in order, `asked` with every call, `genuine` says what is."""

    genuine: Callable[[bytes], bool] = lambda _body: True
    kept: list[bytes] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    states: list[RelayState] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    echoes: dict[str, str] = field(default_factory=dict)
    later: set[bytes] = field(default_factory=set)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    pauses: list[float] = field(default_factory=list)
    link: RelayLink = field(init=False)

    def __post_init__(self) -> None:
        super().__init__()
        self.gate.set()

    async def take(self, query: str, body: bytes, received_at: datetime) -> Taken:
        assert query is not None
        assert received_at.tzinfo is UTC
        self.asked.append(body)
        self.notice()
        await self.gate.wait()
        if body in self.later:
            return Taken.LATER
        if not self.genuine(body):
            return Taken.REFUSED
        if body in self.kept:
            return Taken.DUPLICATE
        self.kept.append(body)
        self.notice()
        return Taken.KEPT

    async def check(self, query: str) -> str | None:
        await self.gate.wait()
        return self.echoes.get(_echostr(query))

    def on_state(self, state: RelayState, _reason: str) -> None:
        self.states.append(state)
        self.notice()

    def on_alarm(self, reason: str) -> None:
        self.alarms.append(reason)
        self.notice()

    async def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.notice()
        await asyncio.sleep(0.01)

    async def ready(self) -> None:
        await self.until(lambda: self.link.state is RelayState.READY)


def _echostr(query: str) -> str:
    pairs = dict(part.split("=", 1) for part in query.split("&"))
    return unquote(pairs.get("echostr", ""))


@asynccontextmanager
async def running(
    settings: RelayLinkSettings, appliance: Appliance | None = None
) -> AsyncIterator[Appliance]:
    """An appliance whose link runs."""
    appliance = appliance or Appliance()
    appliance.link = RelayLink(
        settings,
        appliance.take,
        appliance.check,
        clock=lambda: appliance.now,
        told=RelayTold(appliance.on_alarm, appliance.on_state),
        sleep=appliance.sleep,
        chance=lambda: 1.0,
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(appliance.link.run())
        try:
            yield appliance
        finally:
            task.cancel()


@asynccontextmanager
async def pair(
    folder: Path, papers: Papers | None = None, appliance: Appliance | None = None, **nodes: dict[str, object]
) -> AsyncIterator[tuple[Relay, Appliance]]:
    """A relay and an appliance that has connected to it, which hears of each acknowledgement."""
    appliance = appliance or Appliance()
    async with Relay.opened(relay_settings(folder, papers, **nodes)) as relay:
        tell_of_acks(relay, appliance.notice)
        async with running(link_settings(relay.pull.port, papers), appliance):
            await appliance.ready()
            yield relay, appliance


def tell_of_acks(relay: Relay, notice: Callable[[], None]) -> None:
    drop_to = relay.keeper.drop_to

    async def heard(n: int) -> int:
        gone = await drop_to(n)
        notice()
        return gone

    relay.keeper.drop_to = heard  # type: ignore[method-assign]


async def all_heard(relay: Relay, appliance: Appliance) -> None:
    """Wait until the relay has read every frame that the appliance has sent so far."""
    await relay.keeper.put("203.0.113.9", "nonce=n", envelope(99_999_999))
    await appliance.until(lambda: relay.keeper.length == 0)


class Wire:
    """A wire to a port that can be cut: at once, or after so many bytes in one direction."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.cut_after: dict[str, int] = {}  # "down": towards the appliance, "up": towards the relay
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0
        self.cuts = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def lead_to(self, port: int) -> None:
        self._to = port

    def cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far, far_out = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            near_out.transport.abort()
            return
        both = {near_out, far_out}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(near, far_out, "up", both))
                group.create_task(self._carry(far, near_out, "down", both))
        finally:
            self._open -= both

    async def _carry(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        way: str,
        both: set[asyncio.StreamWriter],
    ) -> None:
        with suppress(OSError):
            while data := await source.read(4096):
                left = self.cut_after.get(way)
                if left is not None and len(data) >= left:
                    self.cut_after.clear()
                    self.cuts += 1
                    sink.write(data[:left])
                    break
                if left is not None:
                    self.cut_after[way] = left - len(data)
                sink.write(data)
                await sink.drain()
        for writer in both:
            writer.close()


@asynccontextmanager
async def wired(port: int) -> AsyncIterator[Wire]:
    wire = Wire(port)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.close()
