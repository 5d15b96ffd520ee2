"""An app's dry run: the web API alone, and the callbacks that its double makes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from app.cli import verbs
from app.doubles.wecom_app import AGENT_ID, CORP_ID, SECRET, Called, entered, pressed, serve
from app.doubles.wecom_app.sealer import xml_of
from app.records.errors import OwnFault
from app.records.message import Message, MessageKind
from tests.doubles.gateway_asking import BUTTONS
from tests.inbound.wecom_app.plant import PATH, Plant

TOKEN, KEY = "demoToken01", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Heard:
    def __init__(self) -> None:
        self.items: list[str] = []
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self, item: str) -> None:
        self.items.append(item)
        self._loop.call_soon_threadsafe(self._news.set)

    async def until(self, part: str) -> str:
        async with asyncio.timeout(10):
            while not (found := [each for each in self.items if part in each]):
                self._news.clear()
                await self._news.wait()
        return found[0]


class Listening(Plant):
    heard: Heard

    async def accept(self, message: Message) -> None:
        await super().accept(message)
        self.heard(message.kind.value)


async def _card(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        query = {"corpid": CORP_ID, "corpsecret": SECRET}
        token = (await http.get("/cgi-bin/gettoken", params=query)).json()["access_token"]
        body = {"touser": "zhangsan", "agentid": AGENT_ID, "msgtype": "template_card"}
        answer = await http.post(
            "/cgi-bin/message/send", params={"access_token": token}, json=body | {"template_card": BUTTONS}
        )
        assert answer.json()["errcode"] == 0


async def test_the_double_verifies_says_and_presses() -> None:
    plant = Listening(now=datetime.now(UTC))
    plant.heard, told = Heard(), Heard()
    async with plant.page() as server, asyncio.TaskGroup() as group:
        called = Called(f"http://127.0.0.1:{server.port}{PATH}", TOKEN, KEY)
        serving = group.create_task(serve(0, called=called, tell=told))
        await plant.heard.until(MessageKind.TEXT.value)
        await told.until("text of zhangsan: HTTP [200]")
        url = (await told.until("web API double at")).split()[4].rstrip(",")
        await _card(url)
        await plant.heard.until(MessageKind.CLICK.value)
        await told.until("click on D-00001: HTTP [200]")
        serving.cancel()
    assert "verification: HTTP 403" in told.items[2]
    clicks = [each for each in plant.messages if each.kind is MessageKind.CLICK]
    assert [(each.text, each.refers_to, each.sender) for each in clicks] == [
        ("approve", "D-00001", "zhangsan")
    ]


async def test_an_app_that_is_not_there_is_told() -> None:
    told = Heard()
    async with asyncio.TaskGroup() as group:
        called = Called("http://127.0.0.1:9/", TOKEN, KEY)
        serving = group.create_task(serve(0, called=called, tell=told))
        await told.until("text of zhangsan: HTTP [0, 0, 0]")
        assert told.items[2] == "→ verification: HTTP 0, another echo"
        serving.cancel()


async def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(OwnFault, match="no fault 'sunspots'"):
        await serve(0, ["sunspots"])


def test_what_was_chosen_lies_in_nests() -> None:
    fields = pressed("lisi", 7, ("vote_interaction", "t"), "submit", "rc", {"cause": ["mold", "material"]})
    assert (
        "<SelectedItems><SelectedItem><QuestionKey>cause</QuestionKey><OptionIds><OptionId>mold</OptionId>"
        "<OptionId>material</OptionId></OptionIds></SelectedItem></SelectedItems>" in xml_of(fields)
    )
    assert "<Event>enter_agent</Event>" in xml_of(entered("lisi", 7))


@pytest.mark.parametrize("given", [[], ["--token-file"]])
def test_a_callback_needs_its_secrets(tmp_path: Path, given: list[str]) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN)
    words = ["double", "wecom-app", "--callback", "http://127.0.0.1:9/"]
    done = CliRunner().invoke(verbs, words + [word for name in given for word in (name, str(file))])
    assert done.exit_code == 2
    assert ("--aes-key-file" if given else "--token-file") in done.output
