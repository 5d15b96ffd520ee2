"""Screen 3: what waits for a person, by deadline, then what was settled lately; one in detail."""

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from app.console import marks
from app.console.cells import plain
from app.console.marks import BRIGHT, DIM
from app.console.record import card_facts, card_title, left_of, lines_of, state_of
from app.console.rows import Cell, Column, Row, Rows
from app.console.seen import Reader
from app.records.board import Card
from app.records.decision import Stage


class DecisionsPane(Container):
    """A list of cards and the one under the cursor."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(id="decisions")
        self._reader = reader
        self._cards: dict[str, Card] = {}
        self._site = ""

    def compose(self) -> ComposeResult:
        """The list above its detail, or beside it where there is room."""
        words = self._reader.words
        columns = [
            Column("", 2),
            Column(words("col.ticket"), 8),
            Column(words("col.site"), 2),
            Column(words("col.state"), 10),
            Column(words("col.who"), 10),
            Column(words("col.by"), 6),
            Column(words("col.proposal"), 0),
        ]
        yield Static(id="decisions-top")
        with Container(id="decisions-both"):
            yield Rows(columns, id="cards")
            with VerticalScroll(id="card", can_focus=True):
                yield Static(id="card-text")

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_one(Rows)

    @property
    def chosen(self) -> Card | None:
        """The card under the cursor."""
        return self._cards.get(self.rows.chosen)

    @property
    def ticket(self) -> str:
        """The ticket under the cursor, "" for none."""
        return self.chosen.decision if self.chosen else ""

    def show(self, reader: Reader, *, afresh: bool = False) -> None:
        """Take in the latest cards; `afresh` when the screen was just chosen."""
        seen = reader.seen
        cards = [*seen.cards.held, *seen.cards.recent] if seen.cards else []
        here = [card for card in cards if not seen.site or card.facility == seen.site]
        self._cards |= {card.decision: card for card in here}
        self.rows.show([_row(card, reader) for card in here], afresh=afresh or seen.site != self._site)
        self._site = seen.site
        self.render_for(reader)

    def render_for(self, reader: Reader) -> None:
        """Draw what depends on the moment."""
        seen, at = reader.seen, reader.seen.cards.at if reader.seen.cards else None
        new = reader.words("list.new", n=self.rows.waiting) if self.rows.waiting else ""
        top = Text.assemble((f" {reader.as_of(at)}  ", DIM), (new, marks.NOTE.style))
        self.query_one("#decisions-top", Static).update(top)
        self.rows.set_class(reader.old(at), "old")
        none_held = seen.cards is not None and not seen.cards.held
        self.query_one("#card-text", Static).update(self._detail(reader, none_held=none_held))

    def _detail(self, reader: Reader, *, none_held: bool) -> Text:
        card, width = self.chosen, (self.query_one("#card").size.width or 78) - 1
        if card is None:
            return Text(_nothing(reader) if none_held else "", style=DIM)
        facts = lines_of(card_facts(card, reader), width)
        nothing = [Text(_nothing(reader), style=DIM)] if none_held else []
        return Text("\n").join([*nothing, Text(card_title(card, reader), style=BRIGHT), facts])


def _nothing(reader: Reader) -> str:
    """The empty state: what to expect here."""
    words, cards = reader.words, reader.seen.cards
    last = next(iter(cards.recent), None) if cards else None
    if reader.seen.site:
        return words("card.site_none", site=reader.seen.site)
    if last is None:
        return words("card.none_ever")
    who = last.settled_by or last.sender_name
    return words("card.none", at=reader.clock(last.asked_at), ticket=last.decision, who=who)


def _row(card: Card, reader: Reader) -> Row:
    held = card.stage is Stage.HELD
    left_s = (card.until - reader.now).total_seconds() if card.until else float("inf")
    mark = marks.of_card(card, left_s)
    style = "" if held else DIM
    state = left_of(card, reader) if held and card.reason == "approval" else state_of(card, reader)
    layer = reader.words(f"layer.{card.layer}") if card.layer else ""
    cells = (
        Cell(mark.text, mark.style),
        Cell(card.decision, style),
        Cell(card.facility, style),
        Cell(state, mark.style if held and mark is marks.P2 else style),
        Cell(card.sender_name, style),
        Cell(layer, style),
        Cell(plain(card.proposal or card.words), style),
    )
    return Row(card.decision, cells)
