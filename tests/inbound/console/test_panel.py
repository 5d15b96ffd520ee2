"""Today against the seven days before it: which days count, and what was never counted stays empty."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.inbound.console.panel import DAYS, board_of, day_of
from app.records.kpi import PLANT, DayFigures, Figure, Kpi
from app.records.message import Language
from app.records.plant import Facility, Name

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
SITES = (Facility("A", Name("Kwai Chung", "葵涌", "葵涌廠"), (), "day"),)


def counted(days_ago: int, part: float, whole: float, facility: str = "A") -> DayFigures:
    figure = Figure(Kpi.ON_TIME_ORDERS, part, whole)
    return DayFigures(facility, TODAY - timedelta(days=days_ago), NOW - timedelta(days=days_ago), (figure,))


def row_of(*days: DayFigures, kpi: Kpi = Kpi.ON_TIME_ORDERS):
    [_, site] = board_of(days, SITES, TODAY, NOW, Language.HANT).sites
    return next(row for row in site.rows if row.kpi is kpi)


def test_the_week_is_the_seven_days_before_today_by_their_parts():
    row = row_of(counted(8, 0, 100), counted(7, 1, 1), counted(2, 1, 3), counted(0, 1, 2))
    assert row.today == 0.5
    assert row.week == (1 + 1) / (1 + 3)
    assert row.trend == (1.0, None, None, None, None, 1 / 3, None, 0.5)


def test_what_was_never_counted_is_empty_and_never_zero():
    row = row_of(counted(0, 1, 2, facility=PLANT))
    assert (row.today, row.week, row.trend) == (None, None, (None,) * 8)
    assert row_of(counted(0, 1, 2), kpi=Kpi.ADHERENCE).today is None


def test_the_plant_comes_first_and_names_are_the_readers():
    days = (counted(0, 1, 2, facility=PLANT), counted(1, 1, 2))
    plant, site = board_of(days, SITES, TODAY, NOW, Language.HANT).sites
    assert (plant.code, plant.name, plant.at) == (PLANT, "", NOW)
    assert (site.code, site.name, site.at) == ("A", "葵涌廠", None)
    assert [row.kpi for row in site.rows] == list(Kpi)


def test_the_day_is_the_plants():
    assert day_of(datetime(2026, 11, 22, 16, tzinfo=UTC), ZoneInfo("Asia/Hong_Kong")) == TODAY
    assert timedelta(days=7) == DAYS
