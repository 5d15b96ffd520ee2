"""Every setting; secrets are named by file only."""

from app.settings.cloud import Cloud, CloudRoute
from app.settings.loading import SYSTEM_FILE, defaults_text, keys, load
from app.settings.places import shipped, user_cache
from app.settings.tree import (
    Limits,
    Model,
    Planning,
    PlanWeights,
    Settings,
    Understanding,
    WecomBot,
)
from app.settings.wecom import WecomApi, WecomApp, WecomWebhook

__all__ = [
    "SYSTEM_FILE",
    "Cloud",
    "CloudRoute",
    "Limits",
    "Model",
    "PlanWeights",
    "Planning",
    "Settings",
    "Understanding",
    "WecomApi",
    "WecomApp",
    "WecomBot",
    "WecomWebhook",
    "defaults_text",
    "keys",
    "load",
    "shipped",
    "user_cache",
]
