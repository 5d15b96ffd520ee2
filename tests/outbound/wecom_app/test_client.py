"""Messages, cards and their updates against the double: what people see, and what each refusal becomes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.wecom_app.client import CODE_LASTS, Clicked, Sent
from app.outbound.wecom_app.codes import CODES, Do, advice
from app.outbound.wecom_app.lookups import callback_addresses, plain_ids
from app.outbound.wecom_app.words import fitted
from app.records.errors import LinkDown, OutcomeUnknown, OwnFault, TurnedDown
from tests.outbound.wecom_app.rig import START, Rig

CARD = {
    "card_type": "button_interaction",
    "task_id": "stop-0007",
    "main_title": {"title": "确认停机原因"},
    "button_list": [{"text": "换模", "style": 1, "key": "mold"}],
}
CLOSED = {"button": {"replace_name": "已确认"}}


async def test_words_reach_people(rig: Rig):
    assert await rig.client.send_text(["zhangsan"], "3号线恢复") == Sent("sent-1")
    assert await rig.client.send_markdown(["zhangsan", "LiSi"], "**3号线**") == Sent("sent-2")
    first, second = rig.double.seen.messages
    assert (first.people, first.msgtype, first.content) == (("zhangsan",), "text", "3号线恢复")
    assert (second.people, second.msgtype) == (("zhangsan", "LiSi"), "markdown")


async def test_who_does_not_get_it_is_named_as_we_name_them(rig: Rig):
    sent = await rig.client.send_text(["zhangsan", "WangWu", "LiSi"], "hello")
    assert sent.missed == ("WangWu",)
    with pytest.raises(TurnedDown) as no:
        await rig.client.send_text(["WangWu"], "hello")
    assert advice(no.value.errcode).do is Do.DROP


async def test_long_words_are_cut_on_a_border_and_say_so(rig: Rig):
    sent = await rig.client.send_text(["zhangsan"], "停" * 683)
    assert sent.cut
    content = rig.double.seen.messages[0].content
    assert isinstance(content, str)
    assert len(content.encode()) <= 2048
    assert content == "停" * 680 + "……"
    assert not rig.double.seen.breaches
    assert not (await rig.client.send_text(["zhangsan"], "停" * 682)).cut


@given(st.text(max_size=60), st.integers(6, 100))
def test_fitted_words(text: str, limit_bytes: int):
    content, cut = fitted(text, limit_bytes)
    assert len(content.encode()) <= limit_bytes
    assert cut == content.endswith("……") or text.endswith("……")
    assert cut or len(content) == len(text)


async def test_the_same_again_is_seen_once(rig: Rig):
    for _ in range(2):
        await rig.client.send_text(["zhangsan"], "3号线恢复")
    assert len(rig.double.seen.messages) == 1
    assert rig.double.seen.repeated == 1


@pytest.mark.parametrize("people", [[], ["@all"], ["zhangsan|@all"], [""], ["x"] * 1001])
async def test_nobody_can_be_addressed_by_a_trick(rig: Rig, people: list[str]):
    with pytest.raises(OwnFault):
        await rig.client.send_text(people, "hello")
    assert not rig.double.seen.calls


async def test_a_card_is_updated_once(rig: Rig):
    sent = await rig.client.send_card(["zhangsan"], CARD)
    clicked = Clicked(sent.response_code, rig.now)
    await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    with pytest.raises(TurnedDown):
        await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    assert [dict(u)["button"] for u in rig.double.seen.updates] == [CLOSED["button"]]
    assert rig.double.seen.calls.count("/cgi-bin/message/update_template_card") == 1


async def test_a_code_ends_after_three_days(rig: Rig):
    clicked = Clicked(rig.double.rules.give_code(), START)
    rig.now = START + CODE_LASTS
    with pytest.raises(TurnedDown):
        await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    assert not rig.double.seen.calls
    rig.now -= timedelta(seconds=1)
    await rig.client.update_card(clicked, ["zhangsan"], CLOSED)


@pytest.mark.parametrize(("fault", "again"), [("rate_limit", True), ("cut", False)])
async def test_a_code_that_was_surely_not_used_may_be_used(rig: Rig, fault: str, again: bool):
    await rig.tokens.get()
    clicked = Clicked(rig.double.rules.give_code(), rig.now)
    rig.double.once.append(fault)
    with pytest.raises((TurnedDown, OutcomeUnknown)):
        await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    if again:
        await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    else:
        with pytest.raises(TurnedDown, match="used before"):
            await rig.client.update_card(clicked, ["zhangsan"], CLOSED)
    assert len(rig.double.seen.updates) == 1


async def test_busy_is_asked_three_times(rig: Rig):
    await rig.tokens.get()
    rig.double.once.extend(["busy", "busy"])
    await rig.client.send_text(["zhangsan"], "hello")
    assert rig.pauses == [1.0, 3.0]
    rig.double.faults.add("busy")
    with pytest.raises(TurnedDown) as no:
        await rig.client.send_text(["zhangsan"], "again")
    assert no.value.errcode == -1
    assert rig.double.seen.calls.count("/cgi-bin/message/send") == 6


@pytest.mark.parametrize(
    ("fault", "do"), [("rate_limit", Do.WAIT), ("wrong_address", Do.ALLOW), ("bad_secret", Do.STOP)]
)
async def test_a_refusal_tells_what_to_do(rig: Rig, fault: str, do: Do):
    rig.double.faults.add(fault)
    with pytest.raises(TurnedDown) as no:
        await rig.client.send_text(["zhangsan"], "hello")
    assert advice(no.value.errcode).do is do


async def test_the_operator_learns_which_address_to_allow(rig: Rig):
    rig.double.faults.add("wrong_address")
    with pytest.raises(TurnedDown, match=r"203\.0\.113\.7$"):
        await rig.client.send_text(["zhangsan"], "hello")


@pytest.mark.parametrize("fault", ["cut", "status_500", "garbage", "no_errcode", "huge"])
async def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(rig: Rig, fault: str):
    await rig.tokens.get()
    rig.double.once.append(fault)
    with pytest.raises(OutcomeUnknown):
        await rig.client.send_text(["zhangsan"], "hello")
    await rig.client.send_text(["zhangsan"], "hello")
    assert len(rig.double.seen.messages) == 1  # it had been done, and WeCom knows it again


@pytest.mark.parametrize("fault", ["cut", "status_500", "garbage", "no_errcode", "huge"])
async def test_without_a_token_nothing_was_written(rig: Rig, fault: str):
    rig.double.once.append(fault)
    with pytest.raises(LinkDown) as down:
        await rig.client.send_text(["zhangsan"], "hello")
    assert not isinstance(down.value, OutcomeUnknown)


async def test_nobody_there_is_no_doubt(rig: Rig):
    await rig.tokens.get()
    gone = Rig(rig.double, rig.settings.model_copy(update={"url": "http://127.0.0.1:9"}), rig.folder)
    with pytest.raises(LinkDown) as down:
        await gone.client.send_text(["zhangsan"], "hello")
    await gone.close()
    assert not isinstance(down.value, OutcomeUnknown)


async def test_encrypted_ids_are_looked_up_a_thousand_at_a_time(rig: Rig):
    rig.double.rules.open_ids = {f"woAJ{n}": f"user{n}" for n in range(1500)}
    found = await plain_ids(rig.calls, [*rig.double.rules.open_ids, "zhangsan"])
    assert found == rig.double.rules.open_ids
    assert rig.double.seen.calls.count("/cgi-bin/batch/openuserid_to_userid") == 2
    assert await callback_addresses(rig.calls) == ("101.226.103.*", "101.226.62.*")


def test_every_code_of_the_sheet_is_known():
    known = {-1, 40001, 40003, 40008, 40013, 40014, 40056, 40058, 41001, 42001, 44004, 45002, 45009, 45033}
    assert known | {48002, 60011, 60020, 60111, 81013, 93000, 301002} == set(CODES)
    assert advice(99999).do is Do.DROP
