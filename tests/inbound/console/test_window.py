"""Who may open the window for address checks: the service's own account, root, or a PIN."""

import os
from pathlib import Path
from typing import Any

import pytest


async def test_the_services_own_account_opens_it_without_a_pin(place: Any) -> None:
    client = await place.connect()
    assert (await client.ask("open_check_window", seconds=600))["ok"]
    assert place.house.writes == [("open_window", "600.0", "")]


async def test_root_opens_it_without_a_pin(serve: Any, tmp_path: Path) -> None:
    async with serve(tmp_path / "c.sock", peer=lambda _: 0) as place:
        assert (await (await place.connect()).ask("open_check_window", seconds=60))["ok"]


async def test_anybody_else_who_is_let_in_unlocks_first(serve: Any, tmp_path: Path, stranger: Any) -> None:
    async with serve(tmp_path / "c.sock", peer=stranger, allowed=(os.getuid() + 4242,)) as place:
        client = await place.connect()
        assert (await client.ask("check_window"))["result"] == {"possible": True, "open_s": 0.0}
        assert (await client.ask("open_check_window", seconds=60))["code"] == "locked"
        assert place.house.writes == []
        await client.unlock()
        assert (await client.ask("open_check_window", seconds=60))["ok"]
        assert place.house.writes == [("open_window", "60.0", "lee.wai-man")]
        place.tick[0] += 200
        assert (await client.ask("open_check_window", seconds=60))["code"] == "locked"


@pytest.mark.parametrize("seconds", [-1, 3601, "600", None])
async def test_an_impossible_length_is_refused(place: Any, seconds: object) -> None:
    reply = await (await place.connect()).ask("open_check_window", seconds=seconds)
    assert (reply["ok"], reply["code"]) == (False, "bad_request")
    assert place.house.writes == []
