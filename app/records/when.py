"""Times and durations as people write them: Simplified, Traditional, Cantonese, English."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.records.days import Day, day_of
from app.records.saying import ENGLISH, HAN, count, folded

_N = (
    rf"(?<![点:.0-9a-z零〇一二两三四五六七八九十廿-])"
    rf"(?:[0-9]{{1,4}}(?:\.[0-9]{{1,2}})?|{HAN}{{1,4}}|(?:a couple of|couple of|{'|'.join(ENGLISH)})(?=\s))"
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
    (90, re.compile(r"\ban hour and a half|(?<![0-9一二两三四五六七八九十])[个粒]半(?:小时|钟头?)")),
    (30, re.compile(r"\bhalf (?:an )?hour\b|(?<!个)半个?(?:小时|钟头?)|半粒钟")),
    (240, re.compile(r"\bhalf (?:a )?day\b|半[天日]")),
)
_YEAR_MINUTES = 366 * 1440


def duration_minutes(words: str) -> int | None:
    """The length said in `words`, in whole minutes from 1 to a year; None when none is said.

    Half a day is half a shift of eight hours. Parts add up: "2小时30分" is 150.
    """
    text = re.sub(r"月[0-9]{1,2}日|第[0-9一二三]{1,3}[天日]", " ", folded(words))
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
    return (count(match["n"]) + (0.5 if match["half"] or match["tail"] else 0.0)) * scale


@dataclass(frozen=True, slots=True)
class _Clock:
    """A minute of the day, up to 1440; `certain` is False when it may be twelve hours later."""

    minute: int
    certain: bool = True


_SOON = re.compile(r"后|内|within|\bin\b|from now|later|以内|左右")
_EVENING = 18 * 60
_PARTS_OF_DAY = (
    (8 * 60, False, re.compile(r"开工前|开炉前|天光前")),
    (13 * 60, True, re.compile(r"after lunch|lunch后")),
    (15 * 60 + 15, True, re.compile(r"after (?:tea|break)")),
    (15 * 60, True, re.compile(r"\b(?:tea|break)\b")),
    (20 * 60, True, re.compile(r"[换交][班更]之?前|天黑之?前|by evening|shift end")),
    (21 * 60, True, re.compile(r"dinner")),
    (6 * 60, False, re.compile(r"凌晨|夜里(?=.{0,3}[零一二三四五]点)")),
    (12 * 60, False, re.compile(r"早上|上午|上昼|朝早|[今听明]朝|明早|今早|早晨|早[班更]|morning")),
    (
        12 * 60,
        True,
        re.compile(r"中午|正午|明午|(?:食|吃|午)饭|midday|\bnoon|(?:before|by|till|until) lunch|^lunch$"),
    ),
    (
        _EVENING,
        True,
        re.compile(
            r"下午|下昼|晏昼|午后|傍晚|afternoon|收工|放工|下班|\beod\b|end of (?:the )?(?:day|shift)"
        ),
    ),
    (24 * 60, True, re.compile(r"午夜|midnight")),
    (
        23 * 60 + 59,
        True,
        re.compile(r"晚上|今晚|听晚|明晚|夜晚|晚黑|晚|夜[班更里]|晚班|tonight|evening|night"),
    ),
)
_A_BIT = re.compile(r"(?:快|慢|多|好|有|差|大|小|(?<!朝)早|提前)一点")
_COLON = re.compile(r"(?<![0-9:])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])\s*([ap])?\.?(?:m\b)?")
_LETTERS = re.compile(r"(?<![0-9:])(1[0-2]|0?[1-9])\s*(?:([ap])\.?m\b|o'?clock)")
_HAN_CLOCK = re.compile(
    rf"([0-9]{{1,2}}|{HAN}{{1,3}})点(?:(半)|([一三])刻|({HAN}{{1,2}}|[0-9]{{1,2}})(个字)?)?"
)


def resolve_due(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment meant by `words`, aware UTC; None when they name none.

    A day without an hour means 18:00 plant time (23:59 when today's 18:00 is gone); "next Wed"
    and 下周三 are in the next calendar week; a week without a day means its Friday; an hour that
    may be morning or evening is the next that comes, or from 7 to 18 on a later day.
    """
    text = _A_BIT.sub(" ", folded(words))
    length = duration_minutes(text)
    if length and (_SOON.search(text) or _PART.fullmatch(text.strip())):
        return (now + timedelta(minutes=length)).astimezone(UTC)
    local = now.astimezone(zone)
    day, clock = day_of(text, local.date()), _clock(text)
    if day is None and clock is None:
        return None
    return _meeting(day, clock, local).astimezone(UTC)


def _meeting(day: Day | None, clock: _Clock | None, local: datetime) -> datetime:
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
    hour = int(count(match[1])) if match else 24
    if match is None or hour > 24:
        return None
    minute = _han_minute(match)
    return _Clock(hour * 60 + minute, certain=hour > 12 or hour == 0) if hour * 60 + minute <= 1440 else None


def _han_minute(match: re.Match[str]) -> int:
    if match[2]:
        return 30
    if match[3]:
        return int(count(match[3])) * 15
    return min(59, int(count(match[4])) * (5 if match[5] else 1)) if match[4] else 0


def _half_day(hour: int, minute: int, letter: str | None, *, sure: bool) -> _Clock:
    if letter is None or hour > 12:
        return _Clock(hour * 60 + minute, certain=sure)
    return _Clock(hour % 12 * 60 + minute + (720 if letter == "p" else 0))
