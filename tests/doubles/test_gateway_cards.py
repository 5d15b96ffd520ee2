"""Cards on the gateway double: judged by every rule, kept as people see them, and clicked in every form."""

import time
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest

from app.doubles.wecom import GatewayDouble
from tests.doubles.gateway_asking import (
    BUTTONS,
    NOTICE,
    SELECTS,
    VOTE,
    Client,
    client,
    push_card,
    stream,
    update,
)

LEE = "lee.wai-man"
SEND = "aibot_send_msg"
UPDATE = "aibot_respond_update_msg"


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayDouble]:
    async with GatewayDouble(known=[LEE, "ng.mei-ling"], known_groups=["wrG"]) as double:
        yield double


@pytest.fixture
async def one(gateway: GatewayDouble) -> AsyncIterator[Client]:
    async with client(gateway) as subscribed:
        yield subscribed


def _without(card: dict[str, Any], *path: str) -> dict[str, Any]:
    return _with(card, None, *path)


def _with(card: dict[str, Any], value: Any, *path: str) -> dict[str, Any]:
    changed = deepcopy(card)
    holder: Any = changed
    for name in path[:-1]:
        holder = holder[int(name) if name.isdigit() else name]
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


def _options(number: int) -> list[dict[str, str]]:
    return [{"id": f"o{n}", "text": "x"} for n in range(number)]


def _buttons(number: int) -> list[dict[str, str]]:
    return [{"key": f"k{n}", "text": "x"} for n in range(number)]


def _asked(number: int) -> dict[str, Any]:
    return {"question_key": "q", "option_list": _options(number)}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "card_type None is unknown"),
    (NOTICE | {"card_type": "poem"}, "card_type 'poem' is unknown"),
    (_without(NOTICE, "main_title"), "neither main_title.title nor sub_title_text"),
    (_without(BUTTONS, "main_title", "title"), "neither main_title.title nor sub_title_text"),
    (_without(VOTE, "main_title") | {"sub_title_text": "x"}, "main_title.title is missing"),
    (_without(NOTICE, "card_action"), "card_action is missing on a text_notice"),
    (_without(NOTICE, "card_action", "url"), "card_action of type 1 needs a url"),
    (_without(BUTTONS, "task_id"), "task_id is missing on a card that can be pressed"),
    (
        _without(NOTICE, "task_id") | {"action_menu": {"action_list": _buttons(1)}},
        "task_id is missing on a card that can be pressed",
    ),
    (BUTTONS | {"task_id": "D 1"}, "task_id is not 1 to 128 of 0-9 A-Z a-z _ - @"),
    (BUTTONS | {"task_id": "D" * 129}, "task_id is not 1 to 128 of 0-9 A-Z a-z _ - @"),
    (BUTTONS | {"task_id": "D-1\n"}, "task_id is not 1 to 128 of 0-9 A-Z a-z _ - @"),
    (BUTTONS | {"task_id": 7}, "task_id is not 1 to 128 of 0-9 A-Z a-z _ - @"),
    (BUTTONS | {"button_list": []}, "button_list takes 1 to 6"),
    (BUTTONS | {"button_list": _buttons(7)}, "button_list takes 1 to 6"),
    (BUTTONS | {"button_list": ["approve"]}, "button_list holds something else than objects"),
    (_without(BUTTONS, "button_list", "0", "text"), "button_list has one without text"),
    (_without(BUTTONS, "button_list", "0", "key"), "button_list has one without key"),
    (_with(BUTTONS, "线" * 342, "button_list", "0", "key"), "button_list.key is over 1024 bytes"),
    (_with(BUTTONS, "reject", "button_list", "0", "key"), "button_list.key comes twice"),
    (BUTTONS | {"button_selection": _asked(11)}, "option_list takes 1 to 10"),
    (_without(VOTE, "checkbox"), "checkbox.question_key is not 1 to 1024 bytes"),
    (VOTE | {"checkbox": _asked(21)}, "option_list takes 1 to 20"),
    (_with(VOTE, "线" * 43, "checkbox", "option_list", "0", "id"), "option_list.id is over 128 bytes"),
    (_without(VOTE, "checkbox", "option_list", "0", "text"), "option_list has one without text"),
    (_without(VOTE, "submit_button"), "submit_button needs a text and a key of 1 to 1024 bytes"),
    (SELECTS | {"select_list": []}, "select_list takes 1 to 3"),
    (SELECTS | {"select_list": [_asked(1)] * 4}, "select_list takes 1 to 3"),
    (SELECTS | {"select_list": [_asked(1)] * 2}, "select_list.question_key comes twice"),
    (SELECTS | {"select_list": [_asked(11)]}, "option_list takes 1 to 10"),
    (_without(SELECTS, "submit_button", "key"), "submit_button needs a text and a key of 1 to 1024 bytes"),
    (NOTICE | {"horizontal_content_list": [{"keyname": "x"}] * 7}, "horizontal_content_list takes 0 to 6"),
    (NOTICE | {"horizontal_content_list": [{}]}, "horizontal_content_list has one without keyname"),
    (NOTICE | {"jump_list": [{"title": "x"}] * 4}, "jump_list takes 0 to 3"),
    (NOTICE | {"action_menu": {"action_list": _buttons(4)}}, "action_list takes 1 to 3"),
    (NOTICE | {"feedback": {"id": "x" * 257}}, "feedback.id is over 256 bytes"),
]


