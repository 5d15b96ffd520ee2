"""What doctor finds about WeCom's web API, the webhook, the relay and pictures, each with the way out."""

import socket
from pathlib import Path

import pytest

from app.doubles.proxy import ProxyDouble
from app.doubles.wecom_app import AGENT_ID, CORP_ID, QyapiDouble
from app.relay import Relay
from app.settings import Settings
from app.verbs import doctor_relay, doctor_wecom
from tests.outbound.wecom_app.tls import certified
from tests.relay.authority import Authority
from tests.relay.scene import Papers, link_settings, relay_settings, running

CHECKS = dict((*doctor_wecom.CHECKS, *doctor_relay.CHECKS))
FILES = {"secret": "s" * 43, "token": "QDG6eK", "aes_key": "a" * 43}


def app(folder: Path, url: str, mode: int = 0o600, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {"enabled": True, "url": url, "corp_id": CORP_ID, "agent_id": AGENT_ID}
    for name, words in FILES.items():
        file = folder / name
        if not file.exists():
            file.write_text(words)
            file.chmod(mode)
        given[f"{name}_file"] = file
    return given | changes


async def found(name: str, **tree: object):
    return await CHECKS[name](Settings.model_validate(tree))


async def test_what_is_switched_off_is_well():
    for name in ("wecom.app", "wecom.webhook", "relay"):
        one = await found(name)
        assert (one.ok, one.found) == (True, "switched off")


async def test_an_app_that_is_well_is_well_and_no_token_is_spent(tmp_path):
    with QyapiDouble() as double:
        one = await found("wecom.app", wecom={"app": app(tmp_path, double.url)})
        assert (one.ok, one.fix) == (True, "")
        assert "set relay.enabled or wecom.app.listen_directly" in one.found
        assert double.seen.calls == ["/cgi-bin/get_api_domain_ip"]
        assert double.seen.tokens == 0


@pytest.mark.parametrize(
    ("file", "words", "told", "fix"),
    [
        ("secret", "", "is empty", "install -m 600"),
        ("token", "with space", "letters and digits", "receive-URL"),
        ("token", "t" * 33, "3 to 32", "receive-URL"),
        ("aes_key", "a" * 42, "43 letters and digits", "receive-URL"),
        ("aes_key", "a" * 42 + "=", "43 letters and digits", "receive-URL"),
    ],
)
async def test_a_wrong_secret_is_told_and_never_shown(tmp_path, file, words, told, fix):
    (tmp_path / file).write_text(words)
    (tmp_path / file).chmod(0o600)
    with QyapiDouble() as double:
        one = await found("wecom.app", wecom={"app": app(tmp_path, double.url)})
    assert (one.ok, told in one.found, fix in one.fix) == (False, True, True), one
    assert not words or words not in one.found + one.fix


async def test_each_secret_is_its_owners_alone(tmp_path):
    with QyapiDouble() as double:
        one = await found("wecom.app", wecom={"app": app(tmp_path, double.url, mode=0o640)})
    assert not one.ok
    assert all(f"chmod 600 {tmp_path / name}" in one.fix for name in FILES)


async def test_ids_that_are_missing_are_told_beside_all_else(tmp_path):
    given = app(tmp_path, "http://127.0.0.1:9", agent_id=0, secret_file=None)
    one = await found("wecom.app", wecom={"app": given})
    assert not one.ok
    for fix in ("set wecom.app.secret_file", "set wecom.app.corp_id and agent_id", "open the firewall"):
        assert fix in one.fix


async def test_an_authority_that_is_not_the_plants_is_told(tmp_path):
    tls, ca_file = certified(tmp_path)
    with QyapiDouble(tls=tls) as double:
        one = await found("wecom.app", wecom={"app": app(tmp_path, double.url)})
        assert (one.ok, "its certificate is not trusted" in one.found) == (False, True)
        assert "set wecom.app.ca_file" in one.fix
        assert (await found("wecom.app", wecom={"app": app(tmp_path, double.url, ca_file=ca_file)})).ok
        no_file = app(tmp_path, double.url, ca_file=tmp_path / "nowhere.pem")
        assert "set wecom.app.ca_file" in (await found("wecom.app", wecom={"app": no_file})).fix


async def test_it_is_reached_through_the_proxy_or_not_at_all(tmp_path):
    tls, ca_file = certified(tmp_path)
    with QyapiDouble(tls=tls) as double:
        async with ProxyDouble() as proxy:
            given = app(tmp_path, double.url, ca_file=ca_file, proxy=proxy.url)
            assert (await found("wecom.app", wecom={"app": given})).ok
            assert len(proxy.requests) == 1
        async with ProxyDouble(refuses="403 Forbidden") as proxy:
            given = app(tmp_path, double.url, ca_file=ca_file, proxy=proxy.url)
            one = await found("wecom.app", wecom={"app": given})
            assert (one.ok, f"through {proxy.url}" in one.found) == (False, True)


async def test_the_callbacks_address_is_free_or_in_use(tmp_path):
    with QyapiDouble() as double, socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{holder.getsockname()[1]}"
        given = app(tmp_path, double.url, listen_directly=True, listen=listen)
        assert f"{listen} is free" in (await found("wecom.app", wecom={"app": given})).found
        holder.listen()
        assert f"{listen} is in use" in (await found("wecom.app", wecom={"app": given})).found


async def test_a_webhook_is_tried_and_says_nothing(tmp_path):
    key = tmp_path / "key"
    with QyapiDouble() as double:
        webhook = {"enabled": True, "url": double.url, "key_file": key}
        assert (
            f"install -m 600 /dev/stdin {key}"
            in (await found("wecom.webhook", wecom={"webhook": webhook})).fix
        )
        key.write_text("k")
        key.chmod(0o604)
        assert f"chmod 600 {key}" in (await found("wecom.webhook", wecom={"webhook": webhook})).fix
        key.chmod(0o600)
        assert (await found("wecom.webhook", wecom={"webhook": webhook})).ok
        assert double.seen.alarms == []


async def test_hosts_of_attachments_resolve(tmp_path):
    def media(*hosts: str, enabled: bool = True) -> dict[str, object]:
        return {"bot": {"enabled": enabled}, "media": {"hosts": hosts}}

    assert (await found("wecom.media", wecom=media("localhost"))).ok
    one = await found("wecom.media", wecom=media("localhost", "no-such-host.invalid"))
    assert (one.ok, "no-such-host.invalid" in one.found) == (False, True)
    assert "wecom.media.hosts" in one.fix
    assert (await found("wecom.media", wecom=media("no-such-host.invalid", enabled=False))).ok
    proxied = media("no-such-host.invalid")
    proxied["media"] = {"hosts": ("no-such-host.invalid",), "proxy": "http://10.0.0.9:3128"}
    behind = await found("wecom.media", wecom=proxied)
    assert (behind.ok, "10.0.0.9" in behind.found) == (True, True)


async def test_a_font_without_chinese_letters_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("app.outbound.raster.shipped", lambda _kind: tmp_path)
    one = await found("wecom.media", wecom={"bot": {"enabled": False}})
    assert (one.ok, "no Chinese letters" in one.found) == (False, True)


# The relay


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path, "ours", days=365)


