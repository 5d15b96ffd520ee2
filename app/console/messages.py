"""Screen 5: messages as they come; what could not be delivered on top; one in detail where there is room."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from app.console import marks
from app.console.cells import plain
from app.console.marks import BRIGHT, DIM
from app.console.record import lines_of, message_facts
from app.console.rows import Cell, Column, Row, Rows
from app.console.seen import Reader
from app.records.board import MessageRow


class MessagesPane(Container):
    """A list of messages that runs live until an arrow key takes hold of it."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(id="messages")
        self._reader = reader
        self._found: dict[str, MessageRow] = {}
        self._wanted = ""
        self._site = ""

    def compose(self) -> ComposeResult:
        """The list, and beside it the message under the cursor on a wide screen."""
        words = self._reader.words
        columns = [
            Column("", 2),
            Column(words("col.time"), 5),
            Column(words("col.ticket"), 7),
            Column(words("col.who"), 8),
            Column(words("col.words"), 0),
            Column(words("col.meaning"), 8),
            Column(words("col.sure"), 3, right=True),
            Column(words("col.by"), 6),
            Column(words("col.ms"), 5, right=True),
            Column(words("col.end"), 7),
        ]
        yield Static(id="messages-top")
        with Container(id="messages-both"):
            yield Rows(columns, follows=True, id="said")
            with VerticalScroll(id="message", can_focus=True):
                yield Static(id="message-text")

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_one(Rows)

    @property
    def wanted(self) -> str:
        """What is searched for, "" for everything."""
        return self._wanted

    @property
    def ticket(self) -> str:
        """The ticket under the cursor, "" for none."""
        row = self._found.get(self.rows.chosen)
        return row.decision if row else ""

    def find(self, text: str) -> None:
        """Show only messages with these words, from this person or with this ticket; "" shows all."""
        self._wanted = plain(text).casefold()

    def show(self, reader: Reader, *, afresh: bool = False) -> None:
        """Take in the latest messages; `afresh` when the list is another one now."""
        seen = reader.seen
        rows = seen.messages.rows if seen.messages else ()
        here = [row for row in rows if (not seen.site or row.facility == seen.site) and self._fits(row)]
        here.sort(key=lambda row: row.delivered is not False)
        self._found |= {row.msgid: row for row in here}
        self.rows.show([_row(row, reader) for row in here], afresh=afresh or seen.site != self._site)
        self._site = seen.site
        self.render_for(reader)

    def _fits(self, row: MessageRow) -> bool:
        where = (row.words, row.sender, row.sender_name, row.decision, row.reply, row.code)
        return self._wanted in "\n".join(where).casefold()

    def render_for(self, reader: Reader) -> None:
        """Draw what depends on the moment."""
        at = reader.seen.messages.at if reader.seen.messages else None
        top = Text.assemble((f" {reader.as_of(at)} · ", DIM), *self._how(reader))
        none = reader.seen.messages is not None and not reader.seen.messages.rows
        empty = Text(f"\n\n {reader.words('msg.none')}" if none else "", style=DIM)
        self.query_one("#messages-top", Static).update(top + empty)
        self.rows.set_class(reader.old(at), "old")
        self.query_one("#message-text", Static).update(self._detail(reader))

    def _how(self, reader: Reader) -> list[tuple[str, str]]:
        words, parts = reader.words, list[tuple[str, str]]()
        if self._wanted:
            parts.append((words("list.found", text=self._wanted, n=self.rows.row_count) + "  ", BRIGHT))
        if self.rows.waiting:
            parts.append((words("list.new", n=self.rows.waiting), marks.NOTE.style))
        elif not self._wanted:
            parts.append((words("list.still" if self.rows.held else "list.live"), DIM))
        return parts

    def _detail(self, reader: Reader) -> Text:
        rows = reader.seen.messages.rows if reader.seen.messages else ()
        row = self._found.get(self.rows.chosen) or next(iter(rows), None)
        if row is None:
            return Text()
        width = (self.query_one("#message").size.width or 40) - 1
        facts = lines_of(message_facts(row, reader), width)
        return Text("\n").join([Text(row.decision, style=BRIGHT), facts])


def _row(row: MessageRow, reader: Reader) -> Row:
    words, mark = reader.words, marks.of_message(row)
    cells = (
        Cell(mark.text, mark.style),
        Cell(reader.clock(row.at)[:5], DIM),
        Cell(row.decision),
        Cell(row.sender_name),
        Cell(plain(row.words) or ", ".join(f"[{words(f'media.{each.kind}')}]" for each in row.media)),
        Cell(words(f"intent.{row.intent}") if row.intent else "", DIM),
        Cell("" if row.confidence is None else f"{row.confidence * 100:.0f}", DIM),
        Cell(words(f"layer.{row.layer}") if row.layer else "", DIM),
        Cell("" if row.reply_ms is None else f"{row.reply_ms:.0f}", DIM),
        Cell(_end(row, reader), mark.style or DIM),
    )
    return Row(row.msgid, cells)


def _end(row: MessageRow, reader: Reader) -> str:
    """How it ended; that somebody found the answer wrong goes before."""
    found_wrong = row.down and row.delivered is not False
    return f"{reader.words('sat.down')} {row.down}" if found_wrong else reader.words(f"stage.{row.stage}")
