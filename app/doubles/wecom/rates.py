"""How often each conversation was spoken to, as the gateway double counts it: every frame."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable

MINUTE_MAX = 30
HOUR_MAX = 1000


class Rates:
    """Frames by conversation; `now` is in seconds. `most_a_minute` and `most_an_hour` are the peaks."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._times: dict[str, deque[float]] = defaultdict(deque)
        self.most_a_minute: Counter[str] = Counter()
        self.most_an_hour: Counter[str] = Counter()

    def full(self, conversation: str) -> bool:
        """Whether one more frame would exceed a limit."""
        minute, hour = self._counts(conversation)
        return minute >= MINUTE_MAX or hour >= HOUR_MAX

    def spend(self, conversation: str) -> None:
        """Count a frame that arrives now."""
        self._times[conversation].append(self._now())
        minute, hour = self._counts(conversation)
        self.most_a_minute[conversation] = max(self.most_a_minute[conversation], minute)
        self.most_an_hour[conversation] = max(self.most_an_hour[conversation], hour)

    def _counts(self, conversation: str) -> tuple[int, int]:
        times, now = self._times[conversation], self._now()
        while times and times[0] <= now - 3600:
            times.popleft()
        return sum(at > now - 60 for at in times), len(times)
