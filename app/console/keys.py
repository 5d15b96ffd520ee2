"""Which keys work on which screen: the foot line and the help page, from one list."""

from rich.text import Text

from app.console.marks import BRIGHT, DIM
from app.console.record import Fact, lines_of
from app.console.words import Words


def foot(screen: str, words: Words, *, writing: bool, alone: bool) -> Text:
    """The keys of a screen on one line; `alone` when the overview shows one site."""
    lock = "key.f9_lock" if writing else "key.f9"
    shown = {
        "1": ("key.choose", "key.enter_site", lock, "key.esc" if alone else "key.esc_leave"),
        "3": ("key.f2", "key.f3", "key.f4", "key.f6", "key.f7", "key.f8", lock, "key.esc"),
        "4": ("key.time", "key.zoom", "key.home", "key.space", "key.follow", "key.find", "key.f7"),
        "5": ("key.open", "key.find", "key.f4", "key.f7", lock, "key.esc"),
        "8": ("key.choose", "key.f7_counted", lock, "key.esc"),
        "9": ("key.by", "key.open", "key.f4", "key.f7", lock, "key.esc"),
    }[screen]
    line = Text(" ")
    for key in (*shown, "key.0"):
        name, _, rest = words(key).partition(" ")
        line.append(name, style=BRIGHT).append(f" {rest}  ", style=DIM)
    return line


def help_page(screen: str, words: Words, width: int) -> Text:
    """Every key that works here and what it does, then the marks."""
    chosen = [("↑ ↓", "help.arrows_text"), ("Enter", "help.enter_text"), ("Home", "help.home_text")]
    wrong, why = ("F4", "help.f4_text"), ("F7", "help.f7_text")
    here = {
        "1": [("← →", "help.sites_text")],
        "3": [
            *chosen,
            *(("F2", "help.f2_text"), ("F3", "help.f3_text"), wrong, ("F6", "help.f6_text"), why),
            ("F8", "help.f8_text"),
        ],
        "4": [
            *(("← →", "help.time_text"), ("↑ ↓", "help.machine_text"), ("+ -", "help.zoom_text")),
            *(("Home", "help.now_text"), ("Space", "help.space_text"), ("Enter", "help.follow_text")),
            *(("/", "help.order_text"), ("F7", "help.way_text")),
        ],
        "5": [*chosen, ("/", "help.find_text"), wrong, why],
        "8": [("← →", "help.figures_text"), ("F7", "help.counted_text")],
        "9": [("← →", "help.by_text"), ("%", "help.share_text"), *chosen, wrong, why],
    }[screen]
    always = [("Tab", "help.tab_text"), ("F9", "help.f9_text"), ("Esc", "help.esc_text")]
    rows = [("1 3 4 5 8 9", "help.digits_text"), *here, *always]
    keys = lines_of([Fact(key, words(text)) for key, text in rows], width)
    return Text("\n").join([keys, Text(), Text(words("help.marks"))])
