"""The sheet that a picture for a phone is drawn on: words that stay inside it, and shapes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from app.planning.gantt.frame import clean

WIDTH_PX = 1080
EDGE_PX = 24
TEXT_PX = 28
"""Phones show the picture at about a third of its size: smaller letters cannot be read."""
SMALL_PX = 26
HEAD_PX = 40

INK = "#1a1a1a"
QUIET = "#555555"
LATE = "#b00020"
PAPER = "#ffffff"

Ink = Callable[[str], bool]
"""Whether the font that draws has a character."""

_UNKNOWN = "?"
_ROUNDING = 0.01  # of a pixel
_ASCII_EM = (
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555,
    555, 555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589,
    552, 689, 728, 293, 535, 646, 543, 812, 723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573,
    531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552,
    284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555,
)  # fmt: skip
"""Widths of the product's own font from the space to ~, in thousandths of its size."""

_STYLE = (
    f"text{{font-family:sans-serif;fill:{INK}}}.bold{{stroke:{INK};stroke-width:.9px}}.quiet{{fill:{QUIET}}}"
    f".alarm{{fill:{LATE};stroke:{LATE};stroke-width:.6px}}.halo{{paint-order:stroke;stroke:#fff;stroke-width:5px;"
    "stroke-linejoin:round}"
)


def width_of(words: str, size: float) -> float:
    """At most how wide words are in the product's own font, in pixels."""
    return size * sum(map(_em, words))


def _em(sign: str) -> float:
    at = ord(sign) - ord(" ")
    return _ASCII_EM[at] / 1000 if 0 <= at < len(_ASCII_EM) else 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they stand: the left end of their base line, and how large they are."""

    x: float
    y: float
    words: str
    size: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom: what the letters may cover."""
        return (
            self.x,
            self.y - 0.88 * self.size,
            self.x + width_of(self.words, self.size),
            self.y + 0.12 * self.size,
        )


class Sheet:
    """A picture while it is drawn, from above downwards; `words` are those that stand on it."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._drawn: list[str] = []
        self.words: list[Words] = []

    def legible(self, words: str) -> str:
        """The words on one line; what the font lacks is a question mark, never an empty box."""
        line = " ".join(clean(words).split())
        return "".join(sign if sign == " " or self._ink(sign) else _UNKNOWN for sign in line)

    def say(
        self, x: float, y: float, words: str, size: float = TEXT_PX, *, room: float | None = None,
        kind: str = "", end: bool = False,
    ) -> float:  # fmt: skip
        """Words on a base line, cut to their room, by default up to the edge; the right end of them.

        `end` has them end at `x` in place of beginning there.
        """
        space = room if room is not None else (x if end else WIDTH_PX - x) - EDGE_PX
        shown = cut(self.legible(words), space, size)
        if not shown:
            return x
        left = x - width_of(shown, size) if end else x
        placed = Words(left, y, shown, size)
        self.words.append(placed)
        at, anchor = (x, ' text-anchor="end"') if end else (left, "")
        style = f' class="{kind}"' if kind else ""
        self._drawn.append(
            f'<text x="{at:.1f}" y="{y:.1f}" font-size="{size:g}"{anchor}{style}>{escape(shown)}</text>'
        )
        return placed.box[2]

    def box(self, x: float, y: float, width: float, height: float, more: str) -> None:
        """A rectangle; `more` are attributes as they are."""
        self._drawn.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" {more}/>'
        )

    def path(self, way: str, more: str) -> None:
        """A path; both are as they are."""
        self._drawn.append(f'<path d="{way}" {more}/>')

    def document(self, height: float, patterns: str = "") -> str:
        """The whole as SVG."""
        return "\n".join(self._lines(height, patterns))

    def _lines(self, height: float, patterns: str) -> Iterator[str]:
        size = f'width="{WIDTH_PX}" height="{height:.0f}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH_PX} {height:.0f}">'
        yield f"<style>{_STYLE}</style><defs>{patterns}</defs>"
        yield f'<rect width="{WIDTH_PX}" height="{height:.0f}" fill="{PAPER}"/>'
        yield from self._drawn
        yield "</svg>"


def cut(words: str, room: float, size: float) -> str:
    """As much of the words as has room, with a mark where some is missing; "" where none has."""
    if width_of(words, size) <= room + _ROUNDING:
        return words
    while words and width_of(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip() + "…" if words else ""
