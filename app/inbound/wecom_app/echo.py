"""The window in which the address may be verified: an operator opens it, time closes it."""

import re
from datetime import timedelta

from app.ports import Clock

ECHO = re.compile(r"[0-9A-Za-z]{1,64}")
"""What an echo looks like. Anything else that opens may be a message, replayed to be read out."""


class EchoWindow:
    """Closed until it is opened; of one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock()

    @property
    def is_open(self) -> bool:
        """Whether an echo may be answered now."""
        return self._clock() < self._until

    def open(self, for_s: float = 600.0) -> None:
        """Open it from now on for so many seconds."""
        self._until = self._clock() + timedelta(seconds=for_s)

    def close(self) -> None:
        """Close it now."""
        self._until = self._clock()
