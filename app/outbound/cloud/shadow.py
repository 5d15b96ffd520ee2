"""The shadow price: what the same messages would have cost with every one of them in the cloud."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.outbound.cloud.prices import Prices
from app.records.cloud import Provider, Usage

RULES_TOKENS = 900
"""The fixed part of a prompt that understands any message: ten intents, their slots, the form, examples."""

FACTS_TOKENS = 400
"""What a model must be told of the plant beside the words: names that may be meant, the day, the person."""

ANSWER_TOKENS = 80
"""A short JSON answer."""

TOKENS_PER_SIGN = 0.75
"""Chinese and English plant talk lies between 0.5 and 0.75 tokens a sign."""

METHOD = (
    f"each message as one request with a fixed part of {RULES_TOKENS} tokens, found in the provider's cache "
    f"but for the first of each hour, {FACTS_TOKENS} tokens of facts, {TOKENS_PER_SIGN} tokens for each sign "
    f"of its words, and an answer of {ANSWER_TOKENS} tokens, at the price of its moment; no plans counted"
)


@dataclass(frozen=True, slots=True)
class Shadow:
    """What `messages` would have cost, in millionths of a yuan; `unpriced` had no price at their moment."""

    messages: int
    cost_micro: int
    unpriced: int


def shadow(said: Iterable[tuple[datetime, int]], prices: Prices, provider: Provider, model: str) -> Shadow:
    """The cost of messages, each by when it came and how many signs it has, with one model."""
    hours, cost_micro, unpriced, messages = set[datetime](), 0, 0, 0
    for at, signs in said:
        hour = at.replace(minute=0, second=0, microsecond=0)
        usage = _usage(signs, first=hour not in hours)
        hours.add(hour)
        messages += 1
        cost = prices.cost(provider, model, at, usage)
        cost_micro += cost or 0
        unpriced += cost is None
    return Shadow(messages, cost_micro, unpriced)


def _usage(signs: int, *, first: bool) -> Usage:
    own = FACTS_TOKENS + math.ceil(signs * TOKENS_PER_SIGN)
    if first:
        return Usage(0, RULES_TOKENS + own, ANSWER_TOKENS)
    return Usage(RULES_TOKENS, own, ANSWER_TOKENS)
