"""The WeCom gateway's double: the long connection's protocol from the other side."""

from app.doubles.wecom.alone import serve
from app.doubles.wecom.gateway import BOT_ID, SECRET, GatewayDouble
from app.doubles.wecom.script import Line, play

__all__ = ["BOT_ID", "SECRET", "GatewayDouble", "Line", "play", "serve"]
