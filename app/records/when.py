"""Times and durations as people write them: Simplified, Traditional, Cantonese, English."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_FOLD = str.maketrans("點後內號週禮兩個鐘鍾時間晝聽這數嚟", "点后内号周礼两个钟钟时间昼听这数来")
_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ENGLISH = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
) | {"a": 1, "an": 1, "couple of": 2, "a couple of": 2}
_HAN = "[零〇一二两三四五六七八九十廿]"
_N = (
    rf"(?<![点:.0-9a-z零〇一二两三四五六七八九十廿-])"
    rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?|{_HAN}{{1,4}}|(?:a couple of|couple of|{'|'.join(_ENGLISH)})(?=\s))"
)
_NOT_WEEKDAY = "(?![一二三四五六日天末])"
_UNITS = (
    (60.0, r"小时|钟头|句钟|钟|hours?|hrs?|h(?![a-z])"),
    (1.0, r"分钟|分(?!之)|minutes?|mins?"),
    (5.0, r"字"),
    (1440.0, r"天|日|days?"),
    (10080.0, rf"(?:周|星期|礼拜){_NOT_WEEKDAY}|weeks?|wks?"),
)
_UNIT = "|".join(f"(?P<u{n}>{pattern})" for n, (_, pattern) in enumerate(_UNITS))
_PART = re.compile(rf"(?P<n>{_N})?\s*(?P<ge>个|粒|工作)?(?P<half>半|and a half)?\s*(?:{_UNIT})(?P<tail>半)?")
_FIXED = (
    (90, re.compile(r"\ban hour and a half|(?<![0-9一二两三四五六七八九十])个半(?:小时|钟头?)")),
    (30, re.compile(r"\bhalf (?:an )?hour\b|(?<!个)半个?(?:小时|钟头?)|半粒钟")),
    (240, re.compile(r"\bhalf (?:a )?day\b|半[天日]")),
)
_YEAR_MINUTES = 366 * 1440


def duration_minutes(words: str) -> int | None:
    """The length said in `words`, in whole minutes from 1 to a year; None when none is said.

    Half a day is half a shift of eight hours. Parts add up: "2小时30分" is 150.
    """
    text = re.sub(r"月[0-9]{1,2}日|第[0-9一二三]{1,3}[天日]", " ", _folded(words))
    text = re.sub(r"([0-9])h([0-5]?[0-9])m?(?![a-z0-9])", r"\1h \2min", text)
    fixed = next((float(minutes) for minutes, pattern in _FIXED if pattern.search(text)), 0.0)
    total = fixed or sum(_part(match) for match in _PART.finditer(text))
    return round(total) if 1 <= round(total) <= _YEAR_MINUTES else None


def _part(match: re.Match[str]) -> float:
    if match["n"] is None:
        return 0.0
    scale = next(size for n, (size, _) in enumerate(_UNITS) if match[f"u{n}"])
    if scale == 5.0 and match["ge"] is None:
        return 0.0
    return (_count(match["n"]) + (0.5 if match["half"] or match["tail"] else 0.0)) * scale


def _count(said: str) -> float:
    if said[0] in "0123456789":
        return float(said)
    if said in _ENGLISH:
        return float(_ENGLISH[said])
    total = digit = 0
    for mark in said.replace("廿", "二十"):
        if mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS[mark]
    return float(total + digit)


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).lower().translate(_FOLD)


@dataclass(frozen=True, slots=True)
class _Day:
    """A date; `loose` when a later week would do as well, as with a bare weekday."""

    date: date
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Clock:
    """A minute of the day, up to 1440; `certain` is False when it may be twelve hours later."""

    minute: int
    certain: bool = True


_SOON = re.compile(r"后|内|within|\bin\b|from now|later|以内|左右")
_EVENING = 18 * 60
_PARTS_OF_DAY = (
    (6 * 60, False, re.compile(r"凌晨|天光前")),
    (12 * 60, False, re.compile(r"早上|上午|朝早|今朝|听朝|明早|今早|早晨|morning")),
    (12 * 60, True, re.compile(r"中午|正午|midday|\bnoon")),
    (
        _EVENING,
        True,
        re.compile(r"下午|下昼|晏昼|傍晚|afternoon|收工|放工|下班|\beod\b|end of (?:the )?(?:day|shift)"),
    ),
    (24 * 60, True, re.compile(r"午夜|midnight")),
    (23 * 60 + 59, True, re.compile(r"晚上|今晚|听晚|明晚|夜晚|晚黑|晚|tonight|evening|night")),
)
_A_BIT = re.compile(r"(?:快|慢|多|好|有|差|大|小|(?<!朝)早|提前)一点")
_COLON = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])\s*([ap])?\.?(?:m\b)?")
_LETTERS = re.compile(r"(?<![0-9:])(1[0-2]|0?[1-9])\s*(?:([ap])\.?m\b|o'?clock)")
_HAN_CLOCK = re.compile(
    rf"([0-9]{{1,2}}|{_HAN}{{1,3}})点(?:(半)|([一三])刻|({_HAN}{{1,2}}|[0-9]{{1,2}})(个字)?)?"
)


def resolve_due(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment meant by `words`, aware UTC; None when they name none.

    A day without an hour means 18:00 plant time (23:59 when today's 18:00 is gone); "next Wed"
    and 下周三 are in the next calendar week; a week without a day means its Friday; an hour that
    may be morning or evening is the next that comes, or from 7 to 18 on a later day.
    """
    text = _A_BIT.sub(" ", _folded(words))
    length = duration_minutes(text)
    if length and (_SOON.search(text) or _PART.fullmatch(text.strip())):
        return (now + timedelta(minutes=length)).astimezone(UTC)
    local = now.astimezone(zone)
    day, clock = _day(text, local.date()), _clock(text)
    if day is None and clock is None:
        return None
    return _meeting(day, clock, local).astimezone(UTC)


