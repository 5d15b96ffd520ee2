"""Settings of WeCom beside the bot: the web API, off until switched on, and flood control."""

from pathlib import Path

from pydantic import Field

from app.settings.units import Node, Proxy, Seconds, Url


class WecomApi(Node):
    """How WeCom's web API is reached."""

    url: Url = Field("https://qyapi.weixin.qq.com", description="Where the API begins.")
    proxy: Proxy | None = Field(
        None,
        description="CONNECT proxy to go through, such as the one with the trusted address; none: directly.",
    )
    ca_file: Path | None = Field(
        None, description="The plant's own certificate authority, when TLS is inspected."
    )
    connect_s: Seconds = Field(5.0, description="Time to connect.")
    answer_s: Seconds = Field(10.0, description="Longest silence on an open connection.")


class WecomApp(WecomApi):
    """The self-built app."""

    enabled: bool = Field(default=False, description="Whether the app is a way in and out.")
    corp_id: str = Field("", description="The CorpID of the admin console.")
    agent_id: int = Field(0, ge=0, description="The app's AgentId.")
    secret_file: Path | None = Field(None, description="File that holds the app's Secret.")
    token_file: Path | None = Field(None, description="File that holds the Token of its receive-URL.")
    aes_key_file: Path | None = Field(
        None, description="File that holds the EncodingAESKey of its receive-URL."
    )
    listen_directly: bool = Field(
        default=False, description="Whether callbacks come in at listen; no when a relay holds them."
    )
    listen: str = Field(
        "127.0.0.1:9465",
        pattern=r"^[^\s:]+:\d{1,5}$",
        description="Address for callbacks, behind a proxy with TLS; port 0 picks one.",
    )
    path: str = Field("/wecom/app", pattern=r"^/[!->@-~]*$", description="Path of callbacks.")


class WecomWebhook(WecomApi):
    """A group's webhook, for alarms."""

    enabled: bool = Field(default=False, description="Whether alarms also go to a group by webhook.")
    key_file: Path | None = Field(None, description="File that holds the webhook's key, which is its secret.")


class WecomFlood(Node):
    """How much people may say; what is beyond is kept and refused."""

    sender_per_minute: int = Field(
        20, ge=0, le=100_000, description="Messages that are read of one sender in a conversation; 0: all."
    )
    sender_burst: int = Field(
        20, ge=1, le=100_000, description="Messages of one sender that are read at once."
    )
    group_per_minute: int = Field(
        60, ge=0, le=100_000, description="Messages that are read of a group; 0: all."
    )
    group_burst: int = Field(60, ge=1, le=100_000, description="Messages of a group that are read at once.")
    clicks_per_minute: int = Field(
        120,
        ge=0,
        le=100_000,
        description="Clicks and votes of one person that are heeded, at once too; 0: all.",
    )
