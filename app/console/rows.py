"""A list on the screen: fixed columns measured in cells, one of them taking what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from app.console.cells import fit
from app.console.marks import DIM
from app.console.steady import Steady


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and a width in cells; 0 takes what is left. Numbers stand to the right."""

    title: str
    width: int
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and how."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a key that stays the same, and a cell for each column."""

    key: str
    cells: tuple[Cell, ...]


class Rows(DataTable[Text]):
    """Shows rows; while `held`, new ones wait until `take_in`.

    With `follows` the list runs live until an arrow key puts a cursor on it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("home", "take_in", show=False)]

    class Changed(Message):
        """The cursor stands on another row, or rows came or wait."""

    class Opened(Message):
        """Enter was pressed on the row with this key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, columns: Sequence[Column], *, follows: bool = False, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(cell_padding=0, cursor_type="row", show_cursor=not follows, id=id)
        self._plan = tuple(columns)
        self._follows = follows
        self._steady = Steady()
        self._rows: dict[str, Row] = {}
        self._latest: tuple[Row, ...] = ()

    @property
    def waiting(self) -> int:
        """How many new rows wait to be shown."""
        return self._steady.waiting

    @property
    def held(self) -> bool:
        """Whether rows stand still."""
        return self.show_cursor

    @property
    def chosen(self) -> str:
        """The key under the cursor, "" without one."""
        if not self.show_cursor or not self._steady.shown:
            return ""
        return self._steady.shown[min(self.cursor_row, len(self._steady.shown) - 1)]

    def show(self, rows: Sequence[Row], *, afresh: bool = False) -> None:
        """Bring the list up to date; `afresh` for another list altogether."""
        self._latest = tuple(rows)
        steady = Steady() if afresh else self._steady
        after = steady.then(tuple(row.key for row in rows), held=self.held)
        same = after.shown == self._steady.shown
        self._steady = after
        self._rows = {**{k: r for k, r in self._rows.items() if k in after.gone}, **{r.key: r for r in rows}}
        if same:
            self._refresh_cells()
        else:
            self._draw()
        self.post_message(self.Changed())

    def action_take_in(self) -> None:
        """Show what waits, from the top."""
        self.show(self._latest, afresh=True)
        self.move_cursor(row=0)

    def let_go(self) -> None:
        """Give the cursor up and run live again."""
        if self._follows:
            self.show_cursor = False
        self.action_take_in()

    def action_cursor_down(self) -> None:
        """Down; the first arrow only puts the cursor on the list."""
        if not self._grasp():
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Up; the first arrow only puts the cursor on the list."""
        if not self._grasp():
            super().action_cursor_up()

    def _grasp(self) -> bool:
        if self.show_cursor:
            return False
        self.show_cursor = True
        self.post_message(self.Changed())
        return True

    def action_select_cursor(self) -> None:
        """Enter: open the row under the cursor."""
        self._grasp()
        if self.chosen:
            self.post_message(self.Opened(self.chosen))

    def on_data_table_row_highlighted(self) -> None:
        """Tell that the cursor moved."""
        self.post_message(self.Changed())

    def on_resize(self, _event: events.Resize) -> None:
        """Columns are measured anew."""
        self._draw()

    def _widths(self) -> list[int]:
        rest = self.size.width - sum(c.width + 1 for c in self._plan if c.width) - 1
        return [column.width or max(6, rest) for column in self._plan]

    def _draw(self) -> None:
        chosen = self.chosen
        self.clear(columns=True)
        widths = self._widths()
        for column, width in zip(self._plan, widths, strict=True):
            title = Text(fit(column.title, width, right=column.right) + " ", style=DIM)
            self.add_column(title, width=width + 1, key=str(len(self.columns)))
        for key in self._steady.shown:
            self.add_row(*self._cells(key, widths), key=key)
        if chosen in self._steady.shown:
            self.move_cursor(row=self._steady.shown.index(chosen), animate=False)

    def _refresh_cells(self) -> None:
        widths = self._widths()
        for key in self._steady.shown:
            for place, cell in enumerate(self._cells(key, widths)):
                if self.get_cell(key, str(place)) != cell:
                    self.update_cell(key, str(place), cell)

    def _cells(self, key: str, widths: Sequence[int]) -> list[Text]:
        gone = key in self._steady.gone
        return [
            Text(fit(cell.text, width, right=column.right) + " ", style=DIM if gone else cell.style)
            for cell, column, width in zip(self._rows[key].cells, self._plan, widths, strict=True)
        ]
