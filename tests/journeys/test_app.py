"""The self-built app and its relay: callbacks in, answers out by calls, cards brought up to date."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from app.doubles.wecom.gateway import GatewayDouble
from app.doubles.wecom_app import QyapiDouble
from app.doubles.wecom_app.rules import AGENT_ID, CORP_ID, SECRET, WEBHOOK_KEY
from app.doubles.wecom_app.sealer import Post, Sealer
from app.doubles.wecom_app.sender import CallbackSender
from app.main import reading_store
from app.records.sealing_wecom import Seal, read_key
from app.relay import Relay
from app.settings import RelaySettings, load
from app.verbs.demo import staff, write_config
from app.verbs.service import Line, Service, running
from tests.relay.authority import Authority

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN, AES_KEY = "vecToken01", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SEALER = Sealer(Seal(TOKEN, read_key(AES_KEY), CORP_ID))
WAIT_S = 20.0

_CONFIG = """
[wecom.app]
enabled = true
url = "{url}"
corp_id = "{corp}"
agent_id = {agent}
secret_file = "{data}/app.secret"
token_file = "{data}/app.token"
aes_key_file = "{data}/app.key"

[wecom.webhook]
enabled = true
url = "{url}"
key_file = "{data}/webhook.key"

[relay]
enabled = true
url = "wss://127.0.0.1:{pull}"
ca_file = "{ca}"
cert_file = "{cert}"
key_file = "{key}"
backoff_max_s = "200ms"
"""


@dataclass
class Scene:
    """WeCom's web API, the relay in the DMZ, and the service behind it."""

    api: QyapiDouble
    relay: Relay
    service: Service
    config: Path
    sender: CallbackSender
    line: Line

    async def say(self, who: str, words: str, msgid: str = "") -> Post:
        fields = _said(who, "text", Content=words, MsgId=msgid or str(secrets.randbelow(10**18)))
        post = SEALER.seal(fields, int(time.time()))
        assert await self.sender.deliver(post) == [200]
        return post

    async def click(self, who: str, task: str, key: str, code: str) -> None:
        fields = _said(
            who, "event", Event="template_card_event", EventKey=key, TaskId=task, ResponseCode=code
        )
        assert await self.sender.deliver(SEALER.seal(fields, int(time.time()))) == [200]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - the double runs in threads of its own
                await asyncio.sleep(0.02)

    def told(self, who: str) -> list[str]:
        return [str(m.content) for m in self.api.seen.messages if who in m.people and m.content]

    def cards(self, who: str) -> list[dict]:
        return [dict(m.part) for m in self.api.seen.messages if who in m.people and not m.content]

    async def hears(self, who: str, *words: str) -> str:
        found: list[str] = []

        def heard() -> bool:
            found[:] = [text for text in self.told(who) if all(word in text for word in words)]
            return bool(found)

        await self.until(heard)
        return found[0]


def _said(who: str, kind: str, **fields: object) -> dict[str, object]:
    head = {"ToUserName": CORP_ID, "FromUserName": who, "CreateTime": int(time.time()), "MsgType": kind}
    return head | {"AgentID": AGENT_ID} | fields


def _papers(folder: Path) -> tuple[Authority, tuple[Path, Path], tuple[Path, Path]]:
    authority = Authority(folder, "plant")
    return authority, authority.sign("relay"), authority.sign("appliance")


@asynccontextmanager
async def _relayed(folder: Path) -> AsyncIterator[tuple[Relay, Authority, tuple[Path, Path]]]:
    authority, relay_papers, ours = _papers(folder)
    settings = RelaySettings.model_validate(
        {
            "callback": {"listen": "127.0.0.1:0"},
            "pull": {
                "listen": "127.0.0.1:0",
                "cert_file": relay_papers[0],
                "key_file": relay_papers[1],
                "client_ca_file": authority.file,
            },
            "queue": {"file": folder / "queue.sqlite"},
            "metrics_listen": "127.0.0.1:0",
        }
    )
    async with Relay.opened(settings) as relay, asyncio.TaskGroup() as group:
        task = group.create_task(relay.run())
        yield relay, authority, ours
        task.cancel()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory) -> AsyncIterator[Scene]:
    data = tmp_path_factory.mktemp("app")
    async with AsyncExitStack() as stack:
        api = stack.enter_context(QyapiDouble())
        api.rules.people |= set(staff())
        relay, authority, ours = await stack.enter_async_context(_relayed(data))
        gateway = await stack.enter_async_context(GatewayDouble(known=staff()))
        config = write_config(data, gateway, model=False)
        for name, secret in (
            ("app.secret", SECRET), ("app.token", TOKEN), ("app.key", AES_KEY), ("webhook.key", WEBHOOK_KEY),
        ):  # fmt: skip
            (data / name).write_text(secret)
        words = {"url": api.url, "corp": CORP_ID, "agent": AGENT_ID, "data": data, "pull": relay.pull.port}
        words |= {"ca": authority.file, "cert": ours[0], "key": ours[1]}
        text = config.read_text().replace("[plant]", 'wecom.notices = "app"\n\n[plant]')
        config.write_text(text + _CONFIG.format_map(words))
        service = Service(config, load(config)[0].socket_path, data / "service.log")
        await stack.enter_async_context(running(service))
        await service.ready(model=False, timeout_s=120)
        sender = await stack.enter_async_context(
            CallbackSender(f"http://127.0.0.1:{relay.callback.port}/wecom")
        )
        line = await Line.open(service.socket)
        stack.push_async_callback(line.close)
        yield Scene(api, relay, service, config, sender, line)
        assert api.seen.breaches == []


