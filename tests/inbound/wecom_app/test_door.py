"""The door: genuine, ours, fresh and new, or nothing changes; and it never says why."""

import asyncio
import math
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.doubles.wecom_app import Post, Sealer, flipped
from app.inbound.wecom_app.door import AGE_MAX_S, WAITED_MAX_S, AppDoor, Outcome
from app.inbound.wecom_app.reading import App, Arrived
from tests.inbound.wecom_app.plant import AGENT_ID, CORP_ID, SEAL, SEALER, STAMP, Plant, click, said, text


async def take(plant: Plant, post: Post, waited_s: float = 0.0) -> Outcome:
    return await plant.door.take(post.query, post.body, plant.now, waited_s=waited_s)


def sealed(fields: dict[str, object]) -> Post:
    return SEALER.seal(fields, STAMP)


async def test_a_message_is_kept_once(plant: Plant):
    post = sealed(text())
    assert await take(plant, post) == Outcome.KEPT
    assert await take(plant, post) == Outcome.KNOWN
    assert await take(plant, sealed(text())) == Outcome.KEPT  # sealed anew: the desk knows the msgid
    assert [m.text for m in plant.messages] == ["3号线停机了"]


async def test_a_forged_first_block_is_known(plant: Plant):
    """Whoever holds the Token signs it again; the rest of the cipher text gives it away."""
    post = sealed(text())
    await take(plant, post)
    forged = SEALER.sign(flipped(post, 4 * 8).encrypted, STAMP)  # turns the first byte after the length
    assert SEAL.decrypt(forged.encrypted).text != SEAL.decrypt(post.encrypted).text
    forged_bits = [SEALER.sign(flipped(post, bit).encrypted, STAMP) for bit in range(128)]
    assert Outcome.KEPT not in [await take(plant, each) for each in forged_bits]
    assert len(plant.kept) == 1


async def test_the_same_at_once_is_kept_once_and_asked_for_again():
    begun, go = asyncio.Event(), asyncio.Event()
    kept: list[Arrived] = []

    async def accept(arrived: Arrived) -> None:
        begun.set()
        await go.wait()
        kept.append(arrived)

    plant = Plant()
    door = AppDoor(App(CORP_ID, str(AGENT_ID)), SEAL, plant.window, accept, plant.seen)
    post = sealed(text())
    async with asyncio.TaskGroup() as group:
        first = group.create_task(door.take(post.query, post.body, plant.now))
        await begun.wait()
        async with asyncio.timeout(5):
            assert await door.take(post.query, post.body, plant.now) == Outcome.LATER
        go.set()
    assert await first == Outcome.KEPT
    assert len(kept) == 1


async def test_what_cannot_be_kept_comes_again(plant: Plant):
    plant.fault = OSError("disk full of secret words")
    post = sealed(text("secret words", msgid="secret id"))
    with capture_logs() as logs:
        assert await take(plant, post) == Outcome.LATER
    assert "secret" not in str(logs)
    plant.fault = None
    assert await take(plant, post) == Outcome.KEPT


async def test_old_news_is_refused_unless_a_relay_held_it(plant: Plant):
    post = sealed(text())
    plant.pass_s(AGE_MAX_S + 1)
    assert await take(plant, post) == Outcome.REFUSED
    for nothing in (math.nan, -1.0, 0.5):
        assert await take(plant, post, nothing) == Outcome.REFUSED
    assert await take(plant, post, 2.0) == Outcome.KEPT
    late = sealed(text(msgid="2"))
    plant.pass_s(WAITED_MAX_S)
    assert await take(plant, late, math.inf) == Outcome.REFUSED


async def test_genuine_and_useless(plant: Plant):
    assert await take(plant, sealed(said("event", Event="subscribe"))) == Outcome.DROPPED
    assert await take(plant, sealed(text(AgentID=1))) == Outcome.DROPPED
    assert not plant.kept
    assert plant.door.dropped == {"unknown_event": 1, "other_app": 1}


async def test_clicks_of_two_people_are_two(plant: Plant):
    for fields in (click(), click(), click(FromUserName="lisi")):
        await take(plant, sealed(fields))
    assert [m.sender for m in plant.messages] == ["zhangsan", "lisi"]


def spoilt() -> list[tuple[str, bytes]]:
    good = sealed(text())
    query, body = good.query, good.body
    return [
        ("", body),
        (query, b""),
        (query, b"<xml><Encrypt></Encrypt></xml>"),
        (query, b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>"),
        (query, b'<!DOCTYPE x [<!ENTITY e "x">]>' + body),
        (query, flipped(good, 300).body),
        (query.replace(good.signature, "0" * 40), body),
        (query.replace(good.signature, ""), body),
        (query.replace(good.signature, good.signature.upper()), body),
        (query.replace(f"nonce={good.nonce}", "nonce=1"), body),
        (query.replace(good.timestamp, "1795305601"), body),
        (f"{query}&nonce=1", body),
        (f"nonce=1&{query}", body),
        (f"{query}&x=%ff", body),
        (f"{query}&x={'y' * 10_000}", body),
        (query, body + b" " * 1024 * 1024),
    ]


@pytest.mark.parametrize("case", range(16))
async def test_what_is_not_genuine(plant: Plant, case: int):
    query, body = spoilt()[case]
    with capture_logs() as logs:
        assert await plant.door.take(query, body, plant.now) == Outcome.REFUSED
    assert logs == [{"event": "callback_dropped", "reason": "not_genuine", "log_level": "warning"}]
    assert not plant.kept


async def test_another_corps_callback_is_not_ours(plant: Plant):
    other = Sealer(replace(SEAL, receiver="ww-another"))
    assert await take(plant, other.seal(text(), STAMP)) == Outcome.REFUSED


def echo_query(words: str) -> str:
    post = SEALER.sign(SEAL.encrypt(words, bytes(16)), STAMP)
    return f"{post.query}&echostr={post.encrypted.replace('=', '%3D')}"


def test_an_echo_only_within_the_window(plant: Plant):
    query = echo_query("1616140317555161061")
    assert plant.door.echo(query) is None
    plant.window.open(600)
    assert plant.door.echo(query) == "1616140317555161061"
    plant.pass_s(599.9)
    assert plant.door.echo(query) is not None
    plant.pass_s(0.1)
    assert plant.door.echo(query) is None
    plant.window.open()
    plant.window.close()
    assert plant.door.echo(query) is None


@pytest.mark.parametrize("words", ["", "<xml/>", "1 2", "a\n", "x" * 65, "三", "1616140317555161061\n"])
def test_a_message_is_never_echoed(plant: Plant, words: str):
    plant.window.open()
    assert plant.door.echo(echo_query(words)) is None


def test_a_captured_message_is_no_echo(plant: Plant):
    """The same signature signs messages and echoes; what opens must look like an echo."""
    plant.window.open()
    post = sealed(text())
    assert plant.door.echo(f"{post.query}&echostr={post.encrypted.replace('+', '%2B')}") is None


def test_plus_signs_survive_in_both_spellings(plant: Plant):
    plant.window.open()
    random = next(i for i in range(1000) if "+" in SEAL.encrypt("echo", i.to_bytes(16, "big")))
    post = SEALER.sign(SEAL.encrypt("echo", random.to_bytes(16, "big")), STAMP)
    for spelled in (post.encrypted, post.encrypted.replace("+", "%2B")):
        assert plant.door.echo(f"{post.query}&echostr={spelled}") == "echo"
