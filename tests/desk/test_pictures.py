"""Pictures on the desk: asked for, shown to who decides, handed over by the clock; each once."""

from datetime import UTC, datetime

import pytest

from app.records.media import MediaKind, Sending
from app.records.message import Channel, Message, MessageKind
from app.settings import Planning, Reports

PLANNER, LEAD, OPERATOR, AUDITOR = "ng.mei-ling", "lee.wai-man", "raj.kumar", "chow.audit"


class Paints:
    """Notes each sketch; a painter that `fails` draws none, one without `letters` has no Chinese."""

    def __init__(self, *, fails: bool = False, letters: bool = True) -> None:
        self.fails, self.letters, self.sketches = fails, letters, []

    def draws(self, sign: str) -> bool:
        return self.letters or sign.isascii()

    async def paint(self, sketch):
        self.sketches.append(sketch)
        return None if self.fails else Sending(f"{len(self.sketches):064x}", sketch.name, MediaKind.IMAGE)


async def rows(here, ticket):
    """What is queued about a decision: to whom, as a group, the words, the file's name or ""."""
    found = []
    while due := await here.store.outbox.due(500):
        for row in due:
            if row.decision_id == ticket:
                found.append((row.to, row.group, row.text, row.file.name if row.file else ""))
            await here.store.outbox.sent(row.id, here.clock())
    return found


async def published(here) -> str:
    held = await here.ask(PLANNER, "重新排產")
    await here.ask(LEAD, f"approve {held.id}")
    return (await here.store.read(lambda facts: facts.plan())).id


async def test_the_plan_is_answered_in_words_and_then_as_a_picture(plant):
    paints = Paints()
    async with plant(painter=paints, planning=Planning(send_picture=False)) as here:
        plan = await published(here)
        done = await here.ask(OPERATOR, "gantt")
        assert done.stage == "done"
        first, second = await rows(here, done.id)
    assert first[2].startswith(f"Plan {plan}; orders late: ")
    assert (first[3], second[0], second[3]) == ("", OPERATOR, f"plan-{plan}.png")
    assert second[2] == f"The picture for {done.id} could not be sent; ask again for it."
    assert len(paints.sketches) == 1
    assert f"Plan {plan}" in paints.sketches[0].svg


@pytest.mark.parametrize(("words", "key"), [("gantt", "Plan P-"), ("shift report", "**Shift report")])
async def test_a_picture_that_cannot_be_drawn_leaves_the_words(plant, words, key):
    async with plant(painter=Paints(fails=True), planning=Planning(send_picture=False)) as here:
        await published(here)
        done = await here.ask(OPERATOR, words)
        [(_, _, text, file)] = await rows(here, done.id)
    assert key in text
    assert "could not be drawn" in text
    assert not file


async def test_a_proposed_plan_is_drawn_when_it_is_named_and_an_unknown_one_is_not(plant):
    paints = Paints()
    async with plant(painter=paints, planning=Planning(send_picture=False)) as here:
        held = await here.ask(PLANNER, "重新排產")
        name = held.hold.action.plan
        assert (await here.ask(AUDITOR, f"gantt {name}")).stage == "done"
        assert (await here.ask(AUDITOR, "gantt P-00000000")).stage == "refused"
        assert (await here.ask(AUDITOR, "gantt")).stage == "refused"
    assert [sketch.name for sketch in paints.sketches] == [f"plan-{name}.png"]


async def test_a_wish_that_speaks_of_the_picture_is_still_a_wish(plant):
    async with plant(painter=Paints()) as here:
        await published(here)
        assert (await here.ask(PLANNER, "排程图里 SO-1042 提前")).stage != "done"


async def test_who_may_approve_gets_the_picture_once_in_their_language(plant):
    paints = Paints()
    async with plant(painter=paints) as here:
        held = await here.ask(OPERATOR, "重新排產")
        found = await settled(here, held.id, 4)
    pictures = [row for row in found if row[3]]
    assert {row[0] for row in pictures} == {LEAD, "wong.ka-yan", "ho.chi-keung", PLANNER}
    assert len(pictures) == 4
    assert len(paints.sketches) == 2, "one for each language that is read"
    words = [row for row in found if row[0] == LEAD]
    assert [bool(row[3]) for row in words] == [False] * (len(words) - 1) + [True], "after words and card"


async def settled(here, ticket, number):
    """What is queued, once there are so many pictures."""
    found = []
    while sum(bool(row[3]) for row in found) < number:
        found += await rows(here, ticket)
    return found