@pytest.mark.parametrize(("card", "rule"), WRONG, ids=[rule for _, rule in WRONG])
async def test_every_rule_of_cards_is_kept(
    gateway: GatewayDouble, one: Client, card: dict[str, Any], rule: str
) -> None:
    assert await one.ask(SEND, push_card(LEE, card)) == 40058
    assert gateway.seen.breaches == [f"{SEND}: {rule}"]
    assert not gateway.seen.dealt
    assert not gateway.seen.pushes


@pytest.mark.parametrize(
    "card",
    [
        NOTICE,
        _without(NOTICE, "task_id"),
        _without(NOTICE, "main_title") | {"sub_title_text": "x"},
        BUTTONS,
        BUTTONS | {"button_list": _buttons(6), "button_selection": _asked(10)},
        VOTE | {"checkbox": _asked(20)},
        SELECTS | {"select_list": [_asked(10) | {"question_key": f"q{n}"} for n in range(3)]},
        {"card_type": "news_notice", "main_title": {"title": "x"}},
    ],
)
async def test_cards_at_their_limits_are_taken(
    gateway: GatewayDouble, one: Client, card: dict[str, Any]
) -> None:
    assert await one.ask(SEND, push_card(LEE, card)) == 0
    dealt = await gateway.wait_for_card(LEE)
    assert (dealt.card, dealt.to, dealt.cmd) == (card, LEE, SEND)
    assert gateway.seen.pushes[LEE][0].card == card
    assert not gateway.seen.breaches
    assert gateway.seen.cards == ({card["task_id"]: dealt} if "task_id" in card else {})


async def test_what_phones_cut_is_taken_and_noted(gateway: GatewayDouble, one: Client) -> None:
    assert await one.ask(SEND, push_card(LEE, _with(NOTICE, "长" * 27, "main_title", "title"))) == 0
    assert gateway.seen.shortened == [f"{SEND}: main_title.title has 27 characters, phones show 26"]
    assert not gateway.seen.breaches


async def test_what_people_read_is_the_words_of_a_message(gateway: GatewayDouble, one: Client) -> None:
    assert await one.ask(SEND, push_card(LEE, BUTTONS)) == 0
    assert await gateway.wait_for_pushes(LEE) == ["3号线换模\n10:42\n批准\n驳回"]
    await one.ask(SEND, push_card(LEE, VOTE | {"task_id": "D-2"}))
    dealt = await gateway.wait_for_card(LEE, 2)
    assert dealt.words_for(LEE) == "原因\n换模\n缺料\n提交"
    assert dealt.keys_for(LEE) == ("submit",)


async def test_a_task_id_is_used_once_by_whichever_command(gateway: GatewayDouble, one: Client) -> None:
    await gateway.say(LEE, "hello")
    reply = {"msgtype": "template_card", "template_card": BUTTONS}
    req_id = (await one.hear())["headers"]["req_id"]
    assert await one.ask("aibot_respond_msg", reply, req_id) == 0
    assert await one.ask("aibot_respond_msg", reply, req_id) == 40058
    assert await one.ask(SEND, push_card("wrG", BUTTONS, 2)) == 40058
    await gateway.event(LEE, "enter_chat")
    req_id = (await one.hear())["headers"]["req_id"]
    assert await one.ask("aibot_respond_welcome_msg", reply, req_id) == 40058
    other = {"msgtype": "template_card", "template_card": BUTTONS | {"task_id": "D-2"}}
    assert await one.ask("aibot_respond_welcome_msg", other, req_id) == 0
    assert set(gateway.seen.breaches) == {
        f"{cmd}: task_id D-00001 was used before"
        for cmd in (SEND, "aibot_respond_msg", "aibot_respond_welcome_msg")
    }
    assert [each.cmd for each in gateway.seen.cards_to(LEE)] == [
        "aibot_respond_msg",
        "aibot_respond_welcome_msg",
    ]


async def test_a_card_that_was_refused_has_used_nothing(gateway: GatewayDouble, one: Client) -> None:
    assert await one.ask(SEND, push_card("stranger", BUTTONS)) == 846607
    assert await one.ask(SEND, push_card(LEE, BUTTONS)) == 0


