"""The relay and the appliance's link over real sockets and real TLS."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.inbound.relay_link import RelayLink, RelayState, RelayTold
from app.records.errors import SettingsWrong, StoreFull
from app.relay import Relay
from tests.relay.scene import (
    Appliance,
    Papers,
    all_heard,
    envelope,
    get,
    link_settings,
    pair,
    post,
    relay_settings,
    running,
    tell_of_acks,
    wired,
)

BODIES = [envelope(number) for number in range(20)]


async def test_a_callback_goes_through_and_is_deleted(tmp_path: Path, papers: Papers):
    async with pair(tmp_path, papers) as (relay, appliance):
        for body in BODIES:
            assert await post(relay.callback.port, body) == 200
        await appliance.until(lambda: relay.keeper.length == 0)
        assert appliance.kept == appliance.asked == BODIES
        assert appliance.link.counts == {"kept": 20}
        page = await asyncio.to_thread(read_metrics, relay)
    for line in ("received_total 20.0", "acked_total 20.0", "queue_length 0.0", "linked 1.0"):
        assert f"chargehand_relay_{line}" in page


def read_metrics(relay: Relay) -> str:
    with urlopen(f"http://127.0.0.1:{relay.page.port}/metrics") as page:
        return page.read().decode()


async def test_what_came_while_the_appliance_was_away_is_there_when_it_comes(tmp_path: Path):
    async with Relay.opened(relay_settings(tmp_path)) as relay:
        for body in BODIES:
            assert await post(relay.callback.port, body) == 200
    async with pair(tmp_path) as (relay, appliance):
        await appliance.until(lambda: relay.keeper.length == 0)
        assert appliance.kept == BODIES


async def test_nothing_is_deleted_before_the_appliance_has_committed(tmp_path: Path):
    appliance = Appliance()
    appliance.gate.clear()
    async with pair(tmp_path, appliance=appliance) as (relay, _):
        for body in BODIES[:3]:
            assert await post(relay.callback.port, body) == 200
        await appliance.until(lambda: len(appliance.asked) == 1)
        assert relay.keeper.length == 3
        appliance.gate.set()
        await appliance.until(lambda: relay.keeper.length == 0)


async def test_what_cannot_be_kept_now_stays_and_comes_again_in_order(tmp_path: Path):
    appliance = Appliance(later={BODIES[2]})
    async with pair(tmp_path, appliance=appliance) as (relay, _):
        for body in BODIES[:5]:
            assert await post(relay.callback.port, body) == 200
        await appliance.until(lambda: appliance.asked.count(BODIES[2]) >= 3)
        await appliance.until(lambda: relay.keeper.length == 3)
        assert appliance.kept == BODIES[:2]
        appliance.later.clear()
        await appliance.until(lambda: relay.keeper.length == 0)
        assert appliance.kept == BODIES[:5]


@pytest.mark.parametrize("way", ["down", "up"])
async def test_a_cut_at_any_byte_leaves_no_gap_and_takes_nothing_twice(tmp_path: Path, way: str):
    length = {"down": 2200, "up": 600}[way]
    cuts = 0
    here: list[Appliance] = []

    def notice() -> None:
        here[-1].notice()

    async with Relay.opened(relay_settings(tmp_path, pull={"batch": 2})) as relay:
        tell_of_acks(relay, notice)
        for at in range(1, length, 9):
            async with wired(relay.pull.port) as wire:
                wire.cut_after[way] = at
                for body in BODIES[:5]:
                    assert await relay.keeper.put("203.0.113.9", "nonce=n", body) == ""
                appliance = Appliance()
                here.append(appliance)
                async with running(link_settings(wire.port), appliance):
                    await appliance.until(lambda: relay.keeper.length == 0)
                assert appliance.asked == BODIES[:5]
                cuts += wire.cuts
    assert cuts > length / 9 / 2


async def test_a_second_appliance_takes_over_and_the_first_is_told(tmp_path: Path, papers: Papers):
    async with pair(tmp_path, papers) as (relay, first):
        async with running(link_settings(relay.pull.port, papers)) as second:
            await second.ready()
            await first.until(lambda: bool(first.alarms))
            assert "another appliance" in first.alarms[0]
            assert first.pauses[0] == 120
            assert await post(relay.callback.port, BODIES[0]) == 200
            await first.until(lambda: BODIES[0] in first.kept + second.kept)
        assert relay.keeper.length <= 1


@pytest.mark.parametrize("whose", ["stranger", "nobody"])
async def test_a_wrong_client_certificate_is_refused(tmp_path: Path, papers: Papers, whose: str):
    async with Relay.opened(relay_settings(tmp_path, papers)) as relay:
        assert await post(relay.callback.port, BODIES[0]) == 200
        settings = link_settings(
            relay.pull.port, papers, cert_file=papers.stranger[0], key_file=papers.stranger[1]
        )
        appliance = Appliance()
        if whose == "nobody":
            settings = link_settings(relay.pull.port)
        async with running(settings, appliance):
            await appliance.until(lambda: len(appliance.pauses) == 3)
        assert RelayState.READY not in appliance.states
        assert (appliance.asked, relay.keeper.length) == ([], 1)


async def test_a_relay_that_somebody_else_signed_gets_nothing(tmp_path: Path, papers: Papers):
    async with Relay.opened(relay_settings(tmp_path, papers)) as relay:
        assert await post(relay.callback.port, BODIES[0]) == 200
        settings = link_settings(relay.pull.port, papers, ca_file=papers.stranger_authority)
        async with running(settings) as appliance:
            await appliance.until(lambda: len(appliance.pauses) == 2)
        assert RelayState.READY not in appliance.states


def test_certificates_that_are_missing_are_named(tmp_path: Path, papers: Papers):
    def made(**files: object) -> RelayLink:
        there = Appliance()
        settings = link_settings(1, papers, **files)
        return RelayLink(
            settings, there.take, there.check, clock=lambda: there.now, told=RelayTold(there.on_alarm)
        )

    with pytest.raises(SettingsWrong, match="all are needed"):
        made(key_file=None)
    with pytest.raises(SettingsWrong, match="cannot be used"):
        made(ca_file=tmp_path / "none.pem")


async def test_an_outage_is_alarmed_once_and_tried_for_ever(tmp_path: Path):
    appliance = Appliance()
    async with running(link_settings(1), appliance):
        await appliance.until(lambda: len(appliance.pauses) == 8)
        assert appliance.alarms == []
        assert appliance.pauses == [1, 2, 4, 8, 16, 30, 30, 30]
        appliance.now = appliance.now.replace(year=appliance.now.year + 1)
        await appliance.until(lambda: len(appliance.pauses) == 12)
    assert len(appliance.alarms) == 1


# URL checks


async def test_a_url_check_is_answered_only_while_the_window_is_open(tmp_path: Path, papers: Papers):
    appliance = Appliance(echoes={"a+b/c=": "1616140317555161061"})
    query = "msg_signature=s&timestamp=1&nonce=n&echostr=a%2Bb/c%3D"
    async with pair(tmp_path, papers, appliance) as (relay, _):
        assert await get(relay.callback.port, query) == (404, b"")
        await appliance.link.open_window(600)
        await all_heard(relay, appliance)
        assert await get(relay.callback.port, query) == (200, b"1616140317555161061")
        assert await get(relay.callback.port, query.replace("%2B", "+")) == (200, b"1616140317555161061")
        await appliance.link.open_window(0)
        await all_heard(relay, appliance)
        assert await get(relay.callback.port, query) == (404, b"")
        assert appliance.link.counts["check"] == 2


@pytest.mark.parametrize("plain", ["<xml>the message</xml>", "", "a b", "é", "x" * 65, "1\n", "收到"])
@pytest.mark.parametrize("honest", [True, False])
async def test_a_replayed_message_never_comes_out_as_an_echo(
    tmp_path: Path, plain: str, honest: bool, monkeypatch: pytest.MonkeyPatch
):
    """At the appliance, and at the relay as well should the appliance be changed."""
    if not honest:
        monkeypatch.setattr("app.inbound.relay_session.is_short_echo", lambda _text: True)
    async with pair(tmp_path, appliance=Appliance(echoes={"x": plain})) as (relay, appliance):
        await appliance.link.open_window(600)
        await all_heard(relay, appliance)
        assert await get(relay.callback.port, "echostr=x") == (404, b"")
        assert appliance.link.counts["check"] == 1


async def test_a_check_that_takes_too_long_has_no_answer_and_hurts_nothing(tmp_path: Path):
    appliance = Appliance(echoes={"x": "1"})
    async with pair(tmp_path, appliance=appliance) as (relay, _):
        await appliance.link.open_window(600)
        await all_heard(relay, appliance)
        appliance.gate.clear()
        assert await get(relay.callback.port, "echostr=x") == (404, b"")
        appliance.gate.set()
        assert await get(relay.callback.port, "echostr=x") == (200, b"1")


async def test_the_window_is_told_again_after_a_cut(tmp_path: Path):
    appliance = Appliance(echoes={"x": "1"})
    async with (
        Relay.opened(relay_settings(tmp_path)) as relay,
        wired(relay.pull.port) as wire,
        running(link_settings(wire.port), appliance),
    ):
        tell_of_acks(relay, appliance.notice)
        await appliance.ready()
        await appliance.link.open_window(600)
        wire.cut()
        await appliance.until(lambda: appliance.states.count(RelayState.READY) == 2)
        await all_heard(relay, appliance)
        assert await get(relay.callback.port, "echostr=x") == (200, b"1")


# What goes wrong at the relay.


async def test_what_nobody_fetched_for_a_day_is_deleted_and_counted(tmp_path: Path):
    now = [datetime(2026, 11, 27, tzinfo=UTC)]
    async with Relay.opened(relay_settings(tmp_path), now=lambda: now[0]) as relay:
        assert await post(relay.callback.port, BODIES[0]) == 200
        now[0] += timedelta(hours=11)
        assert await post(relay.callback.port, BODIES[1]) == 200
        assert relay.keeper.oldest_s == 11 * 3600
        now[0] += timedelta(hours=2)
        assert await post(relay.callback.port, BODIES[2]) == 503, "nobody has fetched for too long"
        now[0] += timedelta(hours=12)
        await relay.sweep()
        assert [record.body for record in await relay.keeper.after(0, 9)] == [BODIES[1]]
        assert relay.meters.registry.get_sample_value("chargehand_relay_expired_total") == 1


@pytest.mark.parametrize("fails", ["after", "drop_to"])
async def test_a_queue_that_cannot_be_had_for_a_moment_ends_the_connection_and_loses_nothing(
    tmp_path: Path, fails: str, monkeypatch: pytest.MonkeyPatch
):
    async with pair(tmp_path) as (relay, appliance):
        works, failed = getattr(relay.keeper, fails), []

        async def fail_once(*words: int) -> object:
            if not failed:
                failed.append(words)
                raise StoreFull("the disk is full")
            return await works(*words)

        monkeypatch.setattr(relay.keeper, fails, fail_once)
        for body in BODIES[:4]:
            assert await post(relay.callback.port, body) == 200
        await appliance.until(lambda: bool(failed) and relay.keeper.length == 0)
        assert appliance.kept == BODIES[:4]


async def test_a_surprise_in_a_connection_ends_the_relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its queue is durable: whoever watches the process starts it again."""

    async def surprise(*_: int) -> object:
        raise ZeroDivisionError

    async with Relay.opened(relay_settings(tmp_path)) as relay:
        monkeypatch.setattr(relay.keeper, "after", surprise)
        with pytest.raises(ExceptionGroup) as caught:
            await while_running(relay)
    assert caught.group_contains(ZeroDivisionError)


async def while_running(relay: Relay) -> None:
    async with running(link_settings(relay.pull.port)):
        await relay.run()


async def test_a_port_that_is_taken_is_named(tmp_path: Path):
    async with Relay.opened(relay_settings(tmp_path)) as relay:
        (tmp_path / "second").mkdir()
        for node, port in (("callback", relay.callback.port), ("pull", relay.pull.port)):
            there = relay_settings(tmp_path / "second", **{node: {"listen": f"127.0.0.1:{port}"}})
            with pytest.raises(SettingsWrong, match="in use"):
                async with Relay.opened(there):
                    pass
