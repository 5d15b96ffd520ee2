"""Pictures of the screens with mixed scripts; clock and cursor stand still."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from app.console.app import ConsoleApp
from app.records.message import Language
from tests.console.test_screens import settled

SIZES = [(80, 24), (120, 40)]
LANGUAGES = [Language.EN, Language.HANS, Language.HANT]


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    async def go(pilot: Pilot[Any]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return go


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize(
    "keys",
    [
        ("1",),
        ("3", "down"),
        ("4",),
        ("4", "down", "space"),
        ("5", "down", "down"),
        ("8", "right"),
        ("9", "down"),
    ],
    ids=["overview", "decisions", "schedule", "chain", "messages", "figures", "satisfaction"],
)
def test_screen(
    snap_compare: Any,
    line: Any,
    app_of: Callable[..., ConsoleApp],
    keys: tuple[str, ...],
    size: tuple[int, int],
    language: Language,
) -> None:
    assert snap_compare(app_of(line, language), terminal_size=size, run_before=pressing(*keys))


@pytest.mark.parametrize("reversible", [True, False], ids=["reversible", "for-good"])
def test_approve_window(
    snap_compare: Any, line: Any, app_of: Callable[..., ConsoleApp], reversible: bool
) -> None:
    line.reversible = reversible
    line.standing_now = line.unlocked
    assert snap_compare(app_of(line, Language.HANT), terminal_size=(80, 24), run_before=pressing("3", "f2"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_teach_window(
    snap_compare: Any, line: Any, app_of: Callable[..., ConsoleApp], language: Language
) -> None:
    line.standing_now = line.unlocked
    assert snap_compare(app_of(line, language), terminal_size=(80, 24), run_before=pressing("3", "f4"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("keys", [(), ("3",)], ids=["as-proposed", "another"])
def test_options_window(
    snap_compare: Any,
    offering: Any,
    app_of: Callable[..., ConsoleApp],
    language: Language,
    keys: tuple[str, ...],
) -> None:
    app = app_of(offering, language)
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("3", "f2", *keys))


def test_no_service(snap_compare: Any, line: Any, app_of: Callable[..., ConsoleApp]) -> None:
    line.gone = True
    assert snap_compare(app_of(line), terminal_size=(80, 24), run_before=pressing("1"))
