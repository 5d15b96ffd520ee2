"""Where WeCom calls: what is kept, and every bound of what is not."""

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.errors import SettingsWrong
from app.relay import Relay
from app.relay.callback import _ENCRYPT
from app.relay.sources import Rates, source
from app.settings import RelaySettings, defaults_text, load_relay, network, shipped
from tests.relay.scene import PATH, Papers, envelope, get, http, post, post_bytes, relay_settings

OPEN = "msg_signature=s&timestamp=1&nonce=n"


@asynccontextmanager
async def door(folder: Path, **nodes: dict[str, object]):
    async with Relay.opened(relay_settings(folder, **nodes)) as relay:
        yield relay, relay.callback.port


def refused(relay: Relay, reason: str) -> float:
    return relay.meters.registry.get_sample_value("chargehand_relay_refused_total", {"reason": reason}) or 0.0


async def kept(relay: Relay) -> list[bytes]:
    return [record.body for record in await relay.keeper.after(0, 1000)]


async def test_what_is_kept_is_what_came(tmp_path: Path):
    async with door(tmp_path) as (relay, port):
        assert await http(port, post_bytes(envelope(1), "nonce=a%2Bb+c")) == (200, b"")
        [record] = await relay.keeper.after(0, 10)
    assert (record.query, record.body, record.source) == ("nonce=a%2Bb+c", envelope(1), "127.0.0.1")
    assert record.whole


def raw(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


BODY = envelope(1)
LENGTH = f"Content-Length: {len(BODY)}"
TARGET = f"{PATH}?{OPEN}"


@pytest.mark.parametrize(
    ("request_bytes", "status", "reason"),
    [
        (raw("POST /other?x=1 HTTP/1.1", LENGTH, body=BODY), 404, "path"),
        (raw(f"POST {PATH}/?x=1 HTTP/1.1", LENGTH, body=BODY), 404, "path"),
        (raw(f"PUT {TARGET} HTTP/1.1", LENGTH, body=BODY), 405, "method"),
        (raw(f"HEAD {TARGET} HTTP/1.1"), 405, "method"),
        (raw(f"POST {PATH} HTTP/1.1", LENGTH, body=BODY), 400, "query"),
        (raw(f"POST {PATH}?{'q' * 4097} HTTP/1.1", LENGTH, body=BODY), 400, "query"),
        (raw(f"POST {TARGET} HTTP/1.1", body=BODY), 411, "no_length"),
        (raw(f"POST {TARGET} HTTP/1.1", LENGTH, "Transfer-Encoding: chunked", body=BODY), 411, "no_length"),
        (raw(f"POST {TARGET} HTTP/1.1", LENGTH, LENGTH, body=BODY), 400, "not_http"),
        (raw(f"POST {TARGET} HTTP/1.1", "Content-Length: -1", body=BODY), 400, "not_http"),
        (raw(f"POST {TARGET} HTTP/1.1", "Content-Length: 0x10", body=BODY), 400, "not_http"),
        (raw(f"POST {TARGET} HTTP/1.1", f" {LENGTH}", body=BODY), 400, "not_http"),
        (raw(f"POST {TARGET} HTTP/2", LENGTH, body=BODY), 400, "not_http"),
        (raw("nonsense"), 400, "not_http"),
        (raw(f"POST {TARGET} HTTP/1.1", f"Content-Length: {1024**2 + 1}"), 413, "body_size"),
        (raw(f"POST {TARGET} HTTP/1.1", "X: " + "a" * 20_000, LENGTH, body=BODY), 431, "head_size"),
    ],
)
async def test_what_is_no_callback_is_refused(tmp_path: Path, request_bytes: bytes, status: int, reason: str):
    async with door(tmp_path) as (relay, port):
        assert await http(port, request_bytes) == (status, b"")
        assert refused(relay, reason) == 1
        assert relay.keeper.length == 0


CIPHER = "A" * 24


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        (f"<xml><Encrypt>{CIPHER}</Encrypt></xml>", True),
        (f"<xml><Encrypt><![CDATA[{CIPHER}==]]></Encrypt></xml>", True),
        (f"<xml><Encrypt><![CDATA[{CIPHER}]]></xml>", False),
        (f"<xml><Encrypt><![CDATA[{CIPHER}</Encrypt></xml>", False),
        (f"<xml><Encrypt>{CIPHER}</Encrypt><Encrypt>{CIPHER}</Encrypt></xml>", False),
        (f"<xml><Encrypt>{CIPHER}</Encrypt><Encrypt>?</Encrypt></xml>", False),
        (f"<xml><Encrypt>{CIPHER}&amp;</Encrypt></xml>", False),
        (f"<xml><Encrypt>{CIPHER} </Encrypt></xml>", False),
        ("<xml><Encrypt>AAAA</Encrypt></xml>", False),
        ("<xml></xml>", False),
        ("", False),
    ],
)
async def test_a_body_has_exactly_one_encrypt_element(tmp_path: Path, body: str, ok: bool):
    async with door(tmp_path) as (relay, port):
        assert await post(port, body.encode()) == (200 if ok else 400)
        assert relay.keeper.length == ok


