"""Other spellings of a training message, as phones and hands make them; labels stay what they were."""

import random
import re
from collections.abc import Callable

from app.understand.normalise import Scripts

Change = Callable[[str], str]

_ORDER = re.compile(r"(?<![0-9])10[3-6][0-9](?![0-9])")
_MACHINE = re.compile(r"(?i)(?<![a-z])(st|gr|ht|pl|ls|as|pk)([- ]?)0?([1-9])(?![0-9])")
_NUMBER = re.compile(r"(?<![0-9A-Za-z.\-:/])([1-9][0-9]{1,3})(?![0-9:./\-])")
_MARKS = re.compile(r"[,.!?;:,。!?;:、~…]")
_PREFIXES = ("st", "gr", "ht", "pl", "ls", "as", "pk")
_OFTEN, _SELDOM = 0.35, 0.12


class Variations:
    """Makes a variation of a text; the same seed gives the same ones in the same order.

    Each change happens or not by itself: the other Chinese script, other numbers of orders,
    machines and amounts, no punctuation, no case, a slip of the finger.
    """

    def __init__(self, scripts: Scripts, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - spelling, not secrets
        self._scripts = scripts

    def vary(self, text: str) -> str:
        """The text, changed a little or not at all."""
        for share, change in (
            (_OFTEN, self._other_script),
            (_OFTEN, self._other_codes),
            (_OFTEN, self._other_numbers),
            (_SELDOM, lambda words: _MARKS.sub(" ", words)),
            (_SELDOM, str.lower),
            (_SELDOM, self._slip),
        ):
            if self._random.random() < share:
                text = change(text)
        return " ".join(text.split()) or text

    def _other_script(self, text: str) -> str:
        simple = self._scripts.simplify(text)
        return self._scripts.traditionalise(text) if simple == text else simple

    def _other_codes(self, text: str) -> str:
        text = _ORDER.sub(lambda _: str(self._random.randint(1030, 1069)), text)
        return _MACHINE.sub(self._machine, text)

    def _machine(self, found: re.Match[str]) -> str:
        prefix = self._random.choice(_PREFIXES)
        number = f"{'0' if '0' in found[0] else ''}{self._random.randint(1, 5)}"
        return f"{prefix.upper() if found[1].isupper() else prefix}{found[2]}{number}"

    def _other_numbers(self, text: str) -> str:
        def another(found: re.Match[str]) -> str:
            if _ORDER.fullmatch(found[1]):
                return found[1]
            return str(self._random.randint(10 ** (len(found[1]) - 1), 10 ** len(found[1]) - 1))

        return _NUMBER.sub(another, text)

    def _slip(self, text: str) -> str:
        """One character lost, doubled or changed with its neighbour."""
        if len(text) < 6:
            return text
        at = self._random.randrange(1, len(text) - 1)
        left, one, two, right = text[: at - 1], text[at - 1], text[at], text[at + 1 :]
        return left + self._random.choice((one, one + one + two, two + one)) + right
