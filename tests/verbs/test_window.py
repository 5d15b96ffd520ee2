"""`wecom window` through the real socket, to the windows of the app's door and of the relay."""

import asyncio
import io
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.inbound.check_window import CheckWindow
from app.inbound.console.feed import Feed
from app.inbound.console.house import House
from app.inbound.console.server import ConsoleServer, Door
from app.inbound.wecom_app.echo import EchoWindow
from app.outbound.store import open_store
from app.records.errors import Down
from app.settings import Planning, Settings, shipped
from app.verbs.wecom import set_window, show_window


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path})


@pytest.fixture
def serving(settings, tmp_path):
    """Runs a service's console door; `enabled` is whether there is an address to be checked."""

    @asynccontextmanager
    async def opened(*, enabled=True, peer=None):
        store = open_store(f"sqlite:///{tmp_path / 'chargehand.sqlite'}")
        store.seed(shipped("config") / "demo_plant.toml")
        here = SimpleNamespace(now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), relay=[])
        here.echo = EchoWindow(lambda: here.now)

        async def ways(seconds: float) -> None:
            here.echo.open(seconds)
            here.relay.append(seconds)

        checks = CheckWindow(ways, lambda: here.now) if enabled else None
        house = House(store, store, None, None, lambda: here.now, None, Planning(), checks)
        more = {"peer": lambda _: peer, "allowed": (peer,)} if peer else {}
        server = ConsoleServer(house, Feed(), Door(settings.socket_path, **more))
        try:
            async with asyncio.TaskGroup() as group:
                running = group.create_task(server.run())
                await server.ready.wait()
                yield here
                running.cancel()
        finally:
            store.close()

    return opened


async def test_it_opens_every_way_and_shuts_by_itself(serving, settings, capsys):
    async with serving() as here:
        assert await show_window(settings, as_json=False) == 0
        assert capsys.readouterr().out.startswith("Shut")
        assert await set_window(settings, "", minutes=10) == 0
        assert "for 10 min" in capsys.readouterr().out
        assert (here.echo.is_open, here.relay) == (True, [600.0])
        here.now += timedelta(minutes=4)
        await show_window(settings, as_json=True)
        assert json.loads(capsys.readouterr().out) == {"possible": True, "open_s": 360.0}
        here.now += timedelta(minutes=6)
        await show_window(settings, as_json=True)
        assert json.loads(capsys.readouterr().out)["open_s"] == 0.0
        assert not here.echo.is_open


async def test_it_is_shut_on_every_way(serving, settings, capsys):
    async with serving() as here:
        await set_window(settings, "", minutes=60)
        assert await set_window(settings, "", minutes=0) == 0
        assert (here.echo.is_open, here.relay) == (False, [3600.0, 0.0])
        assert "no more" in capsys.readouterr().out


async def test_without_app_and_relay_it_is_refused_with_a_sentence(serving, settings, capsys):
    async with serving(enabled=False):
        assert await set_window(settings, "", minutes=10) == 1
        assert "neither wecom.app nor relay is enabled" in capsys.readouterr().err
        assert await show_window(settings, as_json=False) == 0
        assert "Neither" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("userid", "pin", "status", "told"),
    [
        ("tsang.kin-pong", "2468", 0, "answered now"),
        ("lee.wai-man", "2468", 0, "answered now"),
        ("lee.wai-man", "1111", 1, "do not fit"),
        ("ng.mei-ling", "2468", 1, "IT or a supervisor"),
    ],
)
async def test_a_person_needs_their_pin_and_the_right_role(
    serving, settings, capsys, monkeypatch, userid, pin, status, told
):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pin}\n"))
    async with serving(peer=54321) as here:
        assert await set_window(settings, userid, minutes=10) == status
        said = capsys.readouterr()
        assert told in said.out + said.err
        assert here.echo.is_open is (status == 0)


async def test_nobody_answers_without_a_service(settings):
    with pytest.raises(Down):
        await set_window(settings, "", minutes=10)
