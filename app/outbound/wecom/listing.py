"""What the long connection writes, frame by frame, for the list of everything that leaves."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from app.outbound.wecom import frames
from app.outbound.wecom.upload_frames import CHUNK, FINISH, INIT
from app.ports import Clock, Ledger
from app.records.egress import DataClass, leaving

CHANNEL = "wecom.bot"

_PORTS = {"ws": 80, "wss": 443}
_KINDS: Mapping[str, tuple[str, DataClass]] = {
    frames.SUBSCRIBE: ("subscribe", "secret"),
    frames.PING: ("heartbeat", "none"),
    frames.RESPOND: ("answer", "message"),
    frames.WELCOME: ("welcome", "message"),
    frames.UPDATE: ("card", "message"),
    frames.SEND: ("push", "message"),
    INIT: ("upload", "media"),
    CHUNK: ("upload", "media"),
    FINISH: ("upload", "media"),
}


class Listing:
    """Notes frames to the gateway at `url`; a command of no known purpose goes by its own name.

    Of a file's pieces only hash and size are kept: the file itself lies in the media folder.
    """

    def __init__(self, ledger: Ledger, url: str, clock: Clock) -> None:
        parts = urlsplit(url)
        self._destination = f"{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
        self._ledger, self._clock = ledger, clock

    def note(self, cmd: str, text: str, decision: str, *, interim: bool) -> None:
        """List the text of a frame that is about to be written; `decision` is "" for none."""
        purpose, data_class = _KINDS.get(cmd, (cmd, "message"))
        purpose = "bubble" if interim else purpose
        now, body = self._clock(), text.encode()
        entry = leaving(now, self._destination, CHANNEL, purpose, data_class, body, decision)
        self._ledger.note(replace(entry, body=None) if cmd == CHUNK else entry)
