"""Cards through real sockets: shown to one person, pressed in every shape, answered in time, done once."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from app.settings import load

pytestmark = pytest.mark.asyncio(loop_scope="module")

APPROVER, ASKER = "lee.wai-man", "raj.kumar"


async def hold(floor, kg: int) -> str:
    row = await floor.ask(ASKER, f"issue {kg} kg SS-420 to ST-01")
    assert row["stage"] == "held"
    return row["decision_id"]


def shown_after(floor, msgid: str) -> str:
    """What the clicked card says now."""
    card = floor.gateway.seen.updates[msgid]["template_card"]
    return f"{card['main_title']['title']}\n{card.get('sub_title_text', '')}"


async def updated(floor, msgid: str) -> str:
    await floor.gateway.wait_for(lambda seen: msgid in seen.updates, timeout=10)
    return shown_after(floor, msgid)


async def test_the_card_shows_what_is_asked_by_whom_and_until_when(floor):
    ticket = await hold(floor, 701)
    told = await floor.told(APPROVER, ticket, "701 公斤", "Raj Kumar")
    assert "批准" in told
    card = floor.gateway.seen.card(APPROVER, ticket)
    digest = (await floor.look(lambda facts: facts.decision(ticket))).hold
    assert card["button_list"][0]["key"].startswith("yes:")
    assert digest.that_may_run(card["button_list"][0]["key"].removeprefix("yes:")) is not None


@pytest.mark.parametrize("shape", ["nested", "flat", "misspelt"])
async def test_a_press_in_any_shape_is_a_yes_once(floor, shape):
    before, _ = await floor.stock("SS-420", "A")
    ticket = await hold(floor, 510)
    await floor.gateway.wait_for(lambda seen: seen.card(APPROVER, ticket) is not None)
    card = floor.gateway.seen.card(APPROVER, ticket)
    key = card["button_list"][0]["key"]
    clicks = [await floor.gateway.click(APPROVER, card["task_id"], key, shape=shape) for _ in range(3)]
    rows = [await floor.row(msgid) for msgid in clicks]
    assert [row["stage"] for row in rows] == ["done", "refused", "refused"]
    assert await floor.stock("SS-420", "A") == (before - 510, 0.0)
    said = [await updated(floor, msgid) for msgid in clicks]
    assert ticket in said[0]
    assert all("已由 李偉文 批准" in each or "Approved" in each or "批准" in each for each in said[1:])


async def test_a_no_is_a_no(floor):
    before, _ = await floor.stock("SS-420", "A")
    ticket = await hold(floor, 520)
    msgid = await floor.press(APPROVER, ticket, "no:")
    assert (await floor.row(msgid))["stage"] == "done"
    assert await floor.stage_of(ticket) == "refused"
    assert await floor.stock("SS-420", "A") == (before, 0.0)
    await floor.told(ASKER, ticket, "said no")


async def test_nobody_else_can_press_it_and_no_other_card_works(floor):
    ticket = await hold(floor, 530)
    await floor.gateway.wait_for(lambda seen: seen.card(APPROVER, ticket) is not None)
    card = floor.gateway.seen.card(APPROVER, ticket)
    task, key = card["task_id"], card["button_list"][0]["key"]
    tries = [
        (ASKER, task, key), ("ho.chi-keung", task, key), ("stranger.one", task, key),
        (APPROVER, ticket, key), (APPROVER, task + "0", key), (APPROVER, task, "yes:" + "0" * 64),
        (APPROVER, task, "approve"), (APPROVER, task, ""), (APPROVER, "x" * 300, key),
        (APPROVER, "'; DROP TABLE cards; --", key), (APPROVER, "", ""),
    ]  # fmt: skip
    for who, which, pressed in tries:
        msgid = await floor.gateway.click(who, which, pressed)
        row = await floor.row(msgid)
        assert row["stage"] == "refused", (who, which, pressed)
        assert "CH-" not in row["reply"]
    assert await floor.stage_of(ticket) == "held"
    await floor.press(APPROVER, ticket, "no:")


async def test_a_meaning_is_chosen_by_a_button(floor):
    row = await floor.ask(ASKER, "blorp the wibble")
    assert row["stage"] == "held"
    ticket = row["decision_id"]
    await floor.gateway.wait_for(lambda seen: seen.card(ASKER, ticket) is not None)
    theirs = floor.gateway.seen.card(ASKER, ticket)["task_id"]
    other = await floor.row(await floor.gateway.click(APPROVER, theirs, "choice:1"))
    assert (other["stage"], await floor.stage_of(ticket)) == ("refused", "held"), "not somebody else's card"
    msgid = await floor.press(ASKER, ticket, "choice:2")
    chosen = await floor.row(msgid)
    assert chosen["layer"] == "person"
    again = await floor.gateway.click(ASKER, floor.gateway.seen.card(ASKER, ticket)["task_id"], "choice:1")
    assert (await floor.row(again))["stage"] == "refused"


async def test_a_group_gets_words_and_no_card(floor):
    row = await floor.ask(ASKER, "@Chargehand blorp the wibble", chat="wrCards")
    assert "Reply with a number" in row["reply"]
    assert not any(push.card for push in floor.gateway.seen.pushes.get("wrCards", []))


async def test_a_click_is_answered_in_time_while_the_store_is_blocked(floor):
    before, _ = await floor.stock("SS-420", "A")
    ticket = await hold(floor, 540)
    await floor.gateway.wait_for(lambda seen: seen.card(APPROVER, ticket) is not None)
    file = load(floor.stage.config)[0].data_dir / "chargehand.sqlite"
    with closing(await asyncio.to_thread(sqlite3.connect, file, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        msgid = await floor.press(APPROVER, ticket, "yes:")
        said = await updated(floor, msgid)
        other.execute("ROLLBACK")
    assert "已收到" in said or "收到" in said
    assert floor.gateway.seen.updates[msgid]["template_card"]["button_list"], "it can be pressed again"
    assert (await floor.row(msgid))["stage"] == "done"
    await floor.told(APPROVER, ticket)
    again = await floor.gateway.click(APPROVER, floor.gateway.seen.card(APPROVER, ticket)["task_id"], "")
    assert (await floor.row(again))["stage"] == "refused"
    assert await floor.stock("SS-420", "A") == (before - 540, 0.0)
    assert all(turned.cmd != "aibot_respond_update_msg" for turned in floor.gateway.seen.turned_down)


async def test_a_stop_without_a_cause_is_asked_for_one_by_a_list(floor):
    row = await floor.ask("wong.ka-yan", "HT-01 停咗")
    assert row["stage"] == "done", row["reply"]
    ticket = row["decision_id"]
    await floor.gateway.wait_for(lambda seen: seen.card("wong.ka-yan", ticket) is not None)
    card = floor.gateway.seen.card("wong.ka-yan", ticket)
    assert card["card_type"] == "vote_interaction"
    key = card["submit_button"]["key"]
    for chosen in ({}, {"cause": []}, {"cause": ["nonsense"]}, {"other": ["material"]}):
        odd = await floor.gateway.click("wong.ka-yan", card["task_id"], key, chosen=chosen)
        assert (await floor.row(odd))["stage"] == "refused"
    for shape in ("nested", "misspelt"):
        click = await floor.gateway.click(
            "wong.ka-yan", card["task_id"], key, chosen={"cause": ["material"]}, shape=shape
        )
        assert (await floor.row(click))["stage"] == "done"
    machine = await floor.look(lambda facts: facts.machine("HT-01"))
    assert (machine.state, machine.note) == ("down", "HT-01 停咗 · 冇料")
    assert (await floor.ask("wong.ka-yan", "HT-01 開返喇"))["stage"] == "done"
    late = await floor.gateway.click("wong.ka-yan", card["task_id"], key, chosen={"cause": ["power"]})
    assert (await floor.row(late))["stage"] == "refused"


async def test_what_was_wrong_is_chosen_from_a_list_and_kept_as_a_lesson(floor):
    row = await floor.ask(ASKER, "stock of SS-420")
    await floor.gateway.vote(ASKER, row["decision_id"], 2, content="no")
    await floor.gateway.wait_for(lambda seen: listed(seen) is not None)
    card = listed(floor.gateway.seen)
    key = card["submit_button"]["key"]
    click = await floor.gateway.click(ASKER, card["task_id"], key, chosen={"meaning": ["1"]})
    assert (await floor.row(click))["layer"] == "person"
    first = await floor.look(lambda facts: facts.decision(row["decision_id"]))
    assert first.steps[-1].kind == "corrected"


def listed(seen):
    """The latest card with a list that the asker got."""
    cards = (push.card for push in reversed(seen.pushes.get(ASKER, [])) if push.card)
    return next((card for card in cards if card["card_type"] == "vote_interaction"), None)
