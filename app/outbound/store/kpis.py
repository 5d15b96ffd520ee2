"""Key figures of each facility's day: set as a whole, kept for ever, read back by day."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa

from app.outbound.store.line import Line, adding, moment, stamp
from app.outbound.store.plant_tables import FigureRow
from app.outbound.store.tables import table
from app.records.kpi import DayFigures, Figure, Kpi

_KPIS = table(FigureRow)
_DROP = sa.delete(_KPIS).where(_KPIS.c.day == sa.bindparam("which"), _KPIS.c.facility == sa.bindparam("site"))
_KEEP = adding(_KPIS)
_SINCE = (
    sa.select(_KPIS)
    .where(_KPIS.c.day >= sa.bindparam("since"))
    .order_by(_KPIS.c.day, _KPIS.c.facility, _KPIS.c.kpi)
)
_KNOWN = {kpi.value: place for place, kpi in enumerate(Kpi)}


def keep(line: Line, days: Iterable[DayFigures]) -> None:
    """Set each facility's day: what was counted for it before gives way. May be repeated."""
    for day in days:
        line.do(_DROP, {"which": day.day.isoformat(), "site": day.facility})
        rows = [
            {"day": day.day.isoformat(), "facility": day.facility, "kpi": figure.kpi.value,
             "part": float(figure.part), "whole": figure.whole, "at": stamp(day.at)}
            for figure in day.figures
        ]  # fmt: skip
        if rows:
            line.many(_KEEP, rows)


def since(line: Line, day: date) -> tuple[DayFigures, ...]:
    """Every facility's figures from a day on, the oldest first; kinds no longer known are left out."""
    rows = line.all(_SINCE, {"since": day.isoformat()})
    found = []
    for (of, facility, at), group in groupby(rows, itemgetter(0, 1, 5)):
        known = sorted((row for row in group if row[2] in _KNOWN), key=lambda row: _KNOWN[row[2]])
        figures = tuple(Figure(Kpi(kpi), part, whole) for _, _, kpi, part, whole, _ in known)
        found.append(DayFigures(facility, date.fromisoformat(of), moment(at), figures))
    return tuple(found)
