"""A certificate for loopback that nobody knows, made afresh."""

import asyncio
import ssl
from pathlib import Path

from app.records.errors import OwnFault

_DAYS = "2"


async def serve_with(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a new self-signed certificate, and the certificate's file in `folder`.

    Raises OwnFault where the command `openssl` is missing or fails.
    """
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", _DAYS,
        "-subj", "/CN=cloud double", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-keyout", str(key), "-out", str(certificate),
    ]  # fmt: skip
    try:
        made = await asyncio.create_subprocess_exec(
            "openssl", *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as fault:
        raise OwnFault("F-27 needs the command openssl, to make a certificate") from fault
    if await made.wait() != 0:
        raise OwnFault("F-27: openssl could not make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate
