"""Keys of kept answers, and one call for equal questions at once."""

import asyncio
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.cloud.attempt import Target, Turn
from app.outbound.cloud.caching import Flights, Landed, Served, cache_key
from tests.outbound.cloud.standins import question, raw

TARGET = Target("deepseek", "https://a.example", "deepseek-flash", key="sk-one")
TURNS = (Turn("system", "rules"), Turn("user", "what"))

words = st.text(max_size=20)
targets = st.builds(
    Target,
    st.sampled_from(["deepseek", "tencent", "lan"]),
    words,
    words,
    thinking=st.sampled_from(["off", "low", "high"]),
    tokens_max=st.integers(1, 9000),
    schema_form=st.sampled_from(["json_schema", "schema", "none"]),
)
asked = st.fixed_dictionaries(
    {
        "target": targets,
        "turns": st.lists(st.builds(Turn, st.sampled_from(["system", "user"]), words), max_size=4),
        "version": words,
        "facts": words,
        "answers": words,
        "schema": st.none() | st.dictionaries(words, st.integers() | words, max_size=3),
    }
)


def key(all_of_it: dict) -> str:
    prompt = question(version=all_of_it["version"], facts=all_of_it["facts"])
    return cache_key(
        all_of_it["target"], all_of_it["turns"], prompt, all_of_it["answers"], all_of_it["schema"]
    )


@given(asked, asked, st.data())
def test_every_part_of_a_question_changes_its_key(one: dict, other: dict, data: st.DataObject):
    part = data.draw(st.sampled_from(sorted(one)))
    changed = {**one, part: other[part]}
    assert (key(changed) == key(one)) == (other[part] == one[part])


@given(targets, targets)
def test_every_field_of_a_target_changes_the_key(one: Target, other: Target):
    for each in fields(Target):
        changed = replace(one, **{each.name: getattr(other, each.name)})
        same = cache_key(changed, TURNS, question(), "m") == cache_key(one, TURNS, question(), "m")
        assert same == (changed == one)


def test_words_do_not_wander_between_turns():
    moved = (Turn("system", "rulesw"), Turn("user", "hat"))
    assert cache_key(TARGET, TURNS, question(), "m") != cache_key(TARGET, moved, question(), "m")


def test_another_key_of_the_account_ends_no_answer():
    changed = replace(TARGET, key="sk-two")
    assert cache_key(changed, TURNS, question(), "m") == cache_key(TARGET, TURNS, question(), "m")


def test_who_serves_a_name_is_remembered_and_a_change_is_told():
    served = Served()
    assert served.model(TARGET) == "deepseek-flash"
    assert not served.drifted(TARGET, raw("a", "deepseek-flash", build="b1"))
    assert served.drifted(TARGET, raw("a", "deepseek-flash", build="b2"))
    assert not served.drifted(TARGET, raw("a", "deepseek-flash", build="b2"))
    assert served.drifted(TARGET, raw("a", "deepseek-next", build="b2"))
    assert served.model(TARGET) == "deepseek-next"
    assert served.model(replace(TARGET, provider="lan")) == "deepseek-flash"


async def test_those_who_ask_the_same_wait_for_the_first():
    flights = Flights()
    assert await flights.join("k") is None
    assert await flights.join("other") is None
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(flights.join("k")) for _ in range(5)]
        await asyncio.sleep(0)
        flights.land("k", Landed("text"))
    assert [each.result() for each in waiting] == [Landed("text")] * 5
    assert await flights.join("k") is None


async def test_one_of_those_who_wait_leads_when_the_leader_came_to_nothing():
    flights = Flights()
    assert await flights.join("k") is None

    async def ask() -> Landed | None:
        landed = await flights.join("k")
        if landed is None:
            flights.land("k", Landed("second"))
        return landed

    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(0)
        flights.land("k", None)
    outcomes = [each.result() for each in waiting]
    assert outcomes[0] is None
    assert set(outcomes[1:]) <= {None, Landed("second")}


async def test_who_stops_waiting_stops_nobody_else():
    flights = Flights()
    assert await flights.join("k") is None
    async with asyncio.TaskGroup() as group:
        left, stays = (group.create_task(flights.join("k")) for _ in range(2))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)
        flights.land("k", Landed("text"))
    assert left.cancelled()
    assert stays.result() == Landed("text")


def test_a_question_of_lone_surrogates_has_a_key_too():
    assert cache_key(TARGET, (Turn("user", "\ud800"),), question(), "m")
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode()
