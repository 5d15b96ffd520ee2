"""Our link, our door and our store as an echo bot; a message counts when the store took it as new."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import structlog

from app.inbound.wecom_bot import Door
from app.outbound.store import SqlStore, open_store
from app.outbound.wecom import frames, say
from app.outbound.wecom.link import Link
from app.records.answer import utc_now
from app.records.errors import Outside
from app.records.message import Message
from app.settings import WecomBot

_ONE_BY_ONE = Lock()  # Alembic keeps what it migrates in module globals


@dataclass(frozen=True, slots=True)
class Bot:
    """The gateway's address, the bot's credentials, and times; a client without such a setting leaves one."""

    url: str
    id: str
    secret: str
    heartbeat_s: float
    ack_timeout_s: float
    superseded_retry_s: float


async def run(bot: Bot, heard: Callable[[str], None]) -> None:
    """Run until cancelled; tells each msgid that the store had not seen before."""
    with TemporaryDirectory() as name:
        store = await asyncio.to_thread(_open, f"sqlite:///{name}/store.db")
        try:
            await _serve(bot, store, Path(name), heard)
        finally:
            store.close()


def _open(url: str) -> SqlStore:
    with _ONE_BY_ONE:
        return open_store(url)


async def _serve(bot: Bot, store: SqlStore, folder: Path, heard: Callable[[str], None]) -> None:
    async def accept(message: Message) -> None:
        accepted = await store.write(lambda book: book.accept(message))
        if accepted.fresh:
            heard(message.msgid)
            group.create_task(_answer(link, message))

    link = Link(_settings(bot, folder), Door(bot.id, accept).take, clock=utc_now, ledger=store.ledger)
    async with asyncio.TaskGroup() as group:
        group.create_task(link.run())


def _settings(bot: Bot, folder: Path) -> WecomBot:
    """As shipped but for the times: the longest silence is three heartbeats, as 90 s are of 30 s."""
    secret = folder / "secret"
    secret.write_text(bot.secret, encoding="utf-8")
    return WecomBot(
        url=bot.url,
        id=bot.id,
        secret_file=secret,
        heartbeat_s=bot.heartbeat_s,
        silence_max_s=3 * bot.heartbeat_s,
        ack_timeout_s=bot.ack_timeout_s,
        superseded_retry_s=bot.superseded_retry_s,
    )


async def _answer(link: Link, message: Message) -> None:
    body = say.stream(f"s-{message.msgid}", "heard", finish=True)
    try:
        await link.command(frames.RESPOND, message.req_id, body)
    except Outside:
        return  # the product's outbox would try again


def main() -> None:
    """The bot is the last argument."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    bot = Bot(**json.loads(sys.argv[-1]))
    asyncio.run(run(bot, lambda msgid: print(json.dumps({"msgid": msgid}), flush=True)))


if __name__ == "__main__":
    main()
