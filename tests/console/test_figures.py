"""Screen 8: what stands there for which figures, and that nothing to count is never 0."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rich.cells import cell_len

from app.console.app import ConsoleApp
from app.console.cells import levels
from app.console.dialogs import Show
from app.records.kpi import Kpi, KpiBoard
from app.records.message import Language
from tests.console.test_screens import settled, shown, text_of

AppOf = Callable[..., ConsoleApp]


def lines_of(app: ConsoleApp) -> dict[str, str]:
    """The sheet's lines by their first words after the mark."""
    rows = text_of(app, "#figures-sheet").split("\n")
    return {row[3:27].strip(): row for row in rows}


async def test_figures_stand_in_their_units_and_what_is_worse_is_marked(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await settled(pilot)
        rows = lines_of(app)
        assert rows["Orders on time"].split() == [
            *("■3", "Orders", "on", "time", "75%", "90%", "▇█·▇█▇▇▆", "65%", "95%", "–")
        ]  # fmt: skip
        assert "6.3 h" in rows["Tardiness, sum"]
        assert "3.2 h" in rows["Tardiness, sum"]
        assert "-42 min" in rows["Lateness, mean"]
        assert not rows["Lateness, mean"].startswith("■3"), "earlier is better"
        assert not rows["Utilisation"].startswith("■3"), "neither way is better"
        assert not rows["Changeovers"].startswith("■3")
        assert "1.4 s" in rows["Solver time"]
        assert rows["Overtime"].split() == ["Overtime", "–", "–", "········", "–", "–", "–"]
        assert all(cell_len(row) <= 79 for row in rows.values())
        assert "today counted 4 min ago" in text_of(app, "#figures-sheet")


async def test_arrows_choose_the_site_and_the_overviews_site_stays_chosen(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await settled(pilot)
        await pilot.press("left", "right")
        assert " 65% " in lines_of(app)["Orders on time"][27:37]
        await pilot.press("right", "right", "right", "right")
        assert "today not counted yet ?" in text_of(app, "#figures-sheet")
        await pilot.press("left")
        assert " 95% " in lines_of(app)["Orders on time"][27:37]
        app._seen.site = "A"
        app._draw()
        assert " 65% " in lines_of(app)["Orders on time"][27:37]


async def test_f7_says_how_every_figure_is_counted(line: Any, app_of: AppOf) -> None:
    app = app_of(line, Language.HANT)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("8")
        await settled(pilot)
        await pilot.press("f7")
        assert isinstance(app.screen, Show)
        assert "ISO 22400" in shown(app)
        assert len(lines_of(app)) > len(Kpi)
        await pilot.press("escape", "escape")
        assert app.screen.query_one("ContentSwitcher").current == "overview"


async def test_before_anything_was_counted_it_says_when_that_happens(line: Any, app_of: AppOf) -> None:
    empty = tuple(
        replace(
            site, at=None, rows=tuple(replace(r, today=None, week=None, trend=(None,) * 8) for r in site.rows)
        )
        for site in line.figures_now.sites
    )
    line.figures_now = KpiBoard(line.figures_now.at, empty)
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await settled(pilot)
        assert "No key figures yet" in text_of(app, "#figures-sheet")
        await pilot.press("right", "f7")
        assert isinstance(app.screen, Show)


async def test_figures_that_were_counted_long_ago_carry_a_question_mark(line: Any, app_of: AppOf) -> None:
    board = line.figures_now
    old = replace(board.sites[0], at=board.at - timedelta(minutes=21))
    line.figures_now = replace(board, sites=(old, *board.sites[1:]))
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await settled(pilot)
        assert "today counted 21 min ago ?" in text_of(app, "#figures-sheet")


def test_levels_of_a_trend() -> None:
    assert levels((0.0, 1.0, 3.5, 7.0, None)) == "▁▂▅█·"
    assert levels((0.0, 0.0)) == "▁▁"
    assert levels((None,)) == "·"
    assert levels(()) == ""
    assert levels((-7.0, 0.0)) == "▁█"
