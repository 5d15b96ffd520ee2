"""The overview drawn: sites in columns, or one site in full, and a side panel where there is room."""

from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from app.console import marks
from app.console.cells import fit, spark
from app.console.marks import BRIGHT, DIM
from app.console.record import left_of
from app.console.seen import Reader
from app.records.board import MachineRow, MessageRow, RiskRow, SiteBoard
from app.records.plant import MachineState

Lines = list[Text]

MACHINES_MIN = 8
RISKS_MAX = 3
NOT_MACHINES = 11
"""Lines of the overview besides machines: age, name, risks, counts, traffic."""

_ORDER = (MachineState.DOWN, MachineState.SLOW, MachineState.MAINTENANCE, MachineState.RUNNING)


def all_sites(sites: tuple[SiteBoard, ...], chosen: int, width: int, height: int, reader: Reader) -> Text:
    """Every site in a column of its own; the chosen one's name is inverse."""
    room = max(MACHINES_MIN, height - NOT_MACHINES)
    column = width // max(1, len(sites)) - 1
    columns = [_site(site, column, room, reader, here=place == chosen) for place, site in enumerate(sites)]
    return beside(columns, [column] * len(columns), " ")


def beside(columns: list[Lines], widths: list[int], between: str) -> Text:
    """Columns of lines next to each other, each padded to its width in cells."""
    rows = zip_longest(*columns, fillvalue=Text())
    return Text("\n").join(
        Text(between).join(_padded(line, width) for line, width in zip(row, widths, strict=True))
        for row in rows
    )


def _padded(line: Text, width: int) -> Text:
    return line + Text(" " * max(0, width - cell_len(line.plain)))


def _site(site: SiteBoard, width: int, room: int, reader: Reader, *, here: bool) -> Lines:
    title = Text(fit(f" {site.code} {site.name}", width), style=f"reverse {BRIGHT}" if here else BRIGHT)
    machines = _machines(site, width, room, reader)
    padding = [Text()] * (room - len(machines))
    return [title, *machines, *padding, *_risks(site, width, reader), *_counts(site, width, reader)]


def _machines(site: SiteBoard, width: int, room: int, reader: Reader) -> Lines:
    ranked = sorted(site.machines, key=lambda m: (_ORDER.index(m.state), m.code))
    if not ranked:
        return [Text(fit(reader.words("over.none"), width), style=DIM)]
    shown = ranked if len(ranked) <= room else ranked[: room - 1]
    lines = [_machine(machine, width, reader) for machine in shown]
    if len(ranked) > len(shown):
        lines.append(
            Text(fit(f"   {reader.words('over.more', n=len(ranked) - len(shown))}", width), style=DIM)
        )
    return lines


def _machine(machine: MachineRow, width: int, reader: Reader) -> Text:
    mark = marks.of_machine(machine.state)
    state = reader.words(f"machine.{machine.state}")
    until = f"→{reader.clock(machine.until)}" if machine.until else ""
    running = machine.state is MachineState.RUNNING
    rest = machine.order if running and machine.order else " ".join(filter(None, (state, until)))
    text = f"{machine.code:<6} {rest}"
    return Text.assemble((f"{mark.text} ", mark.style), (fit(text, width - 3), mark.style or DIM))


def _risks(site: SiteBoard, width: int, reader: Reader) -> Lines:
    head = Text(fit(reader.words("over.risk"), width), style="underline")
    lines = [_risk(risk, width, reader) for risk in site.at_risk[:RISKS_MAX]]
    none = [Text(fit(f"   {reader.words('over.safe')}", width), style=DIM)] if not lines else []
    padding = [Text()] * (RISKS_MAX - max(1, len(lines)))
    return [head, *lines, *none, *padding]


def _risk(risk: RiskRow, width: int, reader: Reader) -> Text:
    mark = marks.P3 if risk.late_min else marks.NOTE
    return Text(fit(f"{mark.text} {risk.order} {_lateness(risk, reader)}", width), style=mark.style)


def _lateness(risk: RiskRow, reader: Reader) -> str:
    words = reader.words
    if not risk.late_min:
        return words("over.due", at=reader.clock(risk.due))
    hours, minutes = divmod(risk.late_min, 60)
    span = words("span.h", n=hours) if hours >= 2 else words("span.min", n=minutes + 60 * hours)
    return words("over.late", span=span)