async def test_an_update_is_for_those_it_names(gateway: GatewayDouble, one: Client) -> None:
    assert await one.ask(SEND, push_card("wrG", BUTTONS, 2)) == 0
    msgid = await gateway.click(LEE, "D-00001", "approve", chat="wrG")
    req_id = (await one.hear())["headers"]["req_id"]
    assert await one.ask(UPDATE, update(NOTICE, LEE), req_id) == 0
    replaced = await gateway.wait_for_update(msgid)
    dealt = gateway.seen.cards["D-00001"]
    assert (replaced.userids, replaced.card) == ((LEE,), NOTICE)
    assert (dealt.shown_to(LEE), dealt.shown_to("ng.mei-ling")) == (NOTICE, BUTTONS)
    assert (dealt.keys_for(LEE), dealt.keys_for("ng.mei-ling")) == ((), ("approve", "reject"))
    await gateway.click("ng.mei-ling", "D-00001", "reject", chat="wrG")
    req_id = (await one.hear())["headers"]["req_id"]
    last = _with(NOTICE, "已结束", "main_title", "title")
    assert await one.ask(UPDATE, update(last), req_id) == 0
    assert (dealt.shown_to(LEE), dealt.shown_to("ng.mei-ling")) == (last, last)
    assert not gateway.seen.breaches


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (update(NOTICE | {"task_id": "D-2"}), "task_id D-2 is not the one that was clicked"),
        (update(NOTICE) | {"response_type": "x"}, "response_type is not update_template_card"),
        (update(NOTICE) | {"userids": LEE}, "userids is not a list of texts"),
        (update(_without(NOTICE, "card_action")), "card_action is missing on a text_notice"),
    ],
)
async def test_a_wrong_update_leaves_the_card(
    gateway: GatewayDouble, one: Client, body: dict[str, Any], rule: str
) -> None:
    await one.ask(SEND, push_card(LEE, BUTTONS))
    await gateway.click(LEE, "D-00001", "approve")
    req_id = (await one.hear())["headers"]["req_id"]
    assert await one.ask(UPDATE, body, req_id) == 40058
    assert gateway.seen.breaches == [f"{UPDATE}: {rule}"]
    assert gateway.seen.cards["D-00001"].shown_to(LEE) == BUTTONS
    assert await one.ask(UPDATE, update(NOTICE), req_id) == 0
    assert await one.ask(UPDATE, update(NOTICE), req_id) == 846605


async def test_an_update_comes_within_five_seconds(gateway: GatewayDouble, one: Client) -> None:
    await one.ask(SEND, push_card(LEE, BUTTONS))
    await gateway.click(LEE, "D-00001", "approve")
    req_id = (await one.hear())["headers"]["req_id"]
    gateway.rules.now = lambda: time.monotonic() + 5.1
    assert await one.ask(UPDATE, update(NOTICE), req_id) == 846605
    assert gateway.seen.cards["D-00001"].shown_to(LEE) == BUTTONS


async def test_a_click_takes_every_form(gateway: GatewayDouble, one: Client) -> None:
    await one.ask(SEND, push_card(LEE, VOTE))
    chosen = {"cause": ["mold"]}
    heard = {}
    for shape in ("nested", "flat", "misspelt"):
        await gateway.click(LEE, "D-00001", "submit", chosen=chosen, shape=shape)
        frame = await one.hear()
        heard[shape] = frame["body"]["event"]
        assert await one.ask(UPDATE, update(NOTICE), frame["headers"]["req_id"]) == 0
        assert await one.ask("aibot_respond_msg", stream("x"), frame["headers"]["req_id"]) == 846605
    kind = "template_card_event"
    fields = {"card_type": "vote_interaction", "event_key": "submit", "task_id": "D-00001"}
    item = {"question_key": "cause", "option_ids": {"option_id": ["mold"]}}
    items = {"selected_items": {"selected_item": [item]}}
    assert heard["nested"] == {"eventtype": kind, kind: fields | items}
    assert heard["flat"] == {"eventtype": kind} | fields | items | {"card_type": "text_notice"}
    odd = {"cardtype": "text_notice", "eventkey": "submit", "taskid": "D-00001"}
    odd_item = {"question_key": "cause", "optionids": {"optionid": ["mold"]}}
    assert heard["misspelt"] == {
        "eventtype": kind,
        kind: odd | {"selected_items": {"selected_item": [odd_item]}},
    }


@pytest.mark.parametrize("task_id", ["D-99999", "'; drop table", "长" * 500, ""])
async def test_any_task_id_can_be_clicked(gateway: GatewayDouble, one: Client, task_id: str) -> None:
    msgid = await gateway.click(LEE, task_id, "approve")
    body = (await one.hear())["body"]
    assert body["msgid"] == msgid
    assert body["event"]["template_card_event"]["task_id"] == task_id


async def test_a_thumb_comes_with_its_reasons(gateway: GatewayDouble, one: Client) -> None:
    await gateway.vote(LEE, "D-00001", 2, content="没说清楚", reasons=[2, 4], chat="wrG")
    frame = await one.hear()
    assert frame["body"]["chatid"] == "wrG"
    assert frame["body"]["event"]["feedback_event"] == {
        "id": "D-00001",
        "type": 2,
        "content": "没说清楚",
        "inaccurate_reason_list": [2, 4],
    }
    assert await one.ask("aibot_respond_msg", stream("x"), frame["headers"]["req_id"]) == 846605
    await gateway.vote(LEE, "D-00001", 3)
    assert (await one.hear())["body"]["event"]["feedback_event"] == {"id": "D-00001", "type": 3}
