"""Text measured in terminal cells: cut, padded, and cleared of what could move the cursor."""

import re
import unicodedata
from datetime import datetime, timedelta, tzinfo

from rich.cells import cell_len, chop_cells, set_cell_size

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    """One line of what can be drawn: controls, direction marks and half characters are gone.

    Line breaks and tabs become a space, so nothing that staff write can steer the terminal.
    """
    spaced = "".join(" " if c.isspace() else c for c in text if c.isspace() or _drawn(c))
    return " ".join(spaced.split())


def _drawn(character: str) -> bool:
    return unicodedata.category(character) not in _HIDDEN


def fit(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` cells, cut with "…" where it is longer."""
    if width <= 0:
        return ""
    clean = plain(text)
    length = cell_len(clean)
    if length > width:
        clean = set_cell_size(clean, width - 1).rstrip() + "…"
        length = cell_len(clean)
    gap = " " * (width - length)
    return gap + clean if right else clean + gap


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells; broken at spaces, and anywhere in Chinese."""
    return [line for part in text.splitlines() or [""] for line in _wrap_line(plain(part), max(2, width))]


def _wrap_line(text: str, width: int) -> list[str]:
    lines = [""]
    for unit in re.findall(r"[!-~]+|.", text):
        for piece in chop_cells(unit, width):
            if cell_len(lines[-1]) + cell_len(piece) > width:
                lines[-1] = lines[-1].rstrip()
                lines.append("")
            lines[-1] += piece if lines[-1] or piece != " " else ""
    return lines


def span(length: timedelta) -> tuple[str, int]:
    """A length of time as a word key ("s", "min", "h", "d") and its whole number, 0 at least."""
    seconds = max(0, int(length.total_seconds()))
    for key, unit in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * unit or (key == "min" and seconds >= unit):
            return key, seconds // unit
    return "s", seconds


def size_of(size_bytes: int) -> str:
    """A size in its largest fitting unit, such as 170 kB."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.3g} {unit}"
    return f"{size_bytes} B"


def at_clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Plant time as 14:05, with the date before it when that is not today."""
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M" if same_day else "%m-%d %H:%M")


def levels(values: tuple[float | None, ...]) -> str:
    """One cell a value, as bars from the least (0 when none is below it) to the largest; "·" for None."""
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    span = high - low or 1.0
    return "".join("·" if v is None else "▁▂▃▄▅▆▇█"[round((v - low) / span * 7)] for v in values)


def spark(counts: tuple[int, ...]) -> str:
    """One cell a number, as bars from none to the largest; "" for no numbers."""
    bars = " ▁▂▃▄▅▆▇█"
    top = max(counts, default=0)
    return "".join(bars[-(-count * 8 // top)] if top else " " for count in counts)
