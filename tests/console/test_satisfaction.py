"""Screen 9: what stands there for which votes; an answer found wrong is opened and corrected there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rich.cells import cell_len

from app.console.app import ConsoleApp
from app.console.dialogs import Show, Teach
from app.console.satisfaction import FEW
from app.records.message import Language
from app.records.satisfaction import Satisfaction, SatisfactionBoard, SatisfactionRow
from tests.console.test_screens import rows, settled, shown, text_of

AppOf = Callable[..., ConsoleApp]


def sheet(app: ConsoleApp) -> list[str]:
    return text_of(app, "#satisfaction-sheet").split("\n")


def row_of(app: ConsoleApp, label: str) -> list[str]:
    return next(line[3:].split() for line in sheet(app) if line[3:].startswith(label))


async def test_votes_stand_by_meaning_and_by_layer(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9")
        await settled(pilot)
        assert row_of(app, "stock") == [
            *("stock", "651", "42", "5", "89%", "▆██▆██▆██▆██▆█"),
            *("100%", "75%", "100%", "100%", "75%", "100%"),
        ]
        assert row_of(app, "other")[1:5] == ["3", "0", "0", "–"], "without a vote it is not 0"
        assert all(cell_len(text) <= 79 for text in sheet(app))
        await pilot.press("right", "right")
        assert row_of(app, "rule")[1:5] == ["651", "42", "5", "89%"]
        await pilot.press("left")
        assert row_of(app, "stock")[1] == "651"


async def test_what_few_are_content_with_is_marked(line: Any, app_of: AppOf) -> None:
    board: SatisfactionBoard = line.satisfaction_now
    poor = SatisfactionRow("approval", Satisfaction(9, 1, FEW - 1), (Satisfaction(),) * 14)
    few = SatisfactionRow("coordination", Satisfaction(9, 0, FEW - 1), (Satisfaction(),) * 14)
    line.satisfaction_now = replace(board, by_intent=(board.by_intent[0], poor, few))
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9")
        await settled(pilot)
        marks = {text[3:12].strip(): text[:2] for text in sheet(app)[2:]}
        assert (marks["approval"], marks["help"]) == ("■3", "  ")


async def test_an_answer_that_was_found_wrong_is_opened_and_corrected_from_here(
    line: Any, app_of: AppOf
) -> None:
    line.standing_now = line.unlocked
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9")
        await settled(pilot)
        first = rows(app, "#objections")[0]
        for words in ("D-00044", "张伟", "incomplete", "没说清楚什么时候修好"):
            assert words in first
        await pilot.press("down", "f7")
        await settled(pilot)
        assert isinstance(app.screen, Show)
        assert "D-00042" in shown(app)
        await pilot.press("escape", "f4")
        await settled(pilot)
        assert isinstance(app.screen, Teach)


async def test_what_people_write_beside_a_vote_cannot_steer_the_terminal(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("9")
        await settled(pilot)
        assert "\x1b" not in "".join(rows(app, "#objections"))


async def test_before_anybody_voted_it_says_what_will_stand_there(line: Any, app_of: AppOf) -> None:
    line.satisfaction_now = SatisfactionBoard(line.satisfaction_now.at, line.satisfaction_now.days)
    app = app_of(line, Language.HANS)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("9")
        await settled(pilot)
        assert "还没有人评价" in text_of(app, "#satisfaction-sheet")
        await pilot.press("f7", "f4")
        assert len(app.screen_stack) == 1


async def test_a_message_found_wrong_is_marked_among_the_messages(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5")
        await settled(pilot)
        wrong = next(row for row in rows(app, "#said") if "D-00044" in row)
        assert wrong.startswith("■3")
        assert "down 1" in wrong
        await pilot.press("down", "down", "down")
        assert "0 up · 1 down" in text_of(app, "#message-text")
