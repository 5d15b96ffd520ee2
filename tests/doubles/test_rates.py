"""The gateway double counts every frame to a conversation, and what an hour and a minute take."""

from app.doubles.wecom.rates import HOUR_MAX, MINUTE_MAX, Rates


def test_a_minute_and_an_hour_are_full_at_their_limits_and_empty_again_later() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    for _ in range(MINUTE_MAX):
        assert not rates.full("lee.wai-man")
        rates.spend("lee.wai-man")
    assert rates.full("lee.wai-man")
    assert not rates.full("wrG")
    now[0] = 60.0
    for _ in range(HOUR_MAX - MINUTE_MAX):
        now[0] += 3.0
        assert not rates.full("lee.wai-man")
        rates.spend("lee.wai-man")
    now[0] += 60.0
    assert rates.full("lee.wai-man")
    now[0] = 3600.0
    assert not rates.full("lee.wai-man")


def test_the_peaks_are_kept() -> None:
    now = [0.0]
    rates = Rates(lambda: now[0])
    for at in (0, 1, 59, 60, 61, 3000):
        now[0] = float(at)
        rates.spend("lee.wai-man")
    assert rates.most_a_minute == {"lee.wai-man": 3}
    assert rates.most_an_hour == {"lee.wai-man": 6}
