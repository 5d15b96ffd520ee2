"""What the gateway does with uploads: judged by the protocol's rules, kept as files under their ids."""

import base64
import binascii
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

OK = 0
BAD_PARAMETER = 40058

_CHUNK_MAX_BYTES = 512 * 1024
_CHUNKS_MAX = 100
_NAME_MAX_BYTES = 256
_SESSION_S = 30 * 60
_MEDIA_S = 3 * 24 * 3600
_MAX_BYTES = {"file": 20_000_000, "video": 10_000_000, "voice": 2_000_000, "image": 10_000_000}

Body = Mapping[str, object]
Answer = tuple[int, Body]


@dataclass(slots=True)
class _Session:
    announced: Body
    begun: float
    pieces: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file that came whole."""

    kind: str
    name: str
    content: bytes = field(repr=False)


class Uploads:
    """The uploads of one bot. `files` are those that ended, by media_id; `sent` counts commands.

    A media_id is taken for three days; `files` keeps what it stood for.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.files: dict[str, FileSeen] = {}
        self.sent = 0
        self._now, self._sessions, self._numbers = now, dict[str, _Session](), count(1)
        self._since: dict[str, float] = {}

    def judge(self, cmd: str, body: Body) -> Answer:
        """The errcode, and the answer's body; a repeated piece is taken as often as it comes."""
        self.sent += 1
        if cmd == "aibot_upload_media_init":
            return self._init(body)
        session = self._sessions.get(str(body.get("upload_id")))
        if session is None or self._now() - session.begun > _SESSION_S:
            return BAD_PARAMETER, {}
        if cmd == "aibot_upload_media_chunk":
            return _piece(session, body)
        return self._finish(str(body.get("upload_id")), session)

    def takes(self, media_id: object, kind: str) -> bool:
        """Whether this may be sent now as a file of this kind."""
        file = self.files.get(media_id) if isinstance(media_id, str) else None
        if file is None or file.kind != kind:
            return False
        return self._now() - self._since[str(media_id)] <= _MEDIA_S

    def _init(self, body: Body) -> Answer:
        name, size, chunks = body.get("filename"), body.get("total_size"), body.get("total_chunks")
        most = _MAX_BYTES.get(str(body.get("type")))
        if most is None or not isinstance(name, str) or not 0 < len(name.encode()) <= _NAME_MAX_BYTES:
            return BAD_PARAMETER, {}
        if not (isinstance(size, int) and 5 <= size <= most):
            return BAD_PARAMETER, {}
        if not (isinstance(chunks, int) and 1 <= chunks <= _CHUNKS_MAX):
            return BAD_PARAMETER, {}
        upload_id = f"UP{next(self._numbers)}"
        self._sessions[upload_id] = _Session(dict(body), self._now())
        return OK, {"upload_id": upload_id}

    def _finish(self, upload_id: str, session: _Session) -> Answer:
        said, pieces = session.announced, session.pieces
        content = b"".join(pieces[index] for index in sorted(pieces))
        whole = len(pieces) == said["total_chunks"] and len(content) == said["total_size"]
        if not whole or hashlib.md5(content, usedforsecurity=False).hexdigest() != said.get("md5"):
            return BAD_PARAMETER, {}
        del self._sessions[upload_id]
        media_id = f"M{upload_id}"
        self.files[media_id] = FileSeen(str(said["type"]), str(said["filename"]), content)
        self._since[media_id] = self._now()
        return OK, {"type": said["type"], "media_id": media_id, "created_at": str(int(time.time()))}


def _piece(session: _Session, body: Body) -> Answer:
    index, data, chunks = body.get("chunk_index"), body.get("base64_data"), session.announced["total_chunks"]
    if not (isinstance(index, int) and isinstance(chunks, int) and 0 <= index < chunks):
        return BAD_PARAMETER, {}
    try:
        piece = base64.b64decode(str(data), validate=True)
    except (binascii.Error, ValueError):
        return BAD_PARAMETER, {}
    if not 0 < len(piece) <= _CHUNK_MAX_BYTES:
        return BAD_PARAMETER, {}
    session.pieces[index] = piece
    return OK, {}
