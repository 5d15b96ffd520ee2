"""What is tried of the relay: our certificates, and whether it lets us in; it is not asked for anything."""

import asyncio
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app.inbound.relay_link import trust
from app.records.answer import utc_now
from app.records.errors import SettingsWrong
from app.settings import RelayLinkSettings, Settings
from app.verbs.finding import TRY_S, Check, Fault, Finding, finding_of, open_to_others

_SOON = timedelta(days=30)
_NAMES = ("ca_file", "cert_file", "key_file")


async def _relay(settings: Settings) -> Finding:
    """Connects and says nothing: the relay keeps the appliance that it has."""
    relay = settings.relay
    if not relay.enabled:
        return Finding("relay", ok=True, found="switched off")
    faults = [] if settings.wecom.app.enabled else [
        Fault("the relay holds callbacks of wecom.app, which is off", "set wecom.app.enabled = true")
    ]  # fmt: skip
    unread = await asyncio.to_thread(_unread, relay)
    if unread:
        return finding_of("relay", [*faults, *unread], "")
    faults += await asyncio.to_thread(_papers, relay, utc_now())
    faults += await _reach(relay)
    return finding_of("relay", faults, f"{relay.url} lets us in (nothing was pulled)")


def _unread(relay: RelayLinkSettings) -> list[Fault]:
    """Files that are needed and cannot be read."""
    if not relay.url.startswith("wss:"):
        return []
    files = {name: getattr(relay, name) for name in _NAMES}
    return [
        Fault(f"relay.{name}: {'not set' if file is None else f'{file} cannot be read'}",
              f"set relay.{name} to a file in PEM")
        for name, file in files.items() if file is None or not _is_readable(file)
    ]  # fmt: skip


def _papers(relay: RelayLinkSettings, now: datetime) -> list[Fault]:
    """What is wrong with the certificates, before anybody is shown them."""
    if relay.ca_file is None or relay.cert_file is None or relay.key_file is None:
        return []
    return [
        *_in_time("relay.ca_file", relay.ca_file, now),
        *_in_time("relay.cert_file", relay.cert_file, now),
        *_match(relay.cert_file, relay.key_file),
        *open_to_others(relay.key_file),
    ]


def _is_readable(file: Path) -> bool:
    try:
        return bool(file.read_bytes())
    except OSError:
        return False


def _in_time(key: str, file: Path, now: datetime) -> list[Fault]:
    try:
        first = x509.load_pem_x509_certificates(file.read_bytes())[0]
    except ValueError:
        return [Fault(f"{key}: {file} holds no certificate in PEM", f"put the certificate into {file}")]
    ends = first.not_valid_after_utc
    fix = "have a new one signed, and put it there before then"
    if ends <= now:
        return [Fault(f"{key}: {file} ended on {ends:%Y-%m-%d}", fix.removesuffix(" before then"))]
    if ends - now < _SOON:
        return [Fault(f"{key}: {file} ends on {ends:%Y-%m-%d}", fix)]
    return []


def _match(cert_file: Path, key_file: Path) -> list[Fault]:
    """Whether the key is the certificate's."""
    try:
        shown = x509.load_pem_x509_certificates(cert_file.read_bytes())[0].public_key()
        key = serialization.load_pem_private_key(key_file.read_bytes(), None).public_key()
    except (ValueError, TypeError):
        return [
            Fault(f"relay.key_file: {key_file} holds no plain key in PEM", f"put the key into {key_file}")
        ]
    if shown == key:
        return []
    return [Fault(f"relay.key_file: {key_file} is not the key of {cert_file}",
                  "set relay.cert_file and relay.key_file to a pair")]  # fmt: skip


async def _reach(relay: RelayLinkSettings) -> list[Fault]:
    try:
        tls = trust(relay)
        async with asyncio.timeout(TRY_S), connect(relay.url, ssl=tls, proxy=None, ping_interval=None):
            return []
    except SettingsWrong as fault:
        return [Fault(str(fault), "set relay.ca_file, cert_file and key_file to files in PEM")]
    except ssl.SSLCertVerificationError as fault:
        fix = "set relay.ca_file to the authority that signed the relay's certificate"
        return [Fault(f"{relay.url}: the relay's certificate is not trusted: {fault.verify_message}", fix)]
    except (TimeoutError, OSError, EOFError, WebSocketException) as fault:
        return [_turned_away(relay, fault)]


def _turned_away(relay: RelayLinkSettings, fault: BaseException) -> Fault:
    """Nobody there, or one who hangs up as soon as it has seen our certificate."""
    refused = isinstance(fault, ConnectionRefusedError | TimeoutError) or relay.url.startswith("ws:")
    if refused or not _hung_up(fault):
        return Fault(f"{relay.url}: {fault or type(fault).__name__}", "start the relay, or open the firewall")
    fix = "let the relay's pull.client_ca_file be the authority that signed relay.cert_file"
    return Fault(f"{relay.url}: the relay does not accept our certificate", fix)


def _hung_up(fault: BaseException | None) -> bool:
    """Whether TLS was refused by the other end, or the connection ended before it said a word."""
    while fault is not None:
        if isinstance(fault, ssl.SSLError | EOFError | ConnectionResetError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


CHECKS: tuple[tuple[str, Check], ...] = (("relay", _relay),)
