"""Thumbs from the phone to the screens, and a thumb down to what is learnt from it."""

import json
import sqlite3
from contextlib import closing

import pytest

from app.records.decision import Corrected
from app.records.reading import Intent

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = "wrFeedback"
ORDER = Intent.ORDER_STATUS


async def vote(floor, sender, ticket, kind, *, chat=None, **why):
    """A thumb on an answer, until the desk has dealt with it."""
    fields = {"id": ticket, "type": kind, **why}
    msgid = await floor.gateway.event(sender, "feedback_event", chat=chat, fields=fields)
    return await floor.row(msgid, answered=False)


def votes(floor, ticket) -> list[tuple]:
    with closing(sqlite3.connect(floor.stage.config.parent / "chargehand.sqlite")) as store:
        rows = "select userid, vote, reasons, words from feedback where answer = ? order by userid"
        return store.execute(rows, (ticket,)).fetchall()


def pushes(floor, to) -> list:
    return list(floor.gateway.seen.pushes.get(to, []))


async def labels(floor, ticket) -> list[tuple]:
    found = await floor.look(lambda facts: facts.decision(ticket))
    return [(s.by, s.intent, s.source) for s in found.steps if isinstance(s, Corrected)]


async def board(floor) -> dict:
    async with floor.asking:
        return (await floor.line.ask("satisfaction"))["result"]


async def test_every_answer_carries_its_ticket_to_vote_on(floor):
    row = await floor.ask("cheung.tai", "BELT-120 庫存")
    [bubble] = floor.gateway.seen.bubbles[row["msgid"]]
    assert bubble.frames[0].feedback == row["decision_id"], "in the first frame"
    two = await floor.ask("chen.jing", "收到20个BX-24。另外SS-304仲有幾多？")
    [bubble] = floor.gateway.seen.bubbles[two["msgid"]]
    assert bubble.frames[0].feedback == two["decision_id"], "the first part's"


async def test_up_down_and_taken_back_and_the_latest_counts(floor):
    row = await floor.ask("cheung.tai", "BELT-120 庫存")
    ticket = row["decision_id"]
    assert (await vote(floor, "cheung.tai", ticket, 1))["reply"] == ""
    assert votes(floor, ticket) == [("cheung.tai", 1, "[]", "")]
    why = {"content": "少咗嘢", "inaccurate_reason_list": [2, 4, 9]}
    await vote(floor, "cheung.tai", ticket, 2, **why)
    assert votes(floor, ticket) == [("cheung.tai", 2, "[2,4]", "少咗嘢")]
    against = (await board(floor))["objections"][0]
    assert (against["decision"], against["words"], against["reasons"]) == (ticket, "少咗嘢", [2, 4])
    await vote(floor, "cheung.tai", ticket, 3)
    assert votes(floor, ticket) == []
    assert ticket not in json.dumps((await board(floor))["objections"])


async def test_a_group_votes_on_one_answer_and_nobody_is_asked_there(floor):
    row = await floor.ask("zhang.wei", "@Chargehand SS-420 库存多少", chat=GROUP)
    ticket, told = row["decision_id"], len(pushes(floor, GROUP))
    for sender, kind in (("zhang.wei", 1), ("raj.kumar", 2), ("chan.siu-ming", 1), ("stranger", 2)):
        await vote(floor, sender, ticket, kind, chat=GROUP)
    assert [(who, kind) for who, kind, *_ in votes(floor, ticket)] == [
        ("chan.siu-ming", 1), ("raj.kumar", 2), ("zhang.wei", 1)
    ]  # fmt: skip
    assert ticket in await floor.told("raj.kumar", ticket)
    assert len(pushes(floor, GROUP)) == told
    listed = await messages(floor)
    assert (listed[ticket]["up"], listed[ticket]["down"]) == (2, 1)


async def messages(floor) -> dict[str, dict]:
    async with floor.asking:
        rows = (await floor.line.ask("messages", limit=200))["result"]["rows"]
    return {row["decision"]: row for row in rows}


async def test_nobody_votes_on_what_was_said_to_somebody_else(floor):
    row = await floor.ask("cheung.tai", "BELT-120 庫存")
    for sender, ticket in (("raj.kumar", row["decision_id"]), ("cheung.tai", "D-99999"), ("cheung.tai", "x")):
        assert (await vote(floor, sender, ticket, 2))["reply"] == ""
        assert votes(floor, ticket) == []
    assert "CH-100" not in floor.log()


async def test_a_thumb_down_is_asked_about_and_its_number_is_learnt(floor):
    row = await floor.ask("thomas.okoye", "how much stock for SO-1042")
    ticket = row["decision_id"]
    await vote(floor, "thomas.okoye", ticket, 2)
    question = await floor.told("thomas.okoye", ticket, "What was wrong?")
    await vote(floor, "thomas.okoye", ticket, 2)
    card = floor.gateway.seen.cards_to("thomas.okoye")[-1].card
    options = card["checkbox"]["option_list"]
    number = next(each["id"] for each in options if each["text"] == "where an order is")
    assert "where an order is" in question
    right = await floor.ask("thomas.okoye", number)
    assert (right["intent"], right["layer"], right["stage"]) == ("order_status", "person", "done")
    assert "SO-1042" in right["reply"]
    asked = [push for push in pushes(floor, "thomas.okoye") if "What was wrong?" in push.content]
    assert [(len(asked), asked[0].feedback)] == [(1, "")], "once, and a question is no answer"
    assert await labels(floor, ticket) == [("person:thomas.okoye", ORDER, "vote")]
    lesson = next(each for each in floor.store.corrections() if each.decision == ticket)
    assert (lesson.text, lesson.intent, lesson.source) == ("how much stock for SO-1042", ORDER, "vote")
    assert floor.store.audit_verify().ok


async def test_the_supervisor_sees_what_people_think_by_meaning_and_day(floor):
    row = await floor.ask("cheung.tai", "BELT-120 庫存")
    await vote(floor, "cheung.tai", row["decision_id"], 1)
    shown = await board(floor)
    every, *by_intent = shown["by_intent"]
    stock = next(each for each in by_intent if each["name"] == "inventory_check")
    assert stock["total"]["up"] >= 1
    assert every["total"]["answered"] >= stock["total"]["answered"] >= 1
    assert len(shown["days"]) == len(stock["days"]) == 14
    assert stock["days"][-1] == stock["total"], "all of it today"
