"""The one place that builds things: settings in, a running appliance out."""

from app.main.appliance import Appliance, serve
from app.main.building import build_lane, build_reader, choose_head, has_store, reading_store, verify_chain

__all__ = [
    "Appliance",
    "build_lane",
    "build_reader",
    "choose_head",
    "has_store",
    "reading_store",
    "serve",
    "verify_chain",
]