@pytest.fixture
def papers(tmp_path, authority) -> Papers:
    theirs = Authority(tmp_path, "theirs", days=365)
    made = Papers(
        authority.file, authority.sign("relay", 365), authority.sign("appliance", 365),
        theirs.sign("stranger", 365), theirs.file,
    )  # fmt: skip
    for _, key in (made.appliance, made.stranger):
        key.chmod(0o600)
    return made


@pytest.fixture
async def relay(tmp_path, papers):
    async with Relay.opened(relay_settings(tmp_path, papers)) as opened:
        yield opened


def settings(port: int, papers: Papers, **changes: object) -> dict[str, object]:
    files = {"ca_file": papers.authority, "cert_file": papers.appliance[0], "key_file": papers.appliance[1]}
    link = {"enabled": True, "url": f"wss://127.0.0.1:{port}"} | files | changes
    return {"relay": link, "wecom": {"app": {"enabled": True}}}


async def test_a_relay_that_lets_us_in_keeps_the_appliance_that_it_has(relay, papers):
    async with running(link_settings(relay.pull.port, papers)) as appliance:
        await appliance.ready()
        one = await found("relay", **settings(relay.pull.port, papers))
        assert (one.ok, one.fix) == (True, "")
        await relay.keeper.put("203.0.113.9", "nonce=n", b"<xml/>")
        await appliance.until(lambda: len(appliance.kept) == 1)
        assert appliance.alarms == []
        assert len(appliance.states) == 2, "it was connecting, then ready, and nothing since"


async def test_without_the_app_there_is_nothing_to_hold(relay, papers):
    one = await found("relay", relay=settings(relay.pull.port, papers)["relay"])
    assert (one.ok, one.fix) == (False, "set wecom.app.enabled = true")


async def test_a_certificate_that_the_relay_does_not_know_is_told(relay, papers):
    cert, key = papers.stranger
    one = await found("relay", **settings(relay.pull.port, papers, cert_file=cert, key_file=key))
    assert (one.ok, "does not accept our certificate" in one.found) == (False, True), one
    assert "pull.client_ca_file" in one.fix


async def test_a_relay_that_we_do_not_know_is_told(relay, papers):
    one = await found("relay", **settings(relay.pull.port, papers, ca_file=papers.stranger_authority))
    assert (one.ok, "the relay's certificate is not trusted" in one.found) == (False, True), one
    assert "relay.ca_file" in one.fix


async def test_a_key_of_another_certificate_is_told(relay, papers):
    one = await found("relay", **settings(relay.pull.port, papers, key_file=papers.stranger[1]))
    assert (one.ok, f"is not the key of {papers.appliance[0]}" in one.found) == (False, True), one


async def test_a_key_that_others_can_read_is_told(relay, papers):
    papers.appliance[1].chmod(0o644)
    one = await found("relay", **settings(relay.pull.port, papers))
    assert (one.ok, one.fix) == (False, f"chmod 600 {papers.appliance[1]}")


@pytest.mark.parametrize(("days", "told"), [(-1, "ended on"), (29, "ends on")])
async def test_a_certificate_that_ends_soon_is_told(relay, papers, authority, days, told):
    cert, key = authority.sign("old", days)
    key.chmod(0o600)
    one = await found("relay", **settings(relay.pull.port, papers, cert_file=cert, key_file=key))
    assert (one.ok, f"{cert} {told}" in one.found) == (False, True), one
    assert "have a new one signed" in one.fix


@pytest.mark.parametrize("name", ["ca_file", "cert_file", "key_file"])
async def test_a_file_that_is_missing_or_no_pem_is_told(relay, papers, tmp_path, name):
    one = await found("relay", **settings(relay.pull.port, papers, **{name: tmp_path / "nowhere"}))
    assert (one.ok, f"relay.{name}: {tmp_path / 'nowhere'} cannot be read" in one.found) == (False, True)
    other = tmp_path / "words"
    other.write_text("no PEM at all")
    other.chmod(0o600)
    one = await found("relay", **settings(relay.pull.port, papers, **{name: other}))
    assert (one.ok, str(other) in one.found) == (False, True), one


async def test_a_relay_that_is_not_there_is_told(papers):
    one = await found("relay", **settings(9, papers))
    assert (one.ok, one.fix) == (False, "start the relay, or open the firewall")