def _counts(site: SiteBoard, width: int, reader: Reader) -> Lines:
    rows = [
        ("over.cards", site.cards_waiting),
        ("over.holds", site.orders_on_hold),
        ("over.cases", site.cases_open),
        ("over.requests", site.requests_open),
    ]
    return [_count(reader.words(key), number, width, reader) for key, number in rows]


def _count(label: str, number: int | None, width: int, reader: Reader) -> Text:
    shown = reader.figure(number)
    text = fit(label, width - len(shown) - 2) + f" {shown} "
    return Text(text, style="" if number else DIM)


def one_site(site: SiteBoard, width: int, reader: Reader) -> Text:
    """One site with every machine and every order at risk in full."""
    ranked = sorted(site.machines, key=lambda m: (_ORDER.index(m.state), m.code))
    lines = [Text(fit(f" {site.code} {site.name}", width), style=f"reverse {BRIGHT}")]
    lines += [_machine_in_full(machine, width, reader) for machine in ranked]
    lines += [Text(), Text(reader.words("over.risk"), style="underline")]
    lines += [_risk_in_full(risk, width, reader) for risk in site.at_risk]
    lines += [] if site.at_risk else [Text(f"   {reader.words('over.safe')}", style=DIM)]
    lines += [Text(), *_counts(site, min(width, 40), reader)]
    return Text("\n").join(lines)


def _machine_in_full(machine: MachineRow, width: int, reader: Reader) -> Text:
    words, mark = reader.words, marks.of_machine(machine.state)
    until = words("over.until", at=reader.clock(machine.until)) if machine.until else ""
    since = words("over.since", at=reader.clock(machine.since))
    rest = " · ".join(filter(None, (since, until, machine.order, machine.note)))
    state = fit(words(f"machine.{machine.state}"), 9)
    return Text(fit(f"{mark.text} {fit(machine.code, 7)} {state} {rest}", width), style=mark.style)


def _risk_in_full(risk: RiskRow, width: int, reader: Reader) -> Text:
    mark = marks.P3 if risk.late_min else marks.NOTE
    due = reader.words("over.due", at=reader.clock(risk.due))
    late = _lateness(risk, reader) if risk.late_min else ""
    text = f"{mark.text} {fit(risk.order, 9)} {fit(risk.item, 14)} {due}  {late}"
    return Text(fit(text, width), style=mark.style)


def traffic(per_minute: tuple[int, ...], width: int, reader: Reader) -> Text:
    """The last hour's messages as 60 cells, with the label where there is room."""
    if not per_minute:
        return Text()
    label = reader.words("over.traffic", n=max(per_minute))
    room = width - 61
    short = f"▕ max {max(per_minute)}"
    return Text(
        f" {spark(per_minute)}{fit(f'▕ {label}' if room > cell_len(label) + 2 else short, room - 1)}",
        style=DIM,
    )


def side(width: int, height: int, reader: Reader) -> Lines:
    """What waits and the latest messages, for a wide screen; both of the chosen site only."""
    seen, words = reader.seen, reader.words
    cards = [card for card in seen.cards.held if _here(card.facility, reader)] if seen.cards else []
    rows = [row for row in seen.messages.rows if _here(row.facility, reader)] if seen.messages else []
    half = max(3, height // 2 - 2)
    waiting: list[tuple[str, str]] = [
        (f"{c.decision} {left_of(c, reader)} · {c.sender_name}", c.proposal) for c in cards[: half // 2]
    ]
    lines = [Text(fit(words("over.cards"), width), style="underline"), *_pairs(waiting, width, reader)]
    lines += [Text(), Text(fit(words("over.latest"), width), style="underline")]
    return lines + [_said(row, width, reader) for row in rows[: height - len(lines)]]


def _pairs(pairs: list[tuple[str, str]], width: int, reader: Reader) -> Lines:
    if not pairs:
        return [Text(fit(f"   {reader.words('over.safe')}", width), style=DIM)]
    lines: Lines = []
    for head, proposal in pairs:
        lines += [Text(fit(head, width)), Text("  " + fit(proposal, width - 2), style=DIM)]
    return lines


def _said(row: MessageRow, width: int, reader: Reader) -> Text:
    return Text(fit(f"{reader.clock(row.at)} {fit(row.sender_name, 8)} {row.words}", width), style=DIM)


def _here(facility: str, reader: Reader) -> bool:
    return not reader.seen.site or facility == reader.seen.site
