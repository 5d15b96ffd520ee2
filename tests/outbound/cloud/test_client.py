"""One consultation: who is asked in which order, what is retried, remembered, reworded and shown."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.outbound.cloud.circuits import RULES
from app.outbound.cloud.parts import Unwatched
from app.outbound.cloud.routes import targets
from app.records.cloud import Answered, Breaker, Capability, Standing, Unanswered, Usage
from app.records.errors import AnswerWrong, StoreFull
from app.records.message import Language
from app.settings.cloud import DeepSeek, Tencent
from tests.outbound.cloud.standins import Bench, fails, payer, question, raw


def upper(text: str) -> str:
    return text.upper()


def refuses(*bad: str):
    def read(text: str) -> str:
        if text in bad:
            raise AnswerWrong(f"{text} is wrong", "J1 is missing")
        return text

    return read


async def why(bench: Bench, **asked) -> str:
    outcome = await bench.fresh().consult(question(**asked), upper)
    assert isinstance(outcome, Unanswered)
    return outcome.why


# --- who is asked


async def test_an_answer_comes_back_read_with_what_it_cost(bench: Bench):
    outcome = await bench.fresh().consult(question(), upper)
    assert isinstance(outcome, Answered)
    assert outcome.value == "FINE"
    (attempt,) = outcome.call.attempts
    assert (attempt.provider, attempt.model, attempt.fault) == ("deepseek", "deepseek-flash", None)
    assert attempt.usage == Usage(miss=100, output=10)
    assert outcome.call.cost_micro == 220
    assert bench.seen.attempts == [attempt]
    assert bench.seen.calls == [(outcome.call, None)]
    (sent,) = bench.wire.sent
    assert [turn.role for turn in sent.turns] == ["system", "user"]
    assert (sent.target.key, sent.decision) == ("sk-one", "D-1")
    assert 0 < sent.deadline_s < bench.settings.deadline_s


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        (Language.EN, "deepseek", "tencent"),
        (Language.HANS, "tencent", "deepseek"),
        (Language.HANT, "tencent", "deepseek"),
        (Language.YUE, "tencent", "deepseek"),
    ],
)
async def test_the_language_says_who_is_first_and_the_other_follows(bench: Bench, language, first, then):
    bench.wire.steps = [fails("account")]
    assert isinstance(await bench.fresh().consult(question(language=language), upper), Answered)
    assert bench.wire.asked == [first, then]


async def test_the_server_in_the_plant_is_last_needs_no_key_and_costs_nothing(bench: Bench):
    bench.settings = bench.cloud(routes=("lan", "deepseek", "tencent"))
    bench.wire.steps = [fails("account"), fails("account")]
    outcome = await bench.fresh().consult(question(), upper)
    assert isinstance(outcome, Answered)
    assert bench.wire.asked == ["deepseek", "tencent", "lan"]
    assert bench.wire.sent[-1].target.key == ""
    assert outcome.call.cost_micro == 0
    assert outcome.call.usage == Usage(miss=100, output=10)


async def test_a_server_in_the_plant_is_asked_as_it_was_measured(bench: Bench):
    bench.settings = bench.cloud(routes=("lan",))
    lan = bench.settings.lan
    await bench.book.set_capability(Capability(lan.base_url, lan.model, "json_schema", "b1", bench.clock()))
    await bench.fresh().consult(question(), upper)
    assert bench.wire.sent[0].target.schema_form == "json_schema"


@pytest.mark.parametrize(
    "tencent",
    [
        Tencent(enabled=True, model="deepseek/deepseek-flash"),
        Tencent(enabled=True, base_url="https://api.deepseek.com:443/v1"),
    ],
    ids=["passed on to the same maker", "same server"],
)
async def test_two_routes_never_end_at_the_same_origin(bench: Bench, tencent: Tencent):
    tencent = tencent.model_copy(update={"key_file": bench.key("tencent")})
    bench.settings = bench.settings.model_copy(update={"tencent": tencent})
    bench.wire.steps = [fails("account")] * 5
    assert await why(bench) == "account"
    assert bench.wire.asked == ["deepseek"]


async def test_two_servers_on_one_host_are_two(bench: Bench):
    here = {
        "deepseek": DeepSeek(enabled=True, base_url="http://127.0.0.1:1001", key_file=bench.key("deepseek")),
        "tencent": Tencent(enabled=True, base_url="http://127.0.0.1:1002", key_file=bench.key("tencent")),
    }
    bench.settings = bench.settings.model_copy(update=here)
    bench.wire.steps = [fails("account")]
    await bench.fresh().consult(question(), upper)
    assert bench.wire.asked == ["deepseek", "tencent"]


async def test_off_is_off(bench: Bench):
    bench.settings = bench.settings.model_copy(update={"enabled": False})
    assert await why(bench) == "off"
    assert bench.fresh().standing() == Standing("off")
    bench.settings = bench.cloud(routes=())
    assert await why(bench) == "off"
    assert (bench.wire.sent, bench.book.reserved, bench.seen.refusals) == ([], [], ["off", "off"])


# --- keys


async def test_a_key_is_read_at_each_call(bench: Bench):
    client = bench.fresh()
    await client.consult(question("one"), upper)
    bench.key("deepseek", "sk-two")
    await client.consult(question("two"), upper)
    assert [sent.target.key for sent in bench.wire.sent] == ["sk-one", "sk-two"]


@pytest.mark.parametrize("content", [None, b"", b"\n", b"a b", b"a\nb", "钥匙".encode(), b"\xff"])
async def test_without_a_usable_key_the_next_is_asked_and_without_any_nobody(bench: Bench, content):
    for provider, expected in (("deepseek", ["tencent"]), ("tencent", ["tencent"])):
        file = bench.folder / f"{provider}.key"
        file.unlink()
        if content is not None:
            file.write_bytes(content)
        outcome = await bench.fresh().consult(question(provider), upper)
        assert bench.wire.asked == expected
    assert outcome == Unanswered("no_key")
    assert bench.fresh().standing().state == "down"


async def test_another_key_is_tried_at_once_where_the_old_one_was_refused(bench: Bench):
    bench.settings = bench.cloud(routes=("deepseek",))
    client = bench.fresh()
    bench.wire.steps = [fails("account", "F-14")]
    assert (await client.consult(question("a"), upper)).why == "account"
    assert await client.consult(question("b"), upper) == Unanswered("open")
    assert client.standing().state == "down"
    bench.clock.forward(1.0)
    bench.key("deepseek", "sk-two")
    assert client.standing().state == "up"
    assert isinstance(await client.consult(question("c"), upper), Answered)
    assert bench.book.open == {}


# --- retries


async def test_what_may_pass_is_asked_once_more_at_the_same_then_at_the_next(bench: Bench):
    bench.wire.steps = [fails("transient"), fails("transient")]
    assert isinstance(await bench.fresh().consult(question(), upper), Answered)
    assert bench.wire.asked == ["deepseek", "deepseek", "tencent"]
    assert bench.pauses == [0.25]
    assert len({sent.turns for sent in bench.wire.sent}) == 1


async def test_a_provider_is_waited_for_as_long_as_it_asks_if_there_is_time(bench: Bench):
    bench.settings = bench.cloud(routes=("deepseek",))
    bench.wire.steps = [fails("throttle", retry_after_s=7.0)]
    assert isinstance(await bench.fresh().consult(question("a"), upper), Answered)
    assert bench.pauses == [8.0]
    bench.wire.steps = [fails("throttle", retry_after_s=21.0)]
    assert (await bench.fresh().consult(question("b"), upper)).why == "throttle"
    assert len(bench.wire.sent) == 3


async def test_a_throttle_goes_to_the_next_without_waiting(bench: Bench):
    bench.wire.steps = [fails("throttle", retry_after_s=7.0)]
    assert isinstance(await bench.fresh().consult(question(), upper), Answered)
    assert bench.wire.asked == ["deepseek", "tencent"]
    assert bench.pauses == []


async def test_a_safety_block_is_never_sent_again(bench: Bench):
    bench.wire.steps = [fails("policy", "F-18")]
    outcome = await bench.fresh().consult(question(), upper)
    assert (outcome.why, outcome.call.attempts[0].fault_id) == ("policy", "F-18")
    assert bench.wire.asked == ["deepseek"]
    assert bench.book.open == {}


async def test_an_account_that_is_refused_is_left_alone_from_then_on(bench: Bench):
    client = bench.fresh()
    bench.wire.by = {"deepseek": [fails("account", "F-15")] * 5}
    await client.consult(question("a"), upper)
    await client.consult(question("b"), upper)
    assert bench.wire.asked == ["deepseek", "tencent", "tencent"]


async def test_a_wrong_answer_is_told_once_in_other_words_then_the_next_model_is_asked(bench: Bench):
    bench.wire.steps = ["bad", "worse", "good"]
    outcome = await bench.fresh().consult(question(), refuses("bad", "worse"))
    assert outcome.value == "good"
    assert bench.wire.asked == ["deepseek", "deepseek", "tencent"]
    first, second, third = (sent.turns for sent in bench.wire.sent)
    assert second[:2] == first == third
    assert [turn.role for turn in second] == ["system", "user", "assistant", "user"]
    assert second[2].text == "bad"
    for words in ("Attempt 2", "bad is wrong", "J1 is missing"):
        assert words in second[3].text
    assert [each.fault for each in outcome.call.attempts] == ["content", "content", None]


async def test_three_wrong_answers_are_the_end(bench: Bench):
    bench.wire.steps = ["bad"] * 9
    outcome = await bench.fresh().consult(question(), refuses("bad"))
    assert (outcome.why, len(outcome.call.attempts)) == ("content", 3)
    assert bench.book.answers == {}
    assert bench.book.open == {}


async def test_a_blank_answer_is_asked_again_without_an_echo(bench: Bench):
    bench.wire.steps = [fails("content", "F-40")]
    assert isinstance(await bench.fresh().consult(question(), upper), Answered)
    again = bench.wire.sent[1].turns
    assert [turn.role for turn in again] == ["system", "user", "user"]
    assert "held no text" in again[2].text


async def test_a_model_that_only_reasoned_is_told_to_answer_without(bench: Bench):
    thinking = bench.settings.deepseek.model_copy(update={"thinking": "high"})
    bench.settings = bench.settings.model_copy(update={"deepseek": thinking})
    bench.wire.steps = [fails("content", "F-41")]
    await bench.fresh().consult(question(), upper)
    assert [sent.target.thinking for sent in bench.wire.sent] == ["high", "off"]


async def test_a_long_answer_and_long_errors_are_told_in_short(bench: Bench):
    bench.wire.steps = ["x" * 100_000]

    def read(text: str) -> str:
        if len(text) > 100:
            raise AnswerWrong(*["y" * 500] * 500)
        return text

    assert isinstance(await bench.fresh().consult(question(), read), Answered)
    assert sum(len(turn.text) for turn in bench.wire.sent[1].turns[2:]) < 4000


async def test_a_call_ends_at_its_deadline(bench: Bench):
    bench.settings = bench.cloud(deadline_s=0.05)
    bench.wire.steps = [asyncio.Event().wait]
    outcome = await bench.fresh().consult(question(), upper)
    assert outcome.why == "deadline"
    (attempt,) = outcome.call.attempts
    assert (attempt.fault, attempt.fault_id, attempt.usage.estimated) == ("deadline", "F-34", True)
    assert attempt.cost_micro >= 2 * len("rules\nwhat")
    assert bench.book.held == {}


async def test_who_finds_no_place_in_time_is_told_busy_and_costs_nothing(bench: Bench):
    one = bench.settings.deepseek.model_copy(update={"calls_at_once": 1})
    bench.settings = bench.cloud(routes=("deepseek",), deadline_s=0.2).model_copy(update={"deepseek": one})
    client, over = bench.fresh(), asyncio.Event()

    async def slow() -> str:
        await over.wait()
        return "slow"

    bench.wire.steps = [slow]
    async with asyncio.TaskGroup() as group:
        group.create_task(client.consult(question("first"), upper))
        await bench.wire.arrived.wait()
        second = await client.consult(question("second"), upper)
        over.set()
    assert (second.why, second.call.attempts) == ("busy", ())
    assert len(bench.wire.sent) == 1


async def test_who_waited_while_the_circuit_opened_asks_nobody_and_keeps_no_place(bench: Bench):
    one = bench.settings.deepseek.model_copy(update={"calls_at_once": 1})
    bench.settings = bench.cloud(routes=("deepseek",)).model_copy(update={"deepseek": one})
    client, over = bench.fresh(), asyncio.Event()

    async def refused() -> None:
        await over.wait()
        raise fails("account")

    bench.wire.steps = [refused]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(client.consult(question(str(n)), upper)) for n in range(4)]
        await bench.wire.arrived.wait()
        over.set()
    assert [each.result().why for each in asked] == ["account", "open", "open", "open"]
    assert len(bench.wire.sent) == 1
    bench.clock.forward(RULES["account"].first_s)
    assert isinstance(await client.consult(question("later"), upper), Answered)


# --- circuits


async def test_a_call_whose_both_attempts_fail_opens_the_circuit_and_one_probe_closes_it(bench: Bench):
    client = bench.fresh()
    bench.wire.by = {"deepseek": [fails("transient")] * 2}
    await client.consult(question("a"), upper)
    assert [each.provider for each in client.breakers()] == ["deepseek"]
    assert client.standing().state == "up"
    await client.consult(question("b"), upper)
    bench.clock.forward(RULES["transient"].first_s)
    await client.consult(question("c"), upper)
    assert bench.wire.asked == ["deepseek", "deepseek", "tencent", "tencent", "deepseek"]
    assert client.breakers() == ()


async def test_a_probe_that_fails_is_not_repeated_in_its_call(bench: Bench):
    client = bench.fresh()
    bench.wire.by = {"deepseek": [fails("transient")] * 9}
    await client.consult(question("a"), upper)
    bench.clock.forward(RULES["transient"].first_s)
    await client.consult(question("b"), upper)
    assert bench.wire.asked == ["deepseek", "deepseek", "tencent", "deepseek", "tencent"]
    assert client.breakers()[0].trips == 2


@pytest.mark.parametrize("routes", [("deepseek",), ("deepseek", "tencent"), ("deepseek", "tencent", "lan")])
async def test_a_cut_network_shows_as_down_after_a_call_or_two(bench: Bench, routes):
    """With one or two routes it takes one call; three attempts cannot try more."""
    bench.settings = bench.cloud(routes=routes)
    client = bench.fresh()
    bench.wire.steps = [fails("transient", "F-08"), *[fails("transient", "F-29", sent=False)] * 9]
    for number in range(max(1, len(routes) - 1)):
        assert client.standing().state == "up"
        await client.consult(question(str(number)), upper)
    assert client.standing().state == "down"
    sent = len(bench.wire.sent)
    assert await client.consult(question("later"), upper) == Unanswered("open")
    assert len(bench.wire.sent) == sent


async def test_the_only_route_shows_down_at_its_first_failure_and_up_when_it_answers(bench: Bench):
    bench.settings = bench.cloud(routes=("deepseek",))
    client = bench.fresh()
    shown = []

    async def answer() -> str:
        shown.append(client.standing().state)
        return "fine"

    bench.wire.steps = [fails("transient", "F-08"), answer]
    assert isinstance(await client.consult(question(), upper), Answered)
    assert [*shown, client.standing().state] == ["down", "up"]


async def test_an_open_circuit_outlives_the_client(bench: Bench):
    bench.settings = bench.cloud(routes=("deepseek",))
    bench.wire.steps = [fails("account", "F-15")]
    await bench.fresh().consult(question("a"), upper)
    after = bench.fresh()
    await after.load()
    assert after.standing().state == "down"
    assert await after.consult(question("b"), upper) == Unanswered("open")
    assert isinstance(after.breakers()[0], Breaker)


async def test_a_probe_that_is_cancelled_leaves_the_way_to_another(bench: Bench):
    bench.settings = bench.cloud(routes=("deepseek",))
    client = bench.fresh()
    bench.wire.steps = [fails("account")]
    await client.consult(question("a"), upper)
    bench.clock.forward(RULES["account"].first_s)
    bench.wire.steps = [asyncio.Event().wait]
    bench.wire.arrived.clear()
    async with asyncio.TaskGroup() as group:
        probe = group.create_task(client.consult(question("b"), upper))
        await bench.wire.arrived.wait()
        assert await client.consult(question("c"), upper) == Unanswered("open")
        probe.cancel()
    assert isinstance(await client.consult(question("d"), upper), Answered)


async def test_a_provider_that_lets_the_whole_time_pass_counts_as_failed(bench: Bench):
    client = bench.fresh()
    bench.wire.by = {"deepseek": [fails("deadline")] * 2}
    for asked in "abc":
        await client.consult(question(asked), upper)
    assert bench.wire.asked == ["deepseek", "deepseek", "tencent"]


# --- answers that serve again


async def test_the_same_question_again_leaves_nothing_and_is_read_again(bench: Bench):
    client = bench.fresh()
    await client.consult(question(), upper)
    outcome = await client.consult(question(), lambda text: f"read {text}")
    assert (outcome.value, outcome.call.cached, outcome.call.cost_micro) == ("read fine", True, 0)
    assert (len(bench.wire.sent), len(bench.book.reserved)) == (1, 1)
    assert bench.seen.calls[-1] == (outcome.call, None)


@pytest.mark.parametrize("change", [{"facts": "f2"}, {"version": "v2"}, {"asked": "other"}])
async def test_another_fact_wording_or_question_is_asked(bench: Bench, change):
    client = bench.fresh()
    await client.consult(question(), upper)
    await client.consult(question(**change), upper)
    assert len(bench.wire.sent) == 2


async def test_an_answer_serves_for_its_time_alone(bench: Bench):
    client = bench.fresh()
    await client.consult(question(), upper)
    bench.clock.forward(bench.settings.cache_s)
    await client.consult(question(), upper)
    bench.settings = bench.cloud(cache_s=0.0)
    await bench.fresh().consult(question("other"), upper)
    assert len(bench.wire.sent) == 3
    assert len(bench.book.answers) == 1


async def test_a_kept_answer_that_is_not_taken_any_more_is_asked_anew(bench: Bench):
    client = bench.fresh()
    await client.consult(question(), upper)
    bench.wire.steps = ["new"]
    assert (await client.consult(question(), refuses("fine"))).value == "new"


async def test_the_answer_of_a_fall_back_is_not_the_answer_of_the_first(bench: Bench):
    """It serves while the first cannot be asked, and is found by its own route alone."""
    client = bench.fresh()
    bench.wire.by = {"deepseek": [fails("account")], "tencent": ["from tencent"]}
    await client.consult(question(), upper)
    assert len(bench.book.answers) == 1
    bench.settings = bench.cloud(routes=("deepseek",))
    alone = bench.fresh()
    outcome = await alone.consult(question(), upper)
    assert (outcome.value, outcome.call.cached) == ("FINE", False)
    bench.settings = bench.cloud(routes=("tencent",))
    assert (await bench.fresh().consult(question(), upper)).value == "FROM TENCENT"


async def test_another_model_behind_the_name_is_taken_told_and_kept_under_its_own_name(bench: Bench):
    client = bench.fresh()
    bench.wire.steps = [raw("one", "deepseek-1017"), raw("two", "deepseek-1018")]
    assert (await client.consult(question("a"), upper)).call.model == "deepseek-1017"
    assert len(bench.seen.drifts) == 1
    assert (await client.consult(question("a"), upper)).call.cached
    await client.consult(question("b"), upper)
    assert [each.model for each in bench.seen.drifts] == ["deepseek-1017", "deepseek-1018"]
    assert not (await client.consult(question("a"), upper)).call.cached


# --- equal questions at once


async def test_equal_questions_at_once_are_asked_once(bench: Bench):
    client = bench.fresh()
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(client.consult(question(), upper)) for _ in range(20)]
    outcomes = [each.result() for each in asked]
    assert {outcome.value for outcome in outcomes} == {"FINE"}
    assert (len(bench.wire.sent), len(bench.book.settled)) == (1, 1)
    assert sorted(outcome.call.cached for outcome in outcomes) == [False, *[True] * 19]
    assert sum(outcome.call.cost_micro for outcome in outcomes) == bench.book.spent_micro


async def test_a_failure_is_shared_but_a_refusal_of_one_person_is_not(bench: Bench):
    client = bench.fresh()
    bench.wire.steps = [fails("policy")]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(client.consult(question(), upper)) for _ in range(5)]
    assert {each.result().why for each in asked} == {"policy"}
    assert len(bench.wire.sent) == 1
    bench.book.asked["tired"] = 1000
    async with asyncio.TaskGroup() as group:
        tired = group.create_task(client.consult(question("q", payers=(payer("tired"),)), upper))
        awake = group.create_task(client.consult(question("q", payers=(payer("awake"),)), upper))
    assert tired.result() == Unanswered("loop")
    assert isinstance(awake.result(), Answered)


async def test_when_the_one_who_asks_is_cancelled_another_asks(bench: Bench):
    client = bench.fresh()
    bench.wire.steps = [asyncio.Event().wait]
    async with asyncio.TaskGroup() as group:
        leader = group.create_task(client.consult(question(), upper))
        await bench.wire.arrived.wait()
        others = [group.create_task(client.consult(question(), upper)) for _ in range(3)]
        await asyncio.sleep(0)
        leader.cancel()
    assert leader.cancelled()
    assert {each.result().value for each in others} == {"FINE"}
    assert len(bench.wire.sent) == 2


async def test_who_waits_for_another_waits_no_longer_than_the_deadline(bench: Bench):
    client = bench.fresh()
    assert (
        await client._flights.join(
            client._key(targets(bench.settings, Language.EN)[0], question(), "deepseek-flash")
        )
        is None
    )
    client._settings = bench.cloud(deadline_s=0.02)
    assert await client.consult(question(), upper) == Unanswered("deadline")


# --- surprises


async def test_a_store_that_cannot_write_means_that_nothing_is_asked(bench: Bench):
    def full(step: str) -> None:
        if step == "reserve":
            raise StoreFull("no space")

    bench.book.before = full
    assert await why(bench) == "busy"
    assert bench.wire.sent == []


async def test_a_surprise_in_reading_is_passed_on_with_the_money_settled(bench: Bench):
    with pytest.raises(ZeroDivisionError):
        await bench.fresh().consult(question(), lambda _text: str(1 // 0))
    (call,) = bench.book.settled
    assert call.cost_micro == 220


async def test_what_was_spent_today_is_known_and_ends_with_the_plant_day(bench: Bench):
    client = bench.fresh()
    await client.consult(question("a"), upper)
    await client.consult(question("b"), upper)
    assert client.standing() == Standing("up", 440, 2)
    after = bench.fresh()
    await after.load()
    assert after.standing() == Standing("up", 440, 2)
    bench.clock.now = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    assert after.standing() == Standing("up", 0, 0)


async def test_nobody_has_to_watch(bench: Bench):
    silent = Unwatched()
    bench.seen = silent
    bench.wire.steps = [fails("account"), raw("x", "other")]
    assert isinstance(await bench.fresh().consult(question(), upper), Answered)
    bench.prices.micro = {}
    bench.settings = bench.cloud(routes=("deepseek",))
    assert await bench.fresh().consult(question("z"), upper) == Unanswered("no_price")


async def test_no_key_shows_in_what_is_kept_or_told(bench: Bench):
    bench.key("deepseek", "sk-very-secret")
    outcome = await bench.fresh().consult(question(), upper)
    assert "sk-very-secret" not in repr((outcome, bench.wire.sent, bench.seen.__dict__, bench.book.__dict__))
    assert replace(bench.wire.sent[0].target).key == "sk-very-secret"
