"""Every way in and out of WeCom, wired once: the bot, the self-built app with its relay, the webhook."""

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from app.desk.identities import take_from_wecom
from app.inbound.relay_link import RelayLink, RelayState, RelayTold, Taken
from app.inbound.wecom_app.door import AppDoor, Outcome
from app.inbound.wecom_app.echo import EchoWindow
from app.inbound.wecom_app.reading import App
from app.inbound.wecom_app.server import CallbackServer, Gate
from app.inbound.wecom_bot import Door
from app.outbound.budget import Budget
from app.outbound.store import SqlStore
from app.outbound.wecom.bubble import WecomBubble
from app.outbound.wecom.clicks import Clicks
from app.outbound.wecom.files import BotFiles
from app.outbound.wecom.frames import new_id
from app.outbound.wecom.link import Link, LinkState, Told
from app.outbound.wecom.spool import Spool
from app.outbound.wecom.streams import Streams
from app.outbound.wecom.uploading import Body, Uploader
from app.outbound.wecom.way import BotWay
from app.outbound.wecom_app.alarms import GroupAlarms
from app.outbound.wecom_app.calls import Calls
from app.outbound.wecom_app.client import AppClient
from app.outbound.wecom_app.identifying import Identifying
from app.outbound.wecom_app.listing import ApiListing
from app.outbound.wecom_app.lookups import plain_ids
from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.secret import read_secret
from app.outbound.wecom_app.tokens import Tokens
from app.outbound.wecom_app.way import AppWay
from app.outbound.wecom_app.webhook import GroupWebhook
from app.ports import Clock, Outgoing, Way
from app.records.egress import leaving
from app.records.errors import SettingsWrong
from app.records.message import Channel, Message
from app.records.sealing_wecom import Seal, read_key
from app.settings import Settings, WecomApi, WecomApp

Part = Coroutine[Any, Any, None]

_KNOWN = {Outcome.KEPT: Taken.KEPT, Outcome.KNOWN: Taken.DUPLICATE, Outcome.LATER: Taken.LATER}


@dataclass(frozen=True, slots=True)
class Hears:
    """What the channels tell: a message to be kept, frames dropped, the link's changes, alarms."""

    accept: Callable[[Message], Awaitable[object]]
    dropped: Callable[[str], None]
    link_became: Callable[[LinkState, str], None]
    relay_became: Callable[[RelayState, str], None]
    alarm: Callable[[str, str], None]
    doubtful_text: Callable[[Outgoing], str]


