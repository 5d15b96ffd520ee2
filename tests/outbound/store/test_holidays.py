"""The public holidays that ship, and files of them that are wrong."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.outbound.store import SqlStore
from app.outbound.store.holidays import holiday_lists, parse_holidays, read_holidays
from app.outbound.store.plant_findings import missing_years
from app.planning.calendars import grid_from, shift_of
from app.records.errors import FileWrong
from app.settings import shipped

ZONE = ZoneInfo("Asia/Hong_Kong")
PLANT = """
time_zone = "Asia/Hong_Kong"
person = []
machine = []
item = []

[[calendar]]
name = "hk"
windows = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri"], start = "08:00", end = "17:00" }]
holidays = "hong-kong"
days_off = ["2026-11-24"]

[[calendar]]
name = "cn"
windows = [{ days = ["Mon", "Tue", "Wed", "Thu", "Fri"], start = "08:00", end = "17:00" }]
holidays = "mainland-china"
days_off = ["2026-10-10"]

[[calendar]]
name = "none"
windows = []

[[facility]]
code = "A"
en = "A"
hans = "A"
hant = "A"
calendar = "hk"
"""


@pytest.fixture
async def calendars(store: SqlStore, tmp_path: Path):
    (tmp_path / "plant.toml").write_text(PLANT, encoding="utf-8")
    store.seed(tmp_path / "plant.toml")
    return {c.name: c for c in await store.read(lambda f: f.calendars())}


def hours(calendar, day: str) -> int:
    grid = grid_from(datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC), 60, 1, ZONE)
    return sum(high - low for low, high in shift_of(calendar, grid).open)


@pytest.mark.parametrize(
    ("day", "hk", "cn"),
    [
        ("2026-09-20", 0, 9),  # a Sunday on which the mainland makes up for National Day
        ("2026-09-25", 9, 0),  # Friday: Mid-Autumn Festival on the mainland, the day after is Hong Kong's
        ("2026-10-01", 0, 0),
        ("2026-10-02", 9, 0),
        ("2026-10-10", 0, 0),  # a Saturday worked on the mainland, but not in this plant
        ("2026-10-19", 0, 9),  # the day following Chung Yeung, a Monday
        ("2026-11-24", 0, 9),  # the plant's own day off
        ("2026-11-25", 9, 9),
        ("2027-02-09", 0, 9),
    ],
)
async def test_holidays_close_and_make_up_days_open(calendars, day, hk, cn):
    assert (hours(calendars["hk"], day), hours(calendars["cn"], day)) == (hk, cn)


async def test_a_year_that_nobody_has_published_is_named(calendars):
    every = calendars.values()
    (said,) = missing_years(every, date(2026, 11, 23))
    assert "calendar 'cn'" in said
    assert "'mainland-china' does not know 2027" in said
    before = missing_years(every, date(2025, 6, 1))
    assert [sentence.split("'")[1] for sentence in before if " 2025;" in sentence] == ["cn", "hk"]
    assert len(before) == 2
    assert len(missing_years(every, date(2027, 6, 1))) == 3


def test_the_lists_that_ship_have_whole_years():
    assert holiday_lists() == ("hong-kong", "mainland-china")
    kong, mainland = read_holidays("hong-kong"), read_holidays("mainland-china")
    assert (kong.years, mainland.years) == ((2026, 2027), (2026,))
    assert [sum(day.startswith(year) for day in kong.days_off) for year in ("2026", "2027")] == [17, 17]
    assert not any(date.fromisoformat(day).weekday() == 6 for day in kong.days_off)
    assert (len(mainland.days_off), len(mainland.work_days)) == (33, 6)
    assert all(date.fromisoformat(day).weekday() >= 5 for day in mainland.work_days)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"2026-10-01"', '"2027-10-01"', "2027-10-01 is no day of 2026"),
        ('"2026-10-01"', '"2026-02-30"', r"year\.0\.days_off"),
        ('"2026-10-01"', '"2026-05-01"', "2026-05-01 is there twice"),
        ('"2026-01-04"', '"2026-01-01"', "2026-01-01 cannot be both off and worked"),
        ("missing = ", "unknown = ", "unknown"),
        ("[[year]]", "[[year", "not TOML"),
        ("year = 2026", "year = 26", r"year\.0\.year"),
    ],
)
def test_a_list_that_is_wrong_is_named(tmp_path: Path, was, becomes, said):
    text = (shipped("config") / "holidays" / "mainland-china.toml").read_text(encoding="utf-8")
    assert was in text
    file = tmp_path / "list.toml"
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(FileWrong, match=rf"list\.toml: .*{said}"):
        parse_holidays(file)


def test_a_list_that_is_not_there_is_named():
    with pytest.raises(FileWrong, match="atlantis"):
        read_holidays("atlantis")


def test_a_year_marked_as_missing_is_not_known(tmp_path: Path):
    file = tmp_path / "list.toml"
    file.write_text(
        'source = "x"\nmissing = [2027]\n[[year]]\nyear = 2027\ndays_off = []\n', encoding="utf-8"
    )
    assert parse_holidays(file).years == ()