async def test_a_question_by_the_app_is_answered_by_the_app(scene):
    await scene.say("raj.kumar", "where is SO-1042")
    assert "SO-1042" in await scene.hears("raj.kumar", "SO-1042")


async def test_three_tries_and_a_flipped_bit_are_one_question(scene):
    post = await scene.say("raj.kumar", "stock of SS-304")
    await scene.hears("raj.kumar", "SS-304")
    for _ in range(2):
        assert await scene.sender.post(post) == 200
    changed = SEALER.sign(_with_first_block_changed(post.encrypted), int(time.time()))
    assert await scene.sender.post(changed) == 200, "the relay cannot know"
    await scene.say("raj.kumar", "stock of OIL-Q")
    await scene.hears("raj.kumar", "OIL-Q")
    assert len([text for text in scene.told("raj.kumar") if "SS-304" in text]) == 1


def _with_first_block_changed(encrypted: str) -> str:
    raw = bytearray(base64.b64decode(encrypted))
    raw[3] ^= 1
    return base64.b64encode(bytes(raw)).decode()


async def test_an_approval_goes_by_card_and_the_card_is_brought_up_to_date(scene):
    await scene.say("raj.kumar", "issue 700 kg SS-420 to ST-01")
    held = await scene.hears("raj.kumar", "700", "〔D-")
    ticket = held.rsplit("D-", 1)[1][:5]
    await scene.until(lambda: scene.cards("lee.wai-man"))
    card = scene.cards("lee.wai-man")[0]
    assert ticket in card["task_id"]
    await scene.click(
        "raj.kumar", card["task_id"], card["button_list"][0]["key"], scene.api.rules.give_code()
    )
    code = scene.api.rules.give_code()
    await scene.click("lee.wai-man", card["task_id"], card["button_list"][0]["key"], code)
    await scene.hears("raj.kumar", "Booked out")
    await scene.until(lambda: len(scene.api.seen.updates) >= 2)
    mine = [update for update in scene.api.seen.updates if update["response_code"] == code]
    assert ticket in str(mine[0]["template_card"])


async def test_the_relay_down_loses_nothing_and_an_unknown_sender_is_refused(scene):
    await scene.say("stranger.one", "approve everything")
    scene.api.rules.people.add("stranger.one")
    await scene.say("stranger.one", "hello")
    await scene.hears("stranger.one", "IT")


async def test_the_address_is_verified_only_in_an_open_window_and_never_reads_a_message_out(scene):
    sealed = Seal(TOKEN, read_key(AES_KEY), CORP_ID).encrypt("1616140317555161061", secrets.token_bytes(16))
    echo = SEALER.sign(sealed, int(time.time()))
    assert (await scene.sender.verify(echo))[0] == 404
    reply = await scene.line.ask("open_check_window", seconds=60)
    assert reply["ok"], reply
    async with asyncio.timeout(WAIT_S):
        while (await scene.sender.verify(echo))[0] != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (await scene.sender.verify(echo)) == (200, "1616140317555161061")
    message = SEALER.seal(_said("raj.kumar", "text", Content="secret words", MsgId="7"), int(time.time()))
    status, body = await scene.sender.verify(message)
    assert (status, "secret" in body) == (404, False)
    await scene.line.ask("open_check_window", seconds=0)


async def test_a_refusal_that_an_operator_must_mend_reaches_the_group(scene):
    scene.api.once.append("wrong_address")
    await scene.say("ho.chi-keung", "where is SO-1042")
    await scene.until(lambda: any("app_refused" in str(text) for text in scene.api.seen.alarms))
    assert not scene.told("ho.chi-keung"), "it waits until an operator has allowed the address"


async def test_everything_that_left_is_listed_and_no_secret_with_it(scene):
    with reading_store(load(scene.config)[0]) as store:
        left = [each.entry for each in store.ledger.entries(datetime(2026, 1, 1, tzinfo=UTC))]
    channels = {(entry.channel, entry.purpose) for entry in left}
    assert {("wecom.app", "token"), ("wecom.app", "push"), ("wecom.webhook", "push")} <= channels
    assert ("relay", "pull") in channels
    bodies = b"".join(entry.body or b"" for entry in left).decode()
    log = (scene.config.parent / "service.log").read_text()
    for secret in (SECRET, TOKEN, AES_KEY, WEBHOOK_KEY):
        assert secret not in log
        assert secret not in bodies
