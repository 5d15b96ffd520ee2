"""Times and durations in the words of the floor."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.when import duration_minutes, resolve_due

ZONE = ZoneInfo("Asia/Hong_Kong")
NOW = datetime(2026, 11, 23, 10, 20, tzinfo=ZONE)  # a Monday

DUE = {
    "今日": "11-23 18:00",
    "即日": "11-23 18:00",
    "聽日": "11-24 18:00",
    "明天": "11-24 18:00",
    "后天": "11-25 18:00",
    "後日": "11-25 18:00",
    "大后天": "11-26 18:00",
    "今晚": "11-23 23:59",
    "聽朝九點": "11-24 09:00",
    "听晚八点": "11-24 20:00",
    "明早八点": "11-24 08:00",
    "聽日下晝三點": "11-24 15:00",
    "聽日七點": "11-24 07:00",
    "聽日三點": "11-24 15:00",
    "tomorrow": "11-24 18:00",
    "tmr morning": "11-24 12:00",
    "day after tomorrow": "11-25 18:00",
    "tomorrow 8:30": "11-24 08:30",
    "tonight": "11-23 23:59",
    "eod": "11-23 18:00",
    "收工前": "11-23 18:00",
    "周一": "11-23 18:00",
    "星期一上午9点": "11-30 09:00",
    "Friday": "11-27 18:00",
    "礼拜五": "11-27 18:00",
    "by Fri noon": "11-27 12:00",
    "星期日": "11-29 18:00",
    "本周五": "11-27 18:00",
    "下周三": "12-02 18:00",
    "下個禮拜三": "12-02 18:00",
    "next Wed": "12-02 18:00",
    "下下周一": "12-07 18:00",
    "下周": "12-04 18:00",
    "next week": "12-04 18:00",
    "this week": "11-27 18:00",
    "月底": "11-30 18:00",
    "下个月底": "12-31 18:00",
    "end of month": "11-30 18:00",
    "年底": "12-31 18:00",
    "12月3日": "12-03 18:00",
    "十二月三號": "12-03 18:00",
    "25号": "11-25 18:00",
    "1号": "12-01 18:00",
    "Dec 3 5pm": "12-03 17:00",
    "3rd Dec": "12-03 18:00",
    "2026-12-05 14:30": "12-05 14:30",
    "13/12": "12-13 18:00",
    "2pm": "11-23 14:00",
    "14:30": "11-23 14:30",
    "2:30 pm": "11-23 14:30",
    "两点半": "11-23 14:30",
    "兩點半": "11-23 14:30",
    "11点": "11-23 11:00",
    "9am": "11-24 09:00",
    "8点": "11-23 20:00",
    "3點三個字": "11-23 15:15",
    "三点一刻": "11-23 15:15",
    "下午": "11-23 18:00",
    "noon": "11-23 12:00",
    "中午12点半": "11-23 12:30",
    "midnight": "11-24 00:00",
    "晚上12点": "11-24 00:00",
    "凌晨2点": "11-24 02:00",
    "2小时后": "11-23 12:20",
    "兩個鐘之後": "11-23 12:20",
    "in 2 hours": "11-23 12:20",
    "半小时内": "11-23 10:50",
    "within 3 days": "11-26 10:20",
    "三日內": "11-26 10:20",
    "2 h": "11-23 12:20",
    "两周内": "12-07 10:20",
    "後日朝早": "11-25 12:00",
    "今晚夜班": "11-23 23:59",
    "听日夜班": "11-24 23:59",
    "明天早班": "11-24 12:00",
    "明午": "11-24 12:00",
    "下午四時": "11-23 16:00",
    "今晚十點至十二點": "11-23 22:00",
    "3.15pm": "11-23 15:15",
    "10 o'clock": "11-23 22:00",
    "at 4": "11-23 16:00",
    "before five": "11-23 17:00",
    "from 4 to 7": "11-23 16:00",
    "4 sharp": "11-23 16:00",
    "before lunch": "11-23 12:00",
    "食飯前": "11-23 12:00",
    "after lunch": "11-23 13:00",
    "till tea break": "11-23 15:00",
    "开工前": "11-24 08:00",
    "tonite": "11-23 23:59",
    "tomorow morning": "11-24 12:00",
    "這幾天": "11-25 18:00",
    "周末": "11-28 18:00",
    "至週末": "11-28 18:00",
    "before the weekend": "11-27 18:00",
    "next weekend": "12-05 18:00",
    "week 48": "11-27 18:00",
    "week 50 之前": "12-04 18:00",
    "rest of the week": "11-27 18:00",
    "next wk": "12-04 18:00",
    "the 28th": "11-28 18:00",
    "before the 20th": "12-20 18:00",
    "廿八號前": "11-28 18:00",
    "月中": "12-15 18:00",
    "下月初": "12-05 18:00",
    "本月": "11-30 18:00",
    "下個月": "12-31 18:00",
    "埋數之前": "11-23 18:00",
    "圣诞前": "12-24 18:00",
    "before chinese new year": "02-05 18:00",
}


@pytest.mark.parametrize(("words", "meant"), DUE.items())
def test_a_moment_is_read(words, meant):
    moment = resolve_due(words, NOW.astimezone(UTC), ZONE)
    assert moment is not None
    assert moment.tzinfo is UTC
    assert moment.astimezone(ZONE).strftime("%m-%d %H:%M") == meant


@pytest.mark.parametrize(
    "words",
    [
        "",
        "asap",
        "快一点",
        "早一点做完",
        "yesterday",
        "25:99",
        "3/4",
        "13月40日",
        "SO-1042",
        "600 pcs",
        "点样",
    ],
)
def test_what_names_no_moment_is_none(words):
    assert resolve_due(words, NOW, ZONE) is None


def test_late_in_the_day_today_means_its_end():
    evening = NOW.replace(hour=20)
    assert resolve_due("今日", evening, ZONE).astimezone(ZONE).hour == 23


def test_leap_day_waits_for_a_leap_year():
    assert resolve_due("2月29日", NOW, ZONE).astimezone(ZONE).year == 2028


def test_another_zone_and_its_summer_time():
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 10, 0, tzinfo=berlin)  # clocks go forward that night
    moment = resolve_due("tomorrow 9am", before, berlin)
    assert moment == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


LENGTHS = {
    "停两个钟": 120,
    "停兩個鐘": 120,
    "2 h": 120,
    "2h": 120,
    "half an hour": 30,
    "半小时": 30,
    "半個鐘": 30,
    "个半钟": 90,
    "個半鐘": 90,
    "兩個半鐘": 150,
    "1.5h": 90,
    "90 min": 90,
    "2h30m": 150,
    "2小时30分": 150,
    "两小时半": 150,
    "三個字": 15,
    "一天": 1440,
    "3日": 4320,
    "two hours": 120,
    "a couple of hours": 120,
    "an hour and a half": 90,
    "2 and a half hours": 150,
    "HT-01 down 2h": 120,
    "十五分钟": 15,
    "廿分鐘": 20,
    "四十五分鐘": 45,
    "一个小时": 60,
    "an hour": 60,
    "2周": 20160,
    "半日": 240,
    "ST-02 停 2 小时": 120,
    "三粒鐘": 180,
    "粒半鐘": 90,
    "這兩天": 2880,
    "20 more min": 20,
}


@pytest.mark.parametrize(("words", "minutes"), LENGTHS.items())
def test_a_length_is_read(words, minutes):
    assert duration_minutes(words) == minutes


@pytest.mark.parametrize(
    "words",
    [
        "",
        "3点15分",
        "两点十五分",
        "12月3日",
        "SO-1042 600 pcs",
        "周三",
        "0小时",
        "9999小时",
        "第三天",
        "字",
        "ST-01",
    ],
)
def test_what_is_no_length_is_none(words):
    assert duration_minutes(words) is None


@pytest.mark.parametrize("variant", ["s2t", "s2hk"])
@pytest.mark.parametrize("words", [*DUE, *LENGTHS])
def test_traditional_script_means_the_same(words, variant):
    other = opencc.OpenCC(variant).convert(words)
    assert resolve_due(other, NOW, ZONE) == resolve_due(words, NOW, ZONE)
    assert duration_minutes(other) == duration_minutes(words)


PIECES = st.sampled_from([*DUE, *LENGTHS, "一", "半", "点", ":", "7", "0", "下", "月", "号", " "])
WORDS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=5).map("".join))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["Asia/Hong_Kong", "Europe/Berlin", "America/St_Johns", "UTC"]).map(ZoneInfo)


@given(WORDS, MOMENTS, ZONES)
def test_any_words_give_a_moment_near_or_none(words, now, zone):
    moment = resolve_due(words, now, zone)
    if moment is not None and "20" not in words:
        assert moment.tzinfo is UTC
        assert now - timedelta(days=9) < moment < now + timedelta(days=9 * 366)


@given(WORDS)
def test_any_words_give_a_length_within_a_year_or_none(words):
    minutes = duration_minutes(words)
    assert minutes is None or 1 <= minutes <= 366 * 1440


@given(st.integers(1, 500), st.sampled_from(["{} min", "{}分钟", "{} 分鐘", "{}mins"]))
def test_minutes_are_read_as_they_are(minutes, form):
    assert duration_minutes(form.format(minutes)) == minutes


@given(st.integers(0, 23), st.integers(0, 59), MOMENTS)
def test_a_clock_time_is_kept_to_the_minute(hour, minute, now):
    moment = resolve_due(f"2091-05-06 {hour:02d}:{minute:02d}", now, ZONE)
    expected = (hour, minute)
    if 1 <= hour <= 12 and hour > 9:
        expected = (moment.astimezone(ZONE).hour, minute)
        assert moment.astimezone(ZONE).hour % 12 == hour % 12
    assert (moment.astimezone(ZONE).hour, moment.astimezone(ZONE).minute) == expected
