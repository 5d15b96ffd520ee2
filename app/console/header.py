"""The three lines on top, on every screen: where, when, who may write; figures; the screens."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from app.console.cells import fit
from app.console.marks import BRIGHT, DIM, NONE, NOTE, P1, P2, P3, Mark, of_card
from app.console.seen import LIMIT, Reader
from app.records.board import Status

SCREENS = ("1", "3", "4", "5", "8", "9")


class Header(Static):
    """Says how the service is; grey and with a "?" where that is old."""

    def render_for(self, reader: Reader, screen: str) -> None:
        """Draw for this moment; `screen` is the digit of the screen that is shown."""
        width = self.size.width or 80
        lines = [_top(reader, width), _figures(reader, width), _tabs(reader, screen, width)]
        self.update(Text("\n").join(lines))


def _top(reader: Reader, width: int) -> Text:
    words, seen = reader.words, reader.seen
    status = seen.standing.status if seen.standing else None
    local = reader.now.astimezone(seen.zone)
    site = _site(reader)
    clock = f"{words(f'day.{local.weekday()}')} {local:%Y-%m-%d %H:%M:%S} {local:%Z}"
    mode = words("head.mode", mode=status.mode if status else "?")
    mark = NONE if status is None or status.mode == "FULL" else P3
    shift = f" · {words('head.shift', name=status.shift)}" if status and status.shift else ""
    left = Text.assemble(
        (f" {words('app')}", BRIGHT), f"  {site}{shift}  ", (_marked(mark, mode), mark.style)
    )
    return _apart(left, Text(f"{clock} "), width)


def _site(reader: Reader) -> str:
    seen = reader.seen
    if not seen.site:
        return reader.words("head.all")
    names = {site.code: site.name for site in seen.overview.sites} if seen.overview else {}
    return f"{seen.site} {names.get(seen.site, '')}".strip()


def _figures(reader: Reader, width: int) -> Text:
    seen, words = reader.seen, reader.words
    if seen.lost_at is not None:
        said = words("head.no_service", at=reader.clock(seen.lost_at))
        why = words(f"code.{seen.lost_why}") + " · " if words.has(f"code.{seen.lost_why}") else ""
        return Text(fit(f" {P1.text} {why}{said}", width), style=f"reverse {P1.style}")
    if seen.standing is None or seen.standing_at is None:
        return Text(fit(f" {words('never')}", width), style=DIM)
    old = reader.now - seen.standing_at > LIMIT
    parts = [Text(), *_counts(reader, seen.standing.status, old=old)]
    while sum(cell_len(part.plain) + 1 for part in parts) > width + 1:
        parts.pop()
    return _apart(Text(" ").join(parts), Text(), width)


def _counts(reader: Reader, status: Status, *, old: bool) -> list[Text]:
    """The figures, the most needed first: a narrow screen leaves the last ones out."""
    words, query = reader.words, " ?" if old else ""
    link = NONE if status.link in {"up", "off"} else P2
    lane = P3 if status.lane == "down" else NONE
    parts = [
        (_urgency(reader), words("head.waiting", n=reader.figure(status.held))),
        (NONE, words("head.queue", n=reader.figure(status.queue))),
        (P2 if status.undelivered else NONE, words("head.undelivered", n=reader.figure(status.undelivered))),
        (link, words("head.link", state=words(f"state.{status.link}"))),
        (lane, words("head.lane", state=words(f"state.{status.lane}"))),
        (NONE, words("head.cost", n=reader.money(status.cost_today_cny))),
        (NONE, words("head.today", n=reader.figure(status.messages_today))),
    ]
    if status.unknown_senders:
        parts.insert(3, (NOTE, words("head.unknown", n=reader.figure(status.unknown_senders))))
    return [Text(f"{_marked(mark, text)}{query} ", style=DIM if old else mark.style) for mark, text in parts]


def _urgency(reader: Reader) -> Mark:
    """The mark of the most pressing decision that waits."""
    held = reader.seen.cards.held if reader.seen.cards else ()
    found = {of_card(c, (c.until - reader.now).total_seconds()) for c in held if c.until}
    return next((mark for mark in (P2, NOTE) if mark in found), NONE)


def _right_to_write(reader: Reader) -> str:
    standing = reader.seen.standing
    if standing is None or not reader.seen.holder:
        return reader.words("head.read_only")
    minutes, seconds = divmod(int(standing.locks_in_s), 60)
    return reader.words("head.holder", name=standing.holder_name, left=f"{minutes}:{seconds:02d}")


def _tabs(reader: Reader, screen: str, width: int) -> Text:
    """The screens by name; where there is no room the last ones that are not shown by digit alone."""
    right = Text(f"{_right_to_write(reader)} ", style=BRIGHT if reader.seen.holder else DIM)
    names = {digit: f"{digit} {reader.words(f'screen.{digit}')}" for digit in SCREENS}
    line = _tab_line(names, screen)
    for digit in reversed(SCREENS):
        if cell_len(line.plain) + cell_len(right.plain) > width and digit != screen:
            line = _tab_line(names := {**names, digit: digit}, screen)
    return _apart(line, right, width)


def _tab_line(names: Mapping[str, str], screen: str) -> Text:
    tabs = [Text(f" {name} ", f"reverse {BRIGHT}" if d == screen else DIM) for d, name in names.items()]
    return Text(" ").join([Text(), *tabs])


def _marked(mark: Mark, text: str) -> str:
    return f"{mark.text.strip()} {text}" if mark.text.strip() else text


def _apart(left: Text, right: Text, width: int) -> Text:
    """Left and right in exactly `width` cells; where both do not fit, the left is cut."""
    room = width - cell_len(right.plain)
    if cell_len(left.plain) > room:
        left.truncate(max(0, room), overflow="ellipsis")
    return left + Text(" " * max(0, room - cell_len(left.plain))) + right
