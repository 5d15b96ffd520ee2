"""How the relay shows who it is and, to whom it gives what waits, asks the same."""

import ssl
from ipaddress import ip_address
from pathlib import Path

from app.records.errors import SettingsWrong
from app.settings import CallbackSettings, PullSettings


def for_callers(settings: CallbackSettings) -> ssl.SSLContext | None:
    """The context towards WeCom, None where a proxy ends TLS; raises SettingsWrong."""
    if settings.cert_file is None:
        return None
    return _shown("callback", settings.cert_file, settings.key_file)


def for_the_appliance(settings: PullSettings) -> ssl.SSLContext | None:
    """The context that asks for the appliance's certificate; None only on loopback.

    Raises SettingsWrong.
    """
    if settings.cert_file is None:
        host = settings.listen.rpartition(":")[0].strip("[]")
        if host != "localhost" and not _is_loopback(host):
            raise SettingsWrong("pull.listen: without pull.cert_file it must be a loopback address")
        return None
    if settings.client_ca_file is None:
        raise SettingsWrong("pull.client_ca_file: needed to know the appliance")
    context = _shown("pull", settings.cert_file, settings.key_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(settings.client_ca_file)
    except OSError as fault:
        raise SettingsWrong(f"pull.client_ca_file: {settings.client_ca_file}: {fault}") from fault
    return context


def _shown(node: str, cert_file: Path, key_file: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert_file, key_file)
    except OSError as fault:
        raise SettingsWrong(f"{node}.cert_file, key_file: {cert_file}: {fault}") from fault
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
