"""How often each conversation was spoken to, as the gateway double counts it: every frame."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable

MINUTE_MAX = 30
HOUR_MAX = 1000

_MINUTE_S = 60
_HOUR_S = 3600


class Rates:
    """Frames by conversation; `now` is in seconds. `most_a_minute` and `most_an_hour` are the peaks."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._minute: dict[str, deque[float]] = defaultdict(deque)
        self._hour: dict[str, deque[float]] = defaultdict(deque)
        self.most_a_minute: Counter[str] = Counter()
        self.most_an_hour: Counter[str] = Counter()

    def full(self, conversation: str) -> bool:
        """Whether one more frame would exceed a limit."""
        minute, hour = self._counts(conversation)
        return minute >= MINUTE_MAX or hour >= HOUR_MAX

    def spend(self, conversation: str) -> None:
        """Count a frame that arrives now."""
        for times in (self._minute, self._hour):
            times[conversation].append(self._now())
        minute, hour = self._counts(conversation)
        self.most_a_minute[conversation] = max(self.most_a_minute[conversation], minute)
        self.most_an_hour[conversation] = max(self.most_an_hour[conversation], hour)

    def _counts(self, conversation: str) -> tuple[int, int]:
        now = self._now()
        minute, hour = self._minute[conversation], self._hour[conversation]
        for times, lasts_s in ((minute, _MINUTE_S), (hour, _HOUR_S)):
            while times and times[0] <= now - lasts_s:
                times.popleft()
        return len(minute), len(hour)
