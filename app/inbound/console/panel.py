"""Key figures as the console shows them: today against the seven days before it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.records.kpi import PLANT, DayFigures, Figure, Kpi, KpiBoard, KpiRow, SiteKpis, together
from app.records.message import Language
from app.records.plant import Facility

DAYS = timedelta(days=7)
"""How far back today is compared."""


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day of a moment in plant time."""
    return at.astimezone(zone).date()


def board_of(
    figures: Sequence[DayFigures],
    facilities: Sequence[Facility],
    today: date,
    now: datetime,
    language: Language,
) -> KpiBoard:
    """Every site's rows, those of the plant as a whole first; days that were never counted stay empty."""
    names = {PLANT: "", **{site.code: site.name.in_language(language) for site in facilities}}
    by_site = {code: {f.day: f for f in figures if f.facility == code} for code in names}
    return KpiBoard(now, tuple(_site(code, names[code], by_site[code], today) for code in names))


def _site(code: str, name: str, days: dict[date, DayFigures], today: date) -> SiteKpis:
    counted = days[today].at if today in days else None
    return SiteKpis(code, name, counted, tuple(_row(kpi, days, today) for kpi in Kpi))


def _row(kpi: Kpi, days: dict[date, DayFigures], today: date) -> KpiRow:
    every = [today - timedelta(days=n) for n in range(DAYS.days, -1, -1)]
    found = [days[day].of(kpi) if day in days else None for day in every]
    week = together(kpi, [figure for figure in found[:-1] if figure is not None])
    return KpiRow(kpi, _value(found[-1]), _value(week), tuple(map(_value, found)))


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure else None
