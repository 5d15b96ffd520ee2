"""One request to one provider: what is written, how long is waited, and what every break means."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx

from app.outbound.cloud.attempt import AttemptFailed, Raw, Target, Turn
from app.outbound.cloud.bodies import body_of
from app.outbound.cloud.parts import Schema
from app.outbound.cloud.statuses import of_status
from app.outbound.cloud.streaming import Reading
from app.ports import Clock, Ledger
from app.records.egress import DataClass, leaving
from app.records.errors import SettingsWrong
from app.settings.cloud import Cloud

_REFUSAL_MAX_BYTES = 64 * 1024
_CERTIFICATE_DATES = {9, 10}  # OpenSSL: not yet valid, expired


@dataclass(slots=True)
class _Trip:
    """How far one attempt came: its connection, its body, its answer."""

    target: Target
    body: bytes = field(repr=False)
    decision: str
    data_class: DataClass
    sent: bool = False
    reading: Reading | None = None

    @property
    def url(self) -> httpx.URL:
        return httpx.URL(self.target.base_url.rstrip("/") + "/chat/completions")

    @property
    def destination(self) -> str:
        url = self.url
        return f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"


class Wire:
    """The way to all providers; every attempt has a connection of its own, so none is ever stale.

    A server in the plant is asked directly, never through a proxy. Raises SettingsWrong when the
    plant's certificate authority cannot be read.
    """

    def __init__(self, settings: Cloud, ledger: Ledger, clock: Clock) -> None:
        self._settings, self._ledger, self._clock = settings, ledger, clock
        trust = _trust(settings)
        self._outside = self._client(trust, proxy=settings.proxy, from_environment=settings.proxy is None)
        self._inside = self._client(trust, proxy=None, from_environment=False)

    async def ask_once(
        self,
        target: Target,
        turns: Sequence[Turn],
        *,
        deadline_s: float,
        data_class: DataClass,
        decision: str,
        schema: Schema | None = None,
    ) -> Raw:
        """The whole answer within `deadline_s`; raises AttemptFailed.

        The body is in the ledger before its first byte is written; what the ledger raises when it
        cannot keep it is raised here, and nothing leaves.
        """
        trip = _Trip(target, body_of(target, turns, schema), decision, data_class)
        try:
            async with asyncio.timeout(deadline_s):
                return await self._ask(trip)
        except AttemptFailed as known:
            fault = known
        except TimeoutError:
            fault = _late(trip)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as broken:
            fault = _broken(broken)
        fault.sent = trip.sent
        fault.usage = trip.reading.told.usage if trip.reading else None
        raise fault

    async def close(self) -> None:
        """Close what is open."""
        await self._outside.aclose()
        await self._inside.aclose()

    def _client(
        self, trust: ssl.SSLContext, *, proxy: str | None, from_environment: bool
    ) -> httpx.AsyncClient:
        wait = httpx.Timeout(self._settings.idle_s, connect=self._settings.connect_s)
        return httpx.AsyncClient(
            verify=trust,
            proxy=proxy,
            trust_env=from_environment,
            timeout=wait,
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
        )

    async def _ask(self, trip: _Trip) -> Raw:
        loop = asyncio.get_running_loop()
        began = loop.time()
        client = self._inside if trip.target.provider == "lan" else self._outside
        headers = _headers(trip)
        async with client.stream("POST", trip.url, headers=headers, content=self._leave(trip)) as response:
            if not response.is_success:
                body = await _beginning(response)
                raise of_status(
                    response.status_code, response.headers, body, model=trip.target.model, now=self._clock()
                )
            if response.headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
                raise AttemptFailed("content", "F-23", "the answer is packed, which was not asked for")
            content_type = response.headers.get("content-type", "").lower()
            reading = trip.reading = Reading(content_type, self._settings.answer_max_bytes)
            text = await self._read(reading, response)
        told = reading.told
        return Raw(text, told.model, told.fingerprint, told.usage, (loop.time() - began) * 1000)

    async def _leave(self, trip: _Trip) -> AsyncIterator[bytes]:
        """The body, once it is in the ledger; asked for when the connection stands."""
        channel = f"cloud.{trip.target.provider}"
        purpose = "probe" if trip.data_class == "none" else "consult"
        entry = leaving(
            self._clock(), trip.destination, channel, purpose, trip.data_class, trip.body, trip.decision
        )
        await self._ledger.leaves(entry)
        trip.sent = True
        yield trip.body

    async def _read(self, reading: Reading, response: httpx.Response) -> str:
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(None) as progress:
                async for chunk in response.aiter_raw():
                    if reading.feed(chunk):
                        progress.reschedule(now() + self._settings.progress_s)
                    if reading.done:
                        break
        except TimeoutError:
            raise AttemptFailed("transient", "F-06", "the answer came too slowly") from None
        return reading.end()


def _trust(settings: Cloud) -> ssl.SSLContext:
    """The system's certificate authorities, and the plant's own."""
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        try:
            context.load_verify_locations(settings.ca_file)
        except OSError:  # also what ssl raises
            raise SettingsWrong(f"cloud.ca_file cannot be read: {settings.ca_file}") from None
    return context


def _headers(trip: _Trip) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(trip.body)),
        "Accept": "text/event-stream, application/json",
        "Accept-Encoding": "identity",
    }
    key = trip.target.key
    if not (key.isascii() and key.isprintable()):
        raise AttemptFailed("account", "F-14", "the key holds a character that no key can hold")
    return headers | ({"Authorization": f"Bearer {key}"} if key else {})


async def _beginning(response: httpx.Response) -> bytes:
    """The first bytes of a refusal; what came of them when it breaks off."""
    body = b""
    try:
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) >= _REFUSAL_MAX_BYTES:
                break
    except httpx.TransportError:
        pass
    return body[:_REFUSAL_MAX_BYTES]


def _late(trip: _Trip) -> AttemptFailed:
    waited = trip.reading is not None and trip.reading.bytes_read > 0 and not trip.reading.began
    detail = "only signs of life came in the time" if waited else "no whole answer came in the time"
    return AttemptFailed("deadline", "F-01" if waited else "F-07", detail)


def _broken(broken: Exception) -> AttemptFailed:
    """What a broken connection means; its own words are left out, they may hold a header."""
    match broken:
        case httpx.ProxyError():
            return _proxy(broken)
        case httpx.ConnectError() if (fault := _certificate(broken)) is not None:
            return fault
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return AttemptFailed("transient", "F-29", "no connection")
        case httpx.TimeoutException():
            return AttemptFailed("transient", "F-21", "the connection fell silent")
        case httpx.RemoteProtocolError():
            return AttemptFailed("transient", "F-09", "the answer broke off")
        case httpx.NetworkError():
            return AttemptFailed("transient", "F-08", "the connection was reset")
    return AttemptFailed("account", "F-32", "the address cannot be asked")


def _proxy(broken: httpx.ProxyError) -> AttemptFailed:
    if str(broken).startswith("5"):
        return AttemptFailed("transient", "F-29", "the proxy has no connection")
    return AttemptFailed("account", "F-25", "the proxy refused")


def _certificate(broken: BaseException) -> AttemptFailed | None:
    """What is wrong with the other side's certificate; None when that is not what broke."""
    cause: BaseException | None = broken
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return None
    if cause.verify_code in _CERTIFICATE_DATES:
        return AttemptFailed("account", "F-28", "the certificate's dates do not fit this computer's clock")
    return AttemptFailed("account", "F-27", "the certificate is not trusted; see cloud.ca_file")
