"""A gateway gone mad: the connection is lost when it must be and never else, and good messages arrive."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from app.inbound.wecom_bot import Door
from app.outbound.wecom.link import Link, LinkState, Told
from app.records.answer import utc_now
from app.records.message import Message
from app.settings import WecomBot
from tests.fuzz.frames import BOT, FRAMES, said
from tests.fuzz.mutation import json_inputs
from tests.fuzz.planted import BOT_SECRET, WORDS, Ears, listening
from tests.outbound.wecom.conftest import Noted, Watch, together

_QUIET = logging.Logger("gateway", logging.CRITICAL + 1)
_ZOMBIE = 846609


def _is_headed(frame: dict[str, Any]) -> bool:
    """An answer without headers is none; what people do counts without them."""
    told = frame.get("cmd") in ("aibot_msg_callback", "aibot_event_callback")
    return told or isinstance(frame.get("headers"), dict)


def must_end(raw: bytes) -> bool:
    """Whether a frame says that the bot was taken, or that the socket is not subscribed."""
    try:
        frame = json.loads(raw.decode(), strict=False)
    except (ValueError, RecursionError):
        return False
    if not isinstance(frame, dict) or not _is_headed(frame):
        return False
    cmd, body = frame.get("cmd") or "", frame.get("body")
    if cmd == "":
        code = frame.get("errcode")
        return type(code) is int and code == _ZOMBIE
    event = body.get("event") if isinstance(body, dict) else None
    kind = event.get("eventtype") if isinstance(event, dict) else None
    return bool(cmd == "aibot_event_callback" and kind == "disconnected_event")


class Mad:
    """A gateway that subscribes whoever comes, answers every command, and says what it is told to."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self._wires: asyncio.Queue[ServerConnection] = asyncio.Queue()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        async with serve(
            self._serve, "127.0.0.1", 0, ping_interval=None, compression=None, logger=_QUIET
        ) as server:
            self.url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
            yield

    async def next_wire(self) -> ServerConnection:
        async with asyncio.timeout(10):
            return await self._wires.get()

    async def _serve(self, wire: ServerConnection) -> None:
        self.connections += 1
        async for raw in wire:
            frame = json.loads(raw)
            await wire.send(json.dumps({"headers": frame["headers"], "errcode": 0}))
            if frame["cmd"] == "aibot_subscribe":
                await self._wires.put(wire)


class Bot(Watch):
    """Our side: the real link and the real door, and the ids of the messages that were kept."""

    def __init__(self, url: str, folder: Path) -> None:
        super().__init__()
        secret = folder / "secret"
        secret.write_text(BOT_SECRET)
        settings = {"url": url, "id": BOT, "secret_file": secret}
        self.kept: set[str] = set()
        self.states: list[LinkState] = []
        door = Door(BOT, self._accept)
        self.link = Link(
            WecomBot.model_validate(settings),
            door.take,
            clock=utc_now,
            ledger=Noted(),
            told=Told(on_state=lambda state, _: self.states.append(state)),
            sleep=lambda _: asyncio.sleep(0),
        )

    async def _accept(self, message: Message) -> None:
        if message.msgid.startswith("good-"):
            self.kept.add(message.msgid)
            self.notice()


def good(number: int) -> tuple[str, str]:
    msgid = f"good-{number}"
    return msgid, json.dumps(said("text", msgid=msgid, text={"content": WORDS}))


def as_sent(raw: bytes) -> str | bytes:
    """As a text message where it is text, otherwise as a binary one."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


async def drive(mad: Mad, bot: Bot, count: int, *, every: int = 200) -> int:
    """Say so many spoilt frames, and a good one now and then; how many had to end the connection."""
    wire, ends = await mad.next_wire(), 0
    for number, raw in enumerate(json_inputs(FRAMES, "link", 0, count)):
        await wire.send(as_sent(raw))
        if must_end(raw):
            ends += 1
            async with asyncio.timeout(10):
                await wire.wait_closed()
            wire = await mad.next_wire()
        if number % every == every - 1:
            await _arrives(wire, bot, number)
        assert mad.connections == 1 + ends, f"input {number}: {raw[:300]!r}"
    return ends


async def _arrives(wire: ServerConnection, bot: Bot, number: int) -> None:
    msgid, text = good(number)
    await wire.send(text)
    await bot.until(lambda: msgid in bot.kept)


async def fuzz(count: int, folder: Path) -> Any:
    mad = Mad()
    with listening() as ears:
        async with mad.serving():
            bot = Bot(mad.url, folder)
            async with together(bot.link.run()):
                ends = await drive(mad, bot, count)
        assert ears.told() == set()
    assert ears.heard
    assert len(bot.kept) == count // 200
    assert 0 < bot.states.count(LinkState.SUPERSEDED) + bot.states.count(LinkState.BACKOFF) == ends
    return ends, bot.link.dropped


async def test_a_thousand_frames_on_a_real_connection(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await fuzz(1_000, tmp_path)
    assert Ears().told("".join(capfd.readouterr())) == set()


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_twenty_thousand_frames_on_a_real_connection(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ends, dropped = await fuzz(20_000, tmp_path)
    assert Ears().told("".join(capfd.readouterr())) == set()
    print(f"link: {ends} connections had to end; dropped {dict(dropped)}")  # noqa: T201 - shown by -rP
