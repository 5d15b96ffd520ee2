"""Numbers as people write them: 1,200 · 5k · 3千 · 三百五十 · 百二 · 兩 · 半."""

import re

_DIGITS = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_STEPS = {"十": 10, "廿": 20, "卅": 30, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000, "w": 10_000, "k": 1000, "千": 1000, "百": 100}
_ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip

CHINESE = "[〇零一二两俩三四五六七八九十廿卅百千万亿]"
ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,15}(?:\.\d{1,4})?"
NUMBER = rf"(?:{ARABIC})(?:\s?(?:k|w)(?![a-z])|[百千万亿])?|{CHINESE}{{1,12}}"
WORD = "|".join(sorted(_ENGLISH, key=len, reverse=True))
ENGLISH = rf"(?:{WORD})(?:[ -](?:{WORD}))?(?: (?:hundred|thousand)(?! and))?"

_WITH_STEP = re.compile(rf"({ARABIC})\s?([kw百千万亿])?")


def value(words: str) -> float | None:
    """The number that the words (matching form, no sign) stand for; None when they are none."""
    words = words.strip()
    if words[:1].isascii() and words[:1].isalpha():
        return _english(words)
    if words == "半":
        return 0.5
    if found := _WITH_STEP.fullmatch(words):
        return float(found[1].replace(",", "")) * _BIG.get(found[2] or "", 1)
    return _chinese(words)


def _english(words: str) -> float | None:
    """Of two hundred, forty-five, three thousand."""
    total = 0
    for word in re.split("[ -]", words):
        if word in ("hundred", "thousand"):
            total *= 100 if word == "hundred" else 1000
        elif word in _ENGLISH and (not total or (total % 10 == 0 and 20 <= total < 100)):
            total += _ENGLISH[word]
        else:
            return None
    return float(total)


def _chinese(words: str) -> float | None:
    if not re.fullmatch(rf"{CHINESE}{{1,12}}", words):
        return None
    if all(ch in _DIGITS for ch in words):
        return float("".join(str(_DIGITS[ch]) for ch in words))
    total, part, digit, step = 0, 0, 0, 0
    for ch in words:
        if ch in _DIGITS:
            digit = _DIGITS[ch]
        elif ch in ("万", "亿"):
            total, part, digit, step = (total + part + digit or 1) * _BIG[ch], 0, 0, _BIG[ch]
        else:
            part += _STEPS[ch] * (1 if ch in "廿卅" else digit or 1)  # 十二 is 12, 百二 is 120
            digit, step = 0, min(_STEPS[ch], 10) if ch in "廿卅" else _STEPS[ch]
    return float(total + part + _tail(words, digit, step))


def _tail(words: str, digit: int, step: int) -> int:
    """The last digit counts the next lower step when it follows one without 零: 三百五 is 350."""
    if not digit:
        return 0
    short = step >= 100 and len(words) > 1 and words[-2] not in "零〇十廿卅"
    return digit * step // 10 if short else digit
