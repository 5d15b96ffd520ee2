"""Encrypted sender ids: asked in batches, once a day, and a message waits for a moment at most."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from app.outbound.wecom_app.identifying import Identifying
from app.outbound.wecom_app.lookups import plain_ids
from app.records.errors import StoreFull

CALL = "/cgi-bin/batch/openuserid_to_userid"


def cipher(number: int) -> str:
    return f"wo{number:030d}"


class Kept:
    """What was kept; `full` makes the store refuse."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.full = False
        self.changed = asyncio.Event()

    async def keep(self, found) -> None:
        if self.full:
            raise StoreFull
        self.found |= found
        self.changed.set()


@pytest.fixture
def identifying(rig):
    """Runs one on the double; `alarms` are its sentences."""

    @asynccontextmanager
    async def opened(**more):
        kept, alarms = Kept(), []
        part = Identifying(
            lambda ids: plain_ids(rig.calls, ids), kept.keep, clock=lambda: rig.now,
            on_alarm=alarms.append, **({"patience_s": 20.0} | more),
        )  # fmt: skip
        async with asyncio.TaskGroup() as group:
            running = group.create_task(part.run())
            yield part, kept, alarms
            running.cancel()

    return opened


async def test_an_encrypted_id_becomes_known_while_its_message_waits(rig, identifying):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    async with identifying() as (part, kept, alarms):
        assert await part.find(cipher(1))
        assert (kept.found, alarms) == ({cipher(1): "zhangsan"}, [])


async def test_those_that_come_while_one_is_asked_for_are_asked_for_together(rig, identifying):
    rig.double.rules.open_ids = {cipher(n): f"p{n}" for n in range(6)}
    async with identifying() as (part, kept, _):
        found = await asyncio.gather(*(part.find(cipher(n)) for n in (*range(6), *range(6))))
        assert (len(kept.found), rig.double.seen.calls.count(CALL) <= 2) == (6, True)
        assert sum(found) == 8, "more than eight messages wait for nothing"


@pytest.mark.parametrize("sender", ["zhangsan", "wo123", "woman.in.charge.of.the.warehouse-", "", "x" * 40])
async def test_a_plain_id_is_never_asked_for(rig, identifying, sender):
    async with identifying() as (part, _, _alarms):
        assert not await part.find(sender)
        assert rig.double.seen.calls == []


async def test_an_id_that_wecom_does_not_know_is_asked_for_once_a_day(rig, identifying):
    async with identifying() as (part, kept, alarms):
        assert not await part.find(cipher(1))
        assert not await part.find(cipher(1))
        assert rig.double.seen.calls.count(CALL) == 1
        rig.double.rules.open_ids = {cipher(1): "zhangsan"}
        rig.pass_s(23 * 3600)
        assert not await part.find(cipher(1))
        rig.pass_s(3601)
        assert await part.find(cipher(1))
        assert (kept.found, alarms) == ({cipher(1): "zhangsan"}, [])


async def test_a_message_waits_no_longer_than_its_patience_and_the_answer_is_kept_anyway(rig, identifying):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    rig.double.faults.add("slow")
    async with identifying(patience_s=0.02) as (part, kept, _):
        assert not await part.find(cipher(1))
        assert kept.found == {}
        rig.double.release()
        async with asyncio.timeout(20):
            await kept.changed.wait()
        assert kept.found == {cipher(1): "zhangsan"}


@pytest.mark.parametrize("fault", ["wrong_address", "bad_secret"])
async def test_a_refusal_for_good_is_alarmed_once_and_asks_nothing_for_an_hour(rig, identifying, fault):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    rig.double.faults.add(fault)
    async with identifying() as (part, _, alarms):
        assert not await part.find(cipher(1))
        asked = len(rig.double.seen.calls)
        rig.pass_s(3590)
        assert not await part.find(cipher(2))
        assert len(rig.double.seen.calls) == asked
        rig.pass_s(11)
        assert not await part.find(cipher(2))
        assert len(alarms) == 1
        assert "WeCom does not say" in alarms[0]
        assert cipher(1) not in alarms[0]


async def test_after_the_way_is_free_again_the_next_refusal_is_alarmed_again(rig, identifying):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    async with identifying() as (part, _, alarms):
        for fault, told in (("wrong_address", 1), ("", 1), ("wrong_address", 2)):
            rig.double.faults = {fault} - {""}
            rig.pass_s(2 * 86400)
            assert await part.find(cipher(1)) is not bool(fault)
            assert len(alarms) == told


@pytest.mark.parametrize("fault", ["status_500", "rate_limit"])
async def test_an_outage_is_no_alarm_and_is_tried_again_after_a_minute(rig, identifying, fault):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    rig.double.faults.add(fault)
    async with identifying() as (part, _, alarms):
        assert not await part.find(cipher(1))
        rig.double.faults.clear()
        assert not await part.find(cipher(1)), "nothing is asked within the minute"
        rig.pass_s(61)
        assert await part.find(cipher(1))
        assert alarms == []


async def test_what_cannot_be_kept_is_not_known(rig, identifying):
    rig.double.rules.open_ids = {cipher(1): "zhangsan"}
    async with identifying() as (part, kept, _):
        kept.full = True
        assert not await part.find(cipher(1))
        kept.full = False
        rig.pass_s(61)
        assert await part.find(cipher(1))
