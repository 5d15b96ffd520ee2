"""What is tried of WeCom's web API and of what people send: files, keys, ways; nothing is asked or sent."""

import asyncio
import re
import socket

from app.outbound.raster import png_of
from app.outbound.wecom_app.qyapi import Qyapi
from app.records.errors import ChargehandError, OwnFault, SettingsWrong
from app.records.sealing_wecom import read_key
from app.settings import Settings, WecomApi, WecomApp
from app.verbs.finding import Check, Fault, Finding, finding_of, secret_in

_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")
_ASKS_NOTHING = "/cgi-bin/get_api_domain_ip"  # refused without one, which is an answer
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text y="30">{}</text></svg>'


async def _app(settings: Settings) -> Finding:
    app = settings.wecom.app
    if not app.enabled:
        return Finding("wecom.app", ok=True, found="switched off")
    faults = await asyncio.to_thread(_files, app)
    if not app.corp_id or not app.agent_id:
        faults.append(
            Fault("no corp_id or no agent_id", "set wecom.app.corp_id and agent_id from the admin console")
        )
    faults += await _reach("wecom.app", app)
    return finding_of("wecom.app", faults, f"{app.url} answers (no token was asked for); {_way_in(settings)}")


def _files(app: WecomApp) -> list[Fault]:
    _, faults = secret_in("wecom.app.secret_file", app.secret_file)
    token, more = secret_in("wecom.app.token_file", app.token_file)
    if token and not _TOKEN.fullmatch(token):
        more.append(Fault(f"{app.token_file}: a Token is 3 to 32 letters and digits",
                          "copy it again from the app's receive-URL page"))  # fmt: skip
    key, last = secret_in("wecom.app.aes_key_file", app.aes_key_file)
    try:
        if key:
            read_key(key)
    except SettingsWrong as fault:
        last.append(Fault(f"{app.aes_key_file}: {fault}", "copy it again from the app's receive-URL page"))
    return [*faults, *more, *last]


def _way_in(settings: Settings) -> str:
    """How callbacks come in."""
    app = settings.wecom.app
    if settings.relay.enabled and not app.listen_directly:
        return "callbacks come by the relay"
    if not app.listen_directly:
        return "no callbacks come in: set relay.enabled or wecom.app.listen_directly"
    host, _, port = app.listen.rpartition(":")
    with socket.socket() as trial:
        taken = port != "0" and trial.connect_ex((host, int(port))) == 0
    return f"{app.listen} is {'in use, by a running service if there is one' if taken else 'free'}"


async def _webhook(settings: Settings) -> Finding:
    """Never says anything: the group would read it."""
    webhook = settings.wecom.webhook
    if not webhook.enabled:
        return Finding("wecom.webhook", ok=True, found="switched off")
    _, faults = await asyncio.to_thread(secret_in, "wecom.webhook.key_file", webhook.key_file)
    faults += await _reach("wecom.webhook", webhook)
    return finding_of("wecom.webhook", faults, f"{webhook.url} answers (nothing was sent)")


async def _reach(node: str, settings: WecomApi) -> list[Fault]:
    """Whether the API answers through the proxy and the authority that are set."""
    way = f" through {settings.proxy}" if settings.proxy else ""
    try:
        api = Qyapi(settings)
    except SettingsWrong as fault:
        return [Fault(f"{node}.{fault}", f"set {node}.ca_file to the plant's authority in PEM")]
    try:
        await api.get(_ASKS_NOTHING, {})
    except ChargehandError as fault:
        fix = f"open the firewall for it, or set {node}.proxy"
        if "certificate" in str(fault):
            fix = f"set {node}.ca_file to the authority that signs for your TLS inspection, in PEM"
        return [Fault(f"{settings.url}{way}: {fault}", fix)]
    finally:
        await api.aclose()
    return []


async def _media(settings: Settings) -> Finding:
    """The hosts that photos come from, left to a proxy where there is one; the font of pictures."""
    faults = [] if await asyncio.to_thread(_draws_chinese) else [
        Fault("pictures have no Chinese letters", "install the package again: config/fonts is incomplete")
    ]  # fmt: skip
    media = settings.wecom.media
    hosts = media.hosts if settings.wecom.bot.enabled and media.proxy is None else ()
    for host in hosts:
        faults += await _resolves(host)
    return finding_of("wecom.media", faults, f"{_resolved(settings, len(hosts))}, Chinese letters are drawn")


def _resolved(settings: Settings, hosts: int) -> str:
    proxy = settings.wecom.media.proxy
    return f"{hosts} hosts resolve" if proxy is None else f"hosts are left to {proxy}"


def _draws_chinese() -> bool:
    """Whether a Chinese letter leaves a trace, and another than a letter that no font has."""
    try:
        drawn, nothing, gap = (png_of(_SVG.format(text)) for text in ("鋼", "", "\U0010fffd"))
    except (OwnFault, OSError):
        return False
    return drawn not in {nothing, gap}


async def _resolves(host: str) -> list[Fault]:
    try:
        await asyncio.get_running_loop().getaddrinfo(host, 443)
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        return [Fault(f"{host}: {why}", "let this server resolve it, or correct wecom.media.hosts")]
    return []


CHECKS: tuple[tuple[str, Check], ...] = (
    ("wecom.app", _app),
    ("wecom.webhook", _webhook),
    ("wecom.media", _media),
)
