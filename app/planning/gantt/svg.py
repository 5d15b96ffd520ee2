"""A chart as one SVG document that needs nothing beside it; fit for paper and for the colour-blind."""

from collections.abc import Iterator

from app.planning.gantt.frame import LEFT, TOP, Frame, bands, rect, text, title, words_width
from app.planning.gantt.rows import INK, LATE, Rows
from app.planning.gantt.wording import Speak, Wording
from app.records.axis import days, marks
from app.records.chart import Chart, colour, letter

FONTS = (
    "'Noto Sans','Noto Sans CJK HK','Noto Sans HK','Noto Sans CJK SC','Noto Sans SC','Source Han Sans',"
    "'PingFang HK','PingFang SC','Microsoft JhengHei','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"
)
"""What a viewer has of these draws Chinese; the last is whatever it takes for plain letters."""

WIDTH_PX = 1600
_LEGEND = 26
_MARK_PX = 46
_STYLE = f"""
text{{font-family:{FONTS};fill:{INK}}}
.row{{fill:#fff;stroke:#d9d9d9;stroke-width:.6}}.closed{{fill:#e9e9e9}}.down{{fill:url(#down)}}
.zone{{fill:#2060a0;opacity:.10}}.zone-edge{{stroke:#2060a0;stroke-dasharray:4 3}}
.day{{stroke:#8a8a8a;stroke-width:1}}.hour{{stroke:#dedede;stroke-width:.6}}
.now{{stroke:{INK};stroke-width:1.6}}.work{{stroke:#333;stroke-width:.6}}.through{{opacity:.75}}
.late .work{{stroke:{LATE};stroke-width:1.4}}.done{{opacity:.45}}
.setup{{fill:url(#setup);stroke:#555;stroke-width:.4}}
.label{{pointer-events:none}}.halo{{paint-order:stroke;stroke:#fff;stroke-width:2.4px;stroke-linejoin:round}}
.due{{fill:#555}}.due.late{{fill:{LATE}}}.overdue{{stroke:{LATE};stroke-width:1.6;fill:none}}
.heading{{font-weight:bold}}.quiet{{fill:#555}}
""".strip()
_PATTERNS = f"""
<pattern id="late" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="1.6" height="6" fill="{LATE}"/></pattern>
<pattern id="down" width="7" height="7" patternUnits="userSpaceOnUse">
<rect width="7" height="7" fill="#cfcfcf"/>
<path d="M0 0L7 7M7 0L0 7" stroke="#6a6a6a" stroke-width=".8"/></pattern>
<pattern id="setup" width="4" height="4" patternUnits="userSpaceOnUse">
<rect width="4" height="4" fill="#fff"/><rect width="2" height="4" fill="#666"/></pattern>
""".strip()


def svg_of(
    chart: Chart, speak: Speak, *, low: int | None = None, high: int | None = None, width: int = WIDTH_PX
) -> str:
    """The chart from tick `low` to `high`, by default the whole of it, in a picture `width` pixels wide.

    Sentences are what `speak` makes of the keys "gantt.…" of the answers.
    """
    start = first_shown(chart) if low is None else low
    end = max(chart.end, start + 1) if high is None else max(high, start + 1)
    picture = _Picture(chart, Frame(start, end, width), Wording(chart, speak))
    return "\n".join(picture.lines())


def first_shown(chart: Chart) -> int:
    """Where the whole plan begins: time 0, or the first of all where there is a present."""
    if chart.now is None:
        return 0
    return min([chart.now, *(bar.start - bar.setup for row in chart.rows for bar in row.bars)])


