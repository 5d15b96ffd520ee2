"""What stands in words on a drawn plan."""

from collections.abc import Callable, Iterator

from app.records.answer import Say
from app.records.axis import is_clock, moment
from app.records.chart import Bar, Chart, Promise, Row, letter

Speak = Callable[[Say], str]
"""A sentence in the reader's language."""


class Wording:
    """A chart's sentences in one language."""

    def __init__(self, chart: Chart, speak: Speak) -> None:
        self._chart, self._speak = chart, speak
        self._orders = {order.order: order for order in chart.orders}

    def __call__(self, key: str, **values: object) -> str:
        """A sentence of the catalogue; its key without "gantt."."""
        return self._speak(Say(f"gantt.{key}", values))

    def title(self) -> str:
        """What plan it is, whose, and whether it is in force."""
        chart = self._chart
        parts = [self("title", name=chart.name)]
        if chart.state is not None:
            parts.append(self(f"state.{chart.state}"))
        if chart.by and chart.made_at is not None:
            parts.append(self("made", by=self._maker(), at=chart.made_at))
        elif chart.by:
            parts.append(self("by", by=self._maker()))
        return self._joined(parts)

    def _maker(self) -> Say | str:
        """Who made the plan, in words where it is one of ours."""
        kind, _, rule = self._chart.by.partition(":")
        known = {
            "solver": "maker.solver",
            "cloud": "maker.cloud",
            "dispatch": "maker.rule" if rule else "maker.dispatch",
        }
        return Say(f"gantt.{known[kind]}", {"rule": rule}) if kind in known else self._chart.by

    def figures(self) -> str:
        """The objective, how many orders are late where any is due, how large it is."""
        chart = self._chart
        parts = [
            *([self("broken", n=chart.broken)] if chart.broken else []),
            self(f"objective.{chart.objective}", value=chart.value),
            *self._lateness(),
            self("size", operations=chart.operations, machines=len(chart.rows)),
        ]
        return self._joined(parts)

    def _lateness(self) -> Iterator[str]:
        late, orders = len(self._chart.late), len(self._chart.orders)
        if late:
            yield self("late", late=late, orders=orders)
        elif any(order.due is not None for order in self._chart.orders):
            yield self("none_late", orders=orders)

    def _joined(self, parts: list[str]) -> str:
        text = parts[0]
        for more in parts[1:]:
            text = self("part", text=text, more=more)
        return text

    def day(self, at: int) -> str:
        """The day that holds a tick, as the chart knows it: weekday and date, weekday, number."""
        chart, local = self._chart, moment(self._chart, at)
        if local is None:
            return ""
        if chart.calendar == "days":
            first = moment(chart, 0)
            return self("day", n=1 + (local.date() - (first or local).date()).days)
        weekday = self(f"weekday.{local.weekday()}")
        return f"{weekday} {local:%m-%d}" if chart.calendar == "dates" else weekday

    def time(self, at: int) -> str:
        """A tick as plant time with its day, or as its number."""
        local = moment(self._chart, at)
        return f"{self.day(at)} {local:%H:%M}" if local is not None else str(at)

    def family(self, family: int) -> str:
        """A family's letter and name."""
        name = self._chart.families[family] if family < len(self._chart.families) else str(family)
        words = self("family", name=name)
        return f"{letter(family)} {words}"

    def machine(self, row: Row) -> str:
        """A machine's code, and its name where it has another."""
        return f"{row.machine} {row.name}" if row.name and row.name != row.machine else row.machine

    def tip(self, bar: Bar, row: Row) -> str:
        """All about an operation, a fact a line."""
        return "\n".join(self._facts(bar, row))

    def _facts(self, bar: Bar, row: Row) -> Iterator[str]:
        yield self("tip.operation", order=bar.order, n=bar.position + 1)
        if bar.item:
            yield bar.item
        yield self("tip.place", machine=self.machine(row), start=self.time(bar.start), end=self.time(bar.end))
        if bar.setup:
            start = self.time(bar.start - bar.setup)
            yield self("tip.setup", start=start, end=self.time(bar.start))
        if bar.family is not None:
            yield self.family(bar.family)
        if bar.kind != "planned":
            yield self(f"key.{bar.kind}")
        order = self._orders.get(bar.order)
        if order is not None and order.due is not None:
            yield self.promise(order)

    def promise(self, order: Promise) -> str:
        """When an order is due and when it ends; nothing is said of one that is never due."""
        if order.due is None:
            return ""
        key = "tip.late" if order.late else "tip.due"
        return self(key, due=self.time(order.due), end=self.time(order.end))

    @property
    def has_clock(self) -> bool:
        """Whether times are days and hours."""
        return is_clock(self._chart)
