"""Screen 9: what people think of the answers, by day, and the latest that were found wrong."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from rich.cells import set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.widgets import Static

from app.console.cells import fit, levels, plain
from app.console.marks import BRIGHT, DIM, NOTE, P3
from app.console.rows import Cell, Column, Row, Rows
from app.console.seen import Reader
from app.records.satisfaction import Objection, Satisfaction, SatisfactionBoard, SatisfactionRow

POOR, FEW = 0.7, 5
"""Marked where less than this share is content, of at least so many votes."""

_LABEL, _ANSWERS, _UP, _DOWN, _SHARE, _DAY = 9, 8, 4, 5, 5, 5
_BESIDE_DAYS = 3 + _LABEL + _ANSWERS + _UP + _DOWN + _SHARE
VIEWS = ("intent", "layer")


class Objections(Rows):
    """The list; left and right choose what stands above it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
    ]

    class Turned(Message):
        """Another view is wanted."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_turn(self, by: int) -> None:
        """The next view on that side."""
        self.post_message(self.Turned(by))


class SatisfactionPane(Container):
    """Days above, the latest votes against answers below."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(id="satisfaction")
        self._reader = reader
        self._found: dict[str, Objection] = {}
        self._view = 0

    def compose(self) -> ComposeResult:
        """The figures above the list."""
        words = self._reader.words
        columns = [
            Column(words("col.time"), 11),
            Column(words("col.ticket"), 7),
            Column(words("col.who"), 8),
            Column(words("col.meaning"), 8),
            Column(words("sat.why"), 14),
            Column(words("col.words"), 0),
        ]
        yield Static(id="satisfaction-sheet")
        yield Objections(columns, id="objections")

    @property
    def rows(self) -> Objections:
        """The list."""
        return self.query_one(Objections)

    @property
    def ticket(self) -> str:
        """The answer under the cursor, "" for none."""
        found = self._found.get(self.rows.chosen)
        return found.decision if found else ""

    def on_objections_turned(self, event: Objections.Turned) -> None:
        """By meaning or by layer."""
        self._view = max(0, min(len(VIEWS) - 1, self._view + event.by))
        self.render_for(self._reader)

    def show(self, reader: Reader, *, afresh: bool = False) -> None:
        """Take in the latest votes; `afresh` when the screen was just chosen."""
        board = reader.seen.satisfaction
        against = board.objections if board else ()
        self._found |= {_key(each): each for each in against}
        self.rows.show([_row(each, reader) for each in against], afresh=afresh)
        self.render_for(reader)

    def render_for(self, reader: Reader) -> None:
        """Draw what depends on the moment."""
        self._reader = reader
        board, width = reader.seen.satisfaction, (self.size.width or 80) - 1
        lines = [self._top(reader, board)]
        if board is not None:
            rows = (board.by_intent, board.by_layer)[self._view]
            lines += _sheet(board, rows, VIEWS[self._view], width, reader)
            lines += [Text(f" {reader.words('sat.wrong')}", style="underline")] if board.objections else []
        sheet = Text("\n").join(lines)
        old = reader.old(board.at if board else None)
        self.query_one("#satisfaction-sheet", Static).update(Text(sheet.plain, style=DIM) if old else sheet)
        self.rows.set_class(old, "old")

    def _top(self, reader: Reader, board: SatisfactionBoard | None) -> Text:
        line = Text(f" {reader.as_of(board.at if board else None)} ", style=DIM)
        for n, view in enumerate(VIEWS):
            style = f"reverse {BRIGHT}" if n == self._view else DIM
            line.append(" ").append(f" {reader.words(f'sat.{view}')} ", style=style)
        if self.rows.waiting:
            line.append(f"  {reader.words('list.new', n=self.rows.waiting)}", style=NOTE.style)
        return line


def _sheet(
    board: SatisfactionBoard, rows: Sequence[SatisfactionRow], view: str, width: int, reader: Reader
) -> list[Text]:
    """A line for each row, with as many of the latest days as there is room for."""
    words = reader.words
    if not any(row.total.share is not None for row in rows):
        return [Text(f"\n {words('sat.none')}\n", style=DIM)]
    trend = len(board.days) + 1
    shown = max(0, min(len(board.days), (width - _BESIDE_DAYS - trend) // _DAY))
    titles = [words(f"sat.{name}") for name in ("answers", "up", "down", "share")]
    days = [f"{day.day}" for day in board.days[len(board.days) - shown :]]
    head = _line("  ", "", titles, words("sat.trend", n=len(board.days)), days, trend)
    lines = [Text(set_cell_size(head, width), style=DIM)]
    for row in rows:
        label = words(f"{view}.{row.name}" if row.name else "sat.all")
        lines.append(_row_of(row, label, shown, trend, width))
    return lines


def _row_of(row: SatisfactionRow, label: str, shown: int, trend: int, width: int) -> Text:
    of, poor = row.total, _is_poor(row.total)
    counts = [str(of.answered), str(of.up), str(of.down), _percent(of)]
    days = [_percent(day) for day in row.days[len(row.days) - shown :]]
    trends = levels(tuple(day.share for day in row.days))
    text = _line(P3.text if poor else "  ", label, counts, trends, days, trend)
    return Text(set_cell_size(text, width), style=P3.style if poor else "" if of.up + of.down else DIM)


def _line(mark: str, label: str, counts: list[str], trend: str, days: list[str], trend_width: int) -> str:
    widths = (_ANSWERS, _UP, _DOWN, _SHARE)
    cells = [mark, " ", fit(label, _LABEL)]
    cells += [fit(text, width, right=True) for text, width in zip(counts, widths, strict=True)]
    cells += [" ", fit(trend, trend_width - 1), *(fit(day, _DAY, right=True) for day in days)]
    return "".join(cells)


def _percent(of: Satisfaction) -> str:
    """Whole percent; "–" without a vote, which is not 0."""
    return "–" if of.share is None else f"{of.share * 100:.0f}%"


def _is_poor(of: Satisfaction) -> bool:
    return of.share is not None and of.share < POOR and of.up + of.down >= FEW


def _key(objection: Objection) -> str:
    return f"{objection.decision} {objection.userid}"


def _row(objection: Objection, reader: Reader) -> Row:
    words = reader.words
    fresh = reader.now - objection.at < timedelta(days=1)
    why = ", ".join(words(f"sat.reason.{n}") for n in objection.reasons if words.has(f"sat.reason.{n}"))
    told, said = plain(objection.words), plain(objection.said)
    cells = (
        Cell(reader.clock(objection.at), DIM),
        Cell(objection.decision),
        Cell(objection.name),
        Cell(words(f"intent.{objection.intent}"), DIM),
        Cell(why),
        Cell(told or f"“{said}”", "" if told and fresh else DIM),
    )
    return Row(_key(objection), cells)
