"""Screen 4 and the window of a proposal under a pilot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from textual.pilot import Pilot

from app.console.app import ConsoleApp
from app.console.client import Lost
from app.console.dialogs import Approve, Show
from app.console.plan import PlanPane, PlanWindow
from app.records.action import PublishPlan
from app.records.chart import Chart
from app.records.message import Language
from app.records.plant import PlanState

AppOf = Callable[..., ConsoleApp]


async def settled(pilot: Pilot[Any]) -> None:
    for _ in range(4):
        await pilot.pause()


def sheet(app: ConsoleApp, selector: str = "#plan") -> str:
    return str(app.screen.query_one(selector, PlanPane).content)


def notice(app: ConsoleApp) -> str:
    return str(app.screen_stack[0].query_one("#notice").content)


async def test_digit_4_shows_the_plan_with_its_age(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4")
        await settled(pilot)
        top = sheet(app).split("\n")[0]
        assert "P-1a2b3c4d published · 75 min ago" in top
        assert "1 of 4 late, 4 h" in top
        assert "as of 09:12:05" in top
        assert "A1042▶▶▶~B!1035" in sheet(app)
        assert len(sheet(app).split("\n")) == 19, "as many lines as the screen has for it"


async def test_keys_move_about_and_esc_lets_go_before_it_leaves(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4")
        await settled(pilot)
        pane = app.screen.query_one("#plan", PlanPane)
        at_first = sheet(app)
        await pilot.press("right", "shift+right", "minus", "down")
        assert sheet(app) != at_first
        assert "ST-02 冲床2号 · next SO-1050" in sheet(app)
        await pilot.press("home", "plus", "up", "space")
        assert pane.chosen == "SO-1042"
        assert "1 ST-01 Mon 11-23 08:00 → 2 PL-01" in sheet(app)
        await pilot.press("enter", "escape")
        assert pane.chosen == ""
        assert app.screen.query_one("ContentSwitcher").current == "plan"
        await pilot.press("escape")
        assert app.screen.query_one("ContentSwitcher").current == "overview"
        assert line.writes == []


async def test_slash_finds_an_order_and_says_where_there_is_none(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4", "slash", *"1035", "enter")
        await settled(pilot)
        assert app.screen.query_one("#plan", PlanPane).chosen == "SO-1035"
        assert "late 4 h" in sheet(app)
        await pilot.press("slash", *"9", "9", "enter")
        assert "The plan has no order 99" in notice(app)
        assert app.screen.query_one("#plan", PlanPane).chosen == "SO-1035"


async def test_f7_shows_every_operation_of_the_order(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4", "f7")
        assert len(app.screen_stack) == 1, "no order is chosen yet"
        await pilot.press("space", "f7")
        await settled(pilot)
        assert isinstance(app.screen, Show)


async def test_one_site_shows_its_machines_alone(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("right", "enter", "4")
        await settled(pilot)
        assert "PL-01" in sheet(app)
        assert "ST-01 " not in sheet(app).split("\n", 4)[4].rsplit("\n", 2)[0]


async def test_without_a_plan_it_says_what_to_do(line: Any, app_of: AppOf) -> None:
    line.chart_now = replace(line.chart_now, name="", orders=())
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4", "left", "space", "enter", "slash", "x", "enter")
        assert "No plan is published" in sheet(app)


async def test_before_anything_is_known_nothing_is_drawn_and_keys_do_no_harm(
    line: Any, app_of: AppOf
) -> None:
    line.gone = True
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4", "left", "down", "plus", "space", "enter", "f7", "home")
        assert "no figures yet ?" in sheet(app)


async def test_an_old_plan_greys_and_says_so(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4")
        await settled(pilot)
        line.gone = True
        line.hear(Lost())
        then = app._clock()
        app._clock = lambda: then + timedelta(seconds=40)
        app._draw()
        pane = app.screen.query_one("#plan", PlanPane)
        assert sheet(app).split("\n")[0].rstrip().endswith("?")
        assert {str(span.style) for span in pane.content.spans} == {"#808080"}


async def test_f6_draws_what_is_proposed_also_from_the_window_that_approves(
    line: Any, app_of: AppOf, chart_now: Chart
) -> None:
    line.action = PublishPlan("P-2", "d" * 64)
    line.proposal = replace(chart_now, name="P-2", state=PlanState.PROPOSED)
    line.standing_now = line.unlocked
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f6")
        await settled(pilot)
        assert isinstance(app.screen, PlanWindow)
        assert "P-2 proposed" in sheet(app, "#proposal")
        before = sheet(app, "#proposal")
        await pilot.press("right")
        assert sheet(app, "#proposal") != before
        await pilot.press("escape", "f2")
        await settled(pilot)
        assert isinstance(app.screen, Approve)
        await pilot.press("f6")
        await settled(pilot)
        assert isinstance(app.screen, PlanWindow)
        await pilot.press("f6")
        await settled(pilot)
        assert isinstance(app.screen, Approve)
        assert line.writes == []
        await pilot.press("f2")
        await settled(pilot)
        assert [write[0] for write in line.writes] == ["approve"]


async def test_f6_says_why_nothing_is_drawn(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f6")
        await pilot.press("3", "f6")
        await settled(pilot)
        assert "D-00042 proposes no plan" in notice(app)
        line.action = PublishPlan("P-9", "d" * 64)
        await pilot.press("f6")
        await settled(pilot)
        assert "There is no such plan" in notice(app)
        line.gone = True
        app._seen.lost_at = None
        await app._pen.draw_plan("P-9")
        assert "does not answer" in notice(app)
        assert len(app.screen_stack) == 1


async def test_the_approve_window_draws_nothing_for_other_actions(line: Any, app_of: AppOf) -> None:
    line.standing_now = line.unlocked
    app = app_of(line, Language.HANS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f2")
        await settled(pilot)
        await pilot.press("f6")
        await settled(pilot)
        assert isinstance(app.screen, Approve)


async def test_help_names_the_keys_of_the_plan(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("4", "0")
        said = "\n".join(str(part.content) for part in app.screen.query("Static"))
        for key in ("← →", "+ -", "Space", "Enter", "Home", "F7"):
            assert key in said
        assert "F2" not in said
