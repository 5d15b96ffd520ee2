"""How long to wait before the next attempt, by how the last one ended."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

_PARK_S = 600.0  # a refused credential is tried again every ten minutes
_TRIES = 5  # refusals before that
_SUPERSEDED_MAX_S = 900.0


class LinkState(StrEnum):
    """Where the long connection stands."""

    CONNECTING = "connecting"
    AUTH = "auth"  # the socket is open, subscribe is not answered yet
    READY = "ready"
    BACKOFF = "backoff"  # will try again within backoff_max_s
    SUPERSEDED = "superseded"  # another client took the bot; parked for minutes
    REFUSED = "refused"  # the credentials were refused; parked for minutes


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended: BACKOFF, SUPERSEDED or REFUSED, and a sentence without secrets.

    `silent` when it was given up because nothing came any more.
    """

    state: LinkState
    reason: str
    silent: bool = False


class Pauses:
    """The pauses between attempts: jittered, growing, reset by a connection that lasted."""

    def __init__(self, backoff_max_s: float, superseded_s: float, chance: Callable[[], float]) -> None:
        self._backoff_max_s = backoff_max_s
        self._superseded_s = superseded_s
        self._chance = chance
        self._lost = self._kicked = self._refused = 0

    def after(self, ending: Ending, ready_s: float) -> tuple[LinkState, float]:
        """The state to wait in and the seconds to wait; `ready_s` is how long it had been ready."""
        self._forgive(ready_s)
        if ending.state is LinkState.SUPERSEDED:
            self._kicked += 1
            pause_s = min(self._superseded_s * 2.0 ** min(self._kicked - 1, 16), _SUPERSEDED_MAX_S)
            return LinkState.SUPERSEDED, pause_s * (1 + self._chance() / 10)
        if ending.state is LinkState.REFUSED:
            self._refused += 1
        if self._refused >= _TRIES and ending.state is LinkState.REFUSED:
            return LinkState.REFUSED, _PARK_S * (1 + self._chance() / 10)
        self._lost += 1
        return LinkState.BACKOFF, self._backoff_s()

    def _backoff_s(self) -> float:
        full_s = min(2.0 ** min(self._lost - 1, 16), self._backoff_max_s)
        return full_s * (0.5 + self._chance() / 2)

    def _forgive(self, ready_s: float) -> None:
        if ready_s > 0:
            self._refused = 0
        if ready_s >= self._backoff_max_s:
            self._lost = 0
        if ready_s >= _SUPERSEDED_MAX_S:
            self._kicked = 0
