"""What an attempt may cost at most, and what it did cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.outbound.cloud.asking import REASK_TOKENS_MAX
from app.outbound.cloud.attempt import Raw, Target, Turn
from app.outbound.cloud.parts import Counting, Pricing
from app.records.cloud import FaultClass, Usage

_TURNED_AWAY: tuple[FaultClass, ...] = ("account", "throttle")
"""Turned away at the door: no token was read."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A target with its price: tokens of the first question, and the most that one attempt may cost."""

    target: Target
    prompt_tokens: int
    worst_micro: int


class Till:
    """Prices and counts brought together."""

    def __init__(self, prices: Pricing, tokens: Counting) -> None:
        self._prices, self._tokens = prices, tokens

    def count(self, target: Target, turns: Sequence[Turn]) -> int:
        """About how many tokens the turns are."""
        return self._tokens.estimate(target.model, "\n".join(turn.text for turn in turns))

    def quote(self, target: Target, prompt_tokens: int, *instants: datetime) -> Quote | None:
        """The dearest of the instants; None when one has no price. A server in the plant costs nothing."""
        if target.provider == "lan":
            return Quote(target, prompt_tokens, 0)
        most = prompt_tokens + REASK_TOKENS_MAX
        worst = [
            self._prices.worst(target.provider, target.model, at, most, target.tokens_max) for at in instants
        ]
        known = [each for each in worst if each is not None]
        return Quote(target, prompt_tokens, max(known)) if len(known) == len(worst) else None

    def used(self, quote: Quote, turns: Sequence[Turn], raw: Raw) -> Usage:
        """The tokens of an attempt that was answered; what the provider tells is learned from.

        Untold, the answer is counted, or taken at its longest where reasoning is not in its text; no answer
        is longer than was asked for.
        """
        asked = self._prompt_tokens(quote, turns)
        if raw.usage is not None:
            if told := raw.usage.hit + raw.usage.miss:
                self._tokens.learn(quote.target.model, asked, told)
            return raw.usage
        target, output = quote.target, quote.target.tokens_max
        if target.thinking == "off":
            output = min(output, self._tokens.estimate(target.model, raw.text))
        return Usage(miss=asked, output=output, estimated=True)

    def lost(self, quote: Quote, turns: Sequence[Turn], fault: FaultClass, *, sent: bool) -> Usage:
        """The tokens of an attempt that failed, where the provider does not tell.

        An answer that came to its end but could not be used is taken at its longest; of one that was
        cut off, the question at least was read.
        """
        if not sent or fault in _TURNED_AWAY:
            return Usage()
        output = quote.target.tokens_max if fault == "content" else 0
        return Usage(miss=self._prompt_tokens(quote, turns), output=output, estimated=True)

    def cost(self, quote: Quote, usage: Usage, *instants: datetime) -> int:
        """Millionths of a yuan, at the dearest of the instants; all that was set aside if no price holds."""
        if quote.target.provider == "lan" or usage == Usage():
            return 0
        target = quote.target
        costs = [self._prices.cost(target.provider, target.model, at, usage) for at in instants]
        return max(quote.worst_micro if each is None else each for each in costs)

    def _prompt_tokens(self, quote: Quote, turns: Sequence[Turn]) -> int:
        more = turns[2:]
        return quote.prompt_tokens + (self.count(quote.target, more) if more else 0)
