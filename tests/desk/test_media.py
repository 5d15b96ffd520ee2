"""Photos find the case, order or decision that they belong to, by the words around them."""

import pytest

from app.records.action import AttachMedia, LookUp, OpenCase
from app.records.correction import Lesson
from app.records.decision import Approved
from app.records.media import Attachment, Media, MediaKind, MediaState
from app.records.message import Language, MessageKind
from app.records.reading import Intent
from tests.desk.test_consulting import QUICK, UNREADABLE, ScriptedCloud, settings, urgent

PHOTO = (Attachment(MediaKind.IMAGE, "https://host/x?sign=abc", "k" * 43),)
FILE = (Attachment(MediaKind.FILE, "https://host/y?sign=abc", "k" * 43),)
BROKEN = "SO-1042 嘅刀刃裂咗"
NAME = "客戶合約 Titanium-Deal.jpg"
CHAN, ZHANG, PLANNER = "chan.siu-ming", "zhang.wei", "ng.mei-ling"


async def photo(here, sender=CHAN, attached=PHOTO, **how):
    return await here.ask(sender, "", kind=MessageKind.OTHER, attached=attached, **how)


async def targets(here, ticket: str) -> list[str]:
    found = await here.store.read(lambda facts: facts.media_of(ticket))
    return [each.target for each in found if each.ticket == ticket]


async def case_of(here, ticket: str) -> str:
    done = await here.decision(ticket)
    return done.steps[-1].say.values["made"]


async def test_a_photo_beside_words_that_open_a_case_goes_into_it(plant):
    async with plant() as here:
        done = await here.ask(CHAN, BROKEN, attached=PHOTO * 2)
        case = await case_of(here, done.id)
        assert await targets(here, done.id) == [case, case]
        media = await here.store.read(lambda facts: facts.media_of(case))
        assert [(each.ticket, each.n, each.state) for each in media] == [
            (done.id, 1, MediaState.WANTED), (done.id, 2, MediaState.WANTED),
        ]  # fmt: skip
        [answer] = [each for each in await here.said(done.id) if each.startswith(CHAN)]
        assert case in answer
        assert "相加咗落" in answer, "one answer tells both"
        [(placed, _)] = {(t, k) for t, k in here.seen if t != done.id and k == "acted"}
        action = (await here.decision(placed)).last(Approved)
        assert action.action == AttachMedia(case, (done.id,))
        assert action.by == "policy:context"


async def test_photos_first_then_words(plant):
    async with plant() as here:
        first = await photo(here)
        assert first.last(Approved).action == LookUp("media")
        assert any("Q-0012" in each for each in await here.said(first.id)), "asks what it belongs to"
        here.clock.on(minutes=4)
        second = await photo(here)
        here.clock.on(minutes=5)
        words = await here.ask(CHAN, BROKEN)
        case = await case_of(here, words.id)
        assert await targets(here, first.id) == await targets(here, second.id) == [case]
        assert any("相加咗落" in each and "2" in each for each in await here.said(words.id))


@pytest.mark.parametrize("minutes", [9, 11])
async def test_words_first_then_a_photo_alone_within_the_time(plant, minutes):
    async with plant() as here:
        words = await here.ask(CHAN, BROKEN)
        case = await case_of(here, words.id)
        here.clock.on(minutes=minutes)
        shown = await photo(here)
        assert await targets(here, shown.id) == ([case] if minutes < 10 else [""])
        [answer] = await here.said(shown.id)
        assert (case in answer) == (minutes < 10)


async def test_a_photo_of_another_or_of_another_conversation_stays_alone(plant):
    async with plant() as here:
        words = await here.ask(CHAN, BROKEN)
        for how in ({"sender": ZHANG}, {"chat": "wrG"}):
            shown = await photo(here, **how)
            assert await targets(here, shown.id) == [""]
        loose = await photo(here, sender=ZHANG)
        await here.ask(CHAN, BROKEN)
        assert await targets(here, loose.id) == [""]
        assert await case_of(here, words.id)


