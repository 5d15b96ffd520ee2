"""The day that words mean, seen from another day: weekdays, dates, parts of a month, holidays."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.records.saying import HAN, count


@dataclass(frozen=True, slots=True)
class Day:
    """A date; `loose` when a later week would do as well, as with a bare weekday."""

    date: date
    loose: bool = False


_DAYS_AHEAD = (
    (3, re.compile(r"大后[天日]")),
    (2, re.compile(r"后[天日]|[这呢]几[天日]|day after tomorrow")),
    (1, re.compile(r"明[天日早晚朝午]|听[日朝晚夜]|翌日|tomorrow|\btmrw?\b")),
    (
        0,
        re.compile(
            r"今[天日晚早朝夜]|[即本当]日|当天|今更|today|tonight|\beod\b|end of (?:the )?(?:day|shift)"
            r"|收工前|放工前|下班前|埋数之?前"
        ),
    ),
)
_HAN_WEEKDAY = re.compile(r"(下下|下|本|这|今|呢)?个?(?:周|星期|礼拜|week)([一二三四五六日天])?")
_WEEKDAY = re.compile(
    r"\b(next |this |coming )?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|r|rs|ur)?(?:day)?\b"
    r"|\b(next|this) week\b|\beow\b|\b(?:end|rest) of (?:the )?week|\bweek after\b"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = f"({'|'.join(_MONTHS)})[a-z]*"
_ISO = re.compile(r"(20[0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})")
_HAN_DATE = re.compile(rf"(?:([0-9]{{1,2}}|{HAN}{{1,2}})月)?([0-9]{{1,2}}|{HAN}{{1,3}})([日号])")
_EN_DATE = re.compile(
    rf"\b{_MONTH}\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?\b|\b([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b"
)
_NTH = re.compile(r"\bthe ([1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)\b")
_SLASH = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
_MONTH_SAID = re.compile(
    r"(?P<next>下个?)?(?:[本这今呢]个?)?月(?P<part>[底尾末内]|[初头]|中)|(?P<later>下个?)月|[本这今呢]个?月"
    r"|end of (?:the |this )?(?P<later_en>next )?month|month[- ]end|(?P<month_en>next|this) month"
)
_NUMBERED_WEEK = re.compile(r"\bweek ([0-9]{1,2})\b")
_WEEKEND = re.compile(r"周末|(?:the |this )?(?P<next>next )?weekend")
_BEFORE = re.compile(r"before|by|前")
_LUNAR_NEW_YEARS = (
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 3),
)
"""From the Hong Kong Observatory's conversion table; later years are not known here."""
_HOLIDAYS = (
    (12, 25, re.compile(r"圣诞|christmas")),
    (10, 1, re.compile(r"国庆")),
    (1, 1, re.compile(r"元旦|(?<!chinese )new year")),
)


def day_of(text: str, today: date) -> Day | None:
    """The day that the folded words name; None when they name none."""
    for ahead, pattern in _DAYS_AHEAD:
        if pattern.search(text):
            return Day(today + timedelta(days=ahead))
    for look in (_holiday, _calendar_day, _week, _month, _han_weekday, _english_weekday):
        if (day := look(text, today)) is not None:
            return day
    return None


def _calendar_day(text: str, today: date) -> Day | None:
    if match := _ISO.search(text):
        return _dated(int(match[1]), int(match[2]), int(match[3]))
    month = number = 0
    if (match := _HAN_DATE.search(text)) and (match[1] or match[3] == "号"):
        month, number = int(count(match[1] or "0")), int(count(match[2]))
    elif match := _EN_DATE.search(text):
        month, number = _MONTHS.index(match[1] or match[4]) + 1, int(match[2] or match[3])
    elif match := _NTH.search(text):
        number = int(match[1])
    elif (match := _SLASH.search(text)) and (int(match[1]) > 12) != (int(match[2]) > 12):
        number, month = sorted((int(match[1]), int(match[2])), reverse=True)
    else:
        return None
    return _next_such(month, number, today)


def _next_such(month: int, number: int, today: date) -> Day | None:
    if month:
        years = (_dated(today.year + ahead, month, number) for ahead in range(5))
        return next((day for day in years if day and day.date >= today), None)
    months = (divmod(today.month - 1 + ahead, 12) for ahead in range(3))
    days = (_dated(today.year + years, month0 + 1, number) for years, month0 in months)
    return next((day for day in days if day and day.date >= today), None)


def _dated(year: int, month: int, number: int) -> Day | None:
    try:
        return Day(date(year, month, number))
    except ValueError:
        return None


def _month(text: str, today: date) -> Day | None:
    found = _MONTH_SAID.search(text)
    if found is None:
        return Day(date(today.year, 12, 31)) if re.search(r"年[底尾]|end of (?:the )?year", text) else None
    part = {"初": 5, "头": 5, "中": 15}.get(found["part"] or "")
    ahead = int(bool(found["next"] or found["later"] or found["later_en"] or found["month_en"] == "next"))
    if part and not ahead and today.day > part:
        ahead = 1
    years, month0 = divmod(today.month - 1 + ahead, 12)
    year = today.year + years
    return Day(date(year, month0 + 1, part or calendar.monthrange(year, month0 + 1)[1]))


def _holiday(text: str, today: date) -> Day | None:
    """The day before a holiday: what is due for one is due before it."""
    if re.search(r"过年|农历新年|chinese new year|\bcny\b", text):
        eves = (new_year - timedelta(days=1) for new_year in _LUNAR_NEW_YEARS)
        return next((Day(eve) for eve in eves if eve >= today), None)
    for month, number, pattern in _HOLIDAYS:
        if pattern.search(text):
            eves = (date(today.year + ahead, month, number) - timedelta(days=1) for ahead in range(2))
            return next((Day(eve) for eve in eves if eve >= today), None)
    return None


def _week(text: str, today: date) -> Day | None:
    """A calendar week's Friday, the one before when it is to be done before it; a weekend's Saturday."""
    before = bool(_BEFORE.search(text))
    if found := _NUMBERED_WEEK.search(text):
        number = int(found[1])
        years = (today.year, today.year + 1) if 1 <= number <= 52 else ()
        fridays = (date.fromisocalendar(year, number, 5) - timedelta(days=7 * before) for year in years)
        return next((Day(friday) for friday in fridays if friday >= today), None)
    if found := _WEEKEND.search(text):
        return _weekday(1 if found["next"] else 0, 4 if before else 5, today)
    return None


def _han_weekday(text: str, today: date) -> Day | None:
    match = _HAN_WEEKDAY.search(text)
    if match is None or not (match[1] or match[2]):
        return None
    weeks = {"下下": 2, "下": 1, None: None}.get(match[1], 0)
    return _weekday(weeks, "一二三四五六日天".index(match[2]) if match[2] else 4, today)


def _english_weekday(text: str, today: date) -> Day | None:
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    prefix = (match[1] or match[3] or "").strip()
    if match[0] == "week after":
        prefix = "next"
    weeks = {"next": 1, "this": 0}.get(prefix) if prefix != "coming" else None
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return _weekday(weeks, names.index(match[2]) if match[2] else 4, today)


def _weekday(weeks: int | None, weekday: int, today: date) -> Day:
    weekday = min(weekday, 6)
    if weeks is None:
        return Day(today + timedelta(days=(weekday - today.weekday()) % 7), loose=True)
    monday = today - timedelta(days=today.weekday())
    return Day(monday + timedelta(days=7 * weeks + weekday))
