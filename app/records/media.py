"""Photos and files: as a callback names them, as they lie here, and as WeCom holds them for us."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MediaKind(StrEnum):
    """What WeCom calls it; `VOICE` only goes out."""

    IMAGE = "image"
    FILE = "file"
    VIDEO = "video"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a callback says of a photo, file or video: where it lies for five minutes, and its own key."""

    kind: MediaKind
    url: str = field(repr=False)
    aes_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, file or video that lies in the media folder under its `sha256`, in lower-case hex.

    `name` is what its sender called it, "" when unknown: for people to read, never a path. `at` is
    aware UTC: when it had been fetched.
    """

    sha256: str
    size_bytes: int
    kind: MediaKind
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What WeCom holds for us and can be sent by its id until `expires_at`, aware UTC."""

    media_id: str
    kind: MediaKind
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """A file of the media folder that goes out; `name` is what the people there see."""

    sha256: str
    name: str
    kind: MediaKind
