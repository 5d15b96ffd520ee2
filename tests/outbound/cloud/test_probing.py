"""Whether a schema holds is measured over real sockets, with a server that does or does not obey."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.outbound.cloud.attempt import AttemptFailed
from app.outbound.cloud.probing import measure
from app.outbound.cloud.wire import Wire
from app.records.cloud import Capability
from app.settings.cloud import Cloud
from tests.outbound.cloud.loopback import PLAIN, Loopback, SeenLedger, document, status

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
BLUE = PLAIN + document('{"colour":"blue"}')
TEAL = PLAIN + document('{"colour":"teal-3"}', system_fingerprint="b4711")
REFUSED = status("400 Bad Request", b"unknown response_format")


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback().up() as loopback:
        yield loopback


async def measured(server: Loopback, *answers: bytes) -> Capability:
    left = list(answers)

    async def script(writer: Any) -> None:
        await server.says(left.pop(0))(writer)

    server.script = script
    ledger = SeenLedger()
    wire = Wire(Cloud(), ledger, lambda: NOW)
    try:
        return await measure(wire, server.target(provider="lan", key="", model="local"), NOW)
    finally:
        await wire.close()
        assert [entry.body for entry in ledger.entries] == server.bodies
        assert all(entry.data_class == "none" for entry in ledger.entries)


@pytest.mark.parametrize(
    ("answers", "form", "build"),
    [
        ([TEAL], "json_schema", "b4711"),
        ([BLUE, TEAL], "schema", "b4711"),
        ([REFUSED, TEAL], "schema", "b4711"),
        ([BLUE, BLUE], "none", "local-7b"),
        ([BLUE, REFUSED], "none", "local-7b"),
        ([REFUSED, REFUSED], "none", ""),
        ([PLAIN + document("teal-3"), PLAIN + document('["teal-3"]')], "none", "local-7b"),
        (
            [PLAIN + document('{"colour":["teal-3"]}'), PLAIN + document('{"colour":null}')],
            "none",
            "local-7b",
        ),
        ([PLAIN + document('{"colour":"teal-3","why":1}'), PLAIN + document(" ")], "none", "local-7b"),
    ],
)
async def test_a_form_holds_when_it_was_obeyed(
    server: Loopback, answers: list[bytes], form: str, build: str
) -> None:
    found = await measured(server, *answers)
    assert (found.form, found.build, found.measured_at) == (form, build, NOW)
    assert (found.base_url, found.model) == (server.target().base_url, "local")
    assert len(server.bodies) == len(answers)


async def test_the_schema_is_sent_in_both_forms_and_its_values_nowhere_else(server: Loopback) -> None:
    await measured(server, BLUE, BLUE)
    first, second = (json.loads(body) for body in server.bodies)
    assert first["response_format"]["json_schema"]["schema"] == second["response_format"]["schema"]
    assert "teal-3" not in json.dumps(first["messages"])


async def test_a_server_that_cannot_be_asked_is_not_measured(server: Loopback) -> None:
    with pytest.raises(AttemptFailed) as caught:
        await measured(server, status("503 Service Unavailable"))
    assert caught.value.fault_id == "F-19"
