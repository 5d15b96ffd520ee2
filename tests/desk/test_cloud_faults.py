"""Every fault of a provider, by its id: the right class, the right money, the plant's answer all the same."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from app.doubles.cloud import CloudDouble, Pace, every
from app.records.action import PublishPlan, action_hash
from app.records.cloud import MICRO, Payer, Prompt
from app.records.decision import Consulted
from app.records.message import Language
from app.records.reading import Intent
from tests.desk.clouds import UNREADABLE, opened

HARMLESS = {
    "F-01", "F-04a", "F-06", "F-22b", "F-22c", "F-22d", "F-28", "F-30a", "F-30b", "F-31", "F-33b", "F-35a",
    "F-35b", "F-35c", "F-35d",
}  # fmt: skip
"""What a client must bear: the answer is taken."""

FOR_THE_REFEREE = {"F-53a", "F-53b", "F-53c", "F-54a", "F-55b", "F-56b", "F-57b"}
"""Answers in good form whose plan, or whose wishes, somebody else must refuse."""

TRANSIENT = {
    "F-02", "F-07", "F-08", "F-09a", "F-09b", "F-10", "F-11", "F-12a", "F-12b", "F-12c", "F-12d", "F-13",
    "F-19a", "F-19b", "F-19c", "F-19d", "F-20a", "F-20b", "F-21", "F-22a", "F-29a", "F-29b", "F-33a", "F-43a",
    "F-43b", "F-43c", "F-60b",
}  # fmt: skip
ACCOUNT = {
    "F-14a", "F-14b", "F-15a", "F-15b", "F-25a", "F-25b", "F-25c", "F-26a", "F-26b", "F-27", "F-32a", "F-32b",
}  # fmt: skip
THROTTLE = {"F-16a", "F-16b", "F-16c", "F-16d", "F-16e", "F-17a", "F-17b", "F-17c"}
POLICY = {"F-18a", "F-18b", "F-18c"}
DEADLINE = {"F-03", "F-34"}
NAMED = (HARMLESS, FOR_THE_REFEREE, TRANSIENT, ACCOUNT, THROTTLE, POLICY, DEADLINE)
CONTENT = set(every()).difference(*NAMED)
EVER = datetime(2020, 1, 1, tzinfo=UTC)


def attempts_at_the_first(fault: str) -> int:
    """How often the provider with the fault is asked before the other one is."""
    if fault in HARMLESS | FOR_THE_REFEREE:
        return 0
    return 2 if fault in TRANSIENT | CONTENT else 1


async def plan_of(clouds, ended):
    """The decision that holds a plan: this one, or the one that the sender's yes begins."""
    if ended.hold.reason == "confirm":
        yes = await clouds.here.desk.approve(ended.id, "ng.mei-ling", action_hash(ended.hold.action))
        assert yes.ok, yes
        ended = await clouds.here.ended(f"D-{int(ended.id[2:]) + 1:05d}")
    assert isinstance(ended.hold.action, PublishPlan)
    return await clouds.here.store.read(lambda facts: facts.plan_named(ended.hold.action.plan))


async def assert_can_be_run(clouds, plan) -> None:
    """By eye, apart from the checker: known machines, operations in order, one at a time but in furnaces."""
    machines = {m.code: m for m in await clouds.here.store.read(lambda facts: facts.machines())}
    orders = await clouds.here.store.read(lambda facts: facts.orders())
    running = {(o.number, op.position) for o in orders for op in o.operations if op.state == "running"}
    by_machine, by_job = defaultdict(list), defaultdict(list)
    for a in plan.assignments:
        if (a.order, a.position) in running:
            continue  # began by the clock on the wall, which is not the desk's
        assert a.start < a.end
        by_job[a.order, a.lot].append(a)
        if machines[a.machine].batch <= 1:
            by_machine[a.machine].append(a)
    for row in by_machine.values():
        row.sort(key=lambda a: a.start)
        assert all(one.end <= other.start for one, other in pairwise(row))
    for row in by_job.values():
        row.sort(key=lambda a: a.position)
        assert all(one.end <= other.start for one, other in pairwise(row))


async def assert_money_adds_up(clouds, step) -> None:
    spent = await clouds.here.store.cloud.spent(EVER, "decision")
    assert sum(line.cost_micro for line in spent) == pytest.approx(step.cost_cny * MICRO, abs=0.5)
    by_model = await clouds.here.store.cloud.spent(EVER, "model")
    assert sum(line.cost_micro for line in by_model) == sum(line.cost_micro for line in spent)


def consulted(ended) -> Consulted:
    [step] = [step for step in ended.steps if isinstance(step, Consulted)]
    return step


async def listed(clouds) -> list[str]:
    """The hashes of what left for providers, as the ledger has them."""
    left = await asyncio.to_thread(lambda: list(clouds.here.store.ledger.entries(EVER)))
    return [each.entry.sha256 for each in left if each.entry.channel.startswith("cloud.")]


