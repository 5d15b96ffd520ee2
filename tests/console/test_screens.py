"""The screens under a pilot: first what is asked of the service, then what stands there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from app.console.app import ConsoleApp
from app.console.client import Connected, Lost
from app.console.dialogs import Approve, Leave, Refuse, Show, Teach, Unlock
from app.console.rows import Rows
from app.records.board import Cards, Messages
from app.records.message import Language
from app.records.socket import MissedLine, Reply

AppOf = Callable[..., ConsoleApp]
UNLOCK = ("l", "e", "e", ".", "w", "a", "i", "minus", "m", "a", "n", "enter", "2", "4", "6", "8", "enter")


async def settled(pilot: Pilot[Any]) -> None:
    """Until the screen knows what the line says and has drawn it."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    async with asyncio.timeout(20):
        while app._read_at is None and app._seen.lost_at is None:
            await pilot.pause(0.01)
    for _ in range(3):
        await pilot.pause()


async def fresh(pilot: Pilot[Any], line: Any) -> None:
    """After the service told of a step: everything was read again."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    line.step()
    await app._read()
    await settled(pilot)


def text_of(app: ConsoleApp, selector: str) -> str:
    return str(app.screen_stack[0].query_one(selector, Static).content)


def shown(app: ConsoleApp) -> str:
    """Every static text of the top screen."""
    return "\n".join(str(part.content) for part in app.screen.query(Static))


def rows(app: ConsoleApp, selector: str) -> list[str]:
    table = app.screen_stack[0].query_one(selector, Rows)
    return ["".join(str(cell) for cell in table.get_row_at(n)) for n in range(table.row_count)]


async def test_nothing_is_shown_as_zero_before_it_is_known(line: Any, app_of: AppOf) -> None:
    line.gone = True
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "no service since 01:12" in text_of(app, "#header")
        assert "¥0" not in text_of(app, "#header")
        assert "no figures yet ?" in text_of(app, "#board")


async def test_the_console_goes_on_when_the_service_is_gone_and_greys(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        line.gone = True
        line.hear(Lost())
        await pilot.press("3")
        assert "◆1 no service since 09:12" in text_of(app, "#header")
        assert text_of(app, "#decisions-top").strip().endswith("?")
        assert app.screen.query_one("#cards").has_class("old")
        await pilot.press("f2", *UNLOCK)
        await settled(pilot)
        assert "does not answer" in text_of(app, "#notice")
        assert line.writes == []
        line.gone = False
        line.hear(Connected())
        await fresh(pilot, line)
        assert "no service" not in text_of(app, "#header")


async def test_figures_age_into_grey(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        then = app._clock()
        app._clock = lambda: then + timedelta(seconds=40)
        app._draw()
        assert "42 s ago ?" in text_of(app, "#board")
        assert "queue 0 ?" in text_of(app, "#header")


async def test_senders_whom_nobody_knows_are_counted_where_there_are_some(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(160, 24)) as pilot:
        await settled(pilot)
        assert "unknown senders" not in text_of(app, "#header")
        now = line.standing_now
        line.standing_now = replace(now, status=replace(now.status, unknown_senders=12))
        await fresh(pilot, line)
        assert "unknown senders 12" in text_of(app, "#header")


async def test_digits_choose_and_esc_goes_back_and_only_what_works_is_offered(
    line: Any, app_of: AppOf
) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        for digit, pane in (("3", "decisions"), ("5", "messages"), ("1", "overview")):
            await pilot.press(digit)
            assert app.screen.query_one("ContentSwitcher").current == pane
        for digit in "267":
            await pilot.press(digit)
        assert app.screen.query_one("ContentSwitcher").current == "overview"
        await pilot.press("alt+5", "escape")
        assert app.screen.query_one("ContentSwitcher").current == "overview"
        await pilot.press("0")
        assert isinstance(app.screen, Show)
        assert "F2" not in shown(app)
        await pilot.press("escape", "3", "0")
        assert "F2" in shown(app)


async def test_a_narrow_header_keeps_every_digit_and_the_name_of_the_screen_that_is_shown(
    line: Any, app_of: AppOf
) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        tabs = text_of(app, "#header").split("\n")[2]
        assert " ".join(tabs.split()) == "1 Overview 3 Decisions 4 Schedule 5 Messages 8 9 read-only · F9"
        await pilot.press("8", "f9", *UNLOCK)
        await settled(pilot)
        tabs = text_of(app, "#header").split("\n")[2]
        assert " ".join(tabs.split()) == "1 Overview 3 Decisions 4 5 8 Figures 9 writing: 李偉文 3:00"


async def test_leaving_asks_first(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        assert isinstance(app.screen, Leave)
        await pilot.press("escape")
        assert len(app.screen_stack) == 1
        await pilot.press("ctrl+c", "enter")
    assert app.return_value == 0


async def test_held_ones_stand_first_and_letters_do_nothing(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "y", "a", "enter")
        await settled(pilot)
        assert [r[3:10] for r in rows(app, "#cards")][:3] == ["D-00042", "D-00040", "D-00041"]
        assert isinstance(app.screen, Show)
        assert "Step by step" in shown(app)
        assert "held for a person" in shown(app)
        assert line.writes == []


async def test_approving_sends_the_hash_of_what_was_shown(line: Any, app_of: AppOf, move_digest: str) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f2")
        assert isinstance(app.screen, Unlock)
        await pilot.press(*UNLOCK)
        await settled(pilot)
        assert isinstance(app.screen, Approve)
        assert "SC-M6" in shown(app)
        assert move_digest[:16] in shown(app)
        assert line.writes == []
        await pilot.press("f2")
        await settled(pilot)
        assert line.writes == [("approve", "D-00042", move_digest)]
        assert "D-00042 approved" in text_of(app, "#notice")
        assert "writing: 李偉文 3:00" in text_of(app, "#header")


async def test_what_cannot_be_undone_needs_the_quantity(line: Any, app_of: AppOf) -> None:
    line.reversible = False
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f2", *UNLOCK)
        await settled(pilot)
        for typed in ((), ("y",), ("backspace", "6", "0")):
            await pilot.press(*typed, "f2")
            await settled(pilot)
            assert isinstance(app.screen, Approve)
        assert line.writes == []
        await pilot.press("0", "enter")
        await settled(pilot)
        assert [write[0] for write in line.writes] == ["approve"]


async def test_esc_in_every_window_writes_nothing(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f2", "escape", "f9", *UNLOCK)
        await settled(pilot)
        for key in ("f2", "f3"):
            await pilot.press(key)
            await settled(pilot)
            assert len(app.screen_stack) == 2
            await pilot.press("escape")
        assert line.writes == []


@pytest.mark.parametrize(
    ("keys", "reason"),
    [(("down", "enter"), "The quantity is wrong"), (("tab", "n", "o", "t", "space", "1", "enter"), "not 1")],
)
async def test_refusing_carries_the_reason(
    line: Any, app_of: AppOf, keys: tuple[str, ...], reason: str
) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f3", *UNLOCK)
        await settled(pilot)
        assert isinstance(app.screen, Refuse)
        await pilot.press(*keys)
        await settled(pilot)
        assert line.writes == [("refuse", "D-00042", reason)]


async def test_a_no_of_the_service_is_shown_in_its_words(line: Any, app_of: AppOf) -> None:
    line.reply = Reply(ok=False, code="own_request", text="You asked for this yourself")
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f3", *UNLOCK)
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert "You asked for this yourself" in text_of(app, "#notice")


async def test_a_card_that_fails_to_fit_is_scrolled_by_the_arrows(line: Any, app_of: AppOf) -> None:
    line.reversible = False
    line.standing_now = line.unlocked
    app = app_of(line)
    async with app.run_test(size=(80, 16)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f2")
        await settled(pilot)
        window = app.screen.query_one(".window")
        assert app.screen.query_one(".keys").region.bottom <= 16
        assert window.max_scroll_y > 0
        await pilot.press(*["up"] * 20)
        assert window.scroll_y == 0
        await pilot.press(*["down"] * 20)
        assert window.scroll_y == window.max_scroll_y


async def test_a_wrong_pin_asks_again(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f9", "x", "enter", "1", "enter")
        await settled(pilot)
        assert isinstance(app.screen, Unlock)
        assert "do not fit" in shown(app)
        assert app.screen.query_one("#pin", Input).value == ""


async def test_f9_again_locks_and_idle_is_said(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f9", *UNLOCK)
        await settled(pilot)
        await pilot.press("f9")
        await settled(pilot)
        assert ("lock",) in line.pressed
        assert "read-only" in text_of(app, "#header")
        await pilot.press("f9", "2", "4", "6", "8", "enter")
        await settled(pilot)
        line.standing_now = replace(line.standing_now, holder="", holder_name="")
        await fresh(pilot, line)
        assert "Locked after no key" in text_of(app, "#notice")


async def test_what_was_settled_cannot_be_approved_and_what_is_done_can_be_undone(
    line: Any, app_of: AppOf
) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "down", "down", "f2")
        await settled(pilot)
        assert "D-00041 does not wait" in text_of(app, "#notice")
        await pilot.press("down", "f8", *UNLOCK)
        await settled(pilot)
        await pilot.press("f8")
        await settled(pilot)
        assert line.writes == [("undo", "D-00039")]
        await pilot.press("down", "f8")
        await settled(pilot)
        assert "D-00038 cannot be undone" in text_of(app, "#notice")


async def test_nothing_moves_under_the_cursor_in_decisions(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "down")
        before = [r[3:10] for r in rows(app, "#cards")]
        first, second, third = line.cards_now.held
        urgent = replace(first, decision="D-00050", until=first.until - timedelta(minutes=5))
        line.cards_now = Cards(line.cards_now.at, (urgent, second, third), line.cards_now.recent)
        await fresh(pilot, line)
        assert [r[3:10] for r in rows(app, "#cards")] == before
        assert app.screen.query_one("#cards", Rows).chosen == "D-00040"
        assert "▲ 1 new" in text_of(app, "#decisions-top")
        await pilot.press("home")
        await settled(pilot)
        assert rows(app, "#cards")[0][3:10] == "D-00050"


async def test_messages_run_live_until_an_arrow_takes_hold(line: Any, app_of: AppOf, row_of: Any) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("5")
        assert "D-00038" in rows(app, "#said")[0], "undelivered stands on top"
        line.messages_now = Messages(line.messages_now.at, (row_of(46), *line.messages_now.rows))
        await fresh(pilot, line)
        assert "D-00046" in rows(app, "#said")[1]
        await pilot.press("down", "down")
        chosen = app.screen.query_one("#said", Rows).chosen
        line.messages_now = Messages(line.messages_now.at, (row_of(48), row_of(47), *line.messages_now.rows))
        await fresh(pilot, line)
        assert "D-00046" in rows(app, "#said")[1]
        assert app.screen.query_one("#said", Rows).chosen == chosen
        assert "▲ 2 new" in text_of(app, "#messages-top")
        await pilot.press("escape")
        await settled(pilot)
        assert "D-00048" in rows(app, "#said")[1]
        assert "live" in text_of(app, "#messages-top")


async def test_slash_finds_and_digits_are_typed_there(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("5", "slash", *"1042", "enter")
        await settled(pilot)
        assert [r[9:16] for r in rows(app, "#said")] == ["D-00045", "D-00040"]
        await pilot.press("escape")
        await settled(pilot)
        assert len(rows(app, "#said")) == 9


async def test_enter_shows_one_site_and_the_other_screens_follow(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("right", "enter")
        assert "B 屯门 Tuen Mun" in text_of(app, "#header")
        assert "HT-02" in text_of(app, "#board")
        assert "GR-03" not in text_of(app, "#board")
        await pilot.press("3")
        await settled(pilot)
        assert [r[3:10] for r in rows(app, "#cards")] == ["D-00040"]
        await pilot.press("escape", "escape")
        assert "All sites" in text_of(app, "#header")


async def test_empty_states_say_what_to_do(line: Any, app_of: AppOf) -> None:
    line.cards_now = Cards(line.cards_now.at, (), line.cards_now.recent)
    line.messages_now = Messages(line.messages_now.at)
    line.overview_now = replace(line.overview_now, sites=())
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "plant.seed_file" in text_of(app, "#board")
        await pilot.press("3")
        await settled(pilot)
        assert "Nothing waits for a person. Last: 09:09 D-00039 李偉文." in text_of(app, "#card-text")
        await pilot.press("5")
        assert "Write to the bot" in text_of(app, "#messages-top")


async def test_missed_lines_are_said_and_keys_tell_of_presence(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        line.hear(MissedLine(12))
        await settled(pilot)
        assert "12 lines missed" in text_of(app, "#notice")
        await pilot.press("f9", *UNLOCK)
        await settled(pilot)
        then = app._clock()
        app._pen._clock = lambda: then + timedelta(seconds=6)
        await pilot.press("down", "down")
        await settled(pilot)
        assert line.pressed.count(("touch",)) == 1


@pytest.mark.parametrize("language", [Language.EN, Language.HANS, Language.HANT])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_no_line_is_wider_than_the_screen(
    line: Any, app_of: AppOf, language: Language, size: tuple[int, int]
) -> None:
    app = app_of(line, language)
    async with app.run_test(size=size) as pilot:
        for digit in ("1", "3", "5"):
            await pilot.press(digit)
            await settled(pilot)
            for widget in app.screen.query("*"):
                assert not widget.show_horizontal_scrollbar
            for strip in app.screen._compositor.render_strips():
                assert strip.cell_length == size[0]


@pytest.mark.parametrize(("screen", "ticket"), [(("5", *["down"] * 5), "D-00042"), (("3",), "D-00042")])
async def test_f4_says_what_a_message_had_meant(
    line: Any, app_of: AppOf, screen: tuple[str, ...], ticket: str
) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*screen, "f4", *UNLOCK)
        await settled(pilot)
        assert isinstance(app.screen, Teach)
        await pilot.press("down", "down", "enter")
        await settled(pilot)
        assert line.writes == [("teach", ticket, "order_status", "", "")]
        assert f"{ticket} noted" in text_of(app, "#notice")


async def test_f4_teaches_a_name_and_leaves_the_meaning(line: Any, app_of: AppOf) -> None:
    line.standing_now = line.unlocked
    line.reply = Reply(ok=True, code="", text="D-00046: waits\nfor a supervisor")
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("3", "f4")
        await settled(pilot)
        await pilot.press("tab", "M", "6", "enter", "S", "C", "minus", "M", "6", "enter")
        await settled(pilot)
        assert line.writes == [("teach", "D-00042", "", "M6", "SC-M6")]
        assert "D-00046: waits for a supervisor" in text_of(app, "#notice")


async def test_f4_does_nothing_without_a_pin_or_on_the_overview(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f4")
        await settled(pilot)
        assert not isinstance(app.screen, Teach)
        await pilot.press("3", "f4")
        await settled(pilot)
        assert isinstance(app.screen, Unlock)
        await pilot.press("escape")
        await settled(pilot)
        assert line.writes == []


async def test_what_is_read_while_the_console_closes_is_not_drawn(line: Any, app_of: AppOf) -> None:
    app = app_of(line)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.query_one("#decisions").remove()
        app._show(afresh=True)
        app._draw()
        app.exit()
