"""Settings of WeCom's web API: the self-built app and the group webhook; all off until switched on."""

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
