"""Every setting; secrets are named by file only."""

from app.settings.cloud import Cloud, CloudRoute
from app.settings.loading import SYSTEM_FILE, defaults_text, keys, load
from app.settings.media import WecomMedia
from app.settings.places import shipped, user_cache
from app.settings.relay import (
    CallbackSettings,
    Network,
    PullSettings,
    QueueSettings,
    RelayLinkSettings,
    RelaySettings,
    network,
)
from app.settings.relay_file import load_relay, read_networks
from app.settings.reports import Reports
from app.settings.tree import (
    Limits,
    Model,
    Planning,
    PlanWeights,
    Settings,
    Understanding,
    WecomBot,
)
from app.settings.wecom import WecomApi, WecomApp, WecomFlood, WecomWebhook

__all__ = [
    "SYSTEM_FILE",
    "CallbackSettings",
    "Cloud",
    "CloudRoute",
    "Limits",
    "Model",
    "Network",
    "PlanWeights",
    "Planning",
    "PullSettings",
    "QueueSettings",
    "RelayLinkSettings",
    "RelaySettings",
    "Reports",
    "Settings",
    "Understanding",
    "WecomApi",
    "WecomApp",
    "WecomBot",
    "WecomFlood",
    "WecomMedia",
    "WecomWebhook",
    "defaults_text",
    "keys",
    "load",
    "load_relay",
    "network",
    "read_networks",
    "shipped",
    "user_cache",
]
