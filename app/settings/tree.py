"""Every setting: its type with unit, its default, one sentence."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from app.settings.cloud import Cloud
from app.settings.media import WecomMedia
from app.settings.places import user_cache
from app.settings.relay import RelayLinkSettings
from app.settings.reports import Reports
from app.settings.units import Bytes, Node, Seconds, Url, Zone
from app.settings.wecom import WecomApp, WecomFlood, WecomWebhook


class Plant(Node):
    """The plant itself."""

    time_zone: Zone = Field(
        "Asia/Hong_Kong", description="Plant time, as an IANA zone; all times on screen are in it."
    )
    seed_file: Path | None = Field(
        None, description="A plant description loaded into an empty store; see config/demo_plant.toml."
    )


class StoreSettings(Node):
    """Where records are kept."""

    url: str = Field(
        "",
        description="SQLAlchemy address; empty means SQLite in data_dir. PostgreSQL by postgresql+psycopg://.",
    )


class WecomBot(Node):
    """The AI bot's long connection."""

    enabled: bool = Field(default=True, description="Whether this service opens the bot's connection.")
    url: Url = Field("wss://openws.work.weixin.qq.com", description="The gateway's address.")
    id: str = Field("", description="The BotID of the admin console.")
    secret_file: Path | None = Field(None, description="File that holds the long connection's secret.")
    display_name: str = Field("Chargehand", description="The bot's name in groups, removed from messages.")
    ca_file: Path | None = Field(
        None, description="The plant's own certificate authority, when TLS is inspected."
    )
    heartbeat_s: Seconds = Field(30.0, description="Time between our pings.")
    silence_max_s: Seconds = Field(
        90.0, description="After so long without any frame, pings' answers included, connect again."
    )
    ack_timeout_s: Seconds = Field(5.0, description="How long a command may stay unacknowledged.")
    backoff_max_s: Seconds = Field(30.0, description="Longest pause between attempts to reconnect.")
    superseded_retry_s: Seconds = Field(120.0, description="First pause after another client took the bot.")
    frame_max_bytes: Bytes = Field(4 * 1024**2, description="Largest frame that is read.")
    messages_per_minute: int = Field(
        30, ge=10, description="Frames that the gateway takes for one conversation in a minute."
    )
    messages_per_hour: int = Field(
        1000, ge=10, description="Frames that the gateway takes for one conversation in an hour."
    )


class Wecom(Node):
    """Channels to WeCom."""

    bot: WecomBot = Field(default_factory=WecomBot, description="The AI bot.")
    app: WecomApp = Field(default_factory=WecomApp, description="The self-built app.")
    webhook: WecomWebhook = Field(default_factory=WecomWebhook, description="The group webhook.")
    notices: Literal["bot", "app"] = Field(
        "bot",
        description="Which way tells people what they did not ask for: app reaches who never wrote first.",
    )
    flood: WecomFlood = Field(default_factory=WecomFlood, description="How much people may say.")
    media: WecomMedia = Field(default_factory=WecomMedia, description="Photos and files that people send.")


class Model(Node):
    """The local model."""

    enabled: bool = Field(default=True, description="Whether the lane runs; without it rules work alone.")
    name: str = Field("e5-small-intent", description="Folder below models/ with the weights' manifest.")
    head: str = Field("intent", description="Folder below models/ with the trained head.")
    weights_file: Path | None = Field(None, description="GGUF file to use in place of the manifest's source.")
    cache_dir: Path | None = Field(
        None,
        description="Where weights are put together; none means models in data_dir, or, where that does not "
        "exist, in the user's cache.",
    )
    threads: int = Field(2, ge=1, le=256, description="Threads of one evaluation.")
    timeout_s: Seconds = Field(2.0, description="Longest wait for one message, queue included.")
    queue_max: int = Field(256, ge=1, description="Messages that may wait before the lane says overloaded.")
    batch_max: int = Field(16, ge=1, le=64, description="Messages evaluated together.")


class Understanding(Node):
    """When a guess is good enough."""

    read_threshold: float = Field(
        0.5, ge=0, le=1, description="Confidence that a read-only intent needs; a head may ask for more."
    )
    write_threshold: float = Field(
        0.7, ge=0, le=1, description="Confidence that an intent with effects needs; a head may ask for more."
    )
    unexplained_max: float = Field(
        2.0, ge=0, description="About how many words beside its pattern a rule may leave over and decide."
    )
    text_max_chars: int = Field(4_000, ge=100, description="Longest message that is read.")
    context_minutes: float = Field(
        10.0, ge=0, description="How far back a message may refer to what its sender said; 0 for not at all."
    )


class Limits(Node):
    """How far the appliance may act alone."""

    movement_max: float = Field(500.0, gt=0, description="Largest movement booked alone, in the item's unit.")
    count_tolerance_percent: float = Field(
        5.0, ge=0, description="Largest difference of a count booked alone."
    )
    absurd_quantity: float = Field(1_000_000.0, gt=0, description="Quantities above are refused as mistakes.")
    overrun_percent: float = Field(
        10.0, ge=0, description="Largest production beyond the order booked alone."
    )
    approval_wait_s: Seconds = Field(4 * 3600.0, description="How long an approval may wait.")
    name_wait_s: Seconds = Field(7 * 86_400.0, description="How long a proposed name may wait.")
    choice_wait_s: Seconds = Field(600.0, description="How long a question to the sender may wait.")