def test_every_fault_is_in_exactly_one_class():
    assert sum(map(len, NAMED)) + len(CONTENT) == len(every())
    assert set().union(*NAMED) <= set(every())


@pytest.mark.parametrize("fault", every())
async def test_one_provider_with_a_fault(plant, tmp_path, fault):
    at_start = (fault,) if fault == "F-27" else ()
    async with CloudDouble("tencent", faults=at_start) as tencent, CloudDouble("deepseek") as deepseek:
        tencent.pace = Pace(late_s=5.0)
        if not at_start:
            tencent.fault(fault)
        async with opened(plant, tmp_path, tencent, deepseek) as clouds:
            ended = await clouds.here.ask("ng.mei-ling", UNREADABLE)
            step, times = consulted(ended), attempts_at_the_first(fault)
            assert [each.partition(":")[0] for each in step.faults] == ["tencent"] * times
            if fault in POLICY | DEADLINE:
                assert step.outcome == ("policy" if fault in POLICY else "deadline")
                assert deepseek.seen.asked == [], "never resent elsewhere, and never beyond the deadline"
                assert ended.hold.reason == "approval"
            else:
                assert step.outcome == "answered"
                assert step.model.startswith("hy4" if times == 0 else "deepseek")
            await assert_money_adds_up(clouds, step)
            await assert_can_be_run(clouds, await plan_of(clouds, ended))
            if fault[:4] not in {"F-27", "F-29"}:  # no connection, no bytes
                assert len(await listed(clouds)) == len(step.faults) + (step.outcome == "answered")
            assert clouds.here.faults == []
            assert tencent.seen.breaches == deepseek.seen.breaches == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("F-08", "transient"), ("F-16e", "throttle"), ("F-14a", "account"), ("F-44a", "content"),
     ("F-18b", "policy"), ("F-34", "deadline"), ("F-29a", "transient"), ("F-52a", "content")],
)  # fmt: skip
async def test_with_both_providers_at_fault_the_own_plan_is_the_answer(plant, tmp_path, fault, outcome):
    async with CloudDouble("tencent") as tencent, CloudDouble("deepseek") as deepseek:
        tencent.fault(fault)
        deepseek.fault(fault)
        async with opened(plant, tmp_path, tencent, deepseek) as clouds:
            ended = await clouds.here.ask("ng.mei-ling", UNREADABLE)
            step = consulted(ended)
            assert (step.outcome, ended.hold.reason) == (outcome, "approval")
            assert len(step.faults) <= 3
            await assert_money_adds_up(clouds, step)
            await assert_can_be_run(clouds, await plan_of(clouds, ended))


async def test_a_name_in_the_words_never_arrives_and_a_phone_number_keeps_everything_here(plant, tmp_path):
    async with CloudDouble("tencent") as tencent, CloudDouble("deepseek") as deepseek:  # noqa: SIM117
        async with opened(plant, tmp_path, tencent, deepseek) as clouds:
            await clouds.here.ask("ng.mei-ling", UNREADABLE)
            sent = tencent.seen.asked[0].raw.decode()
            assert not [name for name in ("SO-10", "1042", "1045", "B廠", "ng.mei-ling") if name in sent]
            assert clouds.tencent.key in sent, "in its header"
            ended = await clouds.here.ask("ng.mei-ling", f"{UNREADABLE}，有事打 9123 4567")
            assert consulted(ended).outcome == "blocked"
            assert len(tencent.seen.asked) == 1
            kept = await asyncio.to_thread(lambda: list(clouds.here.store.ledger.entries(EVER)))
            assert clouds.tencent.key not in repr(kept)
            assert kept[0].entry.body == tencent.seen.asked[0].content


async def test_fifty_wishes_at_once_against_a_budget_for_one_make_one_call(plant, tmp_path):
    async with CloudDouble("tencent") as tencent, CloudDouble("deepseek") as deepseek:
        caps = {"day_cny": 0.6, "repeats": 100, "idle_s": 20, "deadline_s": 30}
        tencent.hold()
        async with opened(plant, tmp_path, tencent, deepseek, **caps) as clouds:
            async with asyncio.TaskGroup() as group:
                asking = [group.create_task(clouds.client.consult(prompt_of(n), str)) for n in range(50)]
                while sum(each.done() for each in asking) < 49:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                tencent.release()
            why = [getattr(each.result(), "why", "") for each in asking]
            assert (why.count(""), why.count("day")) == (1, 49), why
            assert len(tencent.seen.requests) + len(deepseek.seen.requests) == 1


def prompt_of(n: int):
    payer = Payer(f"D-{n:05d}", "ng.mei-ling", Intent.PRODUCTION_SCHEDULE, "A", f"{n:064d}")
    return Prompt("answer with json", f'{{"n": {n}}}', "v", "f", Language.HANT, (payer,))