@pytest.mark.parametrize("form", ["{}", "{} 嘅相", "張相係 {} 嘅"])
async def test_a_case_that_is_named_next_takes_it(plant, form):
    async with plant() as here:
        case = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        here.clock.on(minutes=30)
        shown = await photo(here)
        named = await here.ask(CHAN, form.format(case))
        assert await targets(here, shown.id) == [case]
        assert any("相加咗落" in each for each in await here.said(named.id))


async def test_an_order_that_is_named_next_takes_it(plant):
    async with plant() as here:
        shown = await photo(here, attached=FILE)
        named = await here.ask(CHAN, "SO-1042")
        assert await targets(here, shown.id) == ["SO-1042"]
        assert any("檔案加咗落 SO-1042" in each for each in await here.said(named.id))


async def test_a_case_of_another_takes_nothing_from_who_has_no_part_in_it(plant):
    async with plant() as here:
        case = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        here.clock.on(minutes=30)
        shown = await photo(here, sender=ZHANG)
        named = await here.ask(ZHANG, case)
        assert await targets(here, shown.id) == [""]
        assert any(case in each and "不能" in each for each in await here.said(named.id))


async def test_quality_may_add_to_any_case(plant):
    async with plant() as here:
        people = await here.store.read(lambda facts: facts.people())
        quality = next(each.userid for each in people if each.role == "quality")
        case = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        shown = await photo(here, sender=quality)
        await here.ask(quality, case)
        assert await targets(here, shown.id) == [case]


async def test_an_auditor_adds_nothing(plant):
    async with plant() as here:
        people = await here.store.read(lambda facts: facts.people())
        auditor = next(each.userid for each in people if each.role == "auditor")
        shown = await photo(here, sender=auditor)
        await here.ask(auditor, "SO-1042")
        assert await targets(here, shown.id) == [""]


async def test_a_photo_after_a_question_about_the_case_of_another_stays_alone(plant):
    async with plant() as here:
        case = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        await here.ask(ZHANG, case)
        shown = await photo(here, sender=ZHANG)
        assert shown.last(Approved).action == LookUp("media")
        assert await targets(here, shown.id) == [""]


async def test_a_yes_to_what_another_asked_takes_no_photo(plant):
    async with plant() as here:
        held = await here.ask("chen.jing", "领用黑色手柄800个到AS-01")
        lead = "ho.chi-keung"
        shown = await photo(here, sender=lead)
        yes = await here.ask(lead, f"批准 {held.id}")
        assert yes.stage == "done"
        assert (await here.decision(held.id)).stage == "done"
        assert await targets(here, shown.id) == [""]


async def test_a_decision_that_waits_takes_the_photo_beside_it(plant):
    async with plant() as here:
        held = await here.ask("chen.jing", "领用黑色手柄800个到AS-01", attached=PHOTO)
        assert held.stage == "held"
        assert await targets(here, held.id) == [held.id]
        media = await here.store.read(lambda facts: facts.media_of(held.id))
        assert len(media) == 1


async def test_a_mere_question_takes_no_photo(plant):
    async with plant() as here:
        shown = await photo(here)
        asked = await here.ask(CHAN, "SS-420 仲有幾多")
        assert asked.stage == "done"
        assert await targets(here, shown.id) == [""]
        assert not any("加咗落" in each for each in await here.said(asked.id))


async def test_little_words_beside_a_photo_leave_it_to_what_was_said_before(plant):
    async with plant() as here:
        case = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        shown = await here.ask(CHAN, "睇下", attached=PHOTO)
        assert await targets(here, shown.id) == [case]


async def test_the_meaning_that_is_chosen_takes_the_photo_of_the_words(plant):
    async with plant() as here:
        await here.ask(CHAN, BROKEN)
        unsure = await here.ask(CHAN, "呢批 SS-420 有啲怪", attached=PHOTO)
        number = 1 + [choice.value for choice in unsure.hold.choices].index("quality_issue")
        assert await targets(here, unsure.id) == [""]
        chosen = await here.ask(CHAN, str(number))
        assert isinstance(chosen.last(Approved).action, OpenCase)
        assert await targets(here, unsure.id) == [await case_of(here, chosen.id)]


