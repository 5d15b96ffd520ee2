"""Where things lie in a drawn plan: pixels of a tick, of a row, and how wide words are."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from app.records.chart import Chart, Row

LEFT = 132
RIGHT = 66
TOP = 118
LANE = 24
THIN_LANE = 15
HEADING = 22
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of a chart that is drawn, low..high, and how wide the picture is."""

    low: int
    high: int
    width: int

    @property
    def right(self) -> int:
        """The right edge of the line of time."""
        return self.width - RIGHT

    def x(self, at: float) -> float:
        """A tick's place from the left, kept inside the line of time."""
        inside = min(max(at, self.low), self.high)
        return LEFT + (inside - self.low) * (self.right - LEFT) / (self.high - self.low)

    def shows(self, start: int, end: int) -> bool:
        """Whether any of start..end lies inside."""
        return start < self.high and end > self.low


@dataclass(frozen=True, slots=True)
class Band:
    """A row's place: its upper edge and height, and the heading that stands above it or ""."""

    row: Row
    top: float
    height: float
    lane: float
    heading: str


def bands(chart: Chart) -> Iterator[Band]:
    """The rows from above, grouped by facility; a heading above each group."""
    top, facility = float(TOP), ""
    for row in chart.rows:
        heading = row.facility if row.facility != facility else ""
        facility = row.facility
        top += HEADING if heading else 0
        lane = LANE if row.lanes == 1 else THIN_LANE
        yield Band(row, top, lane * row.lanes, lane, heading)
        top += lane * row.lanes


def words_width(text: str, size: float) -> float:
    """About how wide text is in pixels: an em for what Chinese draws wide, 0.58 for the rest."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return size * (wide + 0.58 * (len(text) - wide))


def clean(text: str) -> str:
    """What can stand in XML: no controls, direction marks or half characters but line breaks."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _HIDDEN)


def attribute(text: str) -> str:
    """Text as a quoted attribute."""
    return quoteattr(clean(text))


def text(x: float, y: float, words: str, size: float = 12, *, more: str = "") -> str:
    """Words at a place; `more` are attributes as they are."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{more}>{escape(clean(words))}</text>'


def rect(x: float, y: float, width: float, height: float, more: str) -> str:
    """A rectangle; `more` are attributes as they are."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.6):.1f}" height="{height:.1f}" {more}/>'


def title(words: str) -> str:
    """What a viewer shows beside the pointer."""
    return f"<title>{escape(clean(words))}</title>"
