"""The coming hours of a plan as a picture for a phone: machines as rows, late orders by shape and words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.planning.gantt.wording import Speak, Wording
from app.planning.picture.legend import legend
from app.planning.picture.rows import PATTERNS, PlanRows
from app.planning.picture.sheet import EDGE_PX, HEAD_PX, SMALL_PX, Ink, Sheet, width_of
from app.planning.picture.strip import Strip
from app.records.answer import Say
from app.records.axis import days, marks
from app.records.chart import Chart, Promise

Stretches = Sequence[tuple[float, float]]
"""Upper and lower edges."""

_LATE_NAMED = 6
_LINE = 42
_MARK_PX = 110  # from one marked hour to the next, at least
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as SVG, and the sheet that it stands on."""

    svg: str
    sheet: Sheet


def draw_plan(chart: Chart, speak: Speak, ink: Ink, *, hours: int = 24) -> Drawn:
    """The chart from an hour before now (its beginning, where there is no present) for so many hours."""
    picture = _Picture(chart, speak, ink, hours)
    height = picture.draw()
    return Drawn(picture.sheet.document(height, PATTERNS), picture.sheet)


class _Picture:
    """One picture while it is drawn."""

    def __init__(self, chart: Chart, speak: Speak, ink: Ink, hours: int) -> None:
        self._chart, self._speak, self._say = chart, speak, Wording(chart, speak)
        ticks = max(1, _HOUR // (chart.tick_s or _HOUR))
        start = 0 if chart.now is None else (chart.now - ticks) // ticks * ticks
        self._strip = Strip(start, start + hours * ticks)
        self.sheet = Sheet(ink)

    def draw(self) -> float:
        """Draw all of it; how high it is."""
        y = self._head()
        y = self._axis(y)
        rows = PlanRows(self._chart, self._strip, self._say, self.sheet)
        top, y = y, rows.backs(y)
        stretches = list(rows.stretches)
        self._time_lines(stretches)
        rows.bars()
        self._now(top, stretches)
        rows.labels()
        y = self._late(y + 24)
        return legend(self._chart, self._strip, self._say, self.sheet, y + 8) + EDGE_PX

    def _head(self) -> float:
        say, sheet, strip = self._say, self.sheet, self._strip
        y = EDGE_PX + HEAD_PX
        sheet.say(EDGE_PX, y, say.title(), HEAD_PX - 6, kind="bold")
        y += _LINE + 6
        sheet.say(EDGE_PX, y, f"{say.time(strip.low)} – {say.time(strip.high)}", kind="quiet")
        y += _LINE
        sheet.say(EDGE_PX, y, say.figures(), kind="alarm" if self._chart.late else "")
        return y + 20

    def _axis(self, y: float) -> float:
        """Days above hours, each word only where it has room; the lower edge."""
        chart, strip, sheet, say = self._chart, self._strip, self.sheet, self._say
        for at, end in self._days():
            words = say.day(at)
            if width_of(words, SMALL_PX) + 12 <= strip.x(end) - strip.x(at):
                sheet.say(strip.x(at) + 4, y + SMALL_PX, words, SMALL_PX, kind="bold")
        y += SMALL_PX + 14
        for mark in marks(chart, strip.low, strip.high, strip.width // _MARK_PX):
            sheet.say(strip.x(mark.at) + 4, y + SMALL_PX, mark.words, SMALL_PX, kind="quiet")
        return y + SMALL_PX + 30

    def _days(self) -> Iterator[tuple[int, int]]:
        strip = self._strip
        starts = [mark.at for mark in days(self._chart, strip.low, strip.high)]
        starts = starts if starts[:1] == [strip.low] else [strip.low, *starts]
        yield from zip(starts, [*starts[1:], strip.high], strict=True)

    def _time_lines(self, stretches: Stretches) -> None:
        chart, strip = self._chart, self._strip
        for mark in marks(chart, strip.low, strip.high, strip.width // _MARK_PX):
            line = 'stroke="#6b6b6b" stroke-width="3"' if mark.is_day else 'stroke="#d0d0d0" stroke-width="2"'
            self._upright(mark.at, stretches, line)

    def _upright(self, at: int, stretches: Stretches, line: str) -> None:
        """A line through the rows that leaves the headings between them free."""
        x = self._strip.x(at)
        self.sheet.path("".join(f"M{x:.1f} {top:.1f}V{bottom:.1f}" for top, bottom in stretches), line)

    def _now(self, top: float, stretches: Stretches) -> None:
        now, strip, sheet = self._chart.now, self._strip, self.sheet
        if now is None or not strip.low <= now < strip.high:
            return
        self._upright(now, stretches, 'stroke="#000" stroke-width="5"')
        sheet.path(f"M{strip.x(now) - 12:.1f} {top - 16:.1f}h24l-12 18z", 'fill="#000"')

    def _late(self, y: float) -> float:
        """The late orders in words, the latest first."""
        late: Sequence[Promise] = self._chart.late
        for order in late[:_LATE_NAMED]:
            y += _LINE
            self.sheet.say(EDGE_PX, y, self._late_row(order))
        if len(late) > _LATE_NAMED:
            y += _LINE
            self.sheet.say(EDGE_PX, y, self._say("phone.more", n=len(late) - _LATE_NAMED), kind="quiet")
        return y + (24 if late else 0)

    def _late_row(self, order: Promise) -> str:
        hours = round(order.late * (self._chart.tick_s or 1) / _HOUR, 1)
        due = self._say.time(order.due) if order.due is not None else ""
        values = {"order": order.order, "item": order.item or "–", "hours": hours, "due": due}
        return self._speak(Say("gantt.phone.late_row", values))
