"""What the marks of a plan on a phone's picture mean, in words beside each mark that is shown."""

from collections.abc import Callable, Iterator

from app.planning.gantt.wording import Wording
from app.planning.picture.sheet import EDGE_PX, INK, LATE, SMALL_PX, WIDTH_PX, Sheet, width_of
from app.planning.picture.strip import Strip
from app.records.chart import Bar, Chart, colour, letter

_MARK, _LINE, _GAP = 44, 46, 28
Draw = Callable[[float, float], None]


def legend(chart: Chart, strip: Strip, say: Wording, sheet: Sheet, y: float) -> float:
    """Draw the keys line by line below `y`; their lower edge."""
    x = float(EDGE_PX)
    for draw, words in _Keys(chart, strip, say, sheet).shown():
        shown = sheet.legible(words)
        wide = min(_MARK + 12 + width_of(shown, SMALL_PX), WIDTH_PX - 2 * EDGE_PX)
        if x > EDGE_PX and x + wide > WIDTH_PX - EDGE_PX:
            x, y = float(EDGE_PX), y + _LINE
        draw(x, y)
        sheet.say(x + _MARK + 12, y + 28, shown, SMALL_PX, room=wide - _MARK - 12)
        x += wide + _GAP
    return y + _LINE


class _Keys:
    """The keys of what is to be seen."""

    def __init__(self, chart: Chart, strip: Strip, say: Wording, sheet: Sheet) -> None:
        self._chart, self._say, self._sheet = chart, say, sheet
        self._rows = chart.rows
        self._seen: list[Bar] = [
            bar for row in chart.rows for bar in row.bars if strip.shows(bar.start - bar.setup, bar.end)
        ]
        self._shows = strip.shows
        self._has_now = chart.now is not None and strip.low <= chart.now < strip.high

    def shown(self) -> Iterator[tuple[Draw, str]]:
        """How each mark is drawn, and what it means."""
        say, bars = self._say, self._seen
        if self._has_now:
            yield self._now, say("key.now")
        marks: dict[str, tuple[Draw, bool]] = {
            "late": (self._late, any(bar.late for bar in bars)),
            "running": (self._running, any(bar.kind == "running" for bar in bars)),
            "frozen": (self._frozen, any(bar.kind == "frozen" for bar in bars)),
            "done": (self._done, any(bar.kind == "done" for bar in bars)),
            "setup": (self._plain('fill="url(#setup)"'), any(bar.setup for bar in bars)),
            "closed": (
                self._plain('fill="#dcdcdc"'),
                any(self._shows(*w) for r in self._rows for w in r.closed),
            ),
            "down": (
                self._plain('fill="url(#down)"'),
                any(self._shows(*w) for r in self._rows for w in r.down),
            ),
        }
        yield from ((draw, say(f"key.{key}")) for key, (draw, there) in marks.items() if there)
        for family in sorted({bar.family for bar in bars if bar.family is not None}):
            name = say.family(family).removeprefix(letter(family)).strip()
            yield self._plain(f'fill="{colour(family)}"'), f"{letter(family)} {name}"

    def _plain(self, fill: str) -> Draw:
        return lambda x, y: self._sheet.box(x, y + 4, _MARK, 30, f'{fill} stroke="#333" stroke-width="2"')

    def _now(self, x: float, y: float) -> None:
        self._sheet.path(f"M{x + 22:.1f} {y + 4:.1f}v32", 'stroke="#000" stroke-width="5"')
        self._sheet.path(f"M{x + 10:.1f} {y + 2:.1f}h24l-12 18z", 'fill="#000"')

    def _late(self, x: float, y: float) -> None:
        self._sheet.box(x, y + 4, _MARK, 30, f'fill="#eee" stroke="{LATE}" stroke-width="4"')
        self._sheet.box(x, y + 4, _MARK, 30, 'fill="url(#late)"')
        self._sheet.path(f"M{x:.1f} {y + 4:.1f}h14l-14 14z", f'fill="{LATE}"')
        self._sheet.say(x + 16, y + 28, "!", SMALL_PX, room=_MARK, kind="halo")

    def _running(self, x: float, y: float) -> None:
        self._frozen(x, y)
        self._sheet.say(x + 8, y + 27, "▶", SMALL_PX, room=_MARK)

    def _frozen(self, x: float, y: float) -> None:
        self._sheet.box(x, y + 4, _MARK, 30, 'fill="#eee" stroke="#333" stroke-width="2"')
        self._sheet.box(x, y + 28, _MARK, 6, f'fill="{INK}"')

    def _done(self, x: float, y: float) -> None:
        self._sheet.box(x, y + 4, _MARK, 30, 'fill="#77aadd" stroke="#333" stroke-width="2" opacity=".45"')
