"""The token: one on the disk, one asker, one more try, and silence once the secret was called wrong."""

import asyncio
import stat

import pytest

from app.doubles.wecom_app import SECRET
from app.records.errors import LinkDown, SettingsWrong, TurnedDown
from tests.outbound.wecom_app.rig import Rig


async def test_many_askers_fetch_one(rig: Rig):
    tokens = await asyncio.gather(*(rig.tokens.get() for _ in range(20)))
    assert len(set(tokens)) == 1
    assert rig.double.seen.tokens == 1


async def test_it_outlives_a_restart_and_is_the_owners_alone(rig: Rig):
    token = await rig.tokens.get()
    assert stat.S_IMODE(rig.token_file.stat().st_mode) == 0o600
    rig.restart()
    assert await rig.tokens.get() == token
    assert rig.double.seen.tokens == 1


async def test_it_is_renewed_five_minutes_early(rig: Rig):
    first = await rig.tokens.get()
    rig.pass_s(7200 - 301)
    assert await rig.tokens.get() == first
    rig.pass_s(1)
    assert await rig.tokens.get() != first


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"text": 1}', '{"text":"t","ends":"2036-01-01","owner":""}']
)
async def test_a_broken_file_costs_one_question(rig: Rig, kept: str):
    rig.token_file.write_text(kept)
    rig.token_file.with_name("token.json.new").write_text("left over")
    await rig.tokens.get()
    rig.restart()
    await rig.tokens.get()
    assert rig.double.seen.tokens == 1


async def test_a_disk_that_cannot_be_written_stops_nothing(rig: Rig):
    rig.token_file.mkdir()
    await rig.tokens.get()
    await rig.tokens.get()
    assert rig.double.seen.tokens == 1


async def test_a_new_secret_asks_anew(rig: Rig):
    await rig.tokens.get()
    assert rig.settings.secret_file is not None
    rig.settings.secret_file.write_text("another")
    with pytest.raises(TurnedDown):
        await rig.tokens.get()


@pytest.mark.parametrize("fault", ["invalid_token", "expired_token"])
async def test_a_refused_token_is_renewed_once_and_tried_once(rig: Rig, fault: str):
    await rig.tokens.get()
    rig.double.once.append(fault)
    await rig.client.send_text(["zhangsan"], "hello")
    assert rig.double.seen.tokens == 2
    rig.double.faults.add(fault)
    with pytest.raises(TurnedDown):
        await rig.client.send_text(["zhangsan"], "again")
    assert rig.double.seen.calls.count("/cgi-bin/message/send") == 4


async def test_twenty_refused_at_once_renew_once(rig: Rig):
    await rig.tokens.get()
    rig.double.rules.void_tokens()
    await asyncio.gather(*(rig.client.send_text(["zhangsan"], f"hello {n}") for n in range(20)))
    assert rig.double.seen.tokens == 2
    assert len(rig.double.seen.messages) == 20


async def test_a_wrong_secret_is_not_asked_again_until_it_is_another(rig: Rig):
    assert rig.settings.secret_file is not None
    rig.settings.secret_file.write_text("wrong")
    for _ in range(3):
        with pytest.raises(TurnedDown) as no:
            await rig.client.send_text(["zhangsan"], "hello")
        assert no.value.errcode == 40001
    assert rig.double.seen.calls == ["/cgi-bin/gettoken"]
    rig.settings.secret_file.write_text(SECRET)
    await rig.client.send_text(["zhangsan"], "hello")


async def test_a_secret_called_wrong_while_sending_stops_too(rig: Rig):
    await rig.tokens.get()
    rig.double.once.append("bad_secret")
    for _ in range(2):
        with pytest.raises(TurnedDown):
            await rig.client.send_text(["zhangsan"], "hello")
    assert rig.double.seen.calls == ["/cgi-bin/gettoken", "/cgi-bin/message/send"]


async def test_an_outage_is_asked_again(rig: Rig):
    rig.double.once.append("cut")
    with pytest.raises(LinkDown):
        await rig.tokens.get()
    await rig.tokens.get()


async def test_a_missing_secret_is_named(rig: Rig):
    assert rig.settings.secret_file is not None
    rig.settings.secret_file.unlink()
    with pytest.raises(SettingsWrong, match=r"wecom\.app\.secret_file"):
        await rig.tokens.get()
    rig.settings.secret_file.write_bytes(b"\xff")
    with pytest.raises(SettingsWrong, match="not text"):
        await rig.tokens.get()
    rig.settings.secret_file.write_text(" \n")
    with pytest.raises(SettingsWrong, match="empty"):
        await rig.tokens.get()
