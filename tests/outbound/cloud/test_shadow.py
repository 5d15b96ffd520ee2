"""The shadow price, by hand."""

from datetime import UTC, datetime, timedelta

from app.outbound.cloud.price_file import read_prices
from app.outbound.cloud.shadow import METHOD, shadow
from app.settings import shipped

PRICES = read_prices(shipped("config") / "prices.toml")
NOON = datetime(2026, 11, 27, 4, 30, tzinfo=UTC)  # off-peak in Beijing


def test_two_messages_of_an_hour_pay_the_fixed_part_once_in_full():
    said = [(NOON, 20), (NOON + timedelta(minutes=1), 20)]
    first = 900 + 400 + 15 + 80 * 4
    second = 900 * 0.02 + 400 + 15 + 80 * 4
    found = shadow(said, PRICES, "deepseek", "deepseek-flash")
    assert (found.messages, found.cost_micro, found.unpriced) == (2, first + second, 0)


def test_peak_doubles_it_and_what_has_no_price_is_told():
    peak = shadow([(NOON - timedelta(hours=2), 20)], PRICES, "deepseek", "deepseek-flash")
    assert peak.cost_micro == 2 * (900 + 400 + 15 + 80 * 4)
    none = shadow([(NOON, 20)] * 3, PRICES, "deepseek", "gone")
    assert (none.cost_micro, none.unpriced) == (0, 3)


def test_ten_thousand_messages_cost_yuan_not_cents_and_the_method_is_said():
    day = [(NOON + timedelta(seconds=8 * n), 18) for n in range(10_000)]
    assert 5 < shadow(day, PRICES, "deepseek", "deepseek-flash").cost_micro / 1e6 < 50
    assert "900" in METHOD
