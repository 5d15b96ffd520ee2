"""Fetches what people attach: from listed hosts on the public internet, over TLS, never further.

The address is signed and the key opens the body, so neither may appear in any word from here. The
transport is used without httpx's client, which logs every address; what lies below it logs headers.

Through a proxy the name of the host goes to the proxy, which resolves it: what it then connects to
cannot be looked at here. The name must still be a listed one, an address in its place is looked at
as ever, and TLS runs to the other end, so that whoever answers must hold a certificate of that name.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import httpx

from app.outbound.wecom.filenames import told_name
from app.outbound.wecom.opening import PAD, Opening
from app.outbound.wecom.spool import Part, Spool
from app.ports import Clock, Ledger
from app.records.egress import leaving
from app.records.errors import ChargehandError, MediaDown, MediaRefused, SettingsWrong
from app.records.media import Attachment, Media
from app.settings import WecomMedia

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_CHUNK_BYTES = 64 * 1024
_CARRIERS = tuple(map(ip_network, ("64:ff9b::/96", "2002::/16", "2001::/32")))
"""IPv6 addresses that hold an IPv4 address, which could be any."""

logging.getLogger("httpcore").setLevel(logging.WARNING)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this computer knows them; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=0, proto=6)
    return [str(each[4][0]) for each in found]


class MediaFetcher:
    """Fetches attachments into a spool; several at once. Raises SettingsWrong for an unreadable `ca_file`.

    `ledger` is told of each request before it is written.
    """

    def __init__(
        self, settings: WecomMedia, spool: Spool, clock: Clock, *, ledger: Ledger, resolve: Resolve = resolve
    ) -> None:
        self._settings, self._spool, self._clock, self._resolve = settings, spool, clock, resolve
        self._ledger = ledger
        self._networks = tuple(map(ip_network, settings.extra_networks))
        self._trust = _trust(settings.ca_file)

    async def fetch(self, attachment: Attachment, *, decision: str = "") -> Media:
        """The attachment of a decision's message, on disk when this returns; nothing is left when it raises.

        Raises MediaRefused for what must not be taken, MediaDown for what may work within the five
        minutes that its address lives, StoreFull.
        """
        fault: ChargehandError
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                return await self._fetch(attachment, decision)
        except (MediaRefused, MediaDown) as known:
            fault = known
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout):
            fault = MediaDown("too_slow")
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError):
            fault = MediaDown("no_connection")
        except (httpx.HTTPError, httpx.StreamError):
            fault = MediaDown("broken_off")
        raise fault  # outside, so that no other fault, which may know the address, hangs on it

    async def _fetch(self, attachment: Attachment, decision: str) -> Media:
        url = self._allowed(attachment.url)
        opening = Opening(attachment.aes_key)
        request = self._request(url, await self._address(url))
        proxy = httpx.Proxy(self._settings.proxy) if self._settings.proxy else None
        await self._list(url, decision)
        async with httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False, proxy=proxy) as transport:
            response = await transport.handle_async_request(request)
            try:
                return await self._take(response, opening, attachment)
            finally:
                await response.aclose()

    async def _list(self, url: httpx.URL, decision: str) -> None:
        """The signed address is all that leaves; it is listed by its hash."""
        asked, where = str(url).encode(), f"{url.host}:{url.port or 443}"
        await self._ledger.leaves(leaving(self._clock(), where, "wecom", "media", "secret", asked, decision))

    async def _take(self, response: httpx.Response, opening: Opening, attachment: Attachment) -> Media:
        _check_head(response, self._settings.max_bytes + PAD)
        name = told_name(response.headers.get("content-disposition", ""))
        with self._spool.part() as part:
            await self._pour(response, opening, part)
            sha256 = await asyncio.to_thread(part.keep)
            return Media(sha256, part.size_bytes, attachment.kind, name, self._clock())

    async def _pour(self, response: httpx.Response, opening: Opening, part: Part) -> None:
        async for sealed in response.aiter_raw(_CHUNK_BYTES):
            part.write(opening.feed(sealed))
            self._check_size(part)
        part.write(opening.end())
        self._check_size(part)

    def _check_size(self, part: Part) -> None:
        if part.size_bytes > self._settings.max_bytes:
            raise MediaRefused("too_large")

    def _allowed(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError):
            url = httpx.URL()
        if url.scheme != "https" or not url.host or url.userinfo or not 0 < (url.port or 443) < 65536:
            raise MediaRefused("address")
        if url.host not in self._settings.hosts:
            raise MediaRefused("host")
        return url

    async def _address(self, url: httpx.URL) -> str:
        """The address to connect to, IPv4 where there is one; one that is not allowed refuses all.

        Through a proxy it is the name, unless that is an address already.
        """
        if self._settings.proxy and not _is_address(url.host):
            return url.host
        try:
            found = await self._resolve(url.host, url.port or 443)
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise MediaDown("no_connection")
        if not all(self._may_ask(ip_address(each.partition("%")[0])) for each in found):
            raise MediaRefused("network")
        return min(found, key=lambda each: ":" in each)

    def _may_ask(self, ip: IPv4Address | IPv6Address) -> bool:
        if any(ip in network for network in self._networks):
            return True
        return ip.is_global and not ip.is_multicast and not any(ip in carrier for carrier in _CARRIERS)

    def _request(self, url: httpx.URL, address: str) -> httpx.Request:
        """To the address that was looked at, in the host's name, so that no second answer of DNS counts."""
        wait = httpx.Timeout(self._settings.idle_s, connect=self._settings.connect_s)
        return httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"},
            extensions={"timeout": wait.as_dict(), "sni_hostname": url.host},
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_head(response: httpx.Response, sealed_max_bytes: int) -> None:
    status, headers = response.status_code, response.headers
    if 300 <= status < 400:
        raise MediaRefused("redirect")
    if status == 429 or status >= 500:
        raise MediaDown("busy")
    if status != 200:
        raise MediaRefused("status")
    length = headers.get("content-length", "")
    ends = length.isdecimal() or headers.get("transfer-encoding", "").lower() == "chunked"
    if not ends or headers.get("content-encoding", "identity").lower() not in {"", "identity"}:
        raise MediaRefused("encoding")
    if length.isdecimal() and int(length) > sealed_max_bytes:
        raise MediaRefused("too_large")


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The system's certificate authorities, and the plant's own."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError:  # also what ssl raises
            raise SettingsWrong(f"wecom.media.ca_file cannot be read: {ca_file}") from None
    return context