Cost = Annotated[int, Field(ge=0, le=1_000_000)]


class PlanWeights(Node):
    """What each disadvantage of a plan costs; only the ratios matter, 0 is indifferent."""

    late: Cost = Field(1000, description="Cost of a minute by which an order of weight 1 is late.")
    moved: Cost = Field(1000, description="Cost of an operation within near_hours that is moved.")
    setup: Cost = Field(20, description="Cost of a minute of changeover.")
    overtime: Cost = Field(10, description="Cost of a minute worked in overtime.")
    away: Cost = Field(40, description="Cost of an operation outside its order's own facility.")
    balance: Cost = Field(
        2, description="Cost of a minute that a facility's machines work more than another's."
    )
    makespan: Cost = Field(1, description="Cost of a minute until the last operation ends.")


class Planning(Node):
    """The scheduler."""

    solve_s: Seconds = Field(1.5, description="Time given to one plan.")
    options_s: Seconds = Field(2.0, description="Time given to all plans that are offered side by side.")
    replan: bool = Field(
        default=True, description="Whether a plan is proposed unasked when the published one no longer fits."
    )
    replan_wait_s: Seconds = Field(
        10.0, description="Quiet time after a report before the plan is looked at."
    )
    replan_every_s: Seconds = Field(300.0, description="The plan is looked at this often without a report.")
    replan_minutes: int = Field(
        30, ge=1, description="How far an order may be from the plan before it counts as ahead or behind."
    )
    horizon_days: int = Field(28, ge=1, le=180, description="How far ahead a plan may reach.")
    slot_minutes: int = Field(5, ge=1, le=60, description="Grid of times in a plan.")
    workers: int = Field(2, ge=1, le=64, description="Threads of the solver.")
    frozen_hours: float = Field(4.0, ge=0, le=168, description="What begins within so many hours stays.")
    near_hours: float = Field(
        48.0, ge=0, le=744, description="Moving what begins within so many hours costs."
    )
    rush_factor: int = Field(
        10, ge=1, le=1000, description="An expedited order weighs so many times as much."
    )
    transfer_minutes: int = Field(90, ge=0, le=10_000, description="Way between facilities, by default.")
    send_picture: bool = Field(
        default=True, description="Whether who may approve a plan also gets it as a picture."
    )
    changeover_minutes: int = Field(15, ge=0, le=10_000, description="Changeover to a family, by default.")
    weights: PlanWeights = Field(default_factory=PlanWeights, description="What is better in a plan.")


class ConsoleSettings(Node):
    """The supervisors' console."""

    socket: Path | None = Field(None, description="Unix socket; none means console.sock in data_dir.")
    idle_lock_s: Seconds = Field(180.0, description="Back to read-only after this long without a key.")


class Metrics(Node):
    """What monitoring reads."""

    listen: str = Field(
        "127.0.0.1:9464",
        pattern=r"^[^\s:]+:\d{1,5}$",
        description="Address of /metrics, /healthz, /readyz; port 0 picks one.",
    )


class Settings(Node):
    """The whole tree."""

    data_dir: Path = Field(
        Path("/var/lib/chargehand"), description="Everything the service writes lies here."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )
    plant: Plant = Field(default_factory=Plant, description="The plant.")
    store: StoreSettings = Field(default_factory=StoreSettings, description="Records.")
    wecom: Wecom = Field(default_factory=Wecom, description="WeCom.")
    relay: RelayLinkSettings = Field(default_factory=RelayLinkSettings, description="The relay.")
    model: Model = Field(default_factory=Model, description="The local model.")
    understanding: Understanding = Field(default_factory=Understanding, description="Thresholds.")
    limits: Limits = Field(default_factory=Limits, description="Freedom to act.")
    planning: Planning = Field(default_factory=Planning, description="The scheduler.")
    reports: Reports = Field(default_factory=Reports, description="Reports that nobody asks for.")
    cloud: Cloud = Field(default_factory=Cloud, description="Models outside.")
    console: ConsoleSettings = Field(default_factory=ConsoleSettings, description="The console.")
    metrics: Metrics = Field(default_factory=Metrics, description="Monitoring.")

    @property
    def store_url(self) -> str:
        """The store's address with the default filled in."""
        return self.store.url or f"sqlite:///{self.data_dir / 'chargehand.sqlite'}"

    @property
    def weights_dir(self) -> Path:
        """Where weights are put together, with the default filled in."""
        if self.model.cache_dir is not None:
            return self.model.cache_dir
        return self.data_dir / "models" if self.data_dir.is_dir() else user_cache() / "models"

    @property
    def plant_heads_dir(self) -> Path:
        """Where the heads lie that this plant trained itself."""
        return self.data_dir / "models" / self.model.head

    @property
    def media_dir(self) -> Path:
        """Where photos and files lie that people sent."""
        return self.data_dir / "media"

    @property
    def socket_path(self) -> Path:
        """The console's socket with the default filled in."""
        return self.console.socket or self.data_dir / "console.sock"
