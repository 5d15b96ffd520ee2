"""A shift in words: a heading for each facility and what a person who takes over must know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.records.answer import Say
from app.records.kpi import Figure
from app.records.shift import Behind, ShiftReport, SiteShift, Stop

Mark = Literal["good", "alarm", "open", "plain"]
"""How a line is to be taken; what it is about is in its words as well."""

_NAMED = 5
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    mark: Mark
    say: Say


@dataclass(frozen=True, slots=True)
class Section:
    """A facility's part."""

    title: Say
    span: Say
    rows: tuple[Row, ...]
    site: SiteShift


def sections(report: ShiftReport) -> tuple[Section, ...]:
    """What is told of each facility, in the order of the report."""
    return tuple(_section(site, report) for site in report.sites)


def told(report: ShiftReport) -> Say:
    """The whole as one text."""
    parts: list[Say] = []
    for section in sections(report):
        parts.append(Say("shift.heading", {"title": section.title, "span": section.span}))
        parts += [Say(f"shift.row.{row.mark}", {"row": row.say}) for row in section.rows]
    return lines(parts or [Say("shift.nothing")])


def lines(parts: Sequence[Say]) -> Say:
    """Sentences below one another."""
    said = parts[-1]
    for part in reversed(parts[:-1]):
        said = Say("planning.lines", {"first": part, "rest": said})
    return said


def _section(site: SiteShift, report: ShiftReport) -> Section:
    values = {"code": site.facility.code, "name": site.facility.name}
    title = Say("shift.day_title" if report.whole_day else "shift.title", values)
    span = Say("shift.span", {"low": site.low, "high": site.high})
    return Section(title, span, tuple(_rows(site, report.at)), site)


def _rows(site: SiteShift, at: datetime) -> Iterator[Row]:
    yield _made(site)
    if site.finished:
        orders = tuple(
            Say("shift.order", {"order": f.order, "n": f.quantity}) for f in site.finished[:_LISTED]
        )
        yield Row("good", Say("shift.finished", {"n": len(site.finished), "orders": orders}))
    yield from _late(site.late)
    yield from _stops(site.stops, at)
    for key, found in (("cases", site.cases), ("requests", site.requests), ("held", site.held)):
        if found:
            yield Row("open", Say(f"shift.{key}", {"n": len(found), "which": found[:_LISTED]}))
    if not (site.cases or site.requests or site.held):
        yield Row("good", Say("shift.none_open"))
    if site.figures:
        yield Row("plain", Say("shift.figures", {"figures": tuple(_figure(each) for each in site.figures)}))


def _made(site: SiteShift) -> Row:
    if not site.planned:
        return Row("plain", Say("shift.done", {"done": site.done}))
    values = {"done": site.done, "on_plan": site.on_plan, "planned": site.planned}
    return Row("good" if site.on_plan >= site.planned else "alarm", Say("shift.done_of", values))


def _late(late: Sequence[Behind]) -> Iterator[Row]:
    if not late:
        yield Row("good", Say("shift.none_late"))
        return
    orders = tuple(
        Say("shift.late_order", {"order": b.order, "span": span(b.minutes)}) for b in late[:_NAMED]
    )
    yield Row("alarm", Say("shift.late", {"n": len(late), "orders": orders}))


def _stops(stops: Sequence[Stop], at: datetime) -> Iterator[Row]:
    if not stops:
        yield Row("good", Say("shift.none_stopped"))
    for stop in stops[:_LISTED]:
        end = stop.end or at
        values = {
            "machine": stop.machine,
            "state": Say(f"words.state.{stop.state}"),
            "start": stop.start,
            "span": span(round((end - stop.start).total_seconds() / 60)),
        }
        yield Row(
            "plain" if stop.end else "alarm", Say("shift.stopped" if stop.end else "shift.stands", values)
        )
    if len(stops) > _LISTED:
        yield Row("plain", Say("shift.more_stops", {"n": len(stops) - _LISTED}))


def _figure(figure: Figure) -> Say:
    percent = "–" if figure.value is None else f"{figure.value:.0%}"
    return Say(f"shift.kpi.{figure.kpi}", {"percent": percent})


def span(minutes: int) -> Say:
    """A length of time: minutes under two hours, then hours."""
    if minutes < 120:
        return Say("planning.minutes", {"n": minutes})
    return Say("planning.hours", {"n": round(minutes / 60, 1)})
