"""From what a phone sends to what is read: clean text for people and the model, a matching form for rules."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import opencc

Convert = Callable[[str], str]

_SURROGATE = re.compile("[\ud800-\udfff]")
_UNSEEN_KINDS = {"Cc", "Cf", "Cn", "Co"}
_CLIENT_MENTION = re.compile(r"\s{0,8}[@＠][^@＠\n\u2005]{1,64}\u2005")
_LEADING_MENTION = re.compile(r"@[^\W\d](?:[^\s@\d]{0,63}\s|(?:[!-/:-?A-~]{0,63}|[^\s@\d]{0,5})$)")
"""A name alone, or with a space after it; Chinese without one may be a whole sentence."""
_INVISIBLE = {"\u115f", "\u1160", "\u3164", "\u034f", "\u17b4", "\u17b5"} | {
    chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810))
}
_ROUNDS = 4  # removing a sign may bring two others together; three rounds settle every text seen

_MODEL_CHARS = 300
_MARGIN = 256  # read beyond the limit, for mentions and signs that go away

# Cantonese signs that OpenCC would turn into rare ones, and spellings of one word.
_KEPT = frozenset("嗰喎")
_FOLDED = str.maketrans(
    {"畀": "俾", "噉": "咁", "吋": "寸", "搵": "揾", "尋": "寻", "“": '"', "”": '"', "’": "'"}
)


@dataclass(frozen=True, slots=True)
class Scripts:
    """The two conversions between Chinese scripts; text without Chinese comes back as it was."""

    simplify: Convert
    traditionalise: Convert


def opencc_scripts() -> Scripts:
    """Conversions by OpenCC, Hong Kong variants included; reads its package data once."""
    return Scripts(opencc.OpenCC("hk2s").convert, opencc.OpenCC("s2t").convert)


def clean(text: str, display_name: str, limit: int, simplify: Convert = str) -> str:
    """The words alone: at most `limit` characters, NFKC, one line, no mention of the bot.

    Unseen characters (control, zero-width, private, variation selectors) are removed, lone
    surrogates become U+FFFD, runs of white space one space. Case and script stay; with `simplify`
    the bot's name is known in either script. Cleaning twice changes nothing.
    """
    mention = _mention(display_name, simplify)
    text = _without(_plain(text[: limit + _MARGIN]), mention)
    text = _leading_off(_CLIENT_MENTION, text)
    for _ in range(_ROUNDS):
        before = text
        text = _visible(unicodedata.normalize("NFKC", _visible(text)))
        text = " ".join(_without(" ".join(text.split()), mention).split())
        text = _leading_off(_LEADING_MENTION, text)[:limit].strip()
        if text == before:
            break
    return text


def model_form(text: str) -> str:
    """What the local model is shown of clean text, in training and in service: its first part, unchanged."""
    return text[:_MODEL_CHARS]


def matching_form(text: str, simplify: Convert) -> str:
    """The text in lower case and Simplified Chinese, one character for each character of `text`.

    Positions are the same in both, so what is found here can be cut out there.
    """
    lowered = "".join(low if len(low := ch.lower()) == 1 else ch for ch in text)
    simple = simplify(lowered)
    if len(simple) != len(lowered):
        simple = "".join(one if len(one := simplify(ch)) == 1 else ch for ch in lowered)
    kept = (was if was in _KEPT else now for was, now in zip(lowered, simple, strict=True))
    return "".join(kept).translate(_FOLDED)


def _plain(text: str) -> str:
    """NFKC, but for the space that ends a client's mention."""
    parts = _SURROGATE.sub("\ufffd", text).split("\u2005")
    return "\u2005".join(unicodedata.normalize("NFKC", part) for part in parts)


def _visible(text: str) -> str:
    text = _SURROGATE.sub("\ufffd", text)
    return "".join(_shown(ch) for ch in text)


def _shown(char: str) -> str:
    if char in "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85":
        return " "
    if char in _INVISIBLE or unicodedata.category(char) in _UNSEEN_KINDS:
        return ""
    return char


@dataclass(frozen=True, slots=True)
class _Mention:
    """Finds the bot's name in a text's matching form, where every position is that of the text."""

    pattern: re.Pattern[str]
    simplify: Convert

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where it stands, in order; an address on the web is none."""
        found = self.pattern.finditer(matching_form(text, self.simplify))
        return [each.span() for each in found if each["web"] is None]


def _mention(display_name: str, simplify: Convert) -> _Mention | None:
    """The bot's mention, glued to the words around it too, or an address on the web, which stays.

    A name that is one Latin word may not follow a letter or a figure: that is an e-mail address. A
    Latin letter may follow a Chinese name, a figure only where the mention opens the text: elsewhere
    it is another bot's.
    """
    words = matching_form(unicodedata.normalize("NFKC", _visible(display_name)), simplify).split()
    if not words:
        return None
    name = r"\s?".join(re.escape(word) for word in words)
    before = r"(?<!/)"
    if words[0].isascii():
        whole = r"\s".join(re.escape(word) for word in words) if len(words) > 1 else r"(?!)"
        before = rf"(?:(?<![A-Za-z0-9._%+\-/])|(?<!/)(?=@{whole}))"
    glued = r"(?![A-Za-z0-9_\-])" if words[-1][-1].isascii() else r"(?![0-9_]|-[A-Za-z0-9])"
    opening = "(?!)" if words[-1][-1].isascii() else rf"^@\s?{name}(?=[0-9])"
    return _Mention(
        re.compile(
            rf"(?P<web>https?://[^\s,。]+)|{opening}|{before}@\s?{name}(?:"
            rf"{glued}(?!\.[A-Za-z])[:,]?\u2005*|(?=\.(?:\s|$)))",
            re.IGNORECASE,
        ),
        simplify,
    )


def _without(text: str, mention: _Mention | None) -> str:
    """The text without the bot's mentions, a space in the place of each."""
    while mention and "@" in text and (spans := mention.spans(text)):
        for start, end in reversed(spans):
            text = f"{text[:start]} {text[end:]}"
    return text


def _leading_off(mention: re.Pattern[str], text: str) -> str:
    """Clients put mentions first; WeCom's ends with a four-per-em space, U+2005."""
    while found := mention.match(text):
        text = text[found.end() :].lstrip()
    return text