@given(st.lists(st.sampled_from(["<Encrypt>", "</Encrypt>", "<![CDATA[", "]]>", CIPHER, "=", "<", "é"])))
def test_any_order_of_the_parts_is_judged_without_trouble(parts: list[str]):
    found = _ENCRYPT.findall("".join(parts).encode())
    assert all(each.startswith(b"<Encrypt>") and each.endswith(b"</Encrypt>") for each in found)


async def test_a_body_of_the_largest_size_is_kept_and_of_one_more_is_not(tmp_path: Path):
    filler = 1024**2 - len(envelope(1, filler=0))
    async with door(tmp_path) as (relay, port):
        assert await post(port, envelope(1, filler=filler)) == 200
        assert await post(port, envelope(1, filler=filler + 1)) == 413
        assert relay.keeper.size_bytes == 1024**2


async def test_a_slow_caller_is_let_go_and_one_that_leaves_is_no_fault(tmp_path: Path):
    async with door(tmp_path, callback={"read_s": 0.05}) as (relay, port):
        assert await http(port, post_bytes(BODY)[:-1]) == (408, b"")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
        assert await post(port, BODY) == 200
        assert refused(relay, "slow") == 1


async def test_more_callers_than_allowed_at_once_are_turned_away(tmp_path: Path):
    async with door(tmp_path, callback={"connections_max": 1}) as (relay, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post_bytes(BODY)[:-1])
        status = 200
        async with asyncio.timeout(10):
            while status != 503:
                status, _ = await http(port, post_bytes(envelope(2)))
        assert refused(relay, "connections") >= 1
        writer.write(post_bytes(BODY)[-1:])
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        await writer.wait_closed()


async def test_a_source_that_calls_too_often_is_turned_away_alone(tmp_path: Path):
    nodes = {"source_a_minute": 3, "proxies": ["127.0.0.0/8"]}
    async with door(tmp_path, callback=nodes) as (relay, port):
        said = [await post(port, BODY, "X-Forwarded-For: 203.0.113.1") for _ in range(5)]
        assert said == [200, 200, 200, 429, 429]
        assert await post(port, BODY, "X-Forwarded-For: 203.0.113.2") == 200
        assert (await get(port, "echostr=x"))[0] == 404
        assert refused(relay, "rate") == 2


async def test_only_published_sources_may_call_when_a_list_is_given(tmp_path: Path):
    listed = tmp_path / "sources.txt"
    listed.write_text("# WeCom\n203.0.113.0/25  # one\n2001:db8::/32\n")
    nodes = {"sources_file": listed, "proxies": ["127.0.0.1"]}
    async with door(tmp_path, callback=nodes) as (relay, port):
        assert await post(port, BODY, "X-Forwarded-For: 203.0.113.7") == 200
        assert await post(port, BODY, "X-Forwarded-For: 2001:db8::7") == 200
        assert await post(port, BODY, "X-Forwarded-For: 203.0.113.200") == 404
        assert await post(port, BODY, "X-Forwarded-For: 203.0.113.7, 198.51.100.1") == 404
        assert await post(port, BODY) == 404
        assert refused(relay, "source") == 3


async def test_the_forwarded_address_of_a_stranger_is_not_believed(tmp_path: Path):
    listed = tmp_path / "sources.txt"
    listed.write_text("203.0.113.0/24")
    async with door(tmp_path, callback={"sources_file": listed}) as (_, port):
        assert await post(port, BODY, "X-Forwarded-For: 203.0.113.7") == 404


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("9.9.9.9", "1.2.3.4", "9.9.9.9"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "nonsense", None),
        ("10.0.0.1", "1.2.3.4, nonsense", None),
    ],
)
def test_who_calls(peer: str, forwarded: str, found: str | None):
    assert source(peer, forwarded, (network("10.0.0.0/8"),)) == (
        None if found is None else source(found, "", ())
    )


def test_rates_refill_and_forget_only_the_sources_not_seen_for_longest():
    now = [0.0]
    rates = Rates(2, lambda: now[0])
    who = [source(f"2001:db8:0:{n:x}::1", "", ()) for n in range(5000)]
    same = source("2001:db8:0:0::2", "", ())
    assert [rates.allow(who[0]), rates.allow(same), rates.allow(who[0])] == [True, True, False]
    now[0] = 30.0
    assert [rates.allow(who[0]), rates.allow(who[0])] == [True, False]
    for each in who[1:]:
        rates.allow(each)
    assert len(rates._left) == 4096


# A queue that is full.


