"""Settings of the models outside the plant; all off until switched on."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.settings.units import Bytes, Node, Proxy, Seconds, Url


class CloudRoute(Node):
    """One provider of models."""

    enabled: bool = Field(default=False, description="Whether this provider may be asked.")
    base_url: Url = Field(description="Where its API begins, up to before /chat/completions.")
    key_file: Path | None = Field(None, description="File that holds its key; a LAN server may need none.")
    model: str = Field(description="The model's name, as in the price file.")
    thinking: Literal["off", "low", "high"] = Field("off", description="How far the model may reason first.")
    calls_per_minute: int = Field(20, ge=1, le=10_000, description="Requests begun in a minute, at most.")
    calls_at_once: int = Field(4, ge=1, le=1000, description="Requests open at the same time, at most.")


class DeepSeek(CloudRoute):
    """DeepSeek."""

    base_url: Url = Field(
        "https://api.deepseek.com", description="Where its API begins, up to before /chat/completions."
    )
    model: str = Field("deepseek-flash", description="The model's name, as in the price file.")


class Tencent(CloudRoute):
    """Tencent TokenHub."""

    base_url: Url = Field(
        "https://tokenhub.tencentmaas.com/v1",
        description="Where its API begins; elsewhere outside China.",
    )
    model: str = Field("hy4-flash", description="The model's name, as in the price file.")


class Lan(CloudRoute):
    """A server in the plant."""

    base_url: Url = Field("http://127.0.0.1:8080/v1", description="Where its API begins.")
    model: str = Field("local", description="The model's name, as the server knows it.")
    calls_at_once: int = Field(1, ge=1, le=1000, description="Requests open at the same time, at most.")


Hour = Annotated[float, Field(ge=0, le=24)]


class Cloud(Node):
    """Models outside, asked for schedule wishes alone."""

    enabled: bool = Field(default=False, description="Whether anything is asked of any of them.")
    share: Literal["never", "masked", "preview"] = Field(
        "masked",
        description="How far a sender's words may go: never, masked, or seen by a supervisor first.",
    )
    first_for_chinese: Literal["deepseek", "tencent", "lan"] = Field(
        "tencent", description="Who is asked first about Chinese words; the others follow."
    )
    first_for_others: Literal["deepseek", "tencent", "lan"] = Field(
        "deepseek", description="Who is asked first about other words; the others follow."
    )
    orders_over: int = Field(
        6, ge=1, le=1000, description="A wish that touches more orders than this is complex."
    )
    from_hour: Hour = Field(0.0, description="Plant time from which it may be asked.")
    to_hour: Hour = Field(24.0, description="Plant time until which it may be asked.")
    deadline_s: Seconds = Field(40.0, description="Time for a whole call with all its attempts.")
    connect_s: Seconds = Field(5.0, description="Time to connect.")
    idle_s: Seconds = Field(20.0, description="Longest silence on an open connection.")
    progress_s: Seconds = Field(
        15.0, description="Longest time without a useful byte once an answer has begun."
    )
    answer_max_bytes: Bytes = Field(1024**2, description="Largest answer that is read.")
    tokens_max: int = Field(
        6000, ge=64, le=65_536, description="Longest answer that is asked for, in tokens."
    )
    day_cny: float = Field(5.0, ge=0, description="Most that is spent on a plant day, in yuan.")
    month_cny: float = Field(60.0, ge=0, description="Most that is spent in a month, in yuan.")
    person_day_cny: float = Field(
        1.0, ge=0, description="Most that is spent for one person's wishes in a day."
    )
    repeats: int = Field(2, ge=1, le=100, description="How often the same wish may be asked within an hour.")
    gather_s: Seconds = Field(
        0.2, description="Wishes that come within so long of each other go in one call."
    )
    gather_max: int = Field(4, ge=1, le=8, description="Most wishes of one call.")
    cache_s: Seconds = Field(1800.0, description="How long an answer may serve the same question again.")
    price_file: Path | None = Field(
        None, description="Price file in place of the shipped config/prices.toml."
    )
    ca_file: Path | None = Field(
        None, description="The plant's own certificate authority, when TLS is inspected."
    )
    proxy: Proxy | None = Field(
        None, description="Proxy to go through; none means HTTPS_PROXY of the environment."
    )
    deepseek: DeepSeek = Field(default_factory=DeepSeek, description="DeepSeek.")
    tencent: Tencent = Field(default_factory=Tencent, description="Tencent TokenHub.")
    lan: Lan = Field(default_factory=Lan, description="An OpenAI-compatible server in the plant.")
