"""Photos and files: as a callback names them, as they lie here, and as WeCom holds them for us."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

URL_LIVES = timedelta(minutes=5)
"""How long after its message an attachment can be fetched (developer page 100719, 2026-03)."""

BY_MEDIA = "media:"
"""How a reading says that it only places what was attached, before the ticket of the words beside."""


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


class MediaState(StrEnum):
    """Where an attachment stands."""

    WANTED = "wanted"  # must still be fetched
    KEPT = "kept"  # lies in the media folder
    REFUSED = "refused"  # must not be taken
    LOST = "lost"  # could not be fetched while its address lived


@dataclass(frozen=True, slots=True)
class MediaLink:
    """A photo, file or video that came with a message, and what it belongs to.

    `ticket` is the message's own decision, `n` counts its attachments from 1. `target` is the case,
    order or decision that it was added to, "" for none yet. `sha256`, `name` and `size_bytes` are
    "" and 0 unless it is kept, `reason` is why it is not, "" otherwise. `at` is aware UTC: since
    when it is in its state.
    """

    ticket: str
    n: int
    kind: MediaKind
    state: MediaState
    at: datetime
    target: str = ""
    sha256: str = ""
    name: str = ""
    size_bytes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment that must still be fetched, before `until`, aware UTC; `ticket` and `n` as above."""

    ticket: str
    n: int
    sender: str
    attachment: Attachment
    until: datetime


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
