"""Prices as dated data: which rate holds when, and that what is not known is refused or dear."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.cloud.price_file import read_prices
from app.records.cloud import Usage
from app.records.errors import FileWrong
from app.settings import shipped

PRICES = read_prices(shipped("config") / "prices.toml")
counts = st.integers(0, 2_000_000)
usages = st.builds(Usage, hit=counts, miss=counts, output=counts)
instants = st.datetimes(
    min_value=datetime(2026, 11, 23),  # noqa: DTZ001 - the zone comes by itself
    max_value=datetime(2027, 3, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
MODELS = [("deepseek", "deepseek-flash"), ("deepseek", "deepseek-v4-pro"), ("tencent", "hy4")]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "micro"),
    [
        (utc(2026, 11, 27, 1, 0), 2_000_000),  # Friday 09:00 in Beijing
        (utc(2026, 11, 27, 0, 59, 59), 1_000_000),
        (utc(2026, 11, 27, 3, 59, 59), 2_000_000),
        (utc(2026, 11, 27, 4, 0), 1_000_000),  # the noon break
        (utc(2026, 11, 27, 6, 0), 2_000_000),
        (utc(2026, 11, 27, 10, 0), 1_000_000),  # 18:00
        (utc(2026, 11, 28, 2, 0), 1_000_000),  # Saturday
        (utc(2026, 10, 10, 2, 0), 1_000_000),  # a Saturday that is worked is still no weekday
        (utc(2026, 10, 1, 2, 0), 1_000_000),  # National Day, a Thursday
        (utc(2027, 1, 1, 2, 0), 2_000_000),  # nobody knows the holidays of 2027 yet: dear
    ],
)
def test_a_million_missed_tokens_cost_what_the_clock_says(at, micro):
    assert PRICES.cost("deepseek", "deepseek-flash", at, Usage(miss=1_000_000)) == micro


@pytest.mark.parametrize(
    ("provider", "model", "at"),
    [
        ("deepseek", "deepseek-flash", utc(2027, 4, 1)),
        ("deepseek", "deepseek-flash", utc(2026, 9, 10, 3, 59)),
        ("deepseek", "deepseek-chat", utc(2026, 11, 27)),
        ("tencent", "deepseek-flash", utc(2026, 11, 27)),
        ("tencent", "hy4-flash", utc(2027, 2, 1)),
    ],
)
def test_what_has_no_valid_price_is_refused(provider, model, at):
    assert PRICES.worst(provider, model, at, 1, 1) is None
    assert PRICES.cost(provider, model, at, Usage(1, 1, 1)) is None


def test_a_server_in_the_plant_costs_nothing():
    assert PRICES.cost("lan", "local", utc(2030, 1, 1), Usage(5, 5, 5)) == 0


def test_the_worked_example_of_the_price_page():
    at = utc(2026, 11, 27, 2)
    assert PRICES.cost("deepseek", "deepseek-flash", at, Usage(0, 12_000, 3_000)) == 48_000
    assert PRICES.cost("deepseek", "deepseek-flash", at, Usage(10_000, 2_000, 3_000)) == 28_400
    assert PRICES.cost("tencent", "hy4", at, Usage(0, 12_000, 3_000)) == 126_000


@given(st.sampled_from(MODELS), instants, usages, usages)
def test_costs_add_up_never_fall_and_a_hit_is_never_dearer_than_a_miss(model, at, one, other):
    def cost(usage):
        found = PRICES.cost(*model, at, usage)
        assert found is not None
        return found

    assert cost(one) + cost(other) - 1 <= cost(one + other) <= cost(one) + cost(other)
    assert cost(one + other) >= max(cost(one), cost(other))
    assert cost(replace(one, hit=one.hit + one.miss, miss=0)) <= cost(one)
    worst = PRICES.worst(*model, at, one.hit + one.miss, one.output)
    assert worst is not None
    assert worst >= cost(one)


@given(st.sampled_from(MODELS), instants, counts)
def test_the_worst_holds_over_the_edge_of_an_hour(model, at, output):
    worst = PRICES.worst(*model, at, 1000, output)
    later = PRICES.cost(*model, at + timedelta(seconds=59), Usage(0, 1000, output))
    assert worst is not None
    assert later is not None
    assert worst >= later


ENTRY = """
[[price]]
provider = "deepseek"
models = ["m"]
currency = "CNY"
miss = "1"
output = "4"
valid_from = 2026-09-10T04:00:00Z
valid_until = 2027-03-31T16:00:00Z
read = 2026-11-22
source = "x"
"""


PEAK = '[price.peak]\nmiss="2"\noutput="8"\nweekdays=[1]\nhours=["09:00-12:00"]\nzone="UTC"\n'


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('miss = "1"', 'miss = "0.000001"', "not the price of a million tokens"),
        ('miss = "1"', 'miss = "1e6"', "not the price of a million tokens"),
        ('miss = "1"', "miss = 1", "price.0.miss"),
        ('miss = "1"', 'miss = "one"', "price.0.miss"),
        ('"CNY"', '"USD"', "cny_per_unit"),
        ('"CNY"', '"EUR"', "price.0.currency"),
        ("valid_until = 2027-03-31T16:00:00Z", "valid_until = 2026-01-01T00:00:00Z", "valid_until"),
        ("valid_until = 2027-03-31T16:00:00Z", "valid_until = 2027-03-31T16:00:00", "price.0.valid_until"),
        ('source = "x"\n', "", "price.0.source"),
        ('source = "x"', 'source = "x"\nspeed = 3', "price.0.speed"),
        (ENTRY, ENTRY + ENTRY, "two prices at once"),
        (ENTRY, ENTRY + PEAK.replace("[1]", "[8]"), "weekdays"),
        (ENTRY, ENTRY + PEAK.replace("[1]", '["1"]'), "weekdays"),
        (ENTRY, ENTRY + PEAK.replace("[1]", "[true]"), "weekdays"),
        (ENTRY, ENTRY + PEAK.replace("09:00-12:00", "12:00-09:00"), "hours"),
        (ENTRY, ENTRY + PEAK.replace("09:00-12:00", "09:00-09:00"), "hours"),
        (ENTRY, ENTRY + PEAK.replace("09:00-12:00", "09:00"), "hours"),
        (ENTRY, ENTRY + PEAK.replace("09:00-12:00", "09:00+08:00-12:00"), "hours"),
        (ENTRY, ENTRY + PEAK.replace('miss="2"', 'miss="0.5"'), "cheaper"),
        (ENTRY, ENTRY + PEAK.replace('output="8"', 'output="3.9"'), "peak.output is cheaper"),
        ('miss = "1"', 'hit = "1.1"\nmiss = "1"', "dearer than miss"),
        (ENTRY, ENTRY + PEAK + 'hit = "3"', "dearer than miss"),
        ('"CNY"', '"CNY"\ncny_per_unit = "7"', "cny_per_unit"),
        ("valid_from = 2026-09-10T04:00:00Z", "valid_from = 1789000000", "price.0.valid_from"),
        ("read = 2026-11-22", "read = 86400", "price.0.read"),
        ('["m"]', '["m", "m"]', "two prices at once"),
        (ENTRY, ENTRY + PEAK.replace("UTC", "Mars"), "zone"),
        (ENTRY, ENTRY + PEAK + 'but_holidays = "x"', "holiday"),
        (ENTRY, "price = 3", "price"),
        (ENTRY, "[[", "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_named(tmp_path: Path, before, after, named):
    file = tmp_path / "prices.toml"
    file.write_text(ENTRY.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(FileWrong, match=named):
        read_prices(file)


def test_hours_may_reach_to_the_end_of_the_day(tmp_path: Path):
    file = tmp_path / "prices.toml"
    file.write_text(ENTRY + PEAK.replace("09:00-12:00", "22:00-24:00"), encoding="utf-8")
    prices = read_prices(file)

    def micro(*at: int) -> int | None:
        return prices.cost("deepseek", "m", utc(*at), Usage(miss=1))

    assert [
        micro(2026, 11, 23, 21, 59, 59),
        micro(2026, 11, 23, 22),
        micro(2026, 11, 23, 23, 59, 59, 999_999),
    ] == [1, 2, 2]
    assert [micro(2026, 11, 24), micro(2026, 11, 23)] == [1, 1]


@given(hits=st.integers(0, 10**6), misses=st.integers(0, 10**6))
def test_where_no_hit_has_a_price_a_hit_costs_what_a_miss_costs(hits, misses):
    at = utc(2026, 11, 27)
    both = PRICES.cost("tencent", "hy4-flash", at, Usage(hit=hits, miss=misses))
    assert both == PRICES.cost("tencent", "hy4-flash", at, Usage(miss=hits + misses))


@given(st.sampled_from(MODELS[:2]), instants, usages)
def test_peak_is_never_cheaper_and_what_is_reserved_covers_it(model, at, usage):
    price = PRICES.valid(*model, at)
    assert price is not None
    assert price.peak is not None
    assert price.rates.cost(usage) <= price.at(at).cost(usage) <= price.peak.rates.cost(usage)


def test_an_entry_that_is_right_is_read_and_a_file_that_is_not_there_is_named(tmp_path: Path):
    file = tmp_path / "prices.toml"
    file.write_text(ENTRY, encoding="utf-8")
    assert read_prices(file).cost("deepseek", "m", utc(2026, 11, 27), Usage(1_000_000, 0, 0)) == 1_000_000
    with pytest.raises(FileWrong, match=r"other\.toml"):
        read_prices(tmp_path / "other.toml")
