"""Settings of photos and files that people send."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from app.settings.units import Bytes, Node, Proxy, Seconds, several


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError as fault:
        raise ValueError(f"'{text}' is no network such as 169.254.0.0/16") from fault
    return text


Host = Annotated[str, Field(pattern=r"^[a-z0-9.\-]{1,253}$")]
Network = Annotated[str, AfterValidator(_network)]
Hosts = Annotated[tuple[Host, ...], BeforeValidator(several)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(several)]


class WecomMedia(Node):
    """Photos and files that people send."""

    hosts: Hosts = Field(
        ("ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com",),
        description="Hosts that attachments may come from, in lower case; every other is refused.",
    )
    extra_networks: Networks = Field(
        (),
        description="Networks that those hosts may lie in besides the public internet, such as "
        "169.254.0.0/16 for a server on Tencent's cloud.",
    )
    proxy: Proxy | None = Field(
        None,
        description="CONNECT proxy to fetch through, which then resolves those hosts itself; none: directly.",
    )
    ca_file: Path | None = Field(
        None, description="The plant's own certificate authority, when TLS is inspected."
    )
    max_bytes: Bytes = Field(25 * 1024**2, description="Largest attachment that is taken.")
    at_once: int = Field(4, ge=1, le=32, description="Attachments that are fetched at the same time.")
    connect_s: Seconds = Field(5.0, description="Time to connect.")
    idle_s: Seconds = Field(10.0, description="Longest silence on an open connection.")
    deadline_s: Seconds = Field(60.0, description="Time for a whole attachment.")