class _Picture:
    """One document while it is written."""

    def __init__(self, chart: Chart, frame: Frame, wording: Wording) -> None:
        self._chart, self._frame, self._wording = chart, frame, wording
        self._bands = tuple(bands(chart))
        self._rows = Rows(chart, frame, wording)
        self._bottom = max((b.top + b.height for b in self._bands), default=float(TOP))

    def lines(self) -> Iterator[str]:
        """The document's lines."""
        frame, legend = self._frame, list(self._legend())
        height = self._bottom + 14 + _LEGEND * (1 + max((place[1] for place in legend), default=0))
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{frame.width}" height="{height:.0f}" '
            f'viewBox="0 0 {frame.width} {height:.0f}">'
        )
        yield title(self._wording.title())
        yield f"<style>{_STYLE}</style><defs>{_PATTERNS}</defs>"
        yield rect(0, 0, frame.width, height, 'fill="#fff"')
        yield text(8, 28, self._wording.title(), 19)
        warned = f' fill="{LATE}" style="fill:{LATE}"' if self._chart.broken or self._chart.late else ""
        yield text(8, 50, self._wording.figures(), 13, more=warned)
        yield from self._body()
        yield from (drawn for drawn, _ in legend)
        yield "</svg>"

    def _body(self) -> Iterator[str]:
        for band in self._bands:
            yield from self._rows.back(band)
        yield from self._frozen()
        yield from self._axis()
        for band in self._bands:
            yield from self._rows.front(band)
        yield from self._now()

    def _axis(self) -> Iterator[str]:
        """Days, and round times between them; or round numbers."""
        frame, wording = self._frame, self._wording
        yield text(frame.width - 8, TOP - 8, wording("load"), 11, more=' text-anchor="end" class="quiet"')
        most = (frame.right - LEFT) // _MARK_PX
        for mark in marks(self._chart, frame.low, frame.high, most):
            x = frame.x(mark.at)
            if not mark.is_day:
                yield self._line(x, TOP - 4, self._bottom, "hour")
            yield text(x + 2, TOP - 8, mark.words, 11, more=' class="quiet"')
        yield from self._days()

    def _days(self) -> Iterator[str]:
        frame, reached = self._frame, 0.0
        starts = [mark.at for mark in days(self._chart, frame.low, frame.high)]
        if self._wording.has_clock and (not starts or starts[0] > frame.low):
            starts.insert(0, frame.low)
        for n, at in enumerate(starts):
            x, words = frame.x(at), self._wording.day(at)
            yield self._line(x, TOP - 36, self._bottom, "day")
            next_x = frame.x(starts[n + 1]) if n + 1 < len(starts) else frame.right + 60.0
            if x >= reached and x + words_width(words, 12) + 6 < next_x:
                yield text(x + 3, TOP - 24, words, 12)
                reached = x + words_width(words, 12) + 8

    def _frozen(self) -> Iterator[str]:
        chart, frame = self._chart, self._frame
        if chart.now is None or chart.frozen_until is None or not frame.shows(chart.now, chart.frozen_until):
            return
        left, right = frame.x(chart.now), frame.x(chart.frozen_until)
        yield rect(left, TOP - 4, right - left, self._bottom - TOP + 4, 'class="zone"')
        yield self._line(right, TOP - 4, self._bottom, "zone-edge")

    def _now(self) -> Iterator[str]:
        now, frame = self._chart.now, self._frame
        if now is not None and frame.low <= now < frame.high:
            yield self._line(frame.x(now), TOP - 40, self._bottom, "now")
            yield text(frame.x(now) - 4, TOP - 44, self._wording("key.now"), 11)

    @staticmethod
    def _line(x: float, top: float, bottom: float, kind: str) -> str:
        return f'<path class="{kind}" d="M{x:.1f} {top:.1f}V{bottom:.1f}"/>'

    def _legend(self) -> Iterator[tuple[str, int]]:
        """What the marks mean, each with the line that it stands on."""
        x, line = 8.0, 0
        for swatch, words in self._keys():
            wide = 26 + words_width(words, 12) + 18
            if x + wide > self._frame.width:
                x, line = 8.0, line + 1
            y = self._bottom + 14 + _LEGEND * line
            yield f'<g transform="translate({x:.1f} {y:.1f})">{swatch}{text(28, 13, words)}</g>', line
            x += wide

    def _keys(self) -> Iterator[tuple[str, str]]:
        chart, say = self._chart, self._wording
        bars = [bar for row in chart.rows for bar in row.bars]
        for family in sorted({bar.family for bar in bars if bar.family is not None}):
            swatch = rect(0, 2, 22, 14, f'fill="{colour(family)}" stroke="#333" stroke-width=".6"')
            name = say.family(family).removeprefix(letter(family)).strip()
            yield swatch + text(7, 13, letter(family), 11), name
        hatch = rect(0, 2, 22, 14, f'fill="url(#late)" stroke="{LATE}" stroke-width="1.4"')
        strip = rect(0, 2, 22, 14, 'fill="#ddd" stroke="#333" stroke-width=".6"') + rect(0, 13, 22, 3, "")
        present: dict[str, tuple[str, bool]] = {
            "late": (hatch, any(bar.late for bar in bars)),
            "frozen": (strip, any(bar.kind == "frozen" for bar in bars)),
            "running": (strip + text(5, 12, "▶", 10), any(bar.kind == "running" for bar in bars)),
            "setup": (rect(0, 5, 22, 8, 'class="setup"'), any(bar.setup for bar in bars)),
            "closed": (rect(0, 2, 22, 14, 'class="closed"'), any(row.closed for row in chart.rows)),
            "down": (rect(0, 2, 22, 14, 'class="down"'), any(row.down for row in chart.rows)),
            "due": ('<path class="due" d="M7 4h8l-4 7z"/>', any(o.due is not None for o in chart.orders)),
        }
        yield from ((swatch, say(f"key.{key}")) for key, (swatch, there) in present.items() if there)
        if chart.frozen_until is not None:
            yield rect(0, 2, 22, 14, 'class="zone"'), say("key.zone", at=say.time(chart.frozen_until))
