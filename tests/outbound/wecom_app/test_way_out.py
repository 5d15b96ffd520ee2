"""The way to the API: through a tunnel, under the plant's own authority, and without a secret in any log."""

import asyncio
import logging
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.doubles.proxy import ProxyDouble
from app.doubles.wecom_app import SECRET, WEBHOOK_KEY, QyapiDouble
from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.webhook import GroupWebhook
from app.records.errors import ChargehandError, LinkDown, OutcomeUnknown, SettingsWrong, TurnedDown
from app.settings import WecomWebhook
from tests.outbound.wecom_app.rig import Rig, app_settings
from tests.outbound.wecom_app.tls import certified


async def test_a_tunnel_sees_where_to_and_nothing_else(tmp_path: Path):
    tls, ca_file = certified(tmp_path)
    with QyapiDouble(tls=tls) as double:
        async with ProxyDouble() as proxy:
            rig = Rig(double, app_settings(tmp_path, double.url, ca_file=ca_file, proxy=proxy.url), tmp_path)
            await rig.client.send_text(["zhangsan"], "hello")
            await rig.close()
    assert set(proxy.requests) == {f"CONNECT {double.url.removeprefix('https://')} HTTP/1.1"}
    assert SECRET.encode() not in proxy.sent
    assert len(double.seen.messages) == 1


async def test_a_proxy_that_refuses_means_nothing_was_written(tmp_path: Path):
    tls, ca_file = certified(tmp_path)
    with QyapiDouble(tls=tls) as double:
        async with ProxyDouble(refuses="403 Forbidden") as proxy:
            rig = Rig(double, app_settings(tmp_path, double.url, ca_file=ca_file, proxy=proxy.url), tmp_path)
            with pytest.raises(LinkDown) as down:
                await rig.client.send_text(["zhangsan"], "hello")
            await rig.close()
    assert not isinstance(down.value, OutcomeUnknown)
    assert not double.seen.calls


async def test_the_environment_turns_nothing(
    double: QyapiDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    rig = Rig(double, app_settings(tmp_path, double.url), tmp_path)
    await rig.client.send_text(["zhangsan"], "hello")
    await rig.close()


async def test_an_unknown_authority_is_not_trusted(tmp_path: Path):
    tls, _ = certified(tmp_path)
    with QyapiDouble(tls=tls) as double:
        rig = Rig(double, app_settings(tmp_path, double.url), tmp_path)
        with pytest.raises(LinkDown):
            await rig.client.send_text(["zhangsan"], "hello")
        await rig.close()
    assert not double.seen.calls


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path, content: str | None):
    ca_file = tmp_path / "ca.pem"
    if content:
        ca_file.write_text(content)
    with pytest.raises(SettingsWrong, match=r"ca\.pem"):
        Qyapi(app_settings(tmp_path, "https://127.0.0.1:9", ca_file=ca_file))


async def test_no_secret_is_shown(rig: Rig, caplog: pytest.LogCaptureFixture):
    shown: list[object] = []
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        for fault in ("cut", "status_500", "garbage", "wrong_address", "expired_token", "bad_secret"):
            rig.double.once.append(fault)
            try:
                shown.append(await rig.client.send_text(["zhangsan"], f"secret words {fault}"))
            except ChargehandError as no:
                shown += [no, repr(no), no.__cause__, no.__suppress_context__]
    token = await Rig(rig.double, rig.settings, rig.folder).tokens.get()
    text = f"{shown} {caplog.text} {logs} {rig.tokens!r} {rig.client!r} {vars(rig.tokens)['_token']!r}"
    for secret in (SECRET, token, "secret words", "corpsecret"):
        assert secret not in text


def webhook_settings(tmp_path: Path, url: str, key: str = WEBHOOK_KEY) -> WecomWebhook:
    file = tmp_path / "webhook.key"
    file.write_text(key, encoding="utf-8")
    return WecomWebhook(url=url, key_file=file)


async def test_an_alarm_reaches_the_group(
    double: QyapiDouble, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    settings = webhook_settings(tmp_path, double.url)
    api = Qyapi(settings)
    hook = GroupWebhook(settings, api)
    with caplog.at_level(logging.DEBUG):
        assert not await hook.send("**3号线** 停机")
        assert await hook.send("停" * 2000)
        double.once.append("cut")
        with pytest.raises(OutcomeUnknown):
            await hook.send("maybe")
    assert not hook._rate.has_capacity(3)
    await api.aclose()
    assert double.seen.alarms == ["**3号线** 停机", "停" * 1363 + "……", "maybe"]
    assert WEBHOOK_KEY not in caplog.text


async def test_a_wrong_key_is_turned_down_and_a_missing_one_named(double: QyapiDouble, tmp_path: Path):
    settings = webhook_settings(tmp_path, double.url, "another")
    api = Qyapi(settings)
    with pytest.raises(TurnedDown) as no:
        await GroupWebhook(settings, api).send("hello")
    assert no.value.errcode == 93000
    with pytest.raises(SettingsWrong, match=r"wecom\.webhook\.key_file"):
        await GroupWebhook(WecomWebhook(url=double.url), api).send("hello")
    await api.aclose()


async def test_no_minute_has_more_than_twenty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever sends as fast as he may, on a clock that is turned by hand."""
    settings = webhook_settings(tmp_path, "https://127.0.0.1:9")
    api = Qyapi(settings)
    rate = GroupWebhook(settings, api)._rate
    now, sent = 0.0, list[float]()
    with monkeypatch.context() as patched:
        patched.setattr(asyncio.get_running_loop(), "time", lambda: now)
        for tick in range(6000):
            now = tick / 10
            while rate.has_capacity():
                await rate.acquire()
                sent.append(now)
    await api.aclose()
    assert max(sum(begin <= at < begin + 60 for at in sent) for begin in sent) <= 20
    assert len(sent) > 140  # of the 200 that ten minutes have
