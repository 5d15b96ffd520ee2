"""Bad input through the socket: a clear answer or a counted drop, and the service goes on."""

import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = {
    "msgid": "bad-1",
    "aibotid": "aibDEMO0001",
    "chattype": "single",
    "from": {"userid": "raj.kumar"},
    "msgtype": "text",
    "text": {"content": "how much SS-304 do we have?"},
}


def frame(cmd="aibot_msg_callback", headers=None, **body):
    """A message's frame with some fields replaced; None removes a field."""
    changed = {key: value for key, value in {**BODY, **body}.items() if value is not None}
    return json.dumps(
        {"cmd": cmd, "headers": {"req_id": "r-bad"} if headers is None else headers, "body": changed}
    )


async def goes_on(floor):
    """The next message of a good sort is answered."""
    row = await floor.ask("raj.kumar", "how much SS-304 do we have?")
    assert "2850 kg" in row["reply"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("{not json", "not_json"),
        ("", "not_json"),
        (b"\xff\xfe\x00\x81", "not_utf8"),
        ('["aibot_msg_callback", 1]', "not_an_object"),
        ("null", "not_an_object"),
        ('{"headers":null,"errcode":0}', "headers_not_an_object"),
        ('{"cmd":"aibot_msg_callback","headers":null,"body":null}', "wrong_types"),
        ("[" * 100_000, "not_json"),
        (frame(cmd="aibot_dance"), "unknown_cmd"),
        (frame(cmd=17), "cmd_not_text"),
        (frame(text={"content": 7}), "wrong_types"),
        (frame(text="how much"), "wrong_types"),
        (frame(text=None), "wrong_types"),
        (frame(**{"from": None}), "wrong_types"),
        (frame(**{"from": {"userid": 5}}), "wrong_types"),
        (frame(**{"from": {"userid": ""}}), "wrong_types"),
        (frame(msgid=None), "no_msgid"),
        (frame(msgid=12), "wrong_types"),
        (frame(chattype="group"), "group_without_chat"),
        (frame(aibotid="aibOTHER"), "other_bot"),
        (frame("aibot_event_callback", msgtype="event", event={"eventtype": "moon"}), "unknown_event"),
        ('{"cmd":"note","headers":{},"body":"' + "x" * 10_000_000 + '"}', "too_big"),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, str | bytes) else None,
)
async def test_a_frame_that_is_no_message_is_dropped_and_counted(floor, raw, reason):
    before = await floor.dropped(reason)
    messages = (await floor.line.ask("status"))["result"]["status"]["messages_today"]
    await floor.gateway.send_raw(raw)
    await floor.drops(reason, before)
    assert (await floor.line.ask("status"))["result"]["status"]["messages_today"] == messages
    await goes_on(floor)
    assert floor.gateway.seen.subscribes == 1, "the connection was not lost over it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("👍👍", ""),
        ("🔧", ""),
        ("how much SS-304 \ud83d do we have?", "2850 kg"),
        ("how much SS-304\0 do we have?", "2850 kg"),
        ("\x1b[31mhow much SS-304 do we have?\x07", "2850 kg"),
        ("how much SS-304 do we have? " + "x" * 40_000, ""),
        ("鋼" * 40_000, ""),
        ("1," * 20_000, ""),
    ],
    ids=["empty", "blank", "emoji", "tool", "surrogate", "nul", "escape", "long", "long Chinese", "numbers"],
)
async def test_odd_text_gets_an_answer(floor, text, said):
    row = await floor.ask("raj.kumar", text)
    assert row["stage"] in {"done", "held", "refused"}
    assert said in row["reply"]
    assert "CH-" not in row["reply"]
    await goes_on(floor)


@pytest.mark.parametrize(
    ("sender", "text", "said"),
    [
        ("raj.kumar", "where is SO-9999", ["SO-9999", "Did you mean", "SO-1"]),
        ("zhang.wei", "SO-10422 做到哪里了", ["SO-10422", "SO-1042"]),
        ("lau.man-kit", "PL-09又跳掣", ["PL-09", "係咪講", "PL-0"]),
        ("raj.kumar", "received 20 pcs KN-CHEFF-8", ["KN-CHEF", "Did you mean"]),
        ("zhang.wei", "KN-STEEK 库存多少", ["KN-STEEK", "KN-STEAK"]),
    ],
)
async def test_an_unknown_thing_is_named_and_the_nearest_are_offered(floor, sender, text, said):
    row = await floor.ask(sender, text)
    assert row["stage"] in {"refused", "done"}
    assert [word for word in said if word not in row["reply"]] == [], row["reply"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("issue -40 kg SS-304 to ST-02", "above zero"),
        ("received 0 pcs BX-24 at Fo Tan", "above zero"),
        ("received 99999999 pcs RV-6", "slip of the finger"),
        ("received 1e400 pcs RV-6", ""),
        ("received 12.5 pcs BX-24 at Fo Tan", "whole number"),
        ("issue 9000 kg SS-304 to ST-02", "only 2850 kg"),
        ("received 20 litres SS-304", "kg"),
    ],
)
async def test_a_quantity_that_cannot_be_meant_is_refused_with_the_figure(floor, text, said):
    before = [await floor.stock(item, place) for item in ("SS-304", "BX-24", "RV-6") for place in "ABC"]
    row = await floor.ask("raj.kumar", text)
    assert row["stage"] in {"refused", "held"}, row["reply"]
    assert said in row["reply"]
    after = [await floor.stock(item, place) for item in ("SS-304", "BX-24", "RV-6") for place in "ABC"]
    assert after == before


async def test_a_photo_is_answered_and_not_lost(floor):
    body = {**BODY, "msgid": "photo-1", "msgtype": "image", "image": {"url": "https://example.invalid/x"}}
    await floor.gateway.send_raw(
        json.dumps({"cmd": "aibot_msg_callback", "headers": {"req_id": "r-photo"}, "body": body})
    )
    row = await floor.row("photo-1", answered=False)
    assert row["stage"] == "done"
    assert row["reply"]


async def test_a_message_whose_headers_are_null_is_answered_by_a_push(floor):
    body = {**BODY, "msgid": "headless-1", "text": {"content": "where is SO-1042"}}
    await floor.gateway.send_raw(json.dumps({"cmd": "aibot_msg_callback", "headers": None, "body": body}))
    row = await floor.row("headless-1")
    assert row["stage"] == "done"
    await floor.told(BODY["from"]["userid"], row["decision_id"], "SO-1042")


async def test_a_click_on_nothing_is_refused_with_a_sentence(floor):
    for task in ("", "D-99999", "x" * 300, "Q-0001"):
        msgid = await floor.gateway.event(
            "lee.wai-man", "template_card_event", fields={"task_id": task, "event_key": "approve"}
        )
        row = await floor.row(msgid)
        assert row["stage"] in {"refused", "done"}, row["reply"]
        assert "CH-" not in row["reply"]


async def test_nothing_of_it_ended_in_a_fault(floor):
    assert '"level": "error"' not in floor.log()
    assert "Traceback" not in floor.log()
