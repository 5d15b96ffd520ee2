"""The WeCom gateway's double: the long connection's protocol from the other side."""

from app.doubles.wecom.alone import serve
from app.doubles.wecom.gateway import BOT_ID, SECRET, GatewayDouble
from app.doubles.wecom.media_host import Enclosed, MediaHostDouble
from app.doubles.wecom.script import Line, play
from app.doubles.wecom.seen import CardSeen, CardUpdate

__all__ = [
    "BOT_ID",
    "SECRET",
    "CardSeen",
    "CardUpdate",
    "Enclosed",
    "GatewayDouble",
    "Line",
    "MediaHostDouble",
    "play",
    "serve",
]
