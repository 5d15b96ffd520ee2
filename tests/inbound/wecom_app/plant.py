"""A door with its desk and memory, its page on a real socket, and WeCom to call it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.doubles.wecom_app import AGENT_ID, CORP_ID, CallbackSender, Sealer
from app.inbound.wecom_app.door import AppDoor
from app.inbound.wecom_app.echo import EchoWindow
from app.inbound.wecom_app.reading import App
from app.inbound.wecom_app.server import CallbackServer, Gate
from app.records.message import Message
from app.records.sealing_wecom import Seal, read_key

SEAL = Seal("demoToken01", read_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"), CORP_ID)
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STAMP = int(START.timestamp())
SEALER = Sealer(SEAL)
PATH = "/wecom/app"
Fields = dict[str, object]


def text(content: str = "3号线停机了", msgid: str = "7300000000000000001", **changes: object) -> Fields:
    return said("text", **({"Content": content, "MsgId": msgid} | changes))


def said(kind: str, **fields: object) -> Fields:
    head = {"ToUserName": CORP_ID, "FromUserName": "zhangsan", "CreateTime": STAMP, "MsgType": kind}
    return head | {"AgentID": AGENT_ID} | fields


def click(key: str = "mold", task: str = "stop-0007", **fields: object) -> Fields:
    return said("event", Event="template_card_event", EventKey=key, TaskId=task, ResponseCode="rc-1") | fields


@dataclass
class Plant:
    """The desk and the clock behind a door: keeps by msgid, remembers fingerprints."""

    now: datetime = START
    kept: dict[str, Message] = field(default_factory=dict)
    fingerprints: set[str] = field(default_factory=set)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self.window = EchoWindow(self.clock)
        self.door = AppDoor(App(CORP_ID, str(AGENT_ID)), SEAL, self.window, self.accept, self.seen)

    @property
    def messages(self) -> list[Message]:
        return list(self.kept.values())

    def clock(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def accept(self, message: Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.kept.setdefault(message.msgid, message)
        self.fingerprints.add(message.fingerprint)

    async def seen(self, fingerprint: str) -> bool:
        return fingerprint in self.fingerprints

    @asynccontextmanager
    async def page(self, gate: Gate = Gate("127.0.0.1:0", PATH)) -> AsyncIterator[CallbackServer]:
        server = CallbackServer(self.door, gate, self.clock)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(server.run())
            await server.ready.wait()
            yield server
            task.cancel()

    @asynccontextmanager
    async def called(self, gate: Gate = Gate("127.0.0.1:0", PATH)) -> AsyncIterator[CallbackSender]:
        async with (
            self.page(gate) as server,
            CallbackSender(f"http://127.0.0.1:{server.port}{PATH}") as sender,
        ):
            yield sender