class Channels:
    """The channels that the settings switch on; the bot's link is there even when it is off.

    `tick` is monotonic, in seconds. Raises SettingsWrong for secrets or certificates that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        store: SqlStore,
        hears: Hears,
        clock: Clock,
        *,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._store, self._hears, self._clock = settings, store, hears, clock
        bot = settings.wecom.bot
        self._door = Door(bot.id, hears.accept, on_click=self._clicked, on_drop=hears.dropped)
        told = Told(hears.link_became, hears.dropped, hears.alarm)
        self.link = Link(bot, self._door.take, clock=clock, ledger=store.ledger, told=told, tick=tick)
        self._clicks, streams = Clicks(self.link), Streams(tick)
        self.bubble = WecomBubble(self.link, streams, clock=clock)
        bot_way = BotWay(
            self.link, streams, self._clicks, doubtful_text=hears.doubtful_text, files=self._files()
        )
        self._apis: list[Qyapi] = []
        self.window = EchoWindow(clock)
        self._app_door = self._build_door() if settings.wecom.app.enabled else None
        self.calls = self._build_calls() if settings.wecom.app.enabled else None
        self._identifying = self._build_identifying()
        self.relay = self._build_relay()
        self.group = self._build_group()
        self.ways: Mapping[Channel, Way] = {Channel.BOT: bot_way, **self._app_way()}

    def parts(self) -> list[Part]:
        """What must run."""
        settings, parts = self._settings, list[Part]()
        if settings.wecom.bot.enabled:
            parts += [self.link.run(), self._clicks.run()]
        if self._app_door is not None and settings.wecom.app.listen_directly:
            gate = Gate(settings.wecom.app.listen, settings.wecom.app.path)
            parts.append(CallbackServer(self._app_door, gate, self._clock).run())
        if self._identifying is not None:
            parts.append(self._identifying.run())
        if self.relay is not None:
            parts.append(self.relay.run())
        if self.group is not None:
            parts.append(self.group.run())
        return parts

    async def open_window(self, length_s: float) -> None:
        """Have WeCom's check of the callback address answered for so long; 0 shuts the window."""
        self.window.open(length_s)
        if self.relay is not None:
            await self.relay.open_window(length_s)

    async def identify(self, sender: str) -> bool:
        """Whether it became known within a moment whose id this is; only the app can ask."""
        return self._identifying is not None and await self._identifying.find(sender)

    @property
    def has_window(self) -> bool:
        """Whether there is a callback address that WeCom could check."""
        return self._app_door is not None

    async def aclose(self) -> None:
        """Let go of every connection."""
        async with AsyncExitStack() as stack:
            for api in self._apis:
                stack.push_async_callback(api.aclose)

    # The bot.

    def _clicked(self, message: Message) -> None:
        self._clicks.clicked(message)

    def _files(self) -> BotFiles:
        """Files of the media folder, uploaded over the link."""

        async def command(cmd: str, body: Body) -> Body:
            return (await self.link.command(cmd, new_id(cmd), body)).body

        spool = Spool(self._settings.media_dir)
        return BotFiles(Uploader(command, self._clock), spool, self._store.uploads, self._clock)

    # The app.

    def _build_door(self) -> AppDoor:
        app = self._settings.wecom.app
        seal = Seal(_token(app), _aes_key(app), app.corp_id)
        ours = App(app.corp_id, str(app.agent_id))
        hears = self._hears
        return AppDoor(ours, seal, self.window, hears.accept, self._seen, on_drop=hears.dropped)

    async def _seen(self, fingerprint: str) -> bool:
        return await self._store.read(lambda facts: facts.seen(fingerprint))

    def _build_calls(self) -> Calls:
        app = self._settings.wecom.app
        api = self._open(app, "wecom.app")
        token_file = self._settings.data_dir / "wecom_app.token"
        return Calls(api, Tokens(app, api, token_file, self._clock))

    def _build_identifying(self) -> Identifying | None:
        calls = self.calls
        if calls is None:
            return None
        return Identifying(
            lambda senders: plain_ids(calls, senders),
            self._keep_found,
            clock=self._clock,
            on_alarm=lambda why: self._hears.alarm("ids_refused", why),
        )

    async def _keep_found(self, found: Mapping[str, str]) -> None:
        now = self._clock()
        await self._store.write(lambda book: take_from_wecom(book, found, now))

    def _open(self, settings: WecomApi, channel: str) -> Qyapi:
        listing = ApiListing(self._store.ledger, settings.url, channel, self._clock)
        self._apis.append(Qyapi(settings, listing.note))
        return self._apis[-1]

    def _app_way(self) -> Mapping[Channel, Way]:
        if self.calls is None:
            return {}
        client = AppClient(self.calls, self._settings.wecom.app.agent_id, self._clock)
        way = AppWay(
            client,
            Budget(),
            doubtful_text=self._hears.doubtful_text,
            clock=self._clock,
            on_alarm=lambda why: self._hears.alarm("app_refused", why),
        )
        return {Channel.APP: way}

    # The relay.

    def _build_relay(self) -> RelayLink | None:
        if not self._settings.relay.enabled:
            return None
        if self._app_door is None:
            raise SettingsWrong("relay.enabled: the relay holds callbacks of wecom.app, which is not enabled")
        return RelayLink(
            self._settings.relay,
            self._take,
            self._check,
            clock=self._clock,
            told=RelayTold(
                lambda why: self._hears.alarm("relay_down", why),
                self._hears.relay_became,
                self._list_for_relay,
            ),
        )

    def _list_for_relay(self, text: str) -> None:
        where = urlsplit(self._settings.relay.url)
        place = f"{where.hostname}:{where.port or 443}"
        self._store.ledger.note(leaving(self._clock(), place, "relay", "pull", "none", text.encode()))

    async def _take(self, query: str, body: bytes, received_at: datetime) -> Taken:
        """What the relay gives is no more believed than what came straight."""
        if self._app_door is None:
            return Taken.LATER
        now = self._clock()
        waited_s = (now - received_at).total_seconds()
        return _KNOWN.get(await self._app_door.take(query, body, now, waited_s=waited_s), Taken.REFUSED)

    async def _check(self, query: str) -> str | None:
        return self._app_door.echo(query) if self._app_door else None

    # The group.

    def _build_group(self) -> GroupAlarms | None:
        webhook = self._settings.wecom.webhook
        return (
            GroupAlarms(GroupWebhook(webhook, self._open(webhook, "wecom.webhook")))
            if webhook.enabled
            else None
        )


def _token(app: WecomApp) -> str:
    return read_secret("wecom.app.token_file", app.token_file)


def _aes_key(app: WecomApp) -> bytes:
    return read_key(read_secret("wecom.app.aes_key_file", app.aes_key_file))
