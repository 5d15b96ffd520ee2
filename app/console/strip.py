"""A line of terminal cells that is painted over, layer by layer."""

from rich.cells import cell_len
from rich.text import Text

from app.console.cells import plain


class Strip:
    """So many cells, each with a character and a style; paint outside of them is lost."""

    def __init__(self, width: int, style: str = "") -> None:
        self._chars = [" "] * width
        self._styles = [style] * width
        self._free = [True] * width

    def fill(self, low: int, high: int, char: str, style: str) -> None:
        """The same character in low..high."""
        for at in range(max(0, low), min(len(self._chars), high)):
            self._set(at, char, style, free=True)

    def tint(self, low: int, high: int, style: str) -> None:
        """Another style for what stands in low..high."""
        for at in range(max(0, low), min(len(self._chars), high)):
            self._styles[at] = f"{self._styles[at]} {style}".strip()

    def mark(self, at: int, char: str, style: str) -> None:
        """One character, unless words stand there; the ground stays."""
        if 0 <= at < len(self._chars) and self._free[at]:
            ground = self._styles[at].partition(" on ")[2]
            self._set(at, char, f"{style} on {ground}" if ground else style, free=True)

    def write(self, low: int, high: int, words: str, style: str) -> None:
        """Words from `low` on, cut where they reach `high`; a character that is cut in half is left out."""
        at = low
        for char in plain(words):
            width = cell_len(char)
            if at + width > min(high, len(self._chars)):
                return
            if at >= 0 and width:
                self._set(at, char, style, free=False)
            at += width

    def _set(self, at: int, char: str, style: str, *, free: bool) -> None:
        wide = cell_len(char) == 2
        self._split(at)
        if wide:
            self._split(at + 1)
            self._chars[at + 1], self._styles[at + 1], self._free[at + 1] = "", style, free
        self._chars[at], self._styles[at], self._free[at] = char, style, free

    def _split(self, at: int) -> None:
        """Where half of a wide character would be painted over, its other half goes as well."""
        if not self._chars[at] and at:
            self._chars[at - 1] = self._chars[at] = " "
        elif at + 1 < len(self._chars) and not self._chars[at + 1]:
            self._chars[at] = self._chars[at + 1] = " "

    def text(self) -> Text:
        """The line, in exactly its width."""
        line = Text()
        for char, style in zip(self._chars, self._styles, strict=True):
            if char:
                line.append(char, style=style or None)
        return line
