"""What is said is visible, within the limit, and of a form that the gateway takes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.doubles.wecom import GatewayDouble
from app.outbound.wecom import frames, say
from app.records.errors import TurnedDown

Rigs = Callable[..., Any]


@given(st.text(st.characters(exclude_categories=[])))
def test_every_text_is_made_visible_and_fits(text: str) -> None:
    shown = say.visible(text)
    assert shown.strip()
    assert len(shown.encode()) <= 20_480


async def test_a_click_updates_its_card(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        fields = {"card_type": "button_interaction", "task_id": "D-00042", "event_key": "approve"}
        msgid = await gateway.event("lee.wai-man", "template_card_event", **fields)
        await r.hears()
        req_id = r.frames[0]["headers"]["req_id"]
        await r.link.command(
            frames.UPDATE, req_id, say.update("D-00042", None, "approved", userids=["lee.wai-man"])
        )
        with pytest.raises(TurnedDown) as no:
            await r.link.command(
                frames.UPDATE, req_id, say.update("D-00043", None, "another card", userids=[])
            )
        assert no.value.errcode == 40058
        with pytest.raises(TurnedDown) as no:
            await say.welcome(r.link, req_id, "not an entrance")
        assert no.value.errcode == 846605
    assert gateway.seen.updates[msgid]["userids"] == ["lee.wai-man"]


def test_a_card_that_answers_a_click_can_be_voted_on() -> None:
    body = say.update("D-00042", None, "approved", userids=[], feedback="D-00043")
    assert body["template_card"]["feedback"] == {"id": "D-00043"}  # type: ignore[index]
    assert "feedback" not in say.update("D-00042", None, "approved", userids=[])["template_card"]  # type: ignore[operator]


async def test_a_welcome_answers_an_entrance(gateway: GatewayDouble, rig: Rigs) -> None:
    r = rig()
    async with r.running():
        msgid = await gateway.event("lee.wai-man", "enter_chat")
        await r.hears()
        await say.welcome(r.link, r.frames[0]["headers"]["req_id"], "您好")
    assert gateway.seen.welcomes == {msgid: "您好"}
