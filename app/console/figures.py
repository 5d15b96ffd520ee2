"""Screen 8: key figures of today against the seven days before, with their trend; F7 says how they count."""

from datetime import timedelta
from typing import ClassVar

from rich.cells import set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from app.console import dialogs
from app.console.cells import fit, levels
from app.console.marks import BRIGHT, DIM, P3
from app.console.record import Fact, lines_of
from app.console.seen import Reader
from app.records.kpi import MEASURES, Kpi, KpiBoard, KpiRow, SiteKpis

STALE = timedelta(minutes=20)
"""Today's figures older than this carry a "?"."""

WORSE = 0.1
"""Today is marked where it is worse than the week by more than this share of it."""

_LABEL, _VALUE, _TREND, _SITE = 24, 9, 9, 8


class FiguresPane(VerticalScroll, can_focus=True):
    """One site's figures at a time; left and right choose it, the plant as a whole comes first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("f7", "explain", show=False),
    ]

    def __init__(self, reader: Reader) -> None:
        super().__init__(id="figures")
        self._reader = reader
        self._chosen = 0

    def compose(self) -> ComposeResult:
        """One sheet."""
        yield Static(id="figures-sheet")

    def action_choose(self, by: int) -> None:
        """The next site on that side."""
        board = self._reader.seen.figures
        last = len(board.sites) - 1 if board else 0
        self._chosen = max(0, min(last, self._chosen + by))
        self.render_for(self._reader)

    def action_explain(self) -> None:
        """How each figure is counted."""
        words = self._reader.words
        facts = [Fact(words(f"kpi.{kpi}"), words(f"why.{kpi}")) for kpi in Kpi]
        self.app.push_screen(dialogs.Show(words, words("kpi.title"), lines_of(facts, dialogs.INNER)))

    def render_for(self, reader: Reader) -> None:
        """Draw for this moment."""
        self._reader = reader
        board, width = reader.seen.figures, (self.size.width or 80) - 1
        lines = [Text(f" {reader.as_of(board.at if board else None)}", style=DIM)]
        if board is not None:
            site = self._site(board, reader)
            lines += _sheet(board, site, width, reader) if site else [Text(f"\n {reader.words('kpi.none')}")]
        sheet = Text("\n").join(lines)
        if reader.old(board.at if board else None):
            sheet = Text(sheet.plain, style=DIM)
        self.query_one("#figures-sheet", Static).update(sheet)

    def _site(self, board: KpiBoard, reader: Reader) -> SiteKpis | None:
        """The one that the overview shows alone, else the chosen one; None before anything was counted."""
        if not any(value is not None for site in board.sites for row in site.rows for value in row.trend):
            return None
        alone = next((site for site in board.sites if site.code == reader.seen.site and site.code), None)
        return alone or board.sites[min(self._chosen, len(board.sites) - 1)]


def _sheet(board: KpiBoard, site: SiteKpis, width: int, reader: Reader) -> list[Text]:
    others = [each for each in board.sites if each.code] if width >= _LABEL + 2 * _VALUE + _TREND + 3 else []
    return [
        _tabs(board, site, reader),
        Text(_line(reader.words("kpi.today"), _titles(reader, others), width), style=DIM),
        *(_row(row, [_of(each, row.kpi) for each in others], width, reader) for row in site.rows),
    ]


def _tabs(board: KpiBoard, chosen: SiteKpis, reader: Reader) -> Text:
    """The sites, the chosen one inverse, and when its today was counted."""
    words, line = reader.words, Text(" ")
    for site in board.sites:
        name = f" {site.code} {site.name} ".replace("  ", " ") if site.code else f" {words('head.all')} "
        line.append(name, style=f"reverse {BRIGHT}" if site is chosen else DIM).append(" ")
    if chosen.at is None:
        return line.append(words("kpi.never"), style=DIM)
    old = " ?" if reader.now - chosen.at > STALE else ""
    return line.append(words("kpi.counted", age=words.age(chosen.at, reader.now)) + old, style=DIM)


def _titles(reader: Reader, others: list[SiteKpis]) -> list[str]:
    words = reader.words
    return [words("kpi.week"), words("kpi.trend"), *(site.code for site in others)]


def _line(today: str, rest: list[str], width: int, label: str = "", mark: str = "  ") -> str:
    week, trend, *others = rest
    cells = [fit(mark, 2), " ", fit(label, _LABEL), fit(today, _VALUE, right=True)]
    cells += [fit(week, _VALUE, right=True), " ", fit(trend, _TREND)]
    cells += [fit(each, _SITE, right=True) for each in others]
    return set_cell_size("".join(cells), width)


def _row(row: KpiRow, others: list[float | None], width: int, reader: Reader) -> Text:
    worse = _is_worse(row)
    cells = [_said(row.week, row.kpi, reader), levels(row.trend)]
    cells += [_said(value, row.kpi, reader) for value in others]
    label, mark = reader.words(f"kpi.{row.kpi}"), P3.text if worse else "  "
    text = _line(_said(row.today, row.kpi, reader), cells, width, label, mark)
    return Text(text, style=P3.style if worse else "" if row.today is not None else DIM)


def _of(site: SiteKpis, kpi: Kpi) -> float | None:
    return next((row.today for row in site.rows if row.kpi is kpi), None)


def _is_worse(row: KpiRow) -> bool:
    """Whether today is clearly worse than the week, where one way is better."""
    better = MEASURES[row.kpi].better
    if row.today is None or row.week is None or not better:
        return False
    worse_by = row.week - row.today if better == "more" else row.today - row.week
    return worse_by > max(WORSE * abs(row.week), 1e-9)


def _said(value: float | None, kpi: Kpi, reader: Reader) -> str:
    """A figure in its unit; "–" where there is nothing to count."""
    words, unit = reader.words, MEASURES[kpi].unit
    if value is None:
        return "–"
    if unit == "share":
        return f"{value * 100:.0f}%"
    if unit == "s":
        return words("kpi.seconds", n=f"{value:.1f}")
    if unit == "min":
        short = abs(value) < 120
        return words("kpi.minutes", n=f"{value:.0f}") if short else words("kpi.hours", n=f"{value / 60:.1f}")
    return f"{value:.0f}"
