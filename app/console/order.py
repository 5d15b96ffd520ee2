"""What is said beneath a drawn plan: about the machine under the cursor, and about the chosen order."""

from datetime import timedelta

from rich.text import Text

from app.console.cells import fit
from app.console.marks import BRIGHT, DIM, P3
from app.console.record import Fact, lines_of
from app.console.timeline import chain, time_of
from app.console.words import Words
from app.records.axis import is_clock, moment
from app.records.chart import Bar, Chart, Promise, Row


def about_machine(chart: Chart, row: Row, words: Words, width: int) -> Text:
    """Its name, what it runs now and what comes next."""
    now = chart.now or 0
    bars = sorted(row.bars, key=lambda bar: bar.start)
    on = next((bar for bar in bars if bar.start <= now < bar.end), None)
    after = next((bar for bar in bars if bar.start > now or (bar.start == now and bar is not on)), None)
    parts = [f"{row.machine} {row.name}".strip() if row.name != row.machine else row.machine]
    if on is not None:
        parts.append(words("plan.on", order=on.order, at=time_of(chart, on.end, words)))
    if after is not None:
        parts.append(words("plan.next", order=after.order, at=time_of(chart, after.start, words)))
    if on is None and after is None:
        parts.append(words("plan.idle"))
    return Text(" " + fit(" · ".join(parts), width - 1), style=DIM)


def about_order(chart: Chart, order: str, words: Words, width: int) -> list[Text]:
    """Two lines: when it is due and ends; its operations one after the other."""
    promise = next((promise for promise in chart.orders if promise.order == order), None)
    if promise is None:
        return [Text(" " + fit(words("plan.gone", order=order), width - 1), style=DIM), Text()]
    parts = [order, promise.item, lateness(chart, promise, words)]
    head = " · ".join(part for part in parts if part)
    way = " → ".join(_short(chart, row, bar, words) for row, bar in chain(chart, order))
    style = P3.style if promise.late else BRIGHT
    return [Text(" " + fit(head, width - 1), style=style), Text(" " + fit(way, width - 1), style=DIM)]


def lateness(chart: Chart, promise: Promise, words: Words) -> str:
    """When it is due, when it ends, how late that is."""
    end = words("plan.ends", at=time_of(chart, promise.end, words))
    if promise.due is None:
        return end
    due = words("over.due", at=time_of(chart, promise.due, words))
    if not promise.late:
        return f"{due} · {end}"
    if not is_clock(chart):
        return f"{due} · {end} · {words('over.late', span=promise.late)}"
    span = words.span(timedelta(seconds=promise.late * chart.tick_s))
    return f"{due} · {end} · {words('over.late', span=span)}"


def _short(chart: Chart, row: Row, bar: Bar, words: Words) -> str:
    return f"{bar.position + 1} {row.machine} {time_of(chart, bar.start, words)}"


def every_operation(chart: Chart, order: str, words: Words, width: int) -> Text:
    """An order's operations in full, one below the other, beneath when it is due."""
    promise = next((promise for promise in chart.orders if promise.order == order), None)
    if promise is None:
        return Text(words("plan.gone", order=order))
    head = [promise.item, lateness(chart, promise, words)]
    facts = [
        Fact(f"{bar.position + 1} {row.machine}", _whole(chart, row, bar, words))
        for row, bar in chain(chart, order)
    ]
    lines = [Text(part, style=P3.style if promise.late else "") for part in head if part]
    return Text("\n").join([*lines, Text(), lines_of(facts, width)])


def _whole(chart: Chart, row: Row, bar: Bar, words: Words) -> str:
    start, end = time_of(chart, bar.start, words), _end(chart, bar, words)
    parts = [f"{start}–{end}", row.facility, words(f"plan.kind.{bar.kind}")]
    if bar.setup:
        since = time_of(chart, bar.start - bar.setup, words)
        parts.append(words("plan.setup", at=since))
    return " · ".join(part for part in parts if part)


def _end(chart: Chart, bar: Bar, words: Words) -> str:
    """The end; only its hour on the day of the start."""
    start, end = moment(chart, bar.start), moment(chart, bar.end)
    if start is None or end is None or start.date() != end.date():
        return time_of(chart, bar.end, words)
    return f"{end:%H:%M}"
