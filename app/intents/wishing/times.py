"""Words of time as wishes need them: the moment that something starts, the window that something lasts."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.records import saying
from app.records.days import day_of
from app.records.when import duration_minutes, resolve_due
from app.records.wish import SHIFT_MINUTES, Shift, Window

NIGHTS_AHEAD = 14
"""So many shifts are meant by a shift without a day."""

CLOCK = re.compile(
    r"[0-9]{1,2}[:.][0-9]{2}|[0-9零一二两三四五六七八九十]点|[0-9]\s?[ap]\.?m|o'?\s?clock|noon|midday|"
    r"midnight"
    r"|中午|正午|午夜"
)
_RANGE = re.compile(r"(.*?[0-9点半钟m])\s?(?:-|~|至|到|\bto\b|until|till)\s?(.*[0-9点半钟m].*)")
_DAYS = re.compile(r"(?:from|由|从)?\s?(.*?)\s?(?:-|~|到|至|\bto\b|until|till|through)\s?(.+)")
_PARTS_OF_DAY: tuple[tuple[re.Pattern[str], Shift | None, int, int], ...] = (
    (
        re.compile(r"夜[班更]|晚[班更]|night|[今听明当]晚|[今听明]夜|晚上|夜晚|晚黑|evening"),
        "night",
        *SHIFT_MINUTES["night"],
    ),
    (re.compile(r"[日白][班更]|day shift"), "day", *SHIFT_MINUTES["day"]),
    (re.compile(r"上午|上昼|朝早|早上|早晨|[今听明]朝|[明今]早|morning"), None, 6 * 60, 12 * 60),
    (re.compile(r"下午|下昼|晏昼|afternoon"), None, 12 * 60, 18 * 60),
)
_FROM_NOW = re.compile(r"后|\bin\b|from now|later")
_WEEK = re.compile(r"周|星期|礼拜|week")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]|weekend|周末")
_ANY_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]")
_BARE_WEEKDAY = re.compile(
    r"(?i)(?:until |till |before |by |to |on )?(?:(?:周|星期|礼拜)[一二三四五六日天]|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)"
)
"""The day of that name, the next one where it is that day already."""
_NEXT = re.compile(r"下个?(?:周|星期|礼拜)|next")


def length_of(words: str) -> int | None:
    """The length of time that is said, in minutes; the 三日 of 星期三日更 is none."""
    return duration_minutes(_ANY_WEEKDAY.sub(" ", saying.folded(words)))


def moment(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of a clock time in `words`, aware UTC; None without an hour, or when it is past."""
    if CLOCK.search(saying.folded(words)) is None:
        return None
    at = resolve_due(words, now, zone)
    return at if at is not None and at > now else None


def begin_of(words: str, now: datetime, zone: ZoneInfo, *, after: bool = False) -> datetime | None:
    """When what `words` name begins: the hour said, else midnight of the day, the Monday of a week.

    `after`: when it is over instead. A length of time counts from now where it says so (三日後, in
    two hours), else it names no time: None, as where no day is named. A weekday that has begun is
    the one of next week.
    """
    if (length := length_of(words)) is not None:
        return now + timedelta(minutes=length) if _FROM_NOW.search(saying.folded(words)) else None
    if (at := moment(words, now, zone)) is not None:
        return at
    window = _window_of_days(saying.folded(words), now, zone)
    if window is None:
        return None
    begin = window.end if after else window.start
    return begin + timedelta(days=7) if begin <= now and _BARE_WEEKDAY.fullmatch(words) else begin


def window_of(words: str, now: datetime, zone: ZoneInfo, *, until: bool = False) -> Window | None:
    """From when to when `words` last, not past: a length from now, hours of a day, a shift, days.

    `until`: from now to the moment that they name.
    """
    text = saying.folded(words)
    if (length := length_of(words)) is not None:
        return _lasting(text, timedelta(minutes=length), now, zone)
    if until:
        end = moment(words, now, zone) or begin_of(words, now, zone)
        return Window(now, end) if end and end > now else None
    if CLOCK.search(text):
        return _between_hours(text, now, zone)
    if days := _DAYS.fullmatch(text):
        first, last = (_window_of_days(days[n], now, zone) for n in (1, 2))
        both = first and last and not (first.shift or last.shift) and first.start < last.start
        return Window(max(first.start, now), last.end) if first and last and both else None
    found = _window_of_days(text, now, zone)
    return found if found and found.end > now else None


def _lasting(text: str, length: timedelta, now: datetime, zone: ZoneInfo) -> Window | None:
    """A length of time: from now, or from the moment that is said; a whole day of a day that is said."""
    if day_of(text, now.astimezone(zone).date()) is None and CLOCK.search(text) is None:
        return Window(now, now + length)
    if (start := moment(text, now, zone)) is not None:
        return Window(start, start + length)
    return _window_of_days(text, now, zone) if length == timedelta(days=1) else None


def shifts_ahead(shift: Shift, now: datetime, zone: ZoneInfo) -> tuple[Window, ...]:
    """The next shifts of a name, those that still last."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=n) for n in range(-1, NIGHTS_AHEAD))
    windows = (_span(day, *SHIFT_MINUTES[shift], zone, shift) for day in days)
    return tuple(window for window in windows if window.end > now)


def shift_named(text: str) -> Shift | None:
    """The shift that folded words name, None for none."""
    if re.search(r"夜[班更]|晚[班更]|通宵更|night shift|\bnights?\b", text):
        return "night"
    return "day" if re.search(r"[日白][班更]|day shift", text) else None


def _between_hours(text: str, now: datetime, zone: ZoneInfo) -> Window | None:
    found = _RANGE.search(text)
    start = moment(found[1], now, zone) if found else None
    if found is None or start is None:
        return None
    end = resolve_due(found[2], start, zone)
    return Window(start, end) if end and timedelta(0) < end - start <= timedelta(days=7) else None


def _window_of_days(text: str, now: datetime, zone: ZoneInfo) -> Window | None:
    today = now.astimezone(zone).date()
    day = day_of(text, today)
    if day is None:
        return None
    if (
        _WEEK.search(text)
        and not _WEEKDAY.search(text)
        and not re.search(r"mon|tue|wed|thu|fri|sat|sun", text)
    ):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * bool(_NEXT.search(text)))
        return Window(_at(monday, 0, zone), _at(monday, 7 * 1440, zone))
    for pattern, shift, start, end in _PARTS_OF_DAY:
        if pattern.search(text):
            return _span(day.date, start, end, zone, shift)
    return _span(day.date, 0, 1440, zone, None)


def _span(day: date, start: int, end: int, zone: ZoneInfo, shift: Shift | None) -> Window:
    return Window(_at(day, start, zone), _at(day, end, zone), shift)


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of plant time, counted from a day's midnight, aware UTC."""
    later, minute = divmod(minute, 1440)
    local = datetime.combine(day + timedelta(days=later), time(minute // 60, minute % 60), zone)
    return local.astimezone(UTC)