async def test_a_full_disk_is_a_503_and_the_rest_goes_on(tmp_path: Path):
    """SQLite is given no more pages: the same error as a full disk gives."""
    async with door(tmp_path) as (relay, port):
        assert await post(port, BODY) == 200
        db = relay.keeper._queue._db
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages}")
        assert await post(port, envelope(2, filler=100_000)) == 503
        assert refused(relay, "disk") == 1
        assert await kept(relay) == [BODY]
        db.execute("pragma max_page_count = 100000")
        assert await post(port, envelope(2, filler=100_000)) == 200
        assert relay.keeper.length == 2


async def test_a_queue_that_is_too_long_large_or_old_takes_no_more(tmp_path: Path):
    async with door(tmp_path, queue={"length_max": 2}) as (relay, port):
        assert [await post(port, envelope(n)) for n in range(3)] == [200, 200, 503]
        assert refused(relay, "length") == 1
    async with door(tmp_path, queue={"size_max_bytes": 3 * len(BODY)}) as (relay, port):
        assert [await post(port, envelope(n)) for n in range(2)] == [200, 503]
        assert refused(relay, "size") == 1
    async with door(tmp_path, queue={"oldest_max_s": 0}) as (relay, port):
        assert await post(port, BODY) == 503
        assert refused(relay, "age") == 1


# The relay's own file.


def written(folder: Path, text: str) -> Path:
    file = folder / "relay.toml"
    file.write_text(text)
    return file


def test_the_file_is_read_strictly(tmp_path: Path):
    settings = load_relay(
        written(tmp_path, '[callback]\npath = "/cb"\nproxies = ["10.0.0.0/8"]\n[queue]\nkeep_s = "12 h"\n')
    )
    assert settings.callback.path == "/cb"
    assert settings.callback.proxies == (network("10.0.0.0/8"),)
    assert settings.queue.keep_s == 12 * 3600


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[callback]\npaht = '/cb'", "callback.paht"),
        ("[callback]\ntoken = 'x'", "callback.token"),
        ("[callback]\nproxies = ['everywhere']", "callback.proxies"),
        ("[callback]\nbody_max_bytes = '2 MiB'", "callback.body_max_bytes"),
        ("[callback]\npath = 'cb'", "callback.path"),
        ("metrics_listen = '0.0.0.0:9'", "metrics_listen"),
        ("aes_key = 'x'", "aes_key"),
        ("[queue", "not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(SettingsWrong) as caught:
        load_relay(written(tmp_path, text))
    assert sentence in str(caught.value)
    assert "relay.toml" in str(caught.value)


@pytest.mark.parametrize(("text", "sentence"), [("", "no network"), ("1.2.3.4\nx\n", "sources.txt:2")])
async def test_a_list_of_sources_that_cannot_be_meant_is_named(tmp_path: Path, text: str, sentence: str):
    listed = tmp_path / "sources.txt"
    listed.write_text(text)
    with pytest.raises(SettingsWrong, match=sentence):
        async with door(tmp_path, callback={"sources_file": listed}):
            pass


async def test_plain_text_to_the_appliance_is_for_loopback_alone(tmp_path: Path):
    with pytest.raises(SettingsWrong, match="loopback"):
        async with door(tmp_path, pull={"listen": "0.0.0.0:0"}):
            pass


def test_the_shipped_file_is_the_one_of_the_code(tmp_path: Path):
    """Made anew by `python -c "from app.settings import *; print(defaults_text(RelaySettings), end='')"`."""
    text = (shipped("config") / "relay.toml").read_text(encoding="utf-8")
    assert text == defaults_text(RelaySettings)
    assert load_relay(written(tmp_path, text)) == RelaySettings()


async def test_wecom_may_be_served_over_tls_without_a_proxy(tmp_path: Path, papers: Papers):
    certificate, key = papers.relay
    async with door(tmp_path, callback={"cert_file": certificate, "key_file": key}) as (relay, port):
        trust = ssl.create_default_context(cafile=str(papers.authority))
        for body, status in ((BODY, 200), (b"x" * 1024**2, 400)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
            writer.write(post_bytes(body))
            assert (await reader.readline()).startswith(f"HTTP/1.1 {status}".encode())
            writer.close()
            await writer.wait_closed()
        assert relay.keeper.length == 1


async def test_callers_without_an_answer_are_let_go_when_the_relay_stops(tmp_path: Path):
    async with door(tmp_path) as (relay, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post_bytes(BODY)[:-1])
        await post(port, BODY)
        assert len(relay.callback._open) >= 1
    assert await reader.read() == b""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def test_a_head_of_blanks_is_refused_at_once(tmp_path: Path):
    async with door(tmp_path) as (relay, port):
        field = "X:" + " " * 15_000 + "\x01"
        assert (await http(port, raw(f"POST {TARGET} HTTP/1.1", field, LENGTH, body=BODY)))[0] == 400
        assert refused(relay, "not_http") == 1


def test_the_file_has_no_place_for_a_key_of_wecom():
    words = str(RelaySettings.model_json_schema()).lower()
    assert "aes" not in words.replace("a token or an aes key", "")
