import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.understand.numerals import value

DIGITS = "零一二三四五六七八九"


def written(number: int) -> str:
    """The number in Chinese numerals, formal, up to 9999."""
    if number < 10:
        return DIGITS[number]
    size, sign = next((s, g) for s, g in ((1000, "千"), (100, "百"), (10, "十")) if number >= s)
    head, rest = divmod(number, size)
    gap = "零" if rest and rest < size // 10 else ""
    return DIGITS[head] + sign + gap + (written(rest) if rest else "")


@given(st.integers(1, 9999))
def test_formal_chinese_numbers(number: int) -> None:
    assert value(written(number)) == number


@given(st.integers(0, 10**12))
def test_arabic_numbers_with_and_without_commas(number: int) -> None:
    assert value(str(number)) == number
    assert value(f"{number:,}") == number


@pytest.mark.parametrize(
    ("words", "number"),
    [("十", 10), ("十五", 15), ("廿五", 25), ("百二", 120), ("千二", 1200), ("三百五", 350),
     ("三百零五", 305), ("两千五", 2500),
     ("万二", 12_000), ("一万两千", 12_000), ("二十万", 200_000), ("1.2万", 12_000), ("3千", 3000),
     ("5k", 5000), ("半", 0.5),
     ("二零二六", 2026), ("two", 2), ("一亿", 10**8)],
)  # fmt: skip
def test_colloquial_numbers(words: str, number: float) -> None:
    assert value(words) == number


@pytest.mark.parametrize("words", ["", "abc", "一x", "三" * 40, "-5"])
def test_what_is_no_number(words: str) -> None:
    assert value(words) is None


@given(st.text(alphabet="〇零一二两三十廿百千万亿半0123456789,.kw", max_size=20))
def test_never_raises(words: str) -> None:
    assert value(words) is None or isinstance(value(words), float)
