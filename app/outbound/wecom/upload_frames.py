"""The bodies of an upload's commands: announced, sent in pieces that may be repeated, ended."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.outbound.wecom.filenames import fitted_name
from app.records.errors import MediaRefused
from app.records.media import MediaKind

INIT = "aibot_upload_media_init"
CHUNK = "aibot_upload_media_chunk"
FINISH = "aibot_upload_media_finish"

CHUNK_BYTES = 512 * 1024
MIN_BYTES = 5
MAX_BYTES = {
    MediaKind.FILE: 20_000_000,
    MediaKind.VIDEO: 10_000_000,
    MediaKind.VOICE: 2_000_000,
    MediaKind.IMAGE: 2_000_000,  # 10 MB in newer documents, 2 MB in older ones: right under both
}

_BEGINS = {
    MediaKind.VIDEO: ((4, b"ftyp"),),
    MediaKind.VOICE: ((0, b"#!AMR"),),
    MediaKind.IMAGE: ((0, b"\x89PNG\r\n\x1a\n"), (0, b"\xff\xd8\xff"), (0, b"GIF8")),
}
"""How a file of the kind begins: at which byte, with what. Any file is a FILE."""


@dataclass(frozen=True, slots=True)
class Outfile:
    """A file that goes out; `name` is what the people there see."""

    kind: MediaKind
    name: str
    content: bytes = field(repr=False)

    @property
    def chunks(self) -> int:
        """In how many pieces it is sent."""
        return -(-len(self.content) // CHUNK_BYTES)


def init_body(file: Outfile) -> Mapping[str, object]:
    """Announces a file; raises MediaRefused when WeCom would not take it."""
    if not MIN_BYTES <= len(file.content) <= MAX_BYTES[file.kind]:
        raise MediaRefused("too_large" if file.content[MIN_BYTES:] else "type")
    begins = _BEGINS.get(file.kind)
    if begins and not any(file.content.startswith(mark, at) for at, mark in begins):
        raise MediaRefused("type")
    return {
        "type": file.kind.value,
        "filename": fitted_name(file.name) or file.kind.value,
        "total_size": len(file.content),
        "total_chunks": file.chunks,
        "md5": hashlib.md5(file.content, usedforsecurity=False).hexdigest(),
    }


def chunk_body(upload_id: str, file: Outfile, index: int) -> Mapping[str, object]:
    """The piece `index`, counted from 0; sending it again changes nothing."""
    piece = file.content[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
    data = base64.b64encode(piece).decode("ascii")
    return {"upload_id": upload_id, "chunk_index": index, "base64_data": data}


def finish_body(upload_id: str) -> Mapping[str, object]:
    """Ends an upload."""
    return {"upload_id": upload_id}
