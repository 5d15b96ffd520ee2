"""The machines of a plan on a phone's picture: when they work, and on what."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.planning.gantt.wording import Wording
from app.planning.hours import merged
from app.planning.picture.sheet import EDGE_PX, INK, LATE, SMALL_PX, TEXT_PX, Sheet, width_of
from app.planning.picture.strip import LEFT, Strip
from app.records.chart import Bar, Chart, Row, Window, colour, letter

_ROW, _LANE, _GAP, _HEADING = 56, 40, 6, 50
_MARK_PX = 14

PATTERNS = f"""
<pattern id="late" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="4" height="14" fill="{LATE}" opacity=".75"/></pattern>
<pattern id="down" width="16" height="16" patternUnits="userSpaceOnUse">
<rect width="16" height="16" fill="#c9c9c9"/>
<path d="M0 0L16 16M16 0L0 16" stroke="#555" stroke-width="2"/></pattern>
<pattern id="setup" width="8" height="8" patternUnits="userSpaceOnUse">
<rect width="8" height="8" fill="#fff"/>
<rect width="4" height="8" fill="#555"/></pattern>
""".strip()


@dataclass(frozen=True, slots=True)
class _Band:
    row: Row
    top: float
    height: float
    lane: float


@dataclass(frozen=True, slots=True)
class _Label:
    x: float
    y: float
    words: str
    room: float
    kind: str


class PlanRows:
    """Draws a chart's rows from above: `backs`, then `bars`, then `labels`, with other things between."""

    def __init__(self, chart: Chart, strip: Strip, wording: Wording, sheet: Sheet) -> None:
        self._chart, self._strip, self._say, self._sheet = chart, strip, wording, sheet
        self._bands: list[_Band] = []
        self._labels: list[_Label] = []

    def backs(self, y: float) -> float:
        """Names, shifts and stops; the lower edge of the last row."""
        facility = ""
        for row in self._chart.rows:
            if row.facility != facility:
                facility = row.facility
                self._sheet.say(EDGE_PX, y + 36, self._say("facility", name=facility), TEXT_PX, kind="bold")
                y += _HEADING
            lane = _ROW - _GAP if row.lanes == 1 else _LANE
            band = _Band(row, y, lane * row.lanes, lane)
            self._bands.append(band)
            self._back(band)
            y += band.height + _GAP
        return y

    def _back(self, band: _Band) -> None:
        sheet, strip, row = self._sheet, self._strip, band.row
        sheet.box(LEFT, band.top, strip.width, band.height, 'fill="#f6f6f6" stroke="#bbb" stroke-width="1"')
        self._shut(band, row.closed, 'fill="#dcdcdc"')
        self._shut(band, row.down, 'fill="url(#down)" stroke="#555" stroke-width="2"')
        sheet.say(
            EDGE_PX,
            band.top + min(band.height, _ROW) / 2 + 10,
            row.machine,
            SMALL_PX,
            room=LEFT - EDGE_PX - 8,
        )

    def _shut(self, band: _Band, windows: tuple[Window, ...], more: str) -> None:
        strip = self._strip
        for low, high in merged(windows):
            if strip.shows(low, high):
                left = strip.x(low)
                self._sheet.box(left, band.top, strip.x(high) - left, band.height, more)

    @property
    def stretches(self) -> Iterator[tuple[float, float]]:
        """Upper and lower edges of the rows between headings."""
        yield from merged((int(band.top), int(band.top + band.height) + _GAP) for band in self._bands)

    def bars(self) -> None:
        """Operations with their changeovers."""
        for band in self._bands:
            for bar in band.row.bars:
                if self._strip.shows(bar.start - bar.setup, bar.end):
                    self._bar(band, bar)

    def labels(self) -> None:
        """What stands on the bars."""
        for label in self._labels:
            self._sheet.say(label.x, label.y, label.words, SMALL_PX, room=label.room, kind=label.kind)

    def _bar(self, band: _Band, bar: Bar) -> None:
        strip, sheet = self._strip, self._sheet
        top, height = band.top + bar.lane * band.lane + 2, band.lane - 4
        if bar.setup and strip.shows(bar.start - bar.setup, bar.start):
            left = strip.x(bar.start - bar.setup)
            frame = 'fill="url(#setup)" stroke="#555" stroke-width="1"'
            sheet.box(left, top + height / 4, strip.x(bar.start) - left, height / 2, frame)
        if not strip.shows(bar.start, bar.end):
            return
        left, right = strip.x(bar.start), strip.x(bar.end)
        sheet.box(left, top + height / 2 - 5, right - left, 10, f'fill="{colour(bar.family)}" stroke="#333"')
        for left, right in self._pieces(band, bar):
            self._piece(bar, left, right, top, height)
        widest = max(self._pieces(band, bar), key=lambda edges: edges[1] - edges[0], default=(0.0, 0.0))
        self._label(bar, widest, top, height)

    def _pieces(self, band: _Band, bar: Bar) -> Iterator[tuple[float, float]]:
        """The bar's parts outside closed time, in pixels; all of it where there is no open part."""
        strip, at = self._strip, bar.start
        for low, high in merged(band.row.closed):
            if high <= at or low >= bar.end:
                continue
            if low > at and strip.shows(at, low):
                yield strip.x(at), strip.x(low)
            at = high
        if at < bar.end and strip.shows(at, bar.end):
            yield strip.x(at), strip.x(bar.end)

    def _piece(self, bar: Bar, left: float, right: float, top: float, height: float) -> None:
        sheet, done = self._sheet, ' opacity=".45"' if bar.kind == "done" else ""
        edge = f'stroke="{LATE}" stroke-width="4"' if bar.late else 'stroke="#333" stroke-width="2"'
        sheet.box(left, top, right - left, height, f'fill="{colour(bar.family)}" {edge}{done}')
        if bar.late:
            sheet.box(left, top, right - left, height, 'fill="url(#late)"')
            mark = min(_MARK_PX, right - left)
            sheet.path(f"M{left:.1f} {top:.1f}h{mark:.1f}l-{mark:.1f} {mark:.1f}z", f'fill="{LATE}"')
        if bar.kind in {"frozen", "running"}:
            sheet.box(left, top + height - 6, right - left, 6, f'fill="{INK}"')

    def _label(self, bar: Bar, place: tuple[float, float], top: float, height: float) -> None:
        """As much as fits of sign, order and family."""
        left, right = place
        room = right - left - 8
        sign = ("▶" if bar.kind == "running" else "") + ("!" if bar.late else "")
        short = bar.order.rpartition("-")[2] or bar.order
        family = letter(bar.family)
        for words in (
            f"{sign}{bar.order} {family}",
            f"{sign}{short} {family}",
            f"{sign}{short}",
            sign or family,
        ):
            if width_of(self._sheet.legible(words), SMALL_PX) <= room:
                y = top + height / 2 + SMALL_PX * 0.36
                kind = "halo" if bar.late or self._is_crossed(left + 4, words) else "bold"
                self._labels.append(_Label(left + 4, y, words, room, kind))
                return

    def _is_crossed(self, x: float, words: str) -> bool:
        """Whether the line of the present goes through words at `x`."""
        now = self._chart.now
        return now is not None and x - 4 <= self._strip.x(now) <= x + width_of(words, SMALL_PX) + 4
