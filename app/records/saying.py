"""Numbers as people say them in times, and such words in one form."""

import re
import unicodedata

_FOLD = str.maketrans(
    "點後內號週禮兩個鐘鍾時間晝聽這數嚟國慶聖誕過飯農曆開爐換當頭裡裏幾",
    "点后内号周礼两个钟钟时间昼听这数来国庆圣诞过饭农历开炉换当头里里几",
)
_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
ENGLISH = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
) | {"a": 1, "an": 1, "couple of": 2, "a couple of": 2}
HAN = "[零〇一二两三四五六七八九十廿]"
_HOUR_WORD = "|".join(
    word for word, number in ENGLISH.items() if number <= 12 and " " not in word and word not in ("a", "an")
)
_REFOLDED = (
    (re.compile(r"tonite"), "tonight"),
    (re.compile(r"tomm?orr?ow"), "tomorrow"),
    (re.compile(r"\bwk\b"), "week"),
    (re.compile(r"\bmore (?=min|hour|day|hr)"), ""),
    (re.compile(rf"(?<=[0-9])\s*点|(?<=[0-9])\s*时(?![间候])|(?<={HAN})时(?![间候])"), "点"),
    (re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-5][0-9])\s?(?=[ap]\.?m)"), r"\1:\2"),
    (re.compile(r"\b([1-9]|1[0-2])\s?(?:sharp|oclock|o clock)"), r"\1 o'clock"),
    (
        re.compile(
            rf"^(?:at|by|before|till|until|around|from) ([1-9]|1[0-2]|{_HOUR_WORD})"
            rf"(?: to (?:[1-9]|1[0-2]|{_HOUR_WORD}))?$"
        ),
        lambda said: f"{count(said[1]):.0f} o'clock",
    ),
)


def folded(words: str) -> str:
    """In lower case, Simplified where it matters, with one spelling for each word of time."""
    text = unicodedata.normalize("NFKC", words).lower().translate(_FOLD).strip()
    for spelling, usual in _REFOLDED:
        text = spelling.sub(usual, text)
    return text


def count(said: str) -> float:
    """The number that digits, Chinese signs or a small English word stand for."""
    if said[0] in "0123456789":
        return float(said)
    if said in ENGLISH:
        return float(ENGLISH[said])
    total = digit = 0
    for mark in said.replace("廿", "二十"):
        if mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS[mark]
    return float(total + digit)
