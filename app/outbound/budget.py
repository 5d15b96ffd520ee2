"""How much may still be said in a conversation: WeCom counts replies, refreshes and pushes together.

Limits of developer page 101463, read in March 2026: 30 messages a minute and 1,000 an hour. Whether
a refresh counts is not stated there, so each frame does.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

Conversation = tuple[str, bool]
"""A userid or a group's chatid, and whether it is a group."""

KEPT_FOR_FINALS = 3
_ON_THE_WAY_S = 5.0  # frames arrive this much later than they were written, at most
_MINUTE_S = 60.0 + _ON_THE_WAY_S
_HOUR_S = 3600.0 + _ON_THE_WAY_S


@dataclass(slots=True)
class _Spent:
    times: deque[float] = field(default_factory=deque)
    rests_until: float = 0.0


class Budget:
    """The frames written to each conversation in the last hour; `tick` is monotonic, in seconds.

    Forgotten by a restart: what was spent before shows as the gateway's refusal, see `rest`.
    """

    def __init__(
        self, tick: Callable[[], float] = time.monotonic, *, minute_max: int = 30, hour_max: int = 1000
    ) -> None:
        self._tick = tick
        self._minute_max, self._hour_max = minute_max, hour_max
        self._spent: OrderedDict[Conversation, _Spent] = OrderedDict()

    def take(self, who: Conversation, *, final: bool) -> float:
        """Spend one frame, or nothing and the seconds until there is room; 0.0 when it was spent.

        `final` is an answer's end; anything else leaves three frames of each window to those.
        """
        now = self._tick()
        spent = self._spent.setdefault(who, _Spent())
        left = 0 if final else KEPT_FOR_FINALS
        wait_s = max(
            spent.rests_until - now,
            _until_free(spent.times, self._minute_max - left, _MINUTE_S, now),
            _until_free(spent.times, self._hour_max - left, _HOUR_S, now),
        )
        if wait_s > 0:
            return wait_s
        spent.times.append(now)
        if len(spent.times) > self._hour_max:
            spent.times.popleft()
        self._spent.move_to_end(who)
        self._forget(now - _HOUR_S)
        return 0.0

    def give_back(self, who: Conversation) -> None:
        """The frame taken a moment ago was not written."""
        self._spent[who].times.pop()

    def rest(self, who: Conversation, pause_s: float) -> None:
        """The gateway asked for patience: nothing more for so many seconds."""
        spent = self._spent.setdefault(who, _Spent())
        spent.rests_until = max(spent.rests_until, self._tick() + pause_s)

    def _forget(self, before: float) -> None:
        """Drop conversations that have been quiet for an hour, longest quiet first."""
        while self._spent:
            who, spent = next(iter(self._spent.items()))
            if max(spent.times[-1] if spent.times else 0.0, spent.rests_until) > before:
                return
            del self._spent[who]


def _until_free(times: deque[float], most: int, window_s: float, now: float) -> float:
    """Seconds until fewer than `most` lie in the window; 0 or less when that is so now."""
    return times[-most] + window_s - now if len(times) >= most else 0.0
