"""What people attach and must still be fetched."""

from collections.abc import Callable
from typing import Protocol

from app.records.media import Media, MediaState, Wanted
from app.records.message import Language


class MediaQueue(Protocol):
    """The queue of attachments that must still be fetched; survives a crash."""

    async def wanted(self, limit: int) -> tuple[Wanted, ...]:
        """What must still be fetched of people of the plant, oldest first."""

    async def kept(self, wanted: Wanted, media: Media) -> None:
        """It lies in the media folder. May be repeated."""

    async def missed(
        self, wanted: Wanted, state: MediaState, reason: str, text: Callable[[Language], str]
    ) -> None:
        """It will not come; its sender is told with `text`, in their language. May be repeated."""