async def test_no_picture_of_a_waiting_plan_where_it_is_not_wanted(plant):
    paints = Paints()
    async with plant(painter=paints, planning=Planning(send_picture=False)) as here:
        held = await here.ask(PLANNER, "重新排產")
        await here.ask(OPERATOR, "shift report")
        assert not any(row[3] for row in await rows(here, held.id))
    assert [sketch.name[:5] for sketch in paints.sketches] == ["shift"]


async def test_a_fault_while_a_waiting_plan_is_drawn_leaves_it_waiting(plant):
    class Breaks(Paints):
        async def paint(self, sketch):
            raise ZeroDivisionError

    async with plant(painter=Breaks()) as here:
        held = await here.ask(PLANNER, "重新排產")
        await here.ask(LEAD, f"approve {held.id}")
        assert (await here.decision(held.id)).stage == "done"
        assert here.faults


async def test_a_report_is_of_the_askers_facility_a_named_one_or_a_planners_all(plant):
    async with plant(painter=Paints()) as here:
        own = (await rows(here, (await here.ask(OPERATOR, "shift report")).id))[0][2]
        named = (await rows(here, (await here.ask(OPERATOR, "屯門廠交更報告")).id))[0][2]
        every = (await rows(here, (await here.ask(PLANNER, "交班報告")).id))[0][2]
        group = await rows(here, (await here.ask(OPERATOR, "shift report", chat="wrG")).id)
    assert own.count("**Shift report") == 1
    assert "B 屯門廠" in named
    assert every.count("**交班報告") == 3
    assert [(to, in_group, bool(file)) for to, in_group, _, file in group] == [
        ("wrG", True, False), ("wrG", True, True)
    ]  # fmt: skip


async def test_a_font_without_chinese_draws_codes_and_english(plant):
    paints = Paints(letters=False)
    async with plant(painter=paints, planning=Planning(send_picture=False)) as here:
        plan = await published(here)
        await here.ask("zhang.wei", "排程图")
        await here.ask("zhang.wei", "交班报告")
    for sketch in paints.sketches:
        assert sketch.svg.isascii() or set(sketch.svg) - set(map(chr, range(127))) <= set("…")
    assert f"Plan {plan}" in paints.sketches[0].svg
    assert "Shift report A Kwai Chung" in paints.sketches[1].svg


async def test_the_clock_hands_each_shift_over_once(plant):
    paints = Paints()
    reports = Reports(shift=True, userids=(AUDITOR,))
    async with plant(painter=paints, reports=reports) as here:
        here.clock.now = datetime(2026, 11, 23, 13, 29, tzinfo=UTC)  # 21:29, before overtime ends
        await here.desk.report_shifts()
        assert here.seen == []
        here.clock.on(minutes=1)
        await here.desk.report_shifts()
        await here.desk.report_shifts()
        done = [await here.ended(f"D-0000{n}") for n in (1, 2, 3)]
        assert [each.stage for each in done] == ["done"] * 3
        first = await settled(here, "D-00001", 3)
    assert {row[0] for row in first} == {LEAD, PLANNER, AUDITOR}
    assert [bool(row[3]) for row in first if row[0] == LEAD] == [False, True]
    assert first[0][2].startswith("**交班報告 A 葵涌廠**\n08:00 至 21:30")
    async with plant(painter=paints, reports=reports) as again:
        again.clock.now = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)
        await again.desk.report_shifts()
        assert await again.store.read(lambda facts: facts.decision("D-00004")) is None
        again.clock.on(hours=3)
        await again.desk.report_shifts()
        assert await again.store.read(lambda facts: facts.decision("D-00004")) is None


async def test_a_stop_is_reported_while_it_lasts_and_after_it(plant):
    async with plant(painter=Paints()) as here:
        assert (await here.ask("zhang.wei", "GR-03 坏了")).stage == "done"
        here.clock.on(minutes=40)
        stands = (await rows(here, (await here.ask("zhang.wei", "交班报告")).id))[0][2]
        assert (await here.ask("zhang.wei", "GR-03 修好了")).stage == "done"
        here.clock.on(minutes=5)
        again = (await rows(here, (await here.ask("zhang.wei", "交班报告")).id))[0][2]
    assert "**! GR-03 故障停机，10:00 起已 40 分钟**" in stands
    assert "- GR-03 故障停机 40 分钟（10:00 起），已恢复" in again


async def test_who_asks_by_the_app_is_told_where_pictures_come(plant):
    paints = Paints()
    async with plant(painter=paints) as here:
        message = Message(
            "a1", OPERATOR, None, MessageKind.TEXT, "shift report", here.clock(), channel=Channel.APP
        )
        ticket = (await here.desk.accept(message)).decision_id
        await here.ended(ticket)
        [(_, _, text, file)] = await rows(here, ticket)
    assert text.startswith("**Shift report")
    assert "with the bot alone" in text
    assert not file
    assert paints.sketches == []
