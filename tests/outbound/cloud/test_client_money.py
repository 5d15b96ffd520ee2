"""Money of the calls: never more than is set aside, settled once on every path, and adding up."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbound.cloud.asking import REASK_TOKENS_MAX
from app.outbound.cloud.attempt import AttemptFailed, Raw
from app.outbound.cloud.calling import ATTEMPTS_MAX
from app.outbound.cloud.parts import finished
from app.records.cloud import FAULT_CLASSES, MICRO, Answered, Caps, Unanswered, Usage
from app.records.errors import AnswerWrong, StoreFull
from tests.outbound.cloud.standins import Bench, fails, payer, question, raw

PROMPT_TOKENS = len("rules\nwhat")


def take(text: str) -> str:
    if text.startswith("bad"):
        raise AnswerWrong("it is bad")
    return text


# --- what is set aside


async def test_three_attempts_at_the_dearest_are_set_aside_once(bench: Bench):
    bench.wire.steps = [fails("transient"), fails("transient")]
    outcome = await bench.fresh().consult(question(), take)
    ((call, caps),) = bench.book.reserved
    worst = 3 * (PROMPT_TOKENS + REASK_TOKENS_MAX + bench.settings.tokens_max)
    assert call.reserved_micro == ATTEMPTS_MAX * worst
    assert caps == Caps(1000 * MICRO, 1000 * MICRO, 1 * MICRO, 100)
    assert bench.book.settled[0].attempts == outcome.call.attempts
    assert bench.book.held == {}


async def test_who_has_no_price_is_not_asked(bench: Bench):
    bench.prices.micro["deepseek"] = None
    assert isinstance(await bench.fresh().consult(question(), take), Answered)
    assert bench.wire.asked == ["tencent"]
    bench.prices.micro["tencent"] = None
    assert await bench.fresh().consult(question("b"), take) == Unanswered("no_price")
    assert len(bench.book.reserved) == 1


class Rising:
    """Twice the price from a time on; from another on, none."""

    def __init__(self, dearer_at: datetime, ends_at: datetime | None = None) -> None:
        self.dearer_at, self.ends_at = dearer_at, ends_at

    def worst(self, provider, model, at, prompt_tokens, output_tokens):
        if self.ends_at and at >= self.ends_at:
            return None
        return (prompt_tokens + output_tokens) * (2 if at >= self.dearer_at else 1)

    def cost(self, provider, model, at, usage):
        return self.worst(provider, model, at, usage.hit + usage.miss, usage.output)


async def test_a_price_that_rises_during_the_call_is_taken_at_its_dearest(bench: Bench):
    bench.prices = Rising(bench.clock() + timedelta(seconds=30))
    worst = PROMPT_TOKENS + REASK_TOKENS_MAX + bench.settings.tokens_max

    async def later() -> str:
        bench.clock.forward(30)
        return "fine"

    bench.wire.steps = [later]
    outcome = await bench.fresh().consult(question(), take)
    assert outcome.call.reserved_micro == ATTEMPTS_MAX * 2 * worst
    assert outcome.call.cost_micro == 2 * 110


async def test_a_price_that_ends_during_the_call_is_refused_and_one_that_ended_is_billed_whole(bench: Bench):
    never = bench.clock() + timedelta(days=1)
    bench.prices = Rising(never, bench.clock() + timedelta(seconds=20))
    assert await bench.fresh().consult(question(), take) == Unanswered("no_price")
    bench.prices = Rising(never, bench.clock() + timedelta(seconds=60))

    async def late() -> str:
        bench.clock.forward(60)
        return "fine"

    bench.wire.steps = [late]
    outcome = await bench.fresh().consult(question(), take)
    assert outcome.call.cost_micro == outcome.call.reserved_micro // ATTEMPTS_MAX


async def test_fifty_at_once_against_a_budget_for_one_make_one_call(bench: Bench):
    worst = ATTEMPTS_MAX * 3 * (PROMPT_TOKENS + REASK_TOKENS_MAX + bench.settings.tokens_max)
    bench.settings = bench.cloud(day_cny=(worst + 200) / MICRO)
    client = bench.fresh()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(client.consult(question(f"wh{n:02}"), take)) for n in range(50)]
    outcomes = [each.result() for each in asked]
    assert len(bench.wire.sent) == 1
    assert sum(isinstance(outcome, Answered) for outcome in outcomes) == 1
    assert outcomes.count(Unanswered("day")) == 49
    assert bench.seen.refusals == ["day"] * 49


# --- what is settled


@pytest.mark.parametrize(
    ("step", "usage"),
    [
        (raw("fine", "m", Usage(hit=60, miss=40, output=7, reasoning=3)), Usage(60, 40, 7, 3)),
        (raw("fine", "m", Usage()), Usage()),
        (raw("fine", "m", None), Usage(miss=PROMPT_TOKENS, output=4, estimated=True)),
        (raw("fine" * 2000, "m", None), Usage(miss=PROMPT_TOKENS, output=6000, estimated=True)),
        (raw("bad", "m", Usage(miss=5, output=6)), Usage(miss=5, output=6)),
        (fails("transient", "F-08"), Usage(miss=PROMPT_TOKENS, estimated=True)),
        (fails("transient", "F-29", sent=False), Usage()),
        (fails("transient", "F-43", usage=Usage(miss=9, output=9)), Usage(miss=9, output=9)),
        (fails("content", "F-40"), Usage(miss=PROMPT_TOKENS, output=6000, estimated=True)),
        (fails("policy", "F-18"), Usage(miss=PROMPT_TOKENS, estimated=True)),
        (fails("deadline", "F-01"), Usage(miss=PROMPT_TOKENS, estimated=True)),
        (fails("account", "F-15"), Usage()),
        (fails("throttle", "F-16"), Usage()),
    ],
)
async def test_what_an_attempt_used_is_what_was_told_or_else_our_count(bench: Bench, step, usage: Usage):
    bench.wire.steps = [step]
    await bench.fresh().consult(question(), take)
    first = bench.book.settled[0].attempts[0]
    assert first.usage == usage
    assert first.cost_micro == 2 * (usage.hit + usage.miss + usage.output)


async def test_an_untold_answer_of_a_reasoning_model_is_taken_at_its_longest(bench: Bench):
    thinking = bench.settings.deepseek.model_copy(update={"thinking": "low"})
    bench.settings = bench.settings.model_copy(update={"deepseek": thinking})
    bench.wire.steps = [raw("fine", "m", None)]
    outcome = await bench.fresh().consult(question(), take)
    assert outcome.call.usage == Usage(miss=PROMPT_TOKENS, output=6000, estimated=True)


async def test_asking_again_is_counted_with_all_it_says(bench: Bench):
    bench.wire.steps = [raw("bad one", "m", None), raw("fine", "m", None)]
    outcome = await bench.fresh().consult(question(), take)
    told = sum(len(turn.text) for turn in bench.wire.sent[1].turns[2:])
    first, second = (each.usage.miss for each in outcome.call.attempts)
    assert 0 <= second - first - told <= 2
    assert second < PROMPT_TOKENS + REASK_TOKENS_MAX


async def test_our_count_learns_from_what_is_told_alone(bench: Bench):
    bench.wire.steps = [raw("a", "m", None), raw("b", "m", Usage()), raw("c", "m", Usage(hit=3, miss=9))]
    client = bench.fresh()
    for asked in ("what", "when", "whom"):
        await client.consult(question(asked), take)
    assert bench.tokens.learned == [("deepseek-flash", PROMPT_TOKENS, 12)]


@pytest.mark.parametrize("step", ["reserve", "settle"])
async def test_a_caller_who_leaves_while_money_is_moved_leaves_it_settled(bench: Bench, step: str):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(bench.fresh().consult(question(), take))
        bench.book.before = lambda name: task.cancel() if name == step else None
    assert task.cancelled()
    assert bench.book.held == {}
    assert len(bench.book.settled) == 1


async def test_work_is_finished_whoever_leaves_and_its_fault_is_its_own():
    done = []

    async def work() -> str:
        for _ in range(5):
            await asyncio.sleep(0)
        done.append("work")
        return "made"

    async with asyncio.TaskGroup() as group:
        task = group.create_task(finished(work()))
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
    assert task.cancelled()
    assert done == ["work"]
    assert await finished(work()) == "made"

    async def breaks() -> None:
        raise StoreFull("no space")

    with pytest.raises(StoreFull):
        await finished(breaks())


# --- every path

tokens = st.integers(0, 500)
usages = st.none() | st.builds(Usage, tokens, tokens, tokens, st.just(0), st.just(False))
faults = st.builds(
    lambda fault, sent, usage, wait: fails(fault, sent=sent, usage=usage, retry_after_s=wait),
    st.sampled_from(FAULT_CLASSES),
    st.booleans(),
    usages,
    st.none() | st.floats(-10, 100),
)
answers = st.builds(
    lambda text, usage: raw(text, "m", usage), st.sampled_from(["good", "bad", "bad2"]), usages
)
steps = st.lists(faults | answers | st.sampled_from(["cancel", "hang", "surprise"]), max_size=8)


class Surprise(Exception):
    """What nobody has a name for."""


async def consult_often(
    bench: Bench, script: list, leaves: list[int | None]
) -> list[Answered | Unanswered | str]:
    """Calls one after the other; a caller may leave in an attempt, or after some turns of the loop."""
    outcomes: list[Answered | Unanswered | str] = []
    client = bench.fresh()

    def step_of(step):
        async def cancel() -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)

        async def surprise() -> None:
            raise Surprise

        named = {"cancel": cancel, "hang": asyncio.Event().wait, "surprise": surprise}
        return step if isinstance(step, AttemptFailed | Raw) else named[step]

    bench.wire.steps = [step_of(each) for each in script]
    for number, leaves_after in enumerate(leaves):
        before = len(bench.wire.sent)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_one(client, number))
            for _ in range(leaves_after or 0):
                await asyncio.sleep(0)
            if leaves_after is not None:
                task.cancel()
        outcomes.append("cancelled" if task.cancelled() else task.result())
        assert len(bench.wire.sent) - before <= ATTEMPTS_MAX
    return outcomes


async def _one(client, number: int) -> Answered | Unanswered | str:
    try:
        return await client.consult(question(f"q{number}", payers=(payer(f"q{number}"),)), take)
    except asyncio.CancelledError:
        return "cancelled"
    except Surprise:
        return "surprise"


@settings(max_examples=150, deadline=None)
@given(
    steps,
    st.sampled_from([("deepseek",), ("deepseek", "tencent"), ("deepseek", "tencent", "lan")]),
    st.lists(st.none() | st.integers(0, 40), min_size=1, max_size=4),
)
def test_on_every_path_what_is_settled_is_what_the_attempts_cost(script: list, routes: tuple, leaves: list):
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.settings = bench.cloud(routes=routes, deadline_s=0.03)
        outcomes = asyncio.run(consult_often(bench, script, leaves))
    assert bench.book.held == {}
    assert [call.id for call, _ in bench.book.reserved] == [call.id for call in bench.book.settled]
    for call in bench.book.settled:
        assert len(call.attempts) <= ATTEMPTS_MAX
        assert call.cost_micro <= call.reserved_micro
    made = [attempt for call in bench.book.settled for attempt in call.attempts]
    assert made == bench.seen.attempts
    assert len(made) == len(bench.wire.sent)
    assert bench.book.spent_micro == sum(attempt.cost_micro for attempt in made)
    for outcome in outcomes:
        if isinstance(outcome, Answered):
            assert outcome.value in {"good", "fine"}