async def test_it_is_taken_back_and_then_goes_elsewhere(plant):
    async with plant() as here:
        first = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        shown = await photo(here)
        assert await targets(here, shown.id) == [first]
        reply = await here.desk.undo(shown.id, CHAN)
        assert reply.ok, reply.text
        assert await targets(here, shown.id) == [""]
        second = await case_of(here, (await here.ask(CHAN, BROKEN)).id)
        assert await targets(here, shown.id) == [second]
        again = await here.desk.undo(shown.id, CHAN)
        assert not again.ok
        assert await targets(here, shown.id) == [second]


async def test_a_correction_still_speaks_of_the_words_and_not_of_the_photo(plant):
    async with plant() as here:
        done = await here.ask(CHAN, BROKEN, attached=PHOTO)
        corrected = await here.ask(CHAN, "唔係，我係問庫存")
        assert corrected.reading.by == f"correction:{done.id}"


async def test_a_lesson_about_a_placed_photo_is_one_about_the_words(plant):
    async with plant() as here:
        done = await here.ask(CHAN, BROKEN, attached=PHOTO)
        [placed] = {ticket for ticket, _ in here.seen} - {done.id}
        reply = await here.desk.teach(Lesson(placed, Intent.INVENTORY_CHECK), "lee.wai-man")
        assert reply.ok, reply.text
        assert [step.kind for step in (await here.decision(done.id)).steps][-1] == "corrected"
        assert (await here.decision(placed)).steps[-1].kind == "acted"


async def test_what_was_lost_is_not_said_to_be_added(plant):
    async with plant() as here:
        shown = await photo(here)
        [wanted] = await here.store.media.wanted(9)
        await here.store.media.missed(wanted, MediaState.LOST, "too_slow", lambda _language: "again please")
        assert f"{CHAN}: again please" in await here.said(shown.id)
        words = await here.ask(CHAN, BROKEN)
        assert not any("加咗落" in each for each in await here.said(words.id))


async def test_only_what_came_is_counted(plant):
    async with plant() as here:
        await photo(here, attached=PHOTO * 3)
        [wanted, *_] = await here.store.media.wanted(9)
        await here.store.media.missed(wanted, MediaState.REFUSED, "too_large", lambda _language: "too large")
        words = await here.ask(CHAN, BROKEN)
        assert any("（2 個）" in each for each in await here.said(words.id))


async def test_speech_without_words_is_asked_for_again(plant):
    async with plant() as here:
        said = await here.ask(CHAN, "", kind=MessageKind.VOICE)
        person = await here.store.read(lambda facts: facts.person(CHAN))
        assert person.language in {Language.YUE, Language.HANT}
        [answer] = await here.said(said.id)
        assert any(word in answer for word in ("聽唔清楚", "沒有聽清"))


async def test_nothing_of_a_photo_goes_to_a_model_outside(plant):
    cloud = ScriptedCloud(urgent)
    async with plant(cloud=lambda _store: cloud, consulting=settings(), planning=QUICK) as here:
        await here.ask(PLANNER, UNREADABLE)
        await photo(here, sender=PLANNER)
        for wanted in await here.store.media.wanted(9):
            media = Media("5ec2e7" * 10 + "abcd", 31337, MediaKind.IMAGE, NAME, here.clock())
            await here.store.media.kept(wanted, media)
        await here.ask(PLANNER, UNREADABLE, attached=PHOTO * 2)
    without, beside = cloud.asked
    assert beside.asked == without.asked, "the same words ask the same, byte for byte"
    told = repr(cloud.asked)
    found = [word for word in (*NAME.split(), "5ec2e7", "31337", "sign=", "k" * 43, "image") if word in told]
    assert found == []
