"""The cloud on the desk: asked by policy alone, heard after the sender's yes, never waited for in vain."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from app.records.action import AskCloud, PlanWith, PublishPlan, action_hash
from app.records.cloud import Answered, Attempt, Call, Standing, Unanswered, Usage
from app.records.decision import Acted, Consulted, PlanMade
from app.records.errors import AnswerWrong, OwnFault
from app.settings import Cloud, Planning

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
UNREADABLE = "重新排生產，SO-1042同SO-1045唔好撞埋一齊，除非B廠得閒"
PLAIN = "急單SO-1042排先"


class ScriptedCloud:
    """Answers every wish by a script; keeps what it was asked."""

    def __init__(self, answer=None, why=None, state="up") -> None:
        self.answer, self.why, self.state = answer, why, state
        self.asked: list = []
        self.go = asyncio.Event()
        self.go.set()

    def standing(self) -> Standing:
        return Standing(self.state)

    async def consult(self, prompt, read):
        self.asked.append(prompt)
        await self.go.wait()
        attempts = (
            Attempt(
                "deepseek", "deepseek-flash", "deepseek-flash", usage=Usage(0, 900, 100), cost_micro=3000
            ),
        )
        call = Call(f"C-{len(self.asked)}", NOW, "0" * 64, attempts)
        if self.why:
            return Unanswered(self.why, call)
        document = json.loads(prompt.asked)
        answers = [self.answer(document, wish) for wish in document["wishes"]]
        try:
            return Answered(read(json.dumps({"tag": document["tag"], "answers": answers})), call)
        except AnswerWrong as wrong:
            return Unanswered(
                "content",
                Call("C-9", NOW, "0" * 64, (Attempt("deepseek", "x", fault="content", fault_id=str(wrong)),)),
            )


def urgent(document, wish):
    """The first order of the table goes first."""
    job = document["jobs"][0][0]
    told = [{"kind": "expedite", "order": job, "by": None}]
    return {"wish": wish["wish"], "status": "ok", "wishes": told, "places": []}


def settings(**more) -> Cloud:
    return Cloud(**{"enabled": True, "gather_s": 0.05, **more})


QUICK = Planning(options_s=0.1)


def steps_of(decision, kind):
    return [step for step in decision.steps if isinstance(step, kind)]


async def further(here, decision, count=1):
    """The decisions that came of one, each at its end."""
    return [await here.ended(f"D-{int(decision.id[2:]) + n:05d}") for n in range(1, count + 1)]


async def test_with_the_cloud_off_nothing_is_asked_and_nothing_of_it_is_kept(plant):
    cloud = ScriptedCloud(urgent)
    async with plant(cloud=lambda _store: cloud, planning=QUICK) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        assert [step.because for step in steps_of(held, Consulted)] == ["off"]
        assert held.hold.reason == "approval"
        assert not steps_of(await here.ask("ng.mei-ling", PLAIN), Consulted)
    assert cloud.asked == []


async def test_a_wish_that_cannot_be_read_is_read_outside_said_back_and_binds_only_after_a_yes(plant):
    cloud = ScriptedCloud(urgent)
    async with plant(cloud=lambda _store: cloud, consulting=settings(), planning=QUICK) as here:
        asked = await here.ask("ng.mei-ling", UNREADABLE)
        assert (asked.stage, asked.hold.reason) == ("held", "confirm")
        [consulted] = steps_of(asked, Consulted)
        assert (consulted.because, consulted.outcome, consulted.call) == ("unread", "answered", "C-1")
        assert consulted.cost_cny == pytest.approx(0.003)
        assert isinstance(asked.hold.action, PlanWith)
        order = asked.hold.action.wishes[0].order
        [told] = await here.said(asked.id)
        assert order in told
        assert "雲端" in told or "云端" in told or "cloud" in told

        refused = await here.desk.approve(asked.id, "lee.wai-man", action_hash(asked.hold.action))
        assert (refused.ok, refused.code) == (False, "not_yours")

        yes = await here.ask("ng.mei-ling", f"確認 {asked.id}")
        assert yes.stage == "done"
        confirmed = await here.decision(asked.id)
        assert confirmed.stage == "done"
        planned = await here.ended(f"D-{int(yes.id[2:]) + 1:05d}")
        assert isinstance(planned.hold.action, PublishPlan)
        assert planned.reading.layer == "cloud"
        assert not steps_of(planned, Consulted)
        assert len(cloud.asked) == 1
        texts = "\n".join(await here.said(planned.id))
        assert order in texts
    assert here.faults == []


async def test_no_to_what_was_read_ends_it_without_a_plan(plant):
    async with plant(
        cloud=lambda _store: ScriptedCloud(urgent), consulting=settings(), planning=QUICK
    ) as here:
        asked = await here.ask("ng.mei-ling", UNREADABLE)
        await here.ask("ng.mei-ling", f"拒絕 {asked.id}")
        assert (await here.decision(asked.id)).stage == "refused"
        assert await here.store.read(lambda facts: facts.held()) == ()


@pytest.mark.parametrize(
    "why", ["transient", "day", "deadline", "content", "policy", "no_price", "busy", "account"]
)
async def test_without_an_answer_the_own_plan_stands_and_the_reason_is_kept(plant, why):
    async with plant(
        cloud=lambda _store: ScriptedCloud(why=why), consulting=settings(), planning=QUICK
    ) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        [consulted] = steps_of(held, Consulted)
        assert consulted.outcome == why
        assert steps_of(held, PlanMade)
        assert held.hold.reason == "approval"


@pytest.mark.parametrize("status", ["cannot", "unclear"])
async def test_a_model_that_cannot_read_it_either_changes_nothing(plant, status):
    def cannot(_document, wish):
        return {"wish": wish["wish"], "status": status, "wishes": [], "places": []}

    async with plant(
        cloud=lambda _store: ScriptedCloud(cannot), consulting=settings(), planning=QUICK
    ) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        assert held.hold.reason == "approval"
        texts = "\n".join(await here.said(held.id))
        assert UNREADABLE.replace("，", ",") in texts, "what could not be read is said back"


@pytest.mark.parametrize(
    ("how", "because"),
    [
        ({"from_hour": 11.0}, "hours"),
        ({"to_hour": 10.0}, "hours"),
        ({"share": "never"}, "words"),
        ({"enabled": False}, "off"),
    ],
)
async def test_policy_keeps_a_wish_here_and_says_why(plant, how, because):
    cloud = ScriptedCloud(urgent)
    async with plant(cloud=lambda _store: cloud, consulting=settings(**how), planning=QUICK) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        assert [(s.because, s.outcome) for s in steps_of(held, Consulted)] == [(because, "not_asked")]
    assert cloud.asked == []


async def test_a_plain_wish_is_never_asked_about_and_that_is_on_record(plant):
    cloud = ScriptedCloud(urgent)
    async with plant(cloud=lambda _store: cloud, consulting=settings(), planning=QUICK) as here:
        held = await here.ask("ng.mei-ling", PLAIN)
        assert [(s.because, s.outcome) for s in steps_of(held, Consulted)] == [("plain", "not_asked")]
    assert cloud.asked == []


async def test_an_open_circuit_is_not_waited_for(plant):
    cloud = ScriptedCloud(urgent, state="down")
    async with plant(cloud=lambda _store: cloud, consulting=settings(), planning=QUICK) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        assert [s.because for s in steps_of(held, Consulted)] == ["open"]
    assert cloud.asked == []


async def until(so) -> None:
    """Wait until something is so; the desk has no event for it."""
    async with asyncio.timeout(20):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_wishes_that_wait_for_a_call_to_end_share_the_next_one_and_its_cost(plant):
    cloud = ScriptedCloud(urgent)
    cloud.go.clear()
    async with plant(cloud=lambda _store: cloud, consulting=settings(gather_s=0), planning=QUICK) as here:
        waiting = here.desk._plans._consulting
        first = [await here.say("ng.mei-ling", UNREADABLE)]
        await until(lambda: len(cloud.asked) == 1)
        first.append(await here.say("lee.wai-man", UNREADABLE))
        await until(lambda: len(cloud.asked) == 2)
        later = [await here.say("chan.siu-ming", UNREADABLE), await here.say("chen.jing", UNREADABLE)]
        await until(lambda: waiting._open is not None and len(waiting._open.weighed) == 2)
        cloud.go.set()
        ended = [await here.ended(ticket) for ticket in later]
        await asyncio.gather(*map(here.ended, first))
    assert len(cloud.asked) == 3
    assert [each["wish"] for each in json.loads(cloud.asked[2].asked)["wishes"]] == ["W1", "W2"]
    assert [payer.decision for payer in cloud.asked[2].payers] == later
    assert sum(steps_of(each, Consulted)[0].cost_cny for each in ended) == pytest.approx(0.003)
    assert {each.hold.reason for each in ended} == {"confirm"}


async def test_words_leave_only_after_a_supervisor_has_seen_them_letter_by_letter(plant):
    cloud = ScriptedCloud(urgent)
    async with plant(
        cloud=lambda _store: cloud, consulting=settings(share="preview"), planning=QUICK
    ) as here:
        held = await here.ask("ng.mei-ling", UNREADABLE)
        assert [s.outcome for s in steps_of(held, Consulted)] == ["preview"]
        assert held.hold.reason == "approval"
        assert cloud.asked == []
        [waiting] = [
            d
            for d in await here.store.read(lambda facts: facts.held())
            if isinstance(d.hold.action, AskCloud)
        ]
        action = waiting.hold.action
        said = "\n".join(await here.said(waiting.id))
        assert action.asked in said
        assert not [line for line in said.split("\n") if line.startswith("ng.mei-ling")]
        own = await here.desk.approve(waiting.id, "ng.mei-ling", action_hash(action))
        assert own.code == "own_request"
        yes = await here.desk.approve(waiting.id, "lee.wai-man", action_hash(action))
        assert yes.ok, yes
        [asked] = await further(here, waiting)
        assert cloud.asked[0].asked == action.asked
        assert steps_of(asked, Consulted)[0].prompt == action.envelope
        assert asked.hold.reason == "confirm"
    assert here.faults == []


async def test_a_restart_takes_up_what_was_confirmed(plant):
    async with plant(
        cloud=lambda _store: ScriptedCloud(urgent), consulting=settings(), planning=QUICK
    ) as here:
        asked = await here.ask("ng.mei-ling", UNREADABLE)
    async with plant(
        cloud=lambda _store: ScriptedCloud(urgent), consulting=settings(), planning=QUICK, running=False
    ) as here:
        await here.desk.approve(asked.id, "ng.mei-ling", action_hash(asked.hold.action))
        [open_one] = [d for d in await here.store.unfinished() if d.stage == "planning"]
    async with plant(
        cloud=lambda _store: ScriptedCloud(urgent), consulting=settings(), planning=QUICK
    ) as here:
        planned = await here.ended(open_one.id)
        assert planned.hold.reason == "approval"
        assert not steps_of(planned, Acted)


async def test_what_breaks_a_shared_call_ends_every_wish_of_it_and_the_desk_goes_on(plant):
    class Broken(ScriptedCloud):
        async def consult(self, prompt, read):
            self.asked.append(prompt)
            await self.go.wait()
            raise OwnFault("a bug of the client")

    cloud = Broken()
    cloud.go.clear()
    async with plant(cloud=lambda _store: cloud, consulting=settings(gather_s=0), planning=QUICK) as here:
        waiting = here.desk._plans._consulting
        tickets = [await here.say("ng.mei-ling", UNREADABLE)]
        await until(lambda: len(cloud.asked) == 1)
        tickets.append(await here.say("lee.wai-man", UNREADABLE))
        await until(lambda: len(cloud.asked) == 2)
        tickets += [await here.say(who, UNREADABLE) for who in ("chan.siu-ming", "chen.jing")]
        await until(lambda: waiting._open is not None and len(waiting._open.weighed) == 2)
        cloud.go.set()
        ended = [await here.ended(ticket) for ticket in tickets]
        assert [each.stage for each in ended] == ["failed"] * 4
        assert (await here.ask("chen.jing", "SS-420 库存还有多少")).stage == "done"
    assert len(here.faults) == 4


async def test_a_question_that_nobody_answers_lapses_and_its_sender_is_told(plant):
    async with plant(
        cloud=lambda _store: ScriptedCloud(urgent), consulting=settings(), planning=QUICK
    ) as here:
        asked = await here.ask("ng.mei-ling", UNREADABLE)
        await here.said(asked.id)
        here.clock.on(minutes=11)
        await here.desk.expire()
        assert (await here.decision(asked.id)).stage == "refused"
        assert await here.said(asked.id)


async def test_who_waits_too_long_for_a_call_to_end_gets_the_own_plan(plant):
    cloud = ScriptedCloud(urgent)
    cloud.go.clear()
    patient = settings(gather_s=0, deadline_s=0.3)
    async with plant(cloud=lambda _store: cloud, consulting=patient, planning=QUICK) as here:
        tickets = [await here.say("ng.mei-ling", UNREADABLE)]
        await until(lambda: len(cloud.asked) == 1)
        tickets.append(await here.say("lee.wai-man", UNREADABLE))
        await until(lambda: len(cloud.asked) == 2)
        held = await here.ask("chan.siu-ming", UNREADABLE)
        assert [(s.because, s.outcome) for s in steps_of(held, Consulted)] == [("unread", "busy")]
        assert held.hold.reason == "approval"
        cloud.go.set()
        for ticket in tickets:
            await here.ended(ticket)
    assert len(cloud.asked) == 2
