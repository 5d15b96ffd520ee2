"""The window of several plans: numbers side by side, one chosen by key, exactly that approved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from app.console.app import ConsoleApp
from app.console.options import Choose
from app.records.action import digest_of
from tests.console.test_screens import settled


def shown(app: ConsoleApp) -> str:
    return "\n".join(str(part.content) for part in app.screen.query(Static))


async def opened(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await pilot.press("3", "f2")
    await settled(pilot)
    assert isinstance(pilot.app.screen, Choose)


async def test_the_five_numbers_stand_side_by_side(offering: Any, app_of: Callable[..., ConsoleApp]) -> None:
    app = app_of(offering)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        lines = [line.split("  ") for line in str(app.screen.query_one("#table", Static).content).split("\n")]
        cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
        assert cells == [
            ["1 steady", "▸2 balanced", "3 on time"],
            ["late orders", "4", "2", "1"],
            ["minutes late", "320", "190", "60"],
            ["moved in 48 h", "1 of 41", "3 of 41", "9 of 41"],
            ["changeovers", "12 (300 min)", "11 (255 min)", "14 (345 min)"],
            ["overtime", "0 min", "0 min", "90 min"],
        ]


@pytest.mark.parametrize(
    ("keys", "number"), [((), 2), (("1",), 1), (("3",), 3), (("1", "3", "2"), 2), (("4",), 2)]
)
async def test_f2_approves_exactly_the_option_whose_plan_and_hash_are_shown(
    offering: Any, app_of: Callable[..., ConsoleApp], keys: tuple[str, ...], number: int
) -> None:
    app = app_of(offering)
    digest = digest_of(offering.choices[number - 1].action)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press(*keys)
        await settled(pilot)
        assert f"P-{number}{number}ab12cd" in shown(app)
        assert digest[:16] in shown(app)
        assert f"option {number}" in shown(app)
        assert offering.writes == []
        await pilot.press("f2")
        await settled(pilot)
        assert offering.writes == [("approve", "D-00042", digest)]


async def test_a_number_that_is_not_offered_changes_nothing(
    offering: Any, app_of: Callable[..., ConsoleApp]
) -> None:
    offering.choices = offering.choices[:2]
    app = app_of(offering)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("3", "escape")
        await settled(pilot)
        assert offering.writes == []
        assert len(app.screen_stack) == 1


async def test_what_the_service_proposes_is_chosen_first(
    offering: Any, app_of: Callable[..., ConsoleApp]
) -> None:
    first, second, third = offering.choices
    offering.choices = (second, replace(first), third)
    app = app_of(offering)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "option 2" in shown(app)
