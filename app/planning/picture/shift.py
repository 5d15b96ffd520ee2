"""A shift report as a picture for a phone: what was to end against what has, then a line for each matter."""

from collections.abc import Iterator

from app.planning.gantt.wording import Speak
from app.planning.picture.plan import Drawn
from app.planning.picture.sheet import EDGE_PX, HEAD_PX, INK, LATE, TEXT_PX, WIDTH_PX, Ink, Sheet, width_of
from app.planning.shift.telling import Mark, Row, Section, sections
from app.records.shift import ShiftReport, SiteShift

_LINE, _INDENT, _BAR = 44, 44, 40
_DONE = "#77AADD"


def draw_shift(report: ShiftReport, speak: Speak, ink: Ink) -> Drawn:
    """The report, a facility below the other."""
    sheet, y = Sheet(ink), float(EDGE_PX)
    for section in sections(report):
        y = _Part(sheet, speak, section).draw(y)
    return Drawn(sheet.document(y + EDGE_PX), sheet)


class _Part:
    """A facility's part while it is drawn."""

    def __init__(self, sheet: Sheet, speak: Speak, section: Section) -> None:
        self._sheet, self._speak, self._section = sheet, speak, section

    def draw(self, y: float) -> float:
        """Draw it below `y`; its lower edge."""
        sheet, section = self._sheet, self._section
        y += HEAD_PX
        sheet.say(EDGE_PX, y, self._speak(section.title), HEAD_PX - 4, kind="bold")
        y += _LINE
        sheet.say(EDGE_PX, y, self._speak(section.span), kind="quiet")
        y = self._progress(section.site, y + 20)
        for row in section.rows:
            y = self._row(row, y)
        sheet.path(f"M{EDGE_PX} {y + 18:.1f}H{WIDTH_PX - EDGE_PX}", 'stroke="#bbb" stroke-width="2"')
        return y + 30

    def _progress(self, site: SiteShift, y: float) -> float:
        """A bar filled as far as the plan was done, its numbers beside it."""
        if not site.planned:
            return y
        words = f"{site.on_plan}/{site.planned}"
        right = WIDTH_PX - EDGE_PX - width_of(words, TEXT_PX) - 16
        whole = right - EDGE_PX
        frame = f'stroke="{INK}" stroke-width="3"'
        self._sheet.box(EDGE_PX, y, whole, _BAR, f'fill="#fff" {frame}')
        if site.on_plan:
            share = min(1.0, site.on_plan / site.planned)
            self._sheet.box(EDGE_PX, y, whole * share, _BAR, f'fill="{_DONE}" {frame}')
        self._sheet.say(right + 12, y + 30, words, kind="bold")
        return y + _BAR + 8

    def _row(self, row: Row, y: float) -> float:
        kind = "alarm" if row.mark == "alarm" else ""
        for n, line in enumerate(self._wrapped(self._speak(row.say))):
            y += _LINE
            if n == 0:
                self._mark(row.mark, EDGE_PX + 14, y - 10)
            self._sheet.say(EDGE_PX + _INDENT, y, line, kind=kind)
        return y

    def _wrapped(self, words: str) -> Iterator[str]:
        """The words in lines that fit: broken at a space, or anywhere between Chinese."""
        room, left = WIDTH_PX - 2 * EDGE_PX - _INDENT, self._sheet.legible(words)
        while left:
            end = len(left)
            while end > 1 and width_of(left[:end], TEXT_PX) > room:
                end = _break_before(left, end)
            yield left[:end].rstrip()
            left = left[end:].lstrip()

    def _mark(self, mark: Mark, x: float, y: float) -> None:
        """A tick, a triangle, a ring or a dot: told apart without colour."""
        sheet = self._sheet
        match mark:
            case "good":
                sheet.path(f"M{x - 11} {y}l8 9l15 -19", f'fill="none" stroke="{INK}" stroke-width="5"')
            case "alarm":
                sheet.path(f"M{x} {y - 14}l14 25h-28z", f'fill="{LATE}"')
                sheet.path(f"M{x} {y - 4}v7m0 3v3", 'stroke="#fff" stroke-width="3"')
            case "open":
                sheet.path(f"M{x - 10} {y}a10 10 0 1 0 20 0a10 10 0 1 0 -20 0z",
                           f'fill="none" stroke="{INK}" stroke-width="4"')  # fmt: skip
            case "plain":
                sheet.path(f"M{x - 5} {y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", f'fill="{INK}"')


def _break_before(words: str, end: int) -> int:
    """The next earlier place at which a line may end; at least 1."""
    at = end - 1
    while at > 1 and words[at].isascii() and words[at - 1].isascii() and words[at - 1] != " ":
        at -= 1
    return at if at > 1 else end - 1
