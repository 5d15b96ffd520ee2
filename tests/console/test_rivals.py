"""Plans that were compared stand side by side on the same numbers, the chosen one marked."""

from dataclasses import replace
from typing import Any

from rich.cells import cell_len

from app.console.figure_rows import side_by_side
from app.console.marks import NONE, of_card
from app.console.record import state_of, whole
from app.console.seen import Reader, Seen
from app.console.words import Words
from app.records.message import Language
from app.records.offer import Contender, Figures
from tests.console.conftest import NOW

FEW, MANY = Figures(1, 30, 2, 41, 5, 75, 0), Figures(3, 410, 9, 41, 12, 180, 60)
COMPARED = (
    Contender("cloud", "broken", MANY, ("overlap", "calendar")),
    Contender("cloud_repaired", "chosen", FEW),
    Contender("solver", "legal", MANY),
    Contender("present", "broken", None, ("closed",)),
)


def test_every_rival_has_a_column_and_what_it_breaks_is_named() -> None:
    for language in (Language.EN, Language.HANS, Language.HANT):
        lines = side_by_side(COMPARED, Words(language), 76).plain.split("\n")
        assert len(lines) == 2 + 5 + 1 + 2
        assert all(cell_len(line) <= 76 for line in lines)
        assert lines[1].count("▸") == 1
        assert [cell.strip() for cell in lines[2].split() if cell.isdigit()] == ["3", "1", "3"]
        assert "–" in lines[2]
        assert "overlap, calendar" in lines[-2]


def test_without_a_comparison_nothing_is_drawn() -> None:
    assert side_by_side((), Words(Language.EN), 76).plain == ""


async def test_the_record_of_a_plan_shows_what_it_was_compared_with(line: Any) -> None:
    detail = replace(await line.decision("D-00042"), contenders=COMPARED)
    text = whole(detail, Reader(Words(Language.EN), NOW, Seen()), 76).plain
    assert "Compared on the same numbers" in text
    assert "cloud, mended" in text


async def test_what_only_its_sender_can_confirm_is_no_supervisors_card(line: Any) -> None:
    card = replace((await line.decision("D-00042")).card, reason="confirm")
    reader = Reader(Words(Language.EN), NOW, Seen())
    assert state_of(card, reader) == "asked back"
    assert of_card(card, 1.0) is NONE
