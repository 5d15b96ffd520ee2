"""Settings of the relay in the DMZ: the appliance's side here, the relay's own file as a second tree."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.settings.units import Bytes, Node, Seconds, Url

Network = IPv4Network | IPv6Network


def _websocket(url: str) -> str:
    if not url.startswith(("ws://", "wss://")):
        raise ValueError(f"'{url}' is no ws(s) address")
    return url


def network(text: object) -> Network:
    """The network of an address or of one with a length; raises ValueError."""
    return ip_network(str(text), strict=False)


class RelayLinkSettings(Node):
    """Callbacks of the self-built app, pulled from a relay."""

    enabled: bool = Field(default=False, description="Whether callbacks are pulled from a relay.")
    url: Annotated[Url, AfterValidator(_websocket)] = Field(
        "wss://127.0.0.1:8443", description="The relay's address for the appliance."
    )
    ca_file: Path | None = Field(None, description="Authority that signed the relay's certificate.")
    cert_file: Path | None = Field(None, description="Our certificate, shown to the relay.")
    key_file: Path | None = Field(None, description="File that holds the certificate's key.")
    backoff_max_s: Seconds = Field(30.0, description="Longest pause between attempts to reconnect.")
    superseded_retry_s: Seconds = Field(120.0, description="Pause after another appliance took the relay.")
    alarm_after_s: Seconds = Field(300.0, description="Time without the relay after which it is alarmed.")


_LISTEN = r"^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$"


class CallbackSettings(Node):
    """Where WeCom calls."""

    listen: str = Field("127.0.0.1:8080", pattern=_LISTEN, description="Address; port 0 picks one.")
    path: str = Field("/wecom", pattern=r"^/[\x21-\x3e\x40-\x7e]*$", description="The one path.")
    cert_file: Path | None = Field(None, description="Certificate; none where a proxy in front ends TLS.")
    key_file: Path | None = Field(None, description="File that holds the certificate's key.")
    body_max_bytes: Bytes = Field(1024**2, ge=1, le=1024**2, description="Largest body that is read.")
    head_max_bytes: Bytes = Field(16 * 1024, ge=1024, le=1024**2, description="Largest request head.")
    read_s: Seconds = Field(3.0, description="Time in which a request must have come whole.")
    connections_max: int = Field(256, ge=1, le=10_000, description="Requests at the same time, at most.")
    source_a_minute: int = Field(600, ge=1, description="Requests of one source in a minute, at most.")
    sources_file: Path | None = Field(
        None, description="Networks that may call, one a line; none means that all may."
    )
    proxies: Annotated[tuple[Network, ...], BeforeValidator(lambda v: tuple(map(network, v)))] = Field(
        (), description="Networks of proxies whose X-Forwarded-For is believed."
    )


class PullSettings(Node):
    """Where the appliance connects."""

    listen: str = Field("127.0.0.1:8443", pattern=_LISTEN, description="Address; port 0 picks one.")
    cert_file: Path | None = Field(None, description="Certificate; without it the address must be loopback.")
    key_file: Path | None = Field(None, description="File that holds the certificate's key.")
    client_ca_file: Path | None = Field(None, description="Authority that signed the appliance's.")
    window: int = Field(256, ge=1, le=10_000, description="Records sent and not acknowledged, at most.")
    batch: int = Field(64, ge=1, le=1000, description="Records of one frame, at most.")


class QueueSettings(Node):
    """What waits for the appliance."""

    file: Path = Field(Path("/var/lib/chargehand-relay/queue.sqlite"), description="Where it is kept.")
    length_max: int = Field(100_000, ge=1, description="Records that may wait.")
    size_max_bytes: Bytes = Field(1024**3, ge=1, description="Bytes of bodies that may wait.")
    oldest_max_s: Seconds = Field(
        12 * 3600.0, description="Nothing more is taken once the oldest waits longer than this."
    )
    keep_s: Seconds = Field(24 * 3600.0, description="What waits longer than this is deleted.")


class RelaySettings(Node):
    """The file of `chargehand relay`. There is no place in it for a token or an AES key."""

    metrics_listen: str = Field(
        "127.0.0.1:9465", pattern=r"^127\.0\.0\.1:\d{1,5}$", description="Address of /metrics; loopback."
    )
    callback: CallbackSettings = Field(default_factory=CallbackSettings, description="Where WeCom calls.")
    pull: PullSettings = Field(default_factory=PullSettings, description="Where the appliance connects.")
    queue: QueueSettings = Field(default_factory=QueueSettings, description="What waits.")