def _meeting(day: _Day | None, clock: _Clock | None, local: datetime) -> datetime:
    today = local.date()
    if clock is None:
        clock = _Clock(_EVENING)
        if day and day.date == today and _at(today, _EVENING, local) <= local:
            clock = _Clock(24 * 60 - 1)
    date_ = day.date if day else today
    minute = _settled(clock, local if date_ == today else None)
    moment = _at(date_, minute, local)
    if moment > local or (day and not day.loose):
        return moment
    later = timedelta(days=7 if day else 1)
    return _at(date_ + later, _settled(clock, None), local)


def _settled(clock: _Clock, after: datetime | None) -> int:
    if clock.certain:
        return clock.minute
    noon = 12 * 60
    either = (clock.minute % noon, clock.minute % noon + noon)
    if after is not None:
        gone = after.hour * 60 + after.minute
        return next((minute for minute in either if minute > gone), either[1])
    return either[0] if either[0] >= 7 * 60 else either[1]


def _at(day: date, minute: int, like: datetime) -> datetime:
    midnight = datetime.combine(day + timedelta(days=minute // 1440), time(), like.tzinfo)
    return midnight.replace(hour=minute % 1440 // 60, minute=minute % 60)


def _clock(text: str) -> _Clock | None:
    part = next(((end, late) for end, late, pattern in _PARTS_OF_DAY if pattern.search(text)), None)
    said = _said_clock(text)
    if said is None:
        return _Clock(part[0]) if part else None
    if part is None or said.certain:
        return said
    noon = 12 * 60
    late = part[1] and not (part[0] == noon and said.minute >= 11 * 60)
    if said.minute >= noon:
        midnight = part[0] >= 23 * 60 or part[0] == 6 * 60
        return _Clock(
            (24 * 60 if part[0] >= 23 * 60 else 0) + said.minute - noon if midnight else said.minute
        )
    return _Clock(said.minute + (noon if late else 0))


def _said_clock(text: str) -> _Clock | None:
    if match := _COLON.search(text):
        sure = match[1].startswith("0") or int(match[1]) > 12
        return _half_day(int(match[1]), int(match[2]), match[3], sure=sure)
    if match := _LETTERS.search(text):
        return _half_day(int(match[1]), 0, match[2], sure=False)
    match = _HAN_CLOCK.search(text)
    hour = int(_count(match[1])) if match else 24
    if match is None or hour > 24:
        return None
    minute = _han_minute(match)
    return _Clock(hour * 60 + minute, certain=hour > 12 or hour == 0) if hour * 60 + minute <= 1440 else None


def _han_minute(match: re.Match[str]) -> int:
    if match[2]:
        return 30
    if match[3]:
        return int(_count(match[3])) * 15
    return min(59, int(_count(match[4])) * (5 if match[5] else 1)) if match[4] else 0


def _half_day(hour: int, minute: int, letter: str | None, *, sure: bool) -> _Clock:
    if letter is None or hour > 12:
        return _Clock(hour * 60 + minute, certain=sure)
    return _Clock(hour % 12 * 60 + minute + (720 if letter == "p" else 0))


_DAYS_AHEAD = (
    (3, re.compile(r"大后[天日]")),
    (2, re.compile(r"后[天日]|day after tomorrow")),
    (1, re.compile(r"明[天日早晚]|听[日朝晚]|tomorrow|\btmrw?\b")),
    (
        0,
        re.compile(
            r"今[天日晚早朝]|即日|today|tonight|\beod\b|end of (?:the )?(?:day|shift)|收工前|放工前|下班前"
        ),
    ),
)
_HAN_WEEKDAY = re.compile(r"(下下|下|本|这|今)?个?(?:周|星期|礼拜)([一二三四五六日天])?")
_WEEKDAY = re.compile(
    r"\b(next |this |coming )?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|r|rs|ur)?(?:day)?\b"
    r"|\b(next|this) week\b|\beow\b|\bend of (?:the )?week"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = f"({'|'.join(_MONTHS)})[a-z]*"
_ISO = re.compile(r"(20[0-9]{2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})")
_HAN_DATE = re.compile(rf"(?:([0-9]{{1,2}}|{_HAN}{{1,2}})月)?([0-9]{{1,2}}|{_HAN}{{1,3}})([日号])")
_EN_DATE = re.compile(
    rf"\b{_MONTH}\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?\b|\b([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b"
)
_SLASH = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})(?![0-9/])")
_MONTH_END = re.compile(r"(下个?)?月[底尾末]|end of (?:the |this )?(next )?month|month[- ]end")


def _day(text: str, today: date) -> _Day | None:
    for ahead, pattern in _DAYS_AHEAD:
        if pattern.search(text):
            return _Day(today + timedelta(days=ahead))
    for look in (_calendar_day, _month_end, _han_weekday, _english_weekday):
        if (day := look(text, today)) is not None:
            return day
    return None


def _calendar_day(text: str, today: date) -> _Day | None:
    if match := _ISO.search(text):
        return _dated(int(match[1]), int(match[2]), int(match[3]))
    month = number = 0
    if (match := _HAN_DATE.search(text)) and (match[1] or match[3] == "号"):
        month, number = int(_count(match[1] or "0")), int(_count(match[2]))
    elif match := _EN_DATE.search(text):
        month, number = _MONTHS.index(match[1] or match[4]) + 1, int(match[2] or match[3])
    elif (match := _SLASH.search(text)) and (int(match[1]) > 12) != (int(match[2]) > 12):
        number, month = sorted((int(match[1]), int(match[2])), reverse=True)
    else:
        return None
    return _next_such(month, number, today)


def _next_such(month: int, number: int, today: date) -> _Day | None:
    if month:
        years = (_dated(today.year + ahead, month, number) for ahead in range(5))
        return next((day for day in years if day and day.date >= today), None)
    months = (divmod(today.month - 1 + ahead, 12) for ahead in range(3))
    days = (_dated(today.year + years, month0 + 1, number) for years, month0 in months)
    return next((day for day in days if day and day.date >= today), None)


def _dated(year: int, month: int, number: int) -> _Day | None:
    try:
        return _Day(date(year, month, number))
    except ValueError:
        return None


def _month_end(text: str, today: date) -> _Day | None:
    match = _MONTH_END.search(text)
    if match is None:
        return _Day(date(today.year, 12, 31)) if re.search(r"年[底尾]|end of (?:the )?year", text) else None
    years, month0 = divmod(today.month - 1 + (1 if match[1] or match[2] else 0), 12)
    year = today.year + years
    return _Day(date(year, month0 + 1, calendar.monthrange(year, month0 + 1)[1]))


def _han_weekday(text: str, today: date) -> _Day | None:
    match = _HAN_WEEKDAY.search(text)
    if match is None or not (match[1] or match[2]):
        return None
    weeks = {"下下": 2, "下": 1, None: None}.get(match[1], 0)
    return _weekday(weeks, "一二三四五六日天".index(match[2]) if match[2] else 4, today)


def _english_weekday(text: str, today: date) -> _Day | None:
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    prefix = (match[1] or match[3] or "").strip()
    weeks = {"next": 1, "this": 0}.get(prefix) if prefix != "coming" else None
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return _weekday(weeks, names.index(match[2]) if match[2] else 4, today)


def _weekday(weeks: int | None, weekday: int, today: date) -> _Day:
    weekday = min(weekday, 6)
    if weeks is None:
        return _Day(today + timedelta(days=(weekday - today.weekday()) % 7), loose=True)
    monday = today - timedelta(days=today.weekday())
    return _Day(monday + timedelta(days=7 * weeks + weekday))
