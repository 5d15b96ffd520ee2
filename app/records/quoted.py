"""Words between quotation marks are somebody else's: what is left when they are covered."""

import re

COVER = "…"
"""Stands for each character of what is covered, so that positions stay."""

_PAIRS = (("「", "」"), ("『", "』"), ("“", "”"), ("«", "»"), ("《", "》"), ("〈", "〉"), ("〝", "〞"))
_BETWEEN = "|".join(f"{a}([^{b}]*)(?:{b}|$)" for a, b in _PAIRS)
_STRAIGHT = r'(?<!\d)"([^"]*)(?:"|$)|`([^`]*)(?:`|$)'  # after a figure it means inches
_FORWARDED = r"^\s*>(.*)$"
_QUOTED = re.compile(f"{_BETWEEN}|{_STRAIGHT}|{_FORWARDED}", re.DOTALL)
_SINGLE = re.compile(r"(?:^|(?<=[\s(:,]))['‘](?=[\wⒶ-Ⓩ])(.*?)['’](?![\wⒶ-Ⓩ])", re.DOTALL)
_SINGLE_END = re.compile(r"['’](?![\wⒶ-Ⓩ])")
_CODE = re.compile(r"[A-Za-z]{1,4}(?:-[A-Za-z]+)*-?\d[A-Za-z0-9_-]*|[Ⓐ-Ⓩ]")


def own_words(text: str) -> str:
    """The text with every quotation covered, one `COVER` for each character.

    A quotation that holds nothing but one code, or figures and the mark of a thing, is a way to write
    a name and stays; with a letter beside the code, of any script, or a second code it is somebody's
    words. One that is never closed reaches to the end. An apostrophe quotes nothing.
    """
    text = _QUOTED.sub(_covered, text)
    ends = [found.end() for found in _SINGLE_END.finditer(text)]
    last = ends[-1] if ends else 0  # beyond it no search for an end can succeed
    return _SINGLE.sub(_covered, text[:last]) + text[last:]


def _covered(found: re.Match[str]) -> str:
    inside = next((group for group in found.groups() if group is not None), "")
    rest, codes = _CODE.subn("", inside)
    words = codes > 1 or any(ch.isalpha() for ch in rest)
    return COVER * len(found[0]) if words else found[0]
