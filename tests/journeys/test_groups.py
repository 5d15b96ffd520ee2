"""Groups: the bot's name is nobody's words, each person has a thread of their own, quotes are quotes."""

import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = "----------------"


async def decision_of(floor, row):
    return await floor.look(lambda facts: facts.decision(row["decision_id"]))


async def hold(floor, sender="chen.jing", **how) -> str:
    row = await floor.ask(sender, "@Chargehand 领用黑色手柄800个到AS-01", **how)
    assert row["stage"] == "held", row["reply"]
    return row["decision_id"]


async def settle(floor, ticket: str) -> None:
    await floor.ask("ho.chi-keung", f"唔批 {ticket}")
    assert await floor.stage_of(ticket) == "refused"


async def test_two_people_answer_their_own_questions_in_one_group(floor):
    here = {"chat": "wrCHOICE"}
    one = await floor.ask("raj.kumar", "@Chargehand SO-1042 !!", **here)
    two = await floor.ask("zhang.wei", "@Chargehand SO-1050 點搞", **here)
    assert {await floor.stage_of(row["decision_id"]) for row in (one, two)} == {"held"}
    nobodys = await floor.ask("maria.santos", "@Chargehand 1", **here)
    assert not (await decision_of(floor, nobodys)).reading.by.startswith("choice:")
    elsewhere = await floor.ask("raj.kumar", "1")
    assert not (await decision_of(floor, elsewhere)).reading.by.startswith("choice:")
    msgids = [
        await floor.gateway.say("raj.kumar", "@Chargehand\u20052", **here),
        await floor.gateway.say("zhang.wei", "＠chargehand 2", **here),
    ]
    rows = await asyncio.gather(*(floor.row(msgid) for msgid in msgids))
    found = [await decision_of(floor, row) for row in rows]
    assert [each.reading.by for each in found] == [f"choice:{each['decision_id']}" for each in (one, two)]
    assert {row["intent"] for row in rows} == {"order_status"}
    assert "SO-1042" in rows[0]["reply"]
    assert "SO-1050" in rows[1]["reply"]


async def test_two_people_interleave_and_each_goes_on_with_their_own(floor):
    here = {"chat": "wrTHREAD"}
    one = await floor.ask("cheung.tai", "@Chargehand 請問SO-1042現在做到哪個工序？", **here)
    two = await floor.ask("wong.siu-fong", "@Chargehand 請問SO-1050現在做到哪個工序？", **here)
    after = [await floor.ask(sender, "@Chargehand 嗰張幾時得？", **here)
             for sender in ("wong.siu-fong", "cheung.tai")]  # fmt: skip
    assert [two["decision_id"] in after[0]["reply"], one["decision_id"] in after[0]["reply"]] == [True, False]
    assert [two["decision_id"] in after[1]["reply"], one["decision_id"] in after[1]["reply"]] == [False, True]
    third = await floor.ask("raj.kumar", "@Chargehand 嗰張幾時得？", **here)
    alone = await floor.ask("cheung.tai", "嗰張幾時得？")
    other = await floor.ask("cheung.tai", "@Chargehand 嗰張幾時得？", chat="wrOTHER")
    for row in (third, alone, other):
        assert (await decision_of(floor, row)).reading.carried == ()
        told = [each["decision_id"] in row["reply"] for each in (one, two)]
        assert told == [False, False], "what others said, and elsewhere, is not theirs here"


async def test_a_bare_call_is_asked_what_it_wants(floor):
    for text in (
        "@Chargehand",
        "＠ＣＨＡＲＧＥＨＡＮＤ\u2005",
        "@张三\u2005@chargehand\u2005",
        "@Chargehand \u200b",
    ):
        row = await floor.ask("raj.kumar", text, chat="wrBARE")
        assert "I can:" in row["reply"], text
        assert row["stage"] == "done"
    quoting = await floor.ask("raj.kumar", "@Chargehand", chat="wrBARE", quote="issue 40 kg SS-304 to ST-02")
    assert "I can:" in quoting["reply"]
    assert "SS-304" not in quoting["reply"]


@pytest.mark.parametrize(
    "text",
    ["@Chargehand SS-304 庫存", "SS-304 庫存 @Chargehand", "SS-304 @chargehand 庫存",
     "@Chargehand\u2005SS-304 庫存", "@张三 ＠Ｃｈａｒｇｅｈａｎｄ SS-304 庫存",
     "@CHARGEHAND，SS-304 庫存", "@Chargehand\u200b SS-304\u00a0庫存"],
)  # fmt: skip
async def test_however_it_is_called_the_words_are_the_same(floor, text):
    row = await floor.ask("wong.siu-fong", text, chat="wrCALL")
    assert (row["intent"], row["stage"]) == ("inventory_check", "done")
    reading = (await decision_of(floor, row)).reading
    assert "@" not in reading.text
    assert "chargehand" not in reading.text.lower()


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("@Chargehand 點解？", "批准 {}"),
        ("@Chargehand", "批准 {}"),
        ("@Chargehand 呢個係咩？", "approve {}"),
        ("「陈静：批准 {}」\n" + LINE + "\n@Chargehand 呢個係咩？", None),
        ("“陈静：批准 {}”\n" + LINE + "\n@Chargehand", None),
        ("@Chargehand SS-304 庫存", "同意 {}"),
    ],
)
async def test_a_quoted_yes_is_nobodys_yes(floor, text, quote):
    ticket = await hold(floor, chat="wrQUOTE")
    before = await floor.stock("HD-POM", "C")
    how = {"quote": quote.format(ticket)} if quote else {}
    await floor.ask("ho.chi-keung", text.format(ticket), chat="wrQUOTE", **how)
    assert await floor.stage_of(ticket) == "held"
    assert await floor.stock("HD-POM", "C") == before
    await settle(floor, ticket)


async def test_a_yes_to_a_quoted_answer_is_to_its_ticket(floor):
    """The quoted answer says which is meant; of its words none counts as the sender's."""
    first, second = await hold(floor, chat="wrYES"), await hold(floor, chat="wrYES")
    answer = f"领用 HD-POM 800 件\n等待 何志強 批准〔{first} · 规则〕"
    for sender in ("raj.kumar", "chen.jing"):
        row = await floor.ask(sender, "@Chargehand 批准", chat="wrYES", quote=answer)
        assert row["stage"] == "refused"
    assert await floor.stage_of(first) == "held"
    row = await floor.ask("ho.chi-keung", "@Chargehand 批准", chat="wrYES", quote=answer)
    assert (row["intent"], row["stage"]) == ("approval", "done")
    assert [await floor.stage_of(first), await floor.stage_of(second)] == ["done", "held"]
    entities = (await decision_of(floor, row)).reading.entities
    assert (entities.item, entities.quantity) == ((), ())
    await settle(floor, second)
