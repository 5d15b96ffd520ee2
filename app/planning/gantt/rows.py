"""The rows of a plan as SVG: shifts and stops behind, changeovers and operations, due times."""

from collections.abc import Iterator

from app.planning.gantt.frame import LEFT, Band, Frame, attribute, rect, text, title, words_width
from app.planning.gantt.wording import Wording
from app.planning.hours import merged
from app.records.chart import Bar, Chart, Window, colour, letter

INK = "#1a1a1a"
LATE = "#b00020"
LABEL = 11
_LETTER_PX = 9


class Rows:
    """Draws the machines of a chart."""

    def __init__(self, chart: Chart, frame: Frame, wording: Wording) -> None:
        self._chart, self._frame, self._wording = chart, frame, wording
        self._orders = {order.order: order for order in chart.orders}

    def back(self, band: Band) -> Iterator[str]:
        """A machine's name, its load, and when it does not work."""
        row, frame, middle = band.row, self._frame, band.top + band.height / 2 + 4
        if band.heading:
            words = self._wording("facility", name=band.heading)
            yield text(8, band.top - 6, words, 12, more=' class="heading"')
        yield rect(LEFT, band.top, frame.right - LEFT, band.height, 'class="row"')
        yield from self._shut(band, row.closed, "closed")
        yield from self._shut(band, row.down, "down")
        yield f"<g>{title(self._wording.machine(row))}{text(8, middle, _cut(row.machine, LEFT - 14), 12)}</g>"
        load = "–" if row.load is None else f"{row.load:.0%}"
        yield text(frame.width - 8, middle, load, 12, more=' text-anchor="end" class="load"')

    def _shut(self, band: Band, windows: tuple[Window, ...], kind: str) -> Iterator[str]:
        frame = self._frame
        for low, high in merged(windows):
            if frame.shows(low, high):
                left, width = frame.x(low), frame.x(high) - frame.x(low)
                yield rect(left, band.top, width, band.height, f'class="{kind}"')

    def front(self, band: Band) -> Iterator[str]:
        """A machine's operations with their changeovers, and when their orders are due."""
        for bar in band.row.bars:
            if self._frame.shows(bar.start - bar.setup, bar.end):
                yield from self._bar(band, bar)
        for bar in band.row.bars:
            if bar.last:
                yield from self._due(band, bar)

    def _bar(self, band: Band, bar: Bar) -> Iterator[str]:
        top, height = band.top + bar.lane * band.lane + 2, band.lane - 4
        late = " late" if bar.late else ""
        yield (
            f'<g class="bar {bar.kind}{late}" data-order={attribute(bar.order)} '
            f'data-operation="{bar.position}" data-machine={attribute(band.row.machine)} '
            f'data-start="{bar.start}" data-end="{bar.end}">'
        )
        yield title(self._wording.tip(bar, band.row))
        yield from self._setup(bar, top, height)
        yield from self._pieces(band, bar, top, height)
        yield from self._label(band, bar, top + height / 2 + 4)
        yield "</g>"

    def _setup(self, bar: Bar, top: float, height: float) -> Iterator[str]:
        frame = self._frame
        if bar.setup and frame.shows(bar.start - bar.setup, bar.start):
            left = frame.x(bar.start - bar.setup)
            yield rect(left, top + height / 4, frame.x(bar.start) - left, height / 2, 'class="setup"')

    def _pieces(self, band: Band, bar: Bar, top: float, height: float) -> Iterator[str]:
        """Thin through the whole time, full where the machine works."""
        frame, fill = self._frame, colour(bar.family)
        if not frame.shows(bar.start, bar.end):
            return
        left, right = frame.x(bar.start), frame.x(bar.end)
        yield rect(left, top + height / 2 - 2, right - left, 4, f'fill="{fill}" class="through"')
        for low, high in _open_parts(bar, band.row.closed):
            if frame.shows(low, high):
                at, width = frame.x(low), frame.x(high) - frame.x(low)
                yield rect(at, top, width, height, f'fill="{fill}" class="work"')
                if bar.late:
                    yield rect(at, top, width, height, 'fill="url(#late)" class="hatch"')
        if bar.kind in {"frozen", "running"}:
            yield rect(left, top + height - 3, right - left, 3, f'fill="{INK}"')

    def _label(self, band: Band, bar: Bar, y: float) -> Iterator[str]:
        """As much as fits of sign, family and order, where the bar is widest."""
        frame, parts = self._frame, [(bar.start, bar.end), *_open_parts(bar, band.row.closed)]
        inside = [(frame.x(low), frame.x(high)) for low, high in parts[1:] or parts if frame.shows(low, high)]
        left, right = max(inside, key=lambda edges: edges[1] - edges[0], default=(0.0, 0.0))
        sign = ("▶" if bar.kind == "running" else "") + ("!" if bar.late else "")
        short = f"{sign}{letter(bar.family)}"
        for words in (f"{short} {bar.order}", bar.order, short, letter(bar.family)):
            narrow = len(words) == 1 and right - left >= _LETTER_PX
            if narrow or words_width(words, LABEL) + 4 <= right - left:
                halo = ' class="label halo"' if bar.late else ' class="label"'
                yield text(left + 2, y, words, LABEL, more=halo)
                return

    def _due(self, band: Band, bar: Bar) -> Iterator[str]:
        """A mark at the due time in the row where the order ends; a line from there when it is late."""
        order, frame = self._orders.get(bar.order), self._frame
        if order is None or order.due is None:
            return
        y = band.top + bar.lane * band.lane + 1
        if order.late and frame.shows(order.due, order.end):
            start, end = frame.x(order.due), frame.x(order.end)
            yield f'<path class="overdue" d="M{start:.1f} {y:.1f}H{end:.1f}"/>'
        if frame.low <= order.due < frame.high:
            x, kind = frame.x(order.due), "due late" if order.late else "due"
            words = f"{order.order}: {self._wording.promise(order)}"
            shape = f'data-order={attribute(order.order)} d="M{x - 4:.1f} {y - 1:.1f}h8l-4 7z"'
            yield f'<path class="{kind}" {shape}>{title(words)}</path>'


def _open_parts(bar: Bar, closed: tuple[Window, ...]) -> Iterator[Window]:
    at = bar.start
    for low, high in merged(closed):
        if high <= bar.start or low >= bar.end:
            continue
        if low > at:
            yield at, low
        at = high
    if at < bar.end:
        yield at, bar.end


def _cut(words: str, room: float) -> str:
    if words_width(words, 12) <= room:
        return words
    while words and words_width(words + "…", 12) > room:
        words = words[:-1]
    return words + "…"
